/** One run of a function, as it is recorded and told. */
import type { Values } from '../settings/product.ts';
import type { FunctionPlace } from './function.ts';

export interface Invocation extends FunctionPlace {
  readonly requestId: string;
  /** Parsed. */
  readonly event: unknown;
  readonly source: 'sync' | 'async' | 'timer';
  /** 0 is the first run; retries have the request id of it. */
  readonly retry: number;
  /**
   * 200 ok, 202 running, 407 answer too large, 430 the code threw, 432 too many at once, 433 timeout,
   * 434 memory, 437 no handler, 439 the process ended, 443 the code did not load, 499 the platform went away.
   */
  readonly statusCode: number;
  /** What the handler returned: JSON, but a text as it is. Of a failed run the platform's report of that. */
  readonly answer: string;
  /** Empty where all went well. */
  readonly error: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly memoryBytes: number;
  /** What was printed, between the platform's own lines. */
  readonly log: string;
}

const tailBytes = 4096;

/**
 * Of a synchronous call. Documents show the fields only for a run that went well; that a failed one has
 * its report in `RetMsg`, the cause in `ErrMsg` and -1 in `InvokeResult` is put together from public logs.
 */
export function resultOf(invocation: Invocation, hasLog: boolean): Values {
  const { log, answer, error, memoryBytes, durationMs, requestId, statusCode } = invocation;
  return {
    Log: hasLog ? Buffer.from(log).subarray(-tailBytes).toString('utf8') : '',
    RetMsg: answer,
    ErrMsg: error,
    MemUsage: memoryBytes,
    Duration: durationMs,
    BillDuration: Math.ceil(durationMs),
    FunctionRequestId: requestId,
    InvokeResult: statusCode === 200 ? 0 : -1,
  };
}

/** Of an asynchronous call: only the id says something. */
export function acceptedOf(requestId: string): Values {
  return {
    Log: '',
    RetMsg: '',
    ErrMsg: '',
    MemUsage: 0,
    Duration: 0,
    BillDuration: 0,
    FunctionRequestId: requestId,
    InvokeResult: 0,
  };
}
