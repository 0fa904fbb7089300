/** Broken policy folders of every kind: each is refused, with the place named and the line shown. */
import { describe, expect, it } from 'vitest';

import { judgePattern } from '../../cli/patterns.ts';
import { problemLines } from '../../shared/errors.ts';
import type { Json } from '../../shared/model.ts';
import { lint, type PolicyFiles } from '../../shared/policy/lint.ts';
import { sources } from '../../shared/settings/sources.ts';
import { policy } from '../support/policy-json.ts';

const text = (json: Json) => JSON.stringify(json, null, 2);
const policyFile = (body: string) => ({
  file: 'pack/made-up.json',
  text: body,
  pack: 'pack',
  name: 'made-up',
});
const example = (name: string, body: string) => ({
  file: `examples/made-up/${name}.json`,
  text: body,
  policyId: 'made-up',
  name,
});
const good: PolicyFiles = {
  policies: [policyFile(text(policy))],
  examples: [example('pass-on', '{ "Enable": true }'), example('fail-off', '{ "Enable": false }')],
  waivers: undefined,
};
const linesOf = (change: Partial<PolicyFiles>) => {
  const result = lint({ ...good, ...change }, sources, { judgePattern });
  const lines = result.ok ? [] : problemLines(result.problems);
  // Columns are as wide as their widest.
  return lines.map((line) => line.replace(/^(\S+:\d+:\d+) +/, '$1 '));
};
const withPolicy = (change: Readonly<Record<string, Json>>): Partial<PolicyFiles> => ({
  policies: [policyFile(text({ ...policy, ...change }))],
});
const requiring = (require: Json) => withPolicy({ require });
const list = { source: 'DescribeWarningRules' };

const cases: Record<string, [change: Partial<PolicyFiles>, lines: readonly unknown[]]> = {
  'a comma too few': [
    { policies: [policyFile('{\n  "id": "made-up"\n  "title": "Made up"\n}\n')] },
    [
      'pack/made-up.json:3:3 is not JSON: comma expected',
      '      "title": "Made up"',
      '      ^^^^^^^',
    ],
  ],
  'two faults on two lines': [
    { policies: [policyFile('{\n  "id": yes,\n  "title": "a" // b\n}\n')] },
    [
      'pack/made-up.json:2:9 is not JSON: invalid symbol',
      '      "id": yes,',
      '            ^^^',
      'pack/made-up.json:3:16 is not JSON: invalid comment token',
      '      "title": "a" // b',
      '                   ^^^^',
    ],
  ],
  'a byte order mark': [
    { policies: [policyFile(`\ufeff${text(policy)}`)] },
    [
      'pack/made-up.json:1:1 is not JSON: it begins with a byte order mark, save it without one',
      '     {',
      '    ^',
    ],
  ],
  'ten thousand lists in each other': [
    { policies: [policyFile('['.repeat(10_000))] },
    ['pack/made-up.json:1:1 is nested deeper than 64 levels', `    ${'['.repeat(99)}…`, '    ^'],
  ],
  'a key given twice': [
    {
      policies: [
        policyFile(text(policy).replace('"severity"', '"severity": "high",\n  "severity"')),
      ],
    },
    [
      'pack/made-up.json:5:3 gives the key "severity" twice, first in line 4',
      '      "severity": "low",',
      '      ^^^^^^^^^^',
    ],
  ],
  'a misspelt key': [
    withPolicy({ onMising: 'fail' }),
    [
      'pack/made-up.json:20:3 has the unknown key "onMising": did you mean "onMissing"?',
      '      "onMising": "fail"',
      '      ^^^^^^^^^^',
    ],
  ],
  'a misspelt source': [
    withPolicy({ source: 'DescribeAssetImageScanSettings' }),
    [
      expect.stringMatching(
        /^pack\/made-up\.json:5:13 .* is "DescribeAssetImageScanSettings": did you mean "DescribeAssetImageScanSetting"\?$/,
      ),
      '      "source": "DescribeAssetImageScanSettings",',
      `                ${'^'.repeat(32)}`,
    ],
  ],
  'a field that its source does not have': [
    withPolicy({ ...list, require: { properties: { WarningRule: { minItems: 1 } } } }),
    [
      'pack/made-up.json:15:7 /require reads WarningRule, which DescribeWarningRules does not have: did you mean "WarningRules"? (it has WarningRules)',
      '          "WarningRule": {',
      '          ^^^^^^^^^^^^^',
      'examples/made-up/pass-on.json:1:3 has Enable, which DescribeWarningRules does not have: it has WarningRules',
      '    { "Enable": true }',
      '      ^^^^^^^^',
      'examples/made-up/fail-off.json:1:3 has Enable, which DescribeWarningRules does not have: it has WarningRules',
      '    { "Enable": false }',
      '      ^^^^^^^^',
    ],
  ],
  'a field inside a list that is not there': [
    {
      ...withPolicy({
        ...list,
        require: { properties: { WarningRules: { items: { required: ['Switsch'] } } } },
      }),
      examples: [
        example('pass-a', '{ "WarningRules": [{ "Swich": "ON" }] }'),
        example('fail-a', '{}'),
      ],
    },
    [
      'pack/made-up.json:18:13 /require reads WarningRules.*.Switsch, which WarningRules.* does not have: did you mean "Switch"? (it has Type, Switch, BeginTime, EndTime, ControlBits)',
      '                "Switsch"',
      '                ^^^^^^^^^',
      'examples/made-up/pass-a.json:1:22 has WarningRules.*.Swich, which WarningRules.* does not have: did you mean "Switch"?',
      '    { "WarningRules": [{ "Swich": "ON" }] }',
      '                         ^^^^^^^',
    ],
  ],
  'a value that the source does not document': [
    requiring({ properties: { ScanResult: { const: 'Sucess' } } }),
    [
      'pack/made-up.json:16:18 /require gives ScanResult the value "Sucess", which DescribeAssetImageScanSetting does not document: did you mean "Success"? (it documents "Success", "InsufficientLicense", "ImageNeedIsEmpty", "InternalError")',
      '            "const": "Sucess"',
      '                     ^^^^^^^^',
    ],
  ],
  'a const of the wrong type': [
    requiring({ properties: { Enable: { const: 'true' } } }),
    [
      'pack/made-up.json:16:18 /require gives Enable a "const" that it can never have: it is of type boolean',
      '            "const": "true"',
      '                     ^^^^^^',
    ],
  ],
  'a misspelt keyword': [
    requiring({ properties: { ScanPeriod: { maximun: 7 } } }),
    [
      'pack/made-up.json:16:9 /require uses "maximun", which is no JSON Schema keyword: did you mean "maximum"?',
      '            "maximun": 7',
      '            ^^^^^^^^^',
    ],
  ],
  'a keyword that is refused': [
    requiring({ properties: { Enable: { const: true } }, additionalProperties: false }),
    [
      'pack/made-up.json:19:5 /require uses "additionalProperties", which is not accepted: what it reads cannot be named',
      '        "additionalProperties": false',
      '        ^^^^^^^^^^^^^^^^^^^^^^',
    ],
  ],
  'a pattern that is none': [
    requiring({ properties: { ScanTime: { pattern: '[0-' } } }),
    [
      'pack/made-up.json:16:20 /require has a pattern that is no regular expression: Unterminated character class',
      '            "pattern": "[0-"',
      '                       ^^^^^',
    ],
  ],
  'a pattern that takes for ever': [
    requiring({ properties: { ScanTime: { pattern: '^(a+)+$' } } }),
    [
      expect.stringMatching(
        /^pack\/made-up\.json:16:20 \/require has a pattern that can take for ever: its time grows exponentially with the length of the text, for example of /,
      ),
      '            "pattern": "^(a+)+$"',
      '                       ^^^^^^^^^',
    ],
  ],
  'a pass example only': [
    { examples: good.examples.slice(0, 1) },
    [
      'pack/made-up.json:2:9 has no examples/made-up/fail-*.json',
      '      "id": "made-up",',
      '            ^^^^^^^^^',
    ],
  ],
  'a requirement that anything satisfies': [
    requiring({ properties: { Images: { minItems: 0 } } }),
    [
      'pack/made-up.json:13:3 /require holds whatever the settings are, so the policy never fails',
      '      "require": {',
      '      ^^^^^^^^^',
    ],
  ],
};

describe('a broken file is refused with its place', () => {
  it.each(Object.entries(cases))('%s', (_name, [change, lines]) => {
    expect(linesOf(change)).toEqual(lines);
  });
});

it('a good folder is not', () => {
  expect(linesOf({})).toEqual([]);
});

it('patterns that people write are taken', () => {
  const patterns = ['^sha256:[0-9a-f]{64}$', '^(\\d+,)*\\d+$', 'prod-.*-eu', '^\\s*\\S+\\s*$'];
  expect(patterns.map(judgePattern)).toEqual(patterns.map(() => undefined));
});
