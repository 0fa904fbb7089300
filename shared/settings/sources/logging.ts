/** Security logs: what is gathered, where it goes, how long it stays. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, type FieldsOf } from './row.ts';

const errMsg = {
  type: 'string',
  meaning: 'Why delivery does not work; empty where it does.',
  volatile: true,
} as const;

const clsFields = {
  LogTypeList: {
    type: 'object[]',
    meaning: 'Each kind of log, and where in CLS it goes.',
    item: {
      LogType: { type: 'string', meaning: 'The kind of log.' },
      State: { type: 'boolean', meaning: 'It is delivered.' },
      Region: { type: 'string', meaning: 'Region of the log set.' },
      LogSet: { type: 'string', meaning: 'Id of the log set.' },
      TopicID: { type: 'string', meaning: 'Id of the topic.' },
      LogSetName: { type: 'string', meaning: 'Name of the log set.' },
      TopicName: { type: 'string', meaning: 'Name of the topic.' },
      SubLogType: { type: 'string[]', meaning: 'The kinds of log within.' },
      ErrMsg: errMsg,
    },
  },
} satisfies FieldsOf<tcss_models.DescribeSecLogDeliveryClsSettingResponse>;

const kafkaFields = {
  InstanceID: { type: 'string', meaning: 'Id of the Kafka instance.' },
  InstanceName: { type: 'string', meaning: 'Name of the Kafka instance.' },
  Domain: { type: 'string', meaning: 'Its address.' },
  LogTypeList: {
    type: 'object[]',
    meaning: 'Each kind of log, and the topic it goes to.',
    item: {
      LogType: { type: 'string', meaning: 'The kind of log.' },
      TopicID: { type: 'string', meaning: 'Id of the topic.' },
      TopicName: { type: 'string', meaning: 'Name of the topic.' },
      State: { type: 'boolean', meaning: 'It is delivered.' },
      SubLogType: { type: 'string[]', meaning: 'The kinds of log within.' },
      ErrMsg: errMsg,
    },
  },
  User: { type: 'string', meaning: 'The user name it is delivered with.' },
  RegionID: { type: 'string', meaning: 'Region of the instance.' },
} satisfies FieldsOf<tcss_models.DescribeSecLogDeliveryKafkaSettingResponse>;

const deliveryFacts = {
  deliveredLogTypeCount: {
    type: 'integer',
    meaning: 'How many kinds of log are delivered.',
    from: ['LogTypeList'],
  },
  undeliveredLogTypes: {
    type: 'string[]',
    meaning: 'The kinds of log that are not delivered.',
    from: ['LogTypeList'],
  },
  failingLogTypes: {
    type: 'string[]',
    meaning: 'The kinds of log that are to be delivered and give a reason why they are not.',
    from: ['LogTypeList'],
  },
} as const;

const cleanFields = {
  ReservesLimit: {
    type: 'integer',
    meaning: 'Percent of the storage at which the oldest logs are deleted: 50 to 99.',
  },
  ReservesDeadline: {
    type: 'integer',
    meaning: 'Percent of the storage at which deleting them stops.',
  },
  DayLimit: { type: 'integer', meaning: 'Days after which logs are deleted.' },
} satisfies FieldsOf<tcss_models.DescribeSecLogCleanSettingInfoResponse>;

const joinFields = {
  List: {
    type: 'object[]',
    meaning: 'The logs that can be gathered.',
    item: {
      Count: { type: 'integer', meaning: 'From how many ordinary hosts.', volatile: true },
      SuperNodeCount: { type: 'integer', meaning: 'From how many super nodes.', volatile: true },
      IsJoined: { type: 'boolean', meaning: 'The log is gathered.' },
      LogType: {
        type: 'string',
        meaning: 'The log: shell commands in containers, starts of containers, the Kubernetes API.',
        values: ['container_bash', 'container_launch', 'k8s_api'],
      },
      ClusterCount: { type: 'integer', meaning: 'From how many clusters.', volatile: true },
    },
  },
  MsgLanguage: { type: 'string', meaning: 'Language of the logs.' },
} satisfies FieldsOf<tcss_models.DescribeSecLogJoinTypeListResponse>;

const storageFields = {
  TotalSize: { type: 'integer', meaning: 'Log storage in bytes.' },
  UsedSize: { type: 'integer', meaning: 'How many of them are used.', volatile: true },
} satisfies FieldsOf<tcss_models.DescribeLogStorageStatisticResponse>;

const vasFields = {
  BuyStatus: {
    type: 'string',
    meaning: 'Log analysis: Pending not bought, Normal bought, Isolate ended.',
    values: ['Pending', 'Normal', 'Isolate'],
  },
  LogSaveMonth: { type: 'integer', meaning: 'Months for which logs are kept.' },
  StartTime: { type: 'string', meaning: 'From when it is bought.' },
  EndTime: {
    type: 'string',
    meaning: 'When it ends; read in AUDIT_TIMEZONE where it names no zone.',
  },
  LogCapacity: { type: 'integer', meaning: 'Storage in GB.' },
  ResourceID: { type: 'string', meaning: 'Id of the resource.' },
  IsPurchased: { type: 'boolean', meaning: 'It was bought at some time.' },
  TrialCapacity: { type: 'integer', meaning: 'Storage on trial, in GB.' },
  ResourceDetailList: {
    type: 'object[]',
    meaning: 'The orders it is made of.',
    item: {
      ResourceId: { type: 'string', meaning: 'Id of the resource.' },
      StartTime: { type: 'string', meaning: 'When it starts.' },
      EndTime: { type: 'string', meaning: 'When it ends.' },
      SourceType: {
        type: 'integer',
        meaning: 'Where it comes from: 0 bought, 1 trial, 2 a gift.',
        values: [0, 1, 2],
      },
      InquireNum: { type: 'integer', meaning: 'How much of it.' },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeSecLogVasInfoResponse>;

export const loggingSources = [
  row({
    action: 'DescribeSecLogDeliveryClsSetting',
    title: 'Log delivery to CLS',
    fields: clsFields,
    facts: deliveryFacts,
  }),
  row({
    action: 'DescribeSecLogDeliveryKafkaSetting',
    title: 'Log delivery to Kafka',
    fields: kafkaFields,
    facts: deliveryFacts,
  }),
  row({
    action: 'DescribeSecLogCleanSettingInfo',
    title: 'Log cleaning settings',
    fields: cleanFields,
  }),
  row({
    action: 'DescribeSecLogJoinTypeList',
    title: 'Logs that are gathered',
    fields: joinFields,
    facts: {
      ungatheredLogTypes: {
        type: 'string[]',
        meaning: 'The documented logs that are not gathered, or not in the answer.',
        from: ['List'],
      },
      silentLogTypes: {
        type: 'string[]',
        meaning:
          'The same, and those that are gathered from no host, super node or cluster; absent where one is gathered and nothing says from how many.',
        from: ['List'],
      },
    },
  }),
  row({
    action: 'DescribeLogStorageStatistic',
    title: 'Log storage',
    fields: storageFields,
    facts: {
      usedPercent: {
        type: 'number',
        meaning: 'The share of the storage that is used, rounded up; absent where there is none.',
        from: ['UsedSize', 'TotalSize'],
      },
    },
  }),
  row({
    action: 'DescribeSecLogVasInfo',
    title: 'Log analysis purchase',
    fields: vasFields,
    facts: {
      daysUntilEnd: {
        type: 'integer',
        meaning: 'Whole days until it ends; negative when it has.',
        from: ['EndTime'],
      },
    },
  }),
];
