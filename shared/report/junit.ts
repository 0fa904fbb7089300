/**
 * JUnit XML for build servers: a test suite a target a night, a test case a finding. A violation is a
 * `failure`, what could not be judged an `error`; what is waived or does not apply is `skipped`.
 */
import Builder from 'fast-xml-builder';

import type { JsonObject, Status } from '../model.ts';
import { plainLine } from '../text.ts';
import {
  reasonOf,
  rowsByTarget,
  type FingerprintOf,
  type Night,
  type Row,
  type TargetRows,
} from './night.ts';

export interface JunitOptions {
  readonly fingerprintOf: FingerprintOf;
}

/** A target's suite at a time. The root has no totals: they would be known only at its end. */
export async function* junitLines(
  nights: AsyncIterable<Night>,
  { fingerprintOf }: JunitOptions,
): AsyncGenerator<string> {
  const xml = createXml();
  yield `${xmlDeclaration}<testsuites name="tcss-audit">\n`;
  for await (const night of nights) {
    for (const targetRows of rowsByTarget(night, fingerprintOf)) {
      yield xml.build({ testsuite: suiteOf(night, targetRows) });
    }
  }
  yield '</testsuites>\n';
}

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Writes objects as elements: `@name` is an attribute, `#` the text. */
export function createXml(): InstanceType<typeof Builder> {
  return new Builder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    textNodeName: '#',
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  });
}

function suiteOf({ head, predicate }: Night, { target, rows }: TargetRows): JsonObject {
  const { id, trigger } = predicate.run;
  const count = (...wanted: readonly Status[]) =>
    rows.filter(({ finding }) => wanted.includes(finding.status)).length;
  const record = `${String(head.seq)}:${head.sha256}`;
  const properties = Object.entries({ site: target.site, target: target.uin, record });
  return {
    '@name': xmlLine(`${id} ${target.uin}`),
    // UTC; the common schema of this format has no place for a zone.
    '@timestamp': trigger.scheduledAt.slice(0, 19),
    '@tests': rows.length,
    '@failures': count('fail'),
    '@errors': count('error'),
    '@skipped': count('waived', 'skip'),
    properties: {
      property: properties.map(([name, value]) => ({ '@name': name, '@value': xmlLine(value) })),
    },
    testcase: rows.map((row) => ({
      // A build server follows a test over time by these two, so no night is in them.
      '@classname': xmlLine(`tcss-audit.${target.site}.${target.uin}`),
      '@name': xmlLine(row.finding.policyId),
      ...outcomeOf(row),
    })),
  };
}

/** At most one child: what is skipped has not failed. */
function outcomeOf({ finding, policy }: Row): JsonObject {
  const reason = xmlLine(reasonOf(finding));
  const text = [policy?.title ?? '', reason, policy?.remediation.text ?? '']
    .map(xmlLine)
    .filter((line) => line !== '')
    .join('\n');
  switch (finding.status) {
    case 'pass':
      return {};
    case 'fail':
      return { failure: { '@type': finding.severity, '@message': reason, '#': text } };
    case 'error':
      return { error: { '@type': 'could not tell', '@message': reason, '#': text } };
    case 'waived': {
      const { id, until } = finding.waiver;
      return { skipped: { '@message': xmlLine(`waived until ${until} (${id}): ${reason}`) } };
    }
    case 'skip':
      return { skipped: { '@message': reason } };
  }
}

const maxChars = 2_000;

/** One line, without the two characters that plain text may hold and XML may not. */
export function xmlLine(text: string): string {
  return plainLine(text, maxChars).replace(/[\ufffe\uffff]/g, '\ufffd');
}
