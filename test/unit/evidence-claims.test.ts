import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { putClaim, readClaims, statementIn, type Claim } from '../../shared/evidence/claims.ts';
import { encodeStatement, subjectOf, type Subject } from '../../shared/evidence/record.ts';
import { parseSigningKey, type Signer } from '../../shared/evidence/sign.ts';
import { bytesOf, createOpenStore, envelopeOf, present, signer, textOf } from '../support/log.ts';

const runId = 'nightly-20261124T180000Z';
const folder = `claims/${runId}/`;
const predicateType = 'urn:tcss-audit:part:v1';
const fileOf = (index: number): Subject =>
  subjectOf(`runs/${runId}/targets-000${String(index)}.jsonl`, bytesOf(`${String(index)}\n`));

const claim: Claim = {
  runId,
  policiesKey: 'policies/a.json',
  startedAt: '2026-11-24T18:00:00.000Z',
  files: [fileOf(3), fileOf(4)],
};
const another: Claim = {
  ...claim,
  startedAt: '2026-11-24T18:01:00.000Z',
  files: [fileOf(5)],
};

const { privateKey } = generateKeyPairSync('ed25519');
const stranger = present(
  parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
);

describe('a claim', () => {
  it.each([
    ['signed', signer],
    ['unsigned', undefined],
  ])('is read as it was made: %s', async (_name, by) => {
    const store = createOpenStore();
    await putClaim(store, claim, by);
    await putClaim(store, another, by);
    expect(await readClaims(store, claim, by)).toEqual([claim, another]);
  });

  it('lies in the folder of its run, under the name of its first file', async () => {
    const store = createOpenStore();
    await putClaim(store, claim, signer);
    const key = `${folder}targets-0003.json`;
    expect([...store.files.keys()]).toEqual([key]);
    expect(statementIn(present(store.files.get(key)))).toEqual({
      subject: claim.files,
      predicate: {
        runId,
        policiesKey: claim.policiesKey,
        startedAt: claim.startedAt,
      },
    });
    expect(textOf(store, key)).toContain('"keyid"');
  });

  it('is put once: the first one stays', async () => {
    const store = createOpenStore();
    await putClaim(store, claim, signer);
    await putClaim(store, { ...another, files: claim.files }, signer);
    expect(await readClaims(store, claim, signer)).toEqual([claim]);
  });

  it('is not read of another run, nor by other policies, nor from another folder', async () => {
    const store = createOpenStore();
    await putClaim(store, claim, signer);
    const { policiesKey } = claim;
    const of = (change: Partial<Claim>) =>
      readClaims(store, { runId, policiesKey, ...change }, signer);
    expect(await of({})).toEqual([claim]);
    expect(await of({ runId: 'nightly-20261125T180000Z' })).toEqual([]);
    expect(await of({ policiesKey: 'policies/b.json' })).toEqual([]);
    // What another run said, moved into this one's folder.
    const moved = createOpenStore();
    await putClaim(moved, { ...claim, runId: 'other' }, signer);
    moved.files.set(`${folder}targets-0003.json`, present([...moved.files.values()][0]));
    expect(await readClaims(moved, claim, signer)).toEqual([]);
  });

  it('that is listed and gone when it is read is passed over', async () => {
    const store = createOpenStore();
    await putClaim(store, another, signer);
    const listed = {
      ...store,
      list: async (prefix: string) => [`${folder}gone.json`, ...(await store.list(prefix))],
    };
    expect(await readClaims(listed, claim, signer)).toEqual([another]);
  });
});

/** What only the key that made it could have written, and is no claim all the same. */
const statementBy =
  (by: Signer | undefined) =>
  (predicate: object, subject: unknown = claim.files, type = predicateType) =>
    encodeStatement(type, predicate, subject as readonly Subject[], by);
const ours = statementBy(signer);
const { files: _, ...said } = claim;

const broken: Record<string, Uint8Array> = {
  nothing: bytesOf(''),
  'what is no JSON': bytesOf('{"payload":'),
  'what is no text': Uint8Array.of(0xff, 0xfe, 0),
  null: bytesOf('null'),
  'a list': bytesOf('[]'),
  'a text': bytesOf('"payload"'),
  'an envelope of nothing': bytesOf('{}'),
  'an envelope of a number': bytesOf('{"payload":1}'),
  'an envelope of no statement': bytesOf('{"payload":"bnVsbA==","signatures":[]}'),
  'an envelope of what is no JSON': bytesOf('{"payload":"e30=x","signatures":[]}'),
  'a statement that is a list': envelopeOf([]),
  'a statement of nothing': envelopeOf({}),
  'a statement without a predicate': envelopeOf({ subject: claim.files }),
  'a predicate that is a text': envelopeOf({ subject: claim.files, predicate: 'x' }),
  'the same without a signature': statementBy(undefined)(said),
  'the same by another key': statementBy(stranger)(said),
  'the same with more in its predicate': ours({ ...said, more: true }),
  'the same in another order': ours({
    policiesKey: said.policiesKey,
    runId,
    startedAt: said.startedAt,
  }),
  'a statement of another type': ours(said, claim.files, 'urn:tcss-audit:turn:v1'),
  'no files': ours(said, []),
  'files that are no list': ours(said, {}),
  'a file without a hash': ours(said, [{ name: 'runs/x/targets-0000.jsonl' }]),
  'a start that is no text': ours({ ...said, startedAt: 5 }),
  'no start': ours({ runId, policiesKey: said.policiesKey }),
  'no run': ours({ ...said, runId: null }),
  'policies that are no text': ours({ ...said, policiesKey: [said.policiesKey] }),
};
it.each(Object.entries(broken))(
  '%s in the folder is no claim, and the next one counts',
  async (_name, bytes) => {
    const store = createOpenStore([[`${folder}targets-0000.json`, bytes]]);
    await putClaim(store, another, signer);
    expect(await readClaims(store, claim, signer)).toEqual([another]);
  },
);

it('what is said unsigned is no claim of who signs, and the other way round', async () => {
  const signed = createOpenStore();
  await putClaim(signed, claim, signer);
  expect(await readClaims(signed, claim, undefined)).toEqual([]);
  const unsigned = createOpenStore();
  await putClaim(unsigned, claim, undefined);
  expect(await readClaims(unsigned, claim, signer)).toEqual([]);
});

describe('what an envelope says', () => {
  const statements: Record<string, [Uint8Array, ReturnType<typeof statementIn>]> = {
    'its subject and predicate': [
      envelopeOf({ subject: ['x'], predicate: { a: 1 }, more: true }),
      { subject: ['x'], predicate: { a: 1 } },
    ],
    'a predicate without a subject': [
      envelopeOf({ predicate: {} }),
      { subject: undefined, predicate: {} },
    ],
    'nothing without a predicate': [envelopeOf({ subject: [] }), undefined],
    'nothing of a list': [envelopeOf([]), undefined],
    'nothing without a payload': [bytesOf('{"signatures":[]}'), undefined],
    'nothing with a payload that is no text': [bytesOf('{"payload":{}}'), undefined],
    'nothing with a payload that is a list of bytes': [
      bytesOf(JSON.stringify({ payload: [...bytesOf('{"predicate":{}}')] })),
      undefined,
    ],
    'nothing where there is no envelope': [bytesOf('7'), undefined],
    'nothing where there is no JSON': [bytesOf('{'), undefined],
    'nothing where its payload is no JSON': [bytesOf('{"payload":"ew=="}'), undefined],
  };
  it.each(Object.entries(statements))('is %s', (_name, [bytes, statement]) => {
    expect(statementIn(bytes)).toEqual(statement);
  });
});
