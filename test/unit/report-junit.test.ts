import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, it } from 'vitest';

import { fingerprintOf } from '../../shared/evidence/seal.ts';
import type { SealedRun, Status } from '../../shared/model.ts';
import { junitLines } from '../../shared/report/junit.ts';
import { anyNights, iterable, sealNights, textOf } from '../support/nights.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** @throws for what is no XML */
function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  });
  parser.on('closetag', () => open.pop());
  parser.write(text).close();
  const [element] = root.children;
  if (element === undefined) throw new Error('no root');
  return element;
}

const junitOf = async (runs: readonly SealedRun[]) =>
  textOf(junitLines(iterable(runs), { fingerprintOf }));
const named = ({ children }: Element, name: string) =>
  children.filter((child) => child.name === name);

it('keeps failure, error and skipped apart', async () => {
  const findings = { a: 'fail', b: 'error', c: 'waived', d: 'skip', e: 'pass' } as const;
  const [run] = await sealNights([{ targets: [{ uin: '100000000001', findings }] }]);
  const text = await junitOf(run === undefined ? [] : [run]);
  expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tcss-audit">
<testsuite name="nightly-20261124T180000Z 100000000001" timestamp="2026-11-24T18:00:00" tests="5" failures="1" errors="1" skipped="2">
  <properties>
    <property name="site" value="intl"/>
    <property name="target" value="100000000001"/>
    <property name="record" value="1:${run?.head.sha256 ?? ''}"/>
  </properties>
  <testcase classname="tcss-audit.intl.100000000001" name="a">
    <failure type="high" message="/ScanVul must be true, is false">Title of a
/ScanVul must be true, is false
Set a right.</failure>
  </testcase>
  <testcase classname="tcss-audit.intl.100000000001" name="b">
    <error type="could not tell" message="made up error">Title of b
made up error
Set b right.</error>
  </testcase>
  <testcase classname="tcss-audit.intl.100000000001" name="c">
    <skipped message="waived until 2027-06-30 (W-1): /ScanVul must be true, is false"/>
  </testcase>
  <testcase classname="tcss-audit.intl.100000000001" name="d">
    <skipped message="made up skip"/>
  </testcase>
  <testcase classname="tcss-audit.intl.100000000001" name="e"/>
</testsuite>
</testsuites>
`);
});

const children: Record<Status, readonly string[]> = {
  pass: [],
  fail: ['failure'],
  waived: ['skipped'],
  error: ['error'],
  skip: ['skipped'],
};

it('is XML with a case a finding and at most one outcome a case, whatever the nights hold', async () => {
  await fc.assert(
    fc.asyncProperty(anyNights, async (nights) => {
      const runs = await sealNights(nights);
      const suites = named(parseXml(await junitOf(runs)), 'testsuite');
      const reports = runs.flatMap((run) => run.reports);
      expect(
        suites.map((suite) =>
          named(suite, 'testcase').map((one) => [
            one.attributes['name'],
            one.children.map(({ name }) => name),
          ]),
        ),
      ).toEqual(
        reports.map(({ findings }) =>
          findings.map(({ policyId, status }) => [policyId, children[status]]),
        ),
      );
      for (const [index, { attributes }] of suites.entries()) {
        const outcomes = (reports[index]?.findings ?? []).flatMap(({ status }) => children[status]);
        const count = (wanted: string) =>
          String(outcomes.filter((outcome) => outcome === wanted).length);
        expect(attributes).toMatchObject({
          failures: count('failure'),
          errors: count('error'),
          skipped: count('skipped'),
        });
      }
    }),
  );
});

it('is whole where there is no account', async () => {
  expect(parseXml(await junitOf(await sealNights([{ targets: [] }]))).children).toEqual([]);
});
