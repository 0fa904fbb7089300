/** Runs the examples: a policy's tests, which lie beside it and cannot rot. */
import type { Finding, JsonObject, Observation, Problem, Source } from '../model.ts';
import type { CompiledPolicy } from './compiled.ts';
import { evaluate } from './evaluate.ts';
import type { NamedExample } from './lint.ts';

/** When an example names no time. */
const defaultObservedAt = '2026-01-01T00:00:00Z';

export interface ExampleResult {
  readonly example: NamedExample;
  readonly finding: Finding;
  /** What is not as the example says. */
  readonly problems: readonly Problem[];
}

/** @param interpret from an answer to an observation, as the audit does it */
export function runExample(
  example: NamedExample,
  policy: CompiledPolicy,
  source: Source,
  interpret: (source: Source, answer: JsonObject, observedAtMs: number) => Observation,
): ExampleResult {
  const observedAtMs = Date.parse(example.observedAt ?? defaultObservedAt);
  const observation = interpret(source, example.settings, observedAtMs);
  const finding = evaluate(policy, source, observation);
  const what = differenceOf(example, finding);
  return {
    example,
    finding,
    problems: what === undefined ? [] : [{ where: example.file, what }],
  };
}

function differenceOf({ expect, pointers }: NamedExample, finding: Finding): string | undefined {
  const at = pointers === undefined ? '' : ` at ${listOf(pointers)}`;
  if (finding.status !== expect) {
    return `must ${expect}${at}, but the policy says ${sayingOf(finding)}`;
  }
  if (finding.status !== 'fail' || pointers === undefined) return undefined;
  const given = finding.violations.map(({ pointer }) => pointer);
  return listOf(pointers) === listOf(given)
    ? undefined
    : `must fail at ${listOf(pointers)}, fails at ${listOf(given)}: ${finding.violations.map(({ message }) => message).join('; ')}`;
}

/** Each once, in an order of its own. */
function listOf(pointers: readonly string[]): string {
  return [...new Set(pointers)].sort().join(', ');
}

function sayingOf(finding: Finding): string {
  switch (finding.status) {
    case 'pass':
      return 'pass';
    case 'fail':
    case 'waived':
      return `${finding.status}: ${finding.violations.map(({ message }) => message).join('; ')}`;
    case 'skip':
    case 'error':
      return `${finding.status}: ${finding.reason}`;
  }
}
