/**
 * serverless.yml: what one function is to be. The file is Tencent's, so that their tool can deploy it too: this
 * takes what their component's schema has and nothing else. https://cloud.tencent.com/document/product/1154/43228
 */
import type { Env } from '../../shared/config.ts';
import { isObject } from '../../shared/json.ts';
import type { Json, JsonObject, Problem, Result } from '../../shared/model.ts';
import { settingsOf, retriesOf, tagsOf } from './read-settings.ts';
import { timersOf } from './read-timers.ts';
import { variablesOf } from './read-variables.ts';
import {
  namedAs,
  sectionAt,
  unsetAt,
  type LeftOut,
  type Reading,
  type Section,
} from './section.ts';
import type { Retries, Settings, Timer } from './state.ts';
import { fill } from './variables.ts';
import { parseYaml } from './yaml-file.ts';

export interface Description {
  /** As it was named. */
  readonly file: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  /** Relative to the file's folder. */
  readonly folder: string;
  /** Glob patterns of what is not packed. */
  readonly exclude: readonly string[];
  readonly runtime: string;
  readonly handler: string;
  readonly settings: Partial<Settings>;
  readonly variables: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly retries: Partial<Retries>;
  /** undefined: none of our business. */
  readonly timers: readonly Timer[] | undefined;
  readonly left: readonly LeftOut[];
  /** What is right and will surprise somebody. */
  readonly warnings: readonly string[];
}

const topKeys = ['org', 'app', 'stage', 'component', 'name', 'inputs'];
const inputKeys = [
  ...['name', 'namespace', 'region', 'type', 'src', 'handler', 'runtime', 'role', 'description'],
  ...['memorySize', 'timeout', 'initTimeout', 'environment', 'publicAccess', 'eip'],
  ...['installDependency', 'vpcConfig', 'layers', 'cls', 'deadLetter', 'cfs', 'asyncRunEnable'],
  ...['traceEnable', 'msgTTL', 'retryNum', 'tags', 'ignoreTriggers', 'provisionedNum', 'events'],
  ...['entryFile', 'image', 'protocolType', 'protocolParams', 'qualifier', 'enableRoleAuth'],
];
/** Keys that say what this command does not do. */
const foreign: Readonly<Record<string, string>> = {
  provisionedNum: 'a function that runs once a night needs no instances that wait',
  entryFile: 'it is for web functions',
  image: 'the function is a zip of its folder',
  protocolType: 'it is for web functions',
  protocolParams: 'it is for web functions',
  qualifier: 'it is for instances that wait',
};

export const minNodeMajor = 18;

/** @param env what `${env:…}` means: the environment and `.env` */
export function parseDescription(
  file: string,
  text: string,
  env: Env,
): Result<Description, Problem> {
  const yaml = parseYaml(file, text);
  if (!yaml.ok) return yaml;
  const { value, set, unset, faults } = fill(yaml.value.value, env);
  const problems: Problem[] = faults.map(({ path, what }) =>
    yaml.value.problemAt(path, `${path.join('.')} ${what}`, partOf(path)),
  );
  const reading: Reading = { yaml: yaml.value, filled: { set, unset, faults }, problems, left: [] };
  if (!isObject(value)) {
    const what = 'holds no description: give component, name and inputs';
    problems.push(yaml.value.problemAt([], what));
  }
  const description = isObject(value) ? read(reading, value) : undefined;
  const placeOf = ({ line = 0, column = 0 }: Problem) => line * 1e6 + column;
  const [first, ...rest] = problems.sort((a, b) => placeOf(a) - placeOf(b));
  if (first !== undefined) return { ok: false, problems: [first, ...rest] };
  if (description === undefined) throw new Error(`${file} is neither right nor wrong`);
  return { ok: true, value: description };
}

function partOf(path: readonly string[]): 'hidden' | 'value' {
  return path.includes('environment') ? 'hidden' : 'value';
}

/** @returns undefined only where something is wrong */
function read(reading: Reading, root: JsonObject): Description | undefined {
  const top = sectionAt(reading, root, [], topKeys);
  top.need('component', 'write component: scf');
  top.text('component', /^scf$/, 'give scf');
  top.need('name', 'give the instance a name');
  top.need('inputs', 'say what the function is to be');
  const instance = top.text('name') ?? '';
  const stage = top.text('stage') ?? 'dev';
  const app = top.text('app') ?? instance;
  const inputs = top.section('inputs', inputKeys);
  if (inputs === undefined) return undefined;
  refuseForeign(inputs);
  const name = nameOf(reading, inputs) ?? [instance, stage, app].join('-');
  inputs.need('region', 'give one, such as ap-singapore');
  const region = inputs.text('region', /^[a-z]+(-[a-z0-9]+)+$/, 'give one, such as ap-singapore');
  const runtime = runtimeOf(inputs);
  const source = sourceOf(inputs);
  const warnings: string[] = [];
  const handler = inputs.text(
    'handler',
    /^[A-Za-z][\w/-]*\.[A-Za-z]\w*$/,
    'give <file>.<function>, such as index.main_handler',
  );
  const rest = {
    file: reading.yaml.file,
    namespace: inputs.text('namespace', /^[A-Za-z][\w-]*$/, 'give a namespace') ?? 'default',
    name,
    handler: handler ?? 'index.main_handler',
    settings: settingsOf(inputs),
    variables: variablesOf(reading, inputs),
    tags: tagsOf(inputs),
    retries: retriesOf(inputs),
    timers: timersOf(inputs, `timer-${instance}-${stage}`, warnings),
    left: reading.left,
    warnings,
  };
  return region === undefined || runtime === undefined || source === undefined
    ? undefined
    : { ...rest, ...source, region, runtime };
}

/** Half of a name would be another function. */
function nameOf(reading: Reading, inputs: Section): string | undefined {
  const parts = inputs.value('name') === undefined ? [['stage'], ['app']] : [];
  for (const path of [['inputs', 'name'], ...parts]) {
    const names = unsetAt(reading, path);
    if (names.length === 0) continue;
    inputs.complain('name', `cannot be told: ${namedAs(names)}`);
    return undefined;
  }
  return inputs.text(
    'name',
    /^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$/,
    'give 2 to 60 letters, digits, hyphens and underscores, with a letter first',
  );
}

function refuseForeign(inputs: Section): void {
  inputs.text('type', /^event$/, 'give event, the only kind that this command deploys');
  for (const [key, why] of Object.entries(foreign)) {
    if (inputs.value(key) === undefined) continue;
    inputs.complain(key, `is nothing that this command deploys: take it out, since ${why}`, 'key');
  }
  if (inputs.flag('asyncRunEnable') === true) {
    const why = 'then SCF tries no failed run again, and each error costs the instance';
    inputs.complain('asyncRunEnable', `is true: give false, since ${why}`);
  }
  if (inputs.flag('traceEnable') === true) {
    inputs.complain('traceEnable', 'is true: give false, since it needs asyncRunEnable');
  }
  inputs.flag('enableRoleAuth');
}

interface CodeFolder {
  readonly folder: string;
  readonly exclude: readonly string[];
}

function sourceOf(inputs: Section): CodeFolder | undefined {
  inputs.need('src', 'give the folder that npm run build makes, such as ./dist/audit');
  const given = inputs.value('src');
  if (given === undefined) return undefined;
  if (typeof given === 'string' && given !== '') return { folder: given, exclude: [] };
  const src = inputs.section('src', ['src', 'exclude', 'bucket', 'object']);
  if (src === undefined) return undefined;
  for (const key of ['bucket', 'object']) {
    if (src.value(key) === undefined) continue;
    src.complain(key, 'is nothing that this command deploys: give the folder as src', 'key');
  }
  src.need('src', 'give the folder that npm run build makes, such as ./dist/audit');
  const folder = src.text('src');
  const exclude = src.value('exclude') ?? [];
  if (!isTexts(exclude)) {
    src.complain('exclude', 'is no list of patterns: give one, such as ["*.map"]');
    return undefined;
  }
  return folder === undefined ? undefined : { folder, exclude };
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function runtimeOf(inputs: Section): string | undefined {
  inputs.need('runtime', 'give one, such as Nodejs20.19');
  const advice = `give Nodejs20.19 or another from Node ${String(minNodeMajor)} on, which the build is made for`;
  const runtime = inputs.text('runtime', /^Nodejs\d+\.\d+$/, advice);
  if (runtime === undefined) return undefined;
  if (nodeMajorOf(runtime) >= minNodeMajor) return runtime;
  inputs.complain('runtime', `is ${runtime}: ${advice}`);
  return undefined;
}

/** Of `Nodejs20.19`: 20. */
export function nodeMajorOf(runtime: string): number {
  return Number(/^Nodejs(\d+)\./.exec(runtime)?.[1] ?? 0);
}
