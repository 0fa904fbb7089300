/** What SCF tells of a function, as one value. Its answers are hostile: whatever is not of its type is not told. */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own, parseJson } from '../../shared/json.ts';
import type { JsonObject } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';
import { numberOf, settingsIn, textOf } from './settings.ts';
import type { Actual, Retries, Timer } from './state.ts';

export interface Answers {
  /** Of GetFunction. */
  readonly fn: JsonObject;
  /** Of GetFunctionAddress. */
  readonly address: JsonObject;
  /** Of GetFunctionEventInvokeConfig. */
  readonly retries: JsonObject;
  /** Of all pages of ListTriggers. */
  readonly triggers: readonly JsonObject[];
}

/** @throws CloudError where it does not tell which variables there are: a change would wipe them */
export function actualOf({ fn, address, retries, triggers }: Answers): Actual {
  return {
    ...stateOf(fn),
    runtime: plainLine(textOf(fn, 'Runtime') ?? 'unknown', 60),
    handler: plainLine(textOf(fn, 'Handler') ?? 'unknown', 120),
    settings: settingsIn(fn),
    variables: pairsIn(environmentIn(fn), 'Variables'),
    tags: pairsIn(fn, 'Tags'),
    hasBalance: textOf(fn, 'AvailableStatus') !== 'InsufficientBalance',
    codeSha256: textOf(address, 'CodeSha256') ?? '',
    retries: retriesIn(retries),
    ...triggersIn(triggers),
  };
}

export function triggersIn(triggers: readonly JsonObject[]): Pick<Actual, 'timers' | 'others'> {
  const timers = triggers.filter((trigger) => textOf(trigger, 'Type') === 'timer');
  return {
    timers: timers.map(timerOf),
    others: triggers
      .filter((trigger) => !timers.includes(trigger))
      .map((trigger) => ({ type: shown(trigger, 'Type'), name: shown(trigger, 'TriggerName') })),
  };
}

/** Of a function that may not have come to be. */
export function stateOf(fn: JsonObject): Pick<Actual, 'status' | 'reasons'> {
  const reasons = own(fn, 'StatusReasons');
  return {
    status: plainLine(textOf(fn, 'Status') ?? 'unknown', 60),
    reasons: (isArray(reasons) ? reasons : [])
      .filter(isObject)
      .map((reason) =>
        [shown(reason, 'ErrorCode'), shown(reason, 'ErrorMessage')].filter(Boolean).join(': '),
      ),
  };
}

function environmentIn(fn: JsonObject): JsonObject {
  const environment = own(fn, 'Environment');
  if (environment === null) return {};
  if (isObject(environment)) return environment;
  throw untold();
}

/** Of a list of `Key` and `Value`. */
function pairsIn(answer: JsonObject, key: string): Readonly<Record<string, string>> {
  const list = own(answer, key) ?? [];
  if (!isArray(list)) throw untold();
  const pairs = list.map((item): [string, string] => {
    const [name, value] = isObject(item) ? [textOf(item, 'Key'), textOf(item, 'Value')] : [];
    if (name === undefined || value === undefined) throw untold();
    return [name, value];
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}

function untold(): CloudError {
  const what = 'the answer does not tell which variables the function has';
  return new CloudError('BadAnswer', `GetFunction: ${what}: nothing was changed, or they would go`);
}

function retriesIn(answer: JsonObject): Partial<Retries> {
  const config = own(answer, 'AsyncTriggerConfig');
  if (!isObject(config)) return {};
  const list = own(config, 'RetryConfig');
  const [first] = isArray(list) ? list : [];
  const count = isObject(first) ? numberOf(first, 'RetryNum') : undefined;
  const ttlSeconds = numberOf(config, 'MsgTTL');
  return {
    ...(count !== undefined && { count }),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
  };
}

function timerOf(trigger: JsonObject): Timer {
  const argument = textOf(trigger, 'CustomArgument') ?? '';
  return {
    name: shown(trigger, 'TriggerName'),
    cron: cronIn(textOf(trigger, 'TriggerDesc') ?? ''),
    // Written as OPEN and CLOSE, read as 1 and 0.
    isOpen: own(trigger, 'Enable') === 1 || own(trigger, 'Enable') === 'OPEN',
    qualifier: shown(trigger, 'Qualifier'),
    ...(argument !== '' && { argument }),
  };
}

/** Written as an expression, read as `{"cron":"…"}`. */
function cronIn(described: string): string {
  let cron: unknown = described;
  try {
    const parsed = parseJson(described);
    if (isObject(parsed)) cron = own(parsed, 'cron');
  } catch {
    // An expression as it is.
  }
  return typeof cron === 'string' ? plainLine(cron.replace(/\s+/g, ' '), 120) : '';
}

function shown(answer: JsonObject, key: string): string {
  return plainLine(textOf(answer, key) ?? '', 300);
}
