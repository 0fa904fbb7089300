import { generateKeyPairSync } from 'node:crypto';

import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { encodeStatement } from '../../shared/evidence/record.ts';
import { parseSigningKey } from '../../shared/evidence/sign.ts';
import { takeTurn } from '../../shared/evidence/turns.ts';
import {
  bytesOf,
  createOpenStore,
  nightOf,
  nights,
  present,
  seal,
  signer,
  textOf,
} from '../support/log.ts';

const turnMs = 20_000;
const nowMs = Date.parse(nights[0]) + 60_000;
const first = 'claims/turns/000001.json';
const second = 'claims/turns/000002.json';

const { privateKey } = generateKeyPairSync('ed25519');
const stranger = present(
  parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
);

async function createScene(by: typeof signer | undefined = signer) {
  const store = createOpenStore();
  const record = await seal(store, openLog(store, signer), { at: nights[0], report: nightOf() });
  return {
    store,
    begin: (atMs: number) => takeTurn(store, record, by, { nowMs: atMs, turnMs }),
    take: async (atMs: number, withSigner = by) =>
      (await takeTurn(store, record, withSigner, { nowMs: atMs, turnMs })) !== undefined,
    turns: () => [...store.files.keys()].filter((key) => key.startsWith('claims/')),
  };
}

it.each([
  ['signed', signer],
  ['unsigned', undefined],
])('one at a time has the turn, until it is over: %s', async (_name, by) => {
  const { take, turns } = await createScene(by);
  expect(await take(nowMs)).toBe(true);
  expect(await take(nowMs)).toBe(false);
  expect(await take(nowMs + turnMs - 1)).toBe(false);
  expect(turns()).toEqual([first]);
  expect(await take(nowMs + turnMs)).toBe(true);
  expect(await take(nowMs + turnMs)).toBe(false);
  expect(turns()).toEqual([first, second]);
});

it('is over as soon as who had it says so', async () => {
  const { begin, take, turns } = await createScene();
  const end = present(await begin(nowMs));
  expect(await take(nowMs)).toBe(false);
  await end();
  expect(await take(nowMs)).toBe(true);
  expect(await take(nowMs)).toBe(false);
  expect(turns().sort()).toEqual(['claims/turns/000001.end.json', first, second]);
});

it('of many at the same moment one has the turn', async () => {
  const { take } = await createScene();
  const taken = await Promise.all(Array.from({ length: 8 }, async () => take(nowMs)));
  expect(taken.filter(Boolean)).toHaveLength(1);
});

it('holds for whichever run of the log it was taken', async () => {
  const { store, take } = await createScene();
  const log = openLog(store, signer);
  const later = await seal(store, log, { at: nights[1], report: nightOf() });
  expect(await take(nowMs)).toBe(true);
  expect(await takeTurn(store, later, signer, { nowMs, turnMs })).toBeUndefined();
});

it('says whose it is: the record, and until when, signed', async () => {
  const { store, take } = await createScene();
  await take(nowMs);
  const envelope = JSON.parse(textOf(store, first)) as { payload: string; signatures: unknown[] };
  expect(envelope.signatures).toHaveLength(1);
  expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toMatchObject({
    subject: [{ name: 'log/000000000001.json' }],
    predicateType: 'urn:tcss-audit:turn:v1',
    predicate: { until: new Date(nowMs + turnMs).toISOString() },
  });
});

/** Says another end under the signature of the first. */
const until = (end: string) => (bytes: Uint8Array) => {
  const envelope = JSON.parse(Buffer.from(bytes).toString()) as { payload: string };
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as object;
  const payload = Buffer.from(JSON.stringify({ ...statement, predicate: { until: end } }));
  return bytesOf(`${JSON.stringify({ ...envelope, payload: payload.toString('base64') })}\n`);
};
const forged: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  'no envelope': () => bytesOf('{}'),
  garbage: () => bytesOf('\u0000'),
  'another end than was signed': until(new Date(nowMs + 1).toISOString()),
  'no end': until('soon'),
};
it.each(Object.entries(forged))('a turn with %s is nobody’s', async (_name, forge) => {
  const { store, take } = await createScene();
  await take(nowMs);
  store.files.set(first, forge(present(store.files.get(first))));
  expect(await take(nowMs)).toBe(true);
});

it('a turn by another key is nobody’s, nor one that is longer than a turn', async () => {
  const { take } = await createScene();
  expect(await take(nowMs, stranger)).toBe(true);
  expect(await take(nowMs)).toBe(true);
  expect(await take(nowMs - 1)).toBe(true);
});

it('a turn for no record is nobody’s, though this key signed it', async () => {
  const { store, take } = await createScene();
  const until = new Date(nowMs + turnMs).toISOString();
  store.files.set(first, encodeStatement('urn:tcss-audit:turn:v1', { until }, [], signer));
  expect(await take(nowMs)).toBe(true);
});

it('passes over files of other names', async () => {
  const { store, take, turns } = await createScene();
  store.files.set('claims/turns/notes.txt', bytesOf('hello'));
  store.files.set('claims/turns/9.json', bytesOf('{}'));
  store.files.set('claims/turns/000009.json.bak', bytesOf('{}'));
  expect(await take(nowMs)).toBe(true);
  expect(turns()).toContain(first);
});
