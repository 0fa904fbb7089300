/** A night on which something breaks, on a store that fails somewhere, and what must be true whatever failed. */
import { judgePattern } from '../../cli/patterns.ts';
import { AuditError } from '../../shared/errors.ts';
import { openLog, runsBackwards } from '../../shared/evidence/chain.ts';
import { decodeRecord } from '../../shared/evidence/record.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import type { Clock, EvidenceStore, HttpRequest } from '../../shared/ports.ts';
import { createReplay } from '../../shared/replay.ts';
import { runAudit, type RunOutcome } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';
import {
  channelsOf,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  worldOf,
} from './fake-ports.ts';
import { publicKey, signer } from './log.ts';

const hosts = ['one.example.com', 'two.example.com'] as const;
const channels = channelsOf(hosts.map((host) => `https://${host}/hook#kind=generic`).join(' '));
const firstMs = Date.UTC(2026, 10, 24, 18);
const nightMs = (index: number) => firstMs + index * 86_400_000;
const policyId = 'vulnerabilities';
const replay = createReplay({ sources, version: '0.0.0-test', judgePattern });

/** The evidence, as each process opens it anew; and what goes wrong with it. */
export interface FaultyPlace {
  /** @param until of a run: its clock, and when its time is over */
  readonly open: (until?: { readonly clock: Clock; readonly deadlineMs: number }) => EvidenceStore;
  /** Before the faulty run, unless that is the later one. */
  readonly spoil: () => void;
  readonly mend: () => void;
  /** How much time the place itself has taken so far, in milliseconds, beside that of the clock. */
  readonly lostMs?: (clockMs: number) => number;
  /** Of a run: 200 s unless told otherwise, half of which is for reading. */
  readonly invocationMs?: number;
  /** How much of that, at its end, is kept for saying that the run failed. */
  readonly failureMs?: number;
  /** The faulty run is the one after the violation was sealed and told. */
  readonly isLate?: true;
}

export type Later = 'the same tick again' | 'the next night';

export interface FaultyNight {
  /** What came of the run on the faulty store: a status, or the code of an error. */
  readonly ended: string;
  /** What the error said. */
  readonly message?: string;
  /** The laws that do not hold; none unless the product is wrong. */
  readonly broken: readonly string[];
  /** How often each channel was told of the violation. */
  readonly told: readonly number[];
  /** Its record of what it told is in the log. */
  readonly isRecorded: boolean;
  /** How long the faulty run took. */
  readonly tookMs: number;
}

interface Told {
  readonly host: string;
  readonly isFailure: boolean;
  readonly isViolation: boolean;
  readonly head: { readonly seq: number; readonly sha256: string } | null;
}

/** A quiet night, then the faulty one, then a later run on the store as it was left. */
export async function playFaultyNight(place: FaultyPlace, later: Later): Promise<FaultyNight> {
  const posts: Told[] = [];
  const manual = createManualClock(firstMs);
  const lostMs = () => place.lostMs?.(manual.now()) ?? 0;
  const clock = { ...manual, now: () => manual.now() + lostMs() };
  const { invocationMs = 200_000, failureMs = 0 } = place;
  let settings = goodSettings;
  const run = (night: number): Promise<RunOutcome | AuditError> => {
    const startMs = Math.max(clock.now() + 60_000, nightMs(night) + 2_000);
    clock.set(startMs - lostMs());
    const deadlineMs = startMs + invocationMs - failureMs;
    const http = createScriptedHttp((request) => {
      posts.push(toldBy(request));
      return { status: 204 };
    });
    const reader = createReader(() => settings);
    const store = place.open({ clock, deadlineMs });
    const { ports } = worldOf({ store, clock, http, reader });
    const plan = planAt(new Date(nightMs(night)).toISOString(), {
      signer,
      channels,
      notify: { notify: 'changes', remindDays: 0 },
      observeUntilMs: startMs + invocationMs / 2,
      tellUntilMs: deadlineMs,
      failUntilMs: startMs + invocationMs,
    });
    return runAudit(ports, plan).catch((error: unknown) => {
      if (error instanceof AuditError) return error;
      throw error;
    });
  };

  const broken: string[] = [];
  const law = (isKept: boolean, what: string) => {
    if (!isKept) broken.push(what);
  };
  const holds = async (when: string) => {
    const store = place.open();
    const { faults } = await verifyLog(store, { publicKeys: [publicKey], replay });
    for (const fault of faults) broken.push(`${when}: ${JSON.stringify(fault)}`);
    for (const { head } of posts) {
      if (head === null) continue;
      const bytes = await store.get(`log/${String(head.seq).padStart(12, '0')}.json`);
      const record = bytes === null ? 'missing' : decodeRecord(bytes);
      const isSealed = typeof record !== 'string' && record.sha256 === head.sha256;
      law(isSealed, `${when}: a notice names record ${String(head.seq)}, which is not sealed`);
    }
  };

  law(!((await run(0)) instanceof AuditError), 'the quiet night before failed');
  settings = { ...goodSettings, ScanVul: false };
  if (place.isLate !== true) place.spoil();
  const first = await run(1);
  const tookMs = clock.now() - (nightMs(1) + 2_000);
  if (place.isLate !== true) place.mend();
  const isRecorded = !(first instanceof AuditError);
  const { end, message } =
    first instanceof AuditError
      ? { end: first.code, message: first.message }
      : { end: first.status, message: undefined };
  law(end === 'fail' || end.startsWith('EVIDENCE_'), `the faulty run ended as ${end}`);
  await holds('after the faulty run');
  if (first instanceof AuditError && !(await isSealed(place.open(), nightMs(1)))) {
    for (const host of hosts) {
      const hears = posts.some((post) => post.host === host && post.isFailure);
      law(hears, `${host} has not heard that the audit failed`);
    }
  }

  if (place.isLate === true) place.spoil();
  const second = await run(later === 'the next night' ? 2 : 1);
  if (place.isLate === true) place.mend();
  law(!(second instanceof AuditError) && second.status === 'fail', 'the later run did not fail');
  await holds('after the later run');
  const told = hosts.map(
    (host) => posts.filter((post) => post.host === host && post.isViolation).length,
  );
  for (const [index, count] of told.entries()) {
    law(count > 0, `${hosts[index] ?? ''} never heard of the violation`);
    law(count === 1 || !isRecorded, `${hosts[index] ?? ''} heard of it ${String(count)} times`);
  }
  return {
    ended: end,
    ...(message !== undefined && { message }),
    broken,
    told,
    isRecorded,
    tookMs,
  };
}

async function isSealed(store: EvidenceStore, scheduledMs: number): Promise<boolean> {
  for await (const { predicate } of runsBackwards(openLog(store, undefined))) {
    if (Date.parse(predicate.run.trigger.scheduledAt) === scheduledMs) return true;
  }
  return false;
}

function toldBy({ url, body }: HttpRequest): Told {
  const { data } = JSON.parse(body) as {
    readonly data: {
      readonly evidence: Told['head'];
      readonly notes: readonly { readonly kind: string }[];
      readonly changes: Readonly<Record<string, readonly { readonly policyId: string }[]>>;
    };
  };
  const { failing = [], stillOpen = [] } = data.changes;
  return {
    host: new URL(url).hostname,
    isFailure: data.notes.some(({ kind }) => kind === 'failure'),
    isViolation: [...failing, ...stillOpen].some((item) => item.policyId === policyId),
    head: data.evidence,
  };
}
