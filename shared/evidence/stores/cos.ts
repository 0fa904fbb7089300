/**
 * Evidence in a bucket of Tencent COS. Write-once by the header `x-cos-forbid-overwrite`, which a bucket that
 * ever had versioning ignores: so each run asks for that first, and has the bucket refuse a put.
 * https://www.tencentcloud.com/document/product/436/7749
 */
import { createHash } from 'node:crypto';

import type { AuditErrorCode } from '../../errors.ts';
import { isArray, isObject, own } from '../../json.ts';
import type { Clock, EvidenceStore, Log } from '../../ports.ts';
import { fullJitterMs, retry } from '../../retry.ts';
import {
  exchange,
  parseXml,
  type Bucket,
  type CosRequest,
  type Failure,
  type Outcome,
} from './cos-exchange.ts';
import { explain, stepFor } from './cos-failure.ts';
import { isKey, notOurKey } from './key.ts';

export interface CosDeps {
  readonly clock: Clock;
  /** Unique: names one call of putIfAbsent. */
  readonly newId: () => string;
  /** In the function this file is a bundle of its own: an error must be of the class that the run knows. */
  readonly newError: (code: AuditErrorCode, message: string, cause?: Failure) => Error;
  readonly log: Log;
}

export interface CosOptions extends Bucket {
  /** Of the keys in the bucket; empty, or ending in `/`. */
  readonly prefix: string;
  /** An audit checks the bucket before anything else; a reader needs no right to write. */
  readonly use: 'audit' | 'read';
  /** For one attempt, from connecting to the last byte. */
  readonly requestTimeoutMs: number;
  /** Epoch milliseconds: no attempt and no wait crosses it. */
  readonly deadlineMs: number;
}

/** What protects the bucket besides us. `unknown`: the key may not read it. */
export interface BucketState {
  readonly versioning: 'never' | 'enabled' | 'suspended' | 'unknown';
  readonly objectLock: string;
}

export interface CosStore extends EvidenceStore {
  readonly state: () => Promise<BucketState>;
}

const maxAttempts = 5;
/** For all attempts of one call together, in time limits of one. */
const patience = 4;
const backoff = { baseMs: 200, capMs: 3_000 };
const writerHeader = 'x-cos-meta-writer';
const probeKey = 'write-once-check';
const probeText =
  'Each run of tcss-audit tries to put this file again. The bucket must refuse it.\n';

export function createCosStore(deps: CosDeps, options: CosOptions): CosStore {
  const { clock, newId, newError, log } = deps;
  const { name, region, prefix, use } = options;
  const place = `bucket ${name} in ${region}`;
  let checked: Promise<void> | undefined;

  /** Repeats what may heal, with the project's own patience. */
  const call = async (
    request: CosRequest,
    attemptsAtMost = maxAttempts,
  ): Promise<{ readonly outcome: Outcome; readonly wasUnclear: boolean }> => {
    const endMs = Math.min(options.deadlineMs, clock.now() + patience * options.requestTimeoutMs);
    let failures = 0;
    const { outcome } = await retry(
      clock,
      endMs,
      async (): Promise<Outcome> => {
        const leftMs = Math.min(options.requestTimeoutMs, endMs - clock.now());
        if (leftMs <= 0) return { ok: false, failure: { code: 'Deadline' } };
        return exchange(options, request, leftMs);
      },
      (last, attempts) => {
        if (last.ok || !mayHeal(last) || attempts >= attemptsAtMost) return undefined;
        failures += 1;
        return fullJitterMs(backoff, attempts, clock.random());
      },
    );
    return { outcome, wasUnclear: failures > 0 };
  };

  const unreadable = (what: string, { failure }: Extract<Outcome, { ok: false }>) =>
    newError(
      'EVIDENCE_UNREADABLE',
      `Evidence ${what} could not be read from ${place} (${explain(failure, options.requestTimeoutMs)}). ${stepFor(failure, what.endsWith('/') ? 'cos:GetBucket' : 'cos:GetObject')}`,
      failure,
    );

  const unwritable = (key: string, { failure }: Extract<Outcome, { ok: false }>) =>
    newError(
      'EVIDENCE_UNWRITABLE',
      `Evidence ${key} could not be written to ${place} (${explain(failure, options.requestTimeoutMs)}). ${stepFor(failure, 'cos:PutObject')}`,
      failure,
    );

  const read = async (key: string): Promise<Extract<Outcome, { ok: true }> | null> => {
    const { outcome } = await call({ method: 'GET', key: prefix + key });
    if (outcome.ok) return outcome;
    if (outcome.failure.status === 404 && outcome.failure.code === 'NoSuchKey') return null;
    throw unreadable(key, outcome);
  };

  /**
   * A put whose answer was lost is tried again, and then the place may be taken by ourselves. The bytes
   * cannot tell: another attempt of the run may put the very same. So each call signs its object.
   */
  const put = async (key: string, bytes: Uint8Array): Promise<boolean> => {
    const writer = newId();
    const { outcome, wasUnclear } = await call({
      method: 'PUT',
      key: prefix + key,
      headers: {
        'Content-Type': 'application/octet-stream',
        'Content-MD5': createHash('md5').update(bytes).digest('base64'),
        'x-cos-forbid-overwrite': 'true',
        [writerHeader]: writer,
      },
      body: bytes,
    });
    if (outcome.ok) return true;
    const isTaken = outcome.failure.status === 409 && outcome.failure.code === 'FileAlreadyExists';
    if (!isTaken) throw unwritable(key, outcome);
    return wasUnclear && (await read(key))?.headers[writerHeader] === writer;
  };

  const list = async (start: string, after: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for (let marker = after; ;) {
      const { outcome } = await call({
        method: 'GET',
        key: '',
        query: {
          prefix: prefix + start,
          'max-keys': '1000',
          // Names that others put there may hold what XML cannot.
          'encoding-type': 'url',
          ...(marker !== '' && { marker: prefix + marker }),
        },
      });
      if (!outcome.ok) throw unreadable(start, outcome);
      const page = pageOf(outcome.body, prefix);
      const isAdvancing = page?.next === undefined || isBehind(page.next, marker);
      if (page === undefined || !isAdvancing || !page.keys.every((key) => key.startsWith(start))) {
        throw unreadable(start, { ok: false, failure: { code: 'BadAnswer' } });
      }
      keys.push(...page.keys);
      if (page.next === undefined) return keys.sort();
      marker = page.next;
    }
  };

  const state = async (): Promise<BucketState> => {
    const [versioning, objectLock] = await Promise.all([readVersioning(), readObjectLock()]);
    return { versioning, objectLock };
  };

  const readVersioning = async (): Promise<BucketState['versioning']> => {
    const { outcome } = await call({ method: 'GET', key: '', subresource: 'versioning' });
    if (!outcome.ok) {
      if (outcome.failure.status === 403) return 'unknown';
      throw unreadable('versioning', outcome);
    }
    const found = parseXml(outcome.body, 'VersioningConfiguration');
    if (found === undefined) {
      throw unreadable('versioning', { ok: false, failure: { code: 'BadAnswer' } });
    }
    const status = own(found, 'Status');
    if (status === undefined || status === '') return 'never';
    return status === 'Suspended' ? 'suspended' : 'enabled';
  };

  /** Only told, so whatever goes wrong here is `unknown`. */
  const readObjectLock = async (): Promise<string> => {
    const { outcome } = await call({ method: 'GET', key: '', subresource: 'object-lock' }, 1);
    if (!outcome.ok) return outcome.failure.status === 404 ? 'off' : 'unknown';
    const found = parseXml(outcome.body, 'ObjectLockConfiguration');
    if (found === undefined) return 'unknown';
    if (own(found, 'ObjectLockEnabled') !== 'Enabled') return 'off';
    const rule = own(found, 'Rule');
    const retention = isObject(rule) ? own(rule, 'DefaultRetention') : undefined;
    const days = isObject(retention) ? own(retention, 'Days') : undefined;
    return typeof days === 'string' && /^\d{1,5}$/.test(days)
      ? `${days} days by default`
      : 'on, without a default';
  };

  const check = async (): Promise<void> => {
    const found = await state();
    if (found.versioning === 'enabled' || found.versioning === 'suspended') {
      throw newError(
        'EVIDENCE_UNWRITABLE',
        `Evidence: versioning of ${place} is ${found.versioning}, so a put may replace what is there. Give AUDIT_EVIDENCE a bucket that never had versioning: it cannot be taken back.`,
      );
    }
    // The first put of all finds the place free; after that every put must be refused.
    const probe = Buffer.from(probeText);
    if ((await put(probeKey, probe)) && (await put(probeKey, probe))) {
      throw newError(
        'EVIDENCE_UNWRITABLE',
        `Evidence: ${place} let ${prefix}${probeKey} be put over itself, so nothing in it is safe from being replaced. Give AUDIT_EVIDENCE a bucket that never had versioning.`,
      );
    }
    log('info', 'evidence-store', { bucket: name, region, ...found, writeOnce: 'refused a put' });
  };

  /** Once for this store: a run's first request of all. */
  const ready = (): Promise<void> => (checked ??= check());

  const guarded = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    if (!isKey(key)) throw newError('EVIDENCE_BROKEN', notOurKey(key));
    if (use === 'audit') await ready();
    return work();
  };

  return {
    state,
    putIfAbsent: async (key, bytes) => {
      // The caller may use its buffer anew while we wait.
      const copy = Uint8Array.from(bytes);
      return guarded(key, async () => {
        await ready();
        return put(key, copy);
      });
    },
    get: async (key) => guarded(key, async () => (await read(key))?.body ?? null),
    list: async (start, after = '') =>
      guarded(start.replace(/\/$/, ''), async () => list(start, after)),
  };
}

/** Too many requests, a passing fault of theirs, the network. What is forbidden stays forbidden. */
function mayHeal({ failure }: Extract<Outcome, { ok: false }>): boolean {
  const { status, code } = failure;
  if (status === undefined) return !['BadAnswer', 'Deadline', 'TooLarge'].includes(code);
  return status >= 500 || status === 429 || code === 'RequestTimeout' || code === 'RequestTimeOut';
}

/** @returns the names without the store's prefix, and where the next page begins; undefined for no such page */
function pageOf(
  body: Uint8Array,
  prefix: string,
): { readonly keys: readonly string[]; readonly next: string | undefined } | undefined {
  const page = parseXml(body, 'ListBucketResult');
  if (page === undefined) return undefined;
  const contents = page['Contents'] ?? [];
  const entries = (isArray(contents) ? contents : [contents]).map((entry) =>
    isObject(entry) ? { key: own(entry, 'Key'), size: own(entry, 'Size') } : undefined,
  );
  const keys: string[] = [];
  let last = '';
  for (const entry of entries) {
    if (typeof entry?.key !== 'string') return undefined;
    const key = decoded(entry.key);
    if (!key.startsWith(prefix)) return undefined;
    last = key.slice(prefix.length);
    // The console marks a folder by an object without content.
    if (!(key.endsWith('/') && entry.size === '0')) keys.push(last);
  }
  const { IsTruncated: isTruncated, NextMarker: nextMarker } = page;
  if (isTruncated === 'false') return { keys, next: undefined };
  if (isTruncated !== 'true') return undefined;
  const marker = typeof nextMarker === 'string' && nextMarker !== '' ? decoded(nextMarker) : '';
  return {
    keys,
    next: marker.startsWith(prefix) && marker !== '' ? marker.slice(prefix.length) : last,
  };
}

/** In COS's order, that of UTF-8. */
function isBehind(key: string, marker: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(marker)) > 0;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
