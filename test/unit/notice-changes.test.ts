import fc from 'fast-check';
import { expect, it } from 'vitest';

import {
  severities,
  type OpenFinding,
  type SeenDrift,
  type Severity,
  type WaiverState,
  type WaiverUse,
} from '../../shared/model.ts';
import {
  changesFor,
  isAtLeast,
  isNothing,
  type Before,
  type ChangeOptions,
  type Changes,
  type Now,
} from '../../shared/notice/changes.ts';
import { nights, openOf } from '../support/log.ts';

const start = Date.parse(nights[0]);
const day = (index: number, lateMs = 0) =>
  new Date(start + index * 86_400_000 + lateMs).toISOString();

const fail = openOf('a');
const error = openOf('a', { status: 'error' });
const waived = openOf('a', { status: 'waived' });
const low = openOf('b', { severity: 'low' });
const critical = openOf('c', { severity: 'critical' });
const waiver = (state: WaiverState): WaiverUse => ({
  id: 'W-1',
  policy: 'a',
  state,
  until: '2026-12-01',
});

const drift = (change: Partial<SeenDrift> = {}): SeenDrift => ({
  target: '100000000001',
  source: 'A',
  pointer: '/New',
  kind: 'undocumented-field',
  ...change,
});

interface Night {
  readonly open?: readonly OpenFinding[];
  readonly passed?: readonly string[];
  readonly waivers?: readonly WaiverUse[];
  readonly drift?: readonly SeenDrift[];
  /** What it may have heard since: null = that it is over. */
  readonly unsure?: readonly (readonly [string, OpenFinding | null])[];
  readonly missed?: readonly string[];
  readonly at?: string;
  readonly min?: Severity;
}

/** What one channel hears on the last of the nights, having heard of all those before. */
function hears(before: Night | undefined, now: Night, options: Partial<ChangeOptions> = {}) {
  const heard: Before | undefined = before && {
    open: before.open ?? [],
    waivers: before.waivers ?? [],
    drift: before.drift ?? [],
    unsure: new Map(
      (before.unsure ?? []).map(([id, finding]) => [openOf(id).fingerprint, finding]),
    ),
    scheduledAt: before.at ?? day(0),
    min: before.min ?? 'low',
  };
  const changes = changesFor(nowOf(now), heard, {
    min: now.min ?? 'low',
    remindDays: 7,
    notify: 'changes',
    ...options,
  });
  return told(changes);
}

function nowOf(night: Night): Now {
  const { open = [], passed = [], waivers = [], drift = [], missed = [], at = day(1) } = night;
  return {
    missed,
    open,
    passed: new Set(passed.map((id) => openOf(id).fingerprint)),
    waivers,
    drift,
    scheduledAt: at,
  };
}

function told(changes: Changes) {
  const entries = Object.entries(changes) as [
    string,
    readonly (OpenFinding | WaiverUse | SeenDrift | string)[],
  ][];
  return Object.fromEntries(
    entries
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => [
        name,
        list.map((one) => {
          if (typeof one === 'string') return one;
          if ('pointer' in one) return `${one.source} ${one.pointer} ${one.kind}`;
          return 'policyId' in one ? one.policyId : `${one.id} ${one.state}`;
        }),
      ]),
  );
}

type Heard = Readonly<Record<string, readonly string[]>>;
const nightly: Record<string, readonly [Night | undefined, Night, Heard, Partial<ChangeOptions>?]> =
  {
    'nothing when all is well': [{}, { passed: ['a'] }, {}],
    'drift that is new': [
      { drift: [drift({ source: 'B' }), drift({ kind: 'undocumented-type' })] },
      { drift: [drift(), drift({ source: 'B' })] },
      { drift: ['A /New undocumented-field'] },
    ],
    'drift of another place of a source that it knows to drift': [
      { drift: [drift({ pointer: '/Old' })] },
      { drift: [drift({ pointer: '/Old' }), drift()] },
      { drift: ['A /New undocumented-field'] },
    ],
    'drift, as its first night': [
      undefined,
      { drift: [drift()] },
      { drift: ['A /New undocumented-field'] },
    ],
    'no drift that it knows, on whatever account': [
      { drift: [drift()] },
      { drift: [drift({ target: '100000000009' })] },
      {},
    ],
    'no drift that is over': [{ drift: [drift()] }, {}, {}],
    'drift that it knows, where it hears everything every time': [
      { drift: [drift()] },
      { drift: [drift()] },
      { drift: ['A /New undocumented-field'] },
      { notify: 'always' },
    ],
    'what is new': [{}, { open: [fail] }, { failing: ['a'] }],
    'nothing of what it knows': [{ open: [fail] }, { open: [fail] }, {}],
    'what is resolved': [{ open: [fail] }, { passed: ['a'] }, { resolved: ['a'] }],
    'that a failure can be checked no more': [
      { open: [fail] },
      { open: [error] },
      { unchecked: ['a'] },
    ],
    'that it fails, once it can be checked again': [
      { open: [error] },
      { open: [fail] },
      { failing: ['a'] },
    ],
    'that what it knows to fail can be checked again, and still fails': [
      { open: [openOf('a', { status: 'error', lastStatus: 'fail' })] },
      { open: [fail] },
      { stillOpen: ['a'] },
    ],
    'that it fails, once it can be checked again, where it was waived before': [
      { open: [openOf('a', { status: 'error', lastStatus: 'waived' })] },
      { open: [fail] },
      { failing: ['a'] },
    ],
    'that it is waived, once it can be checked again, where it failed before': [
      { open: [openOf('a', { status: 'error', lastStatus: 'fail' })] },
      { open: [waived] },
      { waived: ['a'] },
    ],
    'that what it knows can be checked again, and once where all is told every time': [
      { open: [openOf('a', { status: 'error', lastStatus: 'fail' })] },
      { open: [fail] },
      { stillOpen: ['a'] },
      { notify: 'always' },
    ],
    'again what it knows, where it may have heard something else since': [
      { open: [fail], unsure: [['a', error]] },
      { open: [fail] },
      { stillOpen: ['a'] },
    ],
    'again what it knows to be unchecked, where it may have heard otherwise since': [
      { open: [error], unsure: [['a', fail]] },
      { open: [error] },
      { unchecked: ['a'] },
    ],
    'once what is news in any case': [
      { open: [fail], unsure: [['a', waived]] },
      { open: [error] },
      { unchecked: ['a'] },
    ],
    'again what it knows, once where it is told everything every time': [
      { open: [fail], unsure: [['a', error]] },
      { open: [fail] },
      { stillOpen: ['a'] },
      { notify: 'always' },
    ],
    'that it is over, where it may have heard of it': [
      { unsure: [['a', fail]] },
      { passed: ['a'] },
      { resolved: ['a'] },
    ],
    'that it is judged no more, where it may have heard of it': [
      { unsure: [['a', fail]] },
      {},
      { dropped: ['a'] },
    ],
    'once that it is over, where it may have heard of it in two ways': [
      { open: [fail], unsure: [['a', error]] },
      { passed: ['a'] },
      { resolved: ['a'] },
    ],
    'that it is over, where it may have heard that already': [
      { open: [fail], unsure: [['a', null]] },
      { passed: ['a'] },
      { resolved: ['a'] },
    ],
    'nothing of what it may have heard of and does not ask for': [
      { unsure: [['b', low]] },
      { passed: ['b'], min: 'high' },
      {},
    ],
    'of runs that never came': [{}, { missed: [day(0), day(1)] }, { missed: [day(0), day(1)] }],
    'of runs that never came, whatever its filter': [
      { min: 'critical' },
      { missed: [day(0)], min: 'critical' },
      { missed: [day(0)] },
    ],
    'that it is well, once it can be checked again': [
      { open: [error] },
      { passed: ['a'] },
      { resolved: ['a'] },
    ],
    'that it is back': [{ open: [] }, { open: [fail] }, { failing: ['a'] }],
    'that it is waived now': [{ open: [fail] }, { open: [waived] }, { waived: ['a'] }],
    'that it was waived from its first night': [{}, { open: [waived] }, { waived: ['a'] }],
    'that a waiver has ended': [{ open: [waived] }, { open: [fail] }, { failing: ['a'] }],
    'that a waived policy is well': [{ open: [waived] }, { passed: ['a'] }, { resolved: ['a'] }],
    'that a policy applies no more': [{ open: [fail] }, {}, { dropped: ['a'] }],
    'everything, as a new channel': [
      undefined,
      {
        open: [
          fail,
          low,
          critical,
          openOf('d', { status: 'error' }),
          openOf('e', { status: 'waived' }),
        ],
      },
      { failing: ['a', 'b', 'c'], unchecked: ['d'], waived: ['e'] },
    ],
    'what a failed delivery missed, in the next difference': [
      { open: [fail], at: day(0) },
      { open: [critical], passed: ['a'], at: day(2) },
      { failing: ['c'], resolved: ['a'] },
    ],
    'nothing of what came and went while it was down': [
      { at: day(0) },
      { passed: ['a'], at: day(3) },
      {},
    ],

    'nothing below its filter': [{ min: 'high' }, { open: [low], min: 'high' }, {}],
    'what reaches its filter': [
      { min: 'high' },
      { open: [fail, critical], min: 'high' },
      { failing: ['a', 'c'] },
    ],
    'nothing of the end of what it never heard': [
      { open: [low], min: 'high' },
      { passed: ['b'], min: 'high' },
      {},
    ],
    'what a lowered filter lets in, though it is old': [
      { open: [low, fail], min: 'high' },
      { open: [low, fail], min: 'low' },
      { failing: ['b'] },
    ],
    'nothing more of what a raised filter keeps out': [
      { open: [low], min: 'low' },
      { open: [low], min: 'high' },
      {},
    ],
    'the end of what it heard before the filter was raised': [
      { open: [low], min: 'low' },
      { passed: ['b'], min: 'high' },
      { resolved: ['b'] },
    ],
    'what became worse than its filter': [
      { open: [low], min: 'high' },
      { open: [openOf('b', { severity: 'critical' })], min: 'high' },
      { failing: ['b'] },
    ],

    'a reminder after seven days to the millisecond': [
      { open: [fail], at: day(6) },
      { open: [fail], at: day(7) },
      { stillOpen: ['a'] },
    ],
    'a reminder from a run that is a few seconds early': [
      { open: [fail], at: day(6) },
      { open: [fail], at: day(7, -5_000) },
      { stillOpen: ['a'] },
    ],
    'no reminder a day early': [{ open: [fail], at: day(5) }, { open: [fail], at: day(6) }, {}],
    'no second reminder on the day after, early or late': [
      { open: [fail], at: day(7, -5_000) },
      { open: [fail], at: day(8, 5_000) },
      {},
    ],
    'no second reminder from another run of the same night': [
      { open: [fail], at: day(7, -5_000) },
      { open: [fail], at: day(7, 5_000) },
      {},
    ],
    'the next reminder after seven more days': [
      { open: [fail], at: day(13) },
      { open: [fail], at: day(14) },
      { stillOpen: ['a'] },
    ],
    'one reminder for several that were missed': [
      { open: [fail], at: day(3) },
      { open: [fail], at: day(40) },
      { stillOpen: ['a'] },
    ],
    'a reminder of what could not be checked for so long': [
      { open: [error], at: day(6) },
      { open: [error], at: day(7) },
      { stillOpen: ['a'] },
    ],
    'no reminder of what is waived': [
      { open: [waived], at: day(6) },
      { open: [waived], at: day(7) },
      {},
    ],
    'no reminder of what it hears as news': [
      { open: [error], at: day(6) },
      { open: [fail], at: day(7) },
      { failing: ['a'] },
    ],
    'no reminder below its filter': [
      { open: [low], at: day(6), min: 'high' },
      { open: [low], at: day(7), min: 'high' },
      {},
    ],
    'no reminder, ever, with remindDays 0': [
      { open: [fail], at: day(6) },
      { open: [fail], at: day(700) },
      {},
      { remindDays: 0 },
    ],
    'a reminder every day with remindDays 1': [
      { open: [fail], at: day(2) },
      { open: [fail], at: day(3) },
      { stillOpen: ['a'] },
      { remindDays: 1 },
    ],
    'only its own reminders: each finding has its own week': [
      { open: [fail, openOf('b', { since: day(3) })], at: day(6) },
      { open: [fail, openOf('b', { since: day(3) })], at: day(7) },
      { stillOpen: ['a'] },
    ],

    'everything every time, where it asked for that': [
      { open: [fail, openOf('w', { status: 'waived' }), low] },
      { open: [fail, openOf('w', { status: 'waived' }), low, critical] },
      { failing: ['c'], stillOpen: ['a', 'w', 'b'] },
      { notify: 'always' },
    ],

    'a waiver that ends soon': [
      { waivers: [waiver('active')] },
      { waivers: [waiver('ending')] },
      { waivers: ['W-1 ending'] },
    ],
    'a waiver that ended': [
      { waivers: [waiver('ending')] },
      { waivers: [waiver('ended')] },
      { waivers: ['W-1 ended'] },
    ],
    'a waiver that waives nothing': [
      { waivers: [waiver('active')] },
      { waivers: [waiver('unused')] },
      { waivers: ['W-1 unused'] },
    ],
    'nothing of a waiver that still ends soon': [
      { waivers: [waiver('ending')] },
      { waivers: [waiver('ending')] },
      {},
    ],
    'nothing of waivers that do their work, or will': [
      { waivers: [waiver('ending')] },
      { waivers: [waiver('active'), { ...waiver('pending'), id: 'W-2' }] },
      {},
    ],
    'a waiver that ends as soon as it is there': [
      {},
      { waivers: [waiver('ended')] },
      { waivers: ['W-1 ended'] },
    ],
    'each waiver for itself': [
      { waivers: [{ ...waiver('ended'), id: 'W-2' }, waiver('ending')] },
      { waivers: [waiver('ended'), { ...waiver('ended'), id: 'W-2' }] },
      { waivers: ['W-1 ended'] },
    ],
    'of every waiver to look at, as a new channel': [
      undefined,
      { waivers: [waiver('ended'), { ...waiver('active'), id: 'W-2' }] },
      { waivers: ['W-1 ended'] },
    ],
  };
it.each(Object.entries(nightly))(
  'a channel hears %s',
  (_name, [before, now, expected, options]) => {
    expect(hears(before, now, options)).toEqual(expected);
  },
);

const news: Record<keyof Changes, Changes[keyof Changes]> = {
  ...{ failing: [fail], unchecked: [error], waived: [waived], stillOpen: [fail] },
  ...{ resolved: [fail], dropped: [fail], waivers: [waiver('ended')], drift: [drift()] },
  missed: [day(0)],
};
it.each(Object.entries(news))('a channel that hears of %s hears something', (section, list) => {
  const nothing = changesFor(nowOf({}), undefined, {
    ...{ min: 'low', remindDays: 7, notify: 'changes' },
  });
  expect([isNothing(nothing), isNothing({ ...nothing, [section]: list })]).toEqual([true, false]);
});

const order: readonly (readonly [Severity, Severity, boolean])[] = [
  ['critical', 'high', true],
  ['high', 'high', true],
  ['medium', 'high', false],
  ['low', 'critical', false],
  ['low', 'low', true],
];
it.each(order)('%s at least %s: %s', (severity, min, expected) => {
  expect(isAtLeast(severity, min)).toBe(expected);
});

// ---- Laws -------------------------------------------------------------------------------------

const severity = fc.constantFrom(...severities);
const anyOpen = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      severity,
      status: fc.constantFrom('fail' as const, 'waived' as const, 'error' as const),
      night: fc.integer({ min: -60, max: 0 }),
      lastStatus: fc.constantFrom('fail' as const, 'waived' as const, undefined),
    }),
    { selector: ({ id }) => id },
  )
  .map((list) =>
    list.map(({ id, night, lastStatus, ...rest }) =>
      openOf(id, {
        ...rest,
        ...(rest.status === 'error' && lastStatus !== undefined && { lastStatus }),
        since: day(night),
      }),
    ),
  );
const anyWaivers = fc
  .constantFrom(
    'pending' as const,
    'active' as const,
    'ending' as const,
    'ended' as const,
    'unused' as const,
  )
  .map((state) => [waiver(state)]);
const anyNow = fc.record({ open: anyOpen, waivers: anyWaivers }).map(({ open, waivers }): Now => ({
  missed: [],
  drift: [],
  open,
  waivers,
  passed: new Set(
    ['a', 'b', 'c', 'd', 'e', 'f']
      .map((id) => openOf(id).fingerprint)
      .filter((fingerprint) => !open.some((one) => one.fingerprint === fingerprint)),
  ),
  scheduledAt: day(1),
}));
const anyBefore = fc
  .record({ open: anyOpen, waivers: anyWaivers, min: severity, since: anyOpen, over: anyOpen })
  .map(({ since, over, ...before }): Before => {
    const unsure = new Map<string, OpenFinding | null>();
    // Only what it knows to be open can be over.
    for (const { fingerprint } of over) {
      if (before.open.some((one) => one.fingerprint === fingerprint)) unsure.set(fingerprint, null);
    }
    for (const finding of since) unsure.set(finding.fingerprint, finding);
    return { ...before, unsure, drift: [], scheduledAt: day(0) };
  });

it('law: told of the same state again, a channel hears nothing', () => {
  fc.assert(
    fc.property(anyNow, severity, fc.nat({ max: 30 }), (now, min, remindDays) => {
      const before: Before = { ...now, unsure: new Map(), min };
      expect(isNothing(changesFor(now, before, { min, remindDays, notify: 'changes' }))).toBe(true);
    }),
  );
});

it('law: nothing is in two sections at once', () => {
  const notify = fc.constantFrom('changes' as const, 'always' as const);
  fc.assert(
    fc.property(
      anyNow,
      fc.option(anyBefore, { nil: undefined }),
      severity,
      notify,
      (now, before, min, how) => {
        const {
          waivers: _waivers,
          missed: _missed,
          drift: _drift,
          ...sections
        } = changesFor(now, before, {
          min,
          remindDays: 7,
          notify: how,
        });
        const all = Object.values(sections).flatMap((list) =>
          list.map(({ fingerprint }) => fingerprint),
        );
        expect(new Set(all).size).toBe(all.length);
      },
    ),
  );
});

it('law: what a channel knows, or may know, and what it is told add up to what is open', () => {
  const both = fc.boolean();
  fc.assert(
    fc.property(anyNow, fc.option(anyBefore, { nil: undefined }), both, (now, before, isHeard) => {
      const min = before?.min ?? 'low';
      const changes = changesFor(now, before, { min, remindDays: 0, notify: 'changes' });
      const known = new Map(
        (before?.open ?? [])
          .filter((one) => before !== undefined && isAtLeast(one.severity, before.min))
          .map((one) => [one.fingerprint, one.status]),
      );
      // The killed process told it, or did not.
      for (const [fingerprint, one] of isHeard ? (before?.unsure ?? []) : []) {
        if (one === null) known.delete(fingerprint);
        else if (isAtLeast(one.severity, min)) known.set(fingerprint, one.status);
      }
      for (const { fingerprint } of [...changes.resolved, ...changes.dropped])
        known.delete(fingerprint);
      const { failing, unchecked, waived: accepted, stillOpen } = changes;
      for (const one of [...failing, ...unchecked, ...accepted, ...stillOpen]) {
        known.set(one.fingerprint, one.status);
      }
      for (const one of now.open.filter((finding) => isAtLeast(finding.severity, min))) {
        expect(known.get(one.fingerprint)).toBe(one.status);
      }
      // And it takes nothing for open that is not.
      for (const fingerprint of known.keys()) {
        expect(now.open.some((one) => one.fingerprint === fingerprint)).toBe(true);
      }
    }),
  );
});

it('law: however often runs come, a reminder comes once a period', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 10 }),
      (gapsHours, remindDays) => {
        let atMs = start;
        let reminders = 0;
        let before: Before = {
          open: [fail],
          waivers: [],
          drift: [],
          unsure: new Map(),
          scheduledAt: day(0),
          min: 'low',
        };
        for (const hours of gapsHours) {
          atMs += hours * 3_600_000;
          const now = { ...nowOf({ open: [fail], at: new Date(atMs).toISOString() }) };
          const { stillOpen } = changesFor(now, before, {
            min: 'low',
            remindDays,
            notify: 'changes',
          });
          reminders += stillOpen.length;
          before = { ...now, unsure: new Map(), min: 'low' };
        }
        const periods = Math.floor((atMs - start + 3_600_000) / (remindDays * 86_400_000));
        expect(reminders).toBeLessThanOrEqual(periods);
        // A row of runs that are no further apart than the period misses none.
        if (Math.max(...gapsHours) <= remindDays * 24) expect(reminders).toBe(periods);
      },
    ),
  );
});

it('over in between is another violation, and told as new', () => {
  const again = openOf('a', { since: day(2) });
  expect(hears({ open: [fail] }, { open: [again], at: day(2) })).toEqual({ failing: ['a'] });
});
