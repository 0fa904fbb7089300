/** Cloud Object Storage: the requests that an evidence store makes, by the host that names the bucket. */
import { createHash } from 'node:crypto';
import { createFaultPlan } from '../fault-plan.ts';
import type { Answer, Incoming, Reply } from '../http.ts';
import type { Caller } from '../tencent/account.ts';
import {
  createBucket,
  listObjects,
  putObject,
  type CosBucket,
  type CosObject,
  type Versioning,
} from './bucket.ts';
import { isSignedForCos, parametersOf, parseCosAuthorization, unsignedParts } from './signature.ts';
import { errorXml, listXml, objectLockXml, versioningXml } from './xml.ts';

export type CosOperation =
  | 'PutObject'
  | 'GetObject'
  | 'GetBucket'
  | 'GetBucketVersioning'
  | 'GetBucketObjectLockConfiguration';

export type CosFault =
  /** COS says no, in XML. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** A proxy answers in the place of COS. */
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  /** Does what it was asked for, and the answer is lost; a refusal arrives. */
  | { readonly kind: 'lost-answer' }
  | { readonly kind: 'broken-off' }
  /** The last names do not show in listings yet. */
  | { readonly kind: 'stale-list'; readonly missing: number };

export interface CosEntry {
  /** Empty where the request was none that is known. */
  readonly operation: CosOperation | '';
  readonly key: string;
  readonly status: number | 'none';
  /** The error's code; empty when all went well. */
  readonly code: string;
}

export interface CosControl {
  readonly bucket: string;
  readonly region: string;
  /** By key. */
  readonly objects: Map<string, CosObject>;
  /** Every request, oldest first. */
  readonly requests: CosEntry[];
  /**
   * Replaces the planned fault; without `times` every request meets it, without `operation` any. `after`: so
   * many of those are let through first.
   */
  readonly setFault: (
    fault: CosFault | undefined,
    options?: {
      readonly operation?: CosOperation;
      readonly after?: number;
      readonly times?: number;
    },
  ) => void;
  readonly setVersioning: (versioning: Versioning) => void;
  /** Days of the default retention; undefined: off. */
  readonly setObjectLock: (days: number | undefined) => void;
}

export interface CosDeps {
  readonly callerOf: (secretId: string) => Caller | undefined;
  readonly now: () => number;
  readonly newRequestId: () => string;
}

type Answered = { readonly status: number; readonly code: string } & Pick<
  Answer,
  'headers' | 'body'
>;

const bucketName = 'audit-1250000000';
const bucketRegion = 'ap-singapore';
const hostForm = /^([a-z0-9-]+)\.cos\.([a-z0-9-]+)\.myqcloud\.com$/;
const maxClockSkewSeconds = 15 * 60;

/** Whether a request is for COS: nothing else is asked for by the name of a bucket. */
export function isCosHost(host: string): boolean {
  return hostForm.test(host);
}

export function createCos({ callerOf, now, newRequestId }: CosDeps): {
  readonly handle: (request: Incoming) => Reply;
  readonly control: CosControl;
  /** For services that fetch from the bucket; its name without the account's number. */
  readonly objectOf: (bucketName: string, key: string) => Buffer | undefined;
} {
  const bucket = createBucket(bucketName, bucketRegion);
  const faults = createFaultPlan<CosFault>();
  const requests: CosEntry[] = [];

  const handle = (request: Incoming): Reply => {
    const requestId = newRequestId();
    const operation = operationOf(request);
    const fault = operation === '' ? undefined : faults.take(operation);
    const answered = isInTheWay(fault) ? undefined : answer(request, operation, fault, requestId);
    const reply = replyOf(answered, fault, requestId);
    requests.push({
      operation,
      key: keyOf(request),
      status: reply.kind === 'answer' ? reply.status : 'none',
      code: fault?.kind === 'error' ? fault.code : (answered?.code ?? ''),
    });
    return reply;
  };

  const answer = (
    request: Incoming,
    operation: CosOperation | '',
    fault: CosFault | undefined,
    requestId: string,
  ): Answered => {
    const refuse = (status: number, code: string) => error(status, code, requestId, request.path);
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refuse(...refusal);
    switch (operation) {
      case 'PutObject':
        return put(request, refuse);
      case 'GetObject': {
        const object = bucket.objects.get(keyOf(request));
        if (object === undefined) return refuse(404, 'NoSuchKey');
        return { status: 200, code: '', headers: headersOf(object), body: object.bytes };
      }
      case 'GetBucket':
        return xml(listXml(...listingOf(bucket, request.query, fault)));
      case 'GetBucketVersioning':
        return xml(versioningXml(bucket));
      case 'GetBucketObjectLockConfiguration':
        return bucket.objectLockDays === undefined
          ? refuse(404, 'ObjectLockConfigurationNotFoundError')
          : xml(objectLockXml(bucket.objectLockDays));
      case '':
        return refuse(405, 'MethodNotAllowed');
    }
  };

  /** Why a request is not believed, or not for us. */
  const refusalOf = (request: Incoming): readonly [number, string] | undefined => {
    const { headers } = request;
    const authorization = parseCosAuthorization(headers['authorization'] ?? '');
    if (authorization === undefined) return [403, 'AccessDenied'];
    const account = callerOf(authorization.secretId);
    if (account === undefined) return [403, 'InvalidAccessKeyId'];
    const isToken = (account.token ?? '') === (headers['x-cos-security-token'] ?? '');
    if (!isToken || (account.session?.expiresAtMs ?? Infinity) <= now()) {
      return [403, 'InvalidToken'];
    }
    const [start = 0, end = 0] = authorization.signTime.split(';').map(Number);
    const nowSeconds = now() / 1000;
    if (start > nowSeconds + maxClockSkewSeconds || end < nowSeconds) {
      return [403, 'RequestTimeTooSkewed'];
    }
    if (unsignedParts(authorization, request).length > 0) return [403, 'AccessDenied'];
    if (!isSignedForCos(account.secretKey, authorization, request)) {
      return [403, 'SignatureDoesNotMatch'];
    }
    const [, name, region] = hostForm.exec(headers['host'] ?? '') ?? [];
    return name === bucket.name && region === bucket.region ? undefined : [404, 'NoSuchBucket'];
  };

  const put = (request: Incoming, refuse: (status: number, code: string) => Answered): Answered => {
    const { headers, rawBody } = request;
    const key = keyOf(request);
    const md5 = createHash('md5').update(rawBody).digest('base64');
    if (headers['content-md5'] !== undefined && headers['content-md5'] !== md5) {
      return refuse(400, 'BadDigest');
    }
    const meta = Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('x-cos-meta-')),
    );
    const isForbidden = headers['x-cos-forbid-overwrite'] === 'true';
    const at = new Date(now()).toISOString();
    const isPut = putObject(bucket, key, { bytes: rawBody, meta, at, isForbidden });
    const object = bucket.objects.get(key);
    if (!isPut || object === undefined) return refuse(409, 'FileAlreadyExists');
    return { status: 200, code: '', headers: { etag: object.etag }, body: '' };
  };

  return {
    handle,
    objectOf: (name, key) =>
      bucket.name.replace(/-\d+$/, '') === name ? bucket.objects.get(key)?.bytes : undefined,
    control: {
      bucket: bucket.name,
      region: bucket.region,
      objects: bucket.objects,
      requests,
      setFault: (fault, { operation, after, times } = {}) => {
        faults.set(fault, {
          ...(operation !== undefined && { only: operation }),
          ...(after !== undefined && { after }),
          ...(times !== undefined && { times }),
        });
      },
      setVersioning: (versioning) => {
        bucket.versioning = versioning;
      },
      setObjectLock: (days) => {
        bucket.objectLockDays = days;
      },
    },
  };
}

function operationOf({ method, path, query }: Incoming): CosOperation | '' {
  const names = parametersOf(query).map(([name]) => name);
  if (path !== '/') return method === 'PUT' ? 'PutObject' : method === 'GET' ? 'GetObject' : '';
  if (method !== 'GET') return '';
  if (names.includes('versioning')) return 'GetBucketVersioning';
  return names.includes('object-lock') ? 'GetBucketObjectLockConfiguration' : 'GetBucket';
}

function listingOf(
  bucket: CosBucket,
  queryText: string,
  fault: CosFault | undefined,
): Parameters<typeof listXml> {
  const parameters = new Map(parametersOf(queryText));
  const query = {
    prefix: parameters.get('prefix') ?? '',
    marker: parameters.get('marker') ?? '',
    delimiter: parameters.get('delimiter') ?? '',
    maxKeys: Math.min(1000, Number(parameters.get('max-keys') ?? '1000')),
    isUrlEncoded: parameters.get('encoding-type') === 'url',
  };
  const listing = listObjects(bucket, query);
  if (fault?.kind !== 'stale-list') return [bucket, query, listing];
  return [bucket, query, { ...listing, keys: listing.keys.slice(0, -fault.missing) }];
}

function headersOf({ etag, meta }: CosObject): Readonly<Record<string, string>> {
  return { 'content-type': 'application/octet-stream', etag, ...meta };
}

function xml(body: string): Answered {
  return { status: 200, code: '', headers: { 'content-type': 'application/xml' }, body };
}

function error(status: number, code: string, requestId: string, resource: string): Answered {
  const body = errorXml(code, `Simulated: ${code}`, requestId, resource);
  return { status, code, headers: { 'content-type': 'application/xml' }, body };
}

function keyOf({ path }: Incoming): string {
  return decodeURIComponent(path.slice(1));
}

/** The request never gets to COS. */
function isInTheWay(fault: CosFault | undefined): boolean {
  return ['error', 'html', 'reset', 'hang'].includes(fault?.kind ?? '');
}

function replyOf(
  answered: Answered | undefined,
  fault: CosFault | undefined,
  requestId: string,
): Reply {
  const common = { 'x-cos-request-id': requestId, server: 'tencent-cos' };
  const answer = ({ status, headers, body }: Answered): Answer => ({
    kind: 'answer',
    ...{ status, body },
    headers: { ...common, ...headers },
  });
  switch (fault?.kind) {
    case 'error':
      return answer(error(fault.status, fault.code, requestId, '/'));
    case 'html':
      return {
        kind: 'answer',
        status: fault.status,
        headers: { 'content-type': 'text/html' },
        body: '<!DOCTYPE html><html><head><title>Proxy</title></head><body><p>Not COS</html>',
      };
    case 'hang':
      return { kind: 'hang' };
    case 'reset':
      return { kind: 'reset' };
    case 'lost-answer':
      if (answered?.status === 200) return { kind: 'reset' };
      break;
    case 'broken-off': {
      const body = String(answered?.body ?? '');
      return { kind: 'broken-off', body: body.slice(0, -1), promisedBytes: body.length + 1 };
    }
    case 'slow':
    case 'stale-list':
    case undefined:
      break;
  }
  if (answered === undefined) throw new Error('A request that got through has an answer');
  return {
    ...answer(answered),
    ...(fault?.kind === 'slow' && { delayMs: fault.delayMs }),
  };
}
