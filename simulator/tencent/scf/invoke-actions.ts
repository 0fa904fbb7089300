/**
 * Functions are run, and what came of it is told.
 * @see https://cloud.tencent.com/document/api/583/17243
 */
import { isObject } from '../../json.ts';
import type { Action } from '../action.ts';
import { ok, refused, type Refusal } from '../outcome.ts';
import {
  isWhole,
  listOf,
  numberOf,
  objectOf,
  parameterFault,
  textOf,
  type Taken,
} from '../parameters.ts';
import { inShanghai, type Values } from '../settings/product.ts';
import { isRefusal } from './checks.ts';
import type { ScfFunction } from './function.ts';
import { onFunction, pageIn, scfVersion } from './on-function.ts';
import { acceptedOf, resultOf, type Invocation } from './invocation.ts';

const maxSyncBytes = 6 * 1024 * 1024;
const maxAsyncBytes = 128 * 1024;
const retryLimits = { most: 2, leastTtlSeconds: 60, mostTtlSeconds: 21_600 };
const common: Taken['optional'] = { Qualifier: 'text', LogType: 'text', RoutingKey: 'text' };

export const invokeActions: Readonly<Record<string, Action>> = {
  Invoke: {
    ...onFunction(
      'Invoke',
      { optional: { ...common, InvocationType: 'text', ClientContext: 'text' } },
      (target, { parameters, world }) => {
        const type = textOf(parameters, 'InvocationType') ?? 'RequestResponse';
        if (type !== 'RequestResponse' && type !== 'Event') {
          return refused('InvalidParameterValue.InvokeType', 'InvocationType');
        }
        const isLater = type === 'Event';
        const event = eventIn(target, parameters, {
          name: 'ClientContext',
          maxBytes: isLater ? maxAsyncBytes : maxSyncBytes,
        });
        if (typeof event !== 'string') return event;
        if (isLater) {
          return ok({ Result: acceptedOf(world.scf.invokeLater(target, event).requestId) });
        }
        const hasLog = textOf(parameters, 'LogType') === 'Tail';
        return ok(answered(world.scf.invoke(target, event), hasLog));
      },
    ),
    limitPerSecond: 1000,
  },
  InvokeFunction: {
    ...onFunction(
      'InvokeFunction',
      { optional: { ...common, Event: 'text' } },
      (target, { parameters, world }) => {
        const event = eventIn(target, parameters, { name: 'Event', maxBytes: maxSyncBytes });
        if (typeof event !== 'string') return event;
        const hasLog = textOf(parameters, 'LogType') === 'Tail';
        return ok(answered(world.scf.invoke(target, event), hasLog));
      },
    ),
    limitPerSecond: 1000,
  },
  GetFunctionEventInvokeConfig: onFunction(
    'GetFunctionEventInvokeConfig',
    { optional: { Qualifier: 'text' } },
    ({ asyncConfig: { retries, ttlSeconds } }) =>
      ok({ AsyncTriggerConfig: { RetryConfig: [{ RetryNum: retries }], MsgTTL: ttlSeconds } }),
  ),
  UpdateFunctionEventInvokeConfig: onFunction(
    'UpdateFunctionEventInvokeConfig',
    { needed: { AsyncTriggerConfig: 'object' } },
    (target, { parameters, world }) => {
      if (target.status !== 'Active') {
        return refused('FailedOperation.FunctionVersionStatusNotActive', target.status);
      }
      const asyncConfig = asyncConfigIn(objectOf(parameters, 'AsyncTriggerConfig') ?? {});
      if (isRefusal(asyncConfig)) return asyncConfig;
      world.scf.functions.put({ ...target, asyncConfig });
      return ok();
    },
  ),
  GetFunctionLogs: onFunction(
    'GetFunctionLogs',
    {
      optional: {
        ...{ Offset: 'number', Limit: 'number', Order: 'text', OrderBy: 'text', Filter: 'object' },
        ...{ Qualifier: 'text', FunctionRequestId: 'text', StartTime: 'text', EndTime: 'text' },
      },
    },
    (target, { parameters, world }) => {
      const page = pageIn(parameters);
      if (isRefusal(page)) return page;
      const found = logsOf(target, world.scf.invocations, parameters);
      if (isRefusal(found)) return found;
      return ok({ TotalCount: found.length, Data: page.of(found).map(logOf) });
    },
  ),
  GetAccount: {
    version: scfVersion,
    permission: 'scf:GetAccount',
    needsRegion: true,
    faultOf: (parameters) => parameterFault({}, parameters),
    answer: ({ caller, region, world }) => {
      const { functions, rules } = world.scf;
      const own = functions.all().filter((one) => one.uin === caller.uin && one.region === region);
      return ok({
        AccountUsage: {
          NamespacesCount: rules.namespaces.length,
          Namespace: rules.namespaces.map((namespace) => usageOf(namespace, own)),
          TotalConcurrencyMem: 64_000,
          TotalAllocatedConcurrencyMem: 0,
          UserConcurrencyMemLimit: 64_000,
        },
        AccountLimit: {
          NamespacesCount: 5,
          Namespace: rules.namespaces.map(limitOf),
        },
      });
    },
  },
};

async function answered(running: Promise<Invocation>, hasLog: boolean): Promise<Values> {
  return { Result: resultOf(await running, hasLog) };
}

/** The event as it goes to the function. */
function eventIn(
  { status }: ScfFunction,
  parameters: Values,
  { name, maxBytes }: { readonly name: string; readonly maxBytes: number },
): string | Refusal {
  const qualifier = textOf(parameters, 'Qualifier') ?? '$LATEST';
  if (!['$LATEST', '$DEFAULT'].includes(qualifier)) {
    return refused('ResourceNotFound.Qualifier', qualifier);
  }
  if (status === 'Creating' || status === 'CreateFailed') {
    return refused('FailedOperation.FunctionStatusError', status);
  }
  const event = textOf(parameters, name) ?? '{}';
  if (Buffer.byteLength(event) > maxBytes) return refused('InvalidParameter.RequestTooLarge', name);
  return isJson(event) ? event : refused('InvalidParameterValue.Param', name);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function asyncConfigIn(given: Values): ScfFunction['asyncConfig'] | Refusal {
  const [first] = listOf(given, 'RetryConfig') ?? [];
  const retries = isObject(first) ? numberOf(first, 'RetryNum') : undefined;
  const ttlSeconds = numberOf(given, 'MsgTTL');
  if (retries === undefined || ttlSeconds === undefined) {
    return refused('InvalidParameterValue.AsyncTriggerConfig', 'AsyncTriggerConfig');
  }
  const { most, leastTtlSeconds, mostTtlSeconds } = retryLimits;
  if (!isWhole(retries, 0, most)) return refused('LimitExceeded.RetryNum', 'RetryNum');
  return isWhole(ttlSeconds, leastTtlSeconds, mostTtlSeconds)
    ? { retries, ttlSeconds }
    : refused('LimitExceeded.MsgTTL', 'MsgTTL');
}

/** By `Filter.RetCode`. */
const kinds: ReadonlyMap<string, (statusCode: number) => boolean> = new Map([
  ['not0', (statusCode) => statusCode !== 200 && statusCode !== 202],
  ['is0', (statusCode) => statusCode === 200],
  ['TimeLimitExceeded', (statusCode) => statusCode === 433],
  ['ResourceLimitExceeded', (statusCode) => statusCode === 434 || statusCode === 432],
  ['UserCodeException', (statusCode) => [430, 437, 439, 443].includes(statusCode)],
]);

function logsOf(
  target: ScfFunction,
  invocations: readonly Invocation[],
  parameters: Values,
): readonly Invocation[] | Refusal {
  const filter = objectOf(parameters, 'Filter');
  const kind = filter === undefined ? '' : (textOf(filter, 'RetCode') ?? '');
  const isKind = kind === '' ? () => true : kinds.get(kind);
  if (isKind === undefined) return refused('InvalidParameterValue.RetCode', 'RetCode');
  const start = textOf(parameters, 'StartTime');
  const end = textOf(parameters, 'EndTime');
  if ((start === undefined) !== (end === undefined)) {
    return refused('InvalidParameterValue.StartTimeOrEndTime', 'StartTime');
  }
  const [startMs, endMs] = [fromShanghai(start, -Infinity), fromShanghai(end, Infinity)];
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) {
    return refused('InvalidParameterValue.DateTime', 'StartTime');
  }
  if (start !== undefined && (endMs < startMs || endMs - startMs > 86_400_000)) {
    return refused('InvalidParameterValue.StartTime', 'StartTime');
  }
  const requestId = textOf(parameters, 'FunctionRequestId');
  const direction = textOf(parameters, 'Order') === 'asc' ? 1 : -1;
  const measure = measures.get(textOf(parameters, 'OrderBy') ?? 'start_time');
  if (measure === undefined) return refused('InvalidParameterValue.OrderBy', 'OrderBy');
  return invocations
    .filter(
      (one) =>
        one.name === target.name &&
        one.uin === target.uin &&
        one.region === target.region &&
        one.namespace === target.namespace &&
        isKind(one.statusCode) &&
        one.startedAtMs >= startMs &&
        one.startedAtMs <= endMs &&
        (requestId === undefined || one.requestId === requestId),
    )
    .map((one, index) => ({ one, index }))
    .sort((a, b) => direction * (measure(a.one) - measure(b.one) || a.index - b.index))
    .map(({ one }) => one);
}

const measures = new Map<string, (one: Invocation) => number>([
  ['start_time', (one) => one.startedAtMs],
  ['duration', (one) => one.durationMs],
  ['mem_usage', (one) => one.memoryBytes],
  ['function_name', () => 0],
]);

/** The zone is not documented: it is taken to be that of the other times without one. */
function fromShanghai(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return NaN;
  return Date.parse(`${text.replace(' ', 'T')}+08:00`);
}

function logOf(one: Invocation): Values {
  const isRunning = one.statusCode === 202;
  return {
    FunctionName: one.name,
    RequestId: one.requestId,
    RetMsg: one.answer,
    StartTime: inShanghai(one.startedAtMs),
    RetCode: isRunning ? 2 : one.statusCode === 200 ? 0 : one.statusCode,
    InvokeFinished: isRunning ? 0 : 1,
    Duration: one.durationMs,
    BillDuration: Math.ceil(one.durationMs / 100) * 100,
    MemUsage: one.memoryBytes,
    Log: one.log,
    RetryNum: one.retry,
  };
}

function usageOf(namespace: string, own: readonly ScfFunction[]): Values {
  const names = own.filter((one) => one.namespace === namespace).map(({ name }) => name);
  return {
    Namespace: namespace,
    Functions: names,
    FunctionsCount: names.length,
    TotalConcurrencyMem: 64_000,
    TotalAllocatedConcurrencyMem: 0,
    TotalAllocatedProvisionedMem: 0,
  };
}

function limitOf(namespace: string): Values {
  return {
    Namespace: namespace,
    FunctionsCount: 50,
    Trigger: { Cos: 10, Timer: 10, Cmq: 10, Total: 50, Ckafka: 10, Apigw: 10, Cls: 10 },
    ConcurrentExecutions: 500,
    TimeoutLimit: 900,
    TestModelLimit: null,
    InitTimeoutLimit: 300,
    RetryNumLimit: retryLimits.most,
    MinMsgTTL: retryLimits.leastTtlSeconds,
    MaxMsgTTL: retryLimits.mostTtlSeconds,
  };
}
