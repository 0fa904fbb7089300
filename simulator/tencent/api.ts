/** Tencent Cloud API 3.0: one POST in, one document out. All services listen at the one address. */
import { json, type Incoming, type Reply } from '../http.ts';
import { isObject, jsonOrText } from '../json.ts';
import { createRateLimit, type RateLimit } from '../rate-limit.ts';
import type { Caller } from './account.ts';
import type { Action, Call } from './action.ts';
import { actions } from './actions.ts';
import type { Cloud } from './cloud.ts';
import { disturbed, isBeforeApi, isTransparent, type ApiFault } from './faults.ts';
import { messageOf, type Language } from './messages.ts';
import { ok, refused, type Outcome, type Refusal } from './outcome.ts';
import type { Values } from './settings/product.ts';
import { isSignedWith, parseAuthorization, type Authorization } from './signature.ts';
import { assumedUin } from './sts.ts';
import type { World } from './world.ts';

export interface ApiRequest {
  readonly action: string;
  readonly version: string;
  readonly language: string;
  /** Empty when the call has no readable `Authorization`. */
  readonly secretId: string;
  /** Of the key, believed or not; empty when nobody has it. */
  readonly uin: string;
  readonly at: string;
  /** `ok`, the error code, or `fault:<kind>` when the caller got no proper answer. */
  readonly outcome: string;
}

export interface TencentDeps extends Pick<Cloud, 'settings' | 'isDenied' | 'takeFault'> {
  readonly world: World;
  readonly now: () => number;
  readonly newRequestId: () => string;
  /** false: nobody is told that there were too many. */
  readonly rateLimits?: boolean;
}

/** A request as far as it can be read without believing it. */
interface Read {
  readonly request: Incoming;
  readonly action: string;
  readonly version: string;
  readonly authorization: Authorization | undefined;
  /** Whose the key would be. */
  readonly owner: Caller | undefined;
  readonly fault: ApiFault | undefined;
  readonly requestId: string;
}

const maxClockSkewMs = 5 * 60_000;
const usualLimitPerSecond = 20;

export function createTencentApi(deps: TencentDeps): (request: Incoming) => {
  readonly reply: Reply | Promise<Reply>;
  readonly entry: ApiRequest;
} {
  const rateLimit: RateLimit =
    deps.rateLimits === false ? () => 0 : createRateLimit(usualLimitPerSecond, 1000);
  return (request) => {
    const { headers } = request;
    const action = headers['x-tc-action'] ?? '';
    const authorization = parseAuthorization(headers['authorization'] ?? '');
    const secretId = authorization?.secretId ?? '';
    const owner = deps.world.identities.callerOf(secretId);
    const uin = owner?.uin ?? '';
    const fault = deps.takeFault(action, () => struckUin(action, uin, request));
    const version = headers['x-tc-version'] ?? '';
    const requestId = deps.newRequestId();
    const read = { request, action, version, authorization, owner, fault, requestId };
    const outcome = outcomeOf(read, deps, rateLimit);
    const reached = outcome.kind === 'ok' ? 'ok' : outcome.code;
    return {
      reply: replyOf(outcome, read),
      entry: {
        ...{ action, version, language: headers['x-tc-language'] ?? '', secretId, uin },
        at: new Date(deps.now()).toISOString(),
        outcome: fault === undefined || isTransparent(fault) ? reached : `fault:${fault.kind}`,
      },
    };
  };
}

function struckUin(action: string, uin: string, { rawBody }: Incoming): string {
  if (action !== 'AssumeRole') return uin;
  const parameters = jsonOrText(rawBody);
  return (isObject(parameters) ? assumedUin(parameters) : undefined) ?? uin;
}

function outcomeOf(read: Read, deps: TencentDeps, rateLimit: RateLimit): Outcome {
  const { fault, action } = read;
  if (fault?.kind === 'api-error') {
    const isLimit = fault.code === 'RequestLimitExceeded';
    return refused(fault.code, isLimit ? String(limitOf(actions.get(action))) : '');
  }
  if (fault !== undefined && isBeforeApi(fault)) return ok();
  const caller = callerOf(read, deps);
  return 'kind' in caller ? caller : perform(read, caller, deps, rateLimit);
}

/** Who signed the request, or why we do not believe it. */
function callerOf({ request, authorization, owner }: Read, { now }: TencentDeps): Caller | Refusal {
  const { headers } = request;
  for (const [name, header] of [
    ['Action', headers['x-tc-action']],
    ['Timestamp', headers['x-tc-timestamp']],
    ['Version', headers['x-tc-version']],
  ] as const) {
    if ((header ?? '') === '') return refused('MissingParameter', name);
  }
  const timestamp = headers['x-tc-timestamp'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return refused('InvalidParameter', 'Timestamp');
  if (authorization === undefined) return refused('AuthFailure.InvalidAuthorization');
  const nowMs = now();
  if (Math.abs(nowMs - Number(timestamp) * 1000) > maxClockSkewMs) {
    return refused('AuthFailure.SignatureExpire');
  }
  if (owner === undefined) return refused('AuthFailure.SecretIdNotFound');
  // Tencent's client sends an empty token as an empty header.
  const isToken = (owner.token ?? '') === (headers['x-tc-token'] ?? '');
  if (!isToken || (owner.session?.expiresAtMs ?? Infinity) <= nowMs) {
    return refused('AuthFailure.TokenFailure');
  }
  return isSignedWith(owner, authorization, timestamp, request)
    ? owner
    : refused('AuthFailure.SignatureFailure');
}

function perform(read: Read, caller: Caller, deps: TencentDeps, rateLimit: RateLimit): Outcome {
  const { request, fault, requestId } = read;
  const action = actions.get(read.action);
  if (action === undefined) return refused('InvalidAction', read.action);
  if (action.version !== read.version) return refused('NoSuchVersion', read.version);
  const nowMs = deps.now();
  const limit = limitOf(action);
  if (rateLimit(`${read.action} ${caller.uin}`, nowMs, limit) > 0) {
    return refused('RequestLimitExceeded', String(limit));
  }
  const region = request.headers['x-tc-region'] ?? '';
  if (action.needsRegion === true && region === '') return refused('MissingParameter', 'Region');
  const body = jsonOrText(request.rawBody);
  const parameters = isObject(body) ? body : {};
  const { world } = deps;
  const isPermitted = (permission: string, resource?: string) =>
    !deps.isDenied(permission) && world.identities.isPermitted(caller, permission, resource);
  const settings = (): Values =>
    fault?.kind === 'settings' ? fault.settings : deps.settings(read.action, caller.uin);
  const call: Call = {
    ...{ caller, parameters, region, requestId, nowMs, world, isPermitted, settings },
  };
  const { permission } = action;
  if (permission !== undefined && !isPermitted(permission, action.resource?.(call))) {
    return refused('AuthFailure.UnauthorizedOperation', permission);
  }
  if (body !== parameters) return refused('InvalidParameter', 'body');
  const bad = action.faultOf(parameters);
  return bad === undefined ? action.answer(call) : refused(bad.code, bad.name);
}

function limitOf(action: Action | undefined): number {
  return action?.limitPerSecond ?? usualLimitPerSecond;
}

function replyOf(outcome: Outcome, { request, fault, requestId }: Read): Reply | Promise<Reply> {
  const language = request.headers['x-tc-language'] === 'zh-CN' ? 'zh-CN' : 'en-US';
  const reply = (document: unknown): Reply =>
    fault === undefined ? json(200, document) : disturbed(fault, document);
  const answered = (response: Values) => reply({ Response: { ...response, RequestId: requestId } });
  if (outcome.kind === 'refused') return reply(refusalOf(outcome, language, fault, requestId));
  return outcome.response instanceof Promise
    ? outcome.response.then(answered)
    : answered(outcome.response);
}

// Refusals too are HTTP 200: only the body tells.
function refusalOf(
  { code, subject }: Refusal,
  language: Language,
  fault: ApiFault | undefined,
  requestId: string,
): unknown {
  const wanted = fault?.kind === 'api-error' ? fault.message : undefined;
  const message = wanted ?? messageOf(code, language, subject);
  return { Response: { Error: { Code: code, Message: message }, RequestId: requestId } };
}
