import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AuditError, CloudError } from '../../shared/errors.ts';
import { canonicalJson, parseJson } from '../../shared/json.ts';
import type { Drift, Json, JsonObject } from '../../shared/model.ts';
import type { SettingsReader } from '../../shared/ports.ts';
import { interpret, observe, unreadable } from '../../shared/settings/observe.ts';
import { anyJson, anyKey } from '../support/arbitraries.ts';
import { createManualClock } from '../support/manual-clock.ts';
import {
  goodSettings,
  observed,
  observedAt,
  observedAtMs,
  scanSource,
  sourceNamed,
  timezone,
  without,
} from '../support/settings.ts';

const source = 'DescribeAssetImageScanSetting';

function nested(depth: number): Json {
  return parseJson(`${'['.repeat(depth)}${']'.repeat(depth)}`);
}

describe('interpret', () => {
  it('takes the RequestId out and derives the facts', () => {
    expect(observed({ ...goodSettings, RequestId: 'r-1' })).toEqual({
      source,
      observedAt,
      requestId: 'r-1',
      settings: goodSettings,
      facts: {
        hoursSinceLastScan: 8,
        scanPeriodHours: 24,
        scanOverdueHours: -16,
        scanWindowMinutes: 120,
        allImagesCovered: true,
        selectedCount: 0,
        excludedImageCount: 0,
      },
    });
  });

  const requestIds: Record<string, [answer: JsonObject, requestId: string]> = {
    'is empty where there is none': [goodSettings, ''],
    'is empty where it is null': [{ ...goodSettings, RequestId: null }, ''],
    'is empty where it is no text': [{ ...goodSettings, RequestId: { a: 1 } }, ''],
  };
  it.each(Object.entries(requestIds))('a RequestId %s', (_name, [answer, requestId]) => {
    expect(observed(answer)).toMatchObject({ requestId, settings: goodSettings });
  });

  const refused: Record<string, [answer: unknown, what: string]> = {
    'no object: null': [null, 'the answer is not an object'],
    'no object: undefined': [undefined, 'the answer is not an object'],
    'no object: a list': [[goodSettings], 'the answer is not an object'],
    'no object: a text': ['{}', 'the answer is not an object'],
    'no object: true': [true, 'the answer is not an object'],
    'an empty object': [
      {},
      'the answer has none of the documented fields, so it holds no settings',
    ],
    'a RequestId alone': [
      { RequestId: 'r-1' },
      'the answer has none of the documented fields, so it holds no settings',
    ],
    'the settings of something else': [
      { EnableScan: true, facts: { allImagesCovered: true } },
      'the answer has none of the documented fields, so it holds no settings',
    ],
    'documented fields one level too deep': [
      { Response: goodSettings },
      'the answer has none of the documented fields, so it holds no settings',
    ],
    'documented fields behind __proto__': [
      parseJson('{"__proto__":{"Enable":true}}'),
      'the answer has none of the documented fields, so it holds no settings',
    ],
    'documented fields by inheritance': [
      Object.create(goodSettings),
      'the answer has none of the documented fields, so it holds no settings',
    ],
    'a number that JSON cannot hold': [
      parseJson('{"Enable":true,"ScanPeriod":1e999}'),
      'the answer is not usable: a number that JSON cannot hold',
    ],
    'a number that JSON cannot hold, deep inside': [
      parseJson('{"Enable":true,"More":[{"a":[-1e999]}]}'),
      'the answer is not usable: a number that JSON cannot hold',
    ],
    'lists in lists in lists': [
      { ...goodSettings, Images: nested(100) },
      'the answer is not usable: too deep',
    ],
    'ten thousand lists in one another': [
      { ...goodSettings, Images: nested(10_000) },
      'the answer is not usable: too deep',
    ],
    'too many values': [
      { ...goodSettings, Images: Array.from({ length: 100_000 }, () => 'a') },
      'the answer is not usable: too large',
    ],
  };
  it.each(Object.entries(refused))('refuses %s', (_name, [answer, what]) => {
    expect(observed(answer)).toEqual({
      source,
      observedAt,
      error: { code: 'BadAnswer', message: `${source}: ${what}` },
    });
  });

  it('refuses a list that is not whole', () => {
    const id = 'DescribeCompliancePeriodTaskList';
    const answer = { TotalCount: 2, PeriodTaskSet: [{ PeriodTaskId: 1 }] };
    expect(interpret(sourceNamed(id), answer, observedAtMs, timezone)).toEqual({
      source: id,
      observedAt,
      error: {
        code: 'BadAnswer',
        message: `${id}: PeriodTaskSet has 1 of 2 items, so the list is not whole`,
      },
    });
  });

  const drifts: Record<string, [change: JsonObject, drift: Drift]> = {
    'an undocumented field': [
      { ScanSecrets: true },
      { pointer: '/ScanSecrets', kind: 'undocumented-field' },
    ],
    'an undocumented field of null': [
      { ScanSecrets: null },
      { pointer: '/ScanSecrets', kind: 'undocumented-field' },
    ],
    'a field whose name needs escaping': [
      { 'a/b~c': 1 },
      { pointer: '/a~1b~0c', kind: 'undocumented-field' },
    ],
    'a field named facts': [
      { facts: { allImagesCovered: true } },
      { pointer: '/facts', kind: 'undocumented-field' },
    ],
    'a field named __proto__': [
      parseJson('{"__proto__":{"Enable":false}}') as JsonObject,
      { pointer: '/__proto__', kind: 'undocumented-field' },
    ],
    'a field named constructor': [
      { constructor: 'a' },
      { pointer: '/constructor', kind: 'undocumented-field' },
    ],
    'an undocumented number': [
      { ScanScope: 4 },
      { pointer: '/ScanScope', kind: 'undocumented-value' },
    ],
    'an undocumented text': [
      { ScanResult: 'PartialSuccess' },
      { pointer: '/ScanResult', kind: 'undocumented-value' },
    ],
    'a documented text in other case': [
      { ScanResult: 'success' },
      { pointer: '/ScanResult', kind: 'undocumented-value' },
    ],
    'a text for a boolean': [{ Enable: 'true' }, { pointer: '/Enable', kind: 'undocumented-type' }],
    'a fraction for an integer': [
      { ScanPeriod: 1.5 },
      { pointer: '/ScanPeriod', kind: 'undocumented-type' },
    ],
    'a number for a text': [{ ScanTime: 18 }, { pointer: '/ScanTime', kind: 'undocumented-type' }],
    'a text for a list': [
      { ExcludeImages: 'a' },
      { pointer: '/ExcludeImages', kind: 'undocumented-type' },
    ],
    'a list of something else': [
      { ClusterIDs: ['a', 1] },
      { pointer: '/ClusterIDs', kind: 'undocumented-type' },
    ],
  };
  it.each(Object.entries(drifts))('keeps and names %s', (_name, [change, drift]) => {
    const settings = { ...goodSettings, ...change };
    const observation = observed(settings);
    expect(observation).toMatchObject({ drift: [drift] });
    expect('settings' in observation && canonicalJson(observation.settings)).toBe(
      canonicalJson(settings),
    );
  });

  const inside: Record<string, [source: string, settings: JsonObject, drift: readonly Drift[]]> = {
    'a new field of an item, once for all items': [
      'DescribeEscapeRuleInfo',
      {
        RuleSet: [
          { Type: 'ESCAPE_SYSCALL' },
          ...Array.from({ length: 11 }, (_, index) => ({ New: index })),
        ],
      },
      [{ pointer: '/RuleSet/1/New', kind: 'undocumented-field' }],
    ],
    'a new value in an item': [
      'DescribeEscapeRuleInfo',
      { RuleSet: [{ Type: 'ESCAPE_MOON', IsEnable: true }] },
      [{ pointer: '/RuleSet/0/Type', kind: 'undocumented-value' }],
    ],
    'another type in an item': [
      'DescribeEscapeRuleInfo',
      { RuleSet: [{ IsEnable: 1 }, { IsEnable: true }] },
      [{ pointer: '/RuleSet/0/IsEnable', kind: 'undocumented-type' }],
    ],
    'an item that is null': [
      'DescribeEscapeRuleInfo',
      { RuleSet: [null] },
      [{ pointer: '/RuleSet', kind: 'undocumented-type' }],
    ],
    'a new field of an object in an item': [
      'DescribeCompliancePeriodTaskList',
      { TotalCount: 1, PeriodTaskSet: [{ PeriodRule: { Frequency: 2, Zone: 'UTC' } }] },
      [
        { pointer: '/PeriodTaskSet/0/PeriodRule/Frequency', kind: 'undocumented-value' },
        { pointer: '/PeriodTaskSet/0/PeriodRule/Zone', kind: 'undocumented-field' },
      ],
    ],
    'a new value in a list of texts': [
      'DescribeAbnormalProcessRules',
      {
        TotalCount: 1,
        RuleSet: [{}],
        RuleExtSet: [{ RuleActions: ['RULE_MODE_ALERT', 'RULE_MODE_KILL', 'RULE_MODE_X'] }],
      },
      [{ pointer: '/RuleExtSet/0/RuleActions/1', kind: 'undocumented-value' }],
    ],
    'new fields that differ in a number, each by itself': [
      'DescribeEscapeRuleInfo',
      { RuleSet: [{ New1: 1, New2: 1, '1New': 1, '2New': 1 }] },
      ['New1', 'New2', '1New', '2New'].map((name) => ({
        pointer: `/RuleSet/0/${name}`,
        kind: 'undocumented-field',
      })),
    ],
    'a new field of an object, and one beside it that reads the same': [
      'DescribeCompliancePeriodTaskList',
      { TotalCount: 1, PeriodTaskSet: [{ PeriodRule: { Zone: 'UTC' }, PeriodRuleZone: 'UTC' }] },
      [
        { pointer: '/PeriodTaskSet/0/PeriodRule/Zone', kind: 'undocumented-field' },
        { pointer: '/PeriodTaskSet/0/PeriodRuleZone', kind: 'undocumented-field' },
      ],
    ],
    'another type and a new value of one field': [
      'DescribeEscapeRuleInfo',
      { RuleSet: [{ Type: 1 }, { Type: 'ESCAPE_MOON' }] },
      [
        { pointer: '/RuleSet/0/Type', kind: 'undocumented-type' },
        { pointer: '/RuleSet/1/Type', kind: 'undocumented-value' },
      ],
    ],
    'nothing of null and of what is missing': [
      'DescribeCompliancePeriodTaskList',
      { TotalCount: 2, PeriodTaskSet: [{ PeriodRule: null }, { BenchmarkStandardSet: null }] },
      [],
    ],
  };
  it.each(Object.entries(inside))('names %s', (_name, [id, settings, drift]) => {
    const observation = interpret(sourceNamed(id), settings, observedAtMs, timezone);
    expect('settings' in observation ? (observation.drift ?? []) : observation).toEqual(drift);
  });

  it('names drift in the order of the answer', () => {
    const answer = { ScanScope: 7, Enable: 1, New: 0 };
    expect(observed(answer)).toMatchObject({
      drift: [
        { pointer: '/ScanScope', kind: 'undocumented-value' },
        { pointer: '/Enable', kind: 'undocumented-type' },
        { pointer: '/New', kind: 'undocumented-field' },
      ],
    });
  });

  const undrifted: Record<string, JsonObject> = {
    'whole settings': goodSettings,
    'a missing field': without(goodSettings, 'ScanScope', 'LastScanTime'),
    'fields of null': { ...goodSettings, ScanScope: null, Images: null },
    'the deprecated All': { ...goodSettings, All: true },
    'a single field': { Enable: null },
  };
  it.each(Object.entries(undrifted))('sees no drift in %s', (_name, settings) => {
    expect(observed(settings)).not.toHaveProperty('drift');
  });

  it('keeps every answer as it was, or refuses it; never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyJson,
          fc.dictionary(
            fc.oneof(fc.constantFrom(...Object.keys(scanSource.fields)), anyKey),
            anyJson,
          ),
        ),
        (answer) => {
          const observation = observed(answer);
          if ('error' in observation) return;
          const { RequestId, ...settings } = answer as JsonObject;
          expect(canonicalJson(observation.settings)).toBe(canonicalJson(settings));
          expect(observation.requestId).toBe(typeof RequestId === 'string' ? RequestId : '');
          const stored = parseJson(JSON.stringify(observation));
          expect(canonicalJson(stored)).toBe(canonicalJson(observation as unknown as Json));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives the same for the same answer, time and zone', () => {
    const [shanghai, again, utc] = [timezone, timezone, 'UTC'].map((zone) =>
      interpret(scanSource, goodSettings, observedAtMs, zone),
    );
    expect(again).toEqual(shanghai);
    expect(utc).toMatchObject({ facts: { hoursSinceLastScan: 0 } });
  });
});

describe('observe', () => {
  const options = { deadlineMs: observedAtMs + 1000, timezone };
  const clock = createManualClock(observedAtMs);
  function readerOf(read: SettingsReader['read']): SettingsReader {
    return { read, whoAmI: () => Promise.reject(new Error('not asked')) };
  }

  it('reads each source once, before the deadline', async () => {
    const asked: unknown[] = [];
    const reader = readerOf((asking, deadlineMs) => {
      asked.push([asking.action, deadlineMs]);
      return Promise.resolve({ ...goodSettings, RequestId: 'r-1' });
    });
    const other = { ...scanSource, id: 'DescribeOther', action: 'DescribeOther' };
    const observations = await observe({ reader, clock }, [scanSource, other], options);
    expect(asked).toEqual([
      [source, options.deadlineMs],
      ['DescribeOther', options.deadlineMs],
    ]);
    expect(observations).toEqual([
      observed({ ...goodSettings, RequestId: 'r-1' }),
      { source: 'DescribeOther', observedAt, requestId: 'r-1', settings: goodSettings, facts: {} },
    ]);
  });

  it('reads 32 sources at once and no more', async () => {
    let atOnce = 0;
    let most = 0;
    const reader = readerOf(async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
      return goodSettings;
    });
    const many = Array.from({ length: 100 }, (_, index) => ({ ...scanSource, id: String(index) }));
    const observations = await observe({ reader, clock }, many, options);
    expect(observations.map(({ source: id }) => id)).toEqual(many.map(({ id }) => id));
    expect(most).toBe(32);
  });

  it('turns what the cloud refused into an observation, and reads the others', async () => {
    const reader = readerOf(({ action }) =>
      action === source
        ? Promise.reject(new CloudError('AuthFailure.UnauthorizedOperation', 'grant it'))
        : Promise.resolve(goodSettings),
    );
    const other = { ...scanSource, id: 'DescribeOther', action: 'DescribeOther' };
    expect(await observe({ reader, clock }, [scanSource, other], options)).toEqual([
      {
        source,
        observedAt,
        error: { code: 'AuthFailure.UnauthorizedOperation', message: 'grant it' },
      },
      { source: 'DescribeOther', observedAt, requestId: '', settings: goodSettings, facts: {} },
    ]);
  });

  const strangers: Record<string, Error> = {
    'a fault of ours': new TypeError('undefined is not a function'),
    'an error of another part': new AuditError('EVIDENCE_UNREADABLE', 'no disk'),
  };
  it.each(Object.entries(strangers))('does not swallow %s', async (_name, error) => {
    const reader = readerOf(() => Promise.reject(error));
    await expect(observe({ reader, clock }, [scanSource], options)).rejects.toBe(error);
  });

  it('does not swallow what is thrown before there is a promise', async () => {
    const error = new Error('at once');
    const reader = readerOf(() => {
      throw error;
    });
    await expect(observe({ reader, clock }, [scanSource], options)).rejects.toBe(error);
  });

  it('says nothing of nothing', async () => {
    const reader = readerOf(() => Promise.resolve(goodSettings));
    expect(await observe({ reader, clock }, [], options)).toEqual([]);
  });
});

it('unreadable keeps code and message', () => {
  expect(unreadable(scanSource, new CloudError('Timeout', 'too late'), observedAtMs)).toEqual({
    source,
    observedAt,
    error: { code: 'Timeout', message: 'too late' },
  });
});
