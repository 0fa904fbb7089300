/** What the policy commands share: choosing policies by their ids, and running examples. */
import { AuditError, invalid } from '../../../shared/errors.ts';
import type { JsonObject, Observation, Source } from '../../../shared/model.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { runExample, type ExampleResult } from '../../../shared/policy/examples.ts';
import type { NamedExample } from '../../../shared/policy/lint.ts';
import { didYouMean } from '../../../shared/policy/suggest.ts';
import { interpret } from '../../../shared/settings/observe.ts';
import { sources } from '../../../shared/settings/sources.ts';
import { plainLine } from '../../../shared/text.ts';
import type { CompiledLibrary } from '../../library.ts';

/** The zone in which examples write their zone-less times, whatever the machine's environment says. */
export const exampleTimezone = 'Asia/Shanghai';

export function interpretExample(
  source: Source,
  answer: JsonObject,
  observedAtMs: number,
): Observation {
  return interpret(source, answer, observedAtMs, exampleTimezone);
}

/** @throws AuditError CONFIG_INVALID where there is no such policy */
export function policyOf({ compiled }: CompiledLibrary, id: string): CompiledPolicy {
  const found = compiled.find(({ policy }) => policy.id === id);
  if (found !== undefined) return found;
  throw new AuditError('CONFIG_INVALID', unknownPolicy(id, compiled));
}

/** @throws AuditError CONFIG_INVALID with every id that is not there */
export function checkIds({ compiled }: CompiledLibrary, ids: readonly string[]): void {
  const unknown = ids.filter((id) => !compiled.some(({ policy }) => policy.id === id));
  if (unknown.length > 0) {
    const lines = unknown.map((id) => unknownPolicy(id, compiled));
    throw new AuditError('CONFIG_INVALID', lines.join('\n'));
  }
}

function unknownPolicy(id: string, compiled: readonly CompiledPolicy[]): string {
  const known = compiled.map(({ policy }) => policy.id);
  const nearest = didYouMean(id, known);
  const help = nearest === '' ? '. `tcss-audit policy list` names them all.' : nearest;
  return `There is no policy "${plainLine(id, 64)}"${help}`;
}

/** @throws AuditError CONFIG_INVALID */
export function checkChoice(
  option: string,
  value: string | undefined,
  known: readonly string[],
): void {
  if (value === undefined || known.includes(value)) return;
  const nearest = didYouMean(value, known);
  const help = nearest === '' ? `: give one of ${known.join(', ')}` : nearest;
  const what = `is "${plainLine(value, 64)}"${help}`;
  throw invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: option, what }]);
}

/** @throws Error for a source that lint should have refused */
export function sourceOf({ policy }: Pick<CompiledPolicy, 'policy'>): Source {
  const source = sources[policy.source];
  if (source === undefined) throw new Error(`Lint let the source ${policy.source} pass`);
  return source;
}

export function runNamedExample(library: CompiledLibrary, example: NamedExample): ExampleResult {
  const policy = policyOf(library, example.policyId);
  return runExample(example, policy, sourceOf(policy), interpretExample);
}
