/** What we use of SCF's context. The rest of it may print the environment: it is never logged. */
export interface ScfContext {
  readonly getRemainingTimeInMillis?: () => number;
  readonly time_limit_in_ms?: number;
}

/** Kept back so that the answer is out before the platform ends the process. */
const marginMs = 500;
/** Where nobody says how long we may take. */
const defaultMs = 300_000;

/** Epoch milliseconds. */
export function deadlineOf(context: ScfContext, nowMs: number): number {
  const remaining = context.getRemainingTimeInMillis?.() ?? context.time_limit_in_ms ?? defaultMs;
  const leftMs = Number.isFinite(remaining) ? remaining : defaultMs;
  return nowMs + Math.max(0, leftMs - marginMs);
}
