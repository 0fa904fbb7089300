/** Ports that a test holds in its hand: a clock that never waits, an Http and a reader that say what is scripted. */
import { CloudError } from '../../shared/errors.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject, Policy, Waiver } from '../../shared/model.ts';
import { parseWebhooks, type Channel } from '../../shared/notice/webhook.ts';
import { compilePolicy } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type {
  Accounts,
  Clock,
  EvidenceStore,
  Http,
  HttpRequest,
  HttpResponse,
  Log,
  SettingsReader,
} from '../../shared/ports.ts';
import type { RunPlan, RunPorts } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';

// ---- Clock ------------------------------------------------------------------------------------

export interface ManualClock extends Clock {
  /** What was slept, in milliseconds, in the order asked for. */
  readonly slept: readonly number[];
  /** Like sleep, for the world outside (a slow answer): not recorded. */
  readonly pass: (ms: number) => Promise<void>;
  readonly set: (epochMs: number) => void;
}

/**
 * Time stands still while anything runs. When all of it waits, the clock jumps to the earliest waker: so
 * runs at the same time meet in the order of their waits, in no time at all.
 */
export function createManualClock(startMs: number, random: () => number = () => 0): ManualClock {
  let nowMs = startMs;
  let isTurning = false;
  const slept: number[] = [];
  const wakers: { readonly dueMs: number; readonly wake: () => void }[] = [];

  const turn = () => {
    isTurning = false;
    const dueMs = Math.min(...wakers.map((waker) => waker.dueMs));
    const [next] = wakers.splice(
      wakers.findIndex((waker) => waker.dueMs === dueMs),
      1,
    );
    nowMs = Math.max(nowMs, dueMs);
    next?.wake();
    schedule();
  };
  const schedule = () => {
    if (isTurning || wakers.length === 0) return;
    isTurning = true;
    setImmediate(turn);
  };
  const pass = (ms: number) =>
    new Promise<void>((wake) => {
      wakers.push({ dueMs: nowMs + ms, wake });
      schedule();
    });
  return {
    now: () => nowMs,
    random,
    slept,
    pass,
    sleep: (ms) => {
      slept.push(ms);
      return pass(ms);
    },
    set: (epochMs) => {
      nowMs = epochMs;
    },
  };
}

// ---- Http -------------------------------------------------------------------------------------

/** An answer, a network error, or `never`: the process is killed while it waits. */
export type Scripted = Partial<HttpResponse> | Error | 'never';

export interface ScriptedHttp {
  readonly http: Http;
  /** Every request, oldest first. */
  readonly requests: readonly HttpRequest[];
}

/** @param script one answer a request, the last one for all that follow; or a function of the request */
export function createScriptedHttp(
  script:
    readonly [Scripted, ...Scripted[]] | ((request: HttpRequest) => Scripted | Promise<Scripted>),
): ScriptedHttp {
  const requests: HttpRequest[] = [];
  return {
    requests,
    http: async (request) => {
      requests.push(request);
      const answer =
        typeof script === 'function'
          ? await script(request)
          : (script[requests.length - 1] ?? script.at(-1) ?? {});
      if (answer === 'never') return new Promise(() => undefined);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '', ...answer };
    },
  };
}

/** What each platform says when it took the message. */
export function accept({ url }: Pick<HttpRequest, 'url'>): Scripted {
  if (url.includes('hooks.slack.com')) return { body: 'ok' };
  return url.includes('qyapi') ? { body: '{"errcode":0,"errmsg":"ok"}' } : { status: 204 };
}

// ---- Reader -----------------------------------------------------------------------------------

export interface ScriptedReader extends SettingsReader {
  /** How often settings were read. */
  readonly reads: () => number;
}

export function createReader(
  answer: () => JsonObject | CloudError,
  whoAmI: () => string | CloudError = () => uin,
): ScriptedReader {
  let reads = 0;
  const settle = <T>(value: T | CloudError): Promise<T> =>
    value instanceof CloudError ? Promise.reject(value) : Promise.resolve(value);
  return {
    reads: () => reads,
    read: () => {
      reads += 1;
      return settle(answer());
    },
    whoAmI: () => settle(whoAmI()),
  };
}

export const silentLog: Log = () => undefined;

// ---- What a run is made of --------------------------------------------------------------------

export const uin = '100000000001';
export const source = 'DescribeAssetImageScanSetting';

export const goodSettings: JsonObject = {
  Enable: true,
  ScanVul: true,
  ScanPeriod: 1,
  RequestId: '00000000-0000-4000-8000-000000000000',
};

function policy(
  id: string,
  severity: Policy['severity'],
  require: JsonObject,
  when?: JsonObject,
): CompiledPolicy {
  const text = `Set ${id} right.`;
  const rationale = 'Made up for tests.';
  const controls = ['NIST-800-53r5/RA-5'];
  const fields = { id, title: `Title of ${id}`, severity, source, rationale, controls, require };
  return compilePolicy({
    pack: 'image-scan',
    policy: { ...fields, remediation: { text }, ...(when !== undefined && { when }) },
  });
}

const whenEnabled: JsonObject = { properties: { Enable: { const: true } } };

/** One of each severity that matters: critical, high and low. */
export const policies: readonly CompiledPolicy[] = [
  policy('enabled', 'critical', { properties: { Enable: { const: true } } }),
  policy('vulnerabilities', 'high', { properties: { ScanVul: { const: true } } }, whenEnabled),
  policy('period', 'low', { properties: { ScanPeriod: { maximum: 7 } } }, whenEnabled),
];

export const secret = `whsec_${Buffer.from('test-only-webhook-secret-0123456').toString('base64')}`;
export const webhooks = {
  slack: 'https://hooks.slack.com/services/T000/B000/CANARYSLACK',
  wecom: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=CANARYWECOM',
  generic: `https://hooks.example.com/audit/CANARYGENERIC#secret=${secret}`,
} as const;

/** @param text as in `AUDIT_WEBHOOKS` */
export function channelsOf(text: string): readonly Channel[] {
  const { channels, problems } = parseWebhooks(text, 'en');
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return channels;
}

export function channelOf(text: string): Channel {
  const [channel] = channelsOf(text);
  if (channel === undefined) throw new Error('no channel');
  return channel;
}

/** A nightly timer's tick at that instant, on an account that is known, told to Slack. */
export function planAt(scheduledAt: string, change: Partial<RunPlan> = {}): RunPlan {
  const scheduledMs = Date.parse(scheduledAt);
  return {
    identity: identify('timer', 'nightly', scheduledMs),
    site: 'intl',
    uin,
    sources,
    policies,
    waivers: [],
    channels: channelsOf(webhooks.slack),
    notify: { notify: 'changes', remindDays: 7 },
    timezone: 'Asia/Shanghai',
    tool: { name: 'tcss-audit', version: '0.0.0-test' },
    observeUntilMs: scheduledMs + 100_000,
    tellUntilMs: scheduledMs + 200_000,
    ...change,
  };
}

export interface World {
  readonly store: EvidenceStore;
  readonly clock: ManualClock;
  readonly http: ScriptedHttp;
  readonly reader: ScriptedReader;
  readonly ports: RunPorts;
}

export function worldOf(parts: Omit<World, 'ports'>): World {
  const { store, clock, reader, http } = parts;
  const ports = { store, clock, accounts: accountsOf(reader), http: http.http, log: silentLog };
  return { ...parts, ports };
}

/** One reader for whatever account. */
export function accountsOf(reader: SettingsReader): Accounts {
  return { open: () => Promise.resolve(reader) };
}

export function waiverOf(change: Partial<Waiver> = {}): Waiver {
  return {
    id: 'W-1',
    policy: 'vulnerabilities',
    targets: [uin],
    reason: 'Made up for tests.',
    approvedBy: 'ciso',
    from: '2026-11-01',
    until: '2027-06-30',
    ...change,
  };
}
