/** Files made from the table of sources: as they are committed, they are what it makes. */
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { generated } from '../../generate.ts';
import policySchema from '../../policies/schema/policy.schema.json' with { type: 'json' };
import { parseJson } from '../../shared/json.ts';
import type { JsonObject } from '../../shared/model.ts';
import { withSources } from '../../shared/policy/schema.ts';
import { sources } from '../../shared/settings/sources.ts';
import { library } from '../support/settings.ts';

it('npm run generate would change nothing', async () => {
  for (const [path, text] of Object.entries(await generated())) {
    expect(readFileSync(path, 'utf8'), path).toBe(text);
  }
});

describe('the editors’ schema', () => {
  const schema = policySchema as unknown as JsonObject;
  const isValid = new Ajv2020({ strict: true, strictTypes: false }).compile(schema);

  it('takes every policy that we ship', () => {
    for (const { policy } of library.policies) {
      expect(isValid(policy), policy.id).toBe(true);
    }
  });

  it('refuses no field: that is for lint, which can name the ones there are', () => {
    const [first] = library.policies;
    const require = { properties: { Nothing: { const: 1 }, ScanScope: { const: 99 } } };
    expect(isValid({ ...first?.policy, require })).toBe(true);
  });

  /** What an editor proposes: the names below every schema that applies at the place. */
  function proposals(source: string, path: readonly string[]): readonly string[] {
    const definitions = schema['$defs'] as Record<string, JsonObject>;
    const follow = (node: JsonObject | undefined): JsonObject => {
      const ref = node?.['$ref'];
      const name = typeof ref === 'string' ? ref.replace('#/$defs/', '') : '';
      return { ...(name === 'schema' ? {} : definitions[name]), ...node };
    };
    let node = follow({ $ref: `#/$defs/${source}` });
    for (const step of path) node = follow((node['properties'] as JsonObject)[step] as JsonObject);
    return Object.keys((node['properties'] as JsonObject | undefined) ?? {});
  }

  const places: Record<string, [source: string, path: string[], names: string[]]> = {
    'fields and facts of the source': [
      'DescribeEscapeRuleInfo',
      ['properties'],
      ['RuleSet', 'facts'],
    ],
    'the facts': [
      'DescribeEscapeRuleInfo',
      ['properties', 'facts', 'properties'],
      ['enabledRuleCount', 'ruleTypesOff', 'ruleGroupsOff'],
    ],
    'the fields of an item': [
      'DescribeEscapeRuleInfo',
      ['properties', 'RuleSet', 'items', 'properties'],
      ['Type', 'Name', 'IsEnable', 'Group'],
    ],
    'the fields of an object in an item': [
      'DescribeCompliancePeriodTaskList',
      ['properties', 'PeriodTaskSet', 'contains', 'properties', 'PeriodRule', 'properties'],
      ['Frequency', 'ExecutionTime', 'Enable'],
    ],
    'the same inside a branch': [
      'DescribeVirusScanTimeoutSetting:scheduled',
      ['not', 'properties'],
      ['Timeout'],
    ],
  };
  it.each(Object.entries(places))('proposes %s', (_name, [source, path, names]) => {
    expect(proposals(source, path)).toEqual(names);
  });

  it('forgets a source that is no more', () => {
    const { DescribeEscapeRuleInfo: one } = sources;
    if (one === undefined) throw new Error('not there');
    const made = JSON.stringify(withSources(schema, { DescribeEscapeRuleInfo: one }));
    expect(made).not.toContain('DescribeWarningRules');
    expect(parseJson(made)).toMatchObject({
      properties: { source: { enum: ['DescribeEscapeRuleInfo'] } },
    });
  });
});
