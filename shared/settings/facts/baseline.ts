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
    const intervals = every(enabled, intervalOf);
    const overdue = every(enabled, (task) => {
      const since = msSince(own(task.item, 'LastTriggerTime'), reading);
      const days = intervalOf(task);
      return since === undefined || days === undefined ? undefined : since - days * dayMs;
    });
    const unmeasured = every(enabled, withoutStandard);
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
  readonly rule: JsonObject;
  readonly assetType: string;
  readonly isEnabled: boolean;
}

function taskOf(item: JsonObject): Task | undefined {
  const [assetType, rule] = [textAt(item, 'AssetType'), own(item, 'PeriodRule')];
  if (assetType === undefined || !isObject(rule)) return undefined;
  const isEnabled = flagAt(rule, 'Enable');
  return isEnabled === undefined ? undefined : { item, rule, assetType, isEnabled };
}

function intervalOf({ rule }: Task): number | undefined {
  const days = own(rule, 'Frequency');
  return isCount(days) && days >= 1 ? days : undefined;
}

/** Its kind of asset where none of its standards is switched on. */
function withoutStandard({ item, assetType }: Task): readonly string[] | undefined {
  const flags = every(itemsAt(item, 'BenchmarkStandardSet'), (one) => flagAt(one, 'Enabled'));
  return flags && (flags.includes(true) ? [] : [assetType]);
}

function largest(values: readonly number[] | undefined): number | undefined {
  return values === undefined || values.length === 0 ? undefined : Math.max(...values);
}
