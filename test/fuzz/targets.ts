/**
 * A property for each parser of what comes from outside: whatever it is given, it gives a value or says what is
 * wrong, in the way that its contract names; and what it takes, it gives back the same.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { parseEvent } from '../../functions/audit/event.ts';
import { readClaims, putClaim } from '../../shared/evidence/claims.ts';
import { parseLines, parsePolicies } from '../../shared/evidence/hostile.ts';
import { decodeRecord, encodeRecord, keyOf } from '../../shared/evidence/record.ts';
import { encodeReport } from '../../shared/evidence/run-files.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { parseXml } from '../../shared/evidence/stores/cos-exchange.ts';
import { parseJson } from '../../shared/json.ts';
import type { Problem, Result } from '../../shared/model.ts';
import { platforms } from '../../shared/notice/channels/platforms.ts';
import { channelKinds, parseWebhooks } from '../../shared/notice/webhook.ts';
import { lint } from '../../shared/policy/lint.ts';
import { parsePolicy, parseWaivers } from '../../shared/policy/parse.ts';
import { missedTicks } from '../../shared/schedule.ts';
import { credentialFromProfile } from '../../shared/settings/tencent/credentials.ts';
import { sources } from '../../shared/settings/sources.ts';
import { parseShard } from '../../shared/shards.ts';
import { parseTargets } from '../../shared/targets.ts';
import { policies } from '../support/fake-ports.ts';
import { buildJudgedLog, targetsOf } from '../support/judged-log.ts';
import { createOpenStore, present, signer, textOf } from '../support/log.ts';
import { near, nearBytes } from './mutate.ts';

export type Property = fc.IAsyncProperty<unknown>;

const log = await buildJudgedLog();
const records = [1, 2, 3, 8].map((seq) => textOf(log, keyOf(seq)));
const payloads = records.map((text) =>
  Buffer.from((JSON.parse(text) as { payload: string }).payload, 'base64').toString(),
);
const lines = [1, 2, 3, 4, 5].map((night) => textOf(log, targetsOf(night)));
const policiesKey = present([...log.files.keys()].find((key) => key.startsWith('policies/')));
const policyTexts = policies.map(({ policy }) => JSON.stringify(policy, null, 2));
const policyNames = new Set(['image-scan', 'enabled']);
const place = { site: 'intl', policyNames } as const;

/** Either a value or problems, each of them a sentence at a place. */
function holds<T>(result: Result<T, Problem>): void {
  if (result.ok) return;
  for (const { where, what } of result.problems) {
    if (where === '' || what === '') throw new Error('a problem without words');
  }
}

const property = <T>(from: fc.Arbitrary<T>, check: (input: T) => unknown): Property =>
  fc.asyncProperty(from, async (input) => {
    await check(input);
  });

function sameBytes(a: Uint8Array, b: Uint8Array): void {
  if (Buffer.compare(a, b) !== 0) throw new Error('it is not written as it was read');
}

const envelope = (payload: string) =>
  Buffer.from(
    `${JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload: Buffer.from(payload).toString('base64'), signatures: [] })}\n`,
  );

const claims = createOpenStore();
await putClaim(
  claims,
  {
    runId: 'r',
    policiesKey,
    startedAt: '2026-11-24T18:00:00.000Z',
    files: [{ name: 'runs/r/targets-0000.jsonl', digest: { sha256: sha256('x') } }],
  },
  signer,
);
const [claimKey = ''] = claims.files.keys();

export const properties: Readonly<Record<string, Property>> = {
  'record file': property(nearBytes(records), (bytes) => {
    const record = decodeRecord(bytes);
    if (typeof record === 'string' || record.signatures.length > 0) return;
    sameBytes(encodeRecord(record, record.subject, undefined), bytes);
  }),
  'record payload': property(near(payloads), (payload) => {
    const record = decodeRecord(envelope(payload));
    // What is a record is written on in the next one, shown, and compared.
    if (typeof record !== 'string') parseJson(JSON.stringify(record.predicate));
  }),
  'targets file': property(nearBytes(lines), (bytes) => {
    for (const { text, report } of parseLines(bytes)) {
      if (typeof report === 'string') continue;
      // A key that is there twice, say, is not there again; what is, is the same the next time.
      const again = encodeReport(report as never);
      const [reread] = parseLines(Buffer.from(again));
      if (typeof reread?.report !== 'object') throw new Error(`cannot be read again: ${text}`);
      if (encodeReport(reread.report as never) !== again)
        throw new Error('it changes when it is read');
    }
  }),
  'policies file': property(nearBytes([textOf(log, policiesKey)]), parsePolicies),
  'claims file': property(nearBytes([textOf(claims, claimKey)]), async (bytes) => {
    const store = createOpenStore([[claimKey, bytes]]);
    const asked = { runId: 'r', policiesKey };
    const found = await readClaims(store, asked, signer);
    if (found.length > 0) sameBytes(bytes, present(claims.files.get(claimKey)));
  }),
  policy: property(near(policyTexts), (text) => {
    holds(parsePolicy({ file: 'a.json', text }));
    const name = 'enabled';
    const source = { file: 'a.json', text, pack: 'image-scan', name };
    holds(lint({ policies: [source], examples: [], waivers: undefined }, sources));
  }),
  waivers: property(
    near([
      '[{"id":"W-1","policy":"enabled","targets":["alias:prod","tag:pci","100000000001"],"reason":"A reason.","ticket":"T-1","approvedBy":"a@example.com","from":"2026-11-01","until":"2026-12-31T00:00:00Z"}]',
    ]),
    (text) => {
      holds(parseWaivers({ file: 'waivers.json', text }));
      holds(lint({ policies: [], examples: [], waivers: { file: 'waivers.json', text } }, sources));
    },
  ),
  'targets list': property(
    near([
      '[{"uin":"100000000001","alias":"prod","site":"intl","roleArn":"qcs::cam::uin/100000000001:roleName/TcssAudit","externalId":"abc","tags":["pci"],"policies":["image-scan"]},{"uin":"2"}]',
    ]),
    (text) => {
      holds(parseTargets({ file: 'targets.json', text, ...place }));
    },
  ),
  webhooks: property(
    near([
      'https://hooks.slack.com/services/T/B/x#min=high&locale=zh https://oapi.dingtalk.com/robot/send?access_token=x#secret=SEC1 http://127.0.0.1:9/x#kind=generic&secret=whsec_YWJjZA==',
    ]),
    (text) => {
      const { channels, problems } = parseWebhooks(text, 'en');
      for (const { name } of channels) {
        if (!/^[a-z]+:[^\s]+#[0-9a-f]{8}$/.test(name)) throw new Error(`a channel ${name}`);
      }
      for (const { what } of problems) if (what === '') throw new Error('no words');
    },
  ),
  event: property(
    near([
      '{"Type":"Timer","TriggerName":"nightly","Time":"2026-11-24T18:00:00Z","Message":"{\\"cron\\":\\"0 0 2 * * * *\\"}"}',
      '{"runId":"nightly-x","trigger":{"type":"timer","name":"n","scheduledAt":"2026-11-24T18:00:00.000Z"},"policiesKey":"policies/x.json","firstIndex":0,"atOnce":1,"untilMs":1,"targets":[{"uin":"1"}]}',
    ]),
    (text) => {
      let event: unknown;
      try {
        event = parseJson(text);
      } catch {
        event = text;
      }
      holds(parseEvent(event, 0));
      holds(parseShard(event as never, place));
    },
  ),
  'cron expression': property(
    near(['0 0 2 * * * *', '0 */15 1-5 1,15 JAN-DEC MON#1 2026-2030', '0 0 0 L * 5L *', '@daily']),
    (cron) => {
      const nowMs = Date.UTC(2026, 10, 24, 18);
      const ticks = missedTicks(cron.slice(0, 100), nowMs - 86_400_000, nowMs);
      for (const tick of ticks) if (!(Date.parse(tick) < nowMs)) throw new Error(`a tick ${tick}`);
    },
  ),
  'profile file': property(
    nearBytes(['[default]\nsecret_id = AKIDx\nsecret_key = y\n[__proto__]\nsecret_id = z\n']),
    (bytes) => {
      const folder = mkdtempSync(join(tmpdir(), 'tcss-audit-fuzz-'));
      try {
        writeFileSync(join(folder, 'credentials'), bytes);
        credentialFromProfile(join(folder, 'credentials'));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  ),
  'COS answer': property(
    nearBytes([
      '<?xml version="1.0"?><ListBucketResult><Name>b-1</Name><IsTruncated>true</IsTruncated><NextMarker>log/1</NextMarker><Contents><Key>log/000000000001.json</Key></Contents><Contents><Key>log/2</Key></Contents></ListBucketResult>',
    ]),
    (bytes) => {
      parseXml(bytes, 'ListBucketResult');
    },
  ),
  'chat answer': property(
    fc.tuple(
      fc.constantFrom(...channelKinds),
      fc.oneof(fc.constantFrom(200, 202, 204, 301, 400, 429, 500), fc.nat(999)),
      near(['{"errcode":0,"errmsg":"ok"}', '{"code":19001,"msg":"x"}', 'ok', '{"retry_after":1}']),
      near(['5', '1e999', 'Wed, 21 Oct 2099 07:28:00 GMT']),
    ),
    ([kind, status, body, after]) => {
      const headers = { 'retry-after': after, 'x-ratelimit-reset-after': after };
      const outcome = platforms[kind].classify({ status, headers, body });
      if (outcome.kind !== 'sent' && /[\u0000-\u001f\u007f-\u009f\u202e]/.test(outcome.reason)) {
        throw new Error(`shows ${JSON.stringify(outcome.reason)}`);
      }
    },
  ),
};

/** What something that was parsed left in the prototypes of everything: nothing. */
export function pollution(): readonly string[] {
  return Object.keys(Object.prototype).concat(Object.keys(Array.prototype));
}
