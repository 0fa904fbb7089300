/** Judges one observation by one policy. Whatever could not be seen, or not be told, is `error`. */
import { messageOf } from '../errors.ts';
import { illTypedAt, type IllTyped } from '../fields.ts';
import { own, toPointer } from '../json.ts';
import type {
  Finding,
  JsonObject,
  Observation,
  Policy,
  Site,
  Source,
  Verdict,
  Violation,
} from '../model.ts';
import { plainLine } from '../text.ts';
import type { Check, CompiledPolicy, SchemaError } from './compiled.ts';
import { missingAt, type ReadPath } from './reads.ts';
import { violationsOf } from './violation.ts';

/** @param site the target's: a policy of a source that it does not serve does not apply */
export function evaluate(
  compiled: CompiledPolicy,
  source: Source,
  observation: Observation | undefined,
  site?: Site,
): Finding {
  const { id: policyId, severity } = compiled.policy;
  if (site !== undefined && !source.sites.includes(site)) {
    const reason = `${source.action} exists only on the ${source.sites.join(' and ')} site`;
    return { policyId, severity, status: 'skip', reason };
  }
  return { policyId, severity, ...verdictOf(compiled, source, observation) };
}

function verdictOf(
  { policy, when, require }: CompiledPolicy,
  source: Source,
  observation: Observation | undefined,
): Verdict {
  if (observation === undefined) return couldNotTell(`${source.id} was not read`);
  if ('error' in observation) {
    return couldNotTell(`${observation.error.code}: ${observation.error.message}`);
  }
  const document = { ...observation.settings, facts: observation.facts };

  if (when !== undefined) {
    const unseen = unseenOf(policy, source, document, when.reads);
    if (unseen !== undefined) return unseen;
    const applies = ask(when.check, document, (errors) => errors);
    if (typeof applies === 'string') return couldNotTell(applies);
    if (applies !== true) {
      return { status: 'skip', reason: 'the policy does not apply: its "when" does not match' };
    }
  }

  const unseen = unseenOf(policy, source, document, require.reads);
  if (unseen !== undefined) return unseen;
  const violations = ask(require.check, document, (errors) =>
    violationsOf(document, errors, policy.require),
  );
  if (violations === true) return { status: 'pass' };
  if (typeof violations === 'string') return couldNotTell(violations);
  return { status: 'fail', violations };
}

function couldNotTell(reason: string): Verdict {
  return { status: 'error', reason };
}

/** @returns that the check holds, or what its errors mean; or why it cannot be told */
function ask<T>(
  check: Check,
  document: JsonObject,
  meaningOf: (errors: readonly SchemaError[]) => readonly T[],
): true | readonly [T, ...T[]] | string {
  try {
    const holds = check(document);
    if (holds === true) return true;
    if (holds !== false) return 'the check gave no yes or no';
    const [first, ...others] = meaningOf(check.errors ?? []);
    return first === undefined ? 'the check said no and gave no reason' : [first, ...others];
  } catch (error) {
    return `the check failed: ${messageOf(error)}`;
  }
}

/** The verdict where a property that the policy reads is missing, null, or not of its documented type. */
function unseenOf(
  policy: Policy,
  source: Source,
  document: JsonObject,
  reads: readonly ReadPath[],
): Verdict | undefined {
  const missing = reads.flatMap((path) => missingAt(document, path));
  const illTyped = reads.flatMap((path) => illTypedAt(document, source.fields, path));
  const unusable = [
    ...illTyped.map(whyIllTyped),
    ...missing.flatMap((path) => unusableAt(source, document, path)),
  ];
  if (unusable.length === 0) {
    const [first, ...others] = missing;
    if (first === undefined) return undefined;
    if (policy.onMissing === 'skip')
      return { status: 'skip', reason: `no ${first.join('.')} here` };
    if (policy.onMissing === 'fail') {
      return { status: 'fail', violations: [absence(first), ...others.map(absence)] };
    }
  }
  const reasons = [...missing.map((path) => whyMissing(source, document, path)), ...unusable];
  return couldNotTell([...new Set(reasons)].join('; '));
}

/** A fact that is absent although its fields are there: they could not be made sense of. */
function unusableAt(
  source: Source,
  document: JsonObject,
  path: readonly string[],
): readonly string[] {
  const fields = originOf(source, path) ?? [];
  const isThere = fields.some((field) => (own(document, field) ?? null) !== null);
  return isThere ? [whyMissing(source, document, path)] : [];
}

/** The fields from which the fact at the path is derived; undefined where the path leads to no fact. */
function originOf(
  { facts }: Source,
  [root, name]: readonly string[],
): readonly string[] | undefined {
  if (root !== 'facts') return undefined;
  return Object.entries(facts).find(([fact]) => fact === name)?.[1].from ?? [];
}

function absence(path: readonly string[]): Violation {
  const pointer = toPointer(path);
  return {
    pointer,
    expected: 'present',
    actual: null,
    message: `${pointer} must be present, the API did not return it`,
  };
}

function whyMissing(source: Source, document: JsonObject, path: readonly string[]): string {
  const fields = originOf(source, path);
  if (fields === undefined) return `the API did not return ${path.join('.')}`;
  const given = fields
    .map((field) => {
      const value = own(document, field);
      return value === undefined || value === null
        ? `${field} (not returned)`
        : `${field} ${plainLine(JSON.stringify(value), 60)}`;
    })
    .join(', ');
  return `${String(path[1])} could not be derived from ${given}`;
}

function whyIllTyped({ at, value, type }: IllTyped): string {
  const given = plainLine(JSON.stringify(value), 60);
  return `the API returned ${at.join('.')} as ${given}, documented as ${type}`;
}
