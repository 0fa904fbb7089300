/** Growth over targets: a run of one pack in a process of its own, with nothing to wait for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

import type { JsonObject } from '../../shared/model.ts';
import type { PackedPolicy } from '../../shared/policy/compile.ts';
import type { GatherAnswer, GatherEvent } from './gather.ts';
import { runChild } from '../support/child.ts';
import { median } from '../support/figures.ts';
import { benchFolder } from '../support/patched.ts';

export interface TargetsStep {
  readonly targets: number;
  /** Processes of which the figures are medians. */
  readonly times: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly heapMb: number;
  /** The most that was resident at once, with Node itself (VmHWM). */
  readonly peakMb: number;
  /** Found, over all targets. */
  readonly fails: number;
}

/** On a usual night, one account in so many has a finding. */
const brokenEvery = 20;
const timeoutMs = 3_600_000;
/** Run before, so that what is measured is not the compiler's warming up. */
const warmUp = 100;

export async function targetsStep(
  targets: number,
  policies: readonly PackedPolicy[],
  settings: JsonObject,
  times: number,
): Promise<TargetsStep> {
  const module = await builtGather();
  const all: (GatherAnswer & { readonly peakMb: number })[] = [];
  for (let round = 0; round < times; round += 1) {
    const root = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
    const event: GatherEvent = {
      ...{ targets, policies, brokenEvery, folder: join(root, 'measured') },
      good: JSON.stringify(settings),
      bad: JSON.stringify({ ...settings, ScanVul: false }),
    };
    const eventBefore = { ...event, targets: warmUp, folder: join(root, 'before') };
    try {
      const { answer, peakMb } = await runChild({
        ...{ module, event, eventBefore, env: {}, timeoutMs },
      });
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the program's own answer
      all.push({ ...(answer as GatherAnswer), peakMb });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  const of = (figure: 'wallMs' | 'cpuMs' | 'heapMb' | 'peakMb') =>
    median(all.map((one) => one[figure]));
  return {
    ...{ targets, times },
    ...{ wallMs: of('wallMs'), cpuMs: of('cpuMs'), heapMb: of('heapMb'), peakMb: of('peakMb') },
    fails: all[0]?.counts.fail ?? NaN,
  };
}

let gather: Promise<string> | undefined;

/** As plain JavaScript, as the function is. */
async function builtGather(): Promise<string> {
  const outfile = resolve(benchFolder, 'gather.js');
  gather ??= build({
    entryPoints: [join(import.meta.dirname, 'gather.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' },
    target: 'node18',
  }).then(() => outfile);
  return gather;
}
