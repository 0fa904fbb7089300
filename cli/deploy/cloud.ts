/** One function in the cloud: read whole, and written a request at a time. */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own } from '../../shared/json.ts';
import type { JsonObject } from '../../shared/model.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { actualOf, stateOf, triggersIn } from './actual.ts';
import { numberOf } from './settings.ts';
import type { FoundFunction } from './removal.ts';
import type { Actual, FunctionPlace } from './state.ts';

export interface Cloud {
  /**
   * The function as it is, once no change of it is under way; undefined where there is none.
   * @throws CloudError also where it has failed, but for a creation that failed
   */
  readonly read: (place: FunctionPlace) => Promise<Actual | undefined>;
  /**
   * What there is to take away, whatever state it is in.
   * @throws CloudError
   */
  readonly find: (place: FunctionPlace) => Promise<FoundFunction | undefined>;
  /** @throws CloudError */
  readonly write: (action: string, request: JsonObject) => Promise<JsonObject>;
}

interface Named extends JsonObject {
  readonly FunctionName: string;
  readonly Namespace: string;
}

const underWay = ['Creating', 'Updating', 'Publishing', 'Deleting'];
const waitMs = 1_000;
/** For a step of a change; SCF takes seconds, and minutes with a network. */
const patienceMs = 300_000;
/** With the whole code in it, over a slow line. */
const uploadTimeoutMs = 120_000;
const pageSize = 100;
const maxPages = 20;

export function createCloud(clock: Clock, api: Api): Cloud {
  const scf = (action: string, request: JsonObject) =>
    api.call({ service: 'scf', action, request }, clock.now() + patienceMs);

  const describe = async (named: JsonObject): Promise<JsonObject | undefined> => {
    try {
      return await scf('GetFunction', { ...named, ShowCode: 'FALSE' });
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const settled = async (named: Named): Promise<JsonObject | undefined> => {
    const endMs = clock.now() + patienceMs;
    for (;;) {
      const fn = await describe(named);
      if (fn === undefined || !underWay.includes(stateOf(fn).status)) return fn;
      if (clock.now() >= endMs) throw stuck(named.FunctionName, fn);
      await clock.sleep(waitMs);
    }
  };
  const triggersOf = async (named: JsonObject): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    for (let page = 0; page < maxPages; page += 1) {
      const answer = await scf('ListTriggers', {
        ...named,
        Offset: page * pageSize,
        Limit: pageSize,
      });
      const list = own(answer, 'Triggers');
      found.push(...(isArray(list) ? list.filter(isObject) : []));
      if (found.length >= (numberOf(answer, 'TotalCount') ?? 0)) break;
    }
    return found;
  };

  return {
    read: async ({ namespace, name }) => {
      const named = { FunctionName: name, Namespace: namespace };
      const fn = await settled(named);
      if (fn === undefined) return undefined;
      const { status, reasons } = stateOf(fn);
      if (status === 'CreateFailed') return { ...nothing, status, reasons };
      if (status !== 'Active') throw failed(name, status, reasons);
      const [address, retries, triggers] = await Promise.all([
        scf('GetFunctionAddress', named),
        scf('GetFunctionEventInvokeConfig', named),
        triggersOf(named),
      ]);
      return actualOf({ fn, address, retries, triggers });
    },
    find: async ({ namespace, name }) => {
      const named = { FunctionName: name, Namespace: namespace };
      return (await settled(named)) === undefined ? undefined : triggersIn(await triggersOf(named));
    },
    write: (action, request) =>
      api.call(
        { service: 'scf', action, request, timeoutMs: uploadTimeoutMs },
        clock.now() + patienceMs,
      ),
  };
}

/** Of a function that never came to be. */
const nothing: Omit<Actual, 'status' | 'reasons'> = {
  ...{ runtime: '', handler: '', settings: {}, variables: {}, tags: {}, hasBalance: true },
  ...{ codeSha256: '', retries: {}, timers: [], others: [] },
};

export function isAbsent(error: unknown): boolean {
  return (
    error instanceof CloudError && /^ResourceNotFound(\.Function(Name)?)?$/.test(error.apiCode)
  );
}

export function failed(name: string, status: string, reasons: readonly string[]): CloudError {
  const why = reasons.length === 0 ? 'SCF does not say why' : reasons.join('; ');
  return new CloudError(
    'FunctionFailed',
    `The function ${name} is ${status}: ${why}. Mend that, in the console if need be, and deploy again.`,
  );
}

function stuck(name: string, fn: JsonObject): CloudError {
  const { status } = stateOf(fn);
  return new CloudError(
    'Timeout',
    `The function ${name} is still ${status} after ${String(patienceMs / 60_000)} minutes. Look at it in the console, and deploy again: what is done stays done.`,
  );
}
