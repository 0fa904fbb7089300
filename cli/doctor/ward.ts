/** The real deployment, as the checks see it. */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

import type { Config, Env } from '../../shared/config.ts';
import { sendHttp, systemClock } from '../../shared/edge.ts';
import type { Problem, Result } from '../../shared/model.ts';
import { camPolicyOf, type CamPolicy } from '../../shared/settings/cam-policy.ts';
import { sources } from '../../shared/settings/sources.ts';
import { createAccounts } from '../../shared/settings/tencent/accounts.ts';
import { createApi } from '../../shared/settings/tencent/api.ts';
import { secretNamesIn, type Resolved } from '../../shared/settings/tencent/secrets.ts';
import { sealedTarget, sourcesFor } from '../../shared/survey.ts';
import {
  findCredential,
  readConfig,
  storeAt,
  withSecrets,
  type StoreAccess,
} from '../../shared/wire.ts';
import { camNeedsOf } from '../cam-needs.ts';
import { credentialIn } from '../deploy/deployer.ts';
import { packFolder } from '../deploy/package.ts';
import type { Description } from '../deploy/description.ts';
import type { CompiledLibrary } from '../library.ts';
import type { FunctionWard, Ward } from './check.ts';
import { readIdentity } from './credentials.ts';
import { readDescribed, type Described } from './described.ts';
import { isAbsent, probeStore } from './evidence.ts';
import { readDeployed, type Deployed } from './function.ts';
import { secretsIn, secretsOfCredential } from './secrets.ts';
import { readSettings, type Settings } from './settings.ts';
import { absentTail, readTail } from './tail.ts';
import { skip, told } from './verdict.ts';

export interface WardInput {
  /** Where it says nothing, the function's own variables count, and then what describes them. */
  readonly env: Env;
  /** In the place of AUDIT_EVIDENCE, wherever that is set. */
  readonly evidence?: string;
  /** serverless.yml, and that of the watchdog. */
  readonly files: { readonly audit: string; readonly watchdog: string };
  readonly library: CompiledLibrary;
  readonly isSending: boolean;
  readonly deadlineMs: number;
}

/** One attempt: of a machine that may be at the other side of the world. */
const requestTimeoutMs = 10_000;

export async function createWard(input: WardInput): Promise<Ward & { readonly close: () => void }> {
  const { files, library, deadlineMs } = input;
  const { compiled } = library;
  const clock = systemClock;
  const described = readDescribed(files.audit, input.env);
  const base = withKeys(input.env, described);
  const [audit, watchdog] = [
    createFunctionWard(described, base, { library, untilMs: clock.now() + firstLookMs }),
    createFunctionWard(readDescribed(files.watchdog, input.env), base, {
      library,
      untilMs: deadlineMs,
    }),
  ];
  const { origin, found, ...effective } = await effectiveEnv(base, audit);
  const { evidence: place } = input;
  const env = { ...effective.env, ...(place !== undefined && { AUDIT_EVIDENCE: place }) };
  const resolved = await withSecrets(env, deadlineMs);
  const settings = readSettings(env, resolved, (one) => readConfig(one, compiled));
  const { config } = settings;
  const credential = findCredential(env);
  const { endpoint, evidence } = config;
  const options = { ...config, locale: 'en', requestTimeoutMs } as const;
  const api = createApi(clock, options);
  const roles = { roleKeys: new Map(), sessionName: 'tcss-audit-doctor' };
  const accounts = createAccounts(clock, { ...options, ...roles });
  const selected = compiled.filter(
    ({ pack, policy }) =>
      config.policies === undefined ||
      config.policies.includes(pack) ||
      config.policies.includes(policy.id),
  );
  const open = (use: StoreAccess['use']) =>
    storeAt(evidence, {
      ...{ use, credential: config.credential, endpoint, requestTimeoutMs, deadlineMs },
      log: () => undefined,
    });
  return {
    ...{ settings, clock, api, accounts, deadlineMs, origin, audit, watchdog },
    neededBy: (deployed) => neededBy(audit, deployed, library),
    secretNames: secretNamesIn(env),
    place: placeOf(config),
    sources: sourcesFor({ policies: selected, sources }, { site: config.site }),
    sourcesOf: (target) =>
      sourcesFor({ policies: selected, sources }, sealedTarget({ policies: selected }, target)),
    isSending: input.isSending,
    nodeVersion: process.versions.node,
    http: sendHttp,
    identity: once(() => told(readIdentity(api, deadlineMs))),
    store: once(() => told(probeStore(evidence, () => open('audit')))),
    tail: once(async () =>
      told(isAbsent(evidence) ? Promise.resolve(absentTail) : readTail(await open('read'))),
    ),
    secrets: () => [
      ...[input.env, ...(described.ok ? [described.env] : [])].flatMap(secretsIn),
      ...[env, resolved.env, ...found].flatMap(secretsIn),
      ...resolved.secrets,
      ...(credential === undefined ? [] : secretsOfCredential(credential)),
    ],
    close: () => {
      for (const { close } of [api, accounts, audit, watchdog]) close();
    },
  };
}

/** The keys that a deployment from here takes, under the names that everything else knows. */
function withKeys(own: Env, described: Described): Env {
  const env = described.ok ? described.env : own;
  const keys = credentialIn(own) ?? credentialIn(env);
  if (keys === undefined) return env;
  const others = Object.entries(env).filter(([name]) => !keyNames.test(name));
  return {
    ...Object.fromEntries(others),
    TENCENTCLOUD_SECRET_ID: keys.secretId,
    TENCENTCLOUD_SECRET_KEY: keys.secretKey,
    ...(keys.token !== undefined && { TENCENTCLOUD_TOKEN: keys.token }),
  };
}

const keyNames =
  /^TENCENT(CLOUD)?_(SECRET_?ID|SECRET_?KEY|TOKEN|SESSION_?TOKEN|SECURITY_TOKEN|UIN)$/;

/** Of the time for all checks: the others begin when the function's settings are known. */
const firstLookMs = 15_000;

function createFunctionWard(
  described: Described,
  env: Env,
  { library, untilMs }: { readonly library: CompiledLibrary; readonly untilMs: number },
): FunctionWard & { readonly close: () => void } {
  const close = () => undefined;
  if (!described.ok) return { isKnown: false, verdict: described.verdict, close };
  const description = described.value;
  const { file, folder, exclude, region, variables } = description;
  const access = accessWith(env, variables, library);
  // Its check asks for the same settings, and says so.
  if (access.broken.size > 0) return { isKnown: false, verdict: skip('nobody may ask'), close };
  const api = createApi(systemClock, { ...access.config, region, locale: 'en', requestTimeoutMs });
  return {
    ...{ isKnown: true, description, api, close: api.close },
    deployed: once(() => told(readDeployed(api, description, untilMs))),
    pack: () => packFolder(join(dirname(file), folder), exclude),
  };
}

function neededBy(
  audit: FunctionWard,
  { actual: { variables } }: Deployed,
  { policies }: CompiledLibrary,
): Result<CamPolicy, Problem> {
  if (!audit.isKnown) throw new Error('Nobody knows the function whose role is asked for');
  const { description } = audit;
  const { region, namespace, name: functionName } = description;
  const needs = camNeedsOf({
    variables,
    policies,
    place: { region, namespace, functionName },
    readFile: (path) => readFileSync(here('AUDIT_TARGETS', path, description), 'utf8'),
  });
  return needs.ok ? { ok: true, value: camPolicyOf(needs.value) } : needs;
}

/** What it takes to ask the cloud for a function, before anything else is known. */
function accessWith(env: Env, variables: Env, { compiled }: CompiledLibrary): Settings {
  const all = { ...variables, ...setIn(env) };
  const names = Object.keys(all).filter(
    (name) => name.startsWith('TENCENTCLOUD_') || /^AUDIT_(SITE|ENDPOINT)$/.test(name),
  );
  const some = Object.fromEntries(names.map((name) => [name, all[name]]));
  const resolved: Resolved = {
    env: { ...some, AUDIT_EVIDENCE: 'file:./evidence' },
    problems: [],
    secrets: [],
    placeOf: (where) => where,
  };
  return readSettings(resolved.env, resolved, (one) => readConfig(one, compiled));
}

interface Effective {
  readonly env: Env;
  readonly origin: string;
  /** The function's own variables, and those that describe it. */
  readonly found: readonly Env[];
}

/** The environment wins; what it leaves out is as the function has it, and else as it is described. */
async function effectiveEnv(own: Env, audit: FunctionWard): Promise<Effective> {
  const set = setIn(own);
  if (!audit.isKnown) return { env: own, origin: 'from the environment', found: [] };
  const { description } = audit;
  const deployed = await audit.deployed();
  const actual = deployed.ok ? deployed.value?.actual.variables : undefined;
  const layers = [
    [`the function ${description.name}`, actual ?? {}],
    [description.file, description.variables],
  ] as const;
  const env: Record<string, string | undefined> = { ...own };
  const origins = layers.flatMap(([where, variables]) => {
    const taken = Object.keys(variables).filter((name) => isOurs(name) && !(name in set));
    const fresh = taken.filter((name) => (env[name] ?? '').trim() === '');
    for (const name of fresh) env[name] = here(name, variables[name] ?? '', description);
    return fresh.length === 0 ? [] : [`${fresh.sort().join(', ')} from ${where}`];
  });
  return {
    env,
    origin: ['from the environment', ...origins].join('; '),
    found: [...(actual === undefined ? [] : [actual]), description.variables],
  };
}

/** How the cloud is reached from the function's network says nothing of how it is from here. */
function isOurs(name: string): boolean {
  return name.startsWith('AUDIT_') && name !== 'AUDIT_ENDPOINT';
}

/** A relative path is meant from the code's folder there. */
function here(name: string, value: string, { file, folder }: Description): string {
  return name === 'AUDIT_TARGETS' && !isAbsolute(value)
    ? join(dirname(file), folder, value)
    : value;
}

function setIn(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value = '']) => value.trim() !== ''));
}

function placeOf({ evidence }: Config): string {
  return evidence.kind === 'file'
    ? evidence.path
    : `cos://${evidence.bucket}/${evidence.prefix} in ${evidence.region}`;
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}
