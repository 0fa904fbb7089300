/** JUnit XML of the examples, for build servers: a suite a policy, a case an example. */
import { create } from 'xmlbuilder2';

import type { ExampleResult } from '../../../shared/policy/examples.ts';
import { plainLine } from '../../../shared/text.ts';

export function junitOf(results: readonly ExampleResult[]): string {
  const byPolicy = new Map<string, ExampleResult[]>();
  for (const result of results) {
    const { policyId } = result.example;
    byPolicy.set(policyId, [...(byPolicy.get(policyId) ?? []), result]);
  }
  const failures = (list: readonly ExampleResult[]) =>
    String(list.filter(({ problems }) => problems.length > 0).length);
  const xml = create({ version: '1.0', encoding: 'UTF-8' });
  const suites = xml.ele('testsuites', {
    name: 'tcss-audit policy test',
    tests: String(results.length),
    failures: failures(results),
  });
  for (const [policyId, own] of byPolicy) {
    const suite = suites.ele('testsuite', {
      name: plainLine(policyId),
      tests: String(own.length),
      failures: failures(own),
    });
    for (const { example, problems } of own) {
      const testCase = suite.ele('testcase', {
        classname: plainLine(policyId),
        name: plainLine(example.file.replace(/^.*\/|\.json$/g, '')),
        file: plainLine(example.file),
      });
      for (const { what } of problems) {
        const message = plainLine(what, 2_000);
        testCase.ele('failure', { message }).txt(message);
      }
    }
  }
  return `${xml.end({ prettyPrint: true })}\n`;
}
