/** JUnit XML of the examples, for build servers: a suite a policy, a case an example. */
import type { JsonObject } from '../../../shared/model.ts';
import type { ExampleResult } from '../../../shared/policy/examples.ts';
import { createXml, xmlDeclaration, xmlLine } from '../../../shared/report/junit.ts';

export function junitOf(results: readonly ExampleResult[]): string {
  const byPolicy = new Map<string, ExampleResult[]>();
  for (const result of results) {
    const { policyId } = result.example;
    byPolicy.set(policyId, [...(byPolicy.get(policyId) ?? []), result]);
  }
  const suites = {
    '@name': 'tcss-audit policy test',
    '@tests': results.length,
    '@failures': failuresIn(results),
    testsuite: [...byPolicy].map(([policyId, own]) => ({
      '@name': xmlLine(policyId),
      '@tests': own.length,
      '@failures': failuresIn(own),
      testcase: own.map((result) => caseOf(policyId, result)),
    })),
  };
  return `${xmlDeclaration}${createXml().build({ testsuites: suites })}`;
}

function caseOf(policyId: string, { example, problems }: ExampleResult): JsonObject {
  const messages = problems.map(({ what }) => xmlLine(what));
  return {
    '@classname': xmlLine(policyId),
    '@name': xmlLine(example.file.replace(/^.*\/|\.json$/g, '')),
    '@file': xmlLine(example.file),
    ...(messages.length > 0 && {
      failure: messages.map((message) => ({ '@message': message, '#': message })),
    }),
  };
}

function failuresIn(results: readonly ExampleResult[]): number {
  return results.filter(({ problems }) => problems.length > 0).length;
}
