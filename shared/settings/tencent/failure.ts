/** What a failed request means. The SDK loses causes and codes, so the shape of its error decides. */
import type { Locale } from '../../model.ts';

export interface Failure {
  /** The API's code, or ours: `Timeout`, `Network`, `Http<status>`, `BadAnswer`, `BadCredential`, `Deadline`. */
  readonly code: string;
  readonly message: string;
}

/** What the pinned agent says when an answer leads to another host. */
export const redirected = 'the answer redirects to another host';
/** What our own transport says. The SDK keeps nothing of an error but its message. */
export const tooLarge = 'the answer is too large';
export const contradictory = 'the answer gives a key twice, so it cannot be told which holds';

/**
 * Reads the SDK's error. As seen in 4.1.313: an API error has `code`; a status other than 200 has
 * `httpCode`; a request that got no answer has neither; an answer that is no JSON is node-fetch's own
 * FetchError; one without `Response` is a TypeError. A body that breaks off is not noticed at all: it ends
 * in our own timeout.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'Network', message: String(error) };
  const { message } = error;
  const [code, httpCode, type] = ['code', 'httpCode', 'type'].map((key) => textOf(error, key));

  if (error instanceof TypeError) {
    return { code: 'BadAnswer', message: 'the answer has no Response object' };
  }
  // The message quotes the URL and the body, neither of which helps.
  if (type === 'invalid-json') return { code: 'BadAnswer', message: 'the answer is not JSON' };
  if (type !== undefined) return { code: 'Network', message: 'the answer broke off' };
  if (code !== undefined) return { code, message };
  if (httpCode?.startsWith('3') === true) return { code: 'BadAnswer', message: redirected };
  if (httpCode !== undefined) return { code: `Http${httpCode}`, message: `HTTP ${httpCode}` };
  const ours = [redirected, tooLarge, contradictory].find((text) => message.includes(text));
  if (ours !== undefined) return { code: 'BadAnswer', message: ours };
  if (message.startsWith('network timeout'))
    return { code: 'Timeout', message: 'no answer in time' };
  const network = /^request to .* failed, reason: (.*)$/s.exec(message)?.[1];
  if (network !== undefined) return { code: 'Network', message: network };
  // Its message quotes the header, signature and all.
  if (/header content|legal HTTP header/.test(message)) {
    return { code: 'BadCredential', message: 'the credential holds characters that no header can' };
  }
  return { code: 'BadAnswer', message: `an error without a code: ${message}` };
}

function textOf(error: Error, key: string): string | undefined {
  const value: unknown = Reflect.get(error, key);
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
    ? String(value)
    : undefined;
}

/** The next step, for the codes that a person can do something about. */
export function adviceOf(code: string, camAction: string, locale: Locale): string | undefined {
  return advice.find(({ when }) => when.test(code))?.[locale](camAction);
}

type Advice = { readonly when: RegExp } & Readonly<Record<Locale, (camAction: string) => string>>;

const advice: readonly Advice[] = [
  {
    when: /^(AuthFailure\.)?UnauthorizedOperation/,
    en: (camAction) => `grant ${camAction} to the role`,
    zh: (camAction) => `请为该角色授予 ${camAction} 权限`,
  },
  {
    when: /^AuthFailure\.(SecretIdNotFound|InvalidSecretId)/,
    en: () => 'the secret id does not exist: check the credentials',
    zh: () => 'SecretId 不存在，请检查凭证',
  },
  {
    when: /^AuthFailure\.SignatureFailure/,
    en: () => 'the secret key does not belong to the secret id: check the credentials',
    zh: () => 'SecretKey 与 SecretId 不匹配，请检查凭证',
  },
  {
    when: /^AuthFailure\.TokenFailure/,
    en: () => 'the session token is wrong or has ended: renew the credentials',
    zh: () => '临时 Token 无效或已过期，请更新凭证',
  },
  {
    when: /^AuthFailure\.SignatureExpire/,
    en: () => 'set the clock: it is more than 5 minutes off',
    zh: () => '本机时间偏差超过 5 分钟，请校准时钟',
  },
  {
    when: /^ResourceNotFound\.Organization/,
    en: () => 'use a key of the account that administers the organization',
    zh: () => '请使用集团账号管理员的密钥',
  },
  {
    when: /^RequestLimitExceeded/,
    en: () => 'others use up the 20 requests a second of this action: run at another time',
    zh: () => '该接口每秒 20 次的配额已被占满，请错峰运行',
  },
  {
    when: /^(InvalidAction|NoSuchProduct|NoSuchVersion|ActionOffline)/,
    en: () => 'this site does not serve the action: check AUDIT_SITE',
    zh: () => '该站点不提供此接口，请检查 AUDIT_SITE',
  },
  {
    when: /^(Network|Timeout|Http5)/,
    en: () => 'check that the API host can be reached (AUDIT_ENDPOINT, network, DNS)',
    zh: () => '请检查能否访问接口域名（AUDIT_ENDPOINT、网络、DNS）',
  },
  {
    when: /^BadCredential/,
    en: () => 'check the credentials for blanks and line breaks',
    zh: () => '请检查凭证中是否有空格或换行',
  },
  {
    when: /^(BadAnswer|Http)/,
    en: () => 'something other than the API may have answered: check AUDIT_ENDPOINT and proxies',
    zh: () => '应答可能并非来自云 API，请检查 AUDIT_ENDPOINT 与代理',
  },
];
