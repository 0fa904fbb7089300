import { generateKeyPairSync } from 'node:crypto';

import { expect, it } from 'vitest';

import { AuditError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { encodePolicies } from '../../shared/evidence/run-files.ts';
import { findRun } from '../../shared/evidence/seal.ts';
import { parsePublicKey, parseSigningKey, sha256 } from '../../shared/evidence/sign.ts';
import {
  verifyLog,
  type FaultCode,
  type Replayed,
  type RunToReplay,
  type VerifyOptions,
} from '../../shared/evidence/verify.ts';
import type { Head } from '../../shared/model.ts';
import {
  attempt,
  buildLog,
  bytesOf,
  createOpenStore,
  editEnvelope,
  editStatement,
  nightOf,
  nights,
  policiesFile,
  present,
  publicKey,
  seal,
  signer,
  textOf,
  type OpenStore,
  type Statement,
} from '../support/log.ts';

const [one, two, three, four, five] = [1, 2, 3, 4, 5].map(keyOf) as [
  string,
  string,
  string,
  string,
  string,
];
const folder = 'runs/nightly-20261124T180000Z';
const targets = `${folder}/targets-0000.jsonl`;
const zeros = '0'.repeat(64);
const strangerPair = generateKeyPairSync('ed25519');
const stranger = present(
  parseSigningKey(strangerPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
);

const headOf = (store: OpenStore, seq: number): Head => ({
  seq,
  sha256: sha256(present(store.files.get(keyOf(seq)))),
});
const move = (store: OpenStore, from: string, to: string) => {
  const bytes = present(store.files.get(from));
  store.files.delete(from);
  store.files.set(to, bytes);
};

type Tampering = (store: OpenStore) => unknown;
type Found = readonly (readonly [FaultCode, string, string?])[];

async function check(tamper: Tampering, options: (store: OpenStore) => Partial<VerifyOptions>) {
  const store = await buildLog();
  // What a caller knows of the log he knows from before.
  const known = options(store);
  await tamper(store);
  return verifyLog(store, { publicKeys: [publicKey], ...known });
}
const found = ({ faults }: Awaited<ReturnType<typeof check>>): Found =>
  faults.map(({ code, key }) => [code, key]);

// ---- A log that nobody touched ----------------------------------------------------------------

it('is content with a log as it was written', async () => {
  const store = await buildLog();
  const progress: (readonly [number, number])[] = [];
  const onProgress = (done: number, total: number) => progress.push([done, total]);
  const knownHead = headOf(store, 2);
  expect(await verifyLog(store, { publicKeys: [publicKey], knownHead, onProgress })).toEqual({
    records: 5,
    runs: 3,
    checkedRuns: 3,
    files: 4,
    findings: undefined,
    head: headOf(store, 5),
    signed: 5,
    signers: [{ keyid: signer.keyid, records: 5, rows: [[1, 5]] }],
    faults: [],
    unchecked: [],
    unfinished: [],
    versions: {},
  });
  expect(progress).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
});

it('is content with an empty log, and knows nothing of it', async () => {
  expect(await verifyLog(createOpenStore(), { publicKeys: [publicKey] })).toEqual({
    records: 0,
    runs: 0,
    checkedRuns: 0,
    files: 0,
    findings: undefined,
    head: undefined,
    signed: 0,
    signers: [],
    faults: [],
    unchecked: [],
    unfinished: [],
    versions: {},
  });
});

it('counts signatures without a key, and checks none', async () => {
  const store = await buildLog();
  editEnvelope(store, 5, (envelope) => ({ ...envelope, signatures: [] }));
  const { signed, faults } = await verifyLog(store, { publicKeys: [] });
  expect({ signed, faults }).toEqual({ signed: 4, faults: [] });
});

it('is content with a log of several keys, all of them trusted', async () => {
  const store = await buildLog();
  const log = openLog(store, stranger);
  await seal(store, log, { at: '2026-11-27T18:00:00Z', report: nightOf() });
  const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
  expect(faults.map(({ code, key }) => [code, key])).toEqual([['bad-signature', keyOf(6)]]);
});

// ---- Tamperings -------------------------------------------------------------------------------

const tamperings: Record<string, readonly [Tampering, Found]> = {
  'an edited statement in the middle': [
    (store) => {
      editStatement(store, 3, (it) => ({ ...it, predicate: { ...it.predicate, open: [] } }));
    },
    [
      ['bad-signature', three],
      ['wrong-previous', four],
      ['wrong-delivery', four],
    ],
  ],
  'an edited last statement': [
    (store) => {
      const tool = { name: 'tcss-audit', version: '9.9.9' };
      editStatement(store, 5, (it) => ({ ...it, predicate: { ...it.predicate, tool } }));
    },
    [['bad-signature', five]],
  ],
  'an edited sealed file': [
    ({ files }) => files.set(targets, bytesOf('{}\n')),
    [['changed-file', targets]],
  ],
  'a sealed file that is cut short': [
    ({ files }) => files.set(targets, present(files.get(targets)).slice(0, -1)),
    [['changed-file', targets]],
  ],
  'a sealed file that is missing': [
    ({ files }) => files.delete(targets),
    [['missing-file', targets]],
  ],
  'swapped records': [
    ({ files }) => {
      const [a, b] = [present(files.get(two)), present(files.get(three))];
      files.set(two, b).set(three, a);
    },
    [
      ['wrong-seq', two],
      ['wrong-previous', two],
      ['wrong-seq', three],
      ['wrong-previous', three],
      ['wrong-previous', four],
      ['wrong-delivery', four],
    ],
  ],
  'a removed record in the middle': [({ files }) => files.delete(two), [['gap', two]]],
  'a removed run record': [
    ({ files }) => files.delete(three),
    [
      ['gap', three],
      ['wrong-delivery', four],
    ],
  ],
  'two removed records': [
    ({ files }) => {
      files.delete(two);
      files.delete(three);
    },
    [
      ['gap', two],
      ['wrong-delivery', four],
    ],
  ],
  'a removed first record': [
    ({ files }) => files.delete(one),
    [
      ['gap', one],
      ['wrong-delivery', two],
    ],
  ],
  'a file added to the folder of a sealed run': [
    ({ files }) => files.set(`${folder}/targets-0001.jsonl`, bytesOf('{}\n')),
    [['unsealed-file', `${folder}/targets-0001.jsonl`]],
  ],
  'a folder added to the folder of a sealed run': [
    ({ files }) => files.set(`${folder}/more/targets-0000.jsonl`, bytesOf('{}\n')),
    [['unsealed-file', `${folder}/more/targets-0000.jsonl`]],
  ],
  'a file added to the log': [
    ({ files }) => files.set('log/notes.txt', bytesOf('x')),
    [['foreign-file', 'log/notes.txt']],
  ],
  'a record added beside its place': [
    ({ files }) => files.set('log/1.json', present(files.get(one))),
    [['foreign-file', 'log/1.json']],
  ],
  'a record added after a gap': [
    ({ files }) => files.set(keyOf(9), present(files.get(five))),
    [
      ['gap', keyOf(6)],
      ['wrong-seq', keyOf(9)],
    ],
  ],
  'a stripped signature': [
    (store) => {
      editEnvelope(store, 5, (envelope) => ({ ...envelope, signatures: [] }));
    },
    [['unsigned', five]],
  ],
  'a signature by another key': [
    (store) => {
      editStatement(store, 5, (it) => it, stranger);
    },
    [['bad-signature', five]],
  ],
  'a signature by another key under the id of ours': [
    (store) => {
      const { keyid } = signer;
      const forger = { keyid, sign: (it: Uint8Array) => ({ ...stranger.sign(it), keyid }) };
      editStatement(store, 5, (it) => it, forger);
    },
    [['bad-signature', five]],
  ],
  'a signature of another record': [
    (store) => {
      const { signatures } = JSON.parse(textOf(store, four)) as { signatures: [] };
      editEnvelope(store, 5, (envelope) => ({ ...envelope, signatures }));
    },
    [['bad-signature', five]],
  ],
  'a wrong previous, signed': [
    (store) => {
      const previous = zeros;
      editStatement(
        store,
        5,
        (it) => ({ ...it, predicate: { ...it.predicate, previous } }),
        signer,
      );
    },
    [['wrong-previous', five]],
  ],
  'no previous, signed': [
    (store) => {
      editStatement(
        store,
        5,
        (it) => ({ ...it, predicate: { ...it.predicate, previous: null } }),
        signer,
      );
    },
    [['wrong-previous', five]],
  ],
  'a previous in the first record, signed': [
    (store) => {
      editStatement(
        store,
        1,
        (it) => ({ ...it, predicate: { ...it.predicate, previous: zeros } }),
        signer,
      );
    },
    [
      ['wrong-previous', one],
      ['wrong-previous', two],
      ['wrong-delivery', two],
    ],
  ],
  'a wrong seq, signed': [
    (store) => {
      editStatement(store, 5, (it) => ({ ...it, predicate: { ...it.predicate, seq: 7 } }), signer);
    },
    [['wrong-seq', five]],
  ],
  'a record that is garbage': [
    ({ files }) => files.set(three, bytesOf('garbage')),
    [
      ['unreadable-record', three],
      ['wrong-previous', four],
      ['wrong-delivery', four],
    ],
  ],
  'a last record that is empty': [
    ({ files }) => files.set(five, new Uint8Array()),
    [['unreadable-record', five]],
  ],
  'a record that is cut short': [
    ({ files }) => files.set(five, present(files.get(five)).slice(0, 100)),
    [['unreadable-record', five]],
  ],
  'a missing policies file': [
    ({ files }) => files.delete(policiesFile.key),
    [['missing-file', policiesFile.key]],
  ],
  'an edited policies file': [
    ({ files }) => files.set(policiesFile.key, bytesOf('{}')),
    [['changed-file', policiesFile.key]],
  ],
  'a renamed policies file': [
    (store) => {
      move(store, policiesFile.key, `policies/${zeros}.json`);
    },
    [['missing-file', policiesFile.key]],
  ],
  'a renamed policies file, and a record that says so': [
    (store) => {
      const renamed = `policies/${zeros}.json`;
      store.files.set(renamed, present(store.files.get(policiesFile.key)));
      editStatement(
        store,
        5,
        (it) => ({
          ...it,
          subject: it.subject.map((file) =>
            file.name === policiesFile.key ? { ...file, name: renamed } : file,
          ),
        }),
        signer,
      );
    },
    [['changed-file', `policies/${zeros}.json`]],
  ],
  'a file that two records seal with different hashes': [
    (store) => {
      const digest = { sha256: zeros };
      editStatement(
        store,
        5,
        (it) => ({ ...it, subject: [...it.subject, { name: targets, digest }] }),
        signer,
      );
    },
    [['changed-file', targets]],
  ],
  'a delivery of a run that is not there': [
    (store) => {
      editStatement(
        store,
        4,
        (it) => ({ ...it, predicate: { ...it.predicate, runId: 'nightly-20270101T000000Z' } }),
        signer,
      );
    },
    [
      ['wrong-delivery', four],
      ['wrong-previous', five],
    ],
  ],
  'a delivery of another record': [
    (store) => {
      editStatement(
        store,
        4,
        (it) => ({ ...it, subject: [{ name: two, digest: { sha256: headOf(store, 2).sha256 } }] }),
        signer,
      );
    },
    [
      ['wrong-delivery', four],
      ['wrong-previous', five],
    ],
  ],
  'a delivery of a record that comes later': [
    (store) => {
      editStatement(
        store,
        2,
        (it) => ({ ...it, subject: [{ name: three, digest: { sha256: zeros } }] }),
        signer,
      );
    },
    [
      ['wrong-delivery', two],
      ['wrong-previous', three],
    ],
  ],
  'a delivery of two records': [
    (store) => {
      editStatement(store, 4, (it) => ({ ...it, subject: [...it.subject, ...it.subject] }), signer);
    },
    [
      ['wrong-delivery', four],
      ['wrong-previous', five],
    ],
  ],
  'a delivery of nothing': [
    (store) => {
      editStatement(store, 4, (it) => ({ ...it, subject: [] }), signer);
    },
    [
      ['wrong-delivery', four],
      ['wrong-previous', five],
    ],
  ],
  'all of it at once, in the order of the log': [
    ({ files }) => {
      files.set('log/x', bytesOf('x'));
      files.set(two, bytesOf('x'));
      files.delete(four);
      files.set(`${folder}/x`, bytesOf('x'));
    },
    [
      ['foreign-file', 'log/x'],
      ['unreadable-record', two],
      ['wrong-previous', three],
      ['gap', four],
      ['unsealed-file', `${folder}/x`],
    ],
  ],
};
it.each(Object.entries(tamperings))('names %s', async (_name, [tamper, expected]) => {
  const verification = await check(tamper, () => ({}));
  expect(found(verification)).toEqual(expected);
  const { faults } = verification;
  for (const { message } of faults) expect(message).not.toMatch(/undefined|NaN|\[object/);
});

const sentences: Record<string, readonly [Tampering, readonly string[]]> = {
  'one missing record': [({ files }) => files.delete(two), ['record 2 missing']],
  'several missing records': [
    ({ files }) => {
      for (const key of [one, two, three]) files.delete(key);
    },
    ['records 1 to 3 missing', 'tells of a delivery of a run record that is not there'],
  ],
  'a stripped signature': [
    (store) => {
      editEnvelope(store, 5, (envelope) => ({ ...envelope, signatures: [] }));
    },
    ['carries no signature'],
  ],
  'an edited file': [
    ({ files }) => files.set(targets, bytesOf('abc')),
    [
      `is not as ${one} sealed it: TARGETS then, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad now`,
    ],
  ],
  'a missing file': [({ files }) => files.delete(targets), [`is sealed by ${one} and is missing`]],
  'what is no record': [
    ({ files }) => files.set('log/notes.txt', bytesOf('x')),
    ['is no record and lies in the log'],
  ],
  'a file that nobody sealed': [
    ({ files }) => files.set(`${folder}/x`, bytesOf('x')),
    ['lies in the folder of a sealed run and no record seals it'],
  ],
  'a file with two hashes': [
    (store) => {
      const file = { name: targets, digest: { sha256: zeros } };
      editStatement(store, 5, (it) => ({ ...it, subject: [...it.subject, file] }), signer);
    },
    [`${five} seals it with another hash than a record before`],
  ],
  'policies under another name': [
    (store) => {
      const name = `policies/${zeros}.json`;
      const digest = { sha256: sha256(policiesFile.bytes) };
      store.files.set(name, policiesFile.bytes);
      editStatement(
        store,
        5,
        (it) => ({ ...it, subject: [...it.subject, { name, digest }] }),
        signer,
      );
    },
    ['is not named by its hash'],
  ],
  'a signature by another key': [
    (store) => {
      editStatement(store, 5, (it) => it, stranger);
    },
    ['is not signed by any of the given keys'],
  ],
  'a first record that names another': [
    (store) => {
      const previous = zeros;
      editStatement(
        store,
        5,
        (it) => ({ ...it, predicate: { ...it.predicate, seq: 1, previous } }),
        signer,
      );
      for (const key of [one, two, three, four]) store.files.delete(key);
      move(store, five, one);
    },
    ['is the first record and names one before it'],
  ],
  'a record that names none before it': [
    (store) => {
      editStatement(
        store,
        5,
        (it) => ({ ...it, predicate: { ...it.predicate, previous: null } }),
        signer,
      );
    },
    ['names nothing as the record before it, which is FOUR'],
  ],
  'a record that is unreadable': [
    ({ files }) => files.set(five, bytesOf('x')),
    ['is not a JSON object'],
  ],
  'a wrong seq': [
    ({ files }) => files.set(keyOf(6), present(files.get(five))),
    ['says that it is record 5', `names FOUR as the record before it, which is FIVE`],
  ],
};
it.each(Object.entries(sentences))('puts %s in a sentence', async (_name, [tamper, expected]) => {
  const store = await buildLog();
  const words = {
    TARGETS: sha256(present(store.files.get(targets))),
    FOUR: headOf(store, 4).sha256,
    FIVE: headOf(store, 5).sha256,
  };
  await tamper(store);
  const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
  const whole = expected.map((sentence) =>
    Object.entries(words).reduce((text, [word, hash]) => text.replace(word, hash), sentence),
  );
  expect(faults.map(({ message }) => message)).toEqual(whole);
});

// ---- A known head -----------------------------------------------------------------------------

const cutTail: Tampering = ({ files }) => files.delete(five);

it('does not notice the tail cut off: that is what the published head is for', async () => {
  const { faults, records, unfinished } = await check(cutTail, () => ({}));
  expect({ faults, records }).toEqual({ faults: [], records: 4 });
  // The files of the run that is gone are still there, as those of a killed run would be.
  expect(unfinished).toEqual(['runs/nightly-20261126T180000Z/']);
});

it('does not notice that all of it is gone, without a known head', async () => {
  const { faults } = await check(
    ({ files }) => {
      files.clear();
    },
    () => ({}),
  );
  expect(faults).toEqual([]);
});

it('notices the tail cut off, given the head', async () => {
  const { faults } = await check(cutTail, (store) => ({ knownHead: headOf(store, 5) }));
  expect(faults).toEqual([
    {
      code: 'shorter-than-head',
      key: five,
      message: 'the log ends at 4, before the known head 5',
    },
  ]);
});

it('notices a log written anew, given the head, though its chain is whole', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  await seal(store, log, { at: '2026-11-24T18:00:00Z', report: nightOf() });
  const knownHead = headOf(await buildLog(), 1);
  const { faults } = await verifyLog(store, { publicKeys: [publicKey], knownHead });
  expect(faults).toEqual([
    {
      code: 'wrong-head',
      key: one,
      message: `is ${headOf(store, 1).sha256}, the known head is ${knownHead.sha256}`,
    },
  ]);
});

const heads: Record<string, readonly [Tampering, number, Found]> = {
  'a head in the middle that holds': [() => undefined, 3, []],
  'a head whose record is missing': [
    ({ files }) => files.delete(two),
    2,
    [
      ['gap', two],
      ['wrong-head', two],
    ],
  ],
  'a head whose record was edited': [
    ({ files }) => files.set(five, Buffer.concat([present(files.get(five)), bytesOf(' ')])),
    5,
    [
      ['unreadable-record', five],
      ['wrong-head', five],
    ],
  ],
};
it('says of a head whose record is missing that it is', async () => {
  const { faults } = await check(
    ({ files }) => files.delete(two),
    (store) => ({ knownHead: headOf(store, 2) }),
  );
  expect(faults.at(-1)?.message).toMatch(/^is missing, the known head is [0-9a-f]{64}$/);
});

it.each(Object.entries(heads))('checks %s', async (_name, [tamper, seq, expected]) => {
  const verification = await check(tamper, (store) => ({ knownHead: headOf(store, seq) }));
  expect(found(verification)).toEqual(expected);
});

it('takes a link in the place of a record for none', async () => {
  const store = await buildLog();
  const knownHead = headOf(store, 5);
  const get = (key: string) =>
    key === five ? Promise.reject(new AuditError('EVIDENCE_BROKEN', 'a link')) : store.get(key);
  const { faults, head } = await verifyLog({ ...store, get }, { publicKeys: [], knownHead });
  expect(head).toBeUndefined();
  expect(faults).toEqual([
    { code: 'unreadable-record', key: five, message: 'is no regular file' },
    {
      code: 'wrong-head',
      key: five,
      message: `is missing, the known head is ${knownHead.sha256}`,
    },
  ]);
});

// ---- Unfinished runs --------------------------------------------------------------------------

it('mentions the folder of a run that no record names, and finds no fault in it', async () => {
  const { faults, unfinished } = await check(
    ({ files }) => {
      files.set('runs/nightly-20261127T180000Z/targets-0000.jsonl', bytesOf('{}\n'));
      files.set('runs/nightly-20261127T180000Z/targets-0001.jsonl', bytesOf('{}\n'));
      files.set('runs/nightly-20261124T180000/targets-0000.jsonl', bytesOf('{}\n'));
    },
    () => ({}),
  );
  expect({ faults, unfinished }).toEqual({
    faults: [],
    unfinished: ['runs/nightly-20261124T180000/', 'runs/nightly-20261127T180000Z/'],
  });
});

// ---- Names that a forger invents --------------------------------------------------------------

const names = [
  '../../etc/passwd',
  '/etc/passwd',
  '',
  '.',
  '..',
  'runs',
  'runs/',
  '__proto__',
  '\0',
  'log/',
];
it.each(names)('does not follow the forged name %j', async (name) => {
  const read: string[] = [];
  const store = await buildLog(undefined);
  editStatement(store, 5, (it) => ({
    ...it,
    subject: [...it.subject, { name, digest: { sha256: zeros } }],
  }));
  const watched = {
    ...store,
    get: (key: string) => {
      read.push(key);
      return key === name
        ? Promise.reject(new AuditError('EVIDENCE_BROKEN', 'not ours'))
        : store.get(key);
    },
  };
  const { faults } = await verifyLog(watched, { publicKeys: [] });
  expect(faults.map(({ code, key }) => [code, key])).toEqual([['missing-file', name]]);
});

// ---- What the store does not give -------------------------------------------------------------

const refusing = (store: OpenStore, ...refused: readonly string[]) => ({
  ...store,
  get: (key: string) =>
    refused.includes(key)
      ? Promise.reject(new AuditError('EVIDENCE_UNREADABLE', `${key}: EACCES`))
      : store.get(key),
});
const notGiven: Record<string, { readonly keys: readonly string[]; readonly files: number }> = {
  // Nobody can tell whether the record after it names it, nor of which run a delivery speaks.
  'a record in the middle': { keys: [three], files: 3 },
  'the last record': { keys: [five], files: 3 },
  'a sealed file': { keys: [targets], files: 4 },
  'several, each said once': { keys: [targets, policiesFile.key], files: 4 },
};
it.each(Object.entries(notGiven))(
  'could not tell where the store does not give %s, and finds no fault in it',
  async (_name, { keys, files }) => {
    const store = await buildLog();
    const verification = await verifyLog(refusing(store, ...keys), { publicKeys: [publicKey] });
    expect(verification.faults).toEqual([]);
    expect(verification.files).toBe(files);
    expect(verification.unchecked).toEqual(keys.map((key) => ({ key, message: `${key}: EACCES` })));
  },
);

it('does not know the head where the store does not give the last record', async () => {
  const store = await buildLog();
  const knownHead = headOf(store, 5);
  const { head, faults } = await verifyLog(refusing(store, five), { publicKeys: [], knownHead });
  expect({ head, faults }).toEqual({ head: undefined, faults: [] });
});

it('names the faults of what it can read beside what it could not tell', async () => {
  const store = await buildLog();
  store.files.delete(two);
  const { faults, unchecked } = await verifyLog(refusing(store, targets), { publicKeys: [] });
  expect(faults.map(({ code, key }) => [code, key])).toEqual([['gap', two]]);
  expect(unchecked.map(({ key }) => key)).toEqual([targets]);
});

it('lets a fault of our own through', async () => {
  const store = await buildLog();
  const broken = { ...store, get: () => Promise.reject(new TypeError('a bug')) };
  await expect(verifyLog(broken, { publicKeys: [] })).rejects.toThrow('a bug');
});

// ---- Keys that take turns ---------------------------------------------------------------------

const strangerKey = present(
  parsePublicKey(strangerPair.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
);

/** Five records by the old key, a sixth by the new one, a seventh by the old one again. */
async function rotatedLog(): Promise<OpenStore> {
  const store = await buildLog();
  const at = (day: number) => `2026-11-${String(day)}T18:00:00.000Z`;
  await seal(store, openLog(store, stranger), { at: at(27), report: nightOf() });
  await seal(store, openLog(store, signer), { at: at(28), report: nightOf() });
  return store;
}

it('says which key signed which records', async () => {
  const { signers, faults } = await verifyLog(await rotatedLog(), {
    publicKeys: [publicKey, strangerKey],
  });
  expect(faults).toEqual([]);
  expect(signers).toEqual([
    {
      keyid: publicKey.keyid,
      records: 6,
      rows: [
        [1, 5],
        [7, 7],
      ],
    },
    { keyid: strangerKey.keyid, records: 1, rows: [[6, 6]] },
  ]);
});

it('takes no record of a key after the last one that it may have signed', async () => {
  const { faults } = await verifyLog(await rotatedLog(), {
    publicKeys: [{ ...publicKey, lastSeq: 5 }, strangerKey],
  });
  expect(faults).toEqual([
    {
      code: 'retired-key',
      key: keyOf(7),
      message: `is signed by the key ${publicKey.keyid}, which was retired after record 5`,
    },
  ]);
});

// ---- A span -----------------------------------------------------------------------------------

const spanOf = (since: string, until: string) => ({
  sinceMs: Date.parse(since),
  untilMs: Date.parse(until),
});
const second = spanOf('2026-11-25T18:00:00Z', '2026-11-26T18:00:00Z');
const spans: Record<string, readonly [Tampering, Found]> = {
  'looks at the files of its runs': [
    ({ files }) => {
      const changed = 'runs/nightly-20261125T180000Z/targets-0000.jsonl';
      files.set(changed, bytesOf('{}\n'));
    },
    [['changed-file', 'runs/nightly-20261125T180000Z/targets-0000.jsonl']],
  ],
  'looks at the policies of its runs, though an earlier run sealed them first': [
    ({ files }) => files.set(policiesFile.key, bytesOf('{}')),
    [['changed-file', policiesFile.key]],
  ],
  'does not look at the files of other runs': [
    ({ files }) => {
      files.set(targets, bytesOf('{}\n'));
      files.delete('runs/nightly-20261126T180000Z/targets-0000.jsonl');
    },
    [],
  ],
  'leaves the chain whole': [({ files }) => files.delete(two), [['gap', two]]],
  'knows the files of other runs as sealed': [
    ({ files }) => files.set(`${folder}/more`, bytesOf('x')),
    [['unsealed-file', `${folder}/more`]],
  ],
};
it.each(Object.entries(spans))('a span %s', async (_name, [tamper, expected]) => {
  const verification = await check(tamper, () => ({ span: second }));
  expect(found(verification)).toEqual(expected);
  const { runs, checkedRuns } = verification;
  expect({ runs, checkedRuns, files: verification.files }).toEqual({
    runs: 3,
    checkedRuns: 1,
    files: 2,
  });
});

// ---- A replay -----------------------------------------------------------------------------------

/** Finds two findings in each run, and what it is told to find beside. */
function watchedReplay(found: Partial<Replayed> = {}) {
  const replayed: RunToReplay[] = [];
  const replay = (run: RunToReplay): Replayed => {
    replayed.push(run);
    return { findings: 2, faults: [], unchecked: [], ...found };
  };
  return { replayed, replay };
}

const seqsIn = (runs: readonly RunToReplay[]) => runs.map(({ record }) => record.seq);
const openIn = ({ before }: RunToReplay) => before?.map(({ policyId }) => policyId);

it('has every run replayed, with its files, its policies and what was open before it', async () => {
  const store = await buildLog();
  const { replayed, replay } = watchedReplay();
  const { findings, versions } = await verifyLog(store, { publicKeys: [], replay });
  expect({ findings, versions }).toEqual({ findings: 6, versions: { '0.0.0-test': 3 } });
  const fileIn = (key: string) => ({ key, bytes: store.files.get(key) });
  const judged = [fileIn(policiesFile.key)];
  const folders = replayed.map(({ record }) => `runs/${record.predicate.run.id}`);
  expect(replayed.map(({ files }) => files)).toEqual(
    folders.map((run) => [fileIn(`${run}/targets-0000.jsonl`)]),
  );
  expect(replayed.map((run) => [run.record.seq, run.policies, openIn(run)])).toEqual([
    [1, judged, []],
    [3, judged, ['vulnerabilities']],
    [5, judged, ['vulnerabilities']],
  ]);
});

it('adds what a replay finds to its own, in the order of the log', async () => {
  const store = await buildLog();
  store.files.delete(two);
  const fault = { code: 'wrong-finding', key: targets, message: 'made up' } as const;
  const one = { key: targets, message: 'not known' };
  const { replay } = watchedReplay({ faults: [fault, fault], unchecked: [one] });
  const { faults, unchecked } = await verifyLog(store, { publicKeys: [], replay });
  expect(faults.map(({ code }) => code)).toEqual([
    ...['wrong-finding', 'wrong-finding', 'gap', 'wrong-finding', 'wrong-finding'],
    ...['wrong-finding', 'wrong-finding'],
  ]);
  expect(unchecked).toEqual([one, one, one]);
});

const unknownBefore: Record<string, Tampering> = {
  'a record is missing': ({ files }) => files.delete(two),
  'a record is none': ({ files }) => files.set(two, bytesOf('garbage')),
  'the run before says that it is another record': (store) => {
    editStatement(store, 1, (it) => ({ ...it, predicate: { ...it.predicate, seq: 9 } }));
  },
};
it.each(Object.entries(unknownBefore))(
  'nobody can tell what was open before a run where %s',
  async (_name, tamper) => {
    const store = await buildLog();
    await tamper(store);
    const { replayed, replay } = watchedReplay();
    await verifyLog(store, { publicKeys: [], replay });
    expect(replayed.map(openIn)).toEqual([[], undefined, ['vulnerabilities']]);
  },
);

it('nobody can tell it where the store does not give the record before', async () => {
  const { replayed, replay } = watchedReplay();
  await verifyLog(refusing(await buildLog(), two), { publicKeys: [], replay });
  expect(replayed.map(openIn)).toEqual([[], undefined, ['vulnerabilities']]);
});

const halves: Record<string, readonly [Tampering, readonly number[]]> = {
  'a file of it is missing': [({ files }) => files.delete(targets), [3, 5]],
  'a file of it was edited': [({ files }) => files.set(targets, bytesOf('{}\n')), [3, 5]],
  'its policies are missing': [({ files }) => files.delete(policiesFile.key), []],
  'its policies were edited': [({ files }) => files.set(policiesFile.key, bytesOf('{}')), []],
};
it.each(Object.entries(halves))('does not replay a run where %s', async (_name, [tamper, seqs]) => {
  const store = await buildLog();
  await tamper(store);
  const { replayed, replay } = watchedReplay();
  const { findings, versions } = await verifyLog(store, { publicKeys: [], replay });
  expect(seqsIn(replayed)).toEqual(seqs);
  expect(findings).toBe(2 * seqs.length);
  expect(versions).toEqual(seqs.length === 0 ? {} : { '0.0.0-test': seqs.length });
});

it.each([
  ['a file of it', targets, [3, 5]],
  ['its policies, which is said once', policiesFile.key, []],
])('does not replay a run where the store does not give %s', async (_name, key, seqs) => {
  const { replayed, replay } = watchedReplay();
  const store = refusing(await buildLog(), key);
  const { faults, unchecked } = await verifyLog(store, { publicKeys: [], replay });
  expect(seqsIn(replayed)).toEqual(seqs);
  expect({ faults, unchecked }).toEqual({
    faults: [],
    unchecked: [{ key, message: `${key}: EACCES` }],
  });
});

it('gives a replay nothing that was left behind, nor what lies elsewhere', async () => {
  const store = createOpenStore();
  const [left, own, elsewhere] = [targets, `${folder}/targets-0001.jsonl`, 'runs/other/x'];
  store.files.set(left, bytesOf('left\n')).set(elsewhere, bytesOf('x'));
  await seal(store, openLog(store, signer), { at: nights[0], report: nightOf() });
  const file = { name: elsewhere, digest: { sha256: sha256('x') } };
  editStatement(store, 1, (it) => ({ ...it, subject: [...it.subject, file] }), signer);
  for (const faults of [[], [['missing-file', left]]]) {
    const { replayed, replay } = watchedReplay();
    const verification = await verifyLog(store, { publicKeys: [publicKey], replay });
    expect(found(verification)).toEqual(faults);
    expect(replayed.map(({ files }) => files.map(({ key }) => key))).toEqual([[own]]);
    store.files.delete(left);
  }
});

it('gives a replay once what a record names twice', async () => {
  const store = await buildLog();
  editStatement(store, 5, (it) => ({ ...it, subject: [...it.subject, ...it.subject.slice(0, 1)] }));
  const { replayed, replay } = watchedReplay();
  await verifyLog(store, { publicKeys: [], replay });
  const third = 'runs/nightly-20261126T180000Z/targets-0000.jsonl';
  expect(replayed.at(-1)?.files).toEqual([{ key: third, bytes: store.files.get(third) }]);
});

it('replays the runs of a span alone', async () => {
  const { replayed, replay } = watchedReplay();
  await verifyLog(await buildLog(), { publicKeys: [], replay, span: second });
  expect(replayed.map((run) => [run.record.seq, openIn(run)])).toEqual([[3, ['vulnerabilities']]]);
});

it('reads policies again only where others judged in between', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const [usual, others] = [policiesFile, encodePolicies([], [])];
  for (const [index, policies] of [usual, usual, others, others, usual].entries()) {
    const at = `2026-11-${String(24 + index)}T18:00:00Z`;
    await attempt(store, log, { at, report: nightOf() }, { policies });
  }
  const read: string[] = [];
  const get = (key: string) => {
    if (key.startsWith('policies/')) read.push(key);
    return store.get(key);
  };
  const { replayed, replay } = watchedReplay();
  const { faults, files } = await verifyLog({ ...store, get }, { publicKeys: [], replay });
  expect({ faults, files }).toEqual({ faults: [], files: 7 });
  expect(replayed.map(({ policies }) => policies)).toEqual(
    [usual, usual, others, others, usual].map(({ key }) => [{ key, bytes: store.files.get(key) }]),
  );
  expect(read).toEqual([usual.key, others.key, usual.key]);
  read.length = 0;
  await verifyLog({ ...store, get }, { publicKeys: [] });
  expect(read).toEqual([usual.key, others.key]);
});

/** A run, and a second record of it that seals what a killed attempt left beside it. */
async function repeatedLog(): Promise<OpenStore> {
  const store = createOpenStore();
  const log = openLog(store, signer);
  await seal(store, log, { at: nights[0], report: nightOf({ vulnerabilities: 'fail' }) });
  store.files.set(`${folder}/targets-0001.jsonl`, bytesOf('left\n'));
  await findRun(store, log, 'nightly-20261124T180000Z');
  return store;
}

it('replays a run once that two records seal', async () => {
  const { replayed, replay } = watchedReplay();
  const { faults, runs, files, findings } = await verifyLog(await repeatedLog(), {
    publicKeys: [publicKey],
    replay,
  });
  expect({ faults, runs, files, findings }).toEqual({ faults: [], runs: 2, files: 3, findings: 2 });
  expect(seqsIn(replayed)).toEqual([1]);
});

const wrongRepeats: Record<string, (it: Statement) => unknown> = {
  'another finding': (it) => ({ ...it, predicate: { ...it.predicate, open: [] } }),
  'another time': (it) => ({
    ...it,
    predicate: { ...it.predicate, timezone: 'UTC' },
  }),
  'a file less': (it) => ({ ...it, subject: it.subject.filter(({ name }) => name === targets) }),
  'its files in another order': (it) => ({ ...it, subject: [...it.subject].reverse() }),
};
const wrongRepeat = {
  code: 'wrong-repeat',
  key: two,
  message: `seals the files of ${one} again and says otherwise`,
};
it.each(Object.entries(wrongRepeats))('names a second record that says %s', async (_name, edit) => {
  const store = await repeatedLog();
  editStatement(store, 2, edit, signer);
  const { replay } = watchedReplay();
  const { faults } = await verifyLog(store, { publicKeys: [publicKey], replay });
  expect(faults.filter(({ code }) => code !== 'unsealed-file')).toEqual([wrongRepeat]);
});

it('finds no fault in repetitions of a record that the store does not give again', async () => {
  const store = await repeatedLog();
  store.files.set(`${folder}/targets-0002.jsonl`, bytesOf('left\n'));
  await findRun(store, openLog(store, signer), 'nightly-20261124T180000Z');
  let asked = 0;
  const get = (key: string) => {
    asked += key === one ? 1 : 0;
    return refusing(store, ...(asked > 1 ? [one] : [])).get(key);
  };
  const { replay } = watchedReplay();
  const { records, faults, unchecked } = await verifyLog(
    { ...store, get },
    { publicKeys: [publicKey], replay },
  );
  expect({ records, faults }).toEqual({ records: 3, faults: [] });
  expect(unchecked).toEqual([{ key: one, message: `${one}: EACCES` }]);
});

const secondReadings: Record<
  string,
  readonly [(key: string) => Promise<Uint8Array | null>, readonly unknown[], readonly unknown[]]
> = {
  gone: [() => Promise.resolve(null), [wrongRepeat], []],
  'none any more': [() => Promise.resolve(bytesOf('x')), [wrongRepeat], []],
  'not given': [
    () => Promise.reject(new AuditError('EVIDENCE_UNREADABLE', 'EACCES')),
    [],
    [{ key: one, message: 'EACCES' }],
  ],
};
it.each(Object.entries(secondReadings))(
  'does not take a second record for right where the first is %s when it is read again',
  async (_name, [again, faults, unchecked]) => {
    const store = await repeatedLog();
    let asked = 0;
    const get = (key: string) => {
      if (key !== one) return store.get(key);
      asked += 1;
      return asked === 1 ? store.get(key) : again(key);
    };
    const { replay } = watchedReplay();
    expect(await verifyLog({ ...store, get }, { publicKeys: [], replay })).toMatchObject({
      faults,
      unchecked,
    });
  },
);

// ---- What no signature covers -------------------------------------------------------------------

it('notices an edit of the last record that no signature covers', async () => {
  const store = await buildLog();
  const text = Buffer.from(present(store.files.get(keyOf(5)))).toString();
  const edits = {
    'the key id': text.replace(/"keyid":"[0-9a-f]/, '"keyid":"x'),
    'the line break': text.replace('\n', ' '),
    'the spare bits of the signature': text.replace(
      /(.)=="}\]/,
      (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}=="}]`,
    ),
    'a byte order mark': `\ufeff${text}`,
    'a blank at its end': `${text} `,
    'a line break more': `${text}\n`,
    'a member more': text.replace('{', '{"note":"looks fine to me",'),
    'a signature more': text.replace('"signatures":[', '"signatures":[{"keyid":"","sig":""},'),
  };
  const missed: string[] = [];
  for (const [name, edited] of Object.entries(edits)) {
    expect(edited).not.toBe(text);
    const copy = createOpenStore(store.files);
    copy.files.set(keyOf(5), bytesOf(edited));
    const { faults } = await verifyLog(copy, { publicKeys: [publicKey] });
    if (faults.length === 0) missed.push(name);
  }
  expect(missed).toEqual([]);
});

it('names the file that is at fault, not the one that a forged record says it is', async () => {
  const store = await buildLog();
  store.files.set(keyOf(3), present(store.files.get(keyOf(4))));
  const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
  expect(faults.map(({ code, key }) => [code, key])).toContainEqual(['wrong-delivery', keyOf(3)]);
});
