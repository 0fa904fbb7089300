/** The one place where real ports are built and handed to a run. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import pkg from '../package.json' with { type: 'json' };
import { isScf, parseConfig, type Config, type Env, type EvidenceLocation } from './config.ts';
import { sendHttp, systemClock } from './edge.ts';
import { AuditError, CloudError, invalid, messageOf } from './errors.ts';
import { encodePolicies } from './evidence/run-files.ts';
import { createFileStore } from './evidence/stores/file.ts';
import { createMemoryStore } from './evidence/stores/memory.ts';
import { isAllowedUrl } from './notice/webhook.ts';
import type { EvidenceStore, InvokeSelf, Log } from './ports.ts';
import type { Json, Problem, Result, RunIdentity, TargetReport, Waiver } from './model.ts';
import type { Watched } from './awaited.ts';
import type { CompiledPolicy } from './policy/compiled.ts';
import { collected, runAudit, type RunOutcome } from './run.ts';
import { sealedTarget } from './survey.ts';
import { plainLine } from './text.ts';
import { sources } from './settings/sources.ts';
import { parseShard, runShard, type ShardAnswer } from './shards.ts';
import { createInvokeSelf } from './settings/tencent/invoke.ts';
import { createAccounts, type OpenAccounts, type RoleKeys } from './settings/tencent/accounts.ts';
import { assumeRolesPerSecond, createApi } from './settings/tencent/api.ts';
import {
  credentialFromProfile,
  credentialOf,
  injectedUin,
  type Credential,
} from './settings/tencent/credentials.ts';
import type { Resolved } from './settings/tencent/secrets.ts';
import type { WatchOutcome } from './watch.ts';

export interface AuditRequest {
  readonly env: Env;
  readonly policies: readonly CompiledPolicy[];
  readonly waivers: readonly Waiver[];
  readonly identity: RunIdentity;
  /** Epoch milliseconds: when the answer must be out. */
  readonly deadlineMs: number;
  readonly log: Log;
}

const requestTimeoutMs = 5_000;
/** Kept back from reading for sealing and telling; of a short invocation no more than this share. */
const reserveMs = 12_000;
const reserveShare = 0.4;
/** The end of an invocation is for saying that it failed: a slow store may use up all the time that it is given. */
const failureMs = 3_000;
const failureShare = 0.1;
/** And for each target, what it takes to read its line again. */
const reservePerTargetMs = 1;

/** Kept for as long as the instance is reused. */
const roleKeys: RoleKeys = new Map();

export const tool = { name: pkg.name, version: pkg.version } as const;

/**
 * Reads the configuration, runs one audit, and pings the heartbeat.
 * @throws AuditError CONFIG_INVALID with every problem, or when evidence cannot be read or written
 */
export async function audit(request: AuditRequest): Promise<RunOutcome> {
  const { deadlineMs, log } = request;
  const resolved = await withSecrets(request.env, deadlineMs);
  const { env } = resolved;
  try {
    const config = configOf(resolved, request.policies);
    const { credential, endpoint, evidence } = config;
    const untilMs = runUntil(deadlineMs);
    const store = await storeAt(evidence, {
      ...{ use: 'audit', credential, endpoint, requestTimeoutMs, deadlineMs: untilMs, log },
    });
    const outcome = await auditAs(config, request, store);
    const isTold = outcome.notices.every(({ status }) => status !== 'failed');
    await ping(log, env['AUDIT_HEARTBEAT_URL'], isTold);
    return outcome;
  } catch (error) {
    await ping(log, env['AUDIT_HEARTBEAT_URL'], false);
    throw error;
  }
}

/**
 * The same audit without a trace: nothing is sealed, and nobody is told.
 * @throws AuditError CONFIG_INVALID with every problem
 */
export async function look(request: AuditRequest): Promise<readonly TargetReport[]> {
  const { signer: _, ...config } = configOf(withoutSecrets(request.env), request.policies);
  const outcome = await auditAs({ ...config, channels: [] }, request, createMemoryStore());
  return collected(outcome);
}

async function auditAs(
  config: Config,
  request: AuditRequest,
  store: EvidenceStore,
): Promise<RunOutcome> {
  const { waivers, identity, deadlineMs, log } = request;
  const { site, signer, uin, channels, targets } = config;
  const survey = surveyPlanOf(config, request);
  const invoking = targets === undefined ? undefined : invokingSelf(config, request.env);
  const accounts = openAccounts(config);
  const { invokeSelf } = invoking ?? {};
  const ports = { accounts, store, http: sendHttp, clock: systemClock, log };
  try {
    return await runAudit(
      { ...ports, ...(invokeSelf !== undefined && { invokeSelf }) },
      {
        ...survey,
        identity,
        site,
        waivers,
        channels,
        notify: { notify: config.notify, remindDays: config.remindDays },
        tool,
        tellUntilMs: runUntil(deadlineMs),
        failUntilMs: deadlineMs,
        ...(targets !== undefined && { targets }),
        ...(uin !== undefined && { uin }),
        ...(signer !== undefined && { signer }),
      },
    );
  } finally {
    accounts.close();
    invoking?.close();
  }
}

/** Epoch milliseconds: when all that a run writes and tells must be done. */
function runUntil(deadlineMs: number): number {
  const leftMs = Math.max(0, deadlineMs - systemClock.now());
  return deadlineMs - Math.min(failureMs, leftMs * failureShare);
}

/**
 * Reads a part of the targets of a run that another invocation seals.
 * @param shard what that one asks for; anybody who may invoke the function can ask
 * @throws AuditError CONFIG_INVALID or EVENT_INVALID with every problem, or when evidence cannot be written
 */
export async function auditShard(
  shard: Json,
  request: Omit<AuditRequest, 'identity'>,
): Promise<ShardAnswer> {
  const { policies, waivers, log } = request;
  // Its targets come with the event: to read an organisation's file would take more than to read its accounts.
  const { AUDIT_TARGETS: _, ...env } = request.env;
  const config = configOf(withoutSecrets(env), policies);
  const parsed = parseShard(shard, { site: config.site, policyNames: policyNamesOf(policies) });
  if (!parsed.ok) throw invalid('EVENT_INVALID', 'The event is not valid', parsed.problems);
  const { runId, trigger, untilMs } = parsed.value;
  const { credential, endpoint, evidence } = config;
  const deadlineMs = Math.min(request.deadlineMs, untilMs);
  const store = await storeAt(evidence, {
    ...{ use: 'audit', credential, endpoint, requestTimeoutMs, deadlineMs, log },
  });
  const survey = surveyPlanOf(config, request);
  const accounts = openAccounts(config, assumeRolesPerSecond / parsed.value.atOnce);
  try {
    return await runShard(
      { accounts, store, clock: systemClock },
      {
        ...survey,
        identity: { id: runId, trigger },
        policiesKey: encodePolicies(survey.policies, waivers).key,
      },
      { ...parsed.value, untilMs: deadlineMs },
    );
  } finally {
    accounts.close();
  }
}

export interface WatchRequest {
  readonly env: Env;
  readonly watched: Watched;
  /** Names the watchdog's own tick. */
  readonly identity: RunIdentity;
  /** Epoch milliseconds: when the answer must be out. */
  readonly deadlineMs: number;
  readonly log: Log;
}

/** What the audit has and the watchdog has no use for, should both have the same environment. */
const auditOnly = ['AUDIT_SIGNING_KEY', 'AUDIT_HEARTBEAT_URL', 'AUDIT_POLICIES', 'AUDIT_TARGETS'];

/**
 * Looks whether the audit that should be in the log by now is there, whole, and told; if not, tells.
 * @throws AuditError CONFIG_INVALID with every problem
 */
export async function watchAudit(request: WatchRequest): Promise<WatchOutcome> {
  const { watched, identity, deadlineMs, log } = request;
  const env = Object.fromEntries(
    Object.entries(request.env).filter(([name]) => !auditOnly.includes(name)),
  );
  const resolved = await withSecrets(env, deadlineMs);
  const isUntellable = (env['AUDIT_WEBHOOKS'] ?? '').trim() === '';
  const problems = [...resolved.problems, ...(isUntellable ? [nobodyToTell] : [])];
  const { site, channels, evidence, credential, endpoint } = configOf(
    { ...resolved, problems },
    [],
  );

  const { watch } = await import('./watch.ts');
  const nowMs = systemClock.now();
  const readUntilMs = deadlineMs - Math.min(reserveMs, (deadlineMs - nowMs) * reserveShare);
  const store = await storeAt(evidence, {
    ...{ use: 'read', credential, endpoint, requestTimeoutMs, deadlineMs: readUntilMs, log },
  });
  return watch(
    { store, http: sendHttp, clock: systemClock },
    { ...{ watched, tickId: identity.id, site, channels }, readUntilMs, tellUntilMs: deadlineMs },
  );
}

const nobodyToTell: Problem = {
  where: 'AUDIT_WEBHOOKS',
  what: 'is not set: the watchdog would have nobody to tell',
};

function surveyPlanOf(
  config: Config,
  { policies, waivers, deadlineMs }: Omit<AuditRequest, 'identity'>,
) {
  const leftMs = deadlineMs - systemClock.now();
  const wantedMs = reserveMs + (config.targets?.length ?? 1) * reservePerTargetMs;
  return {
    sources,
    policies: policies.filter(isSelected(config)),
    waivers,
    timezone: config.timezone,
    observeUntilMs: deadlineMs - Math.min(wantedMs, leftMs * reserveShare),
  };
}

function openAccounts(
  { credential, region, locale, endpoint, secrets }: Config,
  rolesPerSecond?: number,
): OpenAccounts {
  return createAccounts(systemClock, {
    ...{ credential, region, locale, requestTimeoutMs, roleKeys, sessionName: tool.name },
    ...(endpoint !== undefined && { endpoint }),
    ...(secrets !== undefined && { secrets }),
    ...(rolesPerSecond !== undefined && {
      assumeRolesPerSecond: Math.max(1, Math.floor(rolesPerSecond)),
    }),
  });
}

/** Only on SCF there is a function to invoke. */
function invokingSelf(
  { credential, site, region, locale, endpoint, secrets }: Config,
  env: Env,
): { readonly invokeSelf: InvokeSelf; readonly close: () => void } | undefined {
  const name = env['SCF_FUNCTIONNAME'];
  if (name === undefined || name === '') return undefined;
  const [namespace, version] = [env['SCF_NAMESPACE'], env['SCF_FUNCTIONVERSION']];
  return createInvokeSelf(
    systemClock,
    {
      // The function's own region, whatever region the rest is asked in.
      ...{
        credential,
        site,
        region: env['TENCENTCLOUD_REGION'] ?? region,
        locale,
        requestTimeoutMs,
      },
      ...(endpoint !== undefined && { endpoint }),
      ...(secrets !== undefined && { secrets }),
    },
    {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(version !== undefined && { version }),
    },
  );
}

/** @throws AuditError CONFIG_INVALID with every problem, those of secrets among them */
function configOf(resolved: Resolved, policies: readonly CompiledPolicy[]): Config {
  const config = readConfig(resolved, policies);
  if (config.ok) return config.value;
  throw invalid('CONFIG_INVALID', 'Config is not valid', config.problems);
}

/** The configuration that an audit with these policies has, or every problem of it. */
export function readConfig(
  resolved: Resolved,
  policies: readonly CompiledPolicy[],
): Result<Config, Problem> {
  const { env, secrets, placeOf } = resolved;
  const credential = findCredential(env);
  const policyNames = policyNamesOf(policies);
  const config = parseConfig({
    ...{ env, credential, uin: injectedUin(env), policyNames },
    readFile: (path) => readText(path, env),
  });
  const found = config.ok ? unjudgedOf(config.value, policies) : config.problems;
  const [first, ...rest] = uniqueOf([
    ...resolved.problems,
    ...found.map(({ where, ...problem }) => ({ where: placeOf(where), ...problem })),
  ]);
  if (first !== undefined) return { ok: false, problems: [first, ...rest] };
  if (!config.ok) throw new Error('A configuration is neither right nor wrong');
  return { ok: true, value: { ...config.value, ...(secrets.length > 0 && { secrets }) } };
}

function uniqueOf(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** What sealing and telling need: each may be `ssm://<name>@<version>`, or hold it. */
const secretVariables = ['AUDIT_WEBHOOKS', 'AUDIT_SIGNING_KEY', 'AUDIT_HEARTBEAT_URL'] as const;

/** Percent-encoded or not, as the options of a webhook may be. */
function isReferring(env: Env, name: string): boolean {
  return /(s|%[57]3){2}(m|%[46]d)(:|%3a)/i.test(env[name] ?? '');
}

function unresolved(env: Env): Resolved {
  return { env, problems: [], secrets: [], placeOf: (where) => where };
}

/** For what seals and tells nothing: it needs no right to read secrets. */
function withoutSecrets(env: Env): Resolved {
  const named = secretVariables.filter((name) => isReferring(env, name));
  return unresolved({ ...env, ...Object.fromEntries(named.map((name) => [name, undefined])) });
}

/**
 * Reads the secrets that the environment names, each once; its code is read only where there are any.
 * Whoever calls it must not go on while there are problems.
 * @param deadlineMs epoch milliseconds: of the whole invocation, half of which is left for the rest
 */
export async function withSecrets(env: Env, deadlineMs: number): Promise<Resolved> {
  if (!secretVariables.some((name) => isReferring(env, name))) return unresolved(env);
  const { resolveSecrets } = await import('./settings/tencent/secrets.ts');
  const access = cloudAccess(env);
  if (!access.ok) {
    const { problems, ...rest } = await resolveSecrets(env, undefined);
    return { ...rest, problems: [...access.problems, ...problems] };
  }
  const nowMs = systemClock.now();
  const untilMs = nowMs + (deadlineMs - nowMs) / 2;
  const api = createApi(systemClock, { ...access.value, requestTimeoutMs });
  try {
    return await resolveSecrets(env, async (request) => {
      const call = { service: 'ssm', action: 'GetSecretValue', request: { ...request } } as const;
      try {
        return { ok: true, value: await api.call(call, untilMs) };
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        return { ok: false, problems: [error.message] };
      }
    });
  } finally {
    api.close();
  }
}

export type CloudAccess = Pick<Config, 'credential' | 'site' | 'region' | 'endpoint' | 'locale'>;

/** What it takes to call the cloud, and nothing of the rest of the configuration. */
export function cloudAccess(env: Env): Result<CloudAccess, Problem> {
  return parseConfig({
    env: {
      ...Object.fromEntries(accessVariables.map((name) => [name, env[name]])),
      // A wrong one keeps nobody from asking.
      ...(env['AUDIT_LOCALE']?.trim() === 'zh' && { AUDIT_LOCALE: 'zh' }),
    },
    ...{ credential: findCredential(env), uin: undefined, policyNames: new Set<string>() },
    readFile: (path) => readText(path, env),
  });
}

const accessVariables = [
  'AUDIT_SITE',
  'AUDIT_REGION',
  'AUDIT_ENDPOINT',
  'TENCENTCLOUD_REGION',
] as const;

function policyNamesOf(policies: readonly CompiledPolicy[]): ReadonlySet<string> {
  return new Set(policies.flatMap(({ pack, policy }) => [pack, policy.id]));
}

/** A target that no policy judges would be in the record, and look well. */
function unjudgedOf(config: Config, policies: readonly CompiledPolicy[]): readonly Problem[] {
  const selected = policies.filter(isSelected(config));
  return (config.targets ?? []).flatMap((target) =>
    sealedTarget({ policies: selected }, target).policies?.length === 0
      ? {
          where: `AUDIT_TARGETS ${target.uin}`,
          what: 'chooses policies that AUDIT_POLICIES leaves out: nothing would judge it',
        }
      : [],
  );
}

/** A relative path is meant from the code's folder on SCF, from the working folder elsewhere. */
function readText(path: string, env: Env): Result<string, string> {
  const root = isScf(env) ? (env['USER_CODE_ROOT'] ?? '.') : '.';
  try {
    return { ok: true, value: readFileSync(resolve(root, path), 'utf8') };
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, 'code')) : 'unknown';
    const what = `is "${plainLine(path, 60)}", which cannot be read (${code}): give the path of a file of targets`;
    return { ok: false, problems: [what] };
  }
}

/** On SCF the execution role is the only source; elsewhere a profile file may have it. */
export function findCredential(env: Env): Credential | undefined {
  return credentialOf(env) ?? (isScf(env) ? undefined : credentialFromProfile());
}

export interface StoreAccess {
  /** An audit makes sure that the bucket is write-once; a reader needs no right to write. */
  readonly use: 'audit' | 'read';
  readonly credential: Credential;
  readonly endpoint: URL | undefined;
  readonly requestTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
  readonly log: Log;
}

/** COS's client is read only where evidence lies in COS. */
export async function storeAt(
  location: EvidenceLocation,
  access: StoreAccess | undefined,
): Promise<EvidenceStore> {
  if (location.kind === 'file') return createFileStore(location.path);
  if (access === undefined) throw new Error('A bucket was opened without a credential');
  const { createCosStore } = await import('./evidence/stores/cos.ts');
  const { bucket: name, prefix, region } = location;
  const { log, endpoint, ...options } = access;
  return createCosStore(
    {
      clock: systemClock,
      newId: randomUUID,
      newError: (code, message, cause) => new AuditError(code, message, { cause }),
      log,
    },
    { name, prefix, region, ...options, ...(endpoint !== undefined && { endpoint }) },
  );
}

function isSelected({ policies: selected }: Config): (compiled: CompiledPolicy) => boolean {
  return ({ pack, policy }) =>
    selected === undefined || selected.includes(pack) || selected.includes(policy.id);
}

/**
 * The healthchecks.io convention. A watcher that cannot be reached must not spoil the audit, and one whose
 * URL is wrong is named by the configuration's own problems.
 */
async function ping(log: Log, url: string | undefined, isCompleted: boolean): Promise<void> {
  if (url === undefined || !URL.canParse(url) || !isAllowedUrl(new URL(url))) return;
  const target = new URL(url);
  if (!isCompleted) target.pathname = `${target.pathname.replace(/\/$/, '')}/fail`;
  try {
    await sendHttp({ url: target.href, method: 'GET', headers: {}, body: '', timeoutMs: 3_000 });
  } catch (error) {
    log('warn', 'heartbeat', { host: target.host, reason: messageOf(error) });
  }
}
