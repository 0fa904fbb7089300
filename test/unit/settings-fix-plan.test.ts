import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../shared/model.ts';
import { planFix, type FixPlan, type Wanted } from '../../shared/settings/fix-plan.ts';
import { sources } from '../../shared/settings/sources.ts';
import { writers, type Writer } from '../../shared/settings/writers.ts';

function writerOf(source: string): Writer {
  const writer = writers[source];
  if (writer === undefined) throw new Error(`no writer of ${source}`);
  return writer;
}

describe('writers', () => {
  it('belong to a source each, and take from fields that it has', () => {
    const strange = Object.entries(writers).flatMap(([id, { each, parameters }]) => {
      const source = sources[id];
      const list = each === undefined ? undefined : source?.fields[each];
      const fields = list?.type === 'object[]' ? list.item : source?.fields;
      return Object.entries(parameters).flatMap(([name, parameter]) => {
        if (!('from' in parameter)) return [];
        const field = fields?.[parameter.from];
        const items = Object.values(parameter.item ?? {});
        const isThere =
          field?.type === parameter.type &&
          items.every((item) => field.type === 'object[]' && Object.hasOwn(field.item, item));
        return isThere ? [] : [`${id} ${name}`];
      });
    });
    expect(strange).toEqual([]);
  });
});

const scan: JsonObject = {
  Enable: true,
  ScanTime: '18:00:00',
  ScanPeriod: 30,
  ScanVirus: true,
  ScanRisk: true,
  ScanVul: false,
  All: false,
  Images: [],
  ContainerRunning: true,
  ScanScope: 2,
  ScanEndTime: '20:00',
  ExcludeImages: ['sha256:aa'],
  ClusterIDs: null,
  LastScanTime: '2026-11-24 18:00:00',
  ScanResult: 'Success',
};
const { All: _, ClusterIDs: __, LastScanTime: ___, ScanResult: ____, ...written } = scan;
const set = (policyId: string, values: JsonObject): Wanted => ({ policyId, set: values });
const planOf = (source: string, settings: JsonObject, ...wanted: readonly Wanted[]): FixPlan =>
  planFix(writerOf(source), settings, wanted);
const scanPlan = (settings: JsonObject, ...wanted: readonly Wanted[]) =>
  planOf('DescribeAssetImageScanSetting', settings, ...wanted);

describe('planFix', () => {
  it('sends all present values, with what the policies set and nothing else changed', () => {
    const wanted = [set('a', { ScanPeriod: 1 }), set('b', { ScanVul: true, ExcludeImages: [] })];
    expect(scanPlan(scan, ...wanted)).toEqual({
      kind: 'requests',
      requests: [
        {
          body: { ...written, ScanPeriod: 1, ScanVul: true, ExcludeImages: [] },
          changes: [
            { parameter: 'ScanPeriod', from: 30, to: 1 },
            { parameter: 'ScanVul', from: false, to: true },
            { parameter: 'ExcludeImages', from: ['sha256:aa'], to: [] },
          ],
          unknown: [],
        },
      ],
    });
  });

  it('sends the older form where the answer has no newer', () => {
    const { ScanScope: _scope, ...older } = scan;
    const plan = scanPlan({ ...older, All: true }, set('a', { ScanVul: true }));
    expect(plan).toMatchObject({ requests: [{ body: { All: true } }] });
  });

  const unknowns: Record<string, [settings: JsonObject, why: string]> = {
    'is missing': [
      { ...scan, ScanTime: undefined } as unknown as JsonObject,
      'the API did not return ScanTime',
    ],
    'is null': [{ ...scan, ScanTime: null }, 'the API did not return ScanTime'],
    'is of another type': [
      { ...scan, ScanTime: 18 },
      'the API returned ScanTime as 18, which is no string',
    ],
  };
  it.each(Object.entries(unknowns))(
    'makes nothing up where a present value %s',
    (_name, [settings, why]) => {
      const plan = scanPlan(settings, set('a', { ScanVul: true }));
      const { ScanTime: _time, ...rest } = written;
      expect(plan).toMatchObject({
        requests: [{ body: { ...rest, ScanVul: true }, unknown: [{ parameter: 'ScanTime', why }] }],
      });
    },
  );

  it('does not lose an optional value that it cannot make sense of', () => {
    const plan = scanPlan({ ...scan, Images: 'all' }, set('a', { ScanVul: true }));
    const why = 'the API returned Images as "all", which is no string[]';
    expect(plan).toMatchObject({ requests: [{ unknown: [{ parameter: 'Images', why }] }] });
  });

  it('names policies that contradict each other, and plans nothing for them', () => {
    expect(scanPlan(scan, set('a', { ScanPeriod: 1 }), set('b', { ScanPeriod: 7 }))).toEqual({
      kind: 'conflict',
      conflicts: [
        {
          parameter: 'ScanPeriod',
          wanted: [
            { policyId: 'a', value: 1 },
            { policyId: 'b', value: 7 },
          ],
        },
      ],
    });
  });

  it('takes two policies that set the same', () => {
    expect(scanPlan(scan, set('a', { ScanPeriod: 1 }), set('b', { ScanPeriod: 1 }))).toMatchObject({
      requests: [{ changes: [{ parameter: 'ScanPeriod', from: 30, to: 1 }] }],
    });
  });

  it('makes a request for each item of a list that changes, and keeps the rest of its object', () => {
    const rule = { Frequency: 7, ExecutionTime: '01:00:00', Enable: false };
    const task = { PeriodTaskId: 1, AssetType: 'ASSET_IMAGE', PeriodRule: rule };
    const on = { ...task, PeriodTaskId: 2, PeriodRule: { ...rule, Enable: true } };
    const settings = { TotalCount: 2, PeriodTaskSet: [task, on] };
    const wanted = set('a', { PeriodRule: { Enable: true } });
    expect(planOf('DescribeCompliancePeriodTaskList', settings, wanted)).toEqual({
      kind: 'requests',
      requests: [
        {
          body: { PeriodTaskId: 1, PeriodRule: { ...rule, Enable: true } },
          changes: [{ parameter: 'PeriodRule', from: rule, to: { ...rule, Enable: true } }],
          unknown: [],
        },
      ],
    });
  });

  it('renames what is written under another name', () => {
    const settings = { List: [{ LogType: 'k8s_api', IsJoined: false, Count: 3 }] };
    expect(planOf('DescribeSecLogJoinTypeList', settings, set('a', { State: true }))).toMatchObject(
      {
        requests: [{ body: { LogType: 'k8s_api', State: true }, unknown: [] }],
      },
    );
  });

  it('says what the request needs and no answer holds', () => {
    const rule = { RangeType: 'MANUAL', MaxDailyCount: 5, IsEnabled: 0, RuleId: 3 };
    const plan = (settings: JsonObject) =>
      planOf('DescribeImageAutoAuthorizedRule', settings, set('a', { IsEnabled: 1 }));
    expect(plan(rule)).toMatchObject({
      requests: [{ body: { ...rule, IsEnabled: 1 }, unknown: [{ parameter: 'HostIdSet' }] }],
    });
    expect(plan({ ...rule, RangeType: 'ALL' })).toMatchObject({ requests: [{ unknown: [] }] });
  });
});
