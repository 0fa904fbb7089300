import type { JsonObject } from '../../model.ts';
import { every, itemsAt, namesOf, notOn, textAt, type Derive } from './derive.ts';

const eventTypes = [
  ...['IMG_REG_VIRUS', 'IMG_REG_VUL', 'IMG_REG_RISK'],
  ...['IMG_VIRUS', 'IMG_VUL', 'IMG_RISK', 'IMG_INTERCEPT'],
  ...['RUNTIME_ESCAPE', 'RUNTIME_FILE', 'RUNTIME_PROCESS'],
  ...['RUNTIME_SYSCALL', 'RUNTIME_REVERSE_SHELL', 'RUNTIME_VIRUS'],
];

export const alertingFacts: Readonly<Record<string, Derive>> = {
  DescribeWarningRules: (settings) => {
    const rules = every(itemsAt(settings, 'WarningRules'), ruleOf);
    const on = rules?.filter(({ isOn }) => isOn);
    const namesWithout = (holds: (item: JsonObject) => boolean | undefined) => {
      const names = every(on, ({ item, name }) => {
        const isSo = holds(item);
        return isSo === undefined ? undefined : isSo ? [] : [name];
      });
      return names && namesOf(names.flat());
    };
    return {
      alertTypesOnCount: on && new Set(on.map(({ name }) => name)).size,
      alertTypesOff: rules && notOn(eventTypes, rules),
      alertTypesWithoutHigh: namesWithout(hasHigh),
      alertTypesPartOfDay: namesWithout(isWholeDay),
    };
  },
};

function ruleOf(item: JsonObject) {
  const [name, state] = [textAt(item, 'Type'), textAt(item, 'Switch')];
  if (name === undefined || (state !== 'ON' && state !== 'OFF')) return undefined;
  return { item, name, isOn: state === 'ON' };
}

/** A digit each for high, medium and low; one digit where there are no levels. */
function hasHigh(item: JsonObject): boolean | undefined {
  const bits = textAt(item, 'ControlBits');
  return bits !== undefined && /^([01]|[01]{3})$/.test(bits) ? bits.startsWith('1') : undefined;
}

function isWholeDay(item: JsonObject): boolean | undefined {
  const [begin, end] = [textAt(item, 'BeginTime'), textAt(item, 'EndTime')];
  const time = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00(:00)?$/;
  if (begin === undefined || end === undefined || !time.test(begin) || !time.test(end)) {
    return undefined;
  }
  return /^0?0:00(:00)?$/.test(begin) && /^(23:59|24:00)/.test(end);
}
