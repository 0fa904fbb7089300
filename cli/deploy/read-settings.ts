/** The settings of a function that serverless.yml describes. What it does not say is left as it is. */
import { isObject } from '../../shared/json.ts';
import type { Section } from './section.ts';
import type { Mount, Retries, Settings } from './state.ts';

export function settingsOf(inputs: Section): Partial<Settings> {
  return onlyGiven({
    description: inputs.text('description', /^.{1,1000}$/s, 'give at most 1000 characters'),
    memoryMb: inputs.whole(
      'memorySize',
      (mb) => mb === 64 || (mb % 128 === 0 && mb >= 128 && mb <= 3072),
      'give 64, or 128 to 3072 in steps of 128',
    ),
    timeoutSeconds: inputs.whole('timeout', (s) => s >= 1 && s <= 900, 'give 1 to 900 seconds'),
    initTimeoutSeconds: inputs.whole(
      'initTimeout',
      (s) => s >= 3 && s <= 300,
      'give 3 to 300 seconds',
    ),
    role: inputs.text(
      'role',
      /^[\w+=,.@-]{1,128}$/,
      'give the name of a role, of letters, digits and +=,.@-_',
    ),
    publicAccess: inputs.flag('publicAccess'),
    eip: inputs.flag('eip'),
    installDependency: inputs.flag('installDependency'),
    vpc: vpcOf(inputs),
    cls: clsOf(inputs),
    deadLetter: deadLetterOf(inputs),
    layers: listOf(inputs, 'layers', ['name', 'version'])?.map(layerOf),
    cfs: listOf(inputs, 'cfs', mountKeys)?.map(mountOf),
  });
}

function onlyGiven(settings: {
  readonly [K in keyof Settings]: Settings[K] | undefined;
}): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** All of it or nothing: half of a network is no network. */
function blockOf(inputs: Section, key: string, keys: readonly string[]): Section | undefined {
  return inputs.isLeftOut(key) ? undefined : inputs.section(key, keys);
}

function listOf(inputs: Section, key: string, keys: readonly string[]) {
  return inputs.isLeftOut(key) ? undefined : inputs.sections(key, keys);
}

function vpcOf(inputs: Section): Settings['vpc'] | undefined {
  const vpc = blockOf(inputs, 'vpcConfig', ['vpcId', 'subnetId']);
  if (vpc === undefined) return undefined;
  vpc.need('vpcId', 'give vpc-…');
  vpc.need('subnetId', 'give subnet-…');
  return { vpcId: vpc.text('vpcId') ?? '', subnetId: vpc.text('subnetId') ?? '' };
}

function clsOf(inputs: Section): Settings['cls'] | undefined {
  const cls = blockOf(inputs, 'cls', ['logsetId', 'topicId']);
  if (cls === undefined) return undefined;
  cls.need('logsetId', 'give the log set');
  cls.need('topicId', 'give the log topic');
  return { logsetId: cls.text('logsetId') ?? '', topicId: cls.text('topicId') ?? '' };
}

function deadLetterOf(inputs: Section): Settings['deadLetter'] | undefined {
  const queue = blockOf(inputs, 'deadLetter', ['type', 'name', 'filterType']);
  if (queue === undefined) return undefined;
  queue.need('type', 'give the kind of queue');
  queue.need('name', 'give the name of the queue');
  const [type = '', name = '', filterType = ''] = ['type', 'name', 'filterType'].map((key) =>
    queue.text(key),
  );
  return { type, name, filterType };
}

function layerOf(layer: Section): Settings['layers'][number] {
  layer.need('name', 'give the name of the layer');
  layer.need('version', 'give a version of the layer');
  return {
    name: layer.text('name') ?? '',
    version: layer.whole('version', (n) => n > 0, 'give a version, from 1 on') ?? 0,
  };
}

const mountKeys = [
  ...['cfsId', 'mountInsId', 'localMountDir', 'remoteMountDir', 'userId', 'userGroupId'],
];

function mountOf(mount: Section): Mount {
  mount.need('cfsId', 'give cfs-…');
  mount.need('localMountDir', 'give the place in the function, such as /mnt/evidence');
  mount.need('remoteMountDir', 'give the place in the file system, such as /');
  const cfsId = mount.text('cfsId') ?? '';
  const folder = (key: string) => mount.text(key, /^\//, 'give a path that begins with /') ?? '';
  return {
    cfsId,
    mountInsId: mount.text('mountInsId') ?? cfsId,
    localMountDir: folder('localMountDir'),
    remoteMountDir: folder('remoteMountDir'),
    userId: idOf(mount, 'userId'),
    userGroupId: idOf(mount, 'userGroupId'),
  };
}

/** Without one, that of Tencent's tool. */
function idOf(mount: Section, key: string): string {
  const isId = (n: number) => n >= 0 && n <= 4_294_967_295;
  return String(mount.whole(key, isId, 'give the number of a user or group') ?? 10_000);
}

export function tagsOf(inputs: Section): Readonly<Record<string, string>> | undefined {
  const tags = inputs.value('tags');
  if (tags === undefined) return undefined;
  if (!isObject(tags)) {
    inputs.complain('tags', 'is no mapping: give key: value');
    return undefined;
  }
  const entries = Object.entries(tags).flatMap(([key, value]): [string, string][] => {
    if (typeof value !== 'object') return [[key, String(value)]];
    inputs.complain('tags', `has ${key} that is no text: write it in quotes`);
    return [];
  });
  return Object.fromEntries(entries);
}

/** The component ignores both without asyncRunEnable; SCF does not. */
export function retriesOf(inputs: Section): Partial<Retries> {
  const count = inputs.whole(
    'retryNum',
    (n) => n >= 0 && n <= 100,
    'give how often a run is tried again',
  );
  const ttlSeconds = inputs.whole('msgTTL', (s) => s > 0, 'give seconds, such as 21600');
  return {
    ...(count !== undefined && { count }),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
  };
}
