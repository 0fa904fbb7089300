/** Image scans: of what runs on the nodes, of what lies in registries, and what they lead to. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, totalCount, type FieldsOf } from './row.ts';

const scanResults = ['Success', 'InsufficientLicense', 'ImageNeedIsEmpty', 'InternalError'];

const imageScanFields = {
  Enable: { type: 'boolean', meaning: 'Scheduled image scanning is switched on.' },
  ScanTime: {
    type: 'string',
    meaning: 'When a scan starts, in UTC: HH:mm, HH:mm:ss or a full date-time.',
  },
  ScanPeriod: {
    type: 'integer',
    meaning: 'Scan interval, taken as days (the API page gives no unit).',
  },
  ScanVirus: { type: 'boolean', meaning: 'Scans look for trojans (malware).' },
  ScanRisk: { type: 'boolean', meaning: 'Scans look for sensitive information.' },
  ScanVul: { type: 'boolean', meaning: 'Scans look for vulnerabilities.' },
  All: {
    type: 'boolean',
    meaning: 'All images are scanned: the older form of ScanScope.',
    deprecated: true,
  },
  Images: { type: 'string[]', meaning: 'The images selected for scanning (ScanScope 1).' },
  ContainerRunning: {
    type: 'boolean',
    meaning: 'Only images that have running containers are scanned.',
  },
  ScanScope: {
    type: 'integer',
    meaning:
      'What is scanned: 0 all authorized images, 1 selected images, 2 recommended images, 3 images filtered by cluster.',
    values: [0, 1, 2, 3],
  },
  ScanEndTime: { type: 'string', meaning: 'When a scan must end, HH:mm in UTC.' },
  ExcludeImages: { type: 'string[]', meaning: 'The images that are never scanned.' },
  LastScanTime: {
    type: 'string',
    meaning: 'When the last scan ran; read in AUDIT_TIMEZONE where it names no zone.',
    volatile: true,
  },
  ScanResult: {
    type: 'string',
    meaning: 'How the last scan ended.',
    values: scanResults,
    volatile: true,
  },
  ClusterIDs: { type: 'string[]', meaning: 'The clusters whose images are scanned (ScanScope 3).' },
} satisfies FieldsOf<tcss_models.DescribeAssetImageScanSettingResponse>;

const scanFacts = {
  hoursSinceLastScan: {
    type: 'number',
    meaning: 'Hours between the last scan and the reading.',
    from: ['LastScanTime'],
  },
  scanPeriodHours: {
    type: 'integer',
    meaning: 'The scan interval in hours.',
    from: ['ScanPeriod'],
  },
  scanOverdueHours: {
    type: 'number',
    meaning: 'hoursSinceLastScan minus scanPeriodHours: at most 0 while the next scan is not due.',
    from: ['LastScanTime', 'ScanPeriod'],
  },
  scanWindowMinutes: {
    type: 'integer',
    meaning:
      'Minutes from ScanTime to ScanEndTime, over midnight where the end is earlier; equal times count as 0.',
    from: ['ScanTime', 'ScanEndTime'],
  },
} as const;

const registryScanFields = {
  Enable: { type: 'boolean', meaning: 'Scheduled scanning of registry images is switched on.' },
  ScanTime: {
    type: 'string',
    meaning: 'When a scan starts: HH:mm, HH:mm:ss or a full date-time, taken as UTC.',
  },
  ScanPeriod: {
    type: 'integer',
    meaning: 'Scan interval, taken as days (the SDK gives no unit).',
  },
  ScanType: {
    type: 'string[]',
    meaning: 'What scans look for. The SDK lists no values.',
  },
  All: {
    type: 'boolean',
    meaning: 'All images are scanned: the older form of ScanScope.',
    deprecated: true,
  },
  Images: {
    type: 'object[]',
    meaning: 'The images selected for scanning (ScanScope 1).',
    item: {
      InstanceName: { type: 'string', meaning: 'Name of the registry instance.' },
      Namespace: { type: 'string', meaning: 'Namespace in the registry.' },
      ImageName: { type: 'string', meaning: 'Name of the image.' },
      ImageTag: { type: 'string', meaning: 'Tag of the image.' },
      Force: { type: 'string', meaning: 'The image is scanned even if it was scanned before.' },
      ImageDigest: { type: 'string', meaning: 'Digest of the image.' },
      RegistryType: { type: 'string', meaning: 'Kind of registry.' },
      ImageRepoAddress: { type: 'string', meaning: 'Address of the repository.' },
      InstanceId: { type: 'string', meaning: 'Id of the registry instance.' },
    },
  },
  Id: { type: 'integer[]', meaning: 'The ids of the images selected for scanning (ScanScope 1).' },
  Latest: { type: 'boolean', meaning: 'Only the latest version of each image is scanned.' },
  ScanEndTime: { type: 'string', meaning: 'When a scan must end, taken as UTC.' },
  RegistryType: {
    type: 'string[]',
    meaning: 'The kinds of registries that are scanned: tcr, ccr, harbor and others.',
  },
  ContainerRunning: {
    type: 'boolean',
    meaning: 'Only images that have running containers are scanned.',
  },
  ScanScope: {
    type: 'integer',
    meaning: 'What is scanned: 0 all images, 1 selected images, 2 recommended images.',
    values: [0, 1, 2],
  },
  Namespace: { type: 'string[]', meaning: 'The namespaces that are scanned.' },
  ExcludeImageAssetIds: {
    type: 'integer[]',
    meaning: 'The ids of the images that are never scanned.',
  },
  LastScanTime: {
    type: 'string',
    meaning: 'When the last scan ran; read in AUDIT_TIMEZONE where it names no zone.',
    volatile: true,
  },
  ScanResult: {
    type: 'string',
    meaning: 'How the last scan ended.',
    values: scanResults,
    volatile: true,
  },
} satisfies FieldsOf<tcss_models.DescribeImageRegistryTimingScanTaskResponse>;

const registryListFields = {
  List: {
    type: 'object[]',
    meaning: 'The image registries that are connected.',
    item: {
      RegistryId: { type: 'integer', meaning: 'Id of the registry.' },
      Name: { type: 'string', meaning: 'Name of the registry.' },
      RegistryType: { type: 'string', meaning: 'Kind of registry: harbor, tcr and others.' },
      Url: { type: 'string', meaning: 'Address of the registry.' },
      NetType: { type: 'string', meaning: 'How it is reached: public and others.' },
      RegistryRegion: { type: 'string', meaning: 'Region of the registry, or default.' },
      RegistryVersion: { type: 'string', meaning: 'Version of the registry.' },
      ConnectMsg: {
        type: 'string',
        meaning: 'Why the registry could not be reached.',
        volatile: true,
        deprecated: true,
      },
      ConnDetectType: { type: 'string', meaning: 'How it is tried whether it can be reached.' },
      ConnDetectHostCount: {
        type: 'integer',
        meaning: 'From how many hosts it is tried.',
        volatile: true,
      },
      ConnDetectDetail: {
        type: 'object[]',
        meaning: 'What each of those hosts found.',
        volatile: true,
        item: {
          Quuid: { type: 'string', meaning: 'The host, or backend.' },
          Uuid: { type: 'string', meaning: 'The agent of the host, or backend.' },
          ConnDetectStatus: { type: 'string', meaning: 'What came of it.', volatile: true },
          ConnDetectMessage: { type: 'string', meaning: 'The result in words.', volatile: true },
          Solution: { type: 'string', meaning: 'What to do about it.', volatile: true },
          FailReason: { type: 'string', meaning: 'Why it failed.', volatile: true },
        },
      },
      InstanceID: { type: 'string', meaning: 'Id of the instance, of a tcr registry.' },
      LatestSyncTime: {
        type: 'string',
        meaning: 'When its images were last listed with success.',
        volatile: true,
      },
      SyncStatus: {
        type: 'string',
        meaning: 'How listing its images stands. The SDK lists no values.',
        volatile: true,
      },
      SyncFailReason: {
        type: 'string',
        meaning: 'Why its images could not be listed.',
        volatile: true,
      },
      SyncSolution: { type: 'string', meaning: 'What to do about it.', volatile: true },
      SyncMessage: { type: 'string', meaning: 'The failure in words.', volatile: true },
      SyncMode: {
        type: 'integer',
        meaning: 'What is listed: 0 everything, 1 what is new.',
        values: [0, 1],
      },
    },
  },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeAssetImageRegistryRegistryListResponse>;

const autoAuthorizedFields = {
  IsEnabled: {
    type: 'integer',
    meaning: 'Images get a licence by themselves: 0 no, 1 yes.',
    values: [0, 1],
  },
  RangeType: {
    type: 'string',
    meaning: 'Whose images: MANUAL those of selected hosts, ALL all.',
    values: ['MANUAL', 'ALL'],
  },
  HostCount: { type: 'integer', meaning: 'How many hosts are selected (MANUAL).', volatile: true },
  MaxDailyCount: {
    type: 'integer',
    meaning: 'How many images at most get a licence in a day; 0 = no limit.',
  },
  RuleId: { type: 'integer', meaning: 'Id of the rule; 0 where none was ever made.' },
  AutoScanEnabled: {
    type: 'integer',
    meaning: 'Images that get a licence are scanned at once: 0 no, 1 yes.',
    values: [0, 1],
  },
  ScanType: {
    type: 'string[]',
    meaning: 'What those scans look for. The SDK lists no values.',
  },
} satisfies FieldsOf<tcss_models.DescribeImageAutoAuthorizedRuleResponse>;

const denyRuleFields = {
  List: {
    type: 'object[]',
    meaning: 'The rules that keep images from starting.',
    item: {
      RuleID: { type: 'string', meaning: 'Id of the rule.' },
      RuleName: { type: 'string', meaning: 'Name of the rule.' },
      RuleType: {
        type: 'string',
        meaning: 'What it stops: RULE_RISK images with risks, RULE_PRIVILEGE privileged starts.',
        values: ['RULE_RISK', 'RULE_PRIVILEGE'],
      },
      EffectImageCount: {
        type: 'integer',
        meaning: 'How many images it covers.',
        volatile: true,
      },
      IsEffectAllImage: {
        type: 'integer',
        meaning: 'Which images it covers: 0 all that were scanned, 1 selected ones.',
        values: [0, 1],
      },
      EffectTime: { type: 'string', meaning: 'From when it stops images.' },
      UpdateTime: { type: 'string', meaning: 'When it was last changed.' },
      OperationUin: { type: 'string', meaning: 'Who changed it last.' },
      Status: {
        type: 'integer',
        meaning: 'Whether it is switched on; the request’s filter says 0 on, 1 off.',
        values: [0, 1],
      },
      EffectStatus: {
        type: 'string',
        meaning: 'IN_THE_TEST it only watches, IN_EFFECT it stops images.',
        values: ['IN_THE_TEST', 'IN_EFFECT'],
        volatile: true,
      },
      ID: { type: 'integer', meaning: 'Number of the rule.' },
    },
  },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeImageDenyRuleListResponse>;

const denySummaryFields = {
  RuleTotalCount: { type: 'integer', meaning: 'How many rules there are, on or off.' },
  EnabledRuleCount: { type: 'integer', meaning: 'How many of them are switched on.' },
  ObservedRuleCount: {
    type: 'integer',
    meaning: 'How many only watch, for their first days.',
    volatile: true,
  },
  EffectiveRuleCount: {
    type: 'integer',
    meaning: 'How many stop images now.',
    volatile: true,
  },
} satisfies FieldsOf<tcss_models.DescribeImageDenyRuleSummaryResponse>;

export const imageSources = [
  row({
    action: 'DescribeAssetImageScanSetting',
    title: 'Image scan settings',
    documentation: 'https://www.tencentcloud.com/document/product/1163/53151',
    fields: imageScanFields,
    facts: {
      ...scanFacts,
      allImagesCovered: {
        type: 'boolean',
        meaning:
          'All authorized (ScanScope 0) or recommended (2) images are scanned; All decides where the answer has no ScanScope.',
        from: ['ScanScope', 'All'],
      },
      selectedCount: {
        type: 'integer',
        meaning: 'How many images (ScanScope 1) or clusters (ScanScope 3) are selected.',
        from: ['ScanScope', 'Images', 'ClusterIDs'],
      },
      excludedImageCount: {
        type: 'integer',
        meaning: 'How many images are never scanned.',
        from: ['ExcludeImages'],
      },
    },
  }),
  row({
    action: 'DescribeImageRegistryTimingScanTask',
    title: 'Registry scan settings',
    fields: registryScanFields,
    facts: {
      ...scanFacts,
      allImagesCovered: {
        type: 'boolean',
        meaning:
          'All (ScanScope 0) or recommended (2) images are scanned; All decides where the answer has no ScanScope.',
        from: ['ScanScope', 'All'],
      },
      selectedCount: {
        type: 'integer',
        meaning:
          'How many images are selected (ScanScope 1), by Id or Images: the smaller where both are there.',
        from: ['ScanScope', 'Id', 'Images'],
      },
      excludedImageCount: {
        type: 'integer',
        meaning: 'How many images are never scanned.',
        from: ['ExcludeImageAssetIds'],
      },
    },
  }),
  row({
    action: 'DescribeAssetImageRegistryRegistryList',
    title: 'Image registries',
    fields: registryListFields,
    paging: { list: 'List', key: 'RegistryId' },
    facts: {
      registryCount: {
        type: 'integer',
        meaning: 'How many registries are connected.',
        from: ['TotalCount', 'List'],
      },
      failingRegistries: {
        type: 'string[]',
        meaning: 'The names of registries that give a reason why listing their images failed.',
        from: ['List'],
      },
      hoursSinceOldestSync: {
        type: 'number',
        meaning:
          'Hours since the registry that waited longest was listed; absent where one never was, or there is none.',
        from: ['List'],
      },
    },
  }),
  row({
    action: 'DescribeImageAutoAuthorizedRule',
    title: 'Automatic image licences',
    fields: autoAuthorizedFields,
  }),
  row({
    action: 'DescribeImageDenyRuleList',
    title: 'Image denial rules',
    sites: ['cn'],
    fields: denyRuleFields,
    paging: { list: 'List', key: 'RuleID' },
    facts: {
      ruleCount: {
        type: 'integer',
        meaning: 'How many rules there are, on or off.',
        from: ['TotalCount', 'List'],
      },
      rulesInTest: {
        type: 'string[]',
        meaning: 'The names of the rules that only watch.',
        from: ['List'],
      },
    },
  }),
  row({
    action: 'DescribeImageDenyRuleSummary',
    title: 'Image denial rules, counted',
    sites: ['cn'],
    fields: denySummaryFields,
  }),
];
