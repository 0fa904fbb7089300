/** What the checks say of the log. */
import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { judgeLog } from '../../cli/doctor/evidence.ts';
import { judgeNights } from '../../cli/doctor/nights.ts';
import { judgeSigning } from '../../cli/doctor/signing.ts';
import { absentTail, readTail, type Tail } from '../../cli/doctor/tail.ts';
import type { Told, Verdict } from '../../cli/doctor/verdict.ts';
import { AuditError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { parseSigningKey, type Signer } from '../../shared/evidence/sign.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import {
  buildLog,
  deliveryOf,
  editEnvelope,
  editStatement,
  nightOf,
  present,
  recordDelivery,
  seal,
  signer,
} from '../support/log.ts';

const toldTail = async (store: Parameters<typeof readTail>[0]): Promise<Told<Tail>> => ({
  ok: true,
  value: await readTail(store),
});
const unreadable: Told<Tail> = {
  ok: false,
  error: new AuditError('EVIDENCE_UNREADABLE', 'Evidence log/ could not be read (EACCES).'),
};
const absent: Told<Tail> = { ok: true, value: absentTail };

function otherSigner(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  return present(parseSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
}

describe('the log', () => {
  it('is whole', async () => {
    const { status, message } = judgeLog(await toldTail(await buildLog()));
    expect(status).toBe('ok');
    expect(message).toMatch(
      /^head 5:[0-9a-f]{8}…; the last 5 records and 2 sealed files of the last run are whole \(tcss-audit verify looks at all\)$/,
    );
  });

  it('is empty', async () => {
    expect(judgeLog(await toldTail(createMemoryStore()))).toEqual({
      status: 'warn',
      message: 'the log is empty: nothing was ever sealed here',
      advice: 'let the timer fire, or run tcss-audit run; check AUDIT_EVIDENCE if audits have run',
    });
  });

  it('is elsewhere', () => {
    expect(judgeLog(absent)).toEqual({ status: 'skip', message: 'the log is not on this machine' });
  });

  it('cannot be read', () => {
    expect(judgeLog(unreadable)).toEqual({
      status: 'fail',
      message: 'Evidence log/ could not be read (EACCES)',
    });
  });

  const advice = 'run tcss-audit verify, which names every fault';
  const broken: Readonly<
    Record<string, readonly [(store: Awaited<ReturnType<typeof buildLog>>) => void, string]>
  > = {
    'has a gap': [
      ({ files }) => files.delete(keyOf(3)),
      'the log is broken: log/000000000003.json is missing',
    ],
    'has a record that is none': [
      ({ files }) => files.set(keyOf(2), Buffer.from('{}\n')),
      'the log is broken: log/000000000002.json has another payloadType',
    ],
    'has a record in the place of another': [
      ({ files }) => files.set(keyOf(2), present(files.get(keyOf(4)))),
      'the log is broken: log/000000000002.json says that it is record 4',
    ],
    'has a record that was written anew': [
      (store) => {
        editStatement(store, 2, (it) => ({
          ...it,
          predicate: { ...it.predicate, runId: 'another' },
        }));
      },
      'the log is broken: log/000000000003.json does not follow the record before it',
    ],
    'has a file that is gone': [
      ({ files }) => files.delete('runs/nightly-20261126T180000Z/targets-0000.jsonl'),
      'the log is broken: runs/nightly-20261126T180000Z/targets-0000.jsonl is missing',
    ],
    'has a file that was changed': [
      ({ files }) =>
        files.set('runs/nightly-20261126T180000Z/targets-0000.jsonl', Buffer.from('x')),
      'the log is broken: runs/nightly-20261126T180000Z/targets-0000.jsonl is not as it was sealed',
    ],
    'has more than one fault': [
      ({ files }) => {
        files.delete(keyOf(2));
        files.delete(keyOf(4));
      },
      'the log is broken: log/000000000004.json is missing, and 1 fault more',
    ],
  };
  it.each(Object.entries(broken))('%s', async (_name, [damage, message]) => {
    const store = await buildLog();
    damage(store);
    expect(judgeLog(await toldTail(store))).toEqual({ status: 'fail', message, advice });
  });
});

describe('the signing key', () => {
  const id = `${signer.keyid.slice(0, 8)}…`;

  it('signed the last record', async () => {
    expect(judgeSigning(signer, await toldTail(await buildLog()))).toEqual({
      status: 'ok',
      message: `the key ${id} is set, and it signed record 5`,
    });
  });

  it('is another than the log’s', async () => {
    const other = otherSigner();
    expect(judgeSigning(other, await toldTail(await buildLog()))).toEqual({
      status: 'fail',
      message: `the key ${other.keyid.slice(0, 8)}… is set, and record 5 is signed by ${id}`,
      advice:
        'after a rotation the next run signs with the new key; otherwise find out whose key the function has',
    });
  });

  it('is named by a signature that is not its own', async () => {
    const store = await buildLog();
    const other = otherSigner();
    editEnvelope(store, 5, (envelope) => ({
      ...envelope,
      signatures: envelope.signatures.map(({ keyid }) => ({
        keyid,
        sig: other.sign(Buffer.from(envelope.payload, 'base64')).sig,
      })),
    }));
    expect(judgeSigning(signer, await toldTail(store))).toEqual({
      status: 'fail',
      message: `record 5 names key ${id}, and the signature is not that key’s`,
      advice: 'somebody changed the log: run tcss-audit verify --public-key',
    });
  });

  it('is set where the log is not signed', async () => {
    const store = createMemoryStore();
    await seal(store, openLog(store, undefined), {
      at: '2026-11-24T18:00:00.000Z',
      report: nightOf(),
    });
    expect(judgeSigning(signer, await toldTail(store))).toEqual({
      status: 'fail',
      message: `the key ${id} is set, and record 1 is not signed: what sealed it had no key`,
      advice: 'set AUDIT_SIGNING_KEY of the function: tcss-audit deploy',
    });
  });

  const others: Readonly<Record<string, readonly [Signer | undefined, Told<Tail>, Verdict]>> = {
    'is set where the log is elsewhere': [
      signer,
      absent,
      {
        status: 'ok',
        message: `the key ${id} is set; the log is not on this machine to compare it`,
      },
    ],
    'is set where the log cannot be read': [
      signer,
      unreadable,
      {
        status: 'skip',
        message: `the key ${id} is set; the log could not be read to compare it`,
      },
    ],
    'is not set where the log is elsewhere': [
      undefined,
      absent,
      { status: 'skip', message: 'the log is not on this machine' },
    ],
  };
  it.each(Object.entries(others))('%s', (_name, [key, tail, expected]) => {
    expect(judgeSigning(key, tail)).toEqual(expected);
  });

  it('is set and has signed nothing yet', async () => {
    expect(judgeSigning(signer, await toldTail(createMemoryStore()))).toEqual({
      status: 'ok',
      message: `the key ${id} is set; it has signed nothing yet`,
    });
  });

  it('is not set here, and the log is signed', async () => {
    expect(judgeSigning(undefined, await toldTail(await buildLog()))).toEqual({
      status: 'skip',
      message: `AUDIT_SIGNING_KEY is not set here; record 5 is signed by ${id}`,
      advice: 'set it here too to have it compared',
    });
  });

  it('is not set at all', async () => {
    expect(judgeSigning(undefined, await toldTail(createMemoryStore()))).toEqual({
      status: 'warn',
      message: 'no signing key is set, so whoever can write the evidence can write it anew',
      advice: 'make one with tcss-audit keygen and set AUDIT_SIGNING_KEY before the first run',
    });
  });
});

// ---- Nights -----------------------------------------------------------------------------------

/** 02:00 in Shanghai. */
const cron = '0 0 2 * * * *';
const at = (day: number, time = '18:00:00') => `2026-11-${String(day)}T${time}.000Z`;
const nowMs = Date.parse('2026-11-26T20:00:00Z');

async function logOf(
  ...days: readonly (number | 'untold')[]
): Promise<{ readonly tail: () => Promise<Told<Tail>> }> {
  const store = createMemoryStore();
  const log = openLog(store, signer);
  for (const day of days) {
    if (day === 'untold') continue;
    const run = await seal(store, log, { at: at(day), report: nightOf() });
    if (!days.includes('untold') || day !== days.at(-2)) {
      await recordDelivery(log, run, deliveryOf({ status: 'nothing' }));
    }
  }
  return { tail: () => toldTail(store) };
}

describe('the nights', () => {
  it('are all there', async () => {
    const { tail } = await logOf(24, 25, 26);
    expect(judgeNights(await tail(), { cron, nowMs })).toEqual([
      {
        status: 'ok',
        message:
          'the timer’s last run, nightly-20261126T180000Z, was 2 hours ago, and none is missing since',
      },
      { status: 'ok', message: 'every channel was told of nightly-20261126T180000Z' },
    ]);
  });

  it('are missing since the last run', async () => {
    const { tail } = await logOf(23, 24);
    const [last] = judgeNights(await tail(), { cron, nowMs });
    expect(last).toEqual({
      status: 'fail',
      message:
        'the timer’s last run, nightly-20261124T180000Z, was 2 days ago: 2 runs missing since, the first of 2026-11-25 18:00 UTC',
      advice: 'see the checks of the function, its timer and its last invocations',
    });
  });

  it('are not missed before the run of a tick can have ended', async () => {
    const { tail } = await logOf(25);
    const justAfterMs = Date.parse(at(26, '18:20:00'));
    const [last] = judgeNights(await tail(), { cron, nowMs: justAfterMs });
    expect(last).toEqual({
      status: 'ok',
      message:
        'the timer’s last run, nightly-20261125T180000Z, was 24 hours ago, and none is missing since',
    });
  });

  it('are as many as either zone has where the schedule was changed', async () => {
    const { tail } = await logOf(25);
    // 10:00 in Shanghai and in UTC: of 26 November either, of the 27th neither.
    const [last] = judgeNights(await tail(), { cron: '0 0 10 * * * *', nowMs });
    expect(last?.message).toBe(
      'the timer’s last run, nightly-20261125T180000Z, was 26 hours ago: 1 run missing since, the first of 2026-11-26 02:00 UTC',
    );
  });

  it.each([
    [at(26), 'ok', 'the timer’s last run, nightly-20261126T180000Z, was 2 hours ago'],
    [
      at(24),
      'warn',
      'the timer’s last run, nightly-20261124T180000Z, was 2 days ago, and nothing tells its schedule',
    ],
  ])('of no known schedule: the last at %s', async (scheduledAt, status, message) => {
    const store = createMemoryStore();
    await seal(store, openLog(store, signer), { at: scheduledAt, report: nightOf() });
    const [last] = judgeNights(await toldTail(store), { cron: undefined, nowMs });
    expect({ status: last?.status, message: last?.message }).toEqual({ status, message });
  });

  it('had gaps that later runs told of', async () => {
    const store = createMemoryStore();
    const log = openLog(store, signer);
    await seal(store, log, { at: at(20), report: nightOf() });
    const missedSince = () => [at(21), at(22)];
    await seal(store, log, { at: at(23), report: nightOf(), missedSince });
    await seal(store, log, { at: at(25), report: nightOf(), missedSince: () => [at(24)] });
    const [, missed] = judgeNights(await toldTail(store), {
      cron,
      nowMs: Date.parse(at(25, '19:00:00')),
    });
    expect(missed).toEqual({
      status: 'warn',
      message:
        '3 nights without a run among the last 3: from 2026-11-21 18:00 to 2026-11-24 18:00 UTC',
      advice: 'it was told when the timer fired again; the watchdog tells it the same night',
    });
  });

  it('were cut short', async () => {
    const store = await buildLog();
    for (const seq of [3, 5]) {
      editStatement(store, seq, (it) => ({
        ...it,
        predicate: {
          ...it.predicate,
          run: { ...(it.predicate['run'] as object), complete: false },
        },
      }));
    }
    const verdicts = judgeNights(await toldTail(store), { cron, nowMs });
    expect(verdicts).toContainEqual({
      status: 'fail',
      message:
        '2 runs of the last 3 did not reach every account in time, the latest nightly-20261126T180000Z',
      advice: 'give the function more time: timeout in serverless.yml',
    });
  });

  it('were cut short before the last one', async () => {
    const store = await buildLog();
    editStatement(store, 3, (it) => ({
      ...it,
      predicate: { ...it.predicate, run: { ...(it.predicate['run'] as object), complete: false } },
    }));
    const verdicts = judgeNights(await toldTail(store), { cron, nowMs });
    expect(verdicts).toContainEqual({
      status: 'warn',
      message:
        '1 run of the last 3 did not reach every account in time, the latest nightly-20261125T180000Z',
      advice: 'give the function more time: timeout in serverless.yml',
    });
  });

  it('were blind', async () => {
    const store = createMemoryStore();
    const log = openLog(store, signer);
    await seal(store, log, { at: at(26), report: nightOf({ vulnerabilities: 'error' }) });
    const verdicts = judgeNights(await toldTail(store), { cron, nowMs });
    expect(verdicts).toContainEqual({
      status: 'warn',
      message: 'the last run, nightly-20261126T180000Z, could not tell 1 finding',
      advice: 'the reasons: tcss-audit report, or tcss-audit export --format csv',
    });
  });

  it('were told to nobody', async () => {
    const { tail } = await logOf(25, 26, 'untold');
    expect(judgeNights(await tail(), { cron, nowMs })).toContainEqual({
      status: 'fail',
      message: 'no channel was told of the last run, nightly-20261126T180000Z',
      advice: 'see the last invocations; the next run tells what this one left out',
    });
  });

  it('were not told to one channel, which a second attempt may have mended', async () => {
    const store = createMemoryStore();
    const log = openLog(store, signer);
    const run = await seal(store, log, { at: at(26), report: nightOf() });
    const reason = 'HTTP 404 no_service';
    await recordDelivery(
      log,
      run,
      deliveryOf({ status: 'failed', reason }),
      deliveryOf({ channel: 'wecom:x#11111111', status: 'failed', reason: 'HTTP 500' }),
    );
    await recordDelivery(log, run, deliveryOf({ channel: 'wecom:x#11111111' }));
    const told = judgeNights(await toldTail(store), { cron, nowMs }).slice(1);
    expect(told).toEqual([
      {
        status: 'fail',
        message:
          'slack:hooks.slack.com#00000000 was not told of nightly-20261126T180000Z: HTTP 404 no_service',
        advice: 'mend the channel (docs/channels.md); the next run tells what this one could not',
      },
    ]);
  });

  it.each([
    ['cannot be read', unreadable, 'the log could not be read'],
    ['are elsewhere', absent, 'the log is not on this machine'],
  ])('%s', (_name, tail, message) => {
    expect(judgeNights(tail, { cron, nowMs })).toEqual([{ status: 'skip', message }]);
  });

  it('have not been yet', async () => {
    expect(judgeNights(await toldTail(createMemoryStore()), { cron, nowMs })).toEqual([
      { status: 'skip', message: 'the log has no run yet' },
    ]);
  });
});
