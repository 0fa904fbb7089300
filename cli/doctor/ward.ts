/** The real deployment, as the checks see it. */
import type { Config, Env } from '../../shared/config.ts';
import { sendHttp, systemClock } from '../../shared/edge.ts';
import type { Source } from '../../shared/model.ts';
import { sources } from '../../shared/settings/sources.ts';
import { createApi } from '../../shared/settings/tencent/api.ts';
import { injectedUin } from '../../shared/settings/tencent/credentials.ts';
import { findCredential, storeAt, type StoreAccess } from '../../shared/wire.ts';
import type { CompiledLibrary } from '../library.ts';
import type { Ward } from './check.ts';
import { readIdentity } from './credentials.ts';
import { isAbsent, probeStore } from './evidence.ts';
import { secretsIn, secretsOfCredential } from './secrets.ts';
import { readSettings } from './settings.ts';
import { absentTail, readTail } from './tail.ts';
import { told } from './verdict.ts';

export interface WardInput {
  readonly env: Env;
  readonly origin: string;
  readonly library: CompiledLibrary;
  readonly isSending: boolean;
  readonly deadlineMs: number;
}

/** One attempt: of a machine that may be at the other side of the world. */
const requestTimeoutMs = 10_000;

export function createWard(input: WardInput): Ward & { readonly close: () => void } {
  const { env, library, deadlineMs } = input;
  const { compiled } = library;
  const credential = findCredential(env);
  const settings = readSettings({
    env,
    credential,
    uin: injectedUin(env),
    policyNames: new Set(compiled.flatMap(({ pack, policy }) => [pack, policy.id])),
  });
  const { config } = settings;
  const { endpoint, evidence } = config;
  const clock = systemClock;
  const api = createApi(clock, { ...config, locale: 'en', requestTimeoutMs });
  const open = (use: StoreAccess['use']) =>
    storeAt(evidence, {
      ...{ use, credential: config.credential, endpoint, requestTimeoutMs, deadlineMs },
      log: () => undefined,
    });
  return {
    ...{ settings, clock, api, deadlineMs },
    origin: input.origin,
    place: placeOf(config),
    sources: chosenSources(config, library),
    isSending: input.isSending,
    nodeVersion: process.versions.node,
    http: sendHttp,
    identity: once(() => told(readIdentity(api, deadlineMs))),
    store: once(() => told(probeStore(evidence, () => open('audit')))),
    tail: once(async () =>
      told(isAbsent(evidence) ? Promise.resolve(absentTail) : readTail(await open('read'))),
    ),
    secrets: () => [
      ...secretsIn(env),
      ...(credential === undefined ? [] : secretsOfCredential(credential)),
    ],
    close: api.close,
  };
}

function placeOf({ evidence }: Config): string {
  return evidence.kind === 'file'
    ? evidence.path
    : `cos://${evidence.bucket}/${evidence.prefix} in ${evidence.region}`;
}

function chosenSources(
  { policies, site }: Config,
  { compiled }: CompiledLibrary,
): readonly Source[] {
  const chosen = compiled.filter(
    ({ pack, policy }) =>
      policies === undefined || policies.includes(pack) || policies.includes(policy.id),
  );
  const needed = new Set(chosen.map(({ policy }) => policy.source));
  return Object.values(sources).filter(({ id, sites }) => needed.has(id) && sites.includes(site));
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}
