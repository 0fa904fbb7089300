import fc from 'fast-check';
import { expect, it } from 'vitest';

import {
  decodeRecord,
  encodeRecord,
  keyOf,
  seqOf,
  type Body,
} from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { severities } from '../../shared/model.ts';
import { decodedOf, envelopeOf, signer } from '../support/log.ts';
import {
  aDelivery,
  delivery,
  envelope,
  line,
  run,
  runPredicate,
  statement,
  subject,
} from '../support/records.ts';

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
    expect(decodeRecord(bytes.slice(0, length))).toBe('is not a JSON object');
  }
});

it('law: a key names its number', () => {
  const number = fc.integer({ min: 1, max: 999_999_999_999 });
  fc.assert(
    fc.property(number, (seq) => {
      expect(seqOf(keyOf(seq))).toBe(seq);
    }),
  );
});
