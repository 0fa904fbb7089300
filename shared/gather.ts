/** Puts what targets said into the store, and keeps what their record has to say of it. */
import { writeParts, type PartOptions } from './evidence/parts.ts';
import type { Subject } from './evidence/record.ts';
import { keepTally, type Tally } from './evidence/tally.ts';
import type { TargetReport, Waiver } from './model.ts';
import { neededBy } from './policy/waivers.ts';
import type { EvidenceStore } from './ports.ts';
import { survey, type SurveyPlan, type SurveyPorts } from './survey.ts';
import type { AuditTarget } from './targets.ts';

/** What a record needs to know of reports that lie in the store. */
export interface Gathered {
  /** In the order in which the record names them. */
  readonly files: readonly Subject[];
  readonly tally: Tally;
  /** Ids of the waivers that they need. */
  readonly waivers: readonly string[];
}

export interface Collector {
  /** Waits while the store takes what is full. */
  readonly add: (report: TargetReport) => Promise<void>;
  /** Puts what is left. */
  readonly finish: () => Promise<Gathered>;
}

export function collect(
  store: EvidenceStore,
  waivers: readonly Waiver[],
  options: PartOptions,
): Collector {
  const writer = writeParts(store, options);
  const keeper = keepTally();
  const needed = new Set<string>();
  return {
    add: async (report) => {
      keeper.add(report);
      for (const id of neededBy(report, waivers)) needed.add(id);
      await writer.add(report);
    },
    finish: async () => ({
      files: await writer.finish(),
      tally: keeper.tally(),
      waivers: [...needed],
    }),
  };
}

/** All targets in this process. */
export async function gather(
  ports: SurveyPorts & { readonly store: EvidenceStore },
  plan: SurveyPlan,
  targets: readonly AuditTarget[],
  options: Omit<PartOptions, 'runId'> = {},
): Promise<Gathered> {
  const runId = plan.identity.id;
  const collector = collect(ports.store, plan.waivers, { runId, ...options });
  await survey(ports, plan, targets, collector.add);
  return collector.finish();
}

export function joined(all: readonly Gathered[]): Gathered {
  const keeper = keepTally();
  for (const { tally } of all) keeper.addAll(tally);
  return {
    files: all.flatMap(({ files }) => files),
    tally: keeper.tally(),
    waivers: [...new Set(all.flatMap(({ waivers }) => waivers))],
  };
}
