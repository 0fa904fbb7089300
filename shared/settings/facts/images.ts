import { isArray, own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import {
  every,
  hourMs,
  hoursOf,
  itemsAt,
  lengthOf,
  msSince,
  namesOf,
  periodHours,
  saysAt,
  textAt,
  windowMinutes,
  type Derive,
  type Facts,
  type Reading,
} from './derive.ts';

export const imageFacts: Readonly<Record<string, Derive>> = {
  DescribeAssetImageScanSetting: (settings, reading) => ({
    ...scanTimes(settings, reading),
    allImagesCovered: allImagesCovered(settings, [0, 2], [1, 3]),
    selectedCount: selectedInScope(settings),
    excludedImageCount: lengthOf(own(settings, 'ExcludeImages'), 'string[]'),
  }),

  DescribeImageRegistryTimingScanTask: (settings, reading) => ({
    ...scanTimes(settings, reading),
    allImagesCovered: allImagesCovered(settings, [0, 2], [1]),
    selectedCount: selectedInRegistries(settings),
    excludedImageCount: lengthOf(own(settings, 'ExcludeImageAssetIds'), 'integer[]'),
  }),

  DescribeAssetImageRegistryRegistryList: (settings, reading) => {
    const registries = itemsAt(settings, 'List', 'TotalCount');
    const waited = every(registries, (item) => msSince(own(item, 'LatestSyncTime'), reading));
    return {
      registryCount: registries?.length,
      failingRegistries: failing(registries),
      hoursSinceOldestSync:
        waited === undefined || waited.length === 0 ? undefined : hoursOf(Math.max(...waited)),
    };
  },

  DescribeImageDenyRuleList: (settings) => {
    const rules = itemsAt(settings, 'List', 'TotalCount');
    const states = every(rules, (item) => {
      const [name, state] = [textAt(item, 'RuleName'), textAt(item, 'EffectStatus')];
      return name === undefined || state === undefined ? undefined : { name, state };
    });
    return {
      ruleCount: rules?.length,
      rulesInTest:
        states &&
        namesOf(states.filter(({ state }) => state !== 'IN_EFFECT').map(({ name }) => name)),
    };
  },
};

function scanTimes(settings: JsonObject, reading: Reading): Facts {
  const sinceLastScan = msSince(own(settings, 'LastScanTime'), reading);
  const period = periodHours(own(settings, 'ScanPeriod'));
  return {
    hoursSinceLastScan: hoursOf(sinceLastScan),
    scanPeriodHours: period,
    scanOverdueHours:
      sinceLastScan === undefined || period === undefined
        ? undefined
        : hoursOf(sinceLastScan - period * hourMs),
    scanWindowMinutes: windowMinutes(own(settings, 'ScanTime'), own(settings, 'ScanEndTime')),
  };
}

/** @param all the scopes that leave out nothing */
function allImagesCovered(
  settings: JsonObject,
  all: readonly unknown[],
  some: readonly unknown[],
): boolean | undefined {
  if (!Object.hasOwn(settings, 'ScanScope')) {
    const older = own(settings, 'All');
    return typeof older === 'boolean' ? older : undefined;
  }
  const scope = settings['ScanScope'];
  if (all.includes(scope)) return true;
  return some.includes(scope) ? false : undefined;
}

function selectedInScope(settings: JsonObject): number | undefined {
  const scope = own(settings, 'ScanScope');
  if (scope === 0 || scope === 2) return 0;
  if (scope === 1) return lengthOf(own(settings, 'Images'), 'string[]');
  return scope === 3 ? lengthOf(own(settings, 'ClusterIDs'), 'string[]') : undefined;
}

function selectedInRegistries(settings: JsonObject): number | undefined {
  const scope = own(settings, 'ScanScope');
  if (scope === 0 || scope === 2) return 0;
  if (scope !== 1) return undefined;
  const [ids, images] = [own(settings, 'Id') ?? null, own(settings, 'Images') ?? null];
  const counts = [
    ...(ids === null ? [] : [lengthOf(ids, 'integer[]')]),
    ...(images === null ? [] : [lengthOf(images, 'object[]')]),
  ];
  if (counts.length === 0 || !isWhole(counts)) return undefined;
  return Math.min(...counts);
}

function isWhole(counts: readonly (number | undefined)[]): counts is readonly number[] {
  return counts.every((count) => count !== undefined);
}

function failing(registries: readonly JsonObject[] | undefined): readonly string[] | undefined {
  const states = every(registries, (item) => {
    const name = textAt(item, 'Name');
    const details = own(item, 'ConnDetectDetail') ?? [];
    if (name === undefined || !isArray(details)) return undefined;
    return { name, fails: ['SyncFailReason', 'ConnectMsg'].some((field) => saysAt(item, field)) };
  });
  return states && namesOf(states.filter(({ fails }) => fails).map(({ name }) => name));
}
