/** The facts of every source but the image scan's, at their edges. `undefined` = absent: it could not be told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Json, JsonObject } from '../../shared/model.ts';
import { deriveFacts } from '../../shared/settings/facts.ts';
import { sources } from '../../shared/settings/sources.ts';
import { anyJson } from '../support/arbitraries.ts';
import { observedAtMs, timezone } from '../support/settings.ts';

type Case = readonly [settings: JsonObject, facts: Readonly<Record<string, Json | undefined>>];

/** Those of the named facts that there are, in the order of the names. */
function factsOf(source: string, settings: JsonObject, names: readonly string[]): JsonObject {
  const facts = deriveFacts(source, settings, observedAtMs, timezone);
  return Object.fromEntries(
    names.flatMap((name) => (name in facts ? [[name, facts[name] ?? null]] : [])),
  );
}

const rule = (type: string, isEnabled: Json = true) => ({ Type: type, IsEnable: isEnabled });
const allEscapes = [
  ...['ESCAPE_HOST_ACESS_FILE', 'ESCAPE_MOUNT_NAMESPACE', 'ESCAPE_PRIVILEDGE'],
  ...['ESCAPE_PRIVILEDGE_CONTAINER_START', 'ESCAPE_MOUNT_SENSITIVE_PTAH', 'ESCAPE_SYSCALL'],
];

const allGroups = ['RISK_CONTAINER', 'PROCESS_PRIVILEGE', 'CONTAINER_ESCAPE'];

const warning = (type: string, change: JsonObject = {}) => ({
  Type: type,
  Switch: 'ON',
  BeginTime: '00:00',
  EndTime: '23:59',
  ControlBits: '111',
  ...change,
});

const task = (
  assetType: string,
  change: JsonObject = {},
  frequency: Json = 1,
  isEnabled: Json = true,
) => ({
  PeriodTaskId: assetType.length,
  AssetType: assetType,
  LastTriggerTime: '2026-11-24 04:00:00',
  PeriodRule: { Frequency: frequency, ExecutionTime: '04:00:00', Enable: isEnabled },
  BenchmarkStandardSet: [{ Enabled: false }, { Enabled: true }],
  ...change,
});

const processRule = (change: JsonObject = {}) => ({ IsDefault: true, IsEnable: true, ...change });
const check = (type: string, change: JsonObject = {}) => ({
  RuleType: type,
  RuleMode: 'RULE_MODE_ALERT',
  IsEnable: true,
  ...change,
});
const fileChecks = ['CHANGE_CRONTAB', 'CHANGE_SYS_BIN', 'CHANGE_USRCFG'];
const event = (scope: string, change: JsonObject = {}) => ({
  Scope: scope,
  Status: true,
  ...change,
});
const clusterEvents = [
  ...['ANONYMOUS_ACCESS', 'ABNORMAL_UA_REQ', 'ANONYMOUS_ABNORMAL_PERMISSION', 'GET_CREDENTIALS'],
  ...['MOUNT_SENSITIVE_PATH', 'COMMAND_RUN', 'PRIVILEGE_CONTAINER', 'EXCEPTION_CRONTAB_TASK'],
  ...['STATICS_POD', 'ABNORMAL_CREATE_POD'],
];
const clusterRule = (change: JsonObject = {}) => ({
  RuleType: 'RT_SYSTEM',
  Status: true,
  EffectAllCluster: true,
  RuleInfoList: clusterEvents.map((scope) => event(scope)),
  ...change,
});

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  DescribeImageRegistryTimingScanTask: {
    'all images': [{ ScanScope: 0 }, { allImagesCovered: true, selectedCount: 0 }],
    'recommended images': [{ ScanScope: 2 }, { allImagesCovered: true, selectedCount: 0 }],
    'selected images, by both lists': [
      { ScanScope: 1, Id: [1, 2, 3], Images: [{}, {}] },
      { allImagesCovered: false, selectedCount: 2 },
    ],
    'selected images, by one list': [{ ScanScope: 1, Id: [1], Images: null }, { selectedCount: 1 }],
    'selected images, and no list': [{ ScanScope: 1 }, { selectedCount: undefined }],
    'selected images, and one list that is none': [
      { ScanScope: 1, Id: [1], Images: 'all' },
      { selectedCount: undefined },
    ],
    'another scope than documented': [
      { ScanScope: 3, All: true },
      { allImagesCovered: undefined, selectedCount: undefined },
    ],
    'the older form': [{ All: true }, { allImagesCovered: true }],
    'excluded images': [{ ExcludeImageAssetIds: [1, 2] }, { excludedImageCount: 2 }],
    'excluded images by text': [{ ExcludeImageAssetIds: ['1'] }, { excludedImageCount: undefined }],
    'a week between scans': [
      { ScanPeriod: 7, LastScanTime: '2026-11-24 02:00:00' },
      { scanPeriodHours: 168, hoursSinceLastScan: 8, scanOverdueHours: -160 },
    ],
  },
  DescribeAssetImageRegistryRegistryList: {
    none: [
      { TotalCount: 0, List: [] },
      { registryCount: 0, failingRegistries: [], hoursSinceOldestSync: undefined },
    ],
    'none, as null': [
      { TotalCount: 0, List: null },
      { registryCount: 0, failingRegistries: [] },
    ],
    'no list, and not none': [{ TotalCount: 1, List: null }, { registryCount: undefined }],
    'the one that waited longest': [
      {
        List: [
          { LatestSyncTime: '2026-11-24 09:00:00' },
          { LatestSyncTime: '2026-11-23 10:00:00' },
        ],
      },
      { hoursSinceOldestSync: 24 },
    ],
    'one that was never listed': [
      { List: [{ LatestSyncTime: '2026-11-24 09:00:00' }, { LatestSyncTime: '' }] },
      { hoursSinceOldestSync: undefined },
    ],
    'one that fails': [
      {
        List: [
          { Name: 'a', SyncFailReason: '' },
          { Name: 'b', SyncFailReason: 'denied' },
        ],
      },
      { failingRegistries: ['b'] },
    ],
    'one that fails in the older field': [
      { List: [{ Name: 'a', ConnectMsg: 'refused' }] },
      { failingRegistries: ['a'] },
    ],
    'one without a name': [{ List: [{}] }, { registryCount: 1, failingRegistries: undefined }],
    'an item that is null': [
      { List: [null] },
      { registryCount: undefined, failingRegistries: undefined },
    ],
  },
  DescribeImageDenyRuleList: {
    'one that only watches': [
      {
        List: [
          { RuleName: 'a', EffectStatus: 'IN_THE_TEST' },
          { RuleName: 'b', EffectStatus: 'IN_EFFECT' },
        ],
      },
      { ruleCount: 2, rulesInTest: ['a'] },
    ],
    'another state than documented is not in effect': [
      { List: [{ RuleName: 'a', EffectStatus: 'PAUSED' }] },
      { rulesInTest: ['a'] },
    ],
    'one without a state': [
      { List: [{ RuleName: 'a' }] },
      { ruleCount: 1, rulesInTest: undefined },
    ],
  },
  DescribeVirusScanSetting: {
    'all paths': [
      { ScanPathMode: 'SCAN_PATH_ALL', ScanPathAll: false },
      { allPathsCovered: true, excludedPathCount: 0 },
    ],
    'the default paths': [
      { ScanPathMode: 'SCAN_PATH_DEFAULT' },
      { allPathsCovered: false, excludedPathCount: 0 },
    ],
    'only some paths': [
      { ScanPathMode: 'SCAN_PATH_USER_DEFINE', ScanPathType: 0, ScanPath: ['/a'] },
      { allPathsCovered: false, excludedPathCount: 0 },
    ],
    'all but some paths': [
      { ScanPathMode: 'SCAN_PATH_USER_DEFINE', ScanPathType: 1, ScanPath: ['/a', '/b'] },
      { allPathsCovered: false, excludedPathCount: 2 },
    ],
    'some paths, and no word of which': [
      { ScanPathMode: 'SCAN_PATH_USER_DEFINE', ScanPath: ['/a'] },
      { excludedPathCount: undefined },
    ],
    'the older form': [
      { ScanPathAll: true },
      { allPathsCovered: true, excludedPathCount: undefined },
    ],
    'another mode than documented': [
      { ScanPathMode: 'SCAN_PATH_FAST', ScanPathAll: true },
      { allPathsCovered: undefined, excludedPathCount: undefined },
    ],
    everything: [{ ScanRangeAll: true, ScanIds: ['a'] }, { selectedCount: 0 }],
    'a selection of nothing': [{ ScanRangeAll: false, ScanIds: [] }, { selectedCount: 0 }],
    'a selection': [{ ScanRangeAll: false, ScanIds: ['a'] }, { selectedCount: 1 }],
    'every three days': [{ Cycle: 3 }, { scanPeriodHours: 72 }],
    'every no days': [{ Cycle: 0 }, { scanPeriodHours: undefined }],
  },
  DescribeVirusScanConfig: {
    'all of every kind': [
      { ScanIDs: [{ RangeType: 'SCAN_NORMAL', IsAll: true }] },
      { partlyScannedKinds: [] },
    ],
    'some of one kind': [
      {
        ScanIDs: [
          { RangeType: 'SCAN_NORMAL', IsAll: true },
          { RangeType: 'SCAN_SUPER', IsAll: false },
        ],
      },
      { partlyScannedKinds: ['SCAN_SUPER'] },
    ],
    'no kind at all says nothing': [{ ScanIDs: [] }, { partlyScannedKinds: undefined }],
    'paths that are left out': [
      { ScanPathMode: 'SCAN_PATH_USER_DEFINE', IsIncludePath: false, ScanPath: ['/a'] },
      { excludedPathCount: 1 },
    ],
  },
  DescribeVirusMonitorSetting: {
    'all paths': [
      { ScanPathMode: 'SCAN_PATH_ALL' },
      { allPathsCovered: true, excludedPathCount: 0 },
    ],
  },
  DescribeVirusMonitorConfig: {
    'paths that are left out, and none is': [
      { ScanPathMode: 'SCAN_PATH_USER_DEFINE', IsIncludePath: false, ScanPath: null },
      { excludedPathCount: undefined },
    ],
  },
  DescribeVirusWhiteListRules: {
    'one for all images': [
      { List: [{ Scope: 1 }, { Scope: 0 }] },
      { ruleCount: 2, allImagesRuleCount: 1 },
    ],
    'another scope than documented may be all': [
      { List: [{ Scope: 2 }] },
      { allImagesRuleCount: 1 },
    ],
    'one without a scope': [{ List: [{}] }, { ruleCount: 1, allImagesRuleCount: undefined }],
  },
  DescribeVulDefenceSetting: {
    'all hosts': [
      { HostCount: 3, HostNodeCount: 3, HostTotalCount: 3 },
      { hostCoveragePercent: 100, undefendedHostCount: 0 },
    ],
    'one of a million is missing': [
      { HostCount: 999_999, HostTotalCount: 1_000_000 },
      { hostCoveragePercent: 99.99, undefendedHostCount: 1 },
    ],
    'the smaller of two counts': [
      { HostCount: 4, HostNodeCount: 2, HostTotalCount: 4 },
      { hostCoveragePercent: 50, undefendedHostCount: 2 },
    ],
    'no host at all': [
      { HostCount: 0, HostTotalCount: 0 },
      { hostCoveragePercent: undefined, undefendedHostCount: 0 },
    ],
    'more defended than there are': [
      { HostCount: 5, HostTotalCount: 4 },
      { hostCoveragePercent: undefined, undefendedHostCount: undefined },
    ],
    'a count that is a text': [
      { HostCount: 4, HostNodeCount: '4', HostTotalCount: 4 },
      { hostCoveragePercent: undefined },
    ],
    'super nodes': [{ SuperNodeCount: 1, NodeTotalCount: 3 }, { undefendedSuperNodeCount: 2 }],
  },
  DescribeScanIgnoreVulList: {
    'in all images, by CVE or by name': [
      {
        List: [
          { CVEID: 'CVE-1', VulName: 'a', IsIgnoreAll: 1 },
          { CVEID: '', VulName: 'b', IsIgnoreAll: 1 },
          { CVEID: 'CVE-3', IsIgnoreAll: 0 },
        ],
      },
      { ignoredCount: 3, ignoredInAllImages: ['CVE-1', 'b'] },
    ],
    'in an undocumented way': [
      { List: [{ CVEID: 'CVE-1', IsIgnoreAll: 2 }] },
      { ignoredCount: 1, ignoredInAllImages: undefined },
    ],
    nothing: [
      { TotalCount: 0, List: null },
      { ignoredCount: 0, ignoredInAllImages: [] },
    ],
  },
  DescribeRaspRules: { two: [{ List: [{}, {}] }, { ruleCount: 2 }] },
  DescribeCompliancePeriodTaskList: {
    'all kinds every day': [
      {
        PeriodTaskSet: ['ASSET_CONTAINER', 'ASSET_IMAGE', 'ASSET_HOST', 'ASSET_K8S'].map((type) =>
          task(type),
        ),
      },
      {
        enabledTaskCount: 4,
        uncheckedAssetTypes: [],
        longestIntervalDays: 1,
        checkOverdueHours: -18,
        assetTypesWithoutStandard: [],
      },
    ],
    'one kind off': [
      { PeriodTaskSet: [task('ASSET_HOST', {}, 7), task('ASSET_IMAGE', {}, 30, false)] },
      {
        enabledTaskCount: 1,
        uncheckedAssetTypes: ['ASSET_CONTAINER', 'ASSET_IMAGE', 'ASSET_K8S'],
        longestIntervalDays: 7,
      },
    ],
    'nothing at all': [
      { TotalCount: 0, PeriodTaskSet: [] },
      {
        enabledTaskCount: 0,
        uncheckedAssetTypes: ['ASSET_CONTAINER', 'ASSET_HOST', 'ASSET_IMAGE', 'ASSET_K8S'],
        longestIntervalDays: undefined,
        checkOverdueHours: undefined,
        assetTypesWithoutStandard: [],
      },
    ],
    'nothing, as null': [{ TotalCount: 0, PeriodTaskSet: null }, { enabledTaskCount: 0 }],
    'one that is late': [
      {
        PeriodTaskSet: [
          task('ASSET_HOST'),
          task('ASSET_K8S', { LastTriggerTime: '2026-11-23 09:00:00' }),
        ],
      },
      { checkOverdueHours: 1 },
    ],
    'one that never ran': [
      { PeriodTaskSet: [task('ASSET_HOST'), task('ASSET_K8S', { LastTriggerTime: null })] },
      { checkOverdueHours: undefined, enabledTaskCount: 2 },
    ],
    'one without a standard that is on': [
      { PeriodTaskSet: [task('ASSET_HOST', { BenchmarkStandardSet: [{ Enabled: false }] })] },
      { assetTypesWithoutStandard: ['ASSET_HOST'] },
    ],
    'a second one of a kind, with a standard, does not make up for one without': [
      {
        PeriodTaskSet: [
          task('ASSET_K8S', { BenchmarkStandardSet: [] }),
          ...[task('ASSET_HOST'), task('ASSET_K8S'), task('ASSET_IMAGE')],
        ],
      },
      { uncheckedAssetTypes: ['ASSET_CONTAINER'], assetTypesWithoutStandard: ['ASSET_K8S'] },
    ],
    'the longest of several': [
      {
        PeriodTaskSet: [task('ASSET_HOST', {}, 3), task('ASSET_K8S'), task('ASSET_IMAGE', {}, 2)],
      },
      { longestIntervalDays: 3, checkOverdueHours: -18 },
    ],
    'what is off, whatever it says': [
      {
        PeriodTaskSet: [
          task('ASSET_HOST'),
          task('ASSET_K8S', { LastTriggerTime: null, BenchmarkStandardSet: null }, 0, false),
        ],
      },
      {
        enabledTaskCount: 1,
        longestIntervalDays: 1,
        checkOverdueHours: -18,
        assetTypesWithoutStandard: [],
      },
    ],
    ...Object.fromEntries(
      [0, -1, 1.5, '1', null].map((frequency): [string, Case] => [
        `one that runs every ${JSON.stringify(frequency)} days`,
        [
          { PeriodTaskSet: [task('ASSET_HOST'), task('ASSET_K8S', {}, frequency)] },
          {
            enabledTaskCount: 2,
            longestIntervalDays: undefined,
            checkOverdueHours: undefined,
            assetTypesWithoutStandard: [],
          },
        ],
      ]),
    ),
    'one of whose standards it is not known whether they are on': [
      { PeriodTaskSet: [task('ASSET_HOST', { BenchmarkStandardSet: [{ Enabled: true }, {}] })] },
      { enabledTaskCount: 1, assetTypesWithoutStandard: undefined },
    ],
    'one without a list of standards': [
      { PeriodTaskSet: [task('ASSET_HOST'), task('ASSET_K8S', { BenchmarkStandardSet: null })] },
      { enabledTaskCount: 2, assetTypesWithoutStandard: undefined },
    ],
    'one of an unknown kind': [
      { PeriodTaskSet: [task('ASSET_HOST'), task('ASSET_K8S', { AssetType: null })] },
      { enabledTaskCount: undefined, uncheckedAssetTypes: undefined },
    ],
    'one without a rule': [
      { PeriodTaskSet: [task('ASSET_HOST', { PeriodRule: null })] },
      { enabledTaskCount: undefined, uncheckedAssetTypes: undefined },
    ],
    'no list of tasks': [
      { TotalCount: 1, PeriodTaskSet: null },
      {
        enabledTaskCount: undefined,
        uncheckedAssetTypes: undefined,
        longestIntervalDays: undefined,
        checkOverdueHours: undefined,
        assetTypesWithoutStandard: undefined,
      },
    ],
    'one of which it is not known whether it is on': [
      { PeriodTaskSet: [task('ASSET_HOST'), task('ASSET_K8S', { PeriodRule: { Frequency: 1 } })] },
      {
        enabledTaskCount: undefined,
        uncheckedAssetTypes: undefined,
        longestIntervalDays: undefined,
      },
    ],
  },
  DescribeComplianceWhitelistItemList: {
    'no word of any': [{}, { whitelistedCheckCount: undefined }],
    one: [{ WhitelistItemSet: [{}] }, { whitelistedCheckCount: 1 }],
    'none, as null': [{ TotalCount: 0, WhitelistItemSet: null }, { whitelistedCheckCount: 0 }],
  },
  DescribeEscapeRuleInfo: {
    'all on': [
      { RuleSet: allEscapes.map((type) => rule(type)) },
      { enabledRuleCount: 6, ruleTypesOff: [] },
    ],
    'one off and one missing': [
      {
        RuleSet: [
          rule('ESCAPE_SYSCALL', false),
          ...allEscapes.slice(0, 4).map((type) => rule(type)),
        ],
      },
      { enabledRuleCount: 4, ruleTypesOff: ['ESCAPE_MOUNT_SENSITIVE_PTAH', 'ESCAPE_SYSCALL'] },
    ],
    'an undocumented one off': [
      { RuleSet: [...allEscapes.map((type) => rule(type)), rule('ESCAPE_NEW', false)] },
      { ruleTypesOff: ['ESCAPE_NEW'] },
    ],
    'none at all: they are all off': [
      { RuleSet: [] },
      {
        enabledRuleCount: 0,
        ruleTypesOff: [...allEscapes].sort(),
        ruleGroupsOff: [...allGroups].sort(),
      },
    ],
    'a group off, one missing and an undocumented one off': [
      {
        RuleSet: [
          { ...rule('A'), Group: 'RISK_CONTAINER' },
          ...[rule('B', false), rule('C')].map((one) => ({ ...one, Group: 'PROCESS_PRIVILEGE' })),
          ...[rule('D', false), rule('E')].map((one) => ({ ...one, Group: 'NEW' })),
        ],
      },
      { ruleGroupsOff: ['CONTAINER_ESCAPE', 'NEW', 'PROCESS_PRIVILEGE'] },
    ],
    'every group on': [
      { RuleSet: allGroups.map((group) => ({ ...rule('A'), Group: group })) },
      { ruleGroupsOff: [] },
    ],
    'one of an unknown group': [
      { RuleSet: [rule('ESCAPE_SYSCALL')] },
      { enabledRuleCount: 1, ruleGroupsOff: undefined },
    ],
    'one of an unknown type': [
      { RuleSet: [{ IsEnable: true, Group: 'RISK_CONTAINER' }] },
      {
        enabledRuleCount: undefined,
        ruleTypesOff: undefined,
        ruleGroupsOff: ['CONTAINER_ESCAPE', 'PROCESS_PRIVILEGE'],
      },
    ],
    'one of a group that may be on': [
      { RuleSet: [{ ...rule('A', 'true'), Group: 'RISK_CONTAINER' }] },
      { ruleTypesOff: undefined, ruleGroupsOff: undefined },
    ],
    'no list': [
      { RuleSet: null },
      { enabledRuleCount: undefined, ruleTypesOff: undefined, ruleGroupsOff: undefined },
    ],
    'one that may be on': [
      { RuleSet: [rule('ESCAPE_SYSCALL', null)] },
      { enabledRuleCount: undefined, ruleTypesOff: undefined },
    ],
  },
  DescribeAbnormalProcessRules: {
    'no rule of its own': [
      { RuleSet: [processRule({ IsDefault: false })] },
      {
        ruleCount: 1,
        enabledRuleCount: 1,
        defaultRuleEnabled: undefined,
        systemChecksOff: undefined,
      },
    ],
    'its own rule off': [
      { RuleSet: [processRule({ IsEnable: false }), processRule({ IsDefault: false })] },
      { ruleCount: 2, enabledRuleCount: 1, defaultRuleEnabled: false },
    ],
    'one of its own rules on': [
      { RuleSet: [processRule({ IsEnable: false }), processRule()] },
      { enabledRuleCount: 1, defaultRuleEnabled: true },
    ],
    'a rule of which it is not known whose it is': [
      { RuleSet: [processRule(), { IsEnable: true }] },
      { ruleCount: 2, enabledRuleCount: undefined, defaultRuleEnabled: undefined },
    ],
    'a rule of which it is not known whether it is on': [
      { RuleSet: [processRule(), { IsDefault: true }] },
      { ruleCount: 2, enabledRuleCount: undefined, defaultRuleEnabled: undefined },
    ],
    'no rules, as null': [
      { TotalCount: 0, RuleSet: null, RuleExtSet: null },
      {
        ruleCount: 0,
        enabledRuleCount: 0,
        defaultRuleEnabled: undefined,
        systemChecksOff: undefined,
        releasedCount: undefined,
      },
    ],
  },
  DescribeAccessControlRules: {
    'all checks on': [
      { RuleExtSet: [processRule({ SystemChildRules: fileChecks.map((type) => check(type)) })] },
      { systemChecksOff: [], releasedCount: 0 },
    ],
    'a check that lets pass is off': [
      {
        RuleExtSet: [
          processRule({
            SystemChildRules: [
              check('CHANGE_CRONTAB', { RuleMode: 'RULE_MODE_RELEASE' }),
              check('CHANGE_SYS_BIN', { IsEnable: false }),
              check('CHANGE_USRCFG', { RuleMode: 'RULE_MODE_HOLDUP' }),
            ],
          }),
        ],
      },
      { systemChecksOff: ['CHANGE_CRONTAB', 'CHANGE_SYS_BIN'] },
    ],
    'the checks of a rule that is off are off': [
      {
        RuleExtSet: [
          processRule({ IsEnable: false, SystemChildRules: fileChecks.map((type) => check(type)) }),
        ],
      },
      { systemChecksOff: fileChecks },
    ],
    'a made rule that lets pass': [
      {
        RuleExtSet: [
          processRule({
            IsDefault: false,
            ChildRules: ['RELEASE', 'ALERT', 'HOLDUP'].map((mode) => ({
              RuleMode: `RULE_MODE_${mode}`,
            })),
          }),
          processRule({
            IsDefault: false,
            IsEnable: false,
            ChildRules: [{ RuleMode: 'RULE_MODE_RELEASE' }],
          }),
        ],
      },
      { releasedCount: 1, systemChecksOff: fileChecks },
    ],
    ...Object.fromEntries(
      Object.entries({
        'a rule without its parts': processRule({ SystemChildRules: null }),
        'a made rule without its parts': processRule({ IsDefault: false, ChildRules: null }),
        'a made rule with a part that says not what it does': processRule({
          ...{ IsDefault: false, ChildRules: [{ RuleMode: 'RULE_MODE_ALERT' }, {}] },
        }),
        'a rule of which it is not known whose it is': { IsEnable: true, SystemChildRules: [] },
        'a rule of which it is not known whether it is on': {
          ...{ IsDefault: true, SystemChildRules: [] },
        },
        'a check without a name': processRule({
          SystemChildRules: [check('A', { RuleType: null })],
        }),
        'a check that says not what it does': processRule({
          SystemChildRules: [check('A', { RuleMode: null })],
        }),
        'a check of which it is not known whether it is on': processRule({
          SystemChildRules: [check('A', { IsEnable: null })],
        }),
      }).map(([name, rule]): [string, Case] => [
        name,
        [{ RuleExtSet: [rule] }, { systemChecksOff: undefined, releasedCount: undefined }],
      ]),
    ),
    'a check that does nothing known is off, an undocumented one too': [
      {
        RuleExtSet: [
          processRule({
            SystemChildRules: [
              ...fileChecks.map((type) => check(type)),
              check('CHANGE_NEW', { RuleMode: 'RULE_MODE_NEW' }),
            ],
          }),
        ],
      },
      { systemChecksOff: ['CHANGE_NEW'], releasedCount: 0 },
    ],
  },
  DescribeK8sApiAbnormalRuleList: {
    'its own rule for all clusters': [
      { List: [clusterRule(), clusterRule({ RuleType: 'RT_USER', Status: false })] },
      { ruleCount: 2, enabledRuleCount: 1, systemRuleEnabled: true, systemEventsOff: [] },
    ],
    'its own rule for some clusters': [
      { List: [clusterRule({ EffectAllCluster: false })] },
      { systemRuleEnabled: false },
    ],
    'its own rule off': [
      { List: [clusterRule({ Status: false })] },
      { enabledRuleCount: 0, systemRuleEnabled: false, systemEventsOff: [...clusterEvents].sort() },
    ],
    'one event off': [
      {
        List: [
          clusterRule({
            RuleInfoList: clusterEvents.map((scope) =>
              event(scope, { Status: scope !== 'COMMAND_RUN' }),
            ),
          }),
        ],
      },
      { systemEventsOff: ['COMMAND_RUN'] },
    ],
    'an event that is deleted': [
      {
        List: [
          clusterRule({
            RuleInfoList: clusterEvents.map((scope) =>
              event(scope, { IsDelete: scope === 'STATICS_POD' }),
            ),
          }),
        ],
      },
      { systemEventsOff: ['STATICS_POD'] },
    ],
    'no parts': [
      { List: [clusterRule({ RuleInfoList: null })] },
      { systemRuleEnabled: true, systemEventsOff: undefined },
    ],
    'a part without a name': [
      { List: [clusterRule({ RuleInfoList: [{ Status: true }] })] },
      { systemRuleEnabled: true, systemEventsOff: undefined },
    ],
    'a part that may be on': [
      { List: [clusterRule({ RuleInfoList: [event('COMMAND_RUN', { Status: null })] })] },
      { systemRuleEnabled: true, systemEventsOff: undefined },
    ],
    'its own rule, off, of unknown reach': [
      { List: [clusterRule({ Status: false, EffectAllCluster: null })] },
      { enabledRuleCount: 0, systemRuleEnabled: undefined },
    ],
    'its own rule of unknown reach': [
      { List: [clusterRule({ EffectAllCluster: null })] },
      { enabledRuleCount: 1, systemRuleEnabled: undefined, systemEventsOff: [] },
    ],
    'no rule that is both on and everywhere': [
      { List: [clusterRule({ EffectAllCluster: false }), clusterRule({ Status: false })] },
      { enabledRuleCount: 1, systemRuleEnabled: false, systemEventsOff: [] },
    ],
    'a made rule is not its own, whatever it lacks': [
      {
        List: [
          clusterRule({ RuleType: 'RT_USER' }),
          clusterRule({ RuleType: 'RT_USER', EffectAllCluster: null, RuleInfoList: null }),
        ],
      },
      {
        enabledRuleCount: 2,
        systemRuleEnabled: false,
        systemEventsOff: [...clusterEvents].sort(),
      },
    ],
    ...Object.fromEntries(
      [{ RuleType: null }, { Status: null }].map((change): [string, Case] => [
        `a rule with ${JSON.stringify(change)}`,
        [
          { List: [clusterRule(), clusterRule(change)] },
          {
            ruleCount: 2,
            enabledRuleCount: undefined,
            systemRuleEnabled: undefined,
            systemEventsOff: undefined,
          },
        ],
      ]),
    ),
    'no rule of its own': [
      { List: null, TotalCount: 0 },
      { ruleCount: 0, systemRuleEnabled: false, systemEventsOff: [...clusterEvents].sort() },
    ],
  },
  DescribeReverseShellWhiteLists: {
    'for all images, in two ways': [
      {
        WhiteListSet: [
          { IsGlobal: true, ImageIds: ['a'] },
          { IsGlobal: false, ImageIds: [] },
          { IsGlobal: false, ImageIds: ['a'] },
        ],
      },
      { entryCount: 3, allImagesEntryCount: 2 },
    ],
    'of unknown reach': [
      { WhiteListSet: [{ ImageIds: ['a'] }] },
      { entryCount: 1, allImagesEntryCount: undefined },
    ],
    'without a list of images': [
      { WhiteListSet: [{ IsGlobal: false, ImageIds: null }, { IsGlobal: false }] },
      { entryCount: 2, allImagesEntryCount: 2 },
    ],
    'with a list of images that is none': [
      { WhiteListSet: [{ IsGlobal: false, ImageIds: [1] }] },
      { entryCount: 1, allImagesEntryCount: undefined },
    ],
  },
  DescribeRiskSyscallWhiteLists: {
    none: [
      { TotalCount: 0, WhiteListSet: null },
      { entryCount: 0, allImagesEntryCount: 0 },
    ],
  },
  DescribeReverseShellRegexpWhiteList: {
    'one of two on': [
      { List: [{ Status: true }, { Status: false }] },
      { entryCount: 2, enabledRuleCount: 1 },
    ],
    none: [
      { List: null, TotalCount: 0 },
      { entryCount: 0, enabledRuleCount: 0 },
    ],
    'one of which it is not known': [
      { List: [{ Status: null }] },
      { entryCount: 1, enabledRuleCount: undefined },
    ],
  },
  DescribeMaliciousConnectionBlackList: { one: [{ List: [{}] }, { entryCount: 1 }] },
  DescribeMaliciousConnectionWhiteList: { none: [{ TotalCount: 0 }, { entryCount: 0 }] },
  DescribeWarningRules: {
    'one on': [
      { WarningRules: [warning('RUNTIME_VIRUS'), warning('IMG_VUL', { Switch: 'OFF' })] },
      {
        alertTypesOnCount: 1,
        alertTypesOff: [
          ...[
            'IMG_INTERCEPT',
            'IMG_REG_RISK',
            'IMG_REG_VIRUS',
            'IMG_REG_VUL',
            'IMG_RISK',
            'IMG_VIRUS',
          ],
          ...['IMG_VUL', 'RUNTIME_ESCAPE', 'RUNTIME_FILE', 'RUNTIME_PROCESS'],
          ...['RUNTIME_REVERSE_SHELL', 'RUNTIME_SYSCALL'],
        ],
        alertTypesWithoutHigh: [],
        alertTypesPartOfDay: [],
      },
    ],
    'levels: the first digit is high': [
      {
        WarningRules: [
          warning('A', { ControlBits: '011' }),
          warning('B', { ControlBits: '100' }),
          warning('C', { ControlBits: '0' }),
          warning('D', { ControlBits: '1' }),
          warning('E', { ControlBits: '000', Switch: 'OFF' }),
        ],
      },
      { alertTypesWithoutHigh: ['A', 'C'] },
    ],
    'levels that are none': [
      { WarningRules: [warning('A', { ControlBits: '12' })] },
      { alertTypesOnCount: 1, alertTypesWithoutHigh: undefined },
    ],
    hours: [
      {
        WarningRules: [
          warning('A', { EndTime: '24:00' }),
          warning('B', { BeginTime: '09:00', EndTime: '18:00' }),
          warning('C', { EndTime: '00:00' }),
        ],
      },
      { alertTypesPartOfDay: ['B', 'C'] },
    ],
    'hours that are none': [
      { WarningRules: [warning('A', { EndTime: '25:00' })] },
      { alertTypesPartOfDay: undefined },
    ],
    'a switch that is neither': [
      { WarningRules: [warning('A', { Switch: 'on' })] },
      { alertTypesOnCount: undefined, alertTypesOff: undefined },
    ],
  },
  DescribeSecLogDeliveryClsSetting: {
    'one on, one off, one that fails': [
      {
        LogTypeList: [
          { LogType: 'a', State: true, ErrMsg: '' },
          { LogType: 'b', State: false, ErrMsg: 'gone' },
          { LogType: 'c', State: true, ErrMsg: 'topic deleted' },
        ],
      },
      { deliveredLogTypeCount: 2, undeliveredLogTypes: ['b'], failingLogTypes: ['c'] },
    ],
    'nothing at all': [
      { LogTypeList: [] },
      { deliveredLogTypeCount: 0, undeliveredLogTypes: [], failingLogTypes: [] },
    ],
    'a state that is a text': [
      { LogTypeList: [{ LogType: 'a', State: 'true' }] },
      {
        deliveredLogTypeCount: undefined,
        undeliveredLogTypes: undefined,
        failingLogTypes: undefined,
      },
    ],
  },
  DescribeSecLogDeliveryKafkaSetting: {
    'one that gives no reason for anything': [
      { LogTypeList: [{ LogType: 'a', State: true, ErrMsg: null }] },
      { deliveredLogTypeCount: 1, failingLogTypes: [] },
    ],
  },
  DescribeSecLogJoinTypeList: {
    'one gathered, one not, one missing': [
      {
        List: [
          { LogType: 'k8s_api', IsJoined: true },
          { LogType: 'container_bash', IsJoined: false },
        ],
      },
      { ungatheredLogTypes: ['container_bash', 'container_launch'] },
    ],
  },
  DescribeLogStorageStatistic: {
    'a third, rounded up': [{ TotalSize: 3, UsedSize: 1 }, { usedPercent: 33.34 }],
    'a byte too much of very much': [
      { TotalSize: 9_000_000_000_000_000, UsedSize: 8_100_000_000_000_001 },
      { usedPercent: 90.01 },
    ],
    'no storage': [{ TotalSize: 0, UsedSize: 0 }, { usedPercent: undefined }],
  },
  DescribeSecLogVasInfo: {
    'a day and a half': [{ EndTime: '2026-11-25 22:00:00' }, { daysUntilEnd: 1 }],
    'never bought': [{ EndTime: '' }, { daysUntilEnd: undefined }],
  },
  DescribePurchaseStateInfo: {
    'exactly thirty days': [{ ExpirationTime: '2026-12-24 10:00:00' }, { daysUntilExpiry: 30 }],
    'a second less': [{ ExpirationTime: '2026-12-24 09:59:59' }, { daysUntilExpiry: 29 }],
    'ended a second ago': [{ ExpirationTime: '2026-11-24 09:59:59' }, { daysUntilExpiry: -1 }],
    'no date': [{ ExpirationTime: '0000-00-00 00:00:00' }, { daysUntilExpiry: undefined }],
    'cores that are not protected': [
      { AllCoresCnt: 3, CoresCnt: 2, UndefendCoresCnt: 1 },
      { coreCoveragePercent: 66.66, undefendedCoreCount: 1 },
    ],
    'two counts that disagree: the worse': [
      { AllCoresCnt: 10, CoresCnt: 10, UndefendCoresCnt: 4 },
      { coreCoveragePercent: 60, undefendedCoreCount: 4 },
    ],
    'more protected than there are': [
      { AllCoresCnt: 10, CoresCnt: 16 },
      { coreCoveragePercent: 100, undefendedCoreCount: 0 },
    ],
    'no cores': [
      { AllCoresCnt: 0, CoresCnt: 0 },
      { coreCoveragePercent: undefined, undefendedCoreCount: 0 },
    ],
    'images and their licences': [
      { ImageCnt: 12, AuthorizedImageCnt: 10, PurchasedAuthorizedCnt: 8, GivenAuthorizedCnt: 1 },
      { unlicensedImageCount: 2, unusedImageLicenceCount: -1 },
    ],
    'fields that only one site has': [
      { ImageCnt: 12, AuthorizedImageCnt: 10, CoresCnt: 4 },
      {
        unusedImageLicenceCount: undefined,
        coreCoveragePercent: undefined,
        undefendedCoreCount: undefined,
      },
    ],
  },
};

describe.each(Object.entries(cases))('%s', (source, table) => {
  it.each(Object.entries(table))('%s', (_name, [settings, facts]) => {
    const known = Object.fromEntries(
      Object.entries(facts).filter(([, value]) => value !== undefined),
    );
    expect(factsOf(source, settings, Object.keys(facts))).toEqual(known);
  });
});

it('every source with facts is here', () => {
  const withFacts = Object.values(sources).filter(({ facts }) => Object.keys(facts).length > 0);
  const others = withFacts
    .map(({ id }) => id)
    .filter((id) => id !== 'DescribeAssetImageScanSetting');
  expect(Object.keys(cases).sort()).toEqual(others.sort());
});

it('law: whatever the answer, facts are the documented ones, of their types, and nothing is thrown', () => {
  const types: Record<string, (value: unknown) => boolean> = {
    boolean: (value) => typeof value === 'boolean',
    integer: (value) => Number.isSafeInteger(value),
    number: (value) => Number.isFinite(value),
    'string[]': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  };
  const anySource = fc.constantFrom(...Object.values(sources));
  const anyItem = (source: (typeof sources)[string] | undefined) => {
    const names = Object.values(source?.fields ?? {}).flatMap((field) =>
      field.type === 'object[]' ? Object.keys(field.item) : [],
    );
    return names.length === 0
      ? anyJson
      : fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.boolean(), fc.string(), anyJson));
  };
  fc.assert(
    fc.property(
      anySource.chain((source) =>
        fc.tuple(
          fc.constant(source),
          fc.dictionary(
            fc.constantFrom(...Object.keys(source.fields)),
            fc.oneof(anyJson, fc.array(anyItem(source))),
          ),
        ),
      ),
      ([source, settings]) => {
        const facts = deriveFacts(source.id, settings, observedAtMs, timezone);
        for (const [name, value] of Object.entries(facts)) {
          const type = source.facts[name]?.type ?? 'undocumented';
          expect([name, types[type]?.(value)]).toEqual([name, true]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
