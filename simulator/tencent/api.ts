/** Tencent Cloud API 3.0: one POST in, one document out. */
import { json, type Incoming, type Reply } from '../http.ts';
import { isObject, jsonOrText } from '../json.ts';
import { createRateLimit, type RateLimit } from '../rate-limit.ts';
import { actions, badParameter, type Account, type Settings } from './actions.ts';
import { disturbed, isTransparent, type ApiFault } from './faults.ts';
import { messageOf, type Language } from './messages.ts';
import { isSignedWith, parseAuthorization } from './signature.ts';

export interface ApiRequest {
  readonly action: string;
  readonly version: string;
  readonly language: string;
  /** Empty when the call has no readable `Authorization`. */
  readonly secretId: string;
  readonly at: string;
  /** `ok`, the error code, or `fault:<kind>` when the caller got no proper answer. */
  readonly outcome: string;
}

export interface TencentDeps {
  readonly accounts: readonly Account[];
  readonly now: () => number;
  readonly newRequestId: () => string;
  readonly settings: (action: string) => Settings;
  readonly isPermitted: (account: Account, permission: string) => boolean;
  readonly takeFault: (action: string) => ApiFault | undefined;
}

type Outcome =
  | { readonly kind: 'ok'; readonly response: Settings }
  | { readonly kind: 'refused'; readonly code: string; readonly subject?: string };

const maxClockSkewMs = 5 * 60_000;

export function createTencentApi(
  deps: TencentDeps,
): (request: Incoming) => { readonly reply: Reply; readonly entry: ApiRequest } {
  const rateLimit = createRateLimit(20, 1000);
  return (request) => {
    const { headers } = request;
    const action = headers['x-tc-action'] ?? '';
    const language = headers['x-tc-language'] === 'zh-CN' ? 'zh-CN' : 'en-US';
    const fault = deps.takeFault(action);
    const outcome = outcomeOf(request, fault, deps, rateLimit);
    const document = documentOf(outcome, language, fault, deps.newRequestId());
    const reached = outcome.kind === 'ok' ? 'ok' : outcome.code;
    return {
      reply: fault === undefined ? json(200, document) : disturbed(fault, document),
      entry: {
        action,
        version: headers['x-tc-version'] ?? '',
        language: headers['x-tc-language'] ?? '',
        secretId: parseAuthorization(headers['authorization'] ?? '')?.secretId ?? '',
        at: new Date(deps.now()).toISOString(),
        outcome: fault === undefined || isTransparent(fault) ? reached : `fault:${fault.kind}`,
      },
    };
  };
}

function outcomeOf(
  request: Incoming,
  fault: ApiFault | undefined,
  deps: TencentDeps,
  rateLimit: RateLimit,
): Outcome {
  if (fault?.kind === 'api-error') return refused(fault.code);
  const caller = callerOf(request, deps);
  return 'kind' in caller ? caller : perform(request, caller, fault, deps, rateLimit);
}

/** Who signed the request, or why we do not believe it. */
function callerOf(request: Incoming, { accounts, now }: TencentDeps): Account | Outcome {
  const { headers } = request;
  for (const name of ['Action', 'Timestamp', 'Version']) {
    if ((headers[`x-tc-${name.toLowerCase()}`] ?? '') === '') {
      return refused('MissingParameter', name);
    }
  }
  const timestamp = headers['x-tc-timestamp'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return refused('InvalidParameter', 'Timestamp');
  const authorization = parseAuthorization(headers['authorization'] ?? '');
  if (authorization === undefined) return refused('AuthFailure.InvalidAuthorization');
  if (Math.abs(now() - Number(timestamp) * 1000) > maxClockSkewMs) {
    return refused('AuthFailure.SignatureExpire');
  }
  const account = accounts.find(({ secretId }) => secretId === authorization.secretId);
  if (account === undefined) return refused('AuthFailure.SecretIdNotFound');
  // Tencent's client sends an empty token as an empty header.
  if ((account.token ?? '') !== (headers['x-tc-token'] ?? '')) {
    return refused('AuthFailure.TokenFailure');
  }
  return isSignedWith(account.secretKey, authorization, timestamp, request)
    ? account
    : refused('AuthFailure.SignatureFailure');
}

function perform(
  { headers, rawBody }: Incoming,
  account: Account,
  fault: ApiFault | undefined,
  deps: TencentDeps,
  rateLimit: RateLimit,
): Outcome {
  const name = headers['x-tc-action'] ?? '';
  const version = headers['x-tc-version'] ?? '';
  const action = actions.get(name);
  if (action === undefined) return refused('InvalidAction', name);
  if (action.version !== version) return refused('NoSuchVersion', version);
  if (rateLimit(`${name} ${account.uin}`, deps.now()) > 0) return refused('RequestLimitExceeded');
  if (action.permission !== undefined && !deps.isPermitted(account, action.permission)) {
    return refused('AuthFailure.UnauthorizedOperation', action.permission);
  }
  const parameters = jsonOrText(rawBody);
  if (!isObject(parameters)) return refused('InvalidParameter', 'body');
  const bad = badParameter(action, parameters);
  if (bad !== undefined) return refused(bad.code, bad.name);
  const settings = fault?.kind === 'settings' ? fault.settings : deps.settings(name);
  return { kind: 'ok', response: action.answer(account, settings, parameters) };
}

function refused(code: string, subject = ''): Outcome {
  return { kind: 'refused', code, subject };
}

// Refusals too are HTTP 200: only the body tells.
function documentOf(
  outcome: Outcome,
  language: Language,
  fault: ApiFault | undefined,
  requestId: string,
): unknown {
  if (outcome.kind === 'ok') return { Response: { ...outcome.response, RequestId: requestId } };
  const wanted = fault?.kind === 'api-error' ? fault.message : undefined;
  const message = wanted ?? messageOf(outcome.code, language, outcome.subject);
  return { Response: { Error: { Code: outcome.code, Message: message }, RequestId: requestId } };
}
