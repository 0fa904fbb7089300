/** Where the evidence lies: whether it can be reached, refuses to be overwritten, and can be read. */
import { existsSync } from 'node:fs';

import type { EvidenceLocation } from '../../shared/config.ts';
import type { BucketState, CosStore } from '../../shared/evidence/stores/cos.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { plainLine } from '../../shared/text.ts';
import { countOf } from '../io.ts';
import type { Tail } from './tail.ts';
import { fail, ok, skip, verdictOf, warn, type Told, type Verdict } from './verdict.ts';

/** What was found where the evidence lies. */
export type StoreFound =
  | { readonly kind: 'bucket'; readonly state: BucketState }
  | { readonly kind: 'folder'; readonly isWriteOnce: boolean }
  /** Nothing was written yet, and looking must not make it. */
  | { readonly kind: 'no-folder' };

const probeKey = 'write-once-check';

/**
 * Has the store refuse a put, as an audit does before it reads anything.
 * @param open a store as an audit opens it, which makes sure of a bucket by itself
 * @throws AuditError EVIDENCE_UNWRITABLE, EVIDENCE_UNREADABLE
 */
export async function probeStore(
  location: EvidenceLocation,
  open: () => Promise<EvidenceStore | CosStore>,
): Promise<StoreFound> {
  if (isAbsent(location)) return { kind: 'no-folder' };
  const store = await open();
  if ('state' in store) {
    await store.get(probeKey);
    return { kind: 'bucket', state: await store.state() };
  }
  const bytes = Buffer.from(
    'tcss-audit doctor tries to put this file again. It must be refused.\n',
  );
  await store.putIfAbsent(probeKey, bytes);
  return { kind: 'folder', isWriteOnce: !(await store.putIfAbsent(probeKey, bytes)) };
}

/** Whether the evidence lies in a folder that this machine does not have. */
export function isAbsent(location: EvidenceLocation): boolean {
  return location.kind === 'file' && !existsSync(location.path);
}

export function judgeStore(found: Told<StoreFound>, place: string): Verdict {
  if (!found.ok) return verdictOf(found.error);
  const store = found.value;
  switch (store.kind) {
    case 'no-folder':
      return skip(
        `${place} is not on this machine: no audit has written there yet, or only the function mounts it`,
        'run tcss-audit doctor where it is mounted, or give AUDIT_EVIDENCE (--evidence)',
      );
    case 'folder':
      return store.isWriteOnce
        ? ok(`${place} can be written and refused to be overwritten`)
        : fail(
            `${place} let a file be put over itself, so nothing in it is safe from being replaced`,
            'give AUDIT_EVIDENCE a folder on a file system with hard links',
          );
    case 'bucket':
      return judgeBucket(store.state, place);
  }
}

function judgeBucket({ versioning, objectLock }: BucketState, place: string): Verdict {
  const proof = `${place} can be written and refused to be overwritten`;
  const state = `versioning ${versioning}, object lock ${plainLine(objectLock, 60)}`;
  return versioning === 'unknown'
    ? warn(
        `${proof}; ${state}`,
        'grant cos:GetBucketVersioning to the role, which tells it for certain',
      )
    : ok(`${proof}; ${state}`);
}

export function judgeLog(tail: Told<Tail>): Verdict {
  if (!tail.ok) return verdictOf(tail.error);
  const { isAbsent: isElsewhere, head, records, faults, sealed } = tail.value;
  if (isElsewhere === true) return skip('the log is not on this machine');
  if (head === undefined) {
    return warn(
      'the log is empty: nothing was ever sealed here',
      'let the timer fire, or run tcss-audit run; check AUDIT_EVIDENCE if audits have run',
    );
  }
  const [first] = faults;
  if (first !== undefined) {
    const rest = faults.length > 1 ? `, and ${countOf(faults.length - 1, 'fault')} more` : '';
    return fail(
      `the log is broken: ${plainLine(first.key)} ${plainLine(first.what)}${rest}`,
      'run tcss-audit verify, which names every fault',
    );
  }
  const files =
    sealed.checked === sealed.total
      ? `${countOf(sealed.total, 'sealed file')} of the last run`
      : `${String(sealed.checked)} of ${countOf(sealed.total, 'sealed file')} of the last run`;
  return ok(
    `head ${String(head.seq)}:${head.sha256.slice(0, 8)}…; the last ${countOf(records.length, 'record')} and ${files} are whole (tcss-audit verify looks at all)`,
  );
}
