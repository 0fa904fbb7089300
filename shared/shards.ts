/**
 * Many accounts: the invocation that got the tick has others read a part of the targets each. It believes what
 * they put into the store, and nothing that they say of it.
 */
import pLimit from 'p-limit';

import { AuditError, CloudError } from './errors.ts';
import { eachLine, reportOfLine } from './evidence/hostile.ts';
import type { Subject } from './evidence/record.ts';
import { folderOf } from './evidence/run-files.ts';
import { sha256 } from './evidence/sign.ts';
import { keepTally } from './evidence/tally.ts';
import { collect, gather, joined, type Gathered } from './gather.ts';
import { canonicalJson, isArray, isObject, isWithin, own } from './json.ts';
import { judge } from './judge.ts';
import type { Json, JsonObject, Problem, Result, Target, TargetReport, Trigger } from './model.ts';
import { sourceIdsOf } from './policy/compiled.ts';
import { neededBy } from './policy/waivers.ts';
import type { Clock, EvidenceStore, InvokeSelf, Log } from './ports.ts';
import { unreadable } from './settings/observe.ts';
import { sealedTarget, sourcesFor, type SurveyPlan, type SurveyPorts } from './survey.ts';
import { parseTargets, type AuditTarget, type TargetsInput } from './targets.ts';
import { plainLine } from './text.ts';

export interface ShardPorts extends SurveyPorts {
  readonly clock: Clock;
  readonly store: EvidenceStore;
  readonly invokeSelf: InvokeSelf;
  readonly log: Log;
  /** Told of the files of each shard: a repeated tick need not read them again. */
  readonly claim: (files: readonly Subject[]) => Promise<void>;
}

export interface ShardsPlan extends SurveyPlan {
  /** The key of the policies file: a shard whose code has others refuses. */
  readonly policiesKey: string;
}

/** What a shard is asked for: the event is `{ "shard": … }`. */
export interface ShardRequest {
  readonly runId: string;
  readonly trigger: Trigger;
  readonly policiesKey: string;
  /** The number of its first file. */
  readonly firstIndex: number;
  /** Shards that may run at the same time: they share the rate at which roles can be taken. */
  readonly atOnce: number;
  /** Epoch milliseconds: when it must have answered. Later it puts nothing any more. */
  readonly untilMs: number;
  readonly targets: readonly AuditTarget[];
}

/** What it answers, as `{ "shard": … }`. */
export interface ShardAnswer {
  readonly runId: string;
  readonly targets: number;
  readonly files: readonly Subject[];
}

/** Invocations at the same time: SCF's smallest regional quota, 64 GB, holds 250 of 256 MB. */
const maxAtOnce = 50;
/** Of the time that is left, the first attempt gets so much: a second one must fit behind it. */
const firstShare = 0.45;
/** SCF's synchronous Invoke takes 300 s at most. */
const maxShardMs = 280_000;
/** What one target takes of an instance, and what each source adds to it: guessed generously for a small one. */
const targetMs = 100;
const sourceMs = 25;
/** A target's line, by source; a shard's files are numbered apart by it. */
const lineBytes = 1_500;
const fileBytes = 4 * 1024 * 1024;
/** Shards of one size and pace answer at the same time: of so many the files are read back at once. */
const readBackAtOnce = 4;
/** However much time there is: the sooner all are read, the sooner somebody hears of it. */
const maxTargets = 1_000;
/** A shard's answer, or its last file, is on its way for so long at most; of a short time no more than this share. */
const graceMs = 2_000;
const graceShare = 0.1;

/** @returns how many targets one invocation should read in the time that is left */
export function shardSize(
  plan: Pick<SurveyPlan, 'policies' | 'observeUntilMs'>,
  nowMs: number,
): number {
  const sliceMs = Math.min((plan.observeUntilMs - nowMs) * firstShare, maxShardMs);
  const sources = sourceIdsOf(plan.policies).size;
  const size = Math.floor(sliceMs / (targetMs + sourceMs * sources));
  return Math.min(maxTargets, Math.max(1, size));
}

/** Every target comes out of it exactly once, by whatever way. */
export async function gatherInShards(
  ports: ShardPorts,
  plan: ShardsPlan,
  targets: readonly AuditTarget[],
): Promise<Gathered> {
  const { clock, store, log } = ports;
  const size = shardSize(plan, clock.now());
  const shards = split(targets, size);
  const stride = strideOf(plan, size);
  const atOnce = Math.min(maxAtOnce, shards.length);
  const dispatch = createDispatch(ports, plan, atOnce);
  const limit = pLimit(atOnce);
  const outcomes = await Promise.all(
    shards.map((shard, index) => limit(() => dispatch.read(shard, index * stride))),
  );
  const read = outcomes.flatMap((outcome) => ('files' in outcome ? outcome : []));

  const refused = outcomes.filter((outcome) => 'refused' in outcome);
  const [first] = refused;
  if (first !== undefined) {
    const why = first.refused;
    const alone = refused.flatMap((outcome) => outcome.targets);
    log('error', 'no-shards', { reason: why, targets: alone.length });
    const whyLate = `one instance had to read alone, since it could not invoke itself: ${why}`;
    const firstIndex = shards.length * stride;
    const onFull = (file: Subject) => ports.claim([file]);
    read.push(await gather(ports, { ...plan, whyLate }, alone, { firstIndex, onFull }));
  }
  const failed = outcomes.filter((outcome) => 'failed' in outcome);
  const collector = collect(store, plan.waivers, { runId: plan.identity.id });
  for (const { targets: lost, failed: why } of failed) {
    for (const target of lost) await collector.add(unreadReport(plan, target, why, clock.now()));
  }
  read.push(await collector.finish());
  await dispatch.silence();
  return joined(read);
}

type Outcome =
  | Gathered
  /** This function may not invoke itself, or there is no such function. */
  | { readonly refused: string; readonly targets: readonly AuditTarget[] }
  | { readonly failed: string; readonly targets: readonly AuditTarget[] };

interface Dispatch {
  readonly read: (targets: readonly AuditTarget[], firstIndex: number) => Promise<Outcome>;
  /** Waits until no shard that was given up can put a file any more. */
  readonly silence: () => Promise<void>;
}

function createDispatch(ports: ShardPorts, plan: ShardsPlan, atOnce: number): Dispatch {
  const { clock, log, store, invokeSelf, claim } = ports;
  const readingBack = pLimit(readBackAtOnce);
  /** Why no invocation is started any more. */
  let refusal: string | undefined;
  let busyUntilMs = 0;

  const attempt = async (
    targets: readonly AuditTarget[],
    firstIndex: number,
    timeMs: number,
  ): Promise<Gathered> => {
    const grace = Math.min(graceMs, timeMs * graceShare);
    const endMs = clock.now() + timeMs;
    const untilMs = endMs - grace;
    const { identity, policiesKey } = plan;
    const { id: runId, trigger } = identity;
    const request: ShardRequest = {
      ...{ runId, trigger, policiesKey, firstIndex, atOnce, untilMs, targets },
    };
    try {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- plain data, no undefined
      const event = { shard: request } as unknown as JsonObject;
      const answer = await invokeSelf(event, endMs);
      const read = await readingBack(() => readBack(store, plan, targets, answer));
      await claim(read.files);
      return read;
    } catch (error) {
      busyUntilMs = Math.max(busyUntilMs, mayStillRun(error) ? untilMs + graceMs : 0);
      throw error;
    }
  };

  return {
    read: async (targets, firstIndex) => {
      let why = '';
      for (const share of [firstShare, 1]) {
        if (refusal !== undefined) return { refused: refusal, targets };
        const leftMs = plan.observeUntilMs - clock.now();
        if (leftMs <= 0) return { failed: why === '' ? notStarted : why, targets };
        try {
          return await attempt(targets, firstIndex, Math.min(leftMs * share, maxShardMs));
        } catch (error) {
          if (!(error instanceof AuditError)) throw error;
          why = error.message;
          if (isRefusal(error)) refusal = why;
          else log('warn', 'shard-failed', { firstIndex, targets: targets.length, reason: why });
        }
      }
      return refusal === undefined ? { failed: why, targets } : { refused: refusal, targets };
    },
    silence: async () => {
      const waitMs = busyUntilMs - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs);
    },
  };
}

const notStarted = 'the time of this invocation was used up before its shard was started';

/** Not one that a second attempt could heal: the role lacks the right, or there is no such function. */
function isRefusal(error: AuditError): boolean {
  return (
    error instanceof CloudError &&
    /^(AuthFailure|UnauthorizedOperation|ResourceNotFound|InvalidParameter)/.test(error.apiCode)
  );
}

/** The answer did not come; whether the invocation ended, nobody knows. */
function mayStillRun(error: unknown): boolean {
  return error instanceof CloudError && /^(Timeout|Network|Http)/.test(error.apiCode);
}

/**
 * What the files of a shard say, from their own bytes.
 * @throws AuditError when that is not each of its targets once
 */
async function readBack(
  store: EvidenceStore,
  plan: ShardsPlan,
  targets: readonly AuditTarget[],
  answer: Json,
): Promise<Gathered> {
  const files = filesOf(plan.identity.id, answer);
  const missing = missingOf(plan, targets);
  const read = await readFiles(store, plan, files, missing);
  if (missing.size > 0) throw nonsense(`${String(missing.size)} of its targets are in no file`);
  return read;
}

/** What each target must say of itself, by uin. */
function missingOf(
  plan: Pick<SurveyPlan, 'policies'>,
  targets: readonly AuditTarget[],
): Map<string, string> {
  return new Map(targets.map((target) => [target.uin, textOf(sealedTarget(plan, target))]));
}

/**
 * @param missing what is looked for; what is found is taken out of it
 * @throws AuditError when the files hold anything else, or are not as they are said to be
 */
async function readFiles(
  store: EvidenceStore,
  plan: Pick<SurveyPlan, 'waivers'>,
  files: readonly Subject[],
  missing: Map<string, string>,
): Promise<Gathered> {
  const keeper = keepTally();
  const waivers = new Set<string>();
  for (const { name, digest } of files) {
    const bytes = await store.get(name);
    if (bytes === null || sha256(bytes) !== digest.sha256)
      throw nonsense(`${name} is not as it says`);
    for (const { report } of eachLine(bytes)) {
      if (typeof report === 'string') throw nonsense(`a line of ${name} ${report}`);
      const { uin } = report.target;
      if (missing.get(uin) !== textOf(report.target)) {
        throw nonsense(`${name} has a report of ${plainLine(uin, 40)}, which was not asked for`);
      }
      missing.delete(uin);
      const sealed = reportOfLine(report);
      keeper.add(sealed);
      for (const id of neededBy(sealed, plan.waivers)) waivers.add(id);
    }
  }
  return { files, tally: keeper.tally(), waivers: [...waivers] };
}

function filesOf(runId: string, answer: Json): readonly Subject[] {
  const shard = isObject(answer) ? own(answer, 'shard') : undefined;
  if (!isObject(shard) || own(shard, 'runId') !== runId) {
    throw nonsense('the answer is not that of a shard of this run');
  }
  const files = own(shard, 'files') ?? null;
  if (!isArray(files)) throw nonsense('the answer names no files');
  const names = new Set<string>();
  return files.map((file) => {
    const name = isObject(file) ? own(file, 'name') : undefined;
    const digest = isObject(file) ? own(file, 'digest') : undefined;
    const hash = isObject(digest) ? own(digest, 'sha256') : undefined;
    const isFile =
      typeof name === 'string' &&
      name.startsWith(folderOf(runId)) &&
      /\/targets-\d{4,9}\.jsonl$/.test(name) &&
      typeof hash === 'string' &&
      names.size < names.add(name).size;
    if (!isFile) throw nonsense('the answer names a file that is none of this run');
    return { name, digest: { sha256: hash } };
  });
}

function textOf(target: Target): string {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- plain data, no undefined
  return canonicalJson(target as unknown as JsonObject);
}

function nonsense(what: string): CloudError {
  return new CloudError('BadAnswer', `Invoke: the shard answered nonsense: ${what}`);
}

function unreadReport(
  plan: ShardsPlan,
  audited: AuditTarget,
  why: string,
  nowMs: number,
): TargetReport {
  const target = sealedTarget(plan, audited);
  const error = new CloudError('ShardFailed', `not read: its shard failed twice: ${why}`);
  const observations = sourcesFor(plan, target).map((source) => unreadable(source, error, nowMs));
  return judge(plan, { target, observations });
}

function split<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  // Parts of one size: the last one must not be a handful.
  const count = Math.ceil(all.length / size);
  const even = Math.ceil(all.length / count);
  return Array.from({ length: Math.ceil(all.length / even) }, (_, index) =>
    all.slice(index * even, (index + 1) * even),
  );
}

/** How many numbers are kept for the files of a shard of so many targets. */
function strideOf({ policies }: ShardsPlan, targets: number): number {
  const sources = sourceIdsOf(policies).size;
  return 1 + Math.ceil((targets * sources * lineBytes) / fileBytes);
}

/**
 * What a killed attempt of this run read already, and what is left to do.
 * @param claims files of one shard each, as that attempt vouched for them
 */
export async function takeOver(
  store: EvidenceStore,
  plan: Pick<SurveyPlan, 'policies' | 'waivers'>,
  targets: readonly AuditTarget[],
  claims: readonly (readonly Subject[])[],
): Promise<{ readonly read: readonly Gathered[]; readonly left: readonly AuditTarget[] }> {
  const missing = missingOf(plan, targets);
  const read: Gathered[] = [];
  for (const files of claims) {
    const rest = new Map(missing);
    try {
      read.push(await readFiles(store, plan, files, rest));
    } catch (error) {
      // Of targets that are not asked for any more, say: then they are read again.
      if (error instanceof CloudError) continue;
      throw error;
    }
    for (const uin of missing.keys()) if (!rest.has(uin)) missing.delete(uin);
  }
  return { read, left: targets.filter(({ uin }) => missing.has(uin)) };
}

// ---- The other side ---------------------------------------------------------------------------

/** The shard, its list of targets, a target, its list of tags, a tag: and room for what is refused by name. */
const maxShardDepth = 16;

/** Whoever may invoke the function may send it any event. */
export function parseShard(
  shard: Json,
  input: Pick<TargetsInput, 'site' | 'policyNames'>,
): Result<ShardRequest, Problem> {
  // Whoever walks a deeper one by recursion overflows.
  const fields = isObject(shard) && isWithin(shard, maxShardDepth) ? shard : {};
  const [runId, policiesKey, firstIndex, atOnce, untilMs] = [
    ...[own(fields, 'runId'), own(fields, 'policiesKey')],
    ...[own(fields, 'firstIndex'), own(fields, 'atOnce'), own(fields, 'untilMs')],
  ];
  const trigger = own(fields, 'trigger') ?? null;
  const isWhole =
    typeof runId === 'string' &&
    /^[A-Za-z][\w-]{0,150}$/.test(runId) &&
    typeof policiesKey === 'string' &&
    isCount(firstIndex, 0, 1e8) &&
    isCount(atOnce, 1, maxAtOnce) &&
    typeof untilMs === 'number' &&
    isObject(trigger) &&
    ['type', 'name', 'scheduledAt'].every((key) => typeof own(trigger, key) === 'string');
  if (!isWhole) {
    const what = 'is no request that this version makes: only the function itself sends it';
    return { ok: false, problems: [{ where: 'shard', what }] };
  }
  const text = JSON.stringify(own(fields, 'targets') ?? null);
  const targets = parseTargets({ file: 'shard.targets', text, ...input });
  if (!targets.ok) return targets;
  return {
    ok: true,
    value: {
      ...{ runId, policiesKey, firstIndex, atOnce, untilMs },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- its texts have just been checked
      trigger: trigger as unknown as Trigger,
      targets: targets.value,
    },
  };
}

function isCount(value: Json | undefined, least: number, most: number): value is number {
  return (
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
  );
}

/** Kept back of a shard's time for putting its last file and answering. */
const putReserveMs = 5_000;
const putReserveShare = 0.2;

/**
 * Reads the targets of one shard. It seals nothing and tells nobody.
 * @throws AuditError EVENT_INVALID where its code judges by other policies
 */
export async function runShard(
  ports: SurveyPorts & { readonly store: EvidenceStore },
  plan: ShardsPlan,
  { runId, policiesKey, firstIndex, untilMs, targets }: ShardRequest,
): Promise<ShardAnswer> {
  if (policiesKey !== plan.policiesKey) {
    const message = `The shard is to judge by ${policiesKey}, its code has ${plan.policiesKey}: another version is being deployed.`;
    throw new AuditError('EVENT_INVALID', message);
  }
  const { clock } = ports;
  const leftMs = Math.max(0, untilMs - clock.now());
  const observeUntilMs = untilMs - Math.min(putReserveMs, leftMs * putReserveShare);
  const { files, tally } = await gather(ports, { ...plan, observeUntilMs }, targets, {
    firstIndex,
    mayPut: () => {
      if (clock.now() < untilMs) return;
      throw new AuditError(
        'EVIDENCE_UNWRITABLE',
        `The shard's time was up before its files were put.`,
      );
    },
  });
  return { runId, targets: tally.counts.targets, files };
}
