/** Reports in the store, with what their record has to say of them. */
import { collect } from '../../shared/gather.ts';
import type { TargetReport } from '../../shared/model.ts';
import type { EvidenceStore } from '../../shared/ports.ts';

export async function gatheredOf(
  store: EvidenceStore,
  runId: string,
  reports: readonly TargetReport[],
) {
  const collector = collect(store, [], { runId });
  for (const report of reports) await collector.add(report);
  const { files, tally } = await collector.finish();
  return { files, tally };
}
