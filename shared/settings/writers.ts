/**
 * The writing twin of each source, as data: which action sets what the source reads, and where each of its
 * parameters has its present value. Nothing here is ever called: `fix --plan` prints what a person may send.
 */
import type { FieldType } from '../model.ts';
import type { tcss_models } from './tencent/sdk.ts';

/** One parameter of a writing action. */
export type Parameter = {
  readonly type: FieldType;
  readonly required: boolean;
} & (
  | {
      /** The field that reads its present value, which a request must repeat: what it leaves out is lost. */
      readonly from: string;
      /** Of a list of objects: the field that is read for each field that is written. */
      readonly item?: Readonly<Record<string, string>>;
      /** Left out, the action keeps it: it is sent only where a policy sets it. */
      readonly kept?: true;
      /** The newer form: where the request has it, this older one is not sent beside it. */
      readonly unless?: string;
    }
  | { readonly fixed: number | string }
  | {
      /** Why its present value is not known. */
      readonly unread: string;
      /** When a request must have it all the same. */
      readonly neededWhere?:
        { readonly parameter: string; readonly is: number | string } | 'always';
    }
);

export interface Writer {
  readonly action: string;
  /** Where the source reads a list and the action sets one of its items: a request for each. */
  readonly each?: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** Holds a row to the SDK's request type: each parameter, of its type, required or not. */
type ParametersOf<Request> = {
  readonly [Name in Exclude<keyof Request, never>]: Parameter & {
    readonly type: TypeOf<NonNullable<Request[Name]>>;
    readonly required: Partial<Pick<Request, Name>> extends Pick<Request, Name> ? false : true;
  };
};

type TypeOf<T> = [T] extends [boolean]
  ? 'boolean'
  : [T] extends [number | bigint]
    ? 'integer'
    : [T] extends [string]
      ? 'string'
      : [T] extends [readonly string[]]
        ? 'string[]'
        : [T] extends [readonly (number | bigint)[]]
          ? 'integer[]'
          : [T] extends [readonly unknown[]]
            ? 'object[]'
            : 'object';

/** A parameter whose present value is in the field `from`. */
function needs<const Type extends FieldType>(type: Type, from: string) {
  return { type, required: true, from } as const;
}

function takes<const Type extends FieldType>(type: Type, from: string) {
  return { type, required: false, from } as const;
}

const imageScan = {
  Enable: needs('boolean', 'Enable'),
  ScanTime: needs('string', 'ScanTime'),
  ScanPeriod: needs('integer', 'ScanPeriod'),
  ScanVirus: needs('boolean', 'ScanVirus'),
  ScanRisk: needs('boolean', 'ScanRisk'),
  ScanVul: needs('boolean', 'ScanVul'),
  All: { ...takes('boolean', 'All'), unless: 'ScanScope' },
  Images: takes('string[]', 'Images'),
  ContainerRunning: takes('boolean', 'ContainerRunning'),
  ScanScope: takes('integer', 'ScanScope'),
  ScanEndTime: takes('string', 'ScanEndTime'),
  ExcludeImages: takes('string[]', 'ExcludeImages'),
  ClusterIDs: takes('string[]', 'ClusterIDs'),
} satisfies ParametersOf<tcss_models.CreateAssetImageScanSettingRequest>;

const registryScan = {
  ScanPeriod: needs('integer', 'ScanPeriod'),
  Enable: needs('boolean', 'Enable'),
  ScanTime: needs('string', 'ScanTime'),
  ScanType: takes('string[]', 'ScanType'),
  Images: takes('object[]', 'Images'),
  All: { ...takes('boolean', 'All'), unless: 'ScanScope' },
  Id: takes('integer[]', 'Id'),
  Latest: takes('boolean', 'Latest'),
  ContainerRunning: takes('boolean', 'ContainerRunning'),
  ScanEndTime: takes('string', 'ScanEndTime'),
  ScanScope: takes('integer', 'ScanScope'),
  RegistryType: takes('string[]', 'RegistryType'),
  Namespace: takes('string[]', 'Namespace'),
  ExcludeImageAssetIds: takes('integer[]', 'ExcludeImageAssetIds'),
} satisfies ParametersOf<tcss_models.UpdateImageRegistryTimingScanTaskRequest>;

const autoAuthorized = {
  RangeType: needs('string', 'RangeType'),
  MaxDailyCount: needs('integer', 'MaxDailyCount'),
  IsEnabled: needs('integer', 'IsEnabled'),
  HostIdSet: {
    type: 'string[]',
    required: false,
    unread: 'the hosts of the rule are another action’s answer (DescribeAutoAuthorizedRuleHost)',
    neededWhere: { parameter: 'RangeType', is: 'MANUAL' },
  },
  RuleId: takes('integer', 'RuleId'),
  HostIdFilters: { type: 'object[]', required: false, unread: 'it chooses hosts, once' },
  ExcludeHostIdSet: { type: 'string[]', required: false, unread: 'it chooses hosts, once' },
  AutoScanEnabled: takes('integer', 'AutoScanEnabled'),
  ScanType: takes('string[]', 'ScanType'),
} satisfies ParametersOf<tcss_models.AddEditImageAutoAuthorizedRuleRequest>;

const virusScan = {
  EnableScan: needs('boolean', 'EnableScan'),
  Cycle: needs('integer', 'Cycle'),
  BeginScanAt: needs('string', 'BeginScanAt'),
  ScanPathAll: needs('boolean', 'ScanPathAll'),
  ScanPathType: needs('integer', 'ScanPathType'),
  Timeout: needs('integer', 'Timeout'),
  ScanRangeType: needs('integer', 'ScanRangeType'),
  ScanRangeAll: needs('boolean', 'ScanRangeAll'),
  ScanIds: takes('string[]', 'ScanIds'),
  ScanPath: takes('string[]', 'ScanPath'),
  ScanPathMode: takes('string', 'ScanPathMode'),
} satisfies ParametersOf<tcss_models.ModifyVirusScanSettingRequest>;

const virusMonitor = {
  EnableScan: needs('boolean', 'EnableScan'),
  ScanPathAll: needs('boolean', 'ScanPathAll'),
  ScanPathType: needs('integer', 'ScanPathType'),
  ScanPath: takes('string[]', 'ScanPath'),
  ScanPathMode: takes('string', 'ScanPathMode'),
} satisfies ParametersOf<tcss_models.ModifyVirusMonitorSettingRequest>;

const isolate = {
  AutoIsolateSwitch: needs('boolean', 'AutoIsolateSwitch'),
  IsKillProgress: needs('boolean', 'IsKillProgress'),
  UserAutoIsolateKillSwitch: takes('boolean', 'UserAutoIsolateKillSwitch'),
} satisfies ParametersOf<tcss_models.ModifyVirusAutoIsolateSettingRequest>;

function virusTimeout(scanType: 0 | 1) {
  return {
    Timeout: needs('integer', 'Timeout'),
    ScanType: { type: 'integer', required: true, fixed: scanType },
  } satisfies ParametersOf<tcss_models.ModifyVirusScanTimeoutSettingRequest>;
}

const vulDefence = {
  IsEnabled: needs('integer', 'IsEnabled'),
  Scope: takes('integer', 'Scope'),
  HostIDs: takes('string[]', 'HostIDs'),
  SuperScope: takes('integer', 'SuperScope'),
  NodeIds: takes('string[]', 'SuperNodeIds'),
} satisfies ParametersOf<tcss_models.ModifyVulDefenceSettingRequest>;

const clsDelivery = {
  List: {
    ...needs('object[]', 'LogTypeList'),
    item: {
      LogType: 'LogType',
      State: 'State',
      Region: 'Region',
      LogSet: 'LogSet',
      TopicID: 'TopicID',
      LogSetName: 'LogSetName',
      TopicName: 'TopicName',
      SubLogType: 'SubLogType',
    },
  },
} satisfies ParametersOf<tcss_models.ModifySecLogDeliveryClsSettingRequest>;

const kafkaDelivery = {
  InstanceID: takes('string', 'InstanceID'),
  InstanceName: takes('string', 'InstanceName'),
  Domain: takes('string', 'Domain'),
  User: takes('string', 'User'),
  Password: {
    type: 'string',
    required: false,
    unread: 'it is a secret, which no answer holds',
    neededWhere: 'always',
  },
  LogTypeList: {
    ...takes('object[]', 'LogTypeList'),
    item: {
      LogType: 'LogType',
      TopicID: 'TopicID',
      TopicName: 'TopicName',
      State: 'State',
      SubLogType: 'SubLogType',
    },
  },
  AccessType: {
    type: 'integer',
    required: false,
    unread: 'the API answers without it',
    neededWhere: 'always',
  },
  KafkaVersion: {
    type: 'string',
    required: false,
    unread: 'the API answers without it',
    neededWhere: 'always',
  },
  RegionID: takes('string', 'RegionID'),
} satisfies ParametersOf<tcss_models.ModifySecLogDeliveryKafkaSettingRequest>;

const logCleaning = {
  ReservesLimit: needs('integer', 'ReservesLimit'),
  ReservesDeadline: needs('integer', 'ReservesDeadline'),
  DayLimit: needs('integer', 'DayLimit'),
} satisfies ParametersOf<tcss_models.ModifySecLogCleanSettingInfoRequest>;

const logJoining = {
  LogType: needs('string', 'LogType'),
  State: needs('boolean', 'IsJoined'),
} satisfies ParametersOf<tcss_models.ModifySecLogJoinStateRequest>;

const escapeRules = {
  RuleSet: { ...needs('object[]', 'RuleSet'), item: { Type: 'Type', IsEnable: 'IsEnable' } },
} satisfies ParametersOf<tcss_models.ModifyEscapeRuleRequest>;

const warningRules = {
  WarningRules: needs('object[]', 'WarningRules'),
} satisfies ParametersOf<tcss_models.AddEditWarningRulesRequest>;

const periodTask = {
  PeriodTaskId: needs('integer', 'PeriodTaskId'),
  PeriodRule: { ...takes('object', 'PeriodRule'), kept: true },
  StandardSettings: {
    ...takes('object[]', 'BenchmarkStandardSet'),
    item: { StandardId: 'StandardId', Enable: 'Enabled' },
    kept: true,
  },
} satisfies ParametersOf<tcss_models.ModifyCompliancePeriodTaskRequest>;

/** By the source's id. What is not here has no action that sets it as a whole. */
export const writers: Readonly<Record<string, Writer>> = {
  DescribeAssetImageScanSetting: { action: 'CreateAssetImageScanSetting', parameters: imageScan },
  DescribeImageRegistryTimingScanTask: {
    action: 'UpdateImageRegistryTimingScanTask',
    parameters: registryScan,
  },
  DescribeImageAutoAuthorizedRule: {
    action: 'AddEditImageAutoAuthorizedRule',
    parameters: autoAuthorized,
  },
  DescribeVirusScanSetting: { action: 'ModifyVirusScanSetting', parameters: virusScan },
  DescribeVirusMonitorSetting: { action: 'ModifyVirusMonitorSetting', parameters: virusMonitor },
  DescribeVirusAutoIsolateSetting: { action: 'ModifyVirusAutoIsolateSetting', parameters: isolate },
  'DescribeVirusScanTimeoutSetting:scheduled': {
    action: 'ModifyVirusScanTimeoutSetting',
    parameters: virusTimeout(1),
  },
  'DescribeVirusScanTimeoutSetting:on-demand': {
    action: 'ModifyVirusScanTimeoutSetting',
    parameters: virusTimeout(0),
  },
  DescribeVulDefenceSetting: { action: 'ModifyVulDefenceSetting', parameters: vulDefence },
  DescribeSecLogDeliveryClsSetting: {
    action: 'ModifySecLogDeliveryClsSetting',
    parameters: clsDelivery,
  },
  DescribeSecLogDeliveryKafkaSetting: {
    action: 'ModifySecLogDeliveryKafkaSetting',
    parameters: kafkaDelivery,
  },
  DescribeSecLogCleanSettingInfo: {
    action: 'ModifySecLogCleanSettingInfo',
    parameters: logCleaning,
  },
  DescribeSecLogJoinTypeList: {
    action: 'ModifySecLogJoinState',
    each: 'List',
    parameters: logJoining,
  },
  DescribeEscapeRuleInfo: { action: 'ModifyEscapeRule', parameters: escapeRules },
  DescribeWarningRules: { action: 'AddEditWarningRules', parameters: warningRules },
  DescribeCompliancePeriodTaskList: {
    action: 'ModifyCompliancePeriodTask',
    each: 'PeriodTaskSet',
    parameters: periodTask,
  },
};
