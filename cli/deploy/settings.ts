/** Each setting of a function: how people see it, how SCF is told of it, and how SCF tells it back. */
import { canonicalJson, isArray, isObject, jsonOf, own } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';
import type { Settings } from './state.ts';

export type SettingKey = keyof Settings;

interface Row<Value> {
  readonly label: string;
  readonly show: (value: Value) => string;
  /** Parameters of CreateFunction and UpdateFunctionConfiguration. */
  readonly request: (value: Value) => JsonObject;
  /** From GetFunction's answer; undefined where it does not tell. */
  readonly read: (answer: JsonObject) => Value | undefined;
}

/** A row as one of many: of settings as a whole it looks at its own. */
interface Part {
  readonly label: string;
  readonly show: (settings: Partial<Settings>) => string | undefined;
  readonly request: (settings: Partial<Settings>) => JsonObject;
  readonly read: (answer: JsonObject) => Partial<Settings>;
}

/** In the order in which they are shown. */
const rows: Readonly<Record<SettingKey, Part>> = {
  description: part('description', {
    label: 'description',
    show: quoted,
    request: (value) => ({ Description: value }),
    read: (answer) => textOf(answer, 'Description'),
  }),
  memoryMb: part('memoryMb', {
    label: 'memory',
    show: (value) => `${String(value)} MB`,
    request: (value) => ({ MemorySize: value }),
    read: (answer) => numberOf(answer, 'MemorySize'),
  }),
  timeoutSeconds: part('timeoutSeconds', {
    label: 'timeout',
    show: (value) => `${String(value)} s`,
    request: (value) => ({ Timeout: value }),
    read: (answer) => numberOf(answer, 'Timeout'),
  }),
  initTimeoutSeconds: part('initTimeoutSeconds', {
    label: 'init timeout',
    show: (value) => `${String(value)} s`,
    request: (value) => ({ InitTimeout: value }),
    read: (answer) => numberOf(answer, 'InitTimeout'),
  }),
  role: part('role', {
    label: 'role',
    show: (value) => value || 'none',
    request: (value) => ({ Role: value }),
    read: (answer) => textOf(answer, 'Role'),
  }),
  publicAccess: part('publicAccess', {
    label: 'internet access',
    show: onOff,
    request: (value) => ({ PublicNetConfig: { PublicNetStatus: enabled(value) } }),
    read: (answer) => enabledOf(below(answer, 'PublicNetConfig'), 'PublicNetStatus'),
  }),
  eip: part('eip', {
    label: 'fixed address',
    show: onOff,
    request: (value) => ({ PublicNetConfig: { EipConfig: { EipStatus: enabled(value) } } }),
    read: (answer) => enabledOf(below(below(answer, 'PublicNetConfig'), 'EipConfig'), 'EipStatus'),
  }),
  installDependency: part('installDependency', {
    label: 'install dependencies',
    show: onOff,
    request: (value) => ({ InstallDependency: value ? 'TRUE' : 'FALSE' }),
    read: (answer) => {
      const told = textOf(answer, 'InstallDependency');
      return told === undefined ? undefined : told === 'TRUE';
    },
  }),
  vpc: part('vpc', {
    label: 'network',
    show: ({ vpcId, subnetId }) => (vpcId === '' ? 'none' : `${vpcId} ${subnetId}`),
    request: ({ vpcId, subnetId }) => ({ VpcConfig: { VpcId: vpcId, SubnetId: subnetId } }),
    read: (answer) => {
      const told = below(answer, 'VpcConfig');
      return told && { vpcId: text(told, 'VpcId'), subnetId: text(told, 'SubnetId') };
    },
  }),
  cls: part('cls', {
    label: 'log topic',
    show: ({ logsetId, topicId }) => (topicId === '' ? 'none' : `${logsetId} ${topicId}`),
    request: ({ logsetId, topicId }) => ({ ClsLogsetId: logsetId, ClsTopicId: topicId }),
    read: (answer) => {
      const topicId = textOf(answer, 'ClsTopicId');
      return topicId === undefined ? undefined : { logsetId: text(answer, 'ClsLogsetId'), topicId };
    },
  }),
  deadLetter: part('deadLetter', {
    label: 'dead letters',
    show: ({ type, name }) => (name === '' ? 'none' : `${type} ${name}`),
    request: ({ type, name, filterType }) => ({
      DeadLetterConfig: { Type: type, Name: name, FilterType: filterType },
    }),
    read: (answer) => {
      const told = below(answer, 'DeadLetterConfig');
      return (
        told && {
          type: text(told, 'Type'),
          name: text(told, 'Name'),
          filterType: text(told, 'FilterType'),
        }
      );
    },
  }),
  layers: part('layers', {
    label: 'layers',
    show: (layers) =>
      layers.map(({ name, version }) => `${name}:${String(version)}`).join(' ') || 'none',
    // Only an empty layer takes the last one away.
    request: (layers) => ({
      Layers: (layers.length > 0 ? layers : [{ name: '', version: 0 }]).map(
        ({ name, version }) => ({ LayerName: name, LayerVersion: version }),
      ),
    }),
    read: (answer) =>
      listOf(answer, 'Layers')?.map((layer) => ({
        name: text(layer, 'LayerName'),
        version: numberOf(layer, 'LayerVersion') ?? 0,
      })),
  }),
  cfs: part('cfs', {
    label: 'file systems',
    show: (mounts) =>
      mounts
        .map(({ cfsId, remoteMountDir, localMountDir }) => {
          return `${cfsId}:${remoteMountDir} at ${localMountDir}`;
        })
        .join(', ') || 'none',
    request: (mounts) => ({
      CfsConfig: {
        CfsInsList: mounts.map((mount) => ({
          CfsId: mount.cfsId,
          MountInsId: mount.mountInsId,
          LocalMountDir: mount.localMountDir,
          RemoteMountDir: mount.remoteMountDir,
          UserId: mount.userId,
          UserGroupId: mount.userGroupId,
        })),
      },
    }),
    read: (answer) => {
      const told = below(answer, 'CfsConfig');
      return (told && (listOf(told, 'CfsInsList') ?? []))?.map((mount) => ({
        cfsId: text(mount, 'CfsId'),
        mountInsId: text(mount, 'MountInsId'),
        localMountDir: text(mount, 'LocalMountDir'),
        remoteMountDir: text(mount, 'RemoteMountDir'),
        userId: text(mount, 'UserId'),
        userGroupId: text(mount, 'UserGroupId'),
      }));
    },
  }),
};

function part<Key extends SettingKey>(key: Key, row: Row<Settings[Key]>): Part {
  return {
    label: row.label,
    show: ({ [key]: value }) => (value === undefined ? undefined : row.show(value)),
    request: ({ [key]: value }) => (value === undefined ? {} : row.request(value)),
    read: (answer) => {
      const value = row.read(answer);
      return value === undefined ? {} : { [key]: value };
    },
  };
}

export const settingKeys: readonly SettingKey[] = [
  ...(['description', 'memoryMb', 'timeoutSeconds', 'initTimeoutSeconds', 'role'] as const),
  ...(['publicAccess', 'eip', 'installDependency', 'vpc', 'cls', 'deadLetter'] as const),
  ...(['layers', 'cfs'] as const),
];

export function labelOf(key: SettingKey): string {
  return rows[key].label;
}

/** For people; the cloud's own words may be in it. */
export function shownSetting(settings: Partial<Settings>, key: SettingKey): string | undefined {
  const shown = rows[key].show(settings);
  return shown === undefined ? undefined : plainLine(shown, 120);
}

export function isSameSetting(
  wanted: Partial<Settings>,
  actual: Partial<Settings>,
  key: SettingKey,
): boolean {
  const [one, other] = [wanted[key], actual[key]].map((value) =>
    value === undefined ? undefined : canonicalJson(jsonOf(value)),
  );
  return one === other;
}

export function settingsIn(answer: JsonObject): Partial<Settings> {
  return settingKeys.reduce<Partial<Settings>>(
    (all, key) => ({ ...all, ...rows[key].read(answer) }),
    {},
  );
}

/** @param present what is there, of which a part may have to be said again */
export function settingsRequest(
  wanted: Partial<Settings>,
  keys: readonly SettingKey[],
  present: Partial<Settings>,
): JsonObject {
  const { PublicNetConfig: net, ...rest } = keys
    .map((key) => rows[key].request(wanted))
    .reduce(merged, {});
  if (!isObject(net)) return rest;
  // SCF takes no address without being told of the access.
  const isOpen = wanted.publicAccess ?? present.publicAccess ?? true;
  return { ...rest, PublicNetConfig: { PublicNetStatus: enabled(isOpen), ...net } };
}

function merged(all: JsonObject, one: JsonObject): JsonObject {
  const entries = Object.entries(one).map(([key, value]): [string, Json] => {
    const before = own(all, key);
    return [key, isObject(value) && isObject(before) ? { ...before, ...value } : value];
  });
  return { ...all, ...Object.fromEntries(entries) };
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

function quoted(value: string): string {
  return JSON.stringify(value);
}

function enabled(value: boolean): string {
  return value ? 'ENABLE' : 'DISABLE';
}

function enabledOf(answer: JsonObject | undefined, key: string): boolean | undefined {
  const told = answer && textOf(answer, key);
  return told === undefined ? undefined : told === 'ENABLE';
}

/** What is null is there and empty. */
function below(answer: JsonObject | undefined, key: string): JsonObject | undefined {
  const told = answer && own(answer, key);
  if (told === null) return {};
  return isObject(told) ? told : undefined;
}

function listOf(answer: JsonObject, key: string): readonly JsonObject[] | undefined {
  const told = own(answer, key);
  if (told === null) return [];
  return isArray(told) ? told.filter(isObject) : undefined;
}

export function textOf(answer: JsonObject, key: string): string | undefined {
  const told = own(answer, key);
  if (told === null) return '';
  return typeof told === 'string' ? told : undefined;
}

function text(answer: JsonObject, key: string): string {
  return textOf(answer, key) ?? '';
}

export function numberOf(answer: JsonObject, key: string): number | undefined {
  const told = own(answer, key);
  return typeof told === 'number' ? told : undefined;
}
