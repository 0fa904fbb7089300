/**
 * Policy documents: what may be done, and whom a role trusts.
 * @see https://cloud.tencent.com/document/product/598/10603
 */
import { isObject, jsonOrText } from '../json.ts';
import type { Statement } from './grants.ts';
import { refused, type Refusal } from './outcome.ts';
import type { Trust } from './roles.ts';
import type { Values } from './settings/product.ts';

const maxLength = 6144;
const resourceForm = /^(?:\*|qcs:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/s;
const principalForm = /^qcs::cam::uin\/(\d+):(?:root|uin\/\d+|role(?:Name)?\/\S+)$/;
const serviceForm = /^[a-z0-9.-]+\.(?:qcloud|cloud\.tencent)\.com$/;

export function parsePolicy(document: string): readonly Statement[] | Refusal {
  const given = statementsIn(document);
  if (!isList(given)) return given;
  const statements: Statement[] = [];
  for (const statement of given) {
    const read = policyStatement(statement);
    if ('kind' in read) return read;
    statements.push(read);
  }
  return statements;
}

export function parseTrust(document: string): readonly Trust[] | Refusal {
  const given = statementsIn(document);
  if (!isList(given)) return given;
  const trusts: Trust[] = [];
  for (const statement of given) {
    const read = trustStatement(statement);
    if ('kind' in read) return read;
    trusts.push(read);
  }
  return trusts;
}

function statementsIn(document: string): readonly Values[] | Refusal {
  if (document.length > maxLength) return wrong('PolicyDocumentLengthOverLimit', 'PolicyDocument');
  const parsed = jsonOrText(Buffer.from(document));
  if (!isObject(parsed)) return wrong('PolicyDocumentError', 'PolicyDocument');
  if (parsed['version'] !== '2.0') return wrong('VersionError', 'version');
  const statements: unknown = parsed['statement'];
  return Array.isArray(statements) && statements.length > 0 && statements.every(isObject)
    ? statements
    : wrong('StatementError', 'statement');
}

function policyStatement(statement: Values): Statement | Refusal {
  const { effect, condition } = statement;
  if (effect !== 'allow' && effect !== 'deny') return wrong('EffectError', 'effect');
  const actions = textsOf(statement['action']);
  if (!actions.every((action) => /^(?:\*|(?:name\/)?[\w*]+:[\w*]+)$/.test(action))) {
    return wrong('ActionError', 'action');
  }
  const resources = textsOf(statement['resource']);
  if (actions.length === 0) return wrong('ActionError', 'action');
  if (resources.length === 0 || !resources.every((resource) => resourceForm.test(resource))) {
    return wrong('ResourceError', 'resource');
  }
  if (statement['principal'] !== undefined) return wrong('PrincipalError', 'principal');
  if (condition !== undefined && !isObject(condition)) return wrong('ConditionError', 'condition');
  return { effect, actions, resources };
}

function trustStatement(statement: Values): Trust | Refusal {
  const { effect, principal, condition = {} } = statement;
  if (effect !== 'allow') return wrong('EffectError', 'effect');
  const actions = textsOf(statement['action']).map((action) => action.replace(/^name\//, ''));
  if (actions.length === 0 || !actions.every((action) => action === 'sts:AssumeRole')) {
    return wrong('ActionError', 'action');
  }
  if (!isObject(principal)) return wrong('PrincipalError', 'principal');
  const arns = textsOf(principal['qcs']);
  const services = textsOf(principal['service']);
  if (arns.length + services.length === 0) return wrong('PrincipalError', 'principal');
  if (!arns.every((arn) => principalForm.test(arn))) return wrong('PrincipalQcsError', 'principal');
  const stranger = services.find((service) => !serviceForm.test(service));
  if (stranger !== undefined) return wrong('PrincipalServiceNotExist', stranger);
  if (!isObject(condition)) return wrong('ConditionError', 'condition');
  const equal = condition['string_equal'];
  const externalId = isObject(equal) ? equal['sts:external_id'] : undefined;
  const isRoot = (arn: string) => arn.endsWith(':root');
  return {
    uins: arns.filter(isRoot).map((arn) => principalForm.exec(arn)?.[1] ?? ''),
    arns: arns.filter((arn) => !isRoot(arn)),
    services,
    ...(typeof externalId === 'string' && { externalId }),
  };
}

/** One text or a list of them. */
function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

function isList(value: readonly Values[] | Refusal): value is readonly Values[] {
  return Array.isArray(value);
}

function wrong(what: string, subject: string): Refusal {
  return refused(`InvalidParameter.${what}`, subject);
}
