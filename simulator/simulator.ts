/** An independent fake of Tencent Cloud and of the chat platforms, on loopback: it shares no code with what it tests. */
import { randomUUID } from 'node:crypto';
import {
  receive,
  type Channel,
  type ChatFault,
  type ReceivedNotice,
  type WebhookChannel,
} from './chat/inbox.ts';
import type { IncidentState } from './chat/pagerduty.ts';
import { channelOf, createPlatforms, webhookUrls } from './chat/platforms.ts';
import { control } from './control.ts';
import { createCos, isCosHost, type CosControl, type CosFault } from './cos/cos.ts';
import { createFaultPlan, type FaultPlan } from './fault-plan.ts';
import { listen, text, type Incoming, type Reply } from './http.ts';
import type { ScenarioName } from './scenarios.ts';
import { allPermissions, type Account } from './tencent/actions.ts';
import { createTencentApi, type ApiRequest } from './tencent/api.ts';
import { createCloud, type SettingsChange } from './tencent/cloud.ts';
import type { ApiFault } from './tencent/faults.ts';

export { scenarioNames } from './scenarios.ts';
export type {
  ApiFault,
  ApiRequest,
  Channel,
  ChatFault,
  CosFault,
  IncidentState,
  ReceivedNotice,
  ScenarioName,
  WebhookChannel,
};

export interface Simulator {
  /** `http://127.0.0.1:<port>`: the API's endpoint. */
  readonly url: string;
  /** Of the first account. */
  readonly credentials: Pick<Account, 'secretId' | 'secretKey' | 'token' | 'uin'>;
  /** Webhook URLs with the options in the fragment. */
  readonly webhooks: { readonly slack: string; readonly wecom: string; readonly generic: string };
  /** Like `webhooks`, of every platform. */
  readonly platforms: Readonly<Record<WebhookChannel, string>>;
  /** `/fail` may be appended. */
  readonly heartbeat: string;
  /** Every call of the API, oldest first. */
  readonly requests: readonly ApiRequest[];
  /** Every post to a chat platform, oldest first. */
  readonly inbox: readonly ReceivedNotice[];
  /** What PagerDuty made of the events it accepted, by `dedup_key`. */
  readonly incidents: ReadonlyMap<string, IncidentState>;
  /** One bucket, empty at first; COS is asked for by the bucket's host name. */
  readonly cos: CosControl;
  /** Starts the scenario afresh: forgets what setSettings and setApiFault did. */
  readonly setScenario: (name: ScenarioName) => void;
  /** Changes the scenario's settings, on top of earlier changes: of the image scan unless another action is named. */
  readonly setSettings: (change: SettingsChange, action?: string) => void;
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
  /** Forgets `requests` and `inbox`, not what the platforms did: incidents stay open. */
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

const defaultAccount: Account = {
  secretId: 'SIMULATOR-ID',
  secretKey: 'SIMULATOR-KEY',
  uin: '100000000001',
  permissions: allPermissions,
};

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, now = Date.now, newRequestId = randomUUID } = options;
  const { accounts = [defaultAccount] as const } = options;
  const cloud = createCloud(options.scenario ?? 'good', now);
  const api = createTencentApi({ ...cloud, accounts, now, newRequestId });
  const requests: ApiRequest[] = [];
  const inbox: ReceivedNotice[] = [];
  const { hookSecrets } = options;
  const { platforms, incidents } = createPlatforms({ now, newId: newRequestId, hookSecrets });
  const chatFaults = createChatFaults();

  const cos = createCos({ accounts, now, newRequestId });

  const handle = (request: Incoming): Reply => {
    if (isCosHost(request.headers['host'] ?? '')) return cos.handle(request);
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
  const urls = webhookUrls(url);
  const { slack, wecom, generic } = urls;
  return {
    url,
    credentials: { secretId, secretKey, uin, ...(token === undefined ? {} : { token }) },
    webhooks: { slack, wecom, generic },
    platforms: urls,
    heartbeat: `${url}/ping/simulator`,
    requests,
    inbox,
    incidents,
    cos: cos.control,
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

function createChatFaults(): Readonly<Record<Channel, FaultPlan<ChatFault>>> {
  return {
    slack: createFaultPlan(),
    wecom: createFaultPlan(),
    generic: createFaultPlan(),
    dingtalk: createFaultPlan(),
    feishu: createFaultPlan(),
    lark: createFaultPlan(),
    teams: createFaultPlan(),
    discord: createFaultPlan(),
    googlechat: createFaultPlan(),
    pagerduty: createFaultPlan(),
    alertmanager: createFaultPlan(),
    heartbeat: createFaultPlan(),
  };
}
