/** The one place where real ports are built and handed to a run. */
import { randomUUID } from 'node:crypto';

import pkg from '../package.json' with { type: 'json' };
import { isScf, parseConfig, type Config, type Env, type EvidenceLocation } from './config.ts';
import { sendHttp, systemClock } from './edge.ts';
import { AuditError, invalid, messageOf } from './errors.ts';
import { createFileStore } from './evidence/stores/file.ts';
import { createMemoryStore } from './evidence/stores/memory.ts';
import { isAllowedUrl } from './notice/webhook.ts';
import type { EvidenceStore, Log } from './ports.ts';
import type { RunIdentity, TargetReport, Waiver } from './model.ts';
import type { CompiledPolicy } from './policy/compiled.ts';
import { runAudit, type RunOutcome } from './run.ts';
import { sources } from './settings/sources.ts';
import { createApi } from './settings/tencent/api.ts';
import { createTencentReader } from './settings/tencent/client.ts';
import {
  credentialFromProfile,
  credentialOf,
  injectedUin,
  type Credential,
} from './settings/tencent/credentials.ts';

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

export const tool = { name: pkg.name, version: pkg.version } as const;

/**
 * Reads the configuration, runs one audit, and pings the heartbeat.
 * @throws AuditError CONFIG_INVALID with every problem, or when evidence cannot be read or written
 */
export async function audit(request: AuditRequest): Promise<RunOutcome> {
  const { env, log } = request;
  try {
    const config = configOf(env, request.policies);
    const { credential, endpoint, evidence } = config;
    const { deadlineMs } = request;
    const store = await storeAt(evidence, {
      ...{ use: 'audit', credential, endpoint, requestTimeoutMs, deadlineMs, log },
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
  const { signer: _, ...config } = configOf(request.env, request.policies);
  const { reports } = await auditAs({ ...config, channels: [] }, request, createMemoryStore());
  return reports;
}

async function auditAs(
  config: Config,
  request: AuditRequest,
  store: EvidenceStore,
): Promise<RunOutcome> {
  const { policies, waivers, identity, deadlineMs, log } = request;
  const { credential, site, region, endpoint, locale, signer, uin, channels, timezone } = config;
  const clock = systemClock;
  const leftMs = deadlineMs - clock.now();
  const api = createApi(clock, {
    credential,
    site,
    region,
    locale,
    requestTimeoutMs,
    ...(endpoint !== undefined && { endpoint }),
  });
  const ports = { reader: createTencentReader(clock, api), store, http: sendHttp, clock, log };
  try {
    return await runAudit(ports, {
      identity,
      site,
      sources,
      policies: policies.filter(isSelected(config)),
      waivers,
      channels,
      notify: { notify: config.notify, remindDays: config.remindDays },
      timezone,
      tool,
      observeUntilMs: deadlineMs - Math.min(reserveMs, leftMs * reserveShare),
      tellUntilMs: deadlineMs,
      ...(uin !== undefined && { uin }),
      ...(signer !== undefined && { signer }),
    });
  } finally {
    api.close();
  }
}

/** @throws AuditError CONFIG_INVALID */
export function configOf(env: Env, policies: readonly CompiledPolicy[]): Config {
  const credential = findCredential(env);
  const policyNames = new Set(policies.flatMap(({ pack, policy }) => [pack, policy.id]));
  const config = parseConfig({ env, credential, uin: injectedUin(env), policyNames });
  if (config.ok) return config.value;
  throw invalid('CONFIG_INVALID', 'Config is not valid', config.problems);
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
