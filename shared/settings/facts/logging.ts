import { own } from '../../json.ts';
import {
  countAt,
  daysUntil,
  every,
  flagAt,
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
    return { ungatheredLogTypes: types && notOn(logTypes, types) };
  },

  DescribeLogStorageStatistic: (settings) => ({
    usedPercent: percentOf(countAt(settings, 'UsedSize'), countAt(settings, 'TotalSize'), 'up'),
  }),

  DescribeSecLogVasInfo: (settings, reading) => ({
    daysUntilEnd: daysUntil(own(settings, 'EndTime'), reading),
  }),
};
