/**
 * JUnit XML for build servers: a test suite a target a night, a test case a finding. A violation is a
 * `failure`, what could not be judged an `error`; what is waived or does not apply is `skipped`.
 */
import { createCB } from 'xmlbuilder2';

import type { Status, Target } from '../model.ts';
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
  const written: string[] = [];
  const xml = createCB({
    data: (chunk: string) => written.push(chunk),
    prettyPrint: true,
  });
  const drain = () => written.splice(0).join('');

  xml.dec({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites', { name: 'tcss-audit' });
  for await (const night of nights) {
    for (const targetRows of rowsByTarget(night, fingerprintOf)) {
      addSuite(xml, night, targetRows);
      yield drain();
    }
  }
  xml.up().end();
  yield `${drain()}\n`;
}

type Xml = ReturnType<typeof createCB>;

function addSuite(xml: Xml, { head, predicate }: Night, { target, rows }: TargetRows): void {
  const { id, trigger } = predicate.run;
  const count = (...wanted: readonly Status[]) =>
    String(rows.filter(({ finding }) => wanted.includes(finding.status)).length);
  xml.ele('testsuite', {
    name: `${id} ${xmlLine(target.uin)}`,
    // UTC; the common schema of this format has no place for a zone.
    timestamp: trigger.scheduledAt.slice(0, 19),
    tests: String(rows.length),
    failures: count('fail'),
    errors: count('error'),
    skipped: count('waived', 'skip'),
  });
  xml.ele('properties');
  const { seq, sha256 } = head;
  const properties = { site: target.site, target: target.uin, record: `${String(seq)}:${sha256}` };
  for (const [name, value] of Object.entries(properties)) {
    xml.ele('property', { name, value: xmlLine(value) }).up();
  }
  xml.up();
  for (const row of rows) addCase(xml, target, row);
  xml.up();
}

function addCase(xml: Xml, target: Target, { finding, policy }: Row): void {
  // A build server follows a test over time by these two, so no night is in them.
  xml.ele('testcase', {
    classname: xmlLine(`tcss-audit.${target.site}.${target.uin}`),
    name: xmlLine(finding.policyId),
  });
  const reason = xmlLine(reasonOf(finding));
  const text = [policy?.title, reason, policy?.remediation.text]
    .map((line) => xmlLine(line ?? ''))
    .filter((line) => line !== '')
    .join('\n');
  switch (finding.status) {
    case 'pass':
      break;
    case 'fail':
      xml.ele('failure', { type: finding.severity, message: reason }).txt(text).up();
      break;
    case 'error':
      xml.ele('error', { type: 'error', message: reason }).txt(text).up();
      break;
    case 'waived': {
      const { id, until } = finding.waiver;
      xml.ele('skipped', {
        message: xmlLine(`waived until ${until} (${id}): ${reason}`),
      });
      xml.up();
      break;
    }
    case 'skip':
      xml.ele('skipped', { message: reason }).up();
      break;
  }
  xml.up();
}

const maxChars = 2_000;

/** One line, without the two characters that plain text may hold and XML may not. */
function xmlLine(text: string): string {
  return plainLine(text, maxChars).replace(/[\ufffe\uffff]/g, '\ufffd');
}
