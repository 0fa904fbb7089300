/**
 * Secrets that the configuration names instead of holding them: `ssm://<name>@<version>`. No problem shows a
 * value, nor a reference that is malformed, since what stands there may be the secret itself.
 */
import { own } from '../../json.ts';
import type { JsonObject, Problem, Result } from '../../model.ts';
import { redact } from '../../text.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** As GetSecretValue takes it. https://www.tencentcloud.com/document/product/1078/38649 */
export interface SecretRequest {
  readonly SecretName: string;
  readonly VersionId: string;
}

/** The answer, or why there is none: a sentence that begins with the action. */
export type ReadSecret = (request: SecretRequest) => Promise<Result<JsonObject, string>>;

export interface Resolved {
  /** Each secret in the place of its reference; what could not be read is left out. */
  readonly env: Env;
  /** With one of them nothing may go on: what was left out would not be missed. */
  readonly problems: readonly Problem[];
  /** What was read: to be taken out of what others say. */
  readonly secrets: readonly string[];
  /** Where it stands as a person wrote it: one secret may hold several webhooks, and moves those behind it. */
  readonly placeOf: (where: string) => string;
}

/** Names and versions are what CreateSecret takes: https://www.tencentcloud.com/document/product/1078/38656 */
const reference =
  /^ssm:\/\/(?<name>[A-Za-z0-9][A-Za-z0-9_-]{0,127})@(?<version>[A-Za-z0-9][A-Za-z0-9_.-]{0,63})$/;
const form = 'ssm://<name>@<version>';
const webhooks = 'AUDIT_WEBHOOKS';
/** Variables that are a secret as a whole. */
const wholes = ['AUDIT_SIGNING_KEY', 'AUDIT_HEARTBEAT_URL'] as const;

/** @param read undefined where the secret manager cannot be asked, which is a problem that others name */
export async function resolveSecrets(env: Env, read: ReadSecret | undefined): Promise<Resolved> {
  const asked = new Map<string, Promise<Result<string, string>>>();
  replaceReferences(env, ({ text }) => {
    const request = requestOf(text);
    if (request !== undefined && read !== undefined && !asked.has(text)) {
      asked.set(text, read(request).then(valueOf));
    }
    return undefined;
  });
  const answers = new Map(
    await Promise.all([...asked].map(async ([text, answer]) => [text, await answer] as const)),
  );
  const secrets = [...answers.values()].flatMap((answer) =>
    answer.ok ? partsOf(answer.value) : [],
  );

  const problems: Problem[] = [];
  const { entries, values } = replaceReferences(env, ({ where, option, text }) => {
    const answer = answers.get(text);
    if (answer?.ok === true) return answer.value;
    if (requestOf(text) === undefined) {
      const subject = option === undefined ? 'is' : `has a ${option} that is`;
      problems.push({ where, what: `${subject} no reference to a secret: give ${form}` });
    }
    if (answer?.ok === false) {
      const verb = option === undefined ? 'names ' : `has ${option}`;
      const what = `${verb}${text}, which ${redact(answer.problems[0], secrets)}`;
      problems.push({ where, what });
    }
    return undefined;
  });
  return {
    env: { ...env, ...values },
    problems: [...problems, ...nestedProblems(entries)],
    secrets,
    placeOf: (where) => {
      const index = /^AUDIT_WEBHOOKS\[(\d+)\]$/.exec(where)?.[1];
      return index === undefined ? where : (entries[Number(index)]?.place ?? where);
    },
  };
}

/** The secrets that the configuration names, each once. */
export function secretNamesIn(env: Env): readonly string[] {
  const names = new Set<string>();
  replaceReferences(env, ({ text }) => {
    const request = requestOf(text);
    if (request !== undefined) names.add(request.SecretName);
    return undefined;
  });
  return [...names].sort();
}

interface Reference {
  readonly where: string;
  /** The option whose value it is, of a webhook. */
  readonly option?: 'secret=';
  readonly text: string;
}

/** One webhook, and where it stands as a person wrote it. */
interface Entry {
  readonly text: string;
  readonly place: string;
}

function replaceReferences(
  env: Env,
  replace: (reference: Reference) => string | undefined,
): { readonly values: Env; readonly entries: readonly Entry[] } {
  const values: Record<string, string | undefined> = {};
  for (const where of wholes) {
    const text = (env[where] ?? '').trim();
    if (isReference(text)) values[where] = replace({ where, text });
  }
  const entries = (env[webhooks] ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((text, index) => webhookEntries(text, `${webhooks}[${String(index)}]`, replace));
  values[webhooks] = entries.map(({ text }) => text).join(' ');
  return { values, entries };
}

/** A reference as a whole stands for all the URLs that its secret holds; else its `secret=` may be one. */
function webhookEntries(
  text: string,
  where: string,
  replace: (reference: Reference) => string | undefined,
): readonly Entry[] {
  if (isReference(text)) {
    const urls = replace({ where, text })?.split(/\s+/).filter(Boolean) ?? [];
    const placeOf = (at: number) => (urls.length === 1 ? text : `${text}[${String(at)}]`);
    return urls.map((url, at) => ({ text: url, place: `${where} ${placeOf(at)}` }));
  }
  const [url = '', ...fragment] = text.split('#');
  const options = fragment.join('#').split('&');
  const replaced = options.map((option) => {
    const named = secretIn(option);
    if (named === undefined) return option;
    const value = replace({ where, option: 'secret=', text: named });
    return value === undefined ? undefined : `secret=${encodeURIComponent(value)}`;
  });
  // Without its secret it would be another webhook, with problems of its own.
  if (replaced.includes(undefined)) return [];
  return [{ text: fragment.length === 0 ? text : `${url}#${replaced.join('&')}`, place: where }];
}

/** What `secret=` refers to; undefined for an option that holds its value itself. */
function secretIn(option: string): string | undefined {
  const [, encoded = ''] = /^secret=(.*)$/s.exec(option) ?? [];
  const value = decode(encoded).trim();
  return isReference(value) ? value : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Well-formed or not: what begins like one is never taken for the secret itself. */
function isReference(text: string): boolean {
  return /^ssm:/i.test(text);
}

function requestOf(text: string): SecretRequest | undefined {
  const { name, version } = reference.exec(text)?.groups ?? {};
  return name === undefined || version === undefined
    ? undefined
    : { SecretName: name, VersionId: version };
}

/** A secret is a text that is not empty: an empty signing key would be none, and nothing would be signed. */
function valueOf(answer: Result<JsonObject, string>): Result<string, string> {
  if (!answer.ok) return failure(`cannot be read: ${answer.problems[0]}`);
  const [plain, base64] = ['SecretString', 'SecretBinary'].map((key) => {
    const value = own(answer.value, key);
    return typeof value === 'string' ? value : '';
  });
  const text = plain !== undefined && plain !== '' ? plain : textOf(base64 ?? '');
  if (text === undefined || /\p{Surrogate}/u.test(text)) {
    return failure('is no text: store the value as text, in UTF-8');
  }
  const value = text.trim();
  return value === ''
    ? failure('is empty: store the value in the secret, or name another version')
    : { ok: true, value };
}

function textOf(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

function failure(what: string): Result<never, string> {
  return { ok: false, problems: [what] };
}

/** What somebody else writes may be one URL of several, or one line of a key. */
function partsOf(value: string): readonly string[] {
  const minChars = 16;
  return [value, ...value.split(/\s+/).filter((part) => part.length >= minChars)];
}

/** A secret that refers to another would be posted with the reference for a secret. */
function nestedProblems(entries: readonly Entry[]): readonly Problem[] {
  const what = 'refers to another secret: put the value itself there';
  return entries
    .filter(({ text }) => {
      const options = text.split('#').slice(1).join('#').split('&');
      return isReference(text) || options.some((option) => secretIn(option) !== undefined);
    })
    .map(({ place: where }) => ({ where, what }));
}
