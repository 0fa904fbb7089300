/**
 * Many accounts: on one instance, on a bad night, in shards. Each beside what no audit can do without.
 * `npm run bench estate -- [--json] [--only one,faults,shards] [--targets 10000] [--shards 100000] [--at-once 10] [--pairs 3]`
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { faultsRow, type Faults } from './estate/faults.ts';
import { pacedRow, unpacedRow, worstRow, type OneInstance } from './estate/one-instance.ts';
import { rolesPerSecond } from './estate/organisation.ts';
import { shardsRow, type Shards } from './estate/shards.ts';
import { print, talk, type Bench } from './support/bench.ts';
import { grouped, megabytes, newTable, seconds } from './support/figures.ts';

const parts = ['one', 'faults', 'shards'] as const;
type Part = (typeof parts)[number];

/** Of design: wall over the ideal, and what one instance may take. */
const budget = { ratio: 1.15, peakMb: 256 };

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', default: parts.join(',') },
      targets: { type: 'string', default: '10000' },
      shards: { type: 'string', default: '100000' },
      faults: { type: 'string', default: '2000' },
      'at-once': { type: 'string', default: String(Math.min(50, 5 * availableParallelism())) },
      pairs: { type: 'string', default: '3' },
    },
  });
  const chosen = partsIn(values.only);
  const [targets, inShards, struck, atOnce, pairs] = [
    countIn('targets', values.targets),
    countIn('shards', values.shards),
    countIn('faults', values.faults),
    countIn('at-once', values['at-once']),
    countIn('pairs', values.pairs),
  ] as const;

  const one: OneInstance[] = [];
  if (chosen.has('one')) {
    for (const size of [Math.ceil(targets / 10), Math.ceil(targets / 3), targets]) {
      talk(`${grouped(size)} targets on one instance`);
      one.push(await pacedRow(size));
    }
    talk(`${grouped(targets)} targets, each with a finding`);
    one.push(await worstRow(targets));
    talk(`${grouped(targets)} targets without the pace of STS, ${String(pairs)} pairs`);
    one.push(await unpacedRow(targets, pairs));
  }
  if (chosen.has('faults')) talk(`${grouped(struck)} targets with faults`);
  const faults = chosen.has('faults') ? await faultsRow(struck) : undefined;
  if (chosen.has('shards')) talk(`${grouped(inShards)} targets in shards`);
  const shards = chosen.has('shards') ? await shardsRow(inShards, atOnce) : undefined;

  const machine = { node: process.version, threads: availableParallelism() };
  if (values.json) {
    print(JSON.stringify({ machine, rolesPerSecond, one, faults, shards }, null, 2));
    return;
  }
  print(`Node ${machine.node}, ${String(machine.threads)} threads for both sides together`);
  if (one.length > 0) print(tableOfOne(one));
  if (faults !== undefined) print(tableOfFaults(faults));
  if (shards !== undefined) print(tableOfShards(shards));
}

/** What the budget is of; the rest of this page is asked for by name. */
export const oneInstance: Bench<readonly OneInstance[]> = {
  measure: async ({ isQuick, talk: tell }) => {
    const [targets, pairs] = isQuick ? [30, 1] : [10_000, 11];
    tell(`one instance: ${grouped(targets)} targets, ${String(pairs)} pairs, paced and not`);
    return [await pacedRow(targets, pairs), await unpacedRow(targets, pairs)];
  },
  show: tableOfOne,
  budgets: ([paced, unpaced]) => [
    {
      ...{ what: 'many targets on one instance ÷ the SDK alone', figure: paced?.wallRatio ?? NaN },
      ...{ unit: 'times', budget: { atMost: budget.ratio } },
    },
    {
      ...{ what: 'the same, without the pace of STS', figure: unpaced?.wallRatio ?? NaN },
      ...{ unit: 'times', budget: { atMost: budget.ratio } },
    },
    {
      ...{ what: 'peak memory of many targets', figure: paced?.peakMb ?? NaN },
      ...{ unit: 'MB', budget: { atMost: budget.peakMb } },
    },
  ],
};

function partsIn(text: string): ReadonlySet<Part> {
  const names = text.split(',');
  const wrong = names.filter((name) => !parts.some((part) => part === name));
  if (wrong.length > 0) {
    throw new Error(`--only names ${wrong.join(', ')}: there are ${parts.join(', ')}`);
  }
  return new Set(parts.filter((part) => names.includes(part)));
}

function countIn(option: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`--${option} is "${text}": give a whole number from 1`);
}

function tableOfOne(rows: readonly OneInstance[]): string {
  const table = newTable([
    'one instance',
    'targets',
    'requests',
    'wall',
    'ideal',
    'wall ÷ ideal',
    'CPU a target',
    'ideal',
    'CPU ÷ ideal',
    'peak',
    'ideal',
  ]);
  for (const row of rows) {
    table.push([
      row.what,
      grouped(row.targets),
      grouped(row.requests),
      seconds(row.wallMs),
      seconds(row.idealWallMs),
      row.wallRatio.toFixed(2),
      `${row.cpuMs.toFixed(2)} ms`,
      `${row.idealCpuMs.toFixed(2)} ms`,
      row.cpuRatio.toFixed(2),
      megabytes(row.peakMb),
      megabytes(row.idealPeakMb),
    ]);
  }
  return [
    table.toString(),
    'ideal: AssumeRole and DescribeAssetImageScanSetting of each target with nothing but Tencent’s clients, as many at once;',
    `paced: both keep to ${String(rolesPerSecond)} AssumeRole a second, of the 600 that STS documents; unpaced: neither side, nor the simulator, limits anything.`,
    `budget: wall ÷ ideal ≤ ${String(budget.ratio)}, peak ≤ ${megabytes(budget.peakMb)} at 10,000 targets.`,
    '',
  ].join('\n');
}

function tableOfFaults(row: Faults): string {
  const table = newTable(['faults', 'pass', 'fail', 'skip', 'error']);
  for (const [what, counts] of [
    ['counted', row.counts],
    ['expected', row.expected],
  ] as const) {
    const { pass, fail, skip, error } = counts;
    table.push([what, ...[pass, fail, skip, error].map(grouped)]);
  }
  return [
    table.toString(),
    `${grouped(row.targets)} targets, of which ${String(row.ofEach)} refuse their role, ${String(row.ofEach)} hang, ${String(row.ofEach)} twice answer that there are too many requests:`,
    `wall ${seconds(row.wallMs)}, ideal ${seconds(row.idealWallMs)} (the same patience with a call that hangs, 20 s), ratio ${row.wallRatio.toFixed(2)}; ${grouped(row.requests)} requests.`,
    '',
  ].join('\n');
}

function tableOfShards(row: Shards): string {
  const table = newTable(['in shards', '']);
  table.push(
    ['targets, each in the record exactly once', grouped(row.targets)],
    ['shards', `${grouped(row.shards)}, ${grouped(row.atOnce)} at once (50 in a cloud)`],
    ['requests', grouped(row.requests)],
    ['wall', seconds(row.wallMs)],
    [`${String(rolesPerSecond)} AssumeRole a second alone`, seconds(row.idealWallMs)],
    ['wall ÷ that', row.wallRatio.toFixed(2)],
    ['memory of the invocation that got the tick', megabytes(row.coordinatorPeakMb)],
    ['memory of a shard, at most', megabytes(row.shardPeakMb)],
    ['GB·s of all invocations', grouped(Math.round(row.gigabyteSeconds))],
    ['files', grouped(row.files)],
    ['findings that verify recomputed, without a fault', grouped(row.verifiedFindings)],
  );
  return table.toString();
}
