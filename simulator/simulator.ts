/** An independent fake of Tencent Cloud and of the chat platforms, on loopback: it shares no code with what it tests. */
import { randomUUID } from 'node:crypto';
import { createGeneric } from './chat/generic.ts';
import {
  receive,
  type Channel,
  type ChatFault,
  type Platform,
  type ReceivedNotice,
} from './chat/inbox.ts';
import { createSlack } from './chat/slack.ts';
import { createWecom } from './chat/wecom.ts';
import { control } from './control.ts';
import { createFaultPlan } from './fault-plan.ts';
import { listen, text, type Incoming, type Reply } from './http.ts';
import type { ScenarioName } from './scenarios.ts';
import { scanSettingPermission, type Account } from './tencent/actions.ts';
import { createTencentApi, type ApiRequest } from './tencent/api.ts';
import { createCloud, type SettingsChange } from './tencent/cloud.ts';
import type { ApiFault } from './tencent/faults.ts';

export { scenarioNames } from './scenarios.ts';
export type { ApiFault, ApiRequest, ChatFault, ReceivedNotice, ScenarioName };

export interface Simulator {
  /** `http://127.0.0.1:<port>`: the API's endpoint. */
  readonly url: string;
  /** Of the first account. */
  readonly credentials: Pick<Account, 'secretId' | 'secretKey' | 'token' | 'uin'>;
  /** Webhook URLs with the options in the fragment. */
  readonly webhooks: { readonly slack: string; readonly wecom: string; readonly generic: string };
  /** `/fail` may be appended. */
  readonly heartbeat: string;
  /** Every call of the API, oldest first. */
  readonly requests: readonly ApiRequest[];
  /** Every post to a chat platform, oldest first. */
  readonly inbox: readonly ReceivedNotice[];
  /** Starts the scenario afresh: forgets what setSettings and setApiFault did. */
  readonly setScenario: (name: ScenarioName) => void;
  /** Changes the scenario's settings, on top of earlier changes. */
  readonly setSettings: (change: SettingsChange) => void;
  /**
   * Replaces the planned fault, which strikes whoever signed; without `times` every request
   * meets it, without `action` of any action.
   */
  readonly setApiFault: (
    fault: ApiFault | undefined,
    options?: { readonly action?: string; readonly times?: number },
  ) => void;
  /** Like setApiFault, for one kind of channel. */
  readonly setChatFault: (
    channel: Channel,
    fault: ChatFault | undefined,
    options?: { readonly times?: number },
  ) => void;
  /** Forgets `requests` and `inbox`. */
  readonly clear: () => void;
  /** Destroys open connections. */
  readonly close: () => Promise<void>;
}

export interface SimulatorOptions {
  /** 0, the default: any free port. */
  readonly port?: number;
  readonly scenario?: ScenarioName;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly newRequestId?: () => string;
  readonly accounts?: readonly [Account, ...Account[]];
  /** `whsec_…` by the name in `/hooks/<name>`, beside that of the `audit` hook. */
  readonly hookSecrets?: Readonly<Record<string, string>>;
}

const slackPath = '/services/T00000000/B00000000/SIMULATOR';
const wecomKey = 'SIMULATOR';
const hookSecret = `whsec_${Buffer.from('simulator-webhook-secret-not-real').toString('base64')}`;
const defaultAccount: Account = {
  secretId: 'SIMULATOR-ID',
  secretKey: 'SIMULATOR-KEY',
  uin: '100000000001',
  permissions: [scanSettingPermission],
};

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, now = Date.now, newRequestId = randomUUID } = options;
  const { accounts = [defaultAccount] as const } = options;
  const cloud = createCloud(options.scenario ?? 'good', now);
  const api = createTencentApi({ ...cloud, accounts, now, newRequestId });
  const requests: ApiRequest[] = [];
  const inbox: ReceivedNotice[] = [];
  const platforms = {
    slack: createSlack(slackPath, now),
    wecom: createWecom(wecomKey, now),
    generic: createGeneric({ audit: hookSecret, ...options.hookSecrets }, now),
    heartbeat: () => ({ accepted: true, reply: text(200, 'OK') }),
  } satisfies Record<Channel, Platform>;
  const chatFaults = {
    slack: createFaultPlan<ChatFault>(),
    wecom: createFaultPlan<ChatFault>(),
    generic: createFaultPlan<ChatFault>(),
    heartbeat: createFaultPlan<ChatFault>(),
  };

  const handle = (request: Incoming): Reply => {
    if (request.path === '/' && request.method === 'POST') {
      const { reply, entry } = api(request);
      requests.push(entry);
      return reply;
    }
    if (request.path.startsWith('/_simulator/')) {
      return control(request, { requests, inbox, setScenario: cloud.setScenario });
    }
    const channel = channelOf(request.path);
    if (channel === undefined) return text(404, 'Not found');
    const at = new Date(now()).toISOString();
    const { reply, notice } = receive(
      channel,
      platforms[channel],
      chatFaults[channel],
      request,
      at,
    );
    inbox.push(notice);
    return reply;
  };

  const { url, close } = await listen(port, handle);
  const { secretId, secretKey, token, uin } = accounts[0];
  return {
    url,
    credentials: { secretId, secretKey, uin, ...(token === undefined ? {} : { token }) },
    webhooks: {
      slack: `${url}${slackPath}#kind=slack`,
      wecom: `${url}/cgi-bin/webhook/send?key=${wecomKey}#kind=wecom`,
      generic: `${url}/hooks/audit#kind=generic&secret=${hookSecret}`,
    },
    heartbeat: `${url}/ping/simulator`,
    requests,
    inbox,
    setScenario: cloud.setScenario,
    setSettings: cloud.setSettings,
    setApiFault: cloud.setFault,
    setChatFault: (channel, fault, times) => {
      chatFaults[channel].set(fault, times);
    },
    clear() {
      requests.length = 0;
      inbox.length = 0;
    },
    close,
  };
}

function channelOf(path: string): Channel | undefined {
  if (path.startsWith('/services/')) return 'slack';
  if (path === '/cgi-bin/webhook/send') return 'wecom';
  if (path.startsWith('/hooks/')) return 'generic';
  return /^\/ping\/[^/]+(\/fail)?$/.test(path) ? 'heartbeat' : undefined;
}
