import {
  defaultEvidence,
  noCredentials,
  parseEndpoint,
  parseEvidence,
  type EvidenceLocation,
} from '../shared/config.ts';
import { invalid } from '../shared/errors.ts';
import type { CosStore } from '../shared/evidence/stores/cos.ts';
import type { Problem, Result } from '../shared/model.ts';
import type { EvidenceStore } from '../shared/ports.ts';
import { findCredential, storeAt, type StoreAccess } from '../shared/wire.ts';
import { talk, type Io } from './io.ts';

export interface Evidence {
  /** As a person would say where it is. */
  readonly place: string;
  readonly location: EvidenceLocation;
  /** What a bucket needs. */
  readonly access?: StoreAccess;
}

/** A file of a large run, from the other side of the world. */
const requestTimeoutMs = 20_000;

/** The evidence log to read: what --evidence says, else AUDIT_EVIDENCE, else the default. */
export function parseEvidenceOption(io: Io, option: string | undefined): Result<Evidence, Problem> {
  const fromEnv = io.env['AUDIT_EVIDENCE']?.trim() ?? '';
  const location = parseEvidence(option ?? (fromEnv === '' ? defaultEvidence : fromEnv));
  if (!location.ok) {
    const where = option === undefined ? 'AUDIT_EVIDENCE' : '--evidence';
    const [first, ...rest] = location.problems;
    return {
      ok: false,
      problems: [{ where, what: first }, ...rest.map((what) => ({ where, what }))],
    };
  }
  const { value } = location;
  if (value.kind === 'file') return { ok: true, value: { place: value.path, location: value } };

  const credential = findCredential(io.env);
  const endpointText = io.env['AUDIT_ENDPOINT']?.trim() ?? '';
  const endpoint = parseEndpoint(endpointText === '' ? undefined : endpointText);
  if (credential === undefined) return { ok: false, problems: [noCredentials] };
  if (!endpoint.ok) {
    return { ok: false, problems: [{ where: 'AUDIT_ENDPOINT', what: endpoint.problems[0] }] };
  }
  const log = () => undefined;
  const times = { requestTimeoutMs, deadlineMs: Infinity };
  return {
    ok: true,
    value: {
      place: `cos://${value.bucket}/${value.prefix}`,
      location: value,
      access: { use: 'read', credential, endpoint: endpoint.value, ...times, log },
    },
  };
}

export function openEvidence({ location, access }: Evidence): Promise<EvidenceStore | CosStore> {
  return storeAt(location, access);
}

/**
 * The same in one step, for a command with no other argument that could be wrong.
 * @throws AuditError CONFIG_INVALID
 */
export async function openEvidenceOption(
  io: Io,
  option: string | undefined,
): Promise<{ readonly place: string; readonly store: EvidenceStore }> {
  const parsed = parseEvidenceOption(io, option);
  if (!parsed.ok) throw invalid('CONFIG_INVALID', 'Arguments are not valid', parsed.problems);
  return { place: parsed.value.place, store: await openEvidence(parsed.value) };
}

/** What protects a bucket besides this program; nothing is told of a folder. */
export async function describeStore(
  io: Io,
  { place }: Evidence,
  store: EvidenceStore | CosStore,
): Promise<void> {
  if (!('state' in store)) return;
  const { versioning, objectLock } = await store.state();
  talk(io, `${place}: versioning ${versioning}, object lock ${objectLock}.`);
  if (versioning === 'enabled' || versioning === 'suspended') {
    talk(
      io,
      'A put may have replaced files here: no audit of this version writes to such a bucket.',
    );
  }
}
