import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import schema from '../../policies/schema/targets.schema.json' with { type: 'json' };
import { parseTargets } from '../../shared/targets.ts';

const policyNames = new Set(['image-scan', 'image-scan-enabled']);
const uin = '100000000002';
const roleArn = `qcs::cam::uin/${uin}:roleName/TcssAudit`;

function parse(value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return parseTargets({ file: 'targets.json', text, site: 'cn', policyNames });
}

function problemsOf(value: unknown): readonly string[] {
  const parsed = parse(value);
  return parsed.ok ? [] : parsed.problems.map(({ where, what }) => `${where} ${what}`);
}

it('takes a target that says all, and one that says the least', () => {
  const whole = {
    ...{ uin, alias: 'Prod – 中国', site: 'intl', roleArn, externalId: 'a1:b/c' },
    ...{ tags: ['pci'], policies: ['image-scan'] },
  };
  expect(parse([whole, { uin: '100000000003' }])).toEqual({
    ok: true,
    value: [whole, { uin: '100000000003', site: 'cn' }],
  });
});

it.each([
  `qcs::cam::uin/${uin}:role/4611686018427397919`,
  `qcs::cam::uin/${uin}:role/tencentcloudServiceRoleName/TcssAudit`,
])('takes the role %s', (arn) => {
  expect(problemsOf([{ uin, roleArn: arn }])).toEqual([]);
});

describe('a file of targets is refused', () => {
  const cases: Record<string, [value: unknown, ...problems: string[]]> = {
    'that is no JSON': ['[', 'targets.json is not JSON: give a list of targets'],
    'that is no list': [{ uin }, 'targets.json holds no list of targets: give [{ "uin": "…" }, …]'],
    'that is empty': [[], 'targets.json holds no list of targets: give [{ "uin": "…" }, …]'],
    'with something else in it': [[7], 'targets.json[0] is no target: give { "uin": "…" }'],
    'without the account': [
      [{ alias: 'a' }],
      'targets.json[0].uin is missing: give the account in digits, in quotes',
    ],
    'without two accounts, which are not the same for that': [
      [{ alias: 'a' }, { alias: 'b' }],
      'targets.json[0].uin is missing: give the account in digits, in quotes',
      'targets.json[1].uin is missing: give the account in digits, in quotes',
    ],
    'without the account of a role': [
      [{ roleArn }],
      'targets.json[0].uin is missing: give the account in digits, in quotes',
    ],
    'with keys that objects have by birth': [
      '[{"uin":"1","constructor":[],"__proto__":{}}]',
      ...['constructor', '__proto__'].map(
        (key) =>
          `targets.json[0].${key} is no key of a target: there are uin, alias, site, roleArn, externalId, tags, policies`,
      ),
    ],
    'with a number for an account': [
      [{ uin: 100000000002 }],
      'targets.json[0].uin is 100000000002: give the account in digits, in quotes',
    ],
    'with an account twice': [
      [{ uin }, { uin: '1' }, { uin }],
      `targets.json[2].uin is "${uin}", as is targets.json[0]: give each account once`,
    ],
    'with a misspelt key': [
      [{ uin, rolArn: roleArn }],
      'targets.json[0].rolArn is no key of a target: there are uin, alias, site, roleArn, externalId, tags, policies',
    ],
    'with the role of another account': [
      [{ uin: '1', roleArn }],
      `targets.json[0].roleArn is a role of ${uin}, not of 1`,
    ],
    'with what is no role': [
      [{ uin, roleArn: 'arn:aws:iam::1:role/x' }],
      'targets.json[0].roleArn is "arn:aws:iam::1:role/x": give qcs::cam::uin/<uin>:roleName/<name>',
    ],
    'with an external id that nothing asks for': [
      [{ uin, externalId: 'abc' }],
      'targets.json[0].externalId has no use without roleArn: give the role, too',
    ],
    'with an external id that STS would refuse, and does not show it': [
      [{ uin, roleArn, externalId: 'CANARY SECRET' }],
      'targets.json[0].externalId is not as STS takes it: give 2 to 128 letters, digits or +=,.@:/_-',
    ],
    'with a policy that is none': [
      [{ uin, policies: ['image-scam'] }],
      'targets.json[0].policies names "image-scam", which is neither a pack nor a policy',
    ],
    'with a policy that is no text': [
      [{ uin, policies: [7] }],
      'targets.json[0].policies has 7: give packs or policy ids',
    ],
    'with a text for policies': [
      [{ uin, policies: 'image-scan' }],
      'targets.json[0].policies is "image-scan": give a list that is not empty',
    ],
    'with no policies': [
      [{ uin, policies: [] }],
      'targets.json[0].policies is []: give a list that is not empty',
    ],
    'with everything wrong, all of it at once': [
      [
        { uin: '', alias: ' a', site: 'us', tags: ['a b', 'c', 'c'] },
        { uin: null, tags: 'pci', '\u001b[31m': 1 },
      ],
      'targets.json[0].uin is "": give the account in digits, in quotes',
      'targets.json[0].alias is " a": give a name of at most 100 characters, without line breaks or blanks at its ends',
      'targets.json[0].site is "us": give intl or cn',
      'targets.json[0].tags has "a b": give names without blanks and commas',
      'targets.json[0].tags is ["a b","c","c"]: give each once',
      'targets.json[1].uin is null: give the account in digits, in quotes',
      'targets.json[1].tags is "pci": give a list',
      'targets.json[1].[31m is no key of a target: there are uin, alias, site, roleArn, externalId, tags, policies',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [value, ...problems]) => {
    expect(problemsOf(value)).toEqual(problems);
  });
});

describe('the schema for editors and the check of the function', () => {
  const isTargets = new Ajv2020({ strict: true, strictTypes: false }).compile(schema);
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('image-scan', 'pci', '100000000002', roleArn, 'intl', 'cn', 'a b', 'abc\n', ''),
  );
  const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 }));
  const target = fc.record(
    {
      uin: fc.oneof({ weight: 9, arbitrary: fc.constant(uin) }, value),
      alias: value,
      site: value,
      roleArn: fc.oneof(fc.constant(roleArn), value),
      externalId: value,
      tags: value,
      policies: fc.oneof(fc.constant(['image-scan']), value),
      more: value,
    },
    { requiredKeys: [] },
  );

  it('say the same of every target, beyond what a schema cannot say', () => {
    fc.assert(
      fc.property(target, (one) => {
        const problems = problemsOf([one]).filter(
          (problem) => !/is a role of|neither a pack nor a policy/.test(problem),
        );
        expect(problems.length === 0).toBe(isTargets([one]));
      }),
      { numRuns: 2_000 },
    );
  });
});
