/** Growth over policies: generated ones that read the image scan's settings, checked, compiled and judged by. */
import { judge } from '../../shared/judge.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject, Policy } from '../../shared/model.ts';
import { compilePolicy, compileToModules, type PackedPolicy } from '../../shared/policy/compile.ts';
import { lint } from '../../shared/policy/lint.ts';
import { interpret } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';
import { judgePattern } from '../../cli/patterns.ts';
import { medianCpu, type Times } from './step.ts';

export interface PoliciesStep {
  readonly policies: number;
  /** Of how many the figures of CPU are medians. */
  readonly times: number;
  readonly lintCpuMs: number;
  /** As the command line compiles: to functions, at once. */
  readonly compileCpuMs: number;
  /** As the build compiles: to the texts of modules. */
  readonly buildCpuMs: number;
  readonly moduleBytes: number;
  /** One answer by all of them, the first time after they were compiled, as a run does. */
  readonly judgeFirstCpuMs: number;
  /** The same when each of them has judged often. */
  readonly judgeCpuMs: number;
}

const sourceId = 'DescribeAssetImageScanSetting';
const pack = 'generated';
const timezone = 'Asia/Shanghai';
const warmUpRounds = 400;

/** No two alike: the build compiles a schema once, however many policies have it. */
const requires: readonly ((index: number) => JsonObject)[] = [
  (index) => ({ properties: { ScanPeriod: { minimum: 1, maximum: 7 + index } } }),
  (index) => ({
    properties: { facts: { properties: { scanOverdueHours: { maximum: 24 + index } } } },
  }),
  (index) => ({
    properties: {
      ScanVul: { const: true },
      ScanPeriod: { minimum: 1, maximum: 7 + index },
    },
  }),
];

function generatePolicies(count: number): readonly PackedPolicy[] {
  return Array.from({ length: count }, (_, index) => {
    const require = requires[index % requires.length]?.(index) ?? {};
    const policy: Policy = {
      id: `generated-${String(index)}`,
      title: `Generated policy ${String(index)}`,
      severity: 'medium',
      source: sourceId,
      rationale: 'Made up to be measured: a settings page is as long as somebody makes it.',
      remediation: { text: 'Set it right.' },
      controls: ['NIST-800-53r5/RA-5'],
      ...(index % 2 === 1 && { when: { properties: { Enable: { const: true } } } }),
      require,
    };
    return { pack, policy };
  });
}

export async function policiesStep(
  policies: number,
  settings: JsonObject,
  times: Times,
): Promise<PoliciesStep> {
  const packed = generatePolicies(policies);
  const { RequestId: _, ...example } = settings;
  const text = JSON.stringify({ description: 'made up', settings: example });
  const files = {
    policies: packed.map(({ policy }) => ({
      ...{ file: `${pack}/${policy.id}.json`, text: JSON.stringify(policy, null, 2) },
      ...{ pack, name: policy.id },
    })),
    examples: packed.flatMap(({ policy }) =>
      ['pass-as-it-is', 'fail-as-it-is'].map((name) => ({
        ...{
          file: `examples/${policy.id}/${name}.json`,
          text,
        },
        ...{ policyId: policy.id, name },
      })),
    ),
    waivers: undefined,
  };
  const linted = await medianCpu(times, () => {
    const result = lint(files, sources, { judgePattern });
    if (!result.ok) throw new Error(JSON.stringify(result.problems[0]));
  });
  const compiling = await medianCpu(times, () => packed.map(compilePolicy));
  let modules: readonly string[] = [];
  const building = await medianCpu(times, () => {
    modules = Object.values(compileToModules(packed, []));
  });

  const compiled = packed.map(compilePolicy);
  const source = sources[sourceId];
  if (source === undefined) throw new Error(`No source ${sourceId}`);
  const atMs = Date.now();
  const plan = { identity: identify('timer', 'nightly', atMs), sources, waivers: [] };
  const observations = [interpret(source, settings, atMs, timezone)];
  const target = { uin: '100000000001', site: 'intl' } as const;
  const judgeTimes = (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      judge({ ...plan, policies: compiled }, { target, observations });
    }
  };
  const first = await medianCpu({ most: 1, enoughMs: 0 }, () => {
    judgeTimes(1);
  });
  // V8 compiles what was called often: so often each policy is called, whatever their number.
  judgeTimes(warmUpRounds);
  // One is done in microseconds, which no clock tells: that of many, by their number.
  const repeated = Math.ceil(2_000 / policies);
  const judging = await medianCpu(times, () => {
    judgeTimes(repeated);
  });
  return {
    policies,
    times: Math.min(linted.times, compiling.times, building.times, judging.times),
    lintCpuMs: linted.cpuMs,
    compileCpuMs: compiling.cpuMs,
    buildCpuMs: building.cpuMs,
    moduleBytes: Buffer.byteLength(modules.join('')),
    judgeFirstCpuMs: first.cpuMs,
    judgeCpuMs: judging.cpuMs / repeated,
  };
}
