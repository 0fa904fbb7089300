/**
 * The descriptions that ship stay what Tencent's own tool takes: its component's schema, written down from its
 * documentation by another hand than the reader's. https://cloud.tencent.com/document/product/1154/43228
 */
import { existsSync, readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const text = { type: 'string' };
const flag = { type: 'boolean' };
const mapping = (properties: object, required: readonly string[] = []) => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});
const listOf = (items: object) => ({ type: 'array', items });

const timer = mapping({
  name: text,
  parameters: mapping(
    { name: text, qualifier: text, cronExpression: text, argument: text, enable: flag },
    // Without `enable` the tool switches the timer off.
    ['cronExpression', 'enable'],
  ),
});
const inputs = mapping(
  {
    // A reference to something else may stand in a name.
    name: { type: 'string', pattern: '^[A-Za-z][\\w-]{0,58}([A-Za-z0-9]|\\$\\{stage\\})$' },
    ...{ namespace: text, region: text, handler: text, role: text, description: text },
    type: { enum: ['event', 'web'] },
    src: {
      anyOf: [text, mapping({ src: text, exclude: listOf(text), bucket: text, object: text })],
    },
    // The published schema stops at Nodejs16.13, on which this program does not run: the one departure.
    runtime: { type: 'string', pattern: '^Nodejs(18\\.15|20\\.19|22\\.21)$' },
    memorySize: { enum: [64, ...Array.from({ length: 24 }, (_, index) => 128 * (index + 1))] },
    timeout: { type: 'integer', minimum: 1, maximum: 900 },
    initTimeout: { type: 'integer', minimum: 3, maximum: 300 },
    environment: mapping({
      variables: {
        type: 'object',
        additionalProperties: { type: ['string', 'number', 'boolean'] },
      },
    }),
    ...{ publicAccess: flag, eip: flag, installDependency: flag, traceEnable: flag },
    vpcConfig: mapping({ vpcId: text, subnetId: text }),
    layers: listOf(mapping({ name: text, version: { type: 'integer' } }, ['name', 'version'])),
    cls: mapping({ logsetId: text, topicId: text }),
    deadLetter: mapping({ type: text, name: text, filterType: text }),
    cfs: listOf(
      mapping({ cfsId: text, mountInsId: text, localMountDir: text, remoteMountDir: text }, [
        ...['cfsId', 'localMountDir', 'remoteMountDir'],
      ]),
    ),
    // With it, a failed run is never tried again.
    asyncRunEnable: { const: false },
    ...{ msgTTL: { type: 'integer' }, retryNum: { type: 'integer' } },
    tags: { type: 'object' },
    ignoreTriggers: flag,
    provisionedNum: { type: 'integer' },
    events: listOf(mapping({ timer }, ['timer'])),
  },
  ['src'],
);
const schema = mapping(
  { app: text, stage: text, component: { const: 'scf' }, name: text, inputs },
  ['component', 'name', 'inputs'],
);

const validate = new Ajv2020({ allErrors: true }).compile(schema);
const uncommented = (yaml: string) =>
  yaml.replaceAll(/^ {2}# ((?:vpcConfig:|cfs:|cls:| {2,}).*)$/gm, '  $1');
const files = ['serverless.yml', 'functions/watchdog/serverless.yml'].filter((file) =>
  existsSync(file),
);

it.each(files)(
  "%s is what Tencent's tool takes, with and without what it keeps as comments",
  (file) => {
    const yaml = readFileSync(file, 'utf8');
    for (const one of [yaml, uncommented(yaml)]) {
      validate(parse(one));
      expect(validate.errors).toBe(null);
    }
  },
);

it('keeps the comments that the test above turns into lines', () => {
  const { inputs: read } = parse(uncommented(readFileSync('serverless.yml', 'utf8'))) as {
    inputs: object;
  };
  expect(read).toMatchObject({ vpcConfig: {}, cfs: [{}], cls: {} });
});

it('would notice a key that the tool does not know', () => {
  const yaml = readFileSync('serverless.yml', 'utf8').replace('memorySize:', 'memory:');
  expect(validate(parse(yaml))).toBe(false);
});

it('sets every reference to the environment in a variable, but the region', () => {
  const yaml = readFileSync('serverless.yml', 'utf8').replaceAll(/^ *#.*$/gm, '');
  expect(
    [...yaml.matchAll(/^ *(\w+): \$\{env:(\w+)\}$/gm)].map(([, key, name]) => [key, name]),
  ).toEqual([
    ['region', 'TENCENT_REGION'],
    ...['AUDIT_EVIDENCE', 'AUDIT_WEBHOOKS', 'AUDIT_SIGNING_KEY', 'AUDIT_ENDPOINT'].map((name) => [
      name,
      name,
    ]),
  ]);
});
