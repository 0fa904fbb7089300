/**
 * From what was observed of a target to its findings. A run judges by it, and so does the replay of a sealed
 * run: what was sealed can be recomputed because both are this.
 */
import type { Finding, RunIdentity, Source, Target, TargetReport, Waiver } from './model.ts';
import type { CompiledPolicy } from './policy/compiled.ts';
import { evaluate } from './policy/evaluate.ts';
import { applyWaivers } from './policy/waivers.ts';

export interface JudgePlan {
  readonly identity: RunIdentity;
  readonly sources: Readonly<Record<string, Source>>;
  readonly policies: readonly CompiledPolicy[];
  readonly waivers: readonly Waiver[];
}

export function judge(
  { identity, sources, policies, waivers }: JudgePlan,
  { target, observations }: Pick<TargetReport, 'target' | 'observations'>,
): TargetReport {
  const bySource = new Map(observations.map((observation) => [observation.source, observation]));
  const findings = policiesOf(policies, target).flatMap((compiled): readonly Finding[] => {
    const source = sources[compiled.policy.source];
    if (source === undefined) throw new Error(`No source ${compiled.policy.source}`);
    const observation = bySource.get(source.id);
    const finding = evaluate(compiled, source, observation, target.site);
    const atMs = Date.parse(observation?.observedAt ?? identity.trigger.scheduledAt);
    return applyWaivers([finding], target, waivers, atMs);
  });
  return { target, observations, findings };
}

/** Those that judge the target. */
export function policiesOf(
  policies: readonly CompiledPolicy[],
  { policies: ids }: Pick<Target, 'policies'>,
): readonly CompiledPolicy[] {
  return ids === undefined ? policies : policies.filter(({ policy }) => ids.includes(policy.id));
}
