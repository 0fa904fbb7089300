/** Logs and licence of a well-kept account. */
import { inShanghai, type Product } from './product.ts';

const gigabyte = 1024 ** 3;

export const account: Readonly<Record<string, Product>> = {
  DescribeSecLogDeliveryClsSetting: {
    settings: () => ({
      LogTypeList: [
        ['runtime_security', 'escape', 'virus'],
        ['image_security', 'image_vul', 'image_virus'],
        ['container_bash', 'container_bash'],
        ['k8s_api', 'k8s_api'],
      ].map(([type = '', ...subTypes]) => ({
        LogType: type,
        State: true,
        Region: 'ap-singapore',
        LogSet: 'logset-1',
        TopicID: `topic-${type}`,
        LogSetName: 'tcss',
        TopicName: type,
        SubLogType: subTypes,
        ErrMsg: '',
      })),
    }),
  },
  DescribeSecLogDeliveryKafkaSetting: {
    settings: () => ({
      InstanceID: 'ckafka-1',
      InstanceName: 'security',
      Domain: 'ckafka.example:9092',
      LogTypeList: [
        {
          LogType: 'runtime_security',
          TopicID: 'topic-1',
          TopicName: 'tcss',
          State: true,
          SubLogType: ['escape', 'virus'],
          ErrMsg: '',
        },
      ],
      User: 'tcss',
      RegionID: 'ap-singapore',
    }),
  },
  DescribeSecLogCleanSettingInfo: {
    settings: () => ({ ReservesLimit: 90, ReservesDeadline: 80, DayLimit: 180 }),
  },
  DescribeSecLogJoinTypeList: {
    settings: () => ({
      List: [
        { Count: 6, SuperNodeCount: 1, IsJoined: true, LogType: 'container_bash', ClusterCount: 0 },
        {
          Count: 6,
          SuperNodeCount: 1,
          IsJoined: true,
          LogType: 'container_launch',
          ClusterCount: 0,
        },
        { Count: 0, SuperNodeCount: 0, IsJoined: true, LogType: 'k8s_api', ClusterCount: 2 },
      ],
      MsgLanguage: 'zh',
    }),
  },
  DescribeLogStorageStatistic: {
    settings: () => ({ TotalSize: 100 * gigabyte, UsedSize: 31 * gigabyte }),
  },
  DescribeSecLogVasInfo: {
    settings: (nowMs) => ({
      BuyStatus: 'Normal',
      LogSaveMonth: 6,
      StartTime: inShanghai(nowMs - 100 * 86_400_000),
      EndTime: inShanghai(nowMs + 265 * 86_400_000),
      LogCapacity: 100,
      ResourceID: 'log-1',
      IsPurchased: true,
      TrialCapacity: 0,
      ResourceDetailList: [
        {
          ResourceId: 'log-1',
          StartTime: inShanghai(nowMs - 100 * 86_400_000),
          EndTime: inShanghai(nowMs + 265 * 86_400_000),
          SourceType: 0,
          InquireNum: 100,
        },
      ],
    }),
  },
  DescribePurchaseStateInfo: {
    settings: (nowMs) => ({
      State: 3,
      AllCoresCnt: 48,
      CoresCnt: 48,
      UndefendCoresCnt: 0,
      AuthorizedCoresCnt: 64,
      GivenAuthorizedCoresCnt: 0,
      CurrentFlexibleCoresCnt: 0,
      ImageCnt: 20,
      AuthorizedImageCnt: 20,
      ExpirationTime: inShanghai(nowMs + 265 * 86_400_000),
      PurchasedAuthorizedCnt: 50,
      AutomaticRenewal: 1,
      GivenAuthorizedCnt: 0,
      BeginTime: inShanghai(nowMs - 100 * 86_400_000),
      SubState: '',
      InquireKey: 'sv_tcss_pro',
      DefendPolicy: 'AUTO',
      FlexibleCoresLimit: 0,
      DefendClusterCoresCnt: 32,
      DefendHostCoresCnt: 16,
      TrialCoresCnt: 0,
      NoContainerCoresCnt: 0,
    }),
  },
};
