/**
 * From the start of a process to its first request, beside a client of some forty lines and beside the function
 * as one would write it first: `npm run bench cold-start`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { startCold, type Cold } from './cold-start/cold.ts';
import { profiled, type Share } from './cold-start/profile.ts';
import { commandOf, type Bench, type Budgeted } from './support/bench.ts';
import { median, medianRatio, milliseconds, newTable, quartiles } from './support/figures.ts';
import { openFront } from './support/front.ts';
import { inTurn } from './support/in-turn.ts';
import { builtProgram } from './support/program.ts';

interface ColdStart {
  readonly pairs: number;
  /** Medians. */
  readonly rows: readonly (Cold & {
    readonly what: Side;
    /** Over the client, pair by pair. */
    readonly ratio: number;
    readonly quartiles: readonly [number, number];
  })[];
  /** Of the function's own time, from its first line to its first request: whose code it is spent in. */
  readonly shares: readonly Share[];
}

const sides = ['client', 'audit', 'one pack', 'naive'] as const;
type Side = (typeof sides)[number];

const meanings: Readonly<Record<Side, string>> = {
  client: 'the client',
  audit: 'the function, all packs',
  'one pack': 'the function, pack image-scan',
  naive: 'the naive function',
};

const phases = ['nodeMs', 'loadMs', 'prepareMs', 'tlsMs', 'requestMs', 'wholeMs'] as const;

export const coldStart: Bench<ColdStart> = {
  measure: async ({ isQuick, talk }) => {
    const pairs = isQuick ? 1 : 15;
    talk(`cold start: ${String(pairs)} pairs`);
    const front = await openFront({});
    const folder = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
    const env = {
      ...{ TENCENTCLOUD_SECRETID: 'BENCH-ID', TENCENTCLOUD_SECRETKEY: 'BENCH-KEY' },
      ...{ TENCENTCLOUD_UIN: '100000000001', AUDIT_ENDPOINT: front.url },
      AUDIT_EVIDENCE: `file:${folder}`,
      AUDIT_WEBHOOKS: `${front.url}/hook#kind=slack`,
    };
    const side = (module: string, more: Readonly<Record<string, string>> = {}) => {
      return () => startCold(front, { module, env: { ...env, ...more } });
    };
    try {
      const audit = resolve('dist/audit/index.js');
      const measured = await inTurn(pairs, {
        client: side(await builtProgram('client')),
        audit: side(audit),
        'one pack': side(audit, { AUDIT_POLICIES: 'image-scan' }),
        naive: side(await builtProgram('naive')),
      });
      const wholes = (what: Side) => measured[what].map(({ wholeMs }) => wholeMs);
      const rows = sides.map((what) => ({
        ...{ what, ...mediansOf(measured[what]) },
        ratio: medianRatio(wholes(what), wholes('client')),
        quartiles: quartiles(
          wholes(what).map((whole, at) => whole / (wholes('client')[at] ?? NaN)),
        ),
      }));
      return { pairs, rows, shares: await profiled(front, env, isQuick ? 1 : 11) };
    } finally {
      await front.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },

  show: ({ pairs, rows, shares }) => {
    const table = newTable([
      'cold start',
      ...['node', 'load', 'prepare', 'TLS', 'request'],
      ...['whole', '÷ client', 'half of the pairs'],
    ]);
    for (const row of rows) {
      table.push([
        meanings[row.what],
        ...phases.map((phase) => milliseconds(row[phase])),
        row.ratio.toFixed(2),
        row.quartiles.map((value) => value.toFixed(2)).join('–'),
      ]);
    }
    const byShare = newTable(['from the first line to the first request', 'time', '']);
    const all = shares.reduce((sum, { ms }) => sum + ms, 0);
    for (const { what, ms } of shares) {
      byShare.push([what, milliseconds(ms), `${((ms / all) * 100).toFixed(0)} %`]);
    }
    return [
      table.toString(),
      `Medians of ${String(pairs)} pairs: from the start of the process to the last byte of its first request, over TLS on loopback.`,
      byShare.toString(),
      'By the sampling profiler, which makes all of it slower: the shares are what counts.',
      '',
    ].join('\n');
  },

  budgets: ({ rows }) => {
    const budgeted = (what: string, row: Side): Budgeted => ({
      ...{ what, figure: rows.find((one) => one.what === row)?.ratio ?? NaN },
      ...{ unit: 'times', budget: { atMost: 1.3 } },
    });
    return [
      budgeted('cold start ÷ a client of 40 lines, the same request', 'one pack'),
      budgeted('the same, of 21 requests the first', 'audit'),
    ];
  },
};

function mediansOf(measured: readonly Cold[]): Cold {
  const of = (phase: (typeof phases)[number]) => median(measured.map((one) => one[phase]));
  return {
    ...{ wholeMs: of('wholeMs'), nodeMs: of('nodeMs'), loadMs: of('loadMs') },
    ...{ prepareMs: of('prepareMs'), tlsMs: of('tlsMs'), requestMs: of('requestMs') },
  };
}

export const run = commandOf(coldStart);
