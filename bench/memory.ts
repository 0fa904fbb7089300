/**
 * The most memory that one run of one account takes, beside what Node takes by itself and what the function
 * would take as one would write it first: `npm run bench memory`.
 */
import { resolve } from 'node:path';

import { commandOf, type Bench } from './support/bench.ts';
import { runChild } from './support/child.ts';
import { median, newTable } from './support/figures.ts';
import { inTurn } from './support/in-turn.ts';
import { builtProgram } from './support/program.ts';
import { nightly, onStage } from './support/stage.ts';

interface Memory {
  readonly rounds: number;
  /** Medians, in MiB. */
  readonly rows: readonly {
    readonly what: (typeof sides)[number];
    readonly peakMb: number;
    readonly privateMb: number;
  }[];
}

const sides = ['audit', 'one pack', 'naive', 'client', 'nothing'] as const;

const meanings: Readonly<Record<(typeof sides)[number], string>> = {
  audit: 'the function, all packs',
  'one pack': 'the function, pack image-scan',
  naive: 'the naive function',
  client: 'Node and one HTTPS request',
  nothing: 'Node and nothing',
};

const timeoutMs = 120_000;

export const memory: Bench<Memory> = {
  measure: async ({ isQuick, talk }) => {
    const rounds = isQuick ? 1 : 11;
    talk(`memory: ${String(rounds)} rounds`);
    const audit = resolve('dist/audit/index.js');
    const measured = await inTurn(rounds, {
      audit: side(audit),
      'one pack': side(audit, { AUDIT_POLICIES: 'image-scan' }),
      naive: side(await builtProgram('naive')),
      client: side(await builtProgram('client')),
      nothing: side(await builtProgram('nothing')),
    });
    const rows = sides.map((what) => ({
      what,
      peakMb: median(measured[what].map(({ peakMb }) => peakMb)),
      privateMb: median(measured[what].map(({ privateMb }) => privateMb)),
    }));
    return { rounds, rows };
  },

  show: ({ rounds, rows }) => {
    const table = newTable(['memory', 'peak', 'of its own at the end']);
    for (const { what, peakMb, privateMb } of rows) {
      table.push([meanings[what], ...[peakMb, privateMb].map((mb) => `${mb.toFixed(1)} MB`)]);
    }
    return [
      table.toString(),
      `Medians of ${String(rounds)}. Peak: what was resident at once, with the pages of node’s program that were used (VmHWM, which is ru_maxrss).`,
      'Of its own: without the pages of files, which the kernel can drop and share (RssAnon).',
      '',
    ].join('\n');
  },

  budgets: ({ rows }) => {
    const figure = rows.find(({ what }) => what === 'audit')?.peakMb ?? NaN;
    const what = 'peak memory of a run of one account';
    return [{ ...{ what, figure, unit: 'MB' }, budget: { atMost: 64 } }];
  },
};

function side(module: string, more: Readonly<Record<string, string>> = {}) {
  return () =>
    onStage({}, ({ env }) =>
      runChild({ module, event: nightly, env: { ...env, ...more }, timeoutMs }),
    );
}

export const run = commandOf(memory);
