import { own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import {
  countAt,
  daysUntil,
  every,
  flagAt,
  isCount,
  itemsAt,
  namesOf,
  notOn,
  percentOf,
  saysAt,
  textAt,
  type Derive,
} from './derive.ts';

const logTypes = ['container_bash', 'container_launch', 'k8s_api'];

const delivery: Derive = (settings) => {
  const types = every(itemsAt(settings, 'LogTypeList'), (item) => {
    const [name, isOn] = [textAt(item, 'LogType'), flagAt(item, 'State')];
    return name === undefined || isOn === undefined
      ? undefined
      : { name, isOn, fails: saysAt(item, 'ErrMsg') };
  });
  const on = types?.filter(({ isOn }) => isOn);
  return {
    deliveredLogTypeCount: on && new Set(on.map(({ name }) => name)).size,
    undeliveredLogTypes: types && notOn([], types),
    failingLogTypes: on && namesOf(on.filter(({ fails }) => fails).map(({ name }) => name)),
  };
};

export const loggingFacts: Readonly<Record<string, Derive>> = {
  DescribeSecLogDeliveryClsSetting: delivery,
  DescribeSecLogDeliveryKafkaSetting: delivery,

  DescribeSecLogJoinTypeList: (settings) => {
    const types = every(itemsAt(settings, 'List'), (item) => {
      const [name, isOn] = [textAt(item, 'LogType'), flagAt(item, 'IsJoined')];
      return name === undefined || isOn === undefined ? undefined : { name, isOn };
    });
    const gathered = every(itemsAt(settings, 'List'), (item) => {
      const [name, places] = [textAt(item, 'LogType'), gatheredFrom(item)];
      return name === undefined || places === undefined ? undefined : { name, isOn: places > 0 };
    });
    return {
      ungatheredLogTypes: types && notOn(logTypes, types),
      silentLogTypes: gathered && notOn(logTypes, gathered),
    };
  },

  DescribeLogStorageStatistic: (settings) => ({
    usedPercent: percentOf(countAt(settings, 'UsedSize'), countAt(settings, 'TotalSize'), 'up'),
  }),

  DescribeSecLogVasInfo: (settings, reading) => ({
    daysUntilEnd: daysUntil(own(settings, 'EndTime'), reading),
  }),
};

/** From how many hosts, super nodes and clusters, as far as the answer counts them; none where it is off. */
function gatheredFrom(item: JsonObject): number | undefined {
  const isJoined = flagAt(item, 'IsJoined');
  if (isJoined !== true) return isJoined === false ? 0 : undefined;
  const counts = ['Count', 'SuperNodeCount', 'ClusterCount']
    .map((name) => own(item, name) ?? null)
    .filter((count) => count !== null);
  return counts.length > 0 && counts.every(isCount)
    ? counts.reduce((sum, count) => sum + count, 0)
    : undefined;
}
