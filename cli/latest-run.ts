import { openLog, runsBackwards } from '../shared/evidence/chain.ts';
import { sealedRunOf } from '../shared/evidence/runs.ts';
import type { SealedRun } from '../shared/model.ts';
import type { EvidenceStore } from '../shared/ports.ts';

/**
 * The latest run of the log, whatever it found; undefined where the log has none.
 * @throws AuditError when it, or a file that it seals, cannot be read or is not as it was sealed
 */
export async function latestRun(store: EvidenceStore): Promise<SealedRun | undefined> {
  for await (const record of runsBackwards(openLog(store, undefined))) {
    return sealedRunOf(store, record);
  }
  return undefined;
}
