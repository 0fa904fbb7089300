/** Logs made up for tests, and ways to forge them. */
import { readFileSync } from 'node:fs';

import { openLog, type EvidenceLog } from '../../shared/evidence/chain.ts';
import {
  decodeRecord,
  keyOf,
  type LogRecord,
  type RunRecord,
  type Subject,
} from '../../shared/evidence/record.ts';
import { encodePolicies } from '../../shared/evidence/run-files.ts';
import { gatheredOf } from './gathered.ts';
import { sealRun, type RunToSeal, type SealedBy } from '../../shared/evidence/seal.ts';
import {
  parsePublicKey,
  parseSigningKey,
  payloadType,
  type Signer,
  type TrustedKey,
} from '../../shared/evidence/sign.ts';
import { identify } from '../../shared/identity.ts';
import type {
  Delivery,
  Finding,
  OpenFinding,
  Status,
  TargetReport,
  Violation,
  Violations,
} from '../../shared/model.ts';
import type { Item, Notice, RunSummary } from '../../shared/notice/notice.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { policies, source, uin } from './fake-ports.ts';

const fixtures = new URL('../fixtures/log/', import.meta.url);

/** The committed log, as a file store's root. */
export const goldenRoot = new URL('store/', fixtures).pathname;
/**
 * A log whose findings follow from its settings: six runs of November 2026, sealed by `runAudit` with the policies
 * that shipped then, signed by the same key.
 */
export const judgedRoot = new URL('../fixtures/judged-log/store/', import.meta.url).pathname;
export const signingKeyPem = readFileSync(new URL('test-only-signing-key.pem', fixtures), 'utf8');
export const publicKeyPem = readFileSync(new URL('test-only-public-key.pem', fixtures), 'utf8');
export const signer: Signer = present(parseSigningKey(signingKeyPem));
export const publicKey: TrustedKey = present(parsePublicKey(publicKeyPem));

export function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('not there');
  return value;
}

// ---- Reports ----------------------------------------------------------------------------------

export const violation: Violation = {
  pointer: '/ScanVul',
  expected: true,
  actual: false,
  message: '/ScanVul must be true, is false',
};

export function findingOf(
  policyId: string,
  status: Status,
  severity: Finding['severity'] = 'high',
  violations: Violations = [violation],
): Finding {
  const common = { policyId, severity };
  switch (status) {
    case 'pass':
      return { ...common, status };
    case 'fail':
      return { ...common, status, violations };
    case 'waived':
      return { ...common, status, violations, waiver: { id: 'W-1', until: '2027-06-30' } };
    case 'skip':
    case 'error':
      return { ...common, status, reason: `made up ${status}` };
  }
}

export function reportOf(findings: readonly Finding[], target = uin): TargetReport {
  return {
    target: { uin: target, site: 'intl' },
    observations: [
      {
        source,
        observedAt: '2026-11-24T18:00:01.000Z',
        requestId: '00000000-0000-4000-8000-000000000000',
        settings: { Enable: true, ScanVul: false, ScanPeriod: 1 },
        facts: { scanPeriodHours: 24 },
      },
    ],
    findings,
  };
}

/** A report of three policies: `{ enabled: 'pass', vulnerabilities: 'fail' }`, the rest passes. */
export function nightOf(statuses: Readonly<Partial<Record<string, Status>>> = {}): TargetReport {
  return reportOf(
    policies.map(({ policy: { id, severity } }) => findingOf(id, statuses[id] ?? 'pass', severity)),
  );
}

// ---- Logs -------------------------------------------------------------------------------------

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A store whose files anyone may edit. */
export interface OpenStore extends EvidenceStore {
  readonly files: Map<string, Uint8Array>;
}

export function createOpenStore(from: Iterable<readonly [string, Uint8Array]> = []): OpenStore {
  const files = new Map(from);
  return {
    files,
    putIfAbsent: (key, bytes) => {
      const isFree = !files.has(key);
      if (isFree) files.set(key, Uint8Array.from(bytes));
      return Promise.resolve(isFree);
    },
    get: (key) => Promise.resolve(files.get(key) ?? null),
    list: (prefix, after = '') =>
      Promise.resolve(
        [...files.keys()].filter((key) => key.startsWith(prefix) && key > after).sort(),
      ),
  };
}

export interface Night {
  readonly at: string;
  readonly report: TargetReport;
  readonly name?: string;
  readonly missedSince?: RunToSeal['missedSince'];
}

export const policiesFile = encodePolicies(policies, []);

export async function seal(
  store: EvidenceStore,
  log: EvidenceLog,
  night: Night,
): Promise<RunRecord> {
  return (await attempt(store, log, night)).record;
}

/** The same, with whether the record is ours. */
export async function attempt(
  store: EvidenceStore,
  log: EvidenceLog,
  { at, report, name = 'nightly', missedSince = () => [] }: Night,
  change: Partial<RunToSeal> = {},
): Promise<SealedBy> {
  const scheduledMs = Date.parse(at);
  const identity = identify('timer', name, scheduledMs);
  return sealRun(store, log, {
    identity,
    startedAt: new Date(scheduledMs).toISOString(),
    finishedAt: new Date(scheduledMs + 1_000).toISOString(),
    complete: true,
    tool: { name: 'tcss-audit', version: '0.0.0-test' },
    timezone: 'Asia/Shanghai',
    missedSince,
    ...(await gatheredOf(store, identity.id, [report])),
    waivers: [],
    policies: policiesFile,
    ...change,
  });
}

export const channel = 'slack:hooks.slack.com#00000000';

export function deliveryOf(change: Partial<Delivery> = {}): Delivery {
  const at = '2026-11-24T18:00:02.000Z';
  return { channel, status: 'sent', attempts: 1, at, reason: null, min: 'low', ...change };
}

export async function recordDelivery(
  log: EvidenceLog,
  run: RunRecord,
  ...deliveries: readonly Delivery[]
): Promise<LogRecord> {
  const { seq: runSeq, sha256, predicate } = run;
  const record = await log.append(({ seq, previous }) =>
    Promise.resolve({
      kind: 'delivery',
      predicate: { seq, previous, runId: predicate.run.id, deliveries },
      subject: [{ name: keyOf(runSeq), digest: { sha256 } }],
    }),
  );
  return present(record);
}

export const nights = [
  '2026-11-24T18:00:00.000Z',
  '2026-11-25T18:00:00.000Z',
  '2026-11-26T18:00:00.000Z',
] as const;

/** Run, delivery, run, delivery, run: a fault, the same fault, none. */
export async function buildLog(withSigner: Signer | undefined = signer): Promise<OpenStore> {
  const store = createOpenStore();
  const log = openLog(store, withSigner);
  const [first, second, third] = nights;
  const bad = nightOf({ vulnerabilities: 'fail' });
  await recordDelivery(log, await seal(store, log, { at: first, report: bad }), deliveryOf());
  const again = await seal(store, log, { at: second, report: bad });
  await recordDelivery(log, again, deliveryOf({ status: 'nothing', attempts: 0 }));
  await seal(store, log, { at: third, report: nightOf() });
  return store;
}

export async function recordsOf(log: EvidenceLog): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of log.backwards()) records.unshift(record);
  return records;
}

// ---- Forgeries --------------------------------------------------------------------------------

export interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export interface Statement {
  readonly _type: string;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** Rewrites the envelope of a record and leaves everything else as it is. */
export function editEnvelope(
  store: OpenStore,
  seq: number,
  edit: (it: Envelope) => Envelope,
): void {
  const envelope = edit(JSON.parse(textOf(store, keyOf(seq))) as Envelope);
  store.files.set(keyOf(seq), bytesOf(`${JSON.stringify(envelope)}\n`));
}

/** Rewrites what a record says, and signs it where a signer is given. */
export function editStatement(
  store: OpenStore,
  seq: number,
  edit: (it: Statement) => unknown,
  resign?: Signer,
): void {
  editEnvelope(store, seq, (envelope) => {
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Statement;
    const payload = Buffer.from(JSON.stringify(edit(statement)));
    const signatures = resign === undefined ? envelope.signatures : [resign.sign(payload)];
    return { ...envelope, payload: payload.toString('base64'), signatures };
  });
}

export function textOf(store: OpenStore, key: string): string {
  return Buffer.from(present(store.files.get(key))).toString();
}

export function decodedOf(bytes: Uint8Array): LogRecord {
  const record = decodeRecord(bytes);
  if (typeof record === 'string') throw new Error(`a record that ${record}`);
  return record;
}

export const envelopeOf = (statement: unknown): Uint8Array =>
  bytesOf(
    `${JSON.stringify({
      payloadType,
      payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
      signatures: [],
    })}\n`,
  );

// ---- Open findings ----------------------------------------------------------------------------

export function openOf(id: string, change: Partial<OpenFinding> = {}): OpenFinding {
  return {
    fingerprint: id.repeat(64).slice(0, 64),
    target: uin,
    policyId: id,
    severity: 'high',
    status: 'fail',
    since: nights[0],
    ...change,
  };
}

// ---- Notices ----------------------------------------------------------------------------------

const empty = {
  failing: [],
  unchecked: [],
  stillOpen: [],
  resolved: [],
  waived: [],
  dropped: [],
} as const;

export const summary: RunSummary = {
  scheduledAt: nights[0],
  complete: true,
  counts: { targets: 1, pass: 9, fail: 1, waived: 1, error: 1, skip: 0 },
  head: { seq: 41, sha256: '8f3c'.repeat(16) },
};

export function noticeWith(
  items: Partial<Notice['items']>,
  change: Partial<Omit<Notice, 'items'>> = {},
): Notice {
  return {
    id: 'nightly-20261124T180000Z',
    runId: 'nightly-20261124T180000Z',
    site: 'intl',
    at: '2026-11-24T18:00:01.000Z',
    summary,
    notes: [],
    items: { ...empty, ...items },
    waivers: [],
    drift: [],
    ...change,
  };
}

export function itemOf(id: string, change: Partial<Item> = {}): Item {
  return {
    open: openOf(id),
    finding: findingOf(id, 'fail'),
    title: `Title of ${id}`,
    remediation: `Set ${id} right.`,
    ...change,
  };
}

/** What somebody outside may write into a setting, an image's name or an error message. */
export const hostile: readonly string[] = [
  '<!channel>',
  '<!here|here>',
  '<!subteam^S1>',
  '<@U1>',
  '<#C1>',
  '@all',
  '@channel',
  '<@all>',
  '<at id=all></at>',
  '<at user_id="all"></at>',
  '<font color="warning">x</font>',
  '</font>',
  '[x](http://evil.example)',
  '<http://evil.example|click>',
  'http://evil.example',
  '`',
  '``',
  '```x```',
  '` <!channel> `',
  '*bold*',
  '**bold**',
  '_it_ ~no~',
  '\n> quote',
  '\r\n# heading',
  '\u2028### heading',
  '\u0085- list',
  '\u202Egnp.exe',
  '\u2066\u2069\u200B\uFEFF',
  '\u{E0041}\u{E0042}',
  '\ud800',
  'x\udc00',
  '\u0000\u0007\u001b[31m',
  '&lt;!channel&gt;',
  '&amp;lt;!channel&amp;gt;',
  '\\`\\<',
  '😀𝕳',
  '世界',
  '"',
  '{{TIME(0)}}',
];

/** A notice that holds the text in every place that the outside can write to. */
export function noticeHolding(text: string): Notice {
  const open = openOf('a', { target: text });
  const broken: Violation = {
    pointer: `/Images/${text}`,
    expected: { enum: [text, 'x'] },
    actual: { [text]: [text] },
    message: text,
  };
  const more: Violation = { ...broken, expected: text, actual: text };
  const failing = findingOf('a', 'fail', 'high', [broken, more]);
  const waived: Finding = {
    policyId: 'a',
    severity: 'high',
    status: 'waived',
    violations: [broken],
    waiver: { id: text, until: '2027-06-30' },
  };
  const unchecked: Finding = { policyId: 'a', severity: 'high', status: 'error', reason: text };
  return noticeWith(
    {
      failing: [{ open, finding: failing, title: 'T', remediation: 'R' }],
      unchecked: [{ open, finding: unchecked, title: 'T', remediation: 'R' }],
      stillOpen: [{ open, finding: failing, title: 'T', remediation: 'R' }],
      resolved: [{ open, title: 'T' }],
      waived: [{ open, finding: waived, title: 'T' }],
      dropped: [{ open, title: 'T' }],
    },
    {
      waivers: [{ id: text, policy: 'a', state: 'ended', until: '2026-11-01' }],
      drift: [{ target: text, source, pointer: `/${text}`, kind: 'undocumented-field' }],
      notes: [
        {
          kind: 'watchdog',
          troubles: [
            { kind: 'untold', scheduledAt: nights[0], channels: [{ channel: text, reason: text }] },
            { kind: 'unreadable', message: text },
          ],
        },
      ],
    },
  );
}
