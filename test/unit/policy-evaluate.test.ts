import { describe, expect, it } from 'vitest';

import type { Finding, Json, JsonObject, Observation, Policy } from '../../shared/model.ts';
import type { Check, CompiledPolicy } from '../../shared/policy/compiled.ts';
import { evaluate } from '../../shared/policy/evaluate.ts';
import {
  compiled,
  goodSettings,
  judge,
  observed,
  policyOf,
  scanSource,
  shipped,
  statusesOf,
  without,
} from '../support/settings.ts';

const ids = compiled.map(({ policy }) => policy.id);
const identity = { policyId: 'made-up', severity: 'low' };
const error = (reason: string) => ({ ...identity, status: 'error', reason });

/** What every policy says of good settings; `selection` has nothing to ask where all is scanned. */
const good: Readonly<Record<string, string>> = {
  ...Object.fromEntries(ids.map((id) => [id, 'pass'])),
  'image-scan-selection': 'skip',
};
const off: Readonly<Record<string, string>> = {
  ...Object.fromEntries(ids.map((id) => [id, 'skip'])),
  'image-scan-enabled': 'fail',
};
const unseen = Object.fromEntries(ids.map((id) => [id, 'error']));

it('has twelve policies to judge by', () => {
  expect(ids).toHaveLength(12);
  expect(statusesOf(goodSettings)).toEqual(good);
});

describe('booleans', () => {
  /** The policy that a field decides, and the value that it wants. */
  const decides: Readonly<Record<string, [id: string, wanted: boolean]>> = {
    ScanVirus: ['image-scan-malware', true],
    ScanRisk: ['image-scan-sensitive-data', true],
    ScanVul: ['image-scan-vulnerabilities', true],
    ContainerRunning: ['image-scan-idle-images', false],
  };
  const values: Readonly<Record<string, Json | undefined>> = {
    true: true,
    false: false,
    missing: undefined,
    null: null,
    'the text "true"': 'true',
    'the text "false"': 'false',
    'the number 1': 1,
    'the number 0': 0,
    'a list of true': [true],
    'an object': {},
  };
  const fields = Object.entries(scanSource.fields)
    .filter(([, { type }]) => type === 'boolean')
    .map(([name]) => name);
  it('are six', () => {
    expect(fields).toEqual([
      'Enable',
      'ScanVirus',
      'ScanRisk',
      'ScanVul',
      'All',
      'ContainerRunning',
    ]);
  });

  const cases = fields.flatMap((field) =>
    Object.entries(values).map(([name, value]) => [`${field} is ${name}`, field, value] as const),
  );
  it.each(cases)('%s', (_name, field, value) => {
    const settings: JsonObject =
      value === undefined ? without(goodSettings, field) : { ...goodSettings, [field]: value };
    expect(statusesOf(settings)).toEqual(expectedOf(field, value));
  });

  function expectedOf(field: string, value: Json | undefined) {
    if (field === 'Enable') return value === true ? good : value === false ? off : unseen;
    const [id, wanted] = decides[field] ?? [];
    if (id === undefined) return good;
    const status = typeof value !== 'boolean' ? 'error' : value === wanted ? 'pass' : 'fail';
    return { ...good, [id]: status };
  }

  const legacy: Record<string, [all: Json | undefined, status: string]> = {
    'All true covers all where there is no ScanScope': [true, 'pass'],
    'All false covers not all where there is no ScanScope': [false, 'fail'],
    'nobody can tell without both': [undefined, 'error'],
    'nobody can tell from All null': [null, 'error'],
    'nobody can tell from All in text': ['true', 'error'],
  };
  it.each(Object.entries(legacy))('%s', (_name, [All, status]) => {
    const settings = without(goodSettings, 'ScanScope');
    expect(statusesOf(All === undefined ? settings : { ...settings, All })).toEqual({
      ...good,
      'image-scan-scope': status,
      'image-scan-selection': 'error',
    });
  });
});

describe('a field that cannot be seen makes every policy that needs it an error', () => {
  const needing: Readonly<Record<string, readonly string[]>> = {
    ScanTime: ['image-scan-window'],
    ScanPeriod: ['image-scan-fresh', 'image-scan-period'],
    ScanScope: ['image-scan-scope', 'image-scan-selection'],
    ScanEndTime: ['image-scan-window'],
    ExcludeImages: ['image-scan-no-exclusions'],
    LastScanTime: ['image-scan-fresh'],
    ScanResult: ['image-scan-last-result'],
    Images: [],
    ClusterIDs: [],
  };
  const wrong: Readonly<Record<string, Json | undefined>> = {
    missing: undefined,
    null: null,
    false: false,
    'an object': { length: 1 },
    'a fraction': 1.5,
    'a list of lists': [[]],
  };
  const cases = Object.entries(needing).flatMap(([field, policies]) =>
    Object.entries(wrong).map(
      ([name, value]) => [`${field} is ${name}`, field, value, policies] as const,
    ),
  );
  it.each(cases)('%s', (_name, field, value, policies) => {
    const settings =
      value === undefined ? without(goodSettings, field) : { ...goodSettings, [field]: value };
    const errors = Object.fromEntries(policies.map((id) => [id, 'error']));
    expect(statusesOf(settings)).toEqual({ ...good, ...errors });
  });

  it.each(Object.entries({ Images: 1, ClusterIDs: 3 }))(
    '%s, when it is what is selected',
    (field, ScanScope) => {
      const settings = { ...goodSettings, ScanScope };
      const given = [
        without(settings, field),
        { ...settings, [field]: null },
        { ...settings, [field]: 'a' },
      ];
      expect(given.map((answer) => statusesOf(answer)['image-scan-selection'])).toEqual([
        'error',
        'error',
        'error',
      ]);
      expect(statusesOf({ ...settings, [field]: [] })['image-scan-selection']).toBe('fail');
      expect(statusesOf({ ...settings, [field]: ['a'] })['image-scan-selection']).toBe('pass');
    },
  );

  it.each([[null], [0], [{}], [['a']], ['a', null]])(
    'a list of images or clusters that are none: [%j …]',
    (...list) => {
      const images = { ...goodSettings, ScanScope: 1, Images: list };
      const clusters = { ...goodSettings, ScanScope: 3, ClusterIDs: list };
      const statuses = [images, clusters].map(
        (settings) => statusesOf(settings)['image-scan-selection'],
      );
      expect(statuses).toEqual(['error', 'error']);
    },
  );

  it('a time with an offset that no place on earth has', () => {
    const settings = { ...goodSettings, LastScanTime: '2026-11-20 02:00:00-90:00' };
    expect(statusesOf(settings)).toEqual({ ...good, 'image-scan-fresh': 'error' });
  });

  it('a fact that the answer itself claims counts for nothing', () => {
    const facts = { allImagesCovered: true, scanOverdueHours: 0, scanWindowMinutes: 600 };
    const settings = { ...without(goodSettings, 'ScanScope', 'LastScanTime', 'ScanTime'), facts };
    expect(statusesOf(settings)).toEqual({
      ...good,
      'image-scan-scope': 'error',
      'image-scan-selection': 'error',
      'image-scan-fresh': 'error',
      'image-scan-window': 'error',
    });
  });

  it('a field behind __proto__ counts for nothing', () => {
    const settings = JSON.parse('{"ScanVul":true,"__proto__":{"Enable":true}}') as JsonObject;
    expect(statusesOf(settings)).toEqual(unseen);
  });
});

describe('the window', () => {
  const windows: Record<string, [start: string, end: string, status: string]> = {
    'of no length': ['2026-11-23 23:59:59', '23:59:59', 'fail'],
    'of no length, the other way round': ['12:00:20', '2026-11-23 12:00:20', 'fail'],
    'of exactly an hour': ['2026-11-23 12:00:20', '13:00:20', 'pass'],
    'of exactly an hour, the other way round': ['12:00:20', '2026-11-23 13:00:20', 'pass'],
    'a second short of an hour': ['2026-11-23 12:00:20', '13:00:19', 'fail'],
  };
  it.each(Object.entries(windows))('%s', (_name, [ScanTime, ScanEndTime, status]) => {
    const settings = { ...goodSettings, ScanTime, ScanEndTime };
    expect(statusesOf(settings)).toEqual({ ...good, 'image-scan-window': status });
  });
});

describe('the last scan', () => {
  const scans: Record<string, [time: string, status: string]> = {
    'a day overdue': ['2026-11-22T02:00:00Z', 'pass'],
    'a day and a second overdue': ['2026-11-22T01:59:59Z', 'fail'],
    'a day and 15 seconds overdue': ['2026-11-22T01:59:45Z', 'fail'],
  };
  it.each(Object.entries(scans))('%s', (_name, [LastScanTime, status]) => {
    const settings = { ...goodSettings, LastScanTime };
    expect(statusesOf(settings)).toEqual({ ...good, 'image-scan-fresh': status });
  });
});

describe('reasons', () => {
  const cases: Record<string, [id: string, settings: JsonObject, reason: string]> = {
    'name the field that is missing': [
      'image-scan-vulnerabilities',
      without(goodSettings, 'ScanVul'),
      'the API did not return ScanVul',
    ],
    'name the field that is null': [
      'image-scan-vulnerabilities',
      { ...goodSettings, ScanVul: null },
      'the API did not return ScanVul',
    ],
    'name the field that `when` reads': [
      'image-scan-vulnerabilities',
      without(goodSettings, 'Enable'),
      'the API did not return Enable',
    ],
    'name every field that `when` reads': [
      'image-scan-selection',
      without(goodSettings, 'Enable', 'ScanScope'),
      'the API did not return Enable; the API did not return ScanScope',
    ],
    'show the value of a wrong type': [
      'image-scan-vulnerabilities',
      { ...goodSettings, ScanVul: 'true' },
      'the API returned ScanVul as "true", documented as boolean',
    ],
    'show a value of a wrong type cut short': [
      'image-scan-no-exclusions',
      { ...goodSettings, ExcludeImages: 'a'.repeat(100) },
      `the API returned ExcludeImages as "${'a'.repeat(58)}…, documented as string[]`,
    ],
    'show a value of a wrong type on one line': [
      'image-scan-last-result',
      { ...goodSettings, ScanResult: ['a\n\u202eb'] },
      'the API returned ScanResult as ["a\\n b"], documented as string',
    ],
    'name what a fact could not be derived from': [
      'image-scan-fresh',
      { ...goodSettings, LastScanTime: '', ScanPeriod: 1 },
      'scanOverdueHours could not be derived from LastScanTime "", ScanPeriod 1',
    ],
    'name the fields of a fact that are not returned': [
      'image-scan-window',
      without(goodSettings, 'ScanTime', 'ScanEndTime'),
      'scanWindowMinutes could not be derived from ScanTime (not returned), ScanEndTime (not returned)',
    ],
    'name the fields of a fact that are null': [
      'image-scan-scope',
      { ...goodSettings, ScanScope: null },
      'allImagesCovered could not be derived from ScanScope (not returned), All (not returned)',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [id, settings, reason]) => {
    const policy = shipped(id);
    const { severity } = policy.policy;
    expect(judge(policy, settings)).toEqual({ policyId: id, severity, status: 'error', reason });
  });

  const unknown: Record<string, [require: JsonObject, reason: string]> = {
    'name a fact that the source does not have': [
      { properties: { facts: { required: ['constructor'] } } },
      'constructor could not be derived from ',
    ],
    'tell a field from the fact of the same name': [
      { properties: { Plan: { required: ['allImagesCovered'] } } },
      'the API did not return Plan.allImagesCovered',
    ],
  };
  it.each(Object.entries(unknown))('%s', (_name, [require, reason]) => {
    expect(judge(policyOf({ require }), { ...goodSettings, Plan: {} })).toEqual(error(reason));
  });

  const policy = policyOf({ require: { properties: { ScanVul: { const: true } } } });
  const unread: Record<string, [observation: Observation | undefined, reason: string]> = {
    'say that a source was not read': [undefined, 'DescribeAssetImageScanSetting was not read'],
    'say why a source could not be read': [
      {
        source: scanSource.action,
        observedAt: '2026-11-24T02:00:00.000Z',
        error: { code: 'Timeout', message: 'no answer in time' },
      },
      'Timeout: no answer in time',
    ],
  };
  it.each(Object.entries(unread))('%s', (_name, [observation, reason]) => {
    expect(evaluate(policy, scanSource, observation)).toEqual(error(reason));
  });

  it('say that a policy does not apply', () => {
    expect(judge(shipped('image-scan-scope'), { ...goodSettings, Enable: false })).toEqual({
      policyId: 'image-scan-scope',
      severity: 'high',
      status: 'skip',
      reason: 'the policy does not apply: its "when" does not match',
    });
  });
});

describe('onMissing', () => {
  type OnMissing = Policy['onMissing'];
  const reading = (onMissing: OnMissing): CompiledPolicy =>
    policyOf({
      require: { properties: { ScanVul: { const: true }, ScanRisk: { const: true } } },
      ...(onMissing !== undefined && { onMissing }),
    });
  const absence = (field: string) => ({
    pointer: `/${field}`,
    expected: 'present',
    actual: null,
    message: `/${field} must be present, the API did not return it`,
  });
  const both = without(goodSettings, 'ScanVul', 'ScanRisk');
  const wrong = { ...without(goodSettings, 'ScanVul'), ScanRisk: 'true' };
  const noneOfBoth = 'the API did not return ScanVul; the API did not return ScanRisk';
  const wrongReason =
    'the API did not return ScanVul; the API returned ScanRisk as "true", documented as boolean';

  const cases: Record<string, [onMissing: OnMissing, settings: JsonObject, verdict: object]> = {
    'is error unless stated': [undefined, both, { status: 'error', reason: noneOfBoth }],
    'can be stated as error': ['error', both, { status: 'error', reason: noneOfBoth }],
    'can be fail, at every field': [
      'fail',
      both,
      { status: 'fail', violations: [absence('ScanVul'), absence('ScanRisk')] },
    ],
    'can be fail, for null too': [
      'fail',
      { ...goodSettings, ScanVul: null },
      { status: 'fail', violations: [absence('ScanVul')] },
    ],
    'can be skip': ['skip', both, { status: 'skip', reason: 'no ScanVul here' }],
    'never makes a wrong type a fail': ['fail', wrong, { status: 'error', reason: wrongReason }],
    'never makes a wrong type a skip': ['skip', wrong, { status: 'error', reason: wrongReason }],
    'says nothing of what is there': ['skip', goodSettings, { status: 'pass' }],
  };
  it.each(Object.entries(cases))('%s', (_name, [onMissing, settings, verdict]) => {
    expect(judge(reading(onMissing), settings)).toEqual({ ...identity, ...verdict });
  });

  describe('behind a fact', () => {
    const byFact = (fact: string, onMissing: OnMissing = 'skip') =>
      policyOf({
        require: { properties: { facts: { properties: { [fact]: { const: true } } } } },
        onMissing,
      });
    const underived = (given: string) => ({
      status: 'error',
      reason: `allImagesCovered could not be derived from ${given}`,
    });
    const neither = without(goodSettings, 'ScanScope');
    const absent = { status: 'skip', reason: 'no facts.allImagesCovered here' };
    const facts: Record<string, [settings: JsonObject, verdict: object]> = {
      'counts where all of its fields are absent': [neither, absent],
      'counts where all of its fields are null': [
        { ...goodSettings, ScanScope: null, All: null },
        absent,
      ],
      'does not count where a field is of another type': [
        { ...goodSettings, ScanScope: '0' },
        underived('ScanScope "0", All (not returned)'),
      ],
      'does not count where a field is unknown': [
        { ...goodSettings, ScanScope: 4 },
        underived('ScanScope 4, All (not returned)'),
      ],
      'does not count where a field is false': [
        { ...goodSettings, ScanScope: false },
        underived('ScanScope false, All (not returned)'),
      ],
      'does not count where only one of its fields is absent': [
        { ...neither, All: 'true' },
        underived('ScanScope (not returned), All "true"'),
      ],
    };
    it.each(Object.entries(facts))('%s', (_name, [settings, verdict]) => {
      expect(judge(byFact('allImagesCovered'), settings)).toEqual({ ...identity, ...verdict });
    });

    it('fails at the fact', () => {
      expect(judge(byFact('allImagesCovered', 'fail'), neither)).toEqual({
        ...identity,
        status: 'fail',
        violations: [absence('facts/allImagesCovered')],
      });
    });

    it('does not count of two times where one is there', () => {
      const settings = without(goodSettings, 'ScanEndTime');
      expect(judge(byFact('scanWindowMinutes'), settings)).toEqual(
        error(
          'scanWindowMinutes could not be derived from ScanTime "18:00", ScanEndTime (not returned)',
        ),
      );
    });
  });

  it('counts for `when` too', () => {
    const policy = policyOf({
      when: { properties: { Enable: { const: true } } },
      require: { properties: { ScanVul: { const: true } } },
      onMissing: 'skip',
    });
    expect(judge(policy, without(goodSettings, 'Enable'))).toEqual({
      ...identity,
      status: 'skip',
      reason: 'no Enable here',
    });
  });

  it('looks at `require` only where `when` matches', () => {
    expect(judge(shipped('image-scan-window'), { Enable: false }).status).toBe('skip');
  });
});

describe('a check that cannot be trusted', () => {
  const reads = [['ScanVul']];
  const base = policyOf({ require: { properties: { ScanVul: { const: true } } } });
  const byCheck = (check: Check): CompiledPolicy => ({ ...base, require: { check, reads } });
  const strange =
    (answer: unknown): Check =>
    () =>
      answer;
  const withErrors = (errors: unknown): Check => Object.assign(() => false, { errors }) as Check;

  const cases: Record<string, [check: Check, reason: string]> = {
    'no without a reason: undefined': [
      withErrors(undefined),
      'the check said no and gave no reason',
    ],
    'no without a reason: null': [withErrors(null), 'the check said no and gave no reason'],
    'no without a reason: an empty list': [withErrors([]), 'the check said no and gave no reason'],
    'an exception': [
      () => {
        throw new RangeError('Maximum call stack size exceeded');
      },
      'the check failed: Maximum call stack size exceeded',
    ],
    'a promise of yes': [strange(Promise.resolve(true)), 'the check gave no yes or no'],
    nothing: [strange(undefined), 'the check gave no yes or no'],
    'the number 1': [strange(1), 'the check gave no yes or no'],
    'the text "true"': [strange('true'), 'the check gave no yes or no'],
    'errors that are none': [withErrors([null]), expect.stringMatching(/^the check failed: /)],
  };
  it.each(Object.entries(cases))('is an error: %s', (_name, [check, reason]) => {
    expect(judge(byCheck(check), goodSettings)).toEqual(error(reason));
  });

  const inWhen: Record<string, [check: Check, reason: string]> = {
    'an exception': [
      () => {
        throw new Error('broken');
      },
      'the check failed: broken',
    ],
    'a promise of no': [strange(Promise.resolve(false)), 'the check gave no yes or no'],
    nothing: [strange(null), 'the check gave no yes or no'],
    'no without a reason: an empty list': [withErrors([]), 'the check said no and gave no reason'],
    'no without a reason: null': [withErrors(null), 'the check said no and gave no reason'],
  };
  it.each(Object.entries(inWhen))('is an error in `when`: %s', (_name, [check, reason]) => {
    expect(judge({ ...base, when: { check, reads } }, goodSettings)).toEqual(error(reason));
  });

  it('is asked nothing before all that it reads is seen', () => {
    const asked: unknown[] = [];
    const check: Check = (document) => {
      asked.push(document);
      return true;
    };
    judge(byCheck(check), without(goodSettings, 'ScanVul'));
    expect(asked).toEqual([]);
    expect(judge(byCheck(check), goodSettings).status).toBe('pass');
    const observation = observed(goodSettings);
    expect(asked).toEqual([
      { ...goodSettings, facts: 'facts' in observation ? observation.facts : {} },
    ]);
  });
});

it('judges the same settings twice the same', () => {
  const findings = (settings: JsonObject): readonly Finding[] =>
    compiled.map((policy) => judge(policy, settings));
  const bad = { ...goodSettings, ScanVul: false, ScanPeriod: 30 };
  const first = findings(bad);
  findings(goodSettings);
  expect(findings(bad)).toEqual(first);
});
