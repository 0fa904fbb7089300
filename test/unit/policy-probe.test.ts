import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonObject, Policy } from '../../shared/model.ts';
import { compilePolicy } from '../../shared/policy/compile.ts';
import { vacuityFaults } from '../../shared/policy/probe.ts';
import { sources } from '../../shared/settings/sources.ts';
import { policy as base } from '../support/policy-json.ts';
import { scanSource } from '../support/settings.ts';

const at = (field: string, schema: JsonObject | boolean) => ({ properties: { [field]: schema } });
const fact = (name: string, schema: JsonObject) => at('facts', at(name, schema));
const on = at('Enable', { const: true });
const off = at('Enable', { const: false });

const never = 'can never hold, so the policy never passes';
const always = 'holds whatever the settings are, so the policy never fails';
const scoped = (what: string) => what.replace(',', ' where "when" matches,');

type Part = Pick<Policy, 'require'> & Partial<Policy>;
const faultsOf = (part: Part, source = scanSource) =>
  vacuityFaults({ ...base, ...part }, source).map(
    ({ at: path, what }) => `/${path.join('/')} ${what}`,
  );

const vacuous: Record<string, [part: Part, faults: readonly string[]]> = {
  'a property that is only read': [{ require: at('Enable', true) }, [`/require ${always}`]],
  'a property that is only required': [
    { require: { required: ['Enable'] } },
    [`/require ${always}`],
  ],
  'a boolean that may be either': [
    { require: at('Enable', { enum: [true, false] }) },
    [`/require ${always}`],
  ],
  'the type that the field has': [
    { require: at('ScanPeriod', { type: 'integer' }) },
    [`/require ${always}`],
  ],
  'bounds that together bound nothing': [
    { require: { anyOf: [at('ScanPeriod', { minimum: 3 }), at('ScanPeriod', { maximum: 3 })] } },
    [`/require ${always}`],
  ],
  'a text of any length': [{ require: at('ScanTime', { minLength: 0 }) }, [`/require ${always}`]],
  'a pattern of anything': [{ require: at('ScanTime', { pattern: '.*' }) }, [`/require ${always}`]],
  'items that may be anything': [
    { require: at('Images', { items: { type: 'string' } }) },
    [`/require ${always}`],
  ],
  'a const both ways': [{ require: { allOf: [on, off] } }, [`/require ${never}`]],
  'a const and its opposite': [
    { require: at('Enable', { const: true, not: { const: true } }) },
    [`/require/properties/Enable ${never}`],
  ],
  'not anything': [
    { require: { properties: { Enable: { const: true }, ScanVul: { not: {} } } } },
    [`/require/properties/ScanVul/not ${never}`],
  ],
  'not anything, in the second part': [
    { require: { allOf: [on, at('ScanVul', { not: {} })] } },
    [`/require/allOf/1/properties/ScanVul/not ${never}`],
  ],
  'a bound that the one value leaves': [
    { require: fact('selectedCount', { const: 3, minimum: 4 }) },
    [`/require/properties/facts/properties/selectedCount ${never}`],
  ],
  'an item that an empty list must have': [
    { require: at('Images', { maxItems: 0, contains: { minLength: 1 } }) },
    [`/require/properties/Images ${never}`],
  ],
  'a when that never matches': [
    { when: { allOf: [on, off] }, require: on },
    ['/when can never match, so the policy says skip of every account'],
  ],
  'a when that always matches': [
    { when: at('Enable', { enum: [true, false] }), require: at('ScanVul', { const: true }) },
    ['/when matches whatever the settings are: leave it out, or say where the policy applies'],
  ],
  'a requirement that its when is already': [
    { when: on, require: on },
    [`/require ${scoped(always)}`],
  ],
  'a requirement that its when rules out': [
    { when: on, require: off },
    [`/require ${scoped(never)}`],
  ],
};

describe('a policy that can say one thing only', () => {
  it.each(Object.entries(vacuous))('%s', (_name, [part, faults]) => {
    expect(faultsOf(part)).toEqual(faults);
  });
});

const sensible: Record<string, Part> = {
  'a const': { require: on },
  'a documented value': { require: at('ScanScope', { enum: [0, 1, 2, 3] }) },
  'a number between bounds': { require: at('ScanPeriod', { minimum: 1, maximum: 7 }) },
  'a whole number of a fact with fractions': {
    require: fact('hoursSinceLastScan', { type: 'integer' }),
  },
  'an even number, of which not all kinds are known': {
    require: at('ScanPeriod', { multipleOf: 2 }),
  },
  'a pattern, of which nobody knows what it matches': {
    require: at('ScanTime', { pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
  },
  'a list of more than any example': { require: at('Images', { minItems: 5_000 }) },
  'a list with several items of a kind': {
    require: at('Images', { contains: { const: 'a' }, minContains: 3, maxContains: 4 }),
  },
  'a list without repetition': { require: at('Images', { uniqueItems: true }) },
  'one of two ways': { require: { anyOf: [on, at('ScanVul', { const: true })] } },
  'a branch that forbids': {
    require: { if: on, then: at('ScanVul', { const: true }), else: at('ScanVirus', { not: {} }) },
  },
  'a property that must be there, where missing fails': {
    require: { required: ['ScanEndTime'] },
    onMissing: 'fail',
  },
  'a when that asks for a property, where missing skips': {
    when: { required: ['ScanEndTime'] },
    require: on,
    onMissing: 'skip',
  },
};

describe('a policy that can say yes and no', () => {
  it.each(Object.entries(sensible))('%s', (_name, part) => {
    expect(faultsOf(part)).toEqual([]);
  });

  it('every item of a list of objects', () => {
    const source = sources['DescribeWarningRules'];
    if (source === undefined) throw new Error('no such source');
    const rules = (items: JsonObject): Part => ({
      source: source.id,
      require: at('WarningRules', { items }),
    });
    expect(faultsOf(rules(at('Switch', { const: 'ON' })), source)).toEqual([]);
    expect(faultsOf(rules(at('Switch', { minLength: 0 })), source)).toEqual([`/require ${always}`]);
  });
});

it('claims nothing that a document contradicts', () => {
  const number = fc.integer({ min: -3, max: 3 });
  const leaf = fc.oneof(
    fc.record({ minimum: number, maximum: number }, { requiredKeys: [] }),
    fc.record({ const: number }),
    fc.record({ enum: fc.uniqueArray(number, { minLength: 1 }) }),
    fc.record({ exclusiveMinimum: number }),
  );
  const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3 },
      leaf.map((each): JsonObject => at('ScanPeriod', each as JsonObject)),
      fc.constantFrom(on, off),
      fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('schema') }),
    ),
  }));
  fc.assert(
    fc.property(schema, (require) => {
      const said = faultsOf({ require }).join();
      const { check } = compilePolicy({ pack: '', policy: { ...base, require } }).require;
      const verdicts = [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((ScanPeriod) =>
        [true, false].map((Enable) => check({ ScanPeriod, Enable, facts: {} })),
      );
      expect(said.includes('never passes')).toBe(!verdicts.includes(true));
      expect(said.includes('never fails')).toBe(!verdicts.includes(false));
    }),
  );
});
