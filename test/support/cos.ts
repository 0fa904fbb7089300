/** The COS store as it is deployed, against the simulator's bucket. `npm test` builds it first. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

import { AuditError } from '../../shared/errors.ts';
import type { CosOptions, CosStore } from '../../shared/evidence/stores/cos.ts';
import type { JsonObject } from '../../shared/model.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Clock } from '../../shared/ports.ts';
import { createManualClock, type ManualClock } from './fake-ports.ts';

// Not the source: in there Tencent's own transport would be at work, which tries again unheard.
const { createCosStore } = createRequire(import.meta.url)(
  resolve('dist/audit/cos.js'),
) as typeof import('../../shared/evidence/stores/cos.ts');

export interface OpenedCos {
  readonly store: CosStore;
  readonly clock: ManualClock;
  /** What the store logged. */
  readonly logged: readonly (JsonObject | undefined)[];
}

/** The last id names the writer of the last put. */
export function openCos(
  simulator: Simulator,
  change: Partial<CosOptions> = {},
  time?: Clock,
): OpenedCos {
  const clock = createManualClock(Date.now());
  const logged: (JsonObject | undefined)[] = [];
  let ids = 0;
  const store = createCosStore(
    {
      clock: time ?? clock,
      newId: () => `writer-${String((ids += 1))}`,
      newError: (code, message) => new AuditError(code, message),
      log: (_level, _event, details) => logged.push(details),
    },
    {
      credential: simulator.credentials,
      name: simulator.cos.bucket,
      region: simulator.cos.region,
      prefix: 'evidence/',
      endpoint: new URL(simulator.url),
      use: 'audit',
      requestTimeoutMs: 5_000,
      deadlineMs: Infinity,
      ...change,
    },
  );
  return { store, clock, logged };
}
