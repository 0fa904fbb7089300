/** A run and a delivery as records say them, and what takes their place. */
import type { Body, Subject } from '../../shared/evidence/record.ts';
import { bytesOf, deliveryOf, envelopeOf, openOf } from './log.ts';

export const hash = 'a'.repeat(64);
export const runPredicate = {
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
export const deliveryPredicate = {
  seq: 2,
  previous: hash,
  runId: 'nightly-20261124T180000Z',
  deliveries: [deliveryOf()],
} as const;
export const subject: readonly Subject[] = [
  { name: 'runs/x/targets-0000.jsonl', digest: { sha256: hash } },
];
export const aRun: Body = { kind: 'run', predicate: runPredicate };
export const aDelivery: Body = { kind: 'delivery', predicate: deliveryPredicate };

export const type = 'application/vnd.in-toto+json';
export const line = (envelope: unknown) => bytesOf(`${JSON.stringify(envelope)}\n`);
export const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
export const envelope = { payloadType: type, payload: base64('{}'), signatures: [] };
export const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType: 'urn:tcss-audit:run:v1',
  predicate: runPredicate as Readonly<Record<string, unknown>>,
};
export const run = (change: object) =>
  envelopeOf({ ...statement, predicate: { ...runPredicate, ...change } });
export const delivery = (change: object) =>
  envelopeOf({
    ...statement,
    predicateType: 'urn:tcss-audit:delivery:v1',
    predicate: { ...deliveryPredicate, ...change },
  });
