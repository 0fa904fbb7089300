/** The compliance baseline: its scheduled checks, and what they leave out. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, totalCount, type FieldsOf } from './row.ts';

const taskFields = {
  TotalCount: totalCount,
  PeriodTaskSet: {
    type: 'object[]',
    meaning: 'The scheduled checks, one for each kind of asset.',
    item: {
      PeriodTaskId: { type: 'integer', meaning: 'Id of the task.' },
      AssetType: {
        type: 'string',
        meaning: 'What it checks: containers, images, hosts or Kubernetes.',
        values: ['ASSET_CONTAINER', 'ASSET_IMAGE', 'ASSET_HOST', 'ASSET_K8S'],
      },
      LastTriggerTime: {
        type: 'string',
        meaning: 'When it last started; read in AUDIT_TIMEZONE where it names no zone.',
        volatile: true,
      },
      TotalPolicyItemCount: {
        type: 'integer',
        meaning: 'How many items it checks.',
        volatile: true,
      },
      PeriodRule: {
        type: 'object',
        meaning: 'When it runs.',
        fields: {
          Frequency: {
            type: 'integer',
            meaning: 'Days from one check to the next.',
            values: [1, 3, 7],
          },
          ExecutionTime: {
            type: 'string',
            meaning: 'The time of day at which it starts: HH:mm:SS.',
          },
          Enable: { type: 'boolean', meaning: 'The task is switched on.' },
        },
      },
      BenchmarkStandardSet: {
        type: 'object[]',
        meaning: 'The standards it checks against.',
        item: {
          StandardId: { type: 'integer', meaning: 'Id of the standard.' },
          Name: { type: 'string', meaning: 'Name of the standard.' },
          PolicyItemCount: {
            type: 'integer',
            meaning: 'How many items the standard has.',
            volatile: true,
          },
          Enabled: { type: 'boolean', meaning: 'The standard is checked.' },
          Description: { type: 'string', meaning: 'The standard in words.' },
        },
      },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeCompliancePeriodTaskListResponse>;

const whitelistFields = {
  WhitelistItemSet: {
    type: 'object[]',
    meaning: 'The checks whose failures are not reported.',
    item: {
      WhitelistItemId: { type: 'integer', meaning: 'Id of the entry.' },
      CustomerPolicyItemId: { type: 'integer', meaning: 'Id of the check.' },
      Name: { type: 'string', meaning: 'Name of the check.' },
      StandardName: { type: 'string', meaning: 'Name of the standard it belongs to.' },
      StandardId: { type: 'integer', meaning: 'Id of that standard.' },
      AffectedAssetCount: {
        type: 'integer',
        meaning: 'For how many assets it is not reported.',
        volatile: true,
      },
      LastUpdateTime: { type: 'string', meaning: 'When the entry was last changed.' },
      InsertTime: { type: 'string', meaning: 'When it was made.' },
    },
  },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeComplianceWhitelistItemListResponse>;

export const baselineSources = [
  row({
    action: 'DescribeCompliancePeriodTaskList',
    title: 'Compliance check schedule',
    fields: taskFields,
    paging: { list: 'PeriodTaskSet', key: 'PeriodTaskId' },
    facts: {
      enabledTaskCount: {
        type: 'integer',
        meaning: 'How many tasks are switched on.',
        from: ['PeriodTaskSet'],
      },
      uncheckedAssetTypes: {
        type: 'string[]',
        meaning: 'The kinds of assets that no enabled task checks.',
        from: ['PeriodTaskSet'],
      },
      longestIntervalDays: {
        type: 'integer',
        meaning:
          'Days between checks of the enabled task that runs least often; absent where none is.',
        from: ['PeriodTaskSet'],
      },
      checkOverdueHours: {
        type: 'number',
        meaning:
          'By how many hours the enabled task that is latest is past its interval: at most 0 while none is due; absent where none is enabled or one never ran.',
        from: ['PeriodTaskSet'],
      },
      assetTypesWithoutStandard: {
        type: 'string[]',
        meaning: 'The kinds of assets whose enabled tasks have no standard switched on.',
        from: ['PeriodTaskSet'],
      },
    },
  }),
  row({
    action: 'DescribeComplianceWhitelistItemList',
    title: 'Compliance white list',
    fields: whitelistFields,
    paging: { list: 'WhitelistItemSet', key: 'WhitelistItemId' },
    facts: {
      whitelistedCheckCount: {
        type: 'integer',
        meaning: 'How many checks are on the white list.',
        from: ['TotalCount', 'WhitelistItemSet'],
      },
    },
  }),
];
