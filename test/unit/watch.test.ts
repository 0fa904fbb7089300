/** The watchdog over a log in memory: what it finds, whom it tells, and when it says nothing. */
import { describe, expect, it } from 'vitest';

import { AuditError } from '../../shared/errors.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { watch, type WatchPlan } from '../../shared/watch.ts';
import {
  accept,
  channelsOf,
  createManualClock,
  createScriptedHttp,
  webhooks,
} from '../support/fake-ports.ts';
import { bytesOf, createOpenStore } from '../support/log.ts';
import { addDelivery, addRun, logOf, type Run } from '../support/watched-log.ts';

const channels = channelsOf([webhooks.slack, webhooks.generic].join(' '));
const [slack = '', generic = ''] = channels.map(({ name }) => name);
const heard = [[slack, generic].map((channel) => ({ channel, status: 'sent' as const }))];

const before: Run = { at: '2026-11-23T19:23:00Z', told: heard };
const tonight: Run = { at: '2026-11-24T19:23:00Z', told: heard };
const tonightAt = '2026-11-24T19:23:00.000Z';
const runId = 'nightly-20261124T192300Z';

interface Watching extends Partial<WatchPlan> {
  readonly now?: string;
  readonly script?: Parameters<typeof createScriptedHttp>[0];
}

async function watching(store: EvidenceStore, options: Watching = {}) {
  const { now = '2026-11-24T22:23:01Z', script = accept, ...change } = options;
  const http = createScriptedHttp(script);
  const clock = createManualClock(Date.parse(now));
  const outcome = await watch(
    { store, clock, http: http.http },
    {
      watched: { trigger: 'nightly', cron: '0 23 3 * * * *' },
      tickId: 'watchdog-20261124T222300Z',
      site: 'intl',
      channels,
      readUntilMs: clock.now() + 40_000,
      tellUntilMs: clock.now() + 60_000,
      ...change,
    },
  );
  return { outcome, requests: http.requests };
}

/** What the generic channel was sent. */
function eventIn(requests: readonly { readonly url: string; readonly body: string }[]) {
  const request = requests.find(({ url }) => url.includes('hooks.example.com'));
  return JSON.parse(request?.body ?? '{}') as Readonly<Record<string, unknown>>;
}

describe('says nothing', () => {
  const nothing = [[slack, generic].map((channel) => ({ channel, status: 'nothing' as const }))];
  const fine: Readonly<Record<string, readonly Run[]>> = {
    'where the run is there, whole and told': [before, tonight],
    'of the nights before': [{ ...before, complete: false, told: [] }, tonight],
    'where there was nothing to tell': [{ ...tonight, told: nothing }],
    'where an attempt failed and the next one did not': [
      { ...tonight, told: [[{ channel: slack, status: 'failed' }], ...heard] },
    ],
  };
  it.each(Object.entries(fine))('%s', async (_name, runs) => {
    const { outcome, requests } = await watching(await logOf(runs));
    expect(outcome).toMatchObject({ runId, troubles: [], notices: [], evidence: {} });
    expect(requests).toEqual([]);
  });

  it('of a run that is still under way: a folder without a record, minutes after its tick', async () => {
    const store = await logOf([before]);
    store.files.set(`runs/${runId}/targets-0000.jsonl`, bytesOf('{}\n'));
    const { outcome, requests } = await watching(store, { now: '2026-11-24T19:40:00Z' });
    expect(outcome).toMatchObject({ runId: 'nightly-20261123T192300Z', troubles: [] });
    expect(requests).toEqual([]);
  });

  it('of damage that is older than the run: that is what verify is for', async () => {
    const store = await logOf([before, tonight]);
    store.files.set(keyOf(2), bytesOf('{}'));
    expect((await watching(store)).outcome).toMatchObject({ runId, troubles: [] });
  });
});

describe('tells each channel', () => {
  const reason = 'HTTP 404 no_service: the webhook is gone';
  const untoldOf = (told: Run['told']) => [{ ...before }, { ...tonight, told }] as Run[];
  const found: Readonly<
    Record<string, readonly [readonly Run[], readonly object[], Partial<WatchPlan>?]>
  > = {
    'that the run is missing': [
      [before],
      [{ kind: 'missing', scheduledAt: tonightAt, lastAt: '2026-11-23T19:23:00.000Z' }],
    ],
    'that the run is incomplete': [
      [{ ...tonight, complete: false }],
      [{ kind: 'incomplete', scheduledAt: tonightAt }],
    ],
    'that the record does not say plainly that the run is complete': [
      [{ ...tonight, complete: 'no' as unknown as boolean }],
      [{ kind: 'incomplete', scheduledAt: tonightAt }],
    ],
    'that nobody was told': [
      untoldOf([]),
      [
        {
          kind: 'untold',
          scheduledAt: tonightAt,
          channels: [
            { channel: slack, reason: null },
            { channel: generic, reason: null },
          ],
        },
      ],
    ],
    'that one was not told': [
      untoldOf([
        [
          { channel: slack, status: 'failed', reason },
          { channel: generic, status: 'sent' },
        ],
      ]),
      [{ kind: 'untold', scheduledAt: tonightAt, channels: [{ channel: slack, reason }] }],
    ],
    'that the run is incomplete and one was not told': [
      [{ ...tonight, complete: false, told: [[{ channel: slack, status: 'sent' }]] }],
      [
        { kind: 'incomplete', scheduledAt: tonightAt },
        {
          kind: 'untold',
          scheduledAt: tonightAt,
          channels: [{ channel: generic, reason: null }],
        },
      ],
    ],
  };
  it.each(Object.entries(found))(
    '%s, under the run’s own name',
    async (_name, [runs, troubles]) => {
      const { outcome, requests } = await watching(await logOf(runs));
      expect(outcome).toMatchObject({
        runId,
        troubles,
        notices: [
          { channel: slack, status: 'sent', attempts: 1 },
          { channel: generic, status: 'sent', attempts: 1 },
        ],
      });
      expect(requests).toHaveLength(2);
      expect(eventIn(requests)).toMatchObject({
        id: `${runId}-watchdog`,
        data: { runId, notes: [{ kind: 'watchdog', troubles }] },
      });
    },
  );

  it('that the run was killed: it left files and no record', async () => {
    const store = await logOf([before]);
    store.files.set(`runs/${runId}/targets-0000.jsonl`, bytesOf('{}\n'));
    const { outcome } = await watching(store);
    expect([outcome.runId, outcome.troubles]).toEqual([
      runId,
      [{ kind: 'killed', scheduledAt: tonightAt }],
    ]);
  });

  it('with what the run found, and where the log ends, where it is sealed', async () => {
    const store = await logOf([before, { ...tonight, told: [] }]);
    const { outcome, requests } = await watching(store);
    expect(outcome.evidence?.seq).toBe(3);
    expect(eventIn(requests)['data']).toMatchObject({
      scheduledAt: '2026-11-24T19:23:00.000Z',
      complete: true,
      counts: { targets: 1, pass: 2, fail: 1 },
      evidence: outcome.evidence,
    });
  });

  it('that there is no run, under the name of the timer’s tick', async () => {
    const { outcome } = await watching(createOpenStore());
    expect(outcome).toMatchObject({ runId, troubles: [{ kind: 'empty' }], evidence: null });
  });

  it('that no timer fires, under the watchdog’s own tick, where no schedule is known', async () => {
    const { outcome, requests } = await watching(
      await logOf([{ at: '2026-11-20T19:23:00Z' }, { ...tonight, type: 'manual' }]),
      { watched: {} },
    );
    expect(outcome).toMatchObject({
      runId: null,
      troubles: [{ kind: 'silent', hours: 26, lastAt: '2026-11-20T19:23:00.000Z' }],
    });
    expect(eventIn(requests)['id']).toBe('watchdog-20261124T222300Z-watchdog');
  });

  it('the same way at each tick of the night: one incident', async () => {
    const store = await logOf([before]);
    const idOf = async (now: string) => eventIn((await watching(store, { now })).requests)['id'];
    expect([await idOf('2026-11-24T20:00:00Z'), await idOf('2026-11-25T19:00:00Z')]).toEqual([
      `${runId}-watchdog`,
      `${runId}-watchdog`,
    ]);
  });
});

describe('a log that cannot be read', () => {
  const unreadable = (message: string) => [{ kind: 'unreadable', message }];
  const failing = (error: Error): EvidenceStore => ({
    ...createOpenStore(),
    get: () => Promise.reject(error),
    list: () => Promise.reject(error),
  });

  it('is told in the store’s words, under the name of the awaited run', async () => {
    const error = new AuditError('EVIDENCE_UNREADABLE', 'Evidence log/ could not be read (403).');
    const { outcome } = await watching(failing(error));
    expect(outcome).toMatchObject({
      runId,
      troubles: unreadable('Evidence log/ could not be read (403).'),
      evidence: null,
      notices: [{ status: 'sent' }, { status: 'sent' }],
    });
  });

  it('is not what a fault of ours is', async () => {
    await expect(watching(failing(new TypeError('x is undefined')))).rejects.toThrow(
      'x is undefined',
    );
  });

  const damages: Readonly<Record<string, (store: Awaited<ReturnType<typeof logOf>>) => number>> = {
    'where the last record is garbage': (store) => {
      store.files.set(keyOf(4), bytesOf('{}'));
      return 4;
    },
    'where the run’s record is': (store) => {
      store.files.set(keyOf(3), bytesOf('not JSON'));
      return 3;
    },
    'where the run’s record is taken out': (store) => {
      store.files.delete(keyOf(3));
      return 3;
    },
    'where the record of another place lies': (store) => {
      store.files.set(keyOf(3), store.files.get(keyOf(1)) ?? bytesOf(''));
      return 3;
    },
  };
  it.each(Object.entries(damages))('could not tell %s', async (_name, damage) => {
    const store = await logOf([before, tonight]);
    const seq = damage(store);
    const { outcome } = await watching(store);
    expect([outcome.runId, outcome.troubles]).toEqual([
      runId,
      unreadable(`Evidence ${keyOf(seq)} is missing or is no record.`),
    ]);
  });

  it('says that the run is missing where the damage is older than its tick', async () => {
    const store = await logOf([{ ...before, at: '2026-11-22T19:23:00Z' }, before]);
    store.files.set(keyOf(2), bytesOf('{}'));
    expect((await watching(store)).outcome.troubles).toMatchObject([{ kind: 'missing' }]);
  });

  it('with nothing but garbage is not an empty one', async () => {
    const store = createOpenStore([[keyOf(1), bytesOf('{}')]]);
    expect((await watching(store)).outcome.troubles).toEqual(
      unreadable('Evidence log/000000000001.json is missing or is no record.'),
    );
  });

  it('is no endless one: somebody put a record far away', async () => {
    const store = await logOf([before, tonight]);
    store.files.set(keyOf(999_999_999_999), bytesOf('{}'));
    const { outcome } = await watching(store);
    expect(outcome.troubles).toEqual(
      unreadable('Evidence log/999999999999.json is missing or is no record.'),
    );
    expect(outcome.notices.map(({ status }) => status)).toEqual(['sent', 'sent']);
  });

  it('is one that takes too long', async () => {
    const store = await logOf([before, tonight]);
    const { outcome } = await watching(store, { readUntilMs: 0 });
    expect(outcome.troubles).toMatchObject([{ kind: 'unreadable' }]);
    expect(outcome.notices.map(({ status }) => status)).toEqual(['sent', 'sent']);
  });

  it.each(['x\r\ny: z', '../../x', 'n'.repeat(5_000)])(
    'that names a run %j does not name the notice so',
    async (name) => {
      const store = await logOf([before]);
      await addRun(store, { ...tonight, name });
      const { outcome, requests } = await watching(store, {
        watched: {},
        channels: channels.slice(1),
      });
      expect(outcome.runId).toBeNull();
      // It heard, and the record of that is under the name that was made up.
      expect(outcome.troubles).toEqual([]);
      await addRun(store, { ...tonight, name, complete: false });
      const again = await watching(store, { watched: {}, channels: channels.slice(1) });
      expect(eventIn(again.requests)['id']).toBe('watchdog-20261124T222300Z-watchdog');
      expect(requests).toEqual([]);
    },
  );
});

describe('a channel that cannot be told', () => {
  it('is named, and the other one told', async () => {
    const { outcome, requests } = await watching(await logOf([before]), {
      script: (request) => (request.url.includes('slack') ? { status: 404 } : accept(request)),
    });
    expect(outcome.notices).toMatchObject([
      { channel: slack, status: 'failed', attempts: 1 },
      { channel: generic, status: 'sent', attempts: 1 },
    ]);
    expect(requests).toHaveLength(2);
  });

  it('does not count as told by what it was told of another run', async () => {
    const store = await logOf([before, { ...tonight, told: [] }]);
    await addDelivery(store, 'nightly-20261123T192300Z', [
      { channel: slack, status: 'sent' },
      { channel: generic, status: 'sent' },
    ]);
    expect((await watching(store)).outcome.troubles).toMatchObject([{ kind: 'untold' }]);
  });
});
