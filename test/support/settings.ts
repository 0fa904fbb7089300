/** Made-up settings, and the shipped policies ready to judge them. */
import { readPolicyFiles } from '../../cli/policy-files.ts';
import type { Finding, JsonObject, Observation, Policy, Source } from '../../shared/model.ts';
import { compilePolicy } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { evaluate } from '../../shared/policy/evaluate.ts';
import { lint, type Library } from '../../shared/policy/lint.ts';
import { interpret } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';

export const timezone = 'Asia/Shanghai';
export const observedAt = '2026-11-24T02:00:00.000Z';
export const observedAtMs = Date.parse(observedAt);

export const scanSource = sourceNamed('DescribeAssetImageScanSetting');

/** Nothing to complain about, eight hours after the last scan. */
export const goodSettings = {
  Enable: true,
  ScanTime: '18:00',
  ScanPeriod: 1,
  ScanVirus: true,
  ScanRisk: true,
  ScanVul: true,
  Images: [],
  ContainerRunning: false,
  ScanScope: 0,
  ScanEndTime: '20:00',
  ExcludeImages: [],
  LastScanTime: '2026-11-24 02:00:00',
  ScanResult: 'Success',
  ClusterIDs: [],
} as const satisfies JsonObject;

/** The policies of `policies/`. */
export const library = shippedLibrary();
export const allCompiled: readonly CompiledPolicy[] = library.policies.map(compilePolicy);

/** Those that judge image scan settings. */
export const compiled = allCompiled.filter(({ policy }) => policy.source === scanSource.id);

export function without(settings: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}

/** The observation of an answer, as the audit makes it. */
export function observed(
  settings: unknown,
  nowMs = observedAtMs,
  source: Source = scanSource,
): Observation {
  return interpret(source, settings, nowMs, timezone);
}

/** A policy that needs no file. */
export function policyOf(parts: Partial<Policy> & Pick<Policy, 'require'>): CompiledPolicy {
  const policy: Policy = {
    id: 'made-up',
    title: 'Made up',
    severity: 'low',
    source: 'DescribeAssetImageScanSetting',
    rationale: 'Made up.',
    remediation: { text: 'Made up.' },
    controls: [],
    ...parts,
  };
  return compilePolicy({ pack: 'made-up', policy });
}

export function judge(policy: CompiledPolicy, settings: unknown, nowMs = observedAtMs): Finding {
  const source = sourceNamed(policy.policy.source);
  return evaluate(policy, source, observed(settings, nowMs, source));
}

/** What every shipped policy of image scans says, by its id. */
export function statusesOf(settings: unknown, nowMs = observedAtMs): Record<string, string> {
  return Object.fromEntries(
    compiled.map((policy) => [policy.policy.id, judge(policy, settings, nowMs).status]),
  );
}

export function shipped(id: string): CompiledPolicy {
  const found = allCompiled.find(({ policy }) => policy.id === id);
  if (found === undefined) throw new Error(`No policy ${id}`);
  return found;
}

export function sourceNamed(id: string): Source {
  const source = sources[id];
  if (source === undefined) throw new Error(`No source ${id}`);
  return source;
}

function shippedLibrary(): Library {
  const result = lint(readPolicyFiles('policies'), sources);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
