import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson, parseJson } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';
import { deriveFacts } from '../../shared/settings/facts.ts';
import { anyJson, anyKey } from '../support/arbitraries.ts';
import { goodSettings, observedAtMs, scanSource, timezone, without } from '../support/settings.ts';

function factsOf(settings: JsonObject, nowMs = observedAtMs): JsonObject {
  return deriveFacts('DescribeAssetImageScanSetting', settings, nowMs, timezone);
}

it('derives every documented fact of whole settings', () => {
  expect(factsOf(goodSettings)).toEqual({
    hoursSinceLastScan: 8,
    scanPeriodHours: 24,
    scanOverdueHours: -16,
    scanWindowMinutes: 120,
    allImagesCovered: true,
    selectedCount: 0,
    excludedImageCount: 0,
  });
  expect(Object.keys(factsOf(goodSettings))).toEqual(Object.keys(scanSource.facts));
});

it('derives nothing for an action without facts', () => {
  expect(deriveFacts('DescribeNothing', goodSettings, observedAtMs, timezone)).toEqual({});
});

it('derives nothing from nothing', () => {
  expect(factsOf({})).toEqual({});
});

describe('hours', () => {
  const absent = { hoursSinceLastScan: undefined, scanOverdueHours: undefined };
  const cases: Record<string, [change: JsonObject, facts: Record<string, Json | undefined>]> = {
    'count from a time without a zone in Shanghai': [
      { LastScanTime: '2026-11-23 10:00:00' },
      { hoursSinceLastScan: 24, scanOverdueHours: 0 },
    ],
    'count from a time with a zone': [
      { LastScanTime: '2026-11-23T02:00:00Z' },
      { hoursSinceLastScan: 24, scanOverdueHours: 0 },
    ],
    'are negative while the next scan is not due': [
      { LastScanTime: '2026-11-24T02:00:00Z', ScanPeriod: 7 },
      { hoursSinceLastScan: 0, scanPeriodHours: 168, scanOverdueHours: -168 },
    ],
    'are rounded up to two decimals': [
      { LastScanTime: '2026-11-24T01:39:59Z' },
      { hoursSinceLastScan: 0.34, scanOverdueHours: -23.66 },
    ],
    'are never younger than they are: a second counts': [
      { LastScanTime: '2026-11-22T01:59:59Z' },
      { hoursSinceLastScan: 48.01, scanOverdueHours: 24.01 },
    ],
    'are exact at a hundredth': [
      { LastScanTime: '2026-11-22T01:59:24Z' },
      { hoursSinceLastScan: 48.01, scanOverdueHours: 24.01 },
    ],
    'are 0 for a scan less than an hour ahead': [
      { LastScanTime: '2026-11-24T02:59:59Z' },
      { hoursSinceLastScan: 0, scanOverdueHours: -24 },
    ],
    'are 0 for a scan an hour ahead': [
      { LastScanTime: '2026-11-24T03:00:00Z' },
      { hoursSinceLastScan: 0, scanOverdueHours: -24 },
    ],
    'are absent for a scan more than an hour ahead': [
      { LastScanTime: '2026-11-24T03:00:01Z' },
      absent,
    ],
    'are absent without a scan': [{ LastScanTime: '' }, absent],
    'are absent for null': [{ LastScanTime: null }, absent],
    'are absent for a number': [{ LastScanTime: 1764000000 }, absent],
    'are absent for a list of a time': [{ LastScanTime: ['2026-11-23 10:00:00'] }, absent],
    'are absent for an offset that no place on earth has': [
      { LastScanTime: '2026-11-20 02:00:00-90:00' },
      absent,
    ],
    'are absent for a date that the calendar lacks': [
      { LastScanTime: '2026-02-30 10:00:00' },
      absent,
    ],
    'are those of the scan alone without a period': [
      { ScanPeriod: null },
      { hoursSinceLastScan: 8, scanPeriodHours: undefined, scanOverdueHours: undefined },
    ],
    'take no period of 0': [{ ScanPeriod: 0 }, { scanPeriodHours: undefined }],
    'take no negative period': [{ ScanPeriod: -1 }, { scanPeriodHours: undefined }],
    'take no period and a half': [{ ScanPeriod: 1.5 }, { scanPeriodHours: undefined }],
    'take no period in text': [{ ScanPeriod: '1' }, { scanPeriodHours: undefined }],
    'take no true for a period': [{ ScanPeriod: true }, { scanPeriodHours: undefined }],
    'take no period beyond safe integers': [
      { ScanPeriod: 2 ** 53 },
      { scanPeriodHours: undefined },
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [change, facts]) => {
    const derived = factsOf({ ...goodSettings, ...change });
    expect(Object.fromEntries(Object.keys(facts).map((key) => [key, derived[key]]))).toEqual(facts);
  });

  it('are absent with their field', () => {
    expect(factsOf(without(goodSettings, 'LastScanTime', 'ScanPeriod'))).toEqual({
      scanWindowMinutes: 120,
      allImagesCovered: true,
      selectedCount: 0,
      excludedImageCount: 0,
    });
  });
});

describe('scanWindowMinutes', () => {
  const cases: Record<string, [start: Json, end: Json, minutes: number | undefined]> = {
    'counts from start to end': ['16:40', '17:00', 20],
    'counts over midnight': ['23:30', '01:00', 90],
    'counts equal times as 0': ['18:00', '18:00:00', 0],
    'counts seconds': ['18:00:01', '19:00', 59],
    'counts the time of day of a full date-time': ['2026-11-23 18:00:00', '20:00', 120],
    'counts equal times as 0 in any form': ['2026-11-23 23:59:59', '23:59:59', 0],
    'counts equal times as 0 in any form, the other way round': [
      '12:00:20',
      '2026-11-23 12:00:20',
      0,
    ],
    'is absent for 24:00': ['18:00', '24:00', undefined],
    'is absent for no start': ['', '20:00', undefined],
    'is absent for a start of null': [null, '20:00', undefined],
    'is absent for an end of null': ['18:00', null, undefined],
    'is absent for numbers': [18, 20, undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [ScanTime, ScanEndTime, minutes]) => {
    expect(factsOf({ ...goodSettings, ScanTime, ScanEndTime })['scanWindowMinutes']).toBe(minutes);
  });

  it('is absent without a field', () => {
    expect(factsOf(without(goodSettings, 'ScanTime'))).not.toHaveProperty('scanWindowMinutes');
    expect(factsOf(without(goodSettings, 'ScanEndTime'))).not.toHaveProperty('scanWindowMinutes');
  });
});

describe('allImagesCovered', () => {
  const base = without(goodSettings, 'ScanScope');
  const cases: Record<string, [settings: JsonObject, isCovered: boolean | undefined]> = {
    'is true for ScanScope 0': [{ ScanScope: 0 }, true],
    'is false for ScanScope 1': [{ ScanScope: 1 }, false],
    'is true for ScanScope 2': [{ ScanScope: 2 }, true],
    'is false for ScanScope 3': [{ ScanScope: 3 }, false],
    'is absent for ScanScope 4': [{ ScanScope: 4 }, undefined],
    'is absent for ScanScope -1': [{ ScanScope: -1 }, undefined],
    'is absent for ScanScope in text': [{ ScanScope: '0' }, undefined],
    'is absent for ScanScope false': [{ ScanScope: false }, undefined],
    'is absent for ScanScope null': [{ ScanScope: null }, undefined],
    'is false for ScanScope 1, whatever All says': [{ ScanScope: 1, All: true }, false],
    'is true for ScanScope 0, whatever All says': [{ ScanScope: 0, All: false }, true],
    'is absent for an unknown ScanScope, whatever All says': [
      { ScanScope: 4, All: true },
      undefined,
    ],
    'is absent for ScanScope null, whatever All says': [{ ScanScope: null, All: true }, undefined],
    'is All without ScanScope: true': [{ All: true }, true],
    'is All without ScanScope: false': [{ All: false }, false],
    'is absent for All null': [{ All: null }, undefined],
    'is absent for All in text': [{ All: 'true' }, undefined],
    'is absent for All 1': [{ All: 1 }, undefined],
    'is absent without both': [{}, undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [change, isCovered]) => {
    expect(factsOf({ ...base, ...change })['allImagesCovered']).toBe(isCovered);
  });
});

describe('counts', () => {
  const cases: Record<string, [change: JsonObject, facts: JsonObject]> = {
    'count the images of ScanScope 1': [{ ScanScope: 1, Images: ['a', 'b'] }, { selectedCount: 2 }],
    'count no clusters under ScanScope 1': [
      { ScanScope: 1, Images: [], ClusterIDs: ['c'] },
      { selectedCount: 0 },
    ],
    'count the clusters of ScanScope 3': [
      { ScanScope: 3, ClusterIDs: ['c'] },
      { selectedCount: 1 },
    ],
    'count no images under ScanScope 3': [{ ScanScope: 3, Images: ['a'] }, { selectedCount: 0 }],
    'count nothing under ScanScope 2': [{ ScanScope: 2, Images: ['a'] }, { selectedCount: 0 }],
    'count excluded images': [{ ExcludeImages: ['a', 'b', 'c'] }, { excludedImageCount: 3 }],
  };
  it.each(Object.entries(cases))('%s', (_name, [change, facts]) => {
    expect(factsOf({ ...goodSettings, ...change })).toMatchObject(facts);
  });

  const uncounted: Record<string, JsonObject> = {
    'no selection where the images are null': { ScanScope: 1, Images: null },
    'no selection where the images are a text': { ScanScope: 1, Images: 'sha256:a' },
    'no selection where the clusters are an object': { ScanScope: 3, ClusterIDs: { length: 1 } },
    'no selection where the images are numbers': { ScanScope: 1, Images: [0] },
    'no selection where one image is null': { ScanScope: 1, Images: ['a', null] },
    'no selection where the clusters are lists': { ScanScope: 3, ClusterIDs: [['c']] },
    'no selection under an unknown scope': { ScanScope: 9, Images: ['a'], ClusterIDs: ['c'] },
    'no selection under no scope': { ScanScope: null, Images: ['a'] },
  };
  it.each(Object.entries(uncounted))('count %s', (_name, change) => {
    expect(factsOf({ ...goodSettings, ...change })).not.toHaveProperty('selectedCount');
  });
});

it('counts no exclusions in a list of anything but texts', () => {
  const settings = { ...goodSettings, ExcludeImages: ['a', 0] };
  expect(factsOf(settings)).not.toHaveProperty('excludedImageCount');
});

it('takes only fields of the answer itself, never inherited ones', () => {
  const inherits = Object.create(goodSettings) as JsonObject;
  expect(factsOf(inherits)).toEqual({});
});

it('never throws, and gives only what JSON can hold, whatever the settings', () => {
  const names = [...Object.keys(scanSource.fields), '__proto__', 'constructor'];
  const times = fc
    .date({ noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 19).replace('T', ' '));
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(fc.constantFrom(...names), anyKey), fc.oneof(anyJson, times)),
      fc.integer({ min: 0, max: 8.64e15 }),
      (settings, nowMs) => {
        const facts = factsOf(settings, nowMs);
        expect(Object.keys(scanSource.facts)).toEqual(expect.arrayContaining(Object.keys(facts)));
        expect(parseJson(canonicalJson(facts))).toEqual(facts);
        for (const [name, value] of Object.entries(facts)) {
          expect(typeof value).toBe(
            scanSource.facts[name]?.type === 'boolean' ? 'boolean' : 'number',
          );
          if (scanSource.facts[name]?.type === 'integer')
            expect(value).toSatisfy(Number.isSafeInteger);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
