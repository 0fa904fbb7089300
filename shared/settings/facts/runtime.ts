import { own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import { every, flagAt, itemsAt, lengthOf, namesOf, notOn, textAt, type Derive } from './derive.ts';

const waysOut = [
  ...['ESCAPE_HOST_ACESS_FILE', 'ESCAPE_MOUNT_NAMESPACE', 'ESCAPE_PRIVILEDGE'],
  ...['ESCAPE_PRIVILEDGE_CONTAINER_START', 'ESCAPE_MOUNT_SENSITIVE_PTAH', 'ESCAPE_SYSCALL'],
];
const ruleGroups = ['RISK_CONTAINER', 'PROCESS_PRIVILEGE', 'CONTAINER_ESCAPE'];
const processBehaviours = [
  ...['PROXY_TOOL', 'TRANSFER_CONTROL', 'ATTACK_CMD', 'REVERSE_SHELL'],
  ...['FILELESS', 'RISK_CMD', 'ABNORMAL_CHILD_PROC'],
];
const fileBehaviours = ['CHANGE_CRONTAB', 'CHANGE_SYS_BIN', 'CHANGE_USRCFG'];
const clusterEvents = [
  ...['ANONYMOUS_ACCESS', 'ABNORMAL_UA_REQ', 'ANONYMOUS_ABNORMAL_PERMISSION', 'GET_CREDENTIALS'],
  ...['MOUNT_SENSITIVE_PATH', 'COMMAND_RUN', 'PRIVILEGE_CONTAINER', 'EXCEPTION_CRONTAB_TASK'],
  ...['STATICS_POD', 'ABNORMAL_CREATE_POD'],
];

export const runtimeFacts: Readonly<Record<string, Derive>> = {
  DescribeEscapeRuleInfo: (settings) => {
    const rules = every(itemsAt(settings, 'RuleSet'), (item) => {
      const [name, isOn] = [textAt(item, 'Type'), flagAt(item, 'IsEnable')];
      return name === undefined || isOn === undefined ? undefined : { name, isOn };
    });
    return {
      enabledRuleCount: rules?.filter(({ isOn }) => isOn).length,
      ruleTypesOff: rules && notOn(waysOut, rules),
      ruleGroupsOff: groupsOff(itemsAt(settings, 'RuleSet')),
    };
  },

  DescribeAbnormalProcessRules: ruleSetFacts(processBehaviours),
  DescribeAccessControlRules: ruleSetFacts(fileBehaviours),

  DescribeK8sApiAbnormalRuleList: (settings) => {
    const rules = itemsAt(settings, 'List', 'TotalCount');
    const states = every(rules, (item) => {
      const [type, isOn] = [textAt(item, 'RuleType'), flagAt(item, 'Status')];
      return type === undefined || isOn === undefined
        ? undefined
        : { item, isOn, isSystem: type === 'RT_SYSTEM' };
    });
    const system = states?.filter(({ isSystem }) => isSystem);
    const reach = every(system, ({ item, isOn }) => {
      const isEverywhere = flagAt(item, 'EffectAllCluster');
      return isEverywhere === undefined ? undefined : isOn && isEverywhere;
    });
    const parts = every(system, ({ item, isOn }) => clusterParts(item, isOn));
    return {
      ruleCount: rules?.length,
      enabledRuleCount: states?.filter(({ isOn }) => isOn).length,
      systemRuleEnabled: reach?.includes(true),
      systemEventsOff: parts && notOn(clusterEvents, parts.flat()),
    };
  },

  DescribeReverseShellWhiteLists: (settings) => whiteList(settings),
  DescribeRiskSyscallWhiteLists: (settings) => whiteList(settings),

  DescribeReverseShellRegexpWhiteList: (settings) => {
    const rules = itemsAt(settings, 'List', 'TotalCount');
    return {
      entryCount: rules?.length,
      enabledRuleCount: every(rules, (item) => flagAt(item, 'Status'))?.filter(Boolean).length,
    };
  },

  DescribeMaliciousConnectionBlackList: (settings) => connections(settings),
  DescribeMaliciousConnectionWhiteList: (settings) => connections(settings),
};

/** The names of the rules differ between the reading and the writing action; those of their groups do not. */
function groupsOff(items: readonly JsonObject[] | undefined): readonly string[] | undefined {
  const rules = every(items, (item) => {
    const [group, isOn] = [textAt(item, 'Group'), flagAt(item, 'IsEnable')];
    return group === undefined || isOn === undefined ? undefined : { group, isOn };
  });
  return (
    rules &&
    namesOf([
      ...ruleGroups.filter((name) => !rules.some(({ group }) => group === name)),
      ...rules.filter(({ isOn }) => !isOn).map(({ group }) => group),
    ])
  );
}

function ruleSetFacts(behaviours: readonly string[]): Derive {
  return (settings) => {
    const rules = itemsAt(settings, 'RuleSet', 'TotalCount');
    const states = every(rules, stateOf);
    const own = states?.filter(({ isDefault }) => isDefault);
    const parts = every(itemsAt(settings, 'RuleExtSet'), partsOf);
    return {
      ruleCount: rules?.length,
      enabledRuleCount: states?.filter(({ isOn }) => isOn).length,
      defaultRuleEnabled:
        own === undefined || own.length === 0 ? undefined : own.some(({ isOn }) => isOn),
      systemChecksOff:
        parts &&
        notOn(
          behaviours,
          parts.flatMap(({ checks }) => checks),
        ),
      releasedCount: parts?.reduce((sum, { released }) => sum + released, 0),
    };
  };
}

function stateOf(item: JsonObject) {
  const [isDefault, isOn] = [flagAt(item, 'IsDefault'), flagAt(item, 'IsEnable')];
  return isDefault === undefined || isOn === undefined ? undefined : { isDefault, isOn };
}

/** TCSS's own rule has checks, one that somebody made has parts of its own; of the other kind each has none. */
function partsOf(item: JsonObject) {
  const state = stateOf(item);
  if (state === undefined) return undefined;
  if (!state.isDefault) {
    const modes = every(itemsAt(item, 'ChildRules'), (part) => textAt(part, 'RuleMode'));
    if (modes === undefined) return undefined;
    const released = modes.filter((mode) => mode === 'RULE_MODE_RELEASE').length;
    return { checks: [], released: state.isOn ? released : 0 };
  }
  const checks = every(itemsAt(item, 'SystemChildRules'), (part) => {
    const [name, mode] = [textAt(part, 'RuleType'), textAt(part, 'RuleMode')];
    const isEnabled = flagAt(part, 'IsEnable');
    if (name === undefined || mode === undefined || isEnabled === undefined) return undefined;
    const acts = mode === 'RULE_MODE_ALERT' || mode === 'RULE_MODE_HOLDUP';
    return { name, isOn: state.isOn && isEnabled && acts };
  });
  return checks && { checks, released: 0 };
}

function clusterParts(item: JsonObject, isRuleOn: boolean) {
  return every(itemsAt(item, 'RuleInfoList'), (part) => {
    const [name, isOn] = [textAt(part, 'Scope'), flagAt(part, 'Status')];
    if (name === undefined || isOn === undefined) return undefined;
    return { name, isOn: isRuleOn && isOn && own(part, 'IsDelete') !== true };
  });
}

function whiteList(settings: JsonObject) {
  const entries = itemsAt(settings, 'WhiteListSet', 'TotalCount');
  const reach = every(entries, (item) => {
    const [isGlobal, images] = [flagAt(item, 'IsGlobal'), own(item, 'ImageIds') ?? []];
    const count = lengthOf(images, 'string[]');
    return isGlobal === undefined || count === undefined ? undefined : isGlobal || count === 0;
  });
  return { entryCount: entries?.length, allImagesEntryCount: reach?.filter(Boolean).length };
}

function connections(settings: JsonObject) {
  return { entryCount: itemsAt(settings, 'List', 'TotalCount')?.length };
}
