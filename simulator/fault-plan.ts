/** What goes wrong next, and how often. */
export interface FaultPlan<Fault> {
  /**
   * Replaces what was planned; `undefined` = nothing goes wrong any more.
   * @param options.only the one action that fails, or which do; otherwise all
   * @param options.after how many of those are let through first
   * @param options.times how many requests fail, otherwise all
   */
  set(
    fault: Fault | undefined,
    options?: {
      readonly only?: string | ((action: string) => boolean);
      readonly after?: number;
      readonly times?: number;
    },
  ): void;
  /** The fault that this request must meet; counts it. */
  take(action: string): Fault | undefined;
}

export function createFaultPlan<Fault>(): FaultPlan<Fault> {
  let planned: Fault | undefined;
  let isAffected: ((action: string) => boolean) | undefined;
  let spared = 0;
  let left = 0;
  return {
    set(fault, { only, after = 0, times = Infinity } = {}) {
      planned = fault;
      isAffected = typeof only === 'string' ? (action) => action === only : only;
      spared = after;
      left = times;
    },
    take(action) {
      if (left <= 0 || isAffected?.(action) === false) return undefined;
      if (spared > 0) {
        spared -= 1;
        return undefined;
      }
      left -= 1;
      return planned;
    },
  };
}
