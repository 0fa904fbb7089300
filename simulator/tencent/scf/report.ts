/** How the platform puts a run into words. */
import type { RunResult } from './child.ts';
import type { ScfFunction } from './function.ts';
import type { Invocation } from './invocation.ts';

const words: ReadonlyMap<number, string> = new Map([
  [407, 'The size of response exceeds the upper limit (6MB)'],
  [430, 'user code exception caught'],
  [432, 'ResourceLimitReached'],
  [433, 'TimeLimitReached'],
  [434, 'MemoryLimitReached'],
  [437, 'HandlerNotFound'],
  [439, 'UserProcessExit'],
  [443, 'user code exception caught'],
  [450, 'InitTimeLimitReached'],
]);

/** @param started the record of the run when it began */
export function finished(
  started: Invocation,
  target: ScfFunction,
  { ending, initMs, durationMs, memoryBytes, output }: RunResult,
): Invocation {
  const { requestId } = started;
  const isGood = ending.kind === 'answer';
  const statusCode = isGood ? 200 : ending.statusCode;
  const answer = isGood
    ? ending.text
    : JSON.stringify({
        errorCode: -1,
        errorMessage: words.get(statusCode) ?? 'InternalError',
        requestId,
        stackTrace: ending.detail,
        statusCode,
      });
  const duration = Math.round(durationMs);
  const megabytes = (memoryBytes / 1024 / 1024).toFixed(2);
  const log = [
    `START RequestId: ${requestId}`,
    `Init Report RequestId: ${requestId} Coldstart: ${String(Math.round(initMs))}ms`,
    output.replace(/\n$/, ''),
    `Response RequestId: ${requestId} RetMsg: ${answer}`,
    `END RequestId: ${requestId}`,
    `Report RequestId: ${requestId} Duration:${String(duration)}ms Memory:${String(target.memoryMb)}MB MemUsage:${megabytes}MB`,
    '',
  ];
  return {
    ...started,
    statusCode,
    answer,
    error: isGood ? '' : ending.detail,
    durationMs: duration,
    memoryBytes,
    log: log.join('\n'),
  };
}

/** Whether and how the platform tries again: user errors a few times, its own until the event is too old. */
export function retriesOf(statusCode: number): 'never' | 'some' | 'until-old' {
  if (statusCode === 200 || statusCode === 499) return 'never';
  return statusCode === 432 || statusCode === 500 ? 'until-old' : 'some';
}
