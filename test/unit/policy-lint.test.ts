import { describe, expect, it } from 'vitest';

import { readPolicyFiles } from '../../cli/policy-files.ts';
import { AuditError } from '../../shared/errors.ts';
import type { Json, JsonObject, Problem } from '../../shared/model.ts';
import { lint, type PolicyFiles } from '../../shared/policy/lint.ts';
import { sources } from '../../shared/settings/sources.ts';
import { policy, waiver } from '../support/policy-json.ts';

const fields =
  'Enable, ScanTime, ScanPeriod, ScanVirus, ScanRisk, ScanVul, All, Images, ContainerRunning, ScanScope, ScanEndTime, ExcludeImages, LastScanTime, ScanResult, ClusterIDs';
const facts =
  'hoursSinceLastScan, scanPeriodHours, scanOverdueHours, scanWindowMinutes, allImagesCovered, selectedCount, excludedImageCount';

const policyFile = (json: Json, name = 'made-up', pack = 'pack') => ({
  file: `${pack}/${name}.json`,
  text: JSON.stringify(json),
  pack,
  name,
});
const example = (name: string, json: Json = { Enable: true }, policyId = 'made-up') => ({
  file: `examples/${policyId}/${name}.json`,
  text: JSON.stringify(json),
  policyId,
  name,
});
const waivers = (...list: readonly Json[]) => ({
  file: 'waivers.json',
  text: JSON.stringify(list),
});

const good: PolicyFiles = {
  policies: [policyFile(policy)],
  examples: [example('pass-on'), example('fail-off', { Enable: false })],
  waivers: waivers(waiver),
};

function problemsOf(change: Partial<PolicyFiles>): readonly Problem[] {
  const result = lint({ ...good, ...change }, sources);
  return result.ok ? [] : result.problems;
}
const sentences = (problems: readonly Problem[]) =>
  problems.map(({ where, what }) => `${where}: ${what}`);

describe('a good folder', () => {
  it('is a library', () => {
    expect(lint(good, sources)).toEqual({
      ok: true,
      value: {
        policies: [{ pack: 'pack', policy }],
        examples: [
          {
            file: 'examples/made-up/pass-on.json',
            policyId: 'made-up',
            expect: 'pass',
            settings: { Enable: true },
          },
          {
            file: 'examples/made-up/fail-off.json',
            policyId: 'made-up',
            expect: 'fail',
            settings: { Enable: false },
          },
        ],
        waivers: [waiver],
        controls: { frameworks: [] },
      },
    });
  });

  it('may have no waivers, or nothing at all', () => {
    expect(problemsOf({ waivers: undefined })).toEqual([]);
    expect(lint({ policies: [], examples: [], waivers: undefined }, sources)).toEqual({
      ok: true,
      value: { policies: [], examples: [], waivers: [], controls: { frameworks: [] } },
    });
  });

  it('is what we ship', () => {
    expect(lint(readPolicyFiles('policies'), sources).ok).toBe(true);
  });
});

describe('schemas', () => {
  const at = (field: string, schema: Json) => ({ properties: { [field]: schema } });
  const fact = (name: string, schema: Json) => at('facts', at(name, schema));
  const cases: Record<string, [require: JsonObject, problems: readonly string[]]> = {
    'that read a field that is not there': [
      at('ScanVuln', { const: true }),
      [
        `reads ScanVuln, which DescribeAssetImageScanSetting does not have: did you mean "ScanVul"? (it has ${fields})`,
      ],
    ],
    'that read a field in other case': [
      at('enable', { const: true }),
      [
        `reads enable, which DescribeAssetImageScanSetting does not have: did you mean "Enable"? (it has ${fields})`,
      ],
    ],
    'that read the RequestId': [
      { required: ['RequestId'] },
      [`reads RequestId, which DescribeAssetImageScanSetting does not have: it has ${fields}`],
    ],
    'that read what objects have by birth': [
      { required: ['constructor'] },
      [`reads constructor, which DescribeAssetImageScanSetting does not have: it has ${fields}`],
    ],
    'that read a fact that is not there': [
      fact('hoursSinceScan', { maximum: 24 }),
      [
        `reads the fact hoursSinceScan, which DescribeAssetImageScanSetting does not have: did you mean "hoursSinceLastScan"? (it has ${facts})`,
      ],
    ],
    'that read a fact as a field': [
      at('allImagesCovered', { const: true }),
      [
        `reads allImagesCovered, which DescribeAssetImageScanSetting does not have: it is a fact, under "facts" (it has ${fields})`,
      ],
    ],
    'that read nothing': [
      { type: 'object' },
      ['reads no property, so it says the same of every account'],
    ],
    'that apply minimum to a text': [
      at('ScanTime', { minimum: 1 }),
      ['applies "minimum" to ScanTime, which is of type string'],
    ],
    'that apply maximum to a boolean': [
      at('Enable', { maximum: 1 }),
      ['applies "maximum" to Enable, which is of type boolean'],
    ],
    'that apply exclusiveMinimum to a list': [
      at('Images', { exclusiveMinimum: 0 }),
      ['applies "exclusiveMinimum" to Images, which is of type string[]'],
    ],
    'that apply multipleOf to a fact that is true or false': [
      fact('allImagesCovered', { multipleOf: 2 }),
      ['applies "multipleOf" to facts.allImagesCovered, which is of type boolean'],
    ],
    'that apply pattern to a list': [
      at('Images', { pattern: '^sha256:' }),
      ['applies "pattern" to Images, which is of type string[]'],
    ],
    'that apply minLength to a number': [
      at('ScanPeriod', { minLength: 1 }),
      ['applies "minLength" to ScanPeriod, which is of type integer'],
    ],
    'that apply maxItems to a text': [
      at('ScanResult', { maxItems: 0 }),
      ['applies "maxItems" to ScanResult, which is of type string'],
    ],
    'that apply uniqueItems to a fact': [
      fact('selectedCount', { uniqueItems: true }),
      ['applies "uniqueItems" to facts.selectedCount, which is of type integer'],
    ],
    'that apply minimum to the items of a list': [
      at('Images', { items: { minimum: 1 } }),
      ['applies "minimum" to Images.*, which is of type string'],
    ],
    'that apply items to a boolean': [
      at('Enable', { items: { const: true } }),
      ['applies "items" to Enable, which is of type boolean'],
    ],
    'that apply contains to a text': [
      at('ScanResult', { contains: { const: 'Success' } }),
      ['applies "contains" to ScanResult, which is of type string'],
    ],
    'that apply items to a fact': [
      fact('selectedCount', { items: { const: 1 } }),
      ['applies "items" to facts.selectedCount, which is of type integer'],
    ],
    'that apply items to the items of a list': [
      at('Images', { items: { items: { const: 'a' } } }),
      ['applies "items" to Images.*, which is of type string'],
    ],
    'that want a text where there is a boolean': [
      at('Enable', { const: 'true' }),
      ['gives Enable a "const" that it can never have: it is of type boolean'],
    ],
    'that want anything but a text where there is a boolean': [
      at('Enable', { not: { const: 'false' } }),
      ['gives Enable a "const" that it can never have: it is of type boolean'],
    ],
    'that want null': [
      at('ScanPeriod', { const: null }),
      ['gives ScanPeriod a "const" that it can never have: it is of type integer'],
    ],
    'that want a fraction of an integer': [
      fact('scanPeriodHours', { const: 1.5 }),
      ['gives facts.scanPeriodHours a "const" that it can never have: it is of type integer'],
    ],
    'that want a text where there is a number': [
      fact('scanOverdueHours', { const: '0' }),
      ['gives facts.scanOverdueHours a "const" that it can never have: it is of type number'],
    ],
    'that want a list of numbers where there is one of texts': [
      at('Images', { const: [1] }),
      ['gives Images a "const" that it can never have: it is of type string[]'],
    ],
    'that want a number among texts': [
      at('Images', { contains: { const: 1 } }),
      ['gives Images.* a "const" that it can never have: it is of type string'],
    ],
    'that want one of two texts where there is an integer': [
      at('ScanScope', { enum: ['0', '2'] }),
      ['gives ScanScope a "enum" that it can never have: it is of type integer'],
    ],
    'that want one of several, and one of them can never be': [
      at('ScanScope', { enum: [0, 2, '2'] }),
      ['gives ScanScope a "enum" that it can never have: it is of type integer'],
    ],
    'that want another type': [
      at('Enable', { not: { type: 'string' } }),
      ['gives Enable a "type" that it can never have: it is of type boolean'],
    ],
    'that want one of several other types': [
      at('Images', { type: ['string', 'null'] }),
      ['gives Images a "type" that it can never have: it is of type string[]'],
    ],
    'that apply a keyword behind not': [
      { not: at('ScanTime', { minimum: 1 }) },
      ['applies "minimum" to ScanTime, which is of type string'],
    ],
    'that use what cannot be named': [
      { ...at('Enable', { const: true }), patternProperties: { '^Scan': { const: true } } },
      ['uses "patternProperties", which is not accepted: what it reads cannot be named'],
    ],
    'that do not compile': [
      at('ScanPeriod', { maximun: 7 }),
      ['uses "maximun", which is no JSON Schema keyword: did you mean "maximum"?'],
    ],
    'that do not compile in another way': [
      at('ScanPeriod', { enum: [] }),
      ['does not compile: enum must have non-empty array'],
    ],
    'that read a field as a fact': [
      fact('Enable', { const: true }),
      [
        `reads the fact Enable, which DescribeAssetImageScanSetting does not have: it is a field, beside "facts" (it has ${facts})`,
      ],
    ],
    'that want a value that is not documented': [
      at('ScanResult', { enum: ['Success', 'Sucess'] }),
      [
        'gives ScanResult the value "Sucess", which DescribeAssetImageScanSetting does not document: did you mean "Success"? (it documents "Success", "InsufficientLicense", "ImageNeedIsEmpty", "InternalError")',
      ],
    ],
    'that want a number that is not documented': [
      at('ScanScope', { not: { const: 9 } }),
      [
        'gives ScanScope the value 9, which DescribeAssetImageScanSetting does not document: it documents 0, 1, 2, 3',
      ],
    ],
    'that contradict themselves': [
      at('ScanPeriod', { minimum: 7, maximum: 3 }),
      ['has "minimum" 7 and "maximum" 3: nothing satisfies both'],
    ],
    'that leave no integer': [
      at('ScanPeriod', { exclusiveMinimum: 1, exclusiveMaximum: 2 }),
      ['has "exclusiveMinimum" 1 and "exclusiveMaximum" 2: nothing satisfies both'],
    ],
    'whose pattern is none': [
      at('ScanTime', { pattern: '^(\\d{2}' }),
      ['has a pattern that is no regular expression: Unterminated group'],
    ],
    'that are wrong in every way': [
      { properties: { ScanVuln: { const: true }, ScanTime: { minimum: 1 } }, format: 'date' },
      [
        'uses "format", which is not accepted: what it reads cannot be named',
        `reads ScanVuln, which DescribeAssetImageScanSetting does not have: did you mean "ScanVul"? (it has ${fields})`,
        'applies "minimum" to ScanTime, which is of type string',
      ],
    ],
  };
  it.each(Object.entries(cases))('%s break the build', (_name, [require, problems]) => {
    expect(sentences(problemsOf({ policies: [policyFile({ ...policy, require })] }))).toEqual(
      problems.map((what) => `pack/made-up.json: /require ${what}`),
    );
    const when = { ...policy, when: require };
    expect(sentences(problemsOf({ policies: [policyFile(when)] }))).toEqual(
      problems.map((what) => `pack/made-up.json: /when ${what}`),
    );
  });

  const fine: Record<string, JsonObject> = {
    'numbers of integers': at('ScanPeriod', { minimum: 1, maximum: 7, multipleOf: 1 }),
    'numbers of facts': fact('scanOverdueHours', { exclusiveMaximum: 24.5 }),
    'texts of items': at('Images', { items: { pattern: '^sha256:', maxLength: 71 } }),
    'lists of lists': at('Images', { minItems: 1, uniqueItems: true, contains: { const: 'a' } }),
    'values of every type': {
      properties: {
        Enable: { const: false },
        ScanResult: { enum: ['Success', 'InternalError'] },
        ScanScope: { enum: [0, 2] },
        Images: { const: ['a'] },
        facts: { properties: { scanOverdueHours: { const: 1.5 }, selectedCount: { const: 0 } } },
      },
    },
    'the types that fields have': {
      properties: {
        Enable: { type: ['boolean', 'null'], const: true },
        ScanPeriod: { type: 'integer' },
        ScanResult: { type: 'string' },
        Images: { type: 'array', items: { type: 'string' } },
        facts: { type: 'object', properties: { scanOverdueHours: { type: 'number' } } },
      },
    },
    'facts as a whole': { required: ['facts', 'Enable'], ...at('Enable', { const: true }) },
  };
  it.each(Object.entries(fine))('may apply %s', (_name, require) => {
    expect(problemsOf({ policies: [policyFile({ ...policy, require })] })).toEqual([]);
  });
});

describe('problems', () => {
  const cases: Record<string, [change: Partial<PolicyFiles>, problems: readonly string[]]> = {
    'an id that is not the name of the file': [
      {
        policies: [policyFile({ ...policy, id: 'made-down' })],
      },
      ['pack/made-up.json: /id is "made-down": it must equal the file name "made-up"'],
    ],
    'an id in two packs': [
      { policies: [policyFile(policy), policyFile(policy, 'made-up', 'other')] },
      ['other/made-up.json: the id "made-up" is taken by another policy, pack/made-up.json'],
    ],
    'a policy that is no JSON': [
      { policies: [{ ...policyFile(policy), text: '{"id":"made-up",}' }] },
      ['pack/made-up.json: is not JSON: property name expected'],
    ],
    'a policy that is none': [
      { policies: [policyFile({ ...policy, severity: 'worst' })] },
      ['pack/made-up.json: /severity must be one of critical, high, medium, low, is "worst"'],
    ],
    'no pass example': [
      { examples: [example('fail-off')] },
      ['pack/made-up.json: has no examples/made-up/pass-*.json'],
    ],
    'no fail example': [
      { examples: [example('pass-on'), example('skip-a'), example('error-b')] },
      ['pack/made-up.json: has no examples/made-up/fail-*.json'],
    ],
    'examples of another policy only': [
      {
        policies: [policyFile(policy), policyFile({ ...policy, id: 'other' }, 'other')],
      },
      [
        'pack/other.json: has no examples/other/pass-*.json',
        'pack/other.json: has no examples/other/fail-*.json',
      ],
    ],
    'an example named after nothing': [
      { examples: [...good.examples, example('good')] },
      [
        'examples/made-up/good.json: must be named pass-…, fail-…, skip-…, error-… after what the policy says of it',
      ],
    ],
    'an example of a policy that is not there': [
      { examples: [...good.examples, example('pass-on', { Enable: true }, 'gone')] },
      ['examples/gone/pass-on.json: there is no policy "gone"'],
    ],
    'an example that is none': [
      { examples: [...good.examples, example('pass-b', { settings: 1, description: 'a' })] },
      ['examples/made-up/pass-b.json: /settings must be object, is 1'],
    ],
    'a remediation of a field that is not there': [
      { policies: [policyFile({ ...policy, remediation: { text: 'a', set: { Enabled: true } } })] },
      [
        'pack/made-up.json: /remediation/set names Enabled, which DescribeAssetImageScanSetting does not have: did you mean "Enable"?',
      ],
    ],
    'a remediation of the wrong type': [
      {
        policies: [policyFile({ ...policy, remediation: { text: 'a', set: { Enable: 'true' } } })],
      },
      ['pack/made-up.json: /remediation/set/Enable must be of type boolean'],
    ],
    'waivers that are no JSON': [
      { waivers: { file: 'waivers.json', text: '[1,]' } },
      ['waivers.json: is not JSON: value expected'],
    ],
    'waivers that are none': [
      { waivers: { file: 'waivers.json', text: '{}' } },
      ['waivers.json: must be array'],
    ],
    'a waiver of a policy that is not there': [
      { waivers: waivers({ ...waiver, policy: 'gone' }) },
      ['waivers.json: waiver "W-1" names the policy "gone", which is not there'],
    ],
    'a waiver that ends before it begins': [
      { waivers: waivers({ ...waiver, until: '2026-10-31' }) },
      ['waivers.json: waiver "W-1" ends before it begins'],
    ],
    'a waiver that ends when it begins': [
      {
        waivers: waivers({
          ...waiver,
          from: '2026-11-01T00:00:00Z',
          until: '2026-11-01T00:00:00Z',
        }),
      },
      ['waivers.json: waiver "W-1" ends before it begins'],
    ],
    'a waiver of all accounts and one more': [
      { waivers: waivers({ ...waiver, targets: ['*', '100000000001'] }) },
      ['waivers.json: waiver "W-1" covers all accounts by "*": that stands alone'],
    ],
    'a waiver of more than a year': [
      { waivers: waivers({ ...waiver, until: '2027-11-02' }) },
      [
        'waivers.json: waiver "W-1" lasts more than a year: end it by the same day of the next year, and renew it then',
      ],
    ],
    'a waiver until 30 February': [
      { waivers: waivers({ ...waiver, from: '2026-01-01', until: '2026-02-30' }) },
      ['waivers.json: waiver "W-1" has a date that the calendar lacks'],
    ],
    'a waiver until 29 February of a common year': [
      { waivers: waivers({ ...waiver, from: '2026-01-01', until: '2026-02-29' }) },
      ['waivers.json: waiver "W-1" has a date that the calendar lacks'],
    ],
    'a waiver until an instant of 31 April': [
      { waivers: waivers({ ...waiver, from: '2026-01-01', until: '2026-04-31T12:00:00Z' }) },
      ['waivers.json: waiver "W-1" has a date that the calendar lacks'],
    ],
    'a waiver from 31 November': [
      { waivers: waivers({ ...waiver, from: '2026-11-31', until: '2026-12-31' }) },
      ['waivers.json: waiver "W-1" has a date that the calendar lacks'],
    ],
    'two waivers with one id': [
      { waivers: waivers(waiver, waiver, waiver) },
      [
        'waivers.json: the waiver id "W-1" is given twice',
        'waivers.json: the waiver id "W-1" is given twice',
      ],
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [change, problems]) => {
    expect(sentences(problemsOf(change))).toEqual(problems);
  });

  it('a source that the program does not know', () => {
    const result = lint(good, {});
    expect(result.ok ? [] : sentences(result.problems)).toEqual([
      'pack/made-up.json: /source "DescribeAssetImageScanSetting" is not known',
    ]);
  });

  it('are told all at once, file by file', () => {
    const problems = problemsOf({
      policies: [policyFile({ ...policy, id: 'b' }), policyFile('no policy', 'c')],
      examples: [example('good'), example('pass-a', 1)],
      waivers: waivers({ ...waiver, policy: 'gone', until: '2026-10-01' }),
    });
    expect(sentences(problems)).toEqual([
      'pack/made-up.json: /id is "b": it must equal the file name "made-up"',
      'pack/made-up.json: has no examples/made-up/fail-*.json',
      'pack/c.json: must be object, is "no policy"',
      'pack/c.json: has no examples/c/pass-*.json',
      'pack/c.json: has no examples/c/fail-*.json',
      'examples/made-up/good.json: must be named pass-…, fail-…, skip-…, error-… after what the policy says of it',
      'examples/made-up/pass-a.json: must be object, is 1',
      'waivers.json: waiver "W-1" names the policy "gone", which is not there',
      'waivers.json: waiver "W-1" ends before it begins',
    ]);
  });
});

describe('readPolicyFiles', () => {
  it('finds packs, examples and waivers, and not the schemas', () => {
    const files = readPolicyFiles('policies');
    expect([...new Set(files.policies.map(({ pack }) => pack))]).toEqual([
      ...['alerting', 'baseline', 'image-scan', 'licence', 'logging', 'malware'],
      ...['registry-scan', 'runtime', 'vulnerability-defence'],
    ]);
    expect(files.policies).toHaveLength(66);
    expect(new Set(files.examples.map(({ policyId }) => policyId))).toEqual(
      new Set(files.policies.map(({ name }) => name)),
    );
    expect(files.waivers).toEqual({ file: 'waivers.json', text: '[]\n' });
  });

  it('says that there is no folder', () => {
    const missing = new AuditError(
      'POLICY_INVALID',
      'There is no policy folder no/such/folder. Name one by --policies DIR.',
    );
    expect(() => readPolicyFiles('no/such/folder')).toThrow(missing);
  });
});
