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
import { dated, listen, text, type Incoming, type Reply } from './http.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Account, LentRole } from './tencent/account.ts';
import { allPermissions, readPermissions } from './tencent/actions.ts';
import { createTencentApi, type ApiRequest } from './tencent/api.ts';
import { createCloud, type FaultOptions, type SettingsChange } from './tencent/cloud.ts';
import { estateOf } from './tencent/estate.ts';
import type { ApiFault } from './tencent/faults.ts';
import { createIdentities } from './tencent/identities.ts';
import { createScf, type ScfControl, type ScfOptions } from './tencent/scf/control.ts';
import { codePathOf, codeReply } from './tencent/scf/code-reply.ts';
import type { ScfFunction } from './tencent/scf/function.ts';
import type { Invocation } from './tencent/scf/invocation.ts';
import { createSecrets, type SecretValue } from './tencent/secrets.ts';
import type { OrganizationMember } from './tencent/world.ts';

export { scenarioNames } from './scenarios.ts';
export { allPermissions, readPermissions };
export type {
  Account,
  ApiFault,
  ApiRequest,
  Channel,
  ChatFault,
  CosFault,
  FaultOptions,
  IncidentState,
  Invocation,
  LentRole,
  OrganizationMember,
  ReceivedNotice,
  ScenarioName,
  ScfControl,
  ScfFunction,
  ScfOptions,
  SecretValue,
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
  /** Every call of the API, oldest first; empty without `keepRequests`. */
  readonly requests: readonly ApiRequest[];
  /** How often each action was called, kept or not. */
  readonly requestCounts: ReadonlyMap<string, number>;
  /** Every post to a chat platform, oldest first. */
  readonly inbox: readonly ReceivedNotice[];
  /** What PagerDuty made of the events it accepted, by `dedup_key`. */
  readonly incidents: ReadonlyMap<string, IncidentState>;
  /** One bucket, empty at first; COS is asked for by the bucket's host name. */
  readonly cos: CosControl;
  /** Functions that were deployed, and their runs. */
  readonly scf: ScfControl;
  /** Starts the scenario afresh: forgets what setSettings and setApiFault did. */
  readonly setScenario: (name: ScenarioName) => void;
  /**
   * Changes the scenario's settings, on top of earlier changes: of the image scan unless another
   * action is named, of all accounts unless one is.
   */
  readonly setSettings: (change: SettingsChange, action?: string, uin?: string) => void;
  /** Replaces the planned fault, for all accounts or for one, believed or not. */
  readonly setApiFault: (fault: ApiFault | undefined, options?: FaultOptions) => void;
  /** Of the first account unless told; without a value the version is gone. */
  readonly setSecret: (
    name: string,
    version: string,
    value: SecretValue | undefined,
    uin?: string,
  ) => void;
  /** Like setApiFault, for one kind of channel. */
  readonly setChatFault: (
    channel: Channel,
    fault: ChatFault | undefined,
    options?: { readonly times?: number },
  ) => void;
  /** Forgets `requests`, their counts, `scf.invocations` and `inbox`, not what the platforms did: incidents stay open. */
  readonly clear: () => void;
  /** Destroys open connections and ends functions that run. */
  readonly close: () => Promise<void>;
}

export interface SimulatorOptions {
  /** 0, the default: any free port. */
  readonly port?: number;
  readonly scenario?: ScenarioName;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly newRequestId?: () => string;
  /** Give `createEstate` for many. */
  readonly accounts?: readonly [Account, ...Account[]];
  /** The first account asks for the members, who are all other accounts, unless told otherwise. */
  readonly organization?: {
    readonly adminUin?: string;
    readonly members?: readonly OrganizationMember[];
  };
  /** Of the first account, by name and version. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, SecretValue>>>>;
  readonly scf?: ScfOptions;
  /** false: `requests` stays empty, for the very many. */
  readonly keepRequests?: boolean;
  /** false: no action has a limit of requests a second, to see what a caller costs without one. */
  readonly rateLimits?: boolean;
  /** `whsec_…` by the name in `/hooks/<name>`, beside that of the `audit` hook. */
  readonly hookSecrets?: Readonly<Record<string, string>>;
}

const defaultAccount: Account = {
  secretId: 'SIMULATOR-ID',
  secretKey: 'SIMULATOR-KEY',
  uin: '100000000001',
  permissions: allPermissions,
};

/**
 * The account that a simulator has by itself, and members whose role the first account may take: for
 * `accounts`.
 * @param role where it is not `TcssAudit`, trusting the first account, for all reads
 */
export function createEstate(
  members: number,
  role?: Partial<LentRole>,
): readonly [Account, ...Account[]] {
  return estateOf(defaultAccount, members, role);
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, now = Date.now, newRequestId = randomUUID } = options;
  const { accounts = [defaultAccount] as const, keepRequests = true, rateLimits = true } = options;
  const cloud = createCloud(options.scenario ?? 'good', now);
  const identities = createIdentities(accounts, readPermissions);
  const secrets = createSecrets();
  const organization = { adminUin: accounts[0].uin, ...options.organization };
  const cos = createCos({ callerOf: identities.callerOf, now, newRequestId });
  const { scf, ...functions } = createScf(
    {
      ...{ identities, now, objectOf: cos.objectOf },
      urlOf: (sha256) => `${server.url}${codePathOf(sha256)}`,
    },
    options.scf ?? {},
  );
  const world = { identities, organization, secrets, scf };
  const api = createTencentApi({ ...cloud, world, now, newRequestId, rateLimits });
  const requests: ApiRequest[] = [];
  const requestCounts = new Map<string, number>();
  const inbox: ReceivedNotice[] = [];
  const { hookSecrets } = options;
  const { platforms, incidents } = createPlatforms({ now, newId: newRequestId, hookSecrets });
  const chatFaults = createChatFaults();

  const setSecret: Simulator['setSecret'] = (name, version, value, uin = accounts[0].uin) => {
    secrets.set(uin, name, version, value);
  };
  for (const [name, versions] of Object.entries(options.secrets ?? {})) {
    for (const [version, value] of Object.entries(versions)) setSecret(name, version, value);
  }

  const handle = (request: Incoming): Reply | Promise<Reply> => {
    if (isCosHost(request.headers['host'] ?? '')) return cos.handle(request);
    if (request.path === '/' && request.method === 'POST') {
      const { reply, entry } = api(request);
      if (keepRequests) requests.push(entry);
      requestCounts.set(entry.action, (requestCounts.get(entry.action) ?? 0) + 1);
      return reply;
    }
    const code = codeReply(request, scf.functions);
    if (code !== undefined) return code;
    if (request.path.startsWith('/_simulator/')) {
      const { setScenario } = cloud;
      return control(request, { requests, inbox, setScenario, scf: functions.control });
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

  const server = await listen(port, async (request) => dated(await handle(request), now()));
  const { url } = server;
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
    requestCounts,
    inbox,
    incidents,
    cos: cos.control,
    scf: functions.control,
    setScenario: cloud.setScenario,
    setSettings: cloud.setSettings,
    setApiFault: cloud.setFault,
    setSecret,
    setChatFault: (channel, fault, times) => {
      chatFaults[channel].set(fault, times);
    },
    clear() {
      requests.length = 0;
      requestCounts.clear();
      functions.clear();
      inbox.length = 0;
    },
    close: async () => {
      await server.close();
      await functions.close();
    },
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
