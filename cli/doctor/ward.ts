/** The real deployment, as the checks see it. */
import type { Config, Env } from '../../shared/config.ts';
import { sendHttp, systemClock } from '../../shared/edge.ts';
import { sources } from '../../shared/settings/sources.ts';
import { createAccounts } from '../../shared/settings/tencent/accounts.ts';
import { createApi } from '../../shared/settings/tencent/api.ts';
import { sealedTarget, sourcesFor } from '../../shared/survey.ts';
import {
  findCredential,
  readConfig,
  storeAt,
  withSecrets,
  type StoreAccess,
} from '../../shared/wire.ts';
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

export async function createWard(input: WardInput): Promise<Ward & { readonly close: () => void }> {
  const { env, library, deadlineMs } = input;
  const { compiled } = library;
  const credential = findCredential(env);
  const resolved = await withSecrets(env, deadlineMs);
  const settings = readSettings(env, resolved, (one) => readConfig(one, compiled));
  const { config } = settings;
  const { endpoint, evidence } = config;
  const clock = systemClock;
  const api = createApi(clock, { ...config, locale: 'en', requestTimeoutMs });
  const accounts = createAccounts(clock, {
    ...{ ...config, locale: 'en', requestTimeoutMs },
    ...{ roleKeys: new Map(), sessionName: 'tcss-audit-doctor' },
  });
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
    ...{ settings, clock, api, deadlineMs },
    origin: input.origin,
    place: placeOf(config),
    sources: sourcesFor({ policies: selected, sources }, { site: config.site }),
    sourcesOf: (target) =>
      sourcesFor({ policies: selected, sources }, sealedTarget({ policies: selected }, target)),
    accounts,
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
      ...secretsIn(resolved.env),
      ...resolved.secrets,
      ...(credential === undefined ? [] : secretsOfCredential(credential)),
    ],
    close: () => {
      api.close();
      accounts.close();
    },
  };
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
