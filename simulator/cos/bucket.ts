/** One bucket: what lies in it, and whether it lets go of that. */
import { createHash } from 'node:crypto';

export interface CosObject {
  readonly bytes: Buffer;
  /** With the quotation marks of the header. */
  readonly etag: string;
  /** `x-cos-meta-…` as they were put. */
  readonly meta: Readonly<Record<string, string>>;
  readonly at: string;
}

export type Versioning = 'Enabled' | 'Suspended' | undefined;

export interface CosBucket {
  readonly name: string;
  readonly region: string;
  readonly objects: Map<string, CosObject>;
  versioning: Versioning;
  /** Days of the default retention; undefined: object lock is off. */
  objectLockDays: number | undefined;
}

export function createBucket(name: string, region: string): CosBucket {
  return {
    ...{ name, region, objects: new Map<string, CosObject>() },
    versioning: undefined,
    objectLockDays: undefined,
  };
}

/** @returns false where the place is taken and the put forbade to overwrite */
export function putObject(
  bucket: CosBucket,
  key: string,
  put: Pick<CosObject, 'bytes' | 'meta' | 'at'> & { readonly isForbidden: boolean },
): boolean {
  const { bytes, meta, at, isForbidden } = put;
  // With versioning on or suspended the header has no effect.
  if (isForbidden && bucket.versioning === undefined && bucket.objects.has(key)) return false;
  bucket.objects.set(key, { bytes, meta, at, etag: etagOf(bytes) });
  return true;
}

export interface Listing {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Undefined: nothing is left. */
  readonly nextMarker: string | undefined;
}

export function listObjects(
  { objects }: CosBucket,
  query: {
    readonly prefix: string;
    readonly marker: string;
    readonly delimiter: string;
    readonly maxKeys: number;
  },
): Listing {
  const { prefix, marker, delimiter, maxKeys } = query;
  const isBehind = (name: string) => Buffer.compare(Buffer.from(name), Buffer.from(marker)) > 0;
  const groupOf = (key: string): string => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return end === -1 ? key : key.slice(0, end + delimiter.length);
  };
  const names = new Set(
    [...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => groupOf(key)),
  );
  const sorted = [...names]
    .filter(isBehind)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const page = sorted.slice(0, maxKeys);
  const isGroup = (name: string) => delimiter !== '' && name.endsWith(delimiter) && name !== prefix;
  return {
    keys: page.filter((name) => !isGroup(name)),
    commonPrefixes: page.filter(isGroup),
    nextMarker: sorted.length > page.length ? page.at(-1) : undefined,
  };
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
