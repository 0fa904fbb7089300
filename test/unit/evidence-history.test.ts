import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { readHistory } from '../../shared/evidence/history.ts';
import type { LogRecord, RunRecord } from '../../shared/evidence/record.ts';
import { fingerprintOf } from '../../shared/evidence/seal.ts';
import type { Delivery, RunPredicate } from '../../shared/model.ts';
import { uin } from '../support/fake-ports.ts';
import {
  bytesOf,
  channel,
  createOpenStore,
  deliveryOf,
  nightOf,
  nights,
  present,
  recordDelivery,
  seal,
  signer,
} from '../support/log.ts';

const other = 'wecom:qyapi.weixin.qq.com#11111111';
const sent = deliveryOf();
const failed = deliveryOf({ status: 'failed', attempts: 3, reason: 'HTTP 500' });

type Step =
  | { readonly run: number; readonly name?: string }
  | { readonly told: number; readonly deliveries: readonly Delivery[] };

const run = (index: number, name?: string): Step => ({
  run: index,
  ...(name !== undefined && { name }),
});
const told = (index: number, ...deliveries: readonly Delivery[]): Step => ({
  told: index,
  deliveries,
});

/** Runs are numbered by their night. */
async function logAfter(steps: readonly Step[]) {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const runs = new Map<number, RunRecord>();
  for (const step of steps) {
    if ('run' in step) {
      const at = present(nights[step.run]);
      const report = nightOf({ vulnerabilities: 'fail' });
      const night = { at, report, ...(step.name !== undefined && { name: step.name }) };
      runs.set(step.run, await seal(store, log, night));
    } else await recordDelivery(log, present(runs.get(step.told)), ...step.deliveries);
  }
  return { log, runs };
}

/** The history is that of the run in `of`. */
async function historyAfter(steps: readonly Step[], of: number) {
  const { log, runs } = await logAfter(steps);
  const history = await readHistory(log, present(runs.get(of)), [channel, other]);
  return {
    told: [...history.told],
    heard: [...history.heardBy].map(
      ([name, { scheduledAt, min }]) => [name, scheduledAt, min] as const,
    ),
    untold: history.untold.map(({ seq }) => seq),
    isSuperseded: history.isSuperseded,
  };
}

const nobody = { told: [], heard: [], untold: [] as number[], isSuperseded: false };
const cases: Record<
  string,
  readonly [readonly Step[], number, Awaited<ReturnType<typeof historyAfter>>]
> = {
  'has nothing before the first run': [[run(0)], 0, { ...nobody, untold: [1] }],
  'knows who was told of this run': [[run(0), told(0, sent)], 0, { ...nobody, told: [channel] }],
  'does not count a failed delivery': [[run(0), told(0, failed)], 0, nobody],
  'counts a delivery of nothing': [
    [run(0), told(0, deliveryOf({ status: 'nothing' }))],
    0,
    { ...nobody, told: [channel] },
  ],
  'knows what was heard before': [
    [run(0), told(0, sent), run(1)],
    1,
    { ...nobody, heard: [[channel, nights[0], 'low']], untold: [3] },
  ],
  'looks behind a failed delivery': [
    [run(0), told(0, sent), run(1), told(1, failed), run(2)],
    2,
    { ...nobody, heard: [[channel, nights[0], 'low']], untold: [5] },
  ],
  'adds up the attempts at one run': [
    [run(0), told(0, failed), told(0, sent), run(1)],
    1,
    { ...nobody, heard: [[channel, nights[0], 'low']], untold: [4] },
  ],
  'keeps channels apart, and their filters': [
    [
      run(0),
      told(0, sent, deliveryOf({ channel: other, min: 'high' })),
      run(1),
      told(1, sent, { ...failed, channel: other }),
      run(2),
    ],
    2,
    {
      ...nobody,
      heard: [
        [channel, nights[1], 'low'],
        [other, nights[0], 'high'],
      ],
      untold: [5],
    },
  ],
  'names runs that nobody has told of yet, and not those that a delivery failed of': [
    [run(0), run(1), told(1, failed), run(2)],
    2,
    { ...nobody, untold: [4, 1] },
  ],
  'knows that a later run took over': [
    [run(0), run(1)],
    0,
    { ...nobody, untold: [1], isSuperseded: true },
  ],
  'takes who was told of a later run for told': [
    [run(0), told(0, failed), run(1), told(1, sent)],
    0,
    { ...nobody, told: [channel], isSuperseded: true },
  ],
  'does not take a channel that nobody asks for': [
    [run(0), told(0, deliveryOf({ channel: 'generic:example.com#22222222' })), run(1)],
    1,
    { ...nobody, untold: [3] },
  ],
};
it.each(Object.entries(cases))('%s', async (_name, [steps, of, expected]) => {
  expect(await historyAfter(steps, of)).toEqual(expected);
});

it('takes two records of one run for one run', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const night = { at: nights[0], report: nightOf() };
  const first = await seal(store, log, night);
  const second = await seal(store, log, night);
  const before = await readHistory(log, second, [channel]);
  expect({ ...before, untold: before.untold.map(({ seq }) => seq) }).toEqual({
    told: new Set(),
    heardBy: new Map(),
    missedBy: new Map([[channel, []]]),
    untold: [2, 1],
    isSuperseded: false,
    isBehind: false,
  });
  // Who sealed the first waits for none that came after.
  expect((await readHistory(log, first, [channel])).untold.map(({ seq }) => seq)).toEqual([1]);
  await recordDelivery(log, first, sent);
  for (const record of [first, second]) {
    expect(await readHistory(log, record, [channel])).toEqual({
      told: new Set([channel]),
      heardBy: new Map(),
      missedBy: new Map([[channel, []]]),
      untold: [],
      isSuperseded: false,
      isBehind: false,
    });
  }
});

it('reads on over damaged records', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  await recordDelivery(log, await seal(store, log, { at: nights[0], report: nightOf() }), sent);
  await recordDelivery(log, await seal(store, log, { at: nights[1], report: nightOf() }), failed);
  store.files.set('log/000000000003.json', bytesOf('garbage'));
  const fresh = openLog(store, signer);
  const last = await seal(store, fresh, { at: nights[2], report: nightOf() });
  const { heardBy } = await readHistory(fresh, last, [channel]);
  expect(heardBy.get(channel)?.scheduledAt).toBe(nights[0]);
});

/** A log of records at hand. */
function logHolding(records: readonly LogRecord[]) {
  return {
    async *backwards() {
      for (const record of [...records].reverse()) yield await Promise.resolve(record);
    },
  };
}

it('looks a thousand runs back and no further', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const first = await seal(store, log, { at: nights[0], report: nightOf() });
  const delivery = await recordDelivery(log, first, sent);
  const heardAfter = async (runs: number) => {
    const later = Array.from({ length: runs }, (_, index): RunRecord => {
      const run = { ...first.predicate.run, id: `later-${String(index)}` };
      return { ...first, seq: 3 + index, predicate: { ...first.predicate, run } };
    });
    const records = logHolding([first, delivery, ...later]);
    return (await readHistory(records, present(later.at(-1)), [channel])).heardBy.size;
  };
  expect([await heardAfter(999), await heardAfter(1000)]).toEqual([1, 0]);
});

const readings: Record<
  string,
  readonly [readonly Step[], of: number, channels: readonly string[], seqs: readonly number[]]
> = {
  'the run before, of which all have heard': [
    [run(0), told(0, sent), run(1), told(1, sent), run(2)],
    2,
    [channel],
    [5, 4, 3],
  ],
  'the run that the last of them has heard of': [
    [run(0), told(0, sent), run(1), told(1, sent, { ...failed, channel: other }), run(2)],
    2,
    [channel, other],
    [5, 4, 3, 2, 1],
  ],
  'the run itself, where nobody is to hear': [[run(0), run(1), run(2)], 1, [], [3, 2]],
};
it.each(Object.entries(readings))(
  'reads the log down to %s',
  async (_name, [steps, of, channels, seqs]) => {
    const { log, runs } = await logAfter(steps);
    const read: number[] = [];
    const watched = {
      async *backwards() {
        for await (const record of log.backwards()) {
          read.push(record.seq);
          yield record;
        }
      },
    };
    await readHistory(watched, present(runs.get(of)), channels);
    expect(read).toEqual(seqs);
  },
);

it('what a channel has heard is all that the run says', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const said: Partial<RunPredicate> = {
    waivers: [{ id: 'W-1', policy: 'enabled', state: 'ending', until: '2026-12-01' }],
    drift: [{ target: uin, source: 'A', pointer: '/X', kind: 'undocumented-field' }],
  };
  const night = { at: nights[0], report: nightOf({ enabled: 'fail' }) };
  const sealed = await seal(store, log, night);
  const first: RunRecord = { ...sealed, predicate: { ...sealed.predicate, ...said } };
  const whole = await recordDelivery(log, sealed, deliveryOf({ min: 'high' }));
  const last = await seal(store, log, { at: nights[1], report: nightOf() });
  const heardIn = async (...records: readonly LogRecord[]) =>
    (await readHistory(logHolding([...records, last]), last, [channel])).heardBy.get(channel);

  expect(await heardIn(first, whole)).toEqual({
    ...said,
    open: first.predicate.open,
    unsure: new Map(),
    scheduledAt: nights[0],
    min: 'high',
  });
  // Of a delivery that broke off it heard of findings alone; without drift a run says nothing of it.
  const part = await recordDelivery(log, sealed, deliveryOf(broken(a)));
  const ofPart = { waivers: [], drift: [], open: first.predicate.open, unsure: new Map() };
  expect(await heardIn(first, part)).toEqual({ ...ofPart, scheduledAt: nights[1], min: 'low' });
  expect(await heardIn(sealed, whole)).toMatchObject({ waivers: [], drift: [] });
});

// ---- Broken deliveries and missing runs -------------------------------------------------------

const [a, b, c] = ['enabled', 'vulnerabilities', 'period'].map((id) =>
  fingerprintOf('intl', uin, id),
) as [string, string, string];
const all = { enabled: 'fail', vulnerabilities: 'fail', period: 'fail' } as const;

interface Episode {
  readonly statuses: Parameters<typeof nightOf>[0];
  readonly missed?: readonly string[];
  readonly deliveries: readonly Partial<Delivery>[];
}

function dayAt(index: number): string {
  return new Date(Date.parse(nights[0]) + index * 86_400_000).toISOString();
}

async function logOf(episodes: readonly Episode[]) {
  const store = createOpenStore();
  const log = openLog(store, signer);
  for (const [index, { statuses, missed = [], deliveries }] of episodes.entries()) {
    const night = { at: dayAt(index), report: nightOf(statuses), missedSince: () => missed };
    const record = await seal(store, log, night);
    for (const change of deliveries) await recordDelivery(log, record, deliveryOf(change));
  }
  return { store, log };
}

/** What the channel knows when the run after the last episode begins to tell. */
async function knownAfter(episodes: readonly Episode[]) {
  const { store, log } = await logOf(episodes);
  const report = nightOf(all);
  const last = await seal(store, log, { at: dayAt(episodes.length), report });
  const { heardBy, missedBy } = await readHistory(log, last, [channel]);
  const heard = heardBy.get(channel);
  return {
    open: heard?.open.map(({ policyId, status }) => `${policyId} ${status}`).sort(),
    missed: missedBy.get(channel),
  };
}

const broken = (...fingerprints: readonly string[]): Partial<Delivery> => ({
  status: 'failed',
  reason: 'HTTP 500',
  told: fingerprints,
});
const known: Record<string, readonly [readonly Episode[], Awaited<ReturnType<typeof knownAfter>>]> =
  {
    'nothing of a delivery that told nothing': [
      [{ statuses: all, deliveries: [{ status: 'failed' }] }],
      { open: undefined, missed: [] },
    ],
    'what a new channel was told before the delivery broke off': [
      [{ statuses: all, deliveries: [broken(a, b)] }],
      { open: ['enabled fail', 'vulnerabilities fail'], missed: [] },
    ],
    'what several attempts at one run told': [
      [{ statuses: all, deliveries: [broken(a), broken(b)] }],
      { open: ['enabled fail', 'vulnerabilities fail'], missed: [] },
    ],
    'a part over the whole that it knew before': [
      [
        { statuses: { enabled: 'fail', period: 'fail' }, deliveries: [{}] },
        { statuses: { enabled: 'error', vulnerabilities: 'fail' }, deliveries: [broken(a)] },
      ],
      { open: ['enabled error', 'period fail'], missed: [] },
    ],
    'that something is over, where that was told': [
      [
        { statuses: all, deliveries: [{}] },
        { statuses: {}, deliveries: [broken(a, c)] },
      ],
      { open: ['vulnerabilities fail'], missed: [] },
    ],
    'the later of two parts': [
      [
        { statuses: { enabled: 'fail' }, deliveries: [broken(a)] },
        { statuses: { enabled: 'error' }, deliveries: [broken(a)] },
      ],
      { open: ['enabled error'], missed: [] },
    ],
    'no part that is older than the whole': [
      [
        { statuses: all, deliveries: [broken(a)] },
        { statuses: { period: 'fail' }, deliveries: [{}] },
      ],
      { open: ['period fail'], missed: [] },
    ],
    'missing runs of this night alone, where it never heard anything': [
      [
        { statuses: {}, deliveries: [] },
        { statuses: {}, missed: ['1'], deliveries: [] },
      ],
      { open: undefined, missed: [] },
    ],
    'missing runs of all nights that it did not hear of, in their order': [
      [
        { statuses: {}, missed: ['1'], deliveries: [{}] },
        { statuses: {}, missed: ['2', '3'], deliveries: [{ status: 'failed' }] },
        { statuses: {}, missed: ['4'], deliveries: [] },
      ],
      { open: [], missed: ['2', '3', '4'] },
    ],
  };
it.each(Object.entries(known))('a channel knows %s', async (_name, [episodes, expected]) => {
  expect(await knownAfter(episodes)).toEqual(expected);
});

const untold = (statuses: Episode['statuses']): Episode => ({ statuses, deliveries: [] });
const toldOf = (statuses: Episode['statuses']): Episode => ({ statuses, deliveries: [sent] });

it.each([
  ['never, on the first night', [], false],
  ['not, where all was told', [toldOf(all)], false],
  ['where nothing was recorded', [untold(all)], true],
  ['where a delivery broke off', [{ statuses: all, deliveries: [broken(a)] }], true],
  ['not, where a later run was told', [untold(all), toldOf(all)], false],
])('is behind %s', async (_name, episodes, expected) => {
  const { store, log } = await logOf(episodes);
  const last = await seal(store, log, { at: dayAt(episodes.length), report: nightOf(all) });
  expect((await readHistory(log, last, [channel])).isBehind).toBe(expected);
});

it('is behind where one of several channels is', async () => {
  const { log, runs } = await logAfter([run(0), told(0, sent), run(1)]);
  const { isBehind } = await readHistory(log, present(runs.get(1)), [channel, other]);
  expect(isBehind).toBe(true);
});

// ---- Runs that recorded no delivery ---------------------------------------------------------------

/** What the channel may have heard when the run after the last episode begins to tell. */
async function unsureAfter(episodes: readonly Episode[]) {
  const { store, log } = await logOf(episodes);
  const report = nightOf(all);
  const last = await seal(store, log, { at: dayAt(episodes.length), report });
  const { heardBy } = await readHistory(log, last, [channel]);
  const unsure = [...(heardBy.get(channel)?.unsure ?? [])].map(([fingerprint, finding]) => [
    [a, b, c].indexOf(fingerprint),
    finding?.status ?? 'over',
  ]);
  return unsure.sort(([one], [other]) => Number(one) - Number(other));
}
const doubted: Record<string, readonly [readonly Episode[], readonly (readonly unknown[])[]]> = {
  'nothing, where nothing differs': [[toldOf(all), untold(all)], []],
  'nothing, where each run was told': [[toldOf(all), toldOf({})], []],
  'what broke, was mended and cannot be checked': [
    [
      toldOf({ enabled: 'fail', period: 'fail' }),
      untold({ vulnerabilities: 'fail', period: 'error' }),
    ],
    [
      [0, 'over'],
      [1, 'fail'],
      [2, 'error'],
    ],
  ],
  'what only one of several said, the latest first': [
    [toldOf({}), untold({ enabled: 'fail' }), untold({ enabled: 'error' }), untold({})],
    [[0, 'error']],
  ],
  'what was over in between and is another one': [
    [toldOf(all), untold({ enabled: 'fail' }), untold(all)],
    [
      [1, 'fail'],
      [2, 'fail'],
    ],
  ],
  'nothing of what a broken delivery told later': [
    [toldOf({}), untold(all), { statuses: all, deliveries: [broken(a)] }],
    [
      [1, 'fail'],
      [2, 'fail'],
    ],
  ],
  'nothing of a run whose delivery failed: it told nothing': [
    [toldOf({}), { statuses: all, deliveries: [failed] }],
    [],
  ],
  'nothing, where the channel never heard anything': [[untold(all), untold({})], []],
};
it.each(Object.entries(doubted))('doubts %s', async (_name, [episodes, expected]) => {
  expect(await unsureAfter(episodes)).toEqual(expected);
});
