/** serverless.yml as a whole, and every way in which it can be wrong. */
import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { parseDescription, type Description } from '../../cli/deploy/description.ts';
import type { Env } from '../../shared/config.ts';
import { problemLines } from '../../shared/errors.ts';

const ours = readFileSync('serverless.yml', 'utf8');
const region = { TENCENT_REGION: 'ap-singapore' };

function described(text: string, env: Env = {}): Description {
  const parsed = parseDescription('serverless.yml', text, env);
  if (!parsed.ok) throw new Error(problemLines(parsed.problems).join('\n'));
  return parsed.value;
}

/** A description that is right, with other lines in it. */
function withInputs(...lines: readonly string[]): string {
  const usual = ['name: audit', 'region: ap-singapore', 'runtime: Nodejs20.19', 'src: ./dist'];
  const keys = lines.map((line) => /^\w+:/.exec(line)?.[0]);
  const kept = usual.filter((line) => !keys.includes(/^\w+:/.exec(line)?.[0]));
  const inputs = [...kept, ...lines].map((line) => `  ${line.replaceAll('\n', '\n  ')}`);
  return ['component: scf', 'name: audit', 'inputs:', ...inputs, ''].join('\n');
}

function complaints(text: string, env: Env = {}): readonly string[] {
  const parsed = parseDescription('serverless.yml', text, env);
  return parsed.ok
    ? []
    : parsed.problems.map(
        ({ line = 0, column = 0, what }) => `${String(line)}:${String(column)} ${what}`,
      );
}

it('reads the one that ships, with a region alone', () => {
  expect(described(ours, region)).toEqual({
    file: 'serverless.yml',
    region: 'ap-singapore',
    namespace: 'default',
    name: 'tcss-audit-prod',
    folder: './dist/audit',
    exclude: [],
    runtime: 'Nodejs20.19',
    handler: 'index.main_handler',
    settings: {
      description: 'Nightly compliance audit of TCSS settings',
      memoryMb: 128,
      timeoutSeconds: 120,
      initTimeoutSeconds: 10,
      role: 'tcss-audit-prod',
      publicAccess: true,
      installDependency: false,
    },
    variables: { AUDIT_SITE: 'intl', AUDIT_LOCALE: 'en' },
    tags: undefined,
    retries: { count: 2, ttlSeconds: 21_600 },
    timers: [
      {
        name: 'nightly',
        cron: '0 23 3 * * * *',
        isOpen: true,
        qualifier: '$DEFAULT',
        argument: '{"cron": "0 23 3 * * * *"}',
      },
    ],
    left: ['AUDIT_EVIDENCE', 'AUDIT_WEBHOOKS', 'AUDIT_SIGNING_KEY', 'AUDIT_ENDPOINT'].map(
      (name) => {
        return { what: name, names: [name] };
      },
    ),
    warnings: [],
  });
});

it('reads the lines that it keeps for a file system and a log topic', () => {
  const uncommented = ours.replaceAll(/^ {2}# ((?:vpcConfig:|cfs:|cls:| {2,}).*)$/gm, '  $1');
  const ids = {
    ...{ VPC_ID: 'vpc-1', SUBNET_ID: 'subnet-1', CFS_ID: 'cfs-1', CFS_MOUNT_ID: 'mount-1' },
    ...{ CLS_LOGSET_ID: 'set-1', CLS_TOPIC_ID: 'topic-1' },
  };
  const { settings } = described(uncommented, { ...region, ...ids });
  expect(settings).toMatchObject({
    vpc: { vpcId: 'vpc-1', subnetId: 'subnet-1' },
    cls: { logsetId: 'set-1', topicId: 'topic-1' },
    cfs: [
      {
        cfsId: 'cfs-1',
        mountInsId: 'mount-1',
        localMountDir: '/mnt/evidence',
        remoteMountDir: '/',
        userId: '10000',
        userGroupId: '10000',
      },
    ],
  });
});

it('knows every key of the component', () => {
  const text = withInputs(
    'namespace: night',
    'type: event',
    'src:\n  src: ./out\n  exclude: ["*.map"]',
    'handler: main.run',
    'role: a-role',
    'description: nightly',
    'memorySize: 128',
    'timeout: "60"',
    'initTimeout: 3',
    'publicAccess: false',
    'eip: true',
    'installDependency: false',
    'layers:\n  - name: l\n    version: 2',
    'deadLetter:\n  type: topic\n  name: dead',
    'asyncRunEnable: false',
    'traceEnable: false',
    'enableRoleAuth: false',
    'tags:\n  team: security\n  cost: 7',
    'environment:\n  variables:\n    NUMBER: 7\n    FLAG: true\n    TEXT: " a b "\n    EMPTY: ""\n    NOTHING:',
    'ignoreTriggers: true',
    'events: []',
  );
  expect(described(text)).toMatchObject({
    namespace: 'night',
    folder: './out',
    exclude: ['*.map'],
    handler: 'main.run',
    settings: {
      ...{ role: 'a-role', description: 'nightly', memoryMb: 128, timeoutSeconds: 60 },
      ...{ initTimeoutSeconds: 3, publicAccess: false, eip: true, installDependency: false },
      layers: [{ name: 'l', version: 2 }],
      deadLetter: { type: 'topic', name: 'dead', filterType: '' },
    },
    tags: { team: 'security', cost: '7' },
    variables: { NUMBER: '7', FLAG: 'true', TEXT: ' a b ' },
    left: [
      { what: 'EMPTY', names: [] },
      { what: 'NOTHING', names: [] },
    ],
    retries: {},
    timers: undefined,
  });
});

it('fills references in as the component does, with its defaults', () => {
  const named = (top: string, name: string) =>
    described(
      `component: scf\nname: i\n${top}${withInputs(`name: ${name}`).split('\n').slice(2).join('\n')}`,
    ).name;
  expect(named('', 'a-${name}-${stage}-${app}')).toBe('a-i-dev-i');
  expect(named('stage: prod\napp: my-${stage}\n', '${app}')).toBe('my-prod');
  const unnamed = withInputs('description: "${env:WHAT} by ${ env: WHO }"').replace(
    '  name: audit\n',
    '',
  );
  expect(described(unnamed, { WHAT: 'audit', WHO: 'us' })).toMatchObject({
    name: 'audit-dev-audit',
    settings: { description: 'audit by us' },
  });
});

it('leaves out a block that refers to nothing that is set, and says so', () => {
  const text = withInputs(
    'vpcConfig: { vpcId: "${env:VPC_ID}", subnetId: "${env:SUBNET_ID}" }',
    'cfs:\n  - cfsId: ${env:CFS_ID}\n    localMountDir: /mnt\n    remoteMountDir: /',
    'role: ${env:ROLE}',
  );
  const { settings, left } = described(text, { VPC_ID: ' ' });
  expect(settings).toEqual({});
  expect(left).toEqual([
    { what: 'inputs.role', names: ['ROLE'] },
    { what: 'vpcConfig', names: ['VPC_ID', 'SUBNET_ID'] },
    { what: 'cfs', names: ['CFS_ID'] },
  ]);
});

it('names a timer as the component does, and warns where that would switch it off', () => {
  const text = withInputs(
    'events:\n  - timer:\n      parameters:\n        cronExpression: "0  0 4 * * * *"',
  );
  expect(described(text)).toMatchObject({
    timers: [
      { name: 'timer-audit-dev', cron: '0 0 4 * * * *', isOpen: true, qualifier: '$DEFAULT' },
    ],
    warnings: [
      "timer timer-audit-dev does not say enable: it is switched on here, and Tencent's tool switches it off: write enable: true",
    ],
  });
});

const advice = 'give Nodejs20.19 or another from Node 18 on, which the build is made for';
const wrong: Readonly<Record<string, readonly [text: string, ...complaints: string[]]>> = {
  'a key that is mistyped': [
    withInputs('memorysize: 64'),
    '8:3 inputs.memorysize is no key here: did you mean "memorySize"?',
  ],
  'a file that is no description': [
    '- 1',
    '1:1 holds no description: give component, name and inputs',
  ],
  'an empty file': ['', '1:1 holds no description: give component, name and inputs'],
  'another component': [withInputs().replace('scf', 'http'), '1:12 component is "http": give scf'],
  'nothing to deploy': [
    'component: scf\nname: a\n',
    '1:1 inputs is missing: say what the function is to be',
  ],
  'what every function needs': [
    'component: scf\nname: a\ninputs: {}\n',
    '3:1 inputs.region is missing: give one, such as ap-singapore',
    '3:1 inputs.runtime is missing: give one, such as Nodejs20.19',
    '3:1 inputs.src is missing: give the folder that npm run build makes, such as ./dist/audit',
  ],
  'a region that is not set': [
    withInputs('region: ${env:TENCENT_REGION}'),
    '7:11 inputs.region needs env:TENCENT_REGION, which is not set: set it',
  ],
  'half of a name': [
    withInputs('name: audit-${env:STAGE}'),
    '7:9 inputs.name cannot be told: env:STAGE, which is not set: set it',
  ],
  'a name that hangs on a stage that is not set': [
    withInputs('name: audit-${stage}').replace('inputs:', 'stage: ${env:STAGE}\ninputs:'),
    '8:9 inputs.name cannot be told: env:STAGE, which is not set: set it',
  ],
  'half of a network': [
    withInputs('vpcConfig: { vpcId: "${env:SET}", subnetId: "${env:SUBNET_ID}" }'),
    '8:3 inputs.vpcConfig needs env:SUBNET_ID, which is not set: set it, or take vpcConfig out',
  ],
  'references of other tools': [
    withInputs('role: ${file(role.txt)}', 'description: ${env.WHAT}', 'namespace: ${output:a.b}'),
    '8:9 inputs.role has ${file(role.txt)}, which is not understood: there are ${env:NAME}, ${stage}, ${app} and ${name}',
    '9:16 inputs.description has ${env.WHAT}: write ${env:WHAT}',
    '10:14 inputs.namespace has ${output:a.b}, which is not understood: there are ${env:NAME}, ${stage}, ${app} and ${name}',
  ],
  'a reference to itself': [
    withInputs().replace('inputs:', 'stage: ${app}\napp: x-${stage}\ninputs:'),
    '3:8 stage has ${stage}, which refers to itself',
    '4:6 app has ${app}, which refers to itself',
  ],
  'a runtime that is too old': [
    withInputs('runtime: Nodejs16.13'),
    `7:12 inputs.runtime is Nodejs16.13: ${advice}`,
  ],
  'a runtime of another language': [
    withInputs('runtime: Python3.10'),
    `7:12 inputs.runtime is "Python3.10": ${advice}`,
  ],
  'numbers that SCF would not take': [
    withInputs('memorySize: 100', 'timeout: 901', 'initTimeout: 1.5', 'msgTTL: 0', 'retryNum: -1'),
    '8:15 inputs.memorySize is 100: give 64, or 128 to 3072 in steps of 128',
    '9:12 inputs.timeout is 901: give 1 to 900 seconds',
    '10:16 inputs.initTimeout is 1.5: give 3 to 300 seconds',
    '11:11 inputs.msgTTL is 0: give seconds, such as 21600',
    '12:13 inputs.retryNum is -1: give how often a run is tried again',
  ],
  'flags that are none': [
    withInputs('publicAccess: yes please'),
    '8:17 inputs.publicAccess is "yes please": give true or false',
  ],
  'what this command does not do': [
    withInputs(
      'type: web',
      'provisionedNum: 1',
      'asyncRunEnable: true',
      'traceEnable: true',
      'src: { bucket: b, object: o }',
    ),
    '7:9 inputs.type is "web": give event, the only kind that this command deploys',
    '8:3 inputs.provisionedNum is nothing that this command deploys: take it out, since a function that runs once a night needs no instances that wait',
    '9:19 inputs.asyncRunEnable is true: give false, since then SCF tries no failed run again, and each error costs the instance',
    '10:16 inputs.traceEnable is true: give false, since it needs asyncRunEnable',
    '11:3 inputs.src.src is missing: give the folder that npm run build makes, such as ./dist/audit',
    '11:10 inputs.src.bucket is nothing that this command deploys: give the folder as src',
    '11:21 inputs.src.object is nothing that this command deploys: give the folder as src',
  ],
  'other triggers': [
    withInputs('events:\n  - apigw: {}\n  - timmer: {}\n  - timer: {}'),
    '9:7 inputs.events.0.apigw is no trigger that this command deploys: it does timers',
    '10:7 inputs.events.1.timmer is no key here: did you mean "timer"?',
    '11:7 inputs.events.2.timer.parameters is missing: give cronExpression and enable',
  ],
  'a cron of five fields': [
    withInputs(
      'events:\n  - timer: { parameters: { cronExpression: "23 3 * * *", enable: true } }',
    ),
    '9:46 inputs.events.0.timer.parameters.cronExpression is "23 3 * * *": give seven fields: second minute hour day month weekday year',
  ],
  'a schedule that the function is told otherwise': [
    withInputs(
      `events:\n  - timer: { parameters: { cronExpression: "0 0 4 * * * *", argument: '{"cron":"0 0 5 * * * *"}', enable: true } }`,
    ),
    '9:73 inputs.events.0.timer.parameters.argument tells the function "0 0 5 * * * *", and the timer fires by "0 0 4 * * * *": give the same in both, or nights would be missed that were none',
  ],
  'two timers of a name': [
    withInputs(
      'events:\n  - timer: { name: n, parameters: { cronExpression: "0 0 4 * * * *", enable: true } }\n  - timer: { name: n, parameters: { cronExpression: "0 0 5 * * * *", enable: true } }',
    ),
    '8:3 inputs.events names two timers n: give each a name of its own',
  ],
  'variables that SCF would not take': [
    withInputs(
      'environment:\n  variables:\n    TENCENTCLOUD_X: 1\n    A-B: 1\n    LIST: [1]\n    UIN: 1e300',
    ),
    '10:23 inputs.environment.variables.TENCENTCLOUD_X begins with TENCENTCLOUD_, which SCF keeps for itself: name it otherwise',
    '11:12 inputs.environment.variables.A-B is no name of a variable: give letters, digits and underscores',
    '12:7 inputs.environment.variables.LIST is no text: write it in quotes',
    '13:12 inputs.environment.variables.UIN is a number that may lose digits: write it in quotes',
  ],
  'YAML that is none': [
    'component: scf\n  name: [a\n',
    '1:12 is not YAML: Nested mappings are not allowed in compact mappings',
    '1:12 is not YAML: Implicit keys need to be on a single line',
    '3:1 is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  'a key that stands there twice': [
    'component: scf\ncomponent: scf\n',
    '2:1 is not YAML: Map keys must be unique',
  ],
};
it.each(Object.entries(wrong))('refuses %s', (_name, [text, ...expected]) => {
  expect(complaints(text, { SET: 'x' })).toEqual(expected);
});

it('shows the line, but of no variable, nor what the environment put in a wrong place', () => {
  const secret = 'hook-key-0123456789';
  const text = withInputs(
    'memorySize: ${env:HOOK}',
    'timeout: 0',
    `environment:\n  variables:\n    SCF_HOOK: ${secret}\n    OTHER: ${secret}-\${nope}`,
  );
  const parsed = parseDescription('serverless.yml', text, { HOOK: secret });
  const lines = parsed.ok ? [] : problemLines(parsed.problems);
  expect(lines.join('\n')).not.toContain(secret);
  expect(lines).toEqual([
    'serverless.yml:8:15   inputs.memorySize is not what belongs here: give 64, or 128 to 3072 in steps of 128',
    '      memorySize: ${env:HOOK}',
    '                  ^^^^^^^^^^^',
    'serverless.yml:9:12   inputs.timeout is 0: give 1 to 900 seconds',
    '      timeout: 0',
    '               ^',
    'serverless.yml:12:17  inputs.environment.variables.SCF_HOOK begins with SCF_, which SCF keeps for itself: name it otherwise',
    'serverless.yml:13:14  inputs.environment.variables.OTHER has ${nope}, which is not understood: there are ${env:NAME}, ${stage}, ${app} and ${name}',
  ]);
});
