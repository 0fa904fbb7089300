/** The file of targets: which accounts one audit reads. The function holds no ajv, so it is checked by hand. */
import { isArray, isObject, own, parseJson } from './json.ts';
import {
  sites,
  type Json,
  type JsonObject,
  type Problem,
  type Result,
  type Site,
  type Target,
} from './model.ts';
import { plainLine } from './text.ts';

/** One account with what it takes to read it. */
export interface AuditTarget extends Pick<Target, 'uin' | 'site' | 'alias' | 'tags' | 'roleArn'> {
  /** A condition of the role's trust policy; never sealed or shown. */
  readonly externalId?: string;
  /** Packs and policy ids that judge it, where these are not all. */
  readonly policies?: readonly string[];
}

export interface TargetsInput {
  /** Shown in problems. */
  readonly file: string;
  readonly text: string;
  /** Of targets that name none. */
  readonly site: Site;
  /** Packs and policy ids. */
  readonly policyNames: ReadonlySet<string>;
}

type Complain = (what: string) => void;

/** @returns what is wrong with the value, as the end of a sentence that begins with its place */
type Check = (value: Json, complain: Complain) => void;

const roleArn =
  /^qcs::cam::uin\/([1-9]\d{0,19}):(?:roleName\/[\w+=,.@-]{1,128}|role\/\d{1,20}|role\/tencentcloudServiceRoleName\/[\w+=,.@-]{1,128})$/;

/** The same as policies/schema/targets.schema.json, in words: a test holds the two together. */
const checks: Readonly<Record<string, Check>> = {
  uin: text(/^[1-9]\d{0,19}$/, 'give the account in digits, in quotes'),
  alias: text(
    /^(?=.{1,100}$)\S(?:[^\u0000-\u001f\u007f]*\S)?$/su,
    'give a name of at most 100 characters, without line breaks or blanks at its ends',
  ),
  site: (value, complain) => {
    if (!sites.some((site) => site === value)) complain(`is ${shown(value)}: give intl or cn`);
  },
  roleArn: text(roleArn, 'give qcs::cam::uin/<uin>:roleName/<name>'),
  externalId: text(/^[\w+=,.@:/-]{2,128}$/, 'give 2 to 128 letters, digits or +=,.@:/_-', 'hidden'),
  tags: list(/^(?=.{1,100}$)[^\s,]+$/su, 'give names without blanks and commas'),
  policies: list(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'give packs or policy ids', 'some'),
};

/** Every problem of the file at once. */
export function parseTargets(input: TargetsInput): Result<readonly AuditTarget[], Problem> {
  const { file } = input;
  const problems: Problem[] = [];
  let value: Json;
  try {
    value = parseJson(input.text);
  } catch {
    return { ok: false, problems: [{ where: file, what: 'is not JSON: give a list of targets' }] };
  }
  if (!isArray(value) || value.length === 0) {
    const what = 'holds no list of targets: give [{ "uin": "…" }, …]';
    return { ok: false, problems: [{ where: file, what }] };
  }
  const places = new Map<string, number>();
  const targets = value.flatMap((entry, index): readonly AuditTarget[] => {
    const where = `${file}[${String(index)}]`;
    if (!isObject(entry)) {
      problems.push({ where, what: 'is no target: give { "uin": "…" }' });
      return [];
    }
    const before = problems.length;
    problems.push(...problemsOf(entry, where, input.policyNames));
    const uin = own(entry, 'uin');
    if (typeof uin === 'string') {
      const first = places.get(uin);
      if (first !== undefined) {
        const what = `is ${shown(uin)}, as is ${file}[${String(first)}]: give each account once`;
        problems.push({ where: `${where}.uin`, what });
      }
      places.set(uin, first ?? index);
    }
    return problems.length === before ? [{ uin: '', site: input.site, ...entry }] : [];
  });
  const [first, ...rest] = problems;
  return first === undefined
    ? { ok: true, value: targets }
    : { ok: false, problems: [first, ...rest] };
}

function problemsOf(
  entry: JsonObject,
  where: string,
  policyNames: ReadonlySet<string>,
): readonly Problem[] {
  const problems: Problem[] = [];
  const complainOf = (key: string) => (what: string) => {
    problems.push({ where: `${where}.${plainLine(key, 60)}`, what });
  };
  for (const [key, value] of Object.entries(entry)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) {
      complainOf(key)(`is no key of a target: there are ${Object.keys(checks).join(', ')}`);
    } else check(value, complainOf(key));
  }
  if (!Object.hasOwn(entry, 'uin'))
    complainOf('uin')('is missing: give the account in digits, in quotes');

  const [uin, arn] = [own(entry, 'uin'), own(entry, 'roleArn')];
  const roleUin = typeof arn === 'string' ? roleArn.exec(arn)?.[1] : undefined;
  if (roleUin !== undefined && typeof uin === 'string' && roleUin !== uin) {
    complainOf('roleArn')(`is a role of ${roleUin}, not of ${plainLine(uin, 60)}`);
  }
  if (Object.hasOwn(entry, 'externalId') && arn === undefined) {
    complainOf('externalId')('has no use without roleArn: give the role, too');
  }
  const policies = own(entry, 'policies');
  for (const name of isArray(policies) ? policies : []) {
    if (typeof name === 'string' && !policyNames.has(name)) {
      complainOf('policies')(`names ${shown(name)}, which is neither a pack nor a policy`);
    }
  }
  return problems;
}

function text(pattern: RegExp, advice: string, secrecy?: 'hidden'): Check {
  return (value, complain) => {
    if (typeof value === 'string' && pattern.test(value)) return;
    complain(`is ${secrecy === 'hidden' ? 'not as STS takes it' : shown(value)}: ${advice}`);
  };
}

function list(pattern: RegExp, advice: string, least: 'any' | 'some' = 'any'): Check {
  return (value, complain) => {
    if (!isArray(value) || (least === 'some' && value.length === 0)) {
      complain(`is ${shown(value)}: give a list${least === 'some' ? ' that is not empty' : ''}`);
      return;
    }
    for (const item of value) {
      if (typeof item !== 'string' || !pattern.test(item))
        complain(`has ${shown(item)}: ${advice}`);
    }
    if (new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
      complain(`is ${shown(value)}: give each once`);
    }
  };
}

function shown(value: unknown): string {
  return plainLine(JSON.stringify(value), 60);
}
