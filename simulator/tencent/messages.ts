/** What the API says in words. Clients must go by the code; the words are for people. */

export type Language = 'en-US' | 'zh-CN';

/** `{}` stands for what the refusal is about. */
const messages: ReadonlyMap<string, Readonly<Record<Language, string>>> = new Map(
  Object.entries({
    'AuthFailure.InvalidAuthorization': {
      'en-US': 'The `Authorization` header does not have the form of TC3-HMAC-SHA256.',
      'zh-CN': '请求头部的 `Authorization` 不符合 TC3-HMAC-SHA256 的格式。',
    },
    'AuthFailure.SecretIdNotFound': {
      'en-US': 'The SecretId is not found, please ensure that your SecretId is correct.',
      'zh-CN': 'SecretId不存在，请输入正确的密钥。',
    },
    'AuthFailure.SignatureExpire': {
      'en-US': 'The request is more than five minutes away from the server time: check your clock.',
      'zh-CN': '签名过期，请求时间和服务器时间相差超过五分钟，请检查本地时间。',
    },
    'AuthFailure.SignatureFailure': {
      'en-US':
        'The provided credentials could not be validated. Please check your signature is correct.',
      'zh-CN': '请求签名验证失败，请检查您的签名计算是否正确。',
    },
    'AuthFailure.TokenFailure': {
      'en-US': 'The token is missing, expired or of another key.',
      'zh-CN': '临时证书 Token 缺失、过期或与密钥不匹配。',
    },
    'AuthFailure.UnauthorizedOperation': {
      'en-US': 'you are not authorized to perform operation ({}) resource (*) has no permission',
      'zh-CN': '您没有权限执行操作（{}），资源（*）未授权。',
    },
    InternalError: {
      'en-US': 'An internal error occurred.',
      'zh-CN': '内部错误。',
    },
    InvalidAction: {
      'en-US': 'The action `{}` does not exist.',
      'zh-CN': '接口 `{}` 不存在。',
    },
    InvalidParameter: {
      'en-US': 'The parameter `{}` is incorrect.',
      'zh-CN': '参数 `{}` 错误。',
    },
    MissingParameter: {
      'en-US': 'The request is missing a required parameter `{}`.',
      'zh-CN': '缺少参数 `{}`。',
    },
    NoSuchVersion: {
      'en-US': 'The version `{}` does not exist.',
      'zh-CN': '接口版本 `{}` 不存在。',
    },
    RequestLimitExceeded: {
      'en-US': 'The request frequency exceeds the limit of {} for a second. Please slow down.',
      'zh-CN': '请求频率超过了每秒 {} 次的限制，请稍后重试。',
    },
    UnknownParameter: {
      'en-US': 'The parameter `{}` is not recognized.',
      'zh-CN': '未知参数 `{}`。',
    },
  }),
);

/** By what stands before the dot of a code, where there is a subject. */
const familyMessages: typeof messages = new Map(
  Object.entries({
    FailedOperation: {
      'en-US': 'The operation failed: `{}`.',
      'zh-CN': '操作失败：`{}`。',
    },
    InvalidParameterValue: {
      'en-US': 'The value of the parameter `{}` is not valid.',
      'zh-CN': '参数 `{}` 取值错误。',
    },
    LimitExceeded: {
      'en-US': 'The limit of `{}` is exceeded.',
      'zh-CN': '`{}` 超过配额限制。',
    },
    ResourceInUse: {
      'en-US': 'The resource `{}` exists already.',
      'zh-CN': '资源 `{}` 已存在。',
    },
    ResourceNotFound: {
      'en-US': 'The resource `{}` does not exist.',
      'zh-CN': '资源 `{}` 不存在。',
    },
    UnauthorizedOperation: {
      'en-US': 'You are not authorized to perform operation ({}).',
      'zh-CN': '未授权操作（{}）。',
    },
    UnsupportedOperation: {
      'en-US': 'The operation is not supported: `{}`.',
      'zh-CN': '操作不支持：`{}`。',
    },
  }),
);

const unlisted = { 'en-US': 'The request failed.', 'zh-CN': '请求失败。' };

export function messageOf(code: string, language: Language, subject = ''): string {
  const [family = ''] = code.split('.');
  const general = familyMessages.get(family) ?? messages.get(family);
  const words = messages.get(code) ?? (subject === '' ? undefined : general) ?? unlisted;
  return words[language].replace('{}', () => subject);
}
