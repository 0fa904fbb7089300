/**
 * One run of one account beside what it waits for: the slowest answer of the API and the slowest of a webhook.
 * Starting up is the cold start's: here the instance has run a night before, and the row without is beside it.
 * `npm run bench run`.
 */
import { resolve } from 'node:path';

import { commandOf, type Bench } from './support/bench.ts';
import { runChild } from './support/child.ts';
import { median, medianRatio, milliseconds, newTable } from './support/figures.ts';
import type { Exchange } from './support/front.ts';
import { nightly, onStage } from './support/stage.ts';

interface SingleRun {
  readonly runs: number;
  readonly rows: readonly {
    readonly what: string;
    /** Medians. */
    readonly wallMs: number;
    readonly apiMs: number;
    readonly webhookMs: number;
    readonly ratio: number;
    readonly requests: number;
    readonly posts: number;
    /** Where the wall time goes: medians, milliseconds. */
    readonly phasesMs: Readonly<Record<Phase, number>>;
  }[];
}

const phases = [
  ...(['firstRequestMs', 'lastRequestMs', 'answersMs'] as const),
  ...(['sealedMs', 'webhooksMs', 'recordedMs'] as const),
] as const;
/** In each run they add up to its wall time. */
type Phase = (typeof phases)[number];

const headOf: Readonly<Record<Phase, string>> = {
  firstRequestMs: 'first request',
  lastRequestMs: 'the others',
  answersMs: 'answers',
  sealedMs: 'judge, seal, tell',
  webhooksMs: 'webhooks',
  recordedMs: 'record, answer',
};

/** As a cloud and a chat platform of another continent answer. */
const delayMs = { api: 200, webhook: 300 } as const;
const timeoutMs = 60_000;

interface Case {
  readonly what: string;
  readonly packs?: string;
  /** The first of its process: its code is read and compiled on the way. */
  readonly isFirst?: true;
}

const cases: readonly Case[] = [
  { what: 'all packs' },
  { what: 'pack image-scan', packs: 'image-scan' },
  { what: 'all packs, first of its process', isFirst: true },
  { what: 'pack image-scan, first of its process', packs: 'image-scan', isFirst: true },
];

export const singleRun: Bench<SingleRun> = {
  measure: async ({ isQuick, talk }) => {
    const runs = isQuick ? 1 : 11;
    talk(`one run: ${String(runs)} of each`);
    const rows: SingleRun['rows'][number][] = [];
    for (const one of cases) {
      const measured: Awaited<ReturnType<typeof runOf>>[] = [];
      // The first warms up what a process starts from: its files.
      await runOf(one);
      while (measured.length < runs) measured.push(await runOf(one));
      const of = (name: 'wallMs' | 'apiMs' | 'webhookMs' | 'requests' | 'posts') =>
        measured.map((run) => run[name]);
      rows.push({
        ...{ what: one.what, wallMs: median(of('wallMs')) },
        ...{ apiMs: median(of('apiMs')), webhookMs: median(of('webhookMs')) },
        ratio: medianRatio(
          of('wallMs'),
          measured.map(({ apiMs, webhookMs }) => apiMs + webhookMs),
        ),
        ...{ requests: median(of('requests')), posts: median(of('posts')) },
        phasesMs: eachPhase((phase) => median(measured.map((run) => run.phasesMs[phase]))),
      });
    }
    return { runs, rows };
  },

  show: ({ runs, rows }) => {
    const table = newTable([
      ...['one run', 'requests', 'posts', 'wall'],
      ...['slowest of the API', 'slowest webhook', 'wall ÷ both'],
    ]);
    for (const { what, requests, posts, wallMs, apiMs, webhookMs, ratio } of rows) {
      table.push([
        ...[what, String(requests), String(posts)],
        ...[wallMs, apiMs, webhookMs].map(milliseconds),
        ratio.toFixed(2),
      ]);
    }
    const byPhase = newTable(['where its time goes', ...phases.map((phase) => headOf[phase])]);
    for (const { what, phasesMs } of rows) {
      byPhase.push([what, ...phases.map((phase) => milliseconds(phasesMs[phase]))]);
    }
    return [
      table.toString(),
      byPhase.toString(),
      'First request: from the call until it has arrived, with its connection; the others: until the last of them has. Judge, seal, tell: from the last answer until the first post has arrived.',
      `Medians of ${String(runs)}, from the call of the handler to its answer, of an instance that has run a night before unless said otherwise; over TLS on loopback: the API answers after ${String(delayMs.api)} ms, webhooks after ${String(delayMs.webhook)} ms.`,
      '',
    ].join('\n');
  },

  budgets: ({ rows: [all] }) => [
    {
      ...{ what: 'a run ÷ the slowest answers', figure: all?.ratio ?? NaN, unit: 'times' },
      budget: { atMost: 1.15 },
    },
  ],
};

async function runOf({ packs, isFirst }: Case) {
  return onStage({ delayMs }, async ({ front, env: common }) => {
    const { handlerMs: wallMs, calledAtMs } = await runChild({
      module: resolve('dist/audit/index.js'),
      event: nightly,
      ...(isFirst !== true && { eventBefore: { ...nightly, Time: '2026-11-23T18:00:00Z' } }),
      env: {
        ...common,
        AUDIT_NOTIFY: 'always',
        ...(packs !== undefined && { AUDIT_POLICIES: packs }),
      },
      timeoutMs,
    });
    const exchanges = front.exchanges.filter(({ startedAtMs }) => startedAtMs >= calledAtMs);
    return {
      ...{ wallMs, ...slowest(exchanges), phasesMs: phasesOf(exchanges, calledAtMs, wallMs) },
      requests: exchanges.filter(({ kind }) => kind === 'api').length,
      posts: exchanges.filter(({ kind }) => kind === 'webhook').length,
    };
  });
}

function eachPhase(valueOf: (phase: Phase) => number): Readonly<Record<Phase, number>> {
  return {
    ...{ firstRequestMs: valueOf('firstRequestMs'), lastRequestMs: valueOf('lastRequestMs') },
    ...{ answersMs: valueOf('answersMs'), sealedMs: valueOf('sealedMs') },
    ...{ webhooksMs: valueOf('webhooksMs'), recordedMs: valueOf('recordedMs') },
  };
}

function phasesOf(exchanges: readonly Exchange[], calledAtMs: number, wallMs: number) {
  const of = (kind: Exchange['kind']) => {
    const own = exchanges.filter((one) => one.kind === kind);
    const starts = own.map(({ startedAtMs }) => startedAtMs);
    const ends = own.map(({ startedAtMs, ms }) => startedAtMs + ms);
    return { first: Math.min(...starts), last: Math.max(...starts), end: Math.max(...ends) };
  };
  const [api, posts] = [of('api'), of('webhook')];
  return {
    firstRequestMs: api.first - calledAtMs,
    lastRequestMs: api.last - api.first,
    answersMs: api.end - api.last,
    sealedMs: posts.first - api.end,
    webhooksMs: posts.end - posts.first,
    recordedMs: calledAtMs + wallMs - posts.end,
  };
}

function slowest(exchanges: readonly Exchange[]): {
  readonly apiMs: number;
  readonly webhookMs: number;
} {
  const of = (kind: Exchange['kind']) =>
    Math.max(...exchanges.filter((one) => one.kind === kind).map(({ ms }) => ms));
  return { apiMs: of('api'), webhookMs: of('webhook') };
}

export const run = commandOf(singleRun);
