import fc from 'fast-check';
import { expect, it } from 'vitest';

import { statuses, type SealedRun, type Status, type UnreadableRun } from '../../shared/model.ts';
import type { ReportOptions } from '../../shared/report/html/aggregate.ts';
import { cellOf, daysOf } from '../../shared/report/html/calendar.ts';
import type { ReportData } from '../../shared/report/html/data.ts';
import { packsOf } from '../../shared/report/html/packs.ts';
import { encodeTimeline, stepAt, type Timeline } from '../../shared/report/html/timeline.ts';
import { present } from '../support/log.ts';
import {
  dayMs,
  findingOf,
  lastNightMs,
  manyPolicies,
  nightRun,
  nightsOf,
  reportDataOf,
} from '../support/report-nights.ts';

const policies = manyPolicies.slice(0, 3);
const evidence: ReportOptions['evidence'] = {
  records: 1,
  runs: 1,
  files: 1,
  signed: 0,
  publicKeys: 0,
  faultCount: 0,
  faults: [],
  unfinished: 0,
};

async function report(
  entries: Iterable<SealedRun | UnreadableRun>,
  change: Partial<ReportOptions> = {},
): Promise<ReportData> {
  return reportDataOf(entries, { evidence, madeAtMs: lastNightMs + 3_600_000, ...change });
}

/** Statuses by account, in the order of the policies; a night that leaves an account out has fewer. */
type Accounts = readonly (readonly Status[])[];

function chain(nights: readonly Accounts[], change: { readonly complete?: boolean } = {}) {
  const runs: SealedRun[] = [];
  for (const [at, accounts] of nights.entries()) {
    const before = runs.at(-1);
    runs.push(
      nightRun({
        seq: at * 2 + 1,
        scheduledAt: new Date(lastNightMs - (nights.length - 1 - at) * dayMs).toISOString(),
        policies,
        ...(before !== undefined && { before }),
        ...change,
        reports: accounts.map((row, account) => ({
          target: { uin: String(100_000_000_001 + account), site: 'intl' },
          observations: [],
          findings: row.map((status, policy) => {
            const { id, severity } = present(policies[policy]);
            return findingOf(id, severity, status);
          }),
        })),
      }),
    );
  }
  return runs;
}

const anyNights = fc.array(
  fc.array(fc.array(fc.constantFrom(...statuses), { maxLength: 3 }), { maxLength: 4 }),
  { minLength: 1, maxLength: 12 },
);

it('law: the tallies of the policies add up to what the records count', async () => {
  await fc.assert(
    fc.asyncProperty(anyNights, async (nights) => {
      const { policies: rows, tallies, nights: told } = await report(chain(nights));
      for (const [night, { counts }] of told.entries()) {
        const sums = [0, 0, 0, 0, 0];
        for (const row of rows) {
          for (const [at, count] of (tallies[row.nights[night] ?? -1] ?? []).entries()) {
            sums[at] = (sums[at] ?? 0) + count;
          }
        }
        expect(sums).toEqual([counts.pass, counts.fail, counts.waived, counts.error, counts.skip]);
      }
    }),
    { numRuns: 60 },
  );
});

it('law: a history says of every night what that night said', async () => {
  await fc.assert(
    fc.asyncProperty(anyNights, async (nights) => {
      const { targets, histories } = await report(chain(nights));
      for (const [account, target] of targets.entries()) {
        for (const [policy, place] of target.histories.entries()) {
          const pairs = histories[place] ?? [];
          const known = nights.map((accounts) => accounts[account]?.[policy]);
          const first = known.findIndex((status) => status !== undefined);
          const expected = known.map((status) => (status === undefined ? '-' : status.charAt(0)));
          expect(nights.map((_, night) => codeIn(pairs, night)).slice(first)).toEqual(
            first === -1 ? [undefined] : expected.slice(first),
          );
        }
      }
    }),
    { numRuns: 60 },
  );
});

function codeIn(pairs: readonly (number | string)[], night: number): string | undefined {
  let code: string | undefined;
  for (let at = 0; at < pairs.length; at += 2) {
    if (Number(pairs[at]) <= night) code = String(pairs[at + 1]);
  }
  return code;
}

it('law: the open findings are those of the last night, and nothing passes that did not', async () => {
  await fc.assert(
    fc.asyncProperty(anyNights, async (nights) => {
      const { findings, verdict } = await report(chain(nights));
      const last = nights.at(-1)?.flat() ?? [];
      const open = last.filter((status) => status !== 'pass' && status !== 'skip');
      expect(findings).toHaveLength(open.length);
      if (verdict.status === 'pass') {
        expect(last.some((status) => status === 'fail' || status === 'error')).toBe(false);
        expect(last.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 60 },
  );
});

const unreadable: UnreadableRun = { kind: 'unreadable', seq: 99, message: 'is missing' };
const well = chain([[['pass']], [['pass']]]);
const verdicts: Record<
  string,
  {
    readonly entries: readonly (SealedRun | UnreadableRun)[];
    readonly change?: Partial<ReportOptions>;
    readonly verdict: ReportData['verdict'];
  }
> = {
  'passes where everything was seen and holds': {
    entries: well,
    verdict: { status: 'pass', reasons: [] },
  },
  'passes with a waived finding': {
    entries: chain([[['waived', 'pass']]]),
    verdict: { status: 'pass', reasons: [] },
  },
  'fails where one fails': {
    entries: chain([[['fail', 'pass']]]),
    verdict: { status: 'fail', reasons: [{ kind: 'fail', count: 1 }] },
  },
  'cannot tell where one could not be told, whatever fails': {
    entries: chain([[['fail', 'error']]]),
    verdict: {
      status: 'error',
      reasons: [
        { kind: 'error', count: 1 },
        { kind: 'fail', count: 1 },
      ],
    },
  },
  'cannot tell where there is no night': {
    entries: [],
    verdict: { status: 'error', reasons: [{ kind: 'nothing' }] },
  },
  'cannot tell where nothing was judged': {
    entries: chain([[]]),
    verdict: { status: 'error', reasons: [{ kind: 'unjudged' }] },
  },
  'cannot tell where a run was cut short': {
    entries: chain([[['pass']]], { complete: false }),
    verdict: { status: 'error', reasons: [{ kind: 'incomplete' }] },
  },
  'passes until three hours after the next run was due': {
    entries: well,
    change: { madeAtMs: lastNightMs + 27 * 3_600_000 },
    verdict: { status: 'pass', reasons: [] },
  },
  'cannot tell a millisecond later': {
    entries: well,
    change: { madeAtMs: lastNightMs + 27 * 3_600_000 + 1 },
    verdict: { status: 'error', reasons: [{ kind: 'stale', hours: 27 }] },
  },
  'speaks of the end of the span that it was asked for': {
    entries: well,
    change: { madeAtMs: lastNightMs + 90 * dayMs, untilMs: lastNightMs + dayMs },
    verdict: { status: 'pass', reasons: [] },
  },
  'cannot tell where a record after the last night cannot be read': {
    entries: [...well, unreadable],
    verdict: { status: 'error', reasons: [{ kind: 'unreadable', seq: 99 }] },
  },
  'does not mind a record that cannot be read before the last night': {
    entries: [{ ...unreadable, seq: 2 }, ...well],
    verdict: { status: 'pass', reasons: [] },
  },
  'cannot tell where the log is broken': {
    entries: well,
    change: { evidence: { ...evidence, faultCount: 3 } },
    verdict: { status: 'error', reasons: [{ kind: 'broken', count: 3 }] },
  },
  'cannot tell where the last night left out what failed before': {
    entries: chain([[['pass', 'fail']], [['pass']]]),
    verdict: { status: 'error', reasons: [{ kind: 'dropped', count: 1 }] },
  },
  'does not miss what passed before': {
    entries: chain([[['pass', 'pass']], [['pass']]]),
    verdict: { status: 'pass', reasons: [] },
  },
};
it.each(Object.entries(verdicts))('%s', async (_name, { entries, change, verdict }) => {
  expect((await report(entries, change)).verdict).toEqual(verdict);
});

it('takes the night with the latest time for the last, in whatever order they were sealed', async () => {
  const [first, second] = chain([[['pass']], [['fail']]]) as [SealedRun, SealedRun];
  const data = await report([second, first]);
  expect(data.nights[data.last]?.head.seq).toBe(3);
  expect(data.verdict.status).toBe('fail');
});

it('shows days without a run, and a record that cannot be read where it may belong', async () => {
  const [first, , third, , fifth] = chain([[['pass']], [], [['pass']], [], [['pass']]]);
  const data = await report([present(first), present(third), unreadable, present(fifth)]);
  const kinds = daysOf(data).map((day) => cellOf(data, day, undefined).kind);
  expect(kinds).toEqual(['p', 'missing', 'p', 'unreadable', 'p']);
});

it('shows fails as such, and beside what could not be told', async () => {
  const nights = {
    'passes only': [['pass', 'pass', 'pass']],
    'a fail': [['pass', 'fail', 'waived']],
    'an error': [['pass', 'error', 'skip']],
    'a fail and an error': [['fail', 'error', 'pass']],
  } as const;
  const data = await report(chain(Object.values(nights)));
  const shown = daysOf(data).map((day) => {
    const { kind, hasFails } = cellOf(data, day, undefined);
    return hasFails ? `${kind} with fails` : kind;
  });
  expect(shown).toEqual(['p', 'f', 'e', 'e with fails']);

  // A run that was cut short has not read everything.
  const cut = await report(chain([[['fail', 'pass', 'pass']]], { complete: false }));
  const [day] = daysOf(cut);
  expect(cellOf(cut, present(day), undefined)).toMatchObject({ kind: 'e', hasFails: true });
});

it('shades a night by its share of fails: to a twentieth, to a quarter, and more', async () => {
  const night = (fails: number) =>
    Array.from({ length: 20 }, (_, at): readonly Status[] => [at < fails ? 'fail' : 'pass']);
  const data = await report(chain([1, 2, 5, 6].map(night)));
  expect(daysOf(data).map((day) => cellOf(data, day, undefined).level)).toEqual([1, 2, 2, 3]);
});

it('counts the time to fix from the record, to the first night that passed', async () => {
  const data = await report(
    chain([[['fail', 'fail', 'waived']], [['error', 'skip', 'pass']], [['pass', 'pass', 'pass']]]),
  );
  // Two nights; what stopped applying, and what was waived all the time, is not fixed.
  expect(data.fixes.all).toEqual({ fixed: 1, medianHours: 48, p90Hours: 48, longestHours: 48 });
});

it('keeps what repeats once, and of a year of nights no more than of a month', async () => {
  const sizeOf = async (nights: number) => {
    const data = await report(nightsOf({ targets: 40, nights, policies, unrest: 0 }));
    return JSON.stringify({ ...data, nights: [], policies: [] }).length;
  };
  expect((await sizeOf(365)) - (await sizeOf(30))).toBeLessThan(100);
});

it('says what it left out where a detail is too large for a page', async () => {
  const run = present(chain([[['fail']]])[0]);
  const target = present(run.reports[0]);
  const finding = present(target.findings[0]);
  const violation = { pointer: '/a', expected: 'x'.repeat(30_000), actual: null, message: 'long' };
  const data = await report([
    {
      ...run,
      reports: [{ ...target, findings: [{ ...finding, status: 'fail', violations: [violation] }] }],
    },
  ]);
  expect(data.leftOut).toEqual({ findings: 0, details: 1, observations: 1, histories: 0 });
  expect(data.lastFile).toBe('runs/nightly/targets-0000.jsonl');
});

it('lets timelines that say the same be one', () => {
  const first = stepAt(0).next(undefined, 'p');
  const step = stepAt(1);
  expect(step.next(first, 'p')).toBe(first);
  expect(step.next(first, 'f')).toBe(step.next(first, 'f'));
});

it('keeps the latest changes of what flickers for years', () => {
  let timeline: Timeline | undefined;
  for (let night = 0; night < 1_000; night += 1) {
    timeline = stepAt(night).next(timeline, night % 2 === 0 ? 'p' : 'f');
  }
  const pairs = encodeTimeline(present(timeline));
  expect(pairs.length).toBeLessThanOrEqual(128);
  expect(pairs.slice(-2)).toEqual([999, 'f']);
});

it('puts together what begins with the same words', () => {
  const packs = packsOf([
    'image-scan-enabled',
    'image-scan-idle-images',
    'malware-kill-process',
    'malware-scan-paths',
    'licence-cores',
    '__proto__',
  ]);
  expect(Object.fromEntries(packs)).toEqual({
    'image-scan-enabled': 'image-scan',
    'image-scan-idle-images': 'image-scan',
    'malware-kill-process': 'malware',
    'malware-scan-paths': 'malware',
    'licence-cores': 'licence',
    ['__proto__']: '__proto__',
  });
});
