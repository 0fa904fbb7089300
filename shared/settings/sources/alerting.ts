/** Alerts: what TCSS itself tells people of. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, type FieldsOf } from './row.ts';

const warningFields = {
  WarningRules: {
    type: 'object[]',
    meaning: 'One rule for each kind of event.',
    item: {
      Type: {
        type: 'string',
        meaning:
          'The event: registry images (IMG_REG_), local images (IMG_), running containers (RUNTIME_).',
        values: [
          'IMG_REG_VIRUS',
          'IMG_REG_VUL',
          'IMG_REG_RISK',
          'IMG_VIRUS',
          'IMG_VUL',
          'IMG_RISK',
          'IMG_INTERCEPT',
          'RUNTIME_ESCAPE',
          'RUNTIME_FILE',
          'RUNTIME_PROCESS',
          'RUNTIME_SYSCALL',
          'RUNTIME_REVERSE_SHELL',
          'RUNTIME_VIRUS',
        ],
      },
      Switch: { type: 'string', meaning: 'ON or OFF.', values: ['ON', 'OFF'] },
      BeginTime: { type: 'string', meaning: 'From what time of day alerts are sent: HH:mm.' },
      EndTime: { type: 'string', meaning: 'Until what time of day: HH:mm.' },
      ControlBits: {
        type: 'string',
        meaning:
          'Of which levels, a digit each: high, medium, low; 1 is on. "110" is high and medium. A single digit where there are no levels.',
      },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeWarningRulesResponse>;

export const alertingSources = [
  row({
    action: 'DescribeWarningRules',
    title: 'Alert settings',
    fields: warningFields,
    facts: {
      alertTypesOnCount: {
        type: 'integer',
        meaning: 'For how many kinds of event alerts are on.',
        from: ['WarningRules'],
      },
      alertTypesOff: {
        type: 'string[]',
        meaning:
          'The kinds of event without alerts: switched off, or documented and not in the answer.',
        from: ['WarningRules'],
      },
      alertTypesWithoutHigh: {
        type: 'string[]',
        meaning: 'The kinds of event whose alerts are on but leave out the high level.',
        from: ['WarningRules'],
      },
      alertTypesPartOfDay: {
        type: 'string[]',
        meaning: 'The kinds of event whose alerts are on but not from 00:00 to 23:59 or 24:00.',
        from: ['WarningRules'],
      },
    },
  }),
];
