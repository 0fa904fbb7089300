import { isObject, own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import {
  dayMs,
  every,
  flagAt,
  hoursOf,
  isCount,
  itemsAt,
  msSince,
  namesOf,
  textAt,
  type Derive,
} from './derive.ts';

const assetTypes = ['ASSET_CONTAINER', 'ASSET_IMAGE', 'ASSET_HOST', 'ASSET_K8S'];

export const baselineFacts: Readonly<Record<string, Derive>> = {
  DescribeCompliancePeriodTaskList: (settings, reading) => {
    const tasks = every(itemsAt(settings, 'PeriodTaskSet', 'TotalCount'), taskOf);
    const enabled = tasks?.filter(({ isEnabled }) => isEnabled);
    const intervals =
      enabled &&
      every(
        enabled.map(({ item }) => item),
        intervalOf,
      );
    const overdue =
      enabled &&
      every(
        enabled.map(({ item }) => item),
        (item) => {
          const [since, days] = [msSince(own(item, 'LastTriggerTime'), reading), intervalOf(item)];
          return since === undefined || days === undefined ? undefined : since - days * dayMs;
        },
      );
    const unmeasured =
      enabled &&
      every(
        enabled.map(({ item }) => item),
        withoutStandard,
      );
    return {
      enabledTaskCount: enabled?.length,
      uncheckedAssetTypes:
        enabled &&
        namesOf(assetTypes.filter((type) => !enabled.some(({ assetType }) => assetType === type))),
      longestIntervalDays: largest(intervals),
      checkOverdueHours: hoursOf(largest(overdue)),
      assetTypesWithoutStandard: unmeasured && namesOf(unmeasured.flat()),
    };
  },

  DescribeComplianceWhitelistItemList: (settings) => ({
    whitelistedCheckCount: itemsAt(settings, 'WhitelistItemSet', 'TotalCount')?.length,
  }),
};

interface Task {
  readonly item: JsonObject;
  readonly assetType: string;
  readonly isEnabled: boolean;
}

function taskOf(item: JsonObject): Task | undefined {
  const [assetType, rule] = [textAt(item, 'AssetType'), own(item, 'PeriodRule')];
  const isEnabled = isObject(rule) ? flagAt(rule, 'Enable') : undefined;
  return assetType === undefined || isEnabled === undefined
    ? undefined
    : { item, assetType, isEnabled };
}

function intervalOf(item: JsonObject): number | undefined {
  const rule = own(item, 'PeriodRule');
  const days = isObject(rule) ? own(rule, 'Frequency') : undefined;
  return isCount(days) && days >= 1 ? days : undefined;
}

/** Its kind of asset where none of its standards is switched on. */
function withoutStandard(item: JsonObject): readonly string[] | undefined {
  const flags = every(itemsAt(item, 'BenchmarkStandardSet'), (one) => flagAt(one, 'Enabled'));
  const type = textAt(item, 'AssetType');
  if (flags === undefined || type === undefined) return undefined;
  return flags.includes(true) ? [] : [type];
}

function largest(values: readonly number[] | undefined): number | undefined {
  return values === undefined || values.length === 0 ? undefined : Math.max(...values);
}
