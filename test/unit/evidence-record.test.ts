import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  decodeRecord,
  encodeRecord,
  keyOf,
  seqOf,
  subjectOf,
  type Body,
  type Subject,
} from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { severities, statuses } from '../../shared/model.ts';
import { bytesOf, decodedOf, deliveryOf, envelopeOf, openOf, signer } from '../support/log.ts';

const hash = 'a'.repeat(64);
const runPredicate = {
  seq: 1,
  previous: null,
  run: {
    id: 'nightly-20261124T180000Z',
    trigger: { type: 'timer', name: 'nightly', scheduledAt: '2026-11-24T18:00:00.000Z' },
    startedAt: '2026-11-24T18:00:00.000Z',
    finishedAt: '2026-11-24T18:00:01.000Z',
    complete: true,
  },
  tool: { name: 'tcss-audit', version: '0.0.0-test' },
  timezone: 'Asia/Shanghai',
  counts: { targets: 1, pass: 0, fail: 1, waived: 0, error: 0, skip: 0 },
  open: [openOf('vulnerabilities')],
  waivers: [{ id: 'W-1', policy: 'vulnerabilities', state: 'ending', until: '2026-12-01' }],
  missed: ['2026-11-23T18:00:00.000Z'],
  abandoned: ['runs/nightly-20261124T180000Z/targets-0000.jsonl'],
} as const;
const deliveryPredicate = {
  seq: 2,
  previous: hash,
  runId: 'nightly-20261124T180000Z',
  deliveries: [deliveryOf()],
} as const;
const subject: readonly Subject[] = [
  { name: 'runs/x/targets-0000.jsonl', digest: { sha256: hash } },
];
const aRun: Body = { kind: 'run', predicate: runPredicate };
const aDelivery: Body = { kind: 'delivery', predicate: deliveryPredicate };
const bodies = { 'a run': aRun, 'a delivery': aDelivery };

it.each(Object.entries(bodies))('reads back %s as it was written', (_name, body) => {
  const bytes = encodeRecord(body, subject, signer);
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject,
      predicateType: `urn:tcss-audit:${body.kind}:v1`,
      predicate: body.predicate,
    }),
  );
  expect(decodeRecord(bytes)).toEqual({
    ...body,
    seq: body.predicate.seq,
    sha256: sha256(bytes),
    subject,
    payload,
    signatures: [signer.sign(payload)],
  });
});

it('writes one line of JSON that ends in a line break', () => {
  const text = Buffer.from(encodeRecord(aRun, subject, signer)).toString();
  expect(text.match(/\n/g)).toHaveLength(1);
  expect(text.endsWith(']}\n')).toBe(true);
  expect(Object.keys(JSON.parse(text) as object)).toEqual(['payloadType', 'payload', 'signatures']);
});

it('has no signature without a signer', () => {
  const record = decodedOf(encodeRecord(aRun, subject, undefined));
  expect(record.signatures).toEqual([]);
});

it('names files by their bytes', () => {
  expect(subjectOf('x', bytesOf('abc'))).toEqual({
    name: 'x',
    digest: { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
  });
});

// ---- Keys -------------------------------------------------------------------------------------

it('gives a record a key that sorts by number', () => {
  expect([1, 41, 999_999_999_999].map(keyOf)).toEqual([
    'log/000000000001.json',
    'log/000000000041.json',
    'log/999999999999.json',
  ]);
});

it('law: a key names its number', () => {
  const number = fc.integer({ min: 1, max: 999_999_999_999 });
  fc.assert(
    fc.property(number, (seq) => {
      expect(seqOf(keyOf(seq))).toBe(seq);
    }),
  );
});

const noRecords: Record<string, string> = {
  'number zero': 'log/000000000000.json',
  'a short number': 'log/1.json',
  'a long number': 'log/0000000000001.json',
  'another folder': 'runs/000000000001.json',
  'a folder inside': 'log/x/000000000001.json',
  'a folder around it': 'old/log/000000000001.json',
  'another ending': 'log/000000000001.json.bak',
  'a line break at the end': 'log/000000000001.json\n',
  'a sign': 'log/-00000000001.json',
  'full-width digits': 'log/０００００００００００１.json',
  'nothing at all': '',
};
it.each(Object.entries(noRecords))('takes %s for no record', (_name, key) => {
  expect(seqOf(key)).toBeUndefined();
});

// ---- Malformed records ------------------------------------------------------------------------

const type = 'application/vnd.in-toto+json';
const line = (envelope: unknown) => bytesOf(`${JSON.stringify(envelope)}\n`);
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const envelope = { payloadType: type, payload: base64('{}'), signatures: [] };
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType: 'urn:tcss-audit:run:v1',
  predicate: runPredicate as Readonly<Record<string, unknown>>,
};
const run = (change: object) =>
  envelopeOf({ ...statement, predicate: { ...runPredicate, ...change } });
const delivery = (change: object) =>
  envelopeOf({
    ...statement,
    predicateType: 'urn:tcss-audit:delivery:v1',
    predicate: { ...deliveryPredicate, ...change },
  });

const noObject = 'is not a JSON object';
const noPayload = 'has no payload';
const badSignatures = 'has malformed signatures';
const notBase64 = 'has a payload that is not base64';
const notOurs = 'is not written as a record is';
const noStatement = 'has a payload that is not a JSON object';
const badSubject = 'has a malformed subject';
const badLink = 'has a malformed seq or previous';
const badPredicate = 'has a predicate of an unknown type or a malformed one';

const malformed: Record<string, readonly [Uint8Array, string]> = {
  'no bytes': [new Uint8Array(), noObject],
  'a line break': [bytesOf('\n'), noObject],
  'half a record': [line(envelope).slice(0, 40), noObject],
  'a list': [bytesOf('[]'), noObject],
  null: [bytesOf('null'), noObject],
  'bytes that are no UTF-8': [Uint8Array.of(0x7b, 0xff, 0x7d), noObject],
  'two records in one file': [Buffer.concat([line(envelope), line(envelope)]), noObject],
  'a hundred thousand nested lists': [bytesOf('['.repeat(100_000)), noObject],
  'no payloadType': [line({ ...envelope, payloadType: undefined }), 'has another payloadType'],
  'another payloadType': [
    line({ ...envelope, payloadType: 'text/plain' }),
    'has another payloadType',
  ],
  'no payload': [line({ ...envelope, payload: undefined }), noPayload],
  'a payload that is a number': [line({ ...envelope, payload: 1 }), noPayload],
  'no signatures': [line({ ...envelope, signatures: undefined }), badSignatures],
  'signatures that are an object': [line({ ...envelope, signatures: {} }), badSignatures],
  'a signature without a keyid': [line({ ...envelope, signatures: [{ sig: '' }] }), badSignatures],
  'a signature that is a number': [
    line({ ...envelope, signatures: [{ keyid: hash, sig: 1 }] }),
    badSignatures,
  ],
  'a signature whose keyid is no hash': [
    line({ ...envelope, signatures: [{ keyid: '', sig: `${'A'.repeat(86)}==` }] }),
    badSignatures,
  ],
  'a signature of 63 bytes': [
    line({ ...envelope, signatures: [{ keyid: hash, sig: 'A'.repeat(84) }] }),
    badSignatures,
  ],
  'a signature whose spare bits are set': [
    line({ ...envelope, signatures: [{ keyid: hash, sig: `${'A'.repeat(85)}B==` }] }),
    badSignatures,
  ],
  'a signature that is null': [line({ ...envelope, signatures: [null] }), badSignatures],
  'two signatures of one key': [
    line({ ...envelope, signatures: [signer.sign(bytesOf('a')), signer.sign(bytesOf('b'))] }),
    'has two signatures of one key',
  ],
  'a payload with a blank in it': [line({ ...envelope, payload: 'e3 0=' }), notBase64],
  'a payload without its padding': [line({ ...envelope, payload: 'e30' }), notBase64],
  'a payload in the URL alphabet': [line({ ...envelope, payload: '_-8=' }), notBase64],
  'a payload whose spare bits are set': [line({ ...envelope, payload: 'e31=' }), notBase64],
  'a payload that is no JSON': [line({ ...envelope, payload: base64('x') }), noStatement],
  'a payload that is a list': [line({ ...envelope, payload: base64('[]') }), noStatement],
  'a payload that is no UTF-8': [
    line({ ...envelope, payload: base64(Uint8Array.of(0x22, 0xff, 0x22)) }),
    noStatement,
  ],
  'a blank before it': [bytesOf(` ${JSON.stringify(envelope)}\n`), notOurs],
  'a blank in place of its line break': [bytesOf(`${JSON.stringify(envelope)} `), notOurs],
  'no line break at its end': [bytesOf(JSON.stringify(envelope)), notOurs],
  'a blank at its end': [bytesOf(`${JSON.stringify(envelope)}\n `), notOurs],
  'a line break more': [bytesOf(`${JSON.stringify(envelope)}\n\n`), notOurs],
  'Windows line ends': [bytesOf(`${JSON.stringify(envelope)}\r\n`), notOurs],
  'indented JSON': [bytesOf(`${JSON.stringify(envelope, null, 2)}\n`), notOurs],
  'a member more': [line({ ...envelope, note: 'looks fine to me' }), notOurs],
  'a signature with a member more': [
    line({ ...envelope, signatures: [{ ...signer.sign(bytesOf('{}')), note: 'x' }] }),
    notOurs,
  ],
  'its members in another order': [
    line({ payload: envelope.payload, payloadType: type, signatures: [] }),
    notOurs,
  ],
  'a member twice, of which the last counts': [
    bytesOf(`${JSON.stringify(envelope).replace('{', '{"payload":"e30=",')}\n`),
    notOurs,
  ],
  'an empty statement': [line(envelope), 'is no in-toto Statement v1'],
  'a statement of another version': [
    envelopeOf({ ...statement, _type: 'https://in-toto.io/Statement/v0.1' }),
    'is no in-toto Statement v1',
  ],
  'no subject': [envelopeOf({ ...statement, subject: undefined }), badSubject],
  'a subject without a digest': [
    envelopeOf({ ...statement, subject: [{ name: 'x' }] }),
    badSubject,
  ],
  'a subject with another digest': [
    envelopeOf({ ...statement, subject: [{ name: 'x', digest: { sha512: hash } }] }),
    badSubject,
  ],
  'a digest in capitals': [
    envelopeOf({ ...statement, subject: [{ name: 'x', digest: { sha256: 'A'.repeat(64) } }] }),
    badSubject,
  ],
  'a subject without a name': [
    envelopeOf({ ...statement, subject: [{ digest: { sha256: hash } }] }),
    badSubject,
  ],
  'no predicate': [envelopeOf({ ...statement, predicate: undefined }), 'has no predicate'],
  'a predicate that is a list': [envelopeOf({ ...statement, predicate: [] }), 'has no predicate'],
  'seq 0': [run({ seq: 0 }), badLink],
  'a seq below 0': [run({ seq: -1 }), badLink],
  'half a seq': [run({ seq: 1.5 }), badLink],
  'a seq beyond exact numbers': [run({ seq: 2 ** 53 }), badLink],
  'a seq that is a string': [run({ seq: '1' }), badLink],
  'no previous': [run({ previous: undefined }), badLink],
  'a previous that is short': [run({ previous: 'abc' }), badLink],
  'a previous that is long': [run({ previous: `${hash}0` }), badLink],
  'a previous with something before it': [run({ previous: `0${hash}` }), badLink],
  'a previous with a line break': [run({ previous: `${hash}\n` }), badLink],
  'another predicateType': [
    envelopeOf({ ...statement, predicateType: 'urn:tcss-audit:run:v2' }),
    badPredicate,
  ],
  'a delivery that says it is a run': [
    envelopeOf({ ...statement, predicate: deliveryPredicate }),
    badPredicate,
  ],
  'a run that says it is a delivery': [
    envelopeOf({ ...statement, predicateType: 'urn:tcss-audit:delivery:v1' }),
    badPredicate,
  ],
  'no run': [run({ run: null }), badPredicate],
  'a run without an id': [run({ run: { ...runPredicate.run, id: 1 } }), badPredicate],
  'a run without a trigger': [
    run({ run: { ...runPredicate.run, trigger: 'timer' } }),
    badPredicate,
  ],
  'a run whose scheduled time is none': [
    run({ run: { ...runPredicate.run, trigger: { scheduledAt: 'tomorrow' } } }),
    badPredicate,
  ],
  'a run whose start is none': [
    run({ run: { ...runPredicate.run, startedAt: 'x' } }),
    badPredicate,
  ],
  'a run that never finished': [
    run({ run: { ...runPredicate.run, finishedAt: null } }),
    badPredicate,
  ],
  'no counts': [run({ counts: [] }), badPredicate],
  'half a count': [run({ counts: { ...runPredicate.counts, fail: 0.5 } }), badPredicate],
  'a count more, that is no number': [
    run({ counts: { ...runPredicate.counts, unsure: 'one' } }),
    badPredicate,
  ],
  'an open list that is an object': [run({ open: {} }), badPredicate],
  'an open finding that is null': [run({ open: [null] }), badPredicate],
  'an open finding without a since': [
    run({ open: [{ ...openOf('x'), since: undefined }] }),
    badPredicate,
  ],
  'an open finding without a fingerprint': [
    run({ open: [{ ...openOf('x'), fingerprint: 7 }] }),
    badPredicate,
  ],
  'an open finding that passed': [
    run({ open: [openOf('x', { status: 'pass' as never })] }),
    badPredicate,
  ],
  'an open finding that had passed': [
    run({ open: [openOf('x', { lastStatus: 'pass' as never })] }),
    badPredicate,
  ],
  'drift that is an object': [run({ drift: {} }), badPredicate],
  'a waiver without a state': [
    run({ waivers: [{ id: 'x', policy: 'x', until: 'x' }] }),
    badPredicate,
  ],
  'no waivers': [run({ waivers: undefined }), badPredicate],
  'no time zone': [run({ timezone: undefined }), badPredicate],
  'no missed runs': [run({ missed: undefined }), badPredicate],
  'a missed run that is no text': [run({ missed: [0] }), badPredicate],
  'no abandoned files': [run({ abandoned: undefined }), badPredicate],
  'an abandoned file without a name': [run({ abandoned: [1] }), badPredicate],
  'a delivery of no run': [delivery({ runId: null }), badPredicate],
  'no deliveries': [delivery({ deliveries: undefined }), badPredicate],
  'a delivery without a channel': [
    delivery({ deliveries: [{ ...deliveryOf(), channel: null }] }),
    badPredicate,
  ],
  'a delivery without its filter': [
    delivery({ deliveries: [{ ...deliveryOf(), min: undefined }] }),
    badPredicate,
  ],
  'a delivery that told of a text': [
    delivery({ deliveries: [{ ...deliveryOf(), told: 'x' }] }),
    badPredicate,
  ],
  'a delivery that told of what has no name': [
    delivery({ deliveries: [{ ...deliveryOf(), told: [1] }] }),
    badPredicate,
  ],
};
it.each(Object.entries(malformed))('refuses %s', (_name, [bytes, sentence]) => {
  expect(decodeRecord(bytes)).toBe(sentence);
});

/** All that a run and a delivery must say. */
const drifting = { target: '1', source: 'A', pointer: '/X', kind: 'undocumented-field' };
const saying = {
  run: { ...runPredicate, drift: [drifting] },
  delivery: deliveryPredicate,
} as const;
const needed: Readonly<Record<keyof typeof saying, readonly string[]>> = {
  run: [
    ...['run', 'run.id', 'run.trigger', 'run.trigger.type', 'run.trigger.name'],
    ...['run.trigger.scheduledAt', 'run.startedAt', 'run.finishedAt'],
    ...['tool', 'tool.name', 'tool.version', 'timezone', 'counts', 'counts.targets'],
    ...statuses.map((status) => `counts.${status}`),
    ...['open', 'open.0', 'open.0.fingerprint', 'open.0.target', 'open.0.policyId'],
    ...['open.0.severity', 'open.0.status', 'open.0.since'],
    ...['waivers', 'waivers.0', 'waivers.0.id', 'waivers.0.policy', 'waivers.0.state'],
    ...['waivers.0.until', 'missed', 'missed.0', 'abandoned', 'abandoned.0'],
    ...['drift.0', 'drift.0.target', 'drift.0.source', 'drift.0.pointer', 'drift.0.kind'],
  ],
  delivery: [
    ...['runId', 'deliveries', 'deliveries.0', 'deliveries.0.channel', 'deliveries.0.status'],
    'deliveries.0.min',
  ],
};

/** The same with another value at a path; undefined takes it away. */
function withAt(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const parent = root as Readonly<Record<string, unknown>>;
  const changed = withAt(parent[key], rest, value);
  return Array.isArray(root)
    ? root.map((item: unknown, index) => (String(index) === key ? changed : item))
    : { ...parent, [key]: changed };
}

describe.each(Object.keys(saying) as (keyof typeof saying)[])('a %s', (kind) => {
  const predicateType = `urn:tcss-audit:${kind}:v1`;
  const decoded = (predicate: unknown) =>
    decodeRecord(envelopeOf({ ...statement, predicateType, predicate }));

  it('is one with all that it must say', () => {
    expect(decoded(saying[kind])).toMatchObject({ kind, predicate: saying[kind] });
  });

  it.each(needed[kind])('is none without its %s, nor where that is something else', (path) => {
    for (const value of [undefined, null, false, 0.5]) {
      expect(decoded(withAt(saying[kind], path.split('.'), value))).toBe(badPredicate);
    }
  });
});

it('reads what is nested as deep as a record may be, and nothing deeper', () => {
  const deep = (levels: number): unknown =>
    JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
  expect(decodeRecord(run({ more: deep(30) }))).toMatchObject({ kind: 'run' });
  expect(decodeRecord(run({ more: deep(31) }))).toBe('has a payload that is nested too deep');
});

// ---- Laws -------------------------------------------------------------------------------------

const word = fc.string({ unit: 'binary', maxLength: 20 });
const instant = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2199-12-31') })
  .map((date) => date.toISOString());
const anyHash = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789abcdef')),
  minLength: 64,
  maxLength: 64,
});
const link = { seq: fc.integer({ min: 1, max: 999_999 }), previous: fc.option(anyHash) };
const severity = fc.constantFrom(...severities);
const anyRun: fc.Arbitrary<Body> = fc.record({
  kind: fc.constant('run' as const),
  predicate: fc.record({
    ...link,
    run: fc.record({
      id: word,
      trigger: fc.record({ type: fc.constant('timer' as const), name: word, scheduledAt: instant }),
      startedAt: instant,
      finishedAt: instant,
      complete: fc.boolean(),
    }),
    tool: fc.record({ name: word, version: word }),
    timezone: word,
    counts: fc.constant(runPredicate.counts),
    open: fc.array(
      fc.record({
        fingerprint: anyHash,
        target: word,
        policyId: word,
        severity,
        status: fc.constantFrom('fail' as const, 'waived' as const, 'error' as const),
        since: instant,
        lastStatus: fc.constantFrom('fail' as const, 'waived' as const),
      }),
      { maxLength: 4 },
    ),
    waivers: fc.array(
      fc.record({ id: word, policy: word, state: fc.constant('ending' as const), until: word }),
      { maxLength: 3 },
    ),
    missed: fc.array(instant, { maxLength: 3 }),
    abandoned: fc.array(word, { maxLength: 3 }),
  }),
});
const anyDelivery: fc.Arbitrary<Body> = fc.record({
  kind: fc.constant('delivery' as const),
  predicate: fc.record({
    ...link,
    runId: word,
    deliveries: fc.array(
      fc.record({
        channel: word,
        status: fc.constantFrom('sent' as const, 'failed' as const, 'nothing' as const),
        attempts: fc.nat(),
        at: instant,
        reason: fc.option(word),
        min: severity,
        told: fc.array(anyHash, { maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
  }),
});
const anySubject = fc.array(fc.record({ name: word, digest: fc.record({ sha256: anyHash }) }), {
  maxLength: 4,
});

it('law: what is written is read back, whatever it says', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyRun, anyDelivery),
      anySubject,
      fc.boolean(),
      (body, files, isSigned) => {
        const bytes = encodeRecord(body, files, isSigned ? signer : undefined);
        const { kind, predicate, subject: read, seq, sha256: hashOfBytes } = decodedOf(bytes);
        expect({ kind, predicate, read, seq }).toEqual({
          ...body,
          read: files,
          seq: body.predicate.seq,
        });
        expect(hashOfBytes).toBe(sha256(bytes));
      },
    ),
    { numRuns: 200 },
  );
});

it('law: no bytes whatever make the reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof decodeRecord(bytes)).toBe('string');
    }),
    { numRuns: 300 },
  );
});

it('law: no JSON whatever, in whatever place, makes the reader throw', () => {
  const places = fc.constantFrom('payloadType', 'payload', 'signatures');
  const inStatement = fc.constantFrom('_type', 'subject', 'predicateType', 'predicate');
  const inPredicate = fc.constantFrom(...Object.keys(runPredicate));
  fc.assert(
    fc.property(places, inStatement, inPredicate, fc.jsonValue(), (a, b, c, value) => {
      const forged = [
        line({ ...envelope, [a]: value }),
        envelopeOf({ ...statement, [b]: value }),
        run({ [c]: value }),
        delivery({ [c]: value }),
        line(value),
        envelopeOf(value),
      ];
      for (const bytes of forged)
        expect(['string', 'object']).toContain(typeof decodeRecord(bytes));
    }),
    { numRuns: 300 },
  );
});

it('law: a record cut short anywhere before its line break is no record', () => {
  const bytes = encodeRecord(aDelivery, subject, signer);
  for (let length = 0; length < bytes.length - 1; length += 1) {
    expect(decodeRecord(bytes.slice(0, length))).toBe(noObject);
  }
});
