/** Running containers: the rules by which TCSS watches them, and what the rules let through. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, totalCount, type FieldsOf } from './row.ts';

const ruleCount = {
  type: 'integer',
  meaning: 'How many rules there are, on or off.',
} as const;

const entryCount = {
  type: 'integer',
  meaning: 'How many entries there are.',
} as const;

const enabledRuleCount = {
  type: 'integer',
  meaning: 'How many rules are switched on.',
} as const;

const allImagesCount = {
  type: 'integer',
  meaning: 'How many entries hold for all images: global ones, and those that name no image.',
} as const;

const ruleMode = {
  type: 'string',
  meaning: 'RULE_MODE_RELEASE lets it pass, RULE_MODE_ALERT reports it, RULE_MODE_HOLDUP stops it.',
  values: ['RULE_MODE_RELEASE', 'RULE_MODE_ALERT', 'RULE_MODE_HOLDUP'],
} as const;

const ruleLevel = {
  type: 'string',
  meaning: 'How bad it is.',
  values: ['HIGH', 'MIDDLE', 'LOW'],
} as const;

const ruleBase = {
  EditUserName: { type: 'string', meaning: 'Who changed it last.' },
  EffectImageCount: { type: 'integer', meaning: 'How many images it covers.', volatile: true },
  IsDefault: { type: 'boolean', meaning: 'TCSS’s own rule, not one that somebody made.' },
  IsGlobal: { type: 'boolean', meaning: 'It covers all images.' },
  IsEnable: { type: 'boolean', meaning: 'It is switched on.' },
  RuleId: { type: 'string', meaning: 'Id of the rule.' },
  RuleName: { type: 'string', meaning: 'Name of the rule.' },
  UpdateTime: { type: 'string', meaning: 'When it was last changed. May be empty.' },
} satisfies FieldsOf<tcss_models.RuleBaseInfo>;

const ruleActions = {
  type: 'string[]',
  meaning: 'What its parts do: RULE_MODE_ALERT report, RULE_MODE_HOLDUP stop. May be null.',
  values: ['RULE_MODE_ALERT', 'RULE_MODE_HOLDUP'],
} as const;

const processRuleFields = {
  RuleExtSet: {
    type: 'object[]',
    meaning: 'The rules with their parts. Not answered on every site.',
    item: {
      ...ruleBase,
      ChildRules: {
        type: 'object[]',
        meaning: 'Of a rule that somebody made: its parts. May be null.',
        item: {
          ProcessPath: { type: 'string', meaning: 'The program.' },
          RuleMode: ruleMode,
          CmdLine: { type: 'string', meaning: 'Its arguments.' },
          RuleId: { type: 'string', meaning: 'Id of the part.' },
          RuleLevel: ruleLevel,
        },
      },
      RuleActions: ruleActions,
      SystemChildRules: {
        type: 'object[]',
        meaning: 'Of TCSS’s own rule: its parts. May be null.',
        item: {
          IsEnable: { type: 'boolean', meaning: 'The part is switched on.' },
          RuleId: { type: 'string', meaning: 'Id of the part.' },
          RuleMode: ruleMode,
          RuleType: {
            type: 'string',
            meaning: 'The behaviour it looks for.',
            values: [
              'PROXY_TOOL',
              'TRANSFER_CONTROL',
              'ATTACK_CMD',
              'REVERSE_SHELL',
              'FILELESS',
              'RISK_CMD',
              'ABNORMAL_CHILD_PROC',
            ],
          },
          RuleLevel: ruleLevel,
        },
      },
    },
  },
  RuleSet: { type: 'object[]', meaning: 'The rules against abnormal processes.', item: ruleBase },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeAbnormalProcessRulesResponse>;

const accessRuleFields = {
  RuleExtSet: {
    type: 'object[]',
    meaning: 'The rules with their parts. Not answered on every site.',
    item: {
      ...ruleBase,
      ChildRules: {
        type: 'object[]',
        meaning: 'Of a rule that somebody made: its parts. May be null.',
        item: {
          ProcessPath: { type: 'string', meaning: 'The program.' },
          RuleMode: ruleMode,
          TargetFilePath: { type: 'string', meaning: 'The file it must not touch.' },
          CmdLine: { type: 'string', meaning: 'Its arguments.' },
          RuleId: { type: 'string', meaning: 'Id of the part.' },
        },
      },
      RuleActions: ruleActions,
      SystemChildRules: {
        type: 'object[]',
        meaning: 'Of TCSS’s own rule: its parts. May be null.',
        item: {
          IsEnable: { type: 'boolean', meaning: 'The part is switched on.' },
          RuleId: { type: 'string', meaning: 'Id of the part.' },
          RuleMode: ruleMode,
          RuleType: {
            type: 'string',
            meaning: 'The behaviour it looks for: changed cron tables, programs, user settings.',
            values: ['CHANGE_CRONTAB', 'CHANGE_SYS_BIN', 'CHANGE_USRCFG'],
          },
        },
      },
    },
  },
  RuleSet: { type: 'object[]', meaning: 'The rules against file tampering.', item: ruleBase },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeAccessControlRulesResponse>;

const rulePaging = { list: 'RuleSet', beside: 'RuleExtSet', key: 'RuleId' } as const;

const ruleFacts = {
  ruleCount: { ...ruleCount, from: ['TotalCount', 'RuleSet'] },
  enabledRuleCount: { ...enabledRuleCount, from: ['RuleSet'] },
  defaultRuleEnabled: {
    type: 'boolean',
    meaning: 'TCSS’s own rule is switched on; absent where the answer has none.',
    from: ['RuleSet'],
  },
  systemChecksOff: {
    type: 'string[]',
    meaning:
      'The documented behaviours that TCSS’s own rule neither reports nor stops; absent where the answer has no RuleExtSet.',
    from: ['RuleExtSet'],
  },
  releasedCount: {
    type: 'integer',
    meaning:
      'How many parts of enabled rules that somebody made let something pass; absent where the answer has no RuleExtSet.',
    from: ['RuleExtSet'],
  },
} as const;

const k8sRuleFields = {
  List: {
    type: 'object[]',
    meaning: 'The rules against abnormal requests to the Kubernetes API.',
    item: {
      EffectAllCluster: { type: 'boolean', meaning: 'It covers all clusters.' },
      EffectClusterCount: {
        type: 'integer',
        meaning: 'How many clusters it covers.',
        volatile: true,
      },
      OprUin: { type: 'string', meaning: 'Who changed it last.' },
      RuleActions: {
        type: 'string[]',
        meaning: 'What its parts do: RULE_MODE_ALERT report. May be null.',
        values: ['RULE_MODE_ALERT'],
      },
      RuleID: { type: 'string', meaning: 'Id of the rule.' },
      RuleInfoList: {
        type: 'object[]',
        meaning: 'Its parts. May be null.',
        item: {
          Action: {
            type: 'string',
            meaning: 'What the part does: RULE_MODE_ALERT report.',
            values: ['RULE_MODE_ALERT'],
          },
          Scope: {
            type: 'string',
            meaning: 'The event it looks for.',
            values: [
              'ANONYMOUS_ACCESS',
              'ABNORMAL_UA_REQ',
              'ANONYMOUS_ABNORMAL_PERMISSION',
              'GET_CREDENTIALS',
              'MOUNT_SENSITIVE_PATH',
              'COMMAND_RUN',
              'PRIVILEGE_CONTAINER',
              'EXCEPTION_CRONTAB_TASK',
              'STATICS_POD',
              'ABNORMAL_CREATE_POD',
              'USER_DEFINED',
            ],
          },
          IsDelete: { type: 'boolean', meaning: 'The part is deleted.' },
          RiskLevel: {
            type: 'string',
            meaning: 'How bad it is.',
            values: ['HIGH', 'MIDDLE', 'LOW', 'NOTICE'],
          },
          RuleTypeZH: { type: 'string', meaning: 'The kind of rule in Chinese.' },
          Status: { type: 'boolean', meaning: 'The part is switched on, of TCSS’s own rules.' },
        },
      },
      RuleName: { type: 'string', meaning: 'Name of the rule.' },
      RuleType: {
        type: 'string',
        meaning: 'Whose rule it is: RT_SYSTEM TCSS’s own, RT_USER one that somebody made.',
        values: ['RT_SYSTEM', 'RT_USER'],
      },
      Status: { type: 'boolean', meaning: 'It is switched on.' },
      UpdateTime: { type: 'string', meaning: 'When it was last changed.' },
    },
  },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeK8sApiAbnormalRuleListResponse>;

const escapeFields = {
  RuleSet: {
    type: 'object[]',
    meaning: 'The ways out of a container that TCSS looks for.',
    item: {
      Type: {
        type: 'string',
        meaning: 'The way out.',
        values: [
          'ESCAPE_HOST_ACESS_FILE',
          'ESCAPE_MOUNT_NAMESPACE',
          'ESCAPE_PRIVILEDGE',
          'ESCAPE_PRIVILEDGE_CONTAINER_START',
          'ESCAPE_MOUNT_SENSITIVE_PTAH',
          'ESCAPE_SYSCALL',
        ],
      },
      Name: { type: 'string', meaning: 'The same in words.' },
      IsEnable: { type: 'boolean', meaning: 'It is looked for.' },
      Group: {
        type: 'string',
        meaning:
          'RISK_CONTAINER risky containers, PROCESS_PRIVILEGE privileges, CONTAINER_ESCAPE escapes.',
        values: ['RISK_CONTAINER', 'PROCESS_PRIVILEGE', 'CONTAINER_ESCAPE'],
      },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeEscapeRuleInfoResponse>;

const whiteListBase = {
  Id: { type: 'string', meaning: 'Id of the entry.' },
  ImageCount: { type: 'integer', meaning: 'How many images it covers.', volatile: true },
  CreateTime: { type: 'string', meaning: 'When it was made.' },
  UpdateTime: { type: 'string', meaning: 'When it was last changed.' },
  IsGlobal: { type: 'boolean', meaning: 'It covers all images.' },
} as const;

const reverseShellFields = {
  TotalCount: totalCount,
  WhiteListSet: {
    type: 'object[]',
    meaning: 'The connections that are not reported as reverse shells.',
    item: {
      ...whiteListBase,
      ProcessName: { type: 'string', meaning: 'The process that connects.' },
      DstIp: { type: 'string', meaning: 'The address it connects to.' },
      DstPort: { type: 'string', meaning: 'The port it connects to.' },
      ImageIds: { type: 'string[]', meaning: 'The images it covers; empty = all.' },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeReverseShellWhiteListsResponse>;

const syscallFields = {
  TotalCount: totalCount,
  WhiteListSet: {
    type: 'object[]',
    meaning: 'The system calls that are not reported as risky.',
    item: {
      ...whiteListBase,
      ProcessPath: { type: 'string', meaning: 'The program that calls.' },
      SyscallNames: { type: 'string[]', meaning: 'The system calls.' },
      ImageIds: { type: 'string[]', meaning: 'The images it covers.' },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeRiskSyscallWhiteListsResponse>;

const regexpFields = {
  TotalCount: totalCount,
  List: {
    type: 'object[]',
    meaning: 'The expressions whose matches are not reported as reverse shells.',
    item: {
      RuleID: { type: 'string', meaning: 'Id of the rule. May be null.' },
      RuleName: { type: 'string', meaning: 'Name of the rule. May be null.' },
      EffectiveExpression: {
        type: 'integer',
        meaning: 'How many expressions it has. May be null.',
      },
      UpdateTime: { type: 'string', meaning: 'When it was last changed. May be null.' },
      OperatorUin: { type: 'string', meaning: 'Who changed it last. May be null.' },
      Status: { type: 'boolean', meaning: 'It is switched on. May be null.' },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeReverseShellRegexpWhiteListResponse>;

const connectionItem = {
  RuleType: {
    type: 'string',
    meaning: 'What Address is.',
    values: ['IP', 'DOMAIN'],
  },
  Address: { type: 'string', meaning: 'The domain or the address.' },
  CreatedTime: { type: 'string', meaning: 'When it was made.' },
  UpdateTime: { type: 'string', meaning: 'When it was last changed.' },
  Remark: { type: 'string', meaning: 'Why it is there, in its author’s words.' },
  RuleID: { type: 'integer', meaning: 'Id of the entry.' },
} satisfies FieldsOf<tcss_models.MaliciousConnectionRuleInfo>;

const blackListFields = {
  TotalCount: totalCount,
  List: {
    type: 'object[]',
    meaning: 'The domains and addresses that are reported beside the known bad ones.',
    item: connectionItem,
  },
} satisfies FieldsOf<tcss_models.DescribeMaliciousConnectionBlackListResponse>;

const connectionWhiteListFields = {
  TotalCount: totalCount,
  List: {
    type: 'object[]',
    meaning: 'The domains and addresses that are never reported.',
    item: connectionItem,
  },
} satisfies FieldsOf<tcss_models.DescribeMaliciousConnectionWhiteListResponse>;

export const runtimeSources = [
  row({
    action: 'DescribeEscapeRuleInfo',
    title: 'Container escape rules',
    fields: escapeFields,
    facts: {
      enabledRuleCount: {
        type: 'integer',
        meaning: 'How many ways out are looked for.',
        from: ['RuleSet'],
      },
      ruleTypesOff: {
        type: 'string[]',
        meaning:
          'The ways out that are not looked for: switched off, or documented and not in the answer.',
        from: ['RuleSet'],
      },
      ruleGroupsOff: {
        type: 'string[]',
        meaning: 'The groups in which a rule is off, and the documented ones that have no rule.',
        from: ['RuleSet'],
      },
    },
  }),
  row({
    action: 'DescribeAbnormalProcessRules',
    title: 'Abnormal process rules',
    fields: processRuleFields,
    paging: rulePaging,
    facts: ruleFacts,
  }),
  row({
    action: 'DescribeAccessControlRules',
    title: 'File tampering rules',
    fields: accessRuleFields,
    paging: rulePaging,
    facts: ruleFacts,
  }),
  row({
    action: 'DescribeK8sApiAbnormalRuleList',
    title: 'Kubernetes API rules',
    fields: k8sRuleFields,
    paging: { list: 'List', key: 'RuleID' },
    facts: {
      ruleCount: { ...ruleCount, from: ['TotalCount', 'List'] },
      enabledRuleCount: { ...enabledRuleCount, from: ['List'] },
      systemRuleEnabled: {
        type: 'boolean',
        meaning: 'A rule of TCSS’s own is switched on for all clusters.',
        from: ['List'],
      },
      systemEventsOff: {
        type: 'string[]',
        meaning:
          'The documented events that no rule of TCSS’s own reports; absent where the answer has no RuleInfoList.',
        from: ['List'],
      },
    },
  }),
  row({
    action: 'DescribeReverseShellWhiteLists',
    title: 'Reverse shell white list',
    fields: reverseShellFields,
    paging: { list: 'WhiteListSet', key: 'Id' },
    facts: {
      entryCount: { ...entryCount, from: ['TotalCount', 'WhiteListSet'] },
      allImagesEntryCount: { ...allImagesCount, from: ['WhiteListSet'] },
    },
  }),
  row({
    action: 'DescribeReverseShellRegexpWhiteList',
    title: 'Reverse shell white list by expression',
    sites: ['cn'],
    fields: regexpFields,
    paging: { list: 'List', key: 'RuleID' },
    facts: {
      entryCount: { ...entryCount, from: ['TotalCount', 'List'] },
      enabledRuleCount: { ...enabledRuleCount, from: ['List'] },
    },
  }),
  row({
    action: 'DescribeRiskSyscallWhiteLists',
    title: 'Risky system call white list',
    fields: syscallFields,
    paging: { list: 'WhiteListSet', key: 'Id' },
    facts: {
      entryCount: { ...entryCount, from: ['TotalCount', 'WhiteListSet'] },
      allImagesEntryCount: { ...allImagesCount, from: ['WhiteListSet'] },
    },
  }),
  row({
    action: 'DescribeMaliciousConnectionBlackList',
    title: 'Malicious request black list',
    sites: ['cn'],
    fields: blackListFields,
    paging: { list: 'List', key: 'RuleID' },
    facts: { entryCount: { ...entryCount, from: ['TotalCount', 'List'] } },
  }),
  row({
    action: 'DescribeMaliciousConnectionWhiteList',
    title: 'Malicious request white list',
    sites: ['cn'],
    fields: connectionWhiteListFields,
    paging: { list: 'List', key: 'RuleID' },
    facts: { entryCount: { ...entryCount, from: ['TotalCount', 'List'] } },
  }),
];
