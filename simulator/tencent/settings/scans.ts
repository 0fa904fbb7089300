/** Image scans, malware and vulnerabilities of a well-kept account. */
import { inShanghai, type Product } from './product.ts';

export const scans: Readonly<Record<string, Product>> = {
  DescribeImageRegistryTimingScanTask: {
    settings: (nowMs) => ({
      Enable: true,
      ScanTime: '01:00',
      ScanPeriod: 1,
      ScanType: ['CVE', 'VIRUS', 'RISK'],
      All: true,
      Images: [],
      Id: [],
      Latest: false,
      ScanEndTime: '05:00',
      RegistryType: ['tcr', 'ccr', 'harbor'],
      ContainerRunning: false,
      ScanScope: 0,
      Namespace: [],
      ExcludeImageAssetIds: [],
      LastScanTime: inShanghai(nowMs - 9 * 3_600_000),
      ScanResult: 'Success',
    }),
  },
  DescribeAssetImageRegistryRegistryList: {
    lists: ['List'],
    settings: (nowMs) => ({
      List: [
        registry(1, 'harbor-prod', 'harbor', nowMs - 3_600_000),
        registry(2, 'tcr-prod', 'tcr', nowMs - 2 * 3_600_000),
      ],
    }),
  },
  DescribeImageAutoAuthorizedRule: {
    settings: () => ({
      IsEnabled: 1,
      RangeType: 'ALL',
      HostCount: 0,
      MaxDailyCount: 0,
      RuleId: 7,
      AutoScanEnabled: 1,
      ScanType: ['CVE', 'VIRUS', 'RISK'],
    }),
  },
  DescribeImageDenyRuleList: {
    lists: ['List'],
    settings: (nowMs) => ({
      List: [
        {
          RuleID: 'deny-1',
          RuleName: 'critical vulnerabilities',
          RuleType: 'RULE_RISK',
          EffectImageCount: 12,
          IsEffectAllImage: 0,
          EffectTime: inShanghai(nowMs - 30 * 86_400_000),
          UpdateTime: inShanghai(nowMs - 31 * 86_400_000),
          OperationUin: '100000000001',
          Status: 0,
          EffectStatus: 'IN_EFFECT',
          ID: 1,
        },
      ],
    }),
  },
  DescribeImageDenyRuleSummary: {
    settings: () => ({
      RuleTotalCount: 1,
      EnabledRuleCount: 1,
      ObservedRuleCount: 0,
      EffectiveRuleCount: 1,
    }),
  },
  DescribeVirusScanSetting: {
    settings: () => ({
      EnableScan: true,
      Cycle: 1,
      BeginScanAt: '03:00:00',
      ScanPathAll: true,
      ScanPathType: 0,
      Timeout: 5,
      ScanRangeType: 0,
      ScanRangeAll: true,
      ScanIds: [],
      ScanPath: [],
      ClickTimeout: 5,
      ScanPathMode: 'SCAN_PATH_ALL',
    }),
  },
  DescribeVirusScanConfig: {
    settings: () => ({
      EnableScan: true,
      Cycle: 1,
      BeginScanAt: '03:00:00',
      Timeout: 5,
      ScanRangeType: 'SCAN_CONTAINER',
      ScanIDs: [{ IsAll: true, RangeType: 'SCAN_CONTAINER', IDs: [] }],
      ScanPath: [],
      ScanPathMode: 'SCAN_PATH_ALL',
      IsIncludePath: true,
    }),
  },
  DescribeVirusScanTimeoutSetting: {
    parameters: { ScanType: [0, 1] },
    settings: () => ({ Timeout: 5 }),
  },
  DescribeVirusMonitorSetting: {
    settings: () => ({
      EnableScan: true,
      ScanPathAll: true,
      ScanPathType: 0,
      ScanPath: [],
      ScanPathMode: 'SCAN_PATH_ALL',
    }),
  },
  DescribeVirusMonitorConfig: {
    settings: () => ({
      EnableScan: true,
      IsIncludePath: true,
      ScanPath: null,
      ScanPathMode: 'SCAN_PATH_ALL',
    }),
  },
  DescribeVirusAutoIsolateSetting: {
    settings: () => ({
      AutoIsolateSwitch: true,
      IsKillProgress: true,
      UserAutoIsolateKillSwitch: true,
    }),
  },
  DescribeVirusWhiteListRules: { lists: ['List'], settings: () => ({ List: [] }) },
  DescribeVulDefenceSetting: {
    settings: () => ({
      IsEnabled: 1,
      Scope: 1,
      HostCount: 6,
      ExceptionHostCount: 0,
      HostIDs: [],
      HostTotalCount: 6,
      SupportDefenseVulCount: 240,
      HostNodeCount: 6,
      SuperScope: 1,
      SuperNodeCount: 1,
      SuperNodeIds: [],
      NodeTotalCount: 1,
    }),
  },
  DescribeScanIgnoreVulList: { lists: ['List'], settings: () => ({ List: [] }) },
  DescribeRaspRules: { lists: ['List'], settings: () => ({ List: [] }) },
};

function registry(id: number, name: string, type: string, syncedMs: number) {
  return {
    RegistryId: id,
    Name: name,
    RegistryType: type,
    Url: `https://${name}.example`,
    NetType: 'public',
    RegistryRegion: 'default',
    RegistryVersion: 'v2',
    ConnectMsg: '',
    ConnDetectType: 'auto',
    ConnDetectHostCount: 1,
    ConnDetectDetail: [
      {
        Quuid: 'backend',
        Uuid: 'backend',
        ConnDetectStatus: 'success',
        ConnDetectMessage: '',
        Solution: '',
        FailReason: '',
      },
    ],
    InstanceID: type === 'tcr' ? `tcr-${String(id)}` : '',
    LatestSyncTime: inShanghai(syncedMs),
    SyncStatus: 'success',
    SyncFailReason: '',
    SyncSolution: '',
    SyncMessage: '',
    SyncMode: 0,
  };
}
