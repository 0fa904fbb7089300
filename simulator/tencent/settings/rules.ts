/** The rules by which running containers are watched, the baseline and the alerts of a well-kept account. */
import { inShanghai, type Product } from './product.ts';

export const rules: Readonly<Record<string, Product>> = {
  DescribeCompliancePeriodTaskList: {
    lists: ['PeriodTaskSet'],
    settings: (nowMs) => ({
      PeriodTaskSet: ['ASSET_CONTAINER', 'ASSET_IMAGE', 'ASSET_HOST', 'ASSET_K8S'].map(
        (assetType, index) => ({
          PeriodTaskId: index + 1,
          AssetType: assetType,
          LastTriggerTime: inShanghai(nowMs - 6 * 3_600_000),
          TotalPolicyItemCount: 40,
          PeriodRule: { Frequency: 1, ExecutionTime: '02:00:00', Enable: true },
          BenchmarkStandardSet: [
            {
              StandardId: index + 1,
              Name: 'CIS Docker',
              PolicyItemCount: 40,
              Enabled: true,
              Description: 'CIS benchmark',
            },
          ],
        }),
      ),
    }),
  },
  DescribeComplianceWhitelistItemList: {
    lists: ['WhitelistItemSet'],
    settings: () => ({ WhitelistItemSet: [] }),
  },
  DescribeEscapeRuleInfo: {
    settings: () => ({
      RuleSet: [
        ['ESCAPE_HOST_ACESS_FILE', '宿主机文件访问逃逸', 'CONTAINER_ESCAPE'],
        ['ESCAPE_SYSCALL', 'Syscall逃逸', 'CONTAINER_ESCAPE'],
        ['ESCAPE_MOUNT_NAMESPACE', 'MountNamespace逃逸', 'CONTAINER_ESCAPE'],
        ['ESCAPE_PRIVILEDGE', '程序提权逃逸', 'PROCESS_PRIVILEGE'],
        ['ESCAPE_PRIVILEDGE_CONTAINER_START', '特权容器启动逃逸', 'RISK_CONTAINER'],
        ['ESCAPE_MOUNT_SENSITIVE_PTAH', '敏感路径挂载', 'RISK_CONTAINER'],
      ].map(([type, name, group]) => ({ Type: type, Name: name, IsEnable: true, Group: group })),
    }),
  },
  DescribeAbnormalProcessRules: {
    lists: ['RuleSet', 'RuleExtSet'],
    settings: (nowMs) =>
      ruleSets(nowMs, [
        ...['PROXY_TOOL', 'TRANSFER_CONTROL', 'ATTACK_CMD', 'REVERSE_SHELL'],
        ...['FILELESS', 'RISK_CMD', 'ABNORMAL_CHILD_PROC'],
      ]),
  },
  DescribeAccessControlRules: {
    lists: ['RuleSet', 'RuleExtSet'],
    settings: (nowMs) => ruleSets(nowMs, ['CHANGE_CRONTAB', 'CHANGE_SYS_BIN', 'CHANGE_USRCFG']),
  },
  DescribeK8sApiAbnormalRuleList: {
    lists: ['List'],
    settings: (nowMs) => ({
      List: [
        {
          EffectAllCluster: true,
          EffectClusterCount: 2,
          OprUin: '100000000001',
          RuleActions: ['RULE_MODE_ALERT'],
          RuleID: 'k8s-1',
          RuleInfoList: [
            ...['ANONYMOUS_ACCESS', 'ABNORMAL_UA_REQ', 'ANONYMOUS_ABNORMAL_PERMISSION'],
            ...['GET_CREDENTIALS', 'MOUNT_SENSITIVE_PATH', 'COMMAND_RUN', 'PRIVILEGE_CONTAINER'],
            ...['EXCEPTION_CRONTAB_TASK', 'STATICS_POD', 'ABNORMAL_CREATE_POD'],
          ].map((scope) => ({
            Action: 'RULE_MODE_ALERT',
            Scope: scope,
            IsDelete: false,
            RiskLevel: 'HIGH',
            RuleTypeZH: '系统规则',
            Status: true,
          })),
          RuleName: 'system',
          RuleType: 'RT_SYSTEM',
          Status: true,
          UpdateTime: inShanghai(nowMs - 30 * 86_400_000),
        },
      ],
    }),
  },
  DescribeReverseShellWhiteLists: {
    lists: ['WhiteListSet'],
    settings: () => ({ WhiteListSet: [] }),
  },
  DescribeReverseShellRegexpWhiteList: { lists: ['List'], settings: () => ({ List: [] }) },
  DescribeRiskSyscallWhiteLists: {
    lists: ['WhiteListSet'],
    settings: () => ({ WhiteListSet: [] }),
  },
  DescribeMaliciousConnectionBlackList: {
    lists: ['List'],
    settings: (nowMs) => ({
      List: [
        {
          RuleType: 'DOMAIN',
          Address: 'evil.example',
          CreatedTime: inShanghai(nowMs - 40 * 86_400_000),
          UpdateTime: inShanghai(nowMs - 40 * 86_400_000),
          Remark: 'from the CERT',
          RuleID: 1,
        },
      ],
    }),
  },
  DescribeMaliciousConnectionWhiteList: { lists: ['List'], settings: () => ({ List: [] }) },
  DescribeWarningRules: {
    settings: () => ({
      WarningRules: [
        ...['IMG_REG_VIRUS', 'IMG_REG_VUL', 'IMG_REG_RISK', 'IMG_VIRUS', 'IMG_VUL', 'IMG_RISK'],
        ...['IMG_INTERCEPT', 'RUNTIME_ESCAPE', 'RUNTIME_FILE', 'RUNTIME_PROCESS'],
        ...['RUNTIME_SYSCALL', 'RUNTIME_REVERSE_SHELL', 'RUNTIME_VIRUS'],
      ].map((type) => ({
        Type: type,
        Switch: 'ON',
        BeginTime: '00:00',
        EndTime: '23:59',
        ControlBits: type.endsWith('_VUL') || type.endsWith('_RISK') ? '111' : '1',
      })),
    }),
  },
};

/** The product's own rule, by itself and with its parts. */
function ruleSets(nowMs: number, behaviours: readonly string[]) {
  const rule = {
    EditUserName: '',
    EffectImageCount: 20,
    IsDefault: true,
    IsGlobal: true,
    IsEnable: true,
    RuleId: 'system-1',
    RuleName: 'system',
    UpdateTime: inShanghai(nowMs - 30 * 86_400_000),
  };
  const parts = behaviours.map((behaviour, index) => ({
    IsEnable: true,
    RuleId: `part-${String(index + 1)}`,
    RuleMode: 'RULE_MODE_ALERT',
    RuleType: behaviour,
    ...(behaviours.length > 3 && { RuleLevel: 'HIGH' }),
  }));
  return {
    RuleSet: [rule],
    RuleExtSet: [
      { ...rule, ChildRules: null, RuleActions: ['RULE_MODE_ALERT'], SystemChildRules: parts },
    ],
  };
}
