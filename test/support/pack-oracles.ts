/**
 * What each policy of the packs must say, written from its title and not from its schema; nothing of ours is
 * asked. `undefined` stands for what nobody can tell.
 */
import type { JsonObject } from '../../shared/model.ts';
import { observedAtMs } from './settings.ts';

export type Word = 'pass' | 'fail' | 'skip' | 'error';
export type Oracle = (settings: JsonObject) => Word;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Item = Readonly<Record<string, unknown>>;

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isCount = (value: unknown): value is number => isWhole(value) && value >= 0;
const isNothing = (value: unknown) => value === undefined || value === null;
const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

/** @param truth undefined = not seen */
function verdict(truth: boolean | undefined): Word {
  if (truth === undefined) return 'error';
  return truth ? 'pass' : 'fail';
}

/** @param applies undefined = not seen */
function where(applies: boolean | undefined, truth: () => boolean | undefined): Word {
  if (applies === undefined) return 'error';
  return applies ? verdict(truth()) : 'skip';
}

function flag(value: unknown): boolean | undefined {
  return isFlag(value) ? value : undefined;
}

/** @param total where the list comes in pages: the field that says how long it is */
function items(settings: Item, name: string, total?: string): readonly Item[] | undefined {
  const list = settings[name];
  if (total !== undefined) {
    const count = settings[total];
    if (!isCount(count)) return undefined;
    if (isNothing(list)) return count === 0 ? [] : undefined;
    if (!Array.isArray(list) || list.length !== count) return undefined;
  }
  return Array.isArray(list) && list.every(isItem) ? list : undefined;
}

/** Of every item what is read of it; undefined where one cannot be read. */
function each<T>(
  list: readonly Item[] | undefined,
  read: (item: Item) => T | undefined,
): readonly T[] | undefined {
  const found = list?.map(read);
  return found?.every((one) => one !== undefined) === true ? found : undefined;
}

function instantOf(text: unknown): number | undefined {
  if (!isText(text) || !/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?$/.test(text)) return undefined;
  return Date.parse(text.endsWith('Z') ? text : `${text.replace(' ', 'T')}+08:00`);
}

/** What happened more than an hour after the reading did not happen. */
function sinceMs(text: unknown): number | undefined {
  const instant = instantOf(text);
  if (instant === undefined || instant > observedAtMs + hourMs) return undefined;
  return Math.max(0, observedAtMs - instant);
}

// ---- registry-scan

const registry =
  (truth: (settings: JsonObject) => boolean | undefined): Oracle =>
  (settings) =>
    where(flag(settings['Enable']), () => truth(settings));

const looksFor = (item: string) =>
  registry(({ ScanType }) => (isTexts(ScanType) ? ScanType.includes(item) : undefined));

const registryOracles: Readonly<Record<string, Oracle>> = {
  'registry-scan-enabled': ({ Enable }) => verdict(flag(Enable)),
  'registry-scan-vulnerabilities': looksFor('CVE'),
  'registry-scan-malware': looksFor('VIRUS'),
  'registry-scan-sensitive-data': looksFor('RISK'),
  'registry-scan-period': registry(({ ScanPeriod }) =>
    isWhole(ScanPeriod) ? ScanPeriod >= 1 && ScanPeriod <= 7 : undefined,
  ),
  'registry-scan-scope': registry((settings) => {
    if (!Object.hasOwn(settings, 'ScanScope')) return flag(settings['All']);
    const scope = settings['ScanScope'];
    return scope === 0 || scope === 2 ? true : scope === 1 ? false : undefined;
  }),
  'registry-scan-no-exclusions': registry(({ ExcludeImageAssetIds: ids }) =>
    Array.isArray(ids) && ids.every(isWhole) ? ids.length === 0 : undefined,
  ),
  'registry-scan-last-result': registry(({ ScanResult }) =>
    isText(ScanResult) ? ScanResult === 'Success' : undefined,
  ),
  'registry-scan-fresh': registry(({ ScanPeriod, LastScanTime }) => {
    const since = sinceMs(LastScanTime);
    if (since === undefined || !isWhole(ScanPeriod) || ScanPeriod < 1) return undefined;
    return since <= (ScanPeriod + 1) * dayMs;
  }),
};

// ---- malware

const virusScan =
  (truth: (settings: JsonObject) => boolean | undefined): Oracle =>
  (settings) =>
    where(flag(settings['EnableScan']), () => truth(settings));

const unlimited = virusScan(({ ScanPathMode }) =>
  isText(ScanPathMode) ? ['SCAN_PATH_ALL', 'SCAN_PATH_DEFAULT'].includes(ScanPathMode) : undefined,
);

const malwareOracles: Readonly<Record<string, Oracle>> = {
  'malware-scan-enabled': ({ EnableScan }) => verdict(flag(EnableScan)),
  'malware-monitor-enabled': ({ EnableScan }) => verdict(flag(EnableScan)),
  'malware-scan-paths': unlimited,
  'malware-monitor-paths': unlimited,
  'malware-scan-range': virusScan(({ ScanRangeAll }) => flag(ScanRangeAll)),
  'malware-scan-period': virusScan(({ Cycle }) =>
    isWhole(Cycle) ? Cycle >= 1 && Cycle <= 7 : undefined,
  ),
  'malware-auto-isolate': ({ AutoIsolateSwitch }) => verdict(flag(AutoIsolateSwitch)),
  'malware-kill-process': ({ AutoIsolateSwitch, IsKillProgress }) =>
    where(flag(AutoIsolateSwitch), () => flag(IsKillProgress)),
};

// ---- vulnerability-defence

const isOne = (value: unknown) => (isWhole(value) ? value === 1 : undefined);

const defenceOracles: Readonly<Record<string, Oracle>> = {
  'vulnerability-defence-enabled': ({ IsEnabled }) => verdict(isOne(IsEnabled)),
  'vulnerability-defence-hosts': ({ IsEnabled, Scope }) =>
    where(isOne(IsEnabled), () => isOne(Scope)),
  'vulnerability-defence-healthy': ({ IsEnabled, ExceptionHostCount: broken }) =>
    where(isOne(IsEnabled), () => (isWhole(broken) ? broken === 0 : undefined)),
  'vulnerability-defence-super-nodes': ({ IsEnabled, NodeTotalCount: nodes, SuperScope }) =>
    where(isWhole(IsEnabled) && isWhole(nodes) ? IsEnabled === 1 && nodes >= 1 : undefined, () =>
      isOne(SuperScope),
    ),
  'vulnerability-defence-ignored': (settings) => {
    const everywhere = each(items(settings, 'List', 'TotalCount'), (item) => {
      const { IsIgnoreAll, CVEID, VulName } = item;
      if (IsIgnoreAll === 0) return false;
      const isNamed = [CVEID, VulName].some((name) => isText(name) && name !== '');
      return IsIgnoreAll === 1 && isNamed ? true : undefined;
    });
    return verdict(everywhere && !everywhere.includes(true));
  },
};

// ---- baseline

interface Task {
  readonly item: Item;
  readonly type: string;
  readonly isOn: boolean;
  readonly frequency: unknown;
}

function tasksOn(settings: JsonObject): readonly Task[] | undefined {
  return each(items(settings, 'PeriodTaskSet', 'TotalCount'), (item): Task | undefined => {
    const { AssetType: type, PeriodRule: rule } = item;
    if (!isText(type) || !isItem(rule) || !isFlag(rule['Enable'])) return undefined;
    return { item, type, isOn: rule['Enable'], frequency: rule['Frequency'] };
  })?.filter(({ isOn }) => isOn);
}

const checked =
  (assetType: string): Oracle =>
  (settings) => {
    const tasks = tasksOn(settings)?.map((task) => ({
      ...task,
      standards: each(items(task.item, 'BenchmarkStandardSet'), (one) => flag(one['Enabled'])),
    }));
    if (tasks === undefined || tasks.some(({ standards }) => standards === undefined))
      return 'error';
    const own = tasks.filter(({ type }) => type === assetType);
    return verdict(
      own.length > 0 && own.every(({ standards }) => standards?.includes(true) === true),
    );
  };

/** Of the tasks that are on; nothing is due where none is. */
const ofTasks =
  (holds: (task: Task, days: number) => boolean | undefined): Oracle =>
  (settings) => {
    const tasks = tasksOn(settings);
    return where(tasks && tasks.length > 0, () => {
      const truths = tasks?.map((task) =>
        isWhole(task.frequency) && task.frequency >= 1 ? holds(task, task.frequency) : undefined,
      );
      return truths?.includes(undefined) === true ? undefined : truths?.every(Boolean);
    });
  };

const baselineOracles: Readonly<Record<string, Oracle>> = {
  'baseline-containers': checked('ASSET_CONTAINER'),
  'baseline-images': checked('ASSET_IMAGE'),
  'baseline-hosts': checked('ASSET_HOST'),
  'baseline-kubernetes': checked('ASSET_K8S'),
  'baseline-period': ofTasks((_task, days) => days <= 7),
  'baseline-fresh': ofTasks(({ item }, days) => {
    const since = sinceMs(item['LastTriggerTime']);
    return since === undefined ? undefined : since <= (days + 1) * dayMs;
  }),
};

// ---- runtime

function ownRuleIsOn(settings: JsonObject): boolean | undefined {
  const extras = settings['RuleExtSet'];
  const rules = items(settings, 'RuleSet', 'TotalCount');
  if (rules === undefined) return undefined;
  if (!isNothing(extras) && !(Array.isArray(extras) && extras.length === rules.length))
    return undefined;
  const states = each(rules, ({ IsDefault, IsEnable }) =>
    isFlag(IsDefault) && isFlag(IsEnable) ? { IsDefault, IsEnable } : undefined,
  );
  const own = states?.filter(({ IsDefault }) => IsDefault);
  return own === undefined || own.length === 0 ? undefined : own.some(({ IsEnable }) => IsEnable);
}

/** Which behaviours some rule of TCSS's own reports or stops. */
function behavioursSeen(settings: JsonObject): readonly string[] | undefined {
  return each(items(settings, 'RuleExtSet'), (rule) => {
    const { IsDefault, IsEnable } = rule;
    if (!isFlag(IsDefault) || !isFlag(IsEnable)) return undefined;
    if (!IsDefault) {
      const isReadable = each(items(rule, 'ChildRules'), ({ RuleMode }) => isText(RuleMode));
      return isReadable?.every(Boolean) === true ? [] : undefined;
    }
    return each(items(rule, 'SystemChildRules'), (part) => {
      const { RuleType, RuleMode, IsEnable: isOn } = part;
      if (!isText(RuleType) || !isText(RuleMode) || !isFlag(isOn)) return undefined;
      const acts = RuleMode === 'RULE_MODE_ALERT' || RuleMode === 'RULE_MODE_HOLDUP';
      return IsEnable && isOn && acts ? RuleType : '';
    });
  })?.flat();
}

const runtimeOracles: Readonly<Record<string, Oracle>> = {
  'runtime-escape-rules': (settings) => {
    const rules = each(items(settings, 'RuleSet'), ({ Group, IsEnable }) =>
      isText(Group) && isFlag(IsEnable) ? { Group, IsEnable } : undefined,
    );
    const groups = ['RISK_CONTAINER', 'PROCESS_PRIVILEGE', 'CONTAINER_ESCAPE'];
    return verdict(
      rules &&
        rules.every(({ IsEnable }) => IsEnable) &&
        groups.every((group) => rules.some(({ Group }) => Group === group)),
    );
  },
  'runtime-abnormal-processes': (settings) => verdict(ownRuleIsOn(settings)),
  'runtime-file-tampering': (settings) => verdict(ownRuleIsOn(settings)),
  'runtime-process-checks': (settings) => {
    if (isNothing(settings['RuleSet']) && settings['TotalCount'] === 0) {
      const extras = settings['RuleExtSet'] ?? [];
      return Array.isArray(extras) && extras.length === 0 ? 'skip' : 'error';
    }
    const applies = ownRuleIsOn(settings);
    if (applies === true && isNothing(settings['RuleExtSet'])) return 'skip';
    return where(applies, () => {
      const seen = behavioursSeen(settings);
      return seen && ['REVERSE_SHELL', 'FILELESS', 'ATTACK_CMD'].every((one) => seen.includes(one));
    });
  },
  'runtime-kubernetes-api': (settings) => {
    const rules = each(items(settings, 'List', 'TotalCount'), (rule) => {
      const { RuleType, Status, EffectAllCluster } = rule;
      if (!isText(RuleType) || !isFlag(Status)) return undefined;
      if (RuleType !== 'RT_SYSTEM') return false;
      return isFlag(EffectAllCluster) ? Status && EffectAllCluster : undefined;
    });
    return verdict(rules?.includes(true));
  },
  'runtime-reverse-shell-exemptions': (settings) => {
    const reach = each(items(settings, 'WhiteListSet', 'TotalCount'), ({ IsGlobal, ImageIds }) => {
      const images = ImageIds ?? [];
      return isFlag(IsGlobal) && isTexts(images) ? IsGlobal || images.length === 0 : undefined;
    });
    return verdict(reach && !reach.includes(true));
  },
  'runtime-image-denial': ({ EffectiveRuleCount: count }) =>
    verdict(isWhole(count) ? count >= 1 : undefined),
};

// ---- logging

function delivered(settings: JsonObject): readonly Item[] | undefined {
  const list = items(settings, 'LogTypeList');
  return each(list, ({ LogType, State }) => (isText(LogType) ? flag(State) : undefined)) && list
    ? list.filter(({ State }) => State === true)
    : undefined;
}

const deliveryWorks: Oracle = (settings) => {
  const on = delivered(settings);
  return where(on && on.length > 0, () =>
    on?.every(({ ErrMsg }) => isNothing(ErrMsg) || (isText(ErrMsg) && ErrMsg.trim() === '')),
  );
};

const gathered =
  (...wanted: readonly string[]): Oracle =>
  (settings) => {
    const logs = each(items(settings, 'List'), (log) => {
      const { LogType, IsJoined } = log;
      if (!isText(LogType) || !isFlag(IsJoined)) return undefined;
      if (!IsJoined) return { LogType, places: 0 };
      const counts = [log['Count'], log['SuperNodeCount'], log['ClusterCount']].filter(
        (count) => !isNothing(count),
      );
      if (counts.length === 0 || !counts.every(isCount)) return undefined;
      return { LogType, places: counts.reduce((sum, count) => sum + count, 0) };
    });
    return verdict(
      logs &&
        wanted.every((name) => logs.some(({ LogType, places }) => LogType === name && places > 0)),
    );
  };

const loggingOracles: Readonly<Record<string, Oracle>> = {
  'logging-retention': ({ DayLimit }) => verdict(isWhole(DayLimit) ? DayLimit >= 180 : undefined),
  'logging-storage': ({ TotalSize, UsedSize }) =>
    where(isWhole(TotalSize) ? TotalSize >= 1 : undefined, () =>
      isCount(UsedSize) ? UsedSize * 10 <= Number(TotalSize) * 9 : undefined,
    ),
  'logging-cls-delivery': (settings) => {
    const on = delivered(settings);
    return verdict(on && on.length > 0);
  },
  'logging-cls-errors': deliveryWorks,
  'logging-kafka-errors': deliveryWorks,
  'logging-containers': gathered('container_bash', 'container_launch'),
  'logging-kubernetes-api': gathered('k8s_api'),
};

// ---- alerting

function alertsOn(settings: JsonObject): readonly Item[] | undefined {
  const rules = items(settings, 'WarningRules');
  const isReadable = rules?.every(
    ({ Type, Switch }) => isText(Type) && (Switch === 'ON' || Switch === 'OFF'),
  );
  return isReadable === true ? rules?.filter(({ Switch }) => Switch === 'ON') : undefined;
}

const alertsOf =
  (type: string): Oracle =>
  (settings) =>
    verdict(alertsOn(settings)?.some(({ Type }) => Type === type));

const everyAlert =
  (holds: (rule: Item) => boolean | undefined): Oracle =>
  (settings) => {
    const on = alertsOn(settings);
    return where(on && on.length > 0, () => {
      const truths = each(on, holds);
      return truths?.every(Boolean);
    });
  };

const alertingOracles: Readonly<Record<string, Oracle>> = {
  'alerting-escape': alertsOf('RUNTIME_ESCAPE'),
  'alerting-malware': alertsOf('RUNTIME_VIRUS'),
  'alerting-reverse-shell': alertsOf('RUNTIME_REVERSE_SHELL'),
  'alerting-vulnerabilities': alertsOf('IMG_VUL'),
  'alerting-all-day': everyAlert(({ BeginTime, EndTime }) => {
    if (![BeginTime, EndTime].every((time) => isText(time) && /^\d\d?:\d\d(:\d\d)?$/.test(time)))
      return undefined;
    return (
      ['00:00', '0:00'].includes(String(BeginTime)) &&
      ['23:59', '24:00', '23:59:59'].includes(String(EndTime))
    );
  }),
  'alerting-high-severity': everyAlert(({ ControlBits: bits }) => {
    if (!isText(bits) || !/^[01]+$/.test(bits) || ![1, 3].includes(bits.length)) return undefined;
    return bits.startsWith('1');
  }),
};

// ---- licence

const inForce = (State: unknown) => (isWhole(State) ? State === 2 || State === 3 : undefined);

const licenceOracles: Readonly<Record<string, Oracle>> = {
  'licence-not-expired': ({ State }) => verdict(inForce(State)),
  'licence-days-left': ({ State, AutomaticRenewal: renewal, ExpirationTime }) =>
    where(
      isWhole(State) && isWhole(renewal)
        ? inForce(State) === true && (renewal === 0 || renewal === 2)
        : undefined,
      () => {
        const end = instantOf(ExpirationTime);
        return end === undefined ? undefined : end - observedAtMs >= 30 * dayMs;
      },
    ),
  'licence-cores': ({ State, UndefendCoresCnt: cores }) => {
    if (isNothing(State)) return 'skip';
    if (inForce(State) === true && isNothing(cores)) return 'skip';
    return where(inForce(State), () => (isWhole(cores) ? cores === 0 : undefined));
  },
  'licence-images-left': (settings) =>
    where(inForce(settings['State']), () => {
      const used = settings['AuthorizedImageCnt'];
      const there = [settings['PurchasedAuthorizedCnt'], settings['GivenAuthorizedCnt']];
      if (!isCount(used) || !there.every(isCount)) return undefined;
      return there.reduce((sum, count) => sum + count, 0) > used;
    }),
  'licence-auto-authorisation': ({ IsEnabled }) => verdict(isOne(IsEnabled)),
  'licence-auto-authorisation-limit': ({ IsEnabled, MaxDailyCount: limit }) =>
    where(isOne(IsEnabled), () => (isWhole(limit) ? limit === 0 || limit >= 20 : undefined)),
};

export const packOracles: Readonly<Record<string, Oracle>> = {
  ...registryOracles,
  ...malwareOracles,
  ...defenceOracles,
  ...baselineOracles,
  ...runtimeOracles,
  ...loggingOracles,
  ...alertingOracles,
  ...licenceOracles,
};
