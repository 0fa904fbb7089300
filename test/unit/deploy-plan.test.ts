/** What a deployment does: by cases, and by the law that it leaves nothing to do. */
import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { planOf, type Desired, type Plan } from '../../cli/deploy/plan.ts';
import { changesOf, planText } from '../../cli/deploy/text.ts';
import { createFakeScf, type FakeScf } from '../support/fake-scf.ts';

function codeOf(text: string): Desired['code'] {
  const zip = new TextEncoder().encode(text);
  return { zip, sha256: createHash('sha256').update(zip).digest('hex'), files: ['index.js'] };
}

const usual: Desired = {
  file: 'serverless.yml',
  region: 'ap-singapore',
  namespace: 'default',
  name: 'audit',
  runtime: 'Nodejs20.19',
  handler: 'index.main_handler',
  settings: { memoryMb: 64, timeoutSeconds: 120, role: 'audit' },
  variables: { AUDIT_SITE: 'intl', AUDIT_WEBHOOKS: 'https://hooks.example/key-1234' },
  tags: undefined,
  retries: { count: 2, ttlSeconds: 21_600 },
  timers: [
    {
      ...{ name: 'nightly', cron: '0 23 3 * * * *', isOpen: true, qualifier: '$DEFAULT' },
      argument: '{"cron": "0 23 3 * * * *"}',
    },
  ],
  left: [],
  warnings: [],
  code: codeOf('first'),
  remove: [],
};

/** Sends what a plan says, and looks at the timers in between. */
function carryOut(scf: FakeScf, desired: Desired): Plan {
  const plan = planOf(desired, scf.actual());
  const before = scf.actual()?.timers.map(({ name }) => name) ?? [];
  for (const step of plan.steps) {
    scf.send(step.action, step.request());
    expect(scf.actual()?.timers.map(({ name }) => name)).toEqual(expect.arrayContaining(before));
  }
  return plan;
}

function deployed(desired: Desired): FakeScf {
  const scf = createFakeScf();
  carryOut(scf, desired);
  return scf;
}

function shown(plan: Plan): readonly string[] {
  return planText({ title: 'audit', plan }, [], false).split('\n').slice(1);
}

it('makes everything where there is nothing, the timer last', () => {
  const plan = planOf(usual, undefined);
  expect(plan.steps.map(({ action }) => action)).toEqual([
    ...['CreateFunction', 'UpdateFunctionEventInvokeConfig', 'CreateTrigger'],
  ]);
  expect(shown(plan)).toEqual([
    '  +  function                 Nodejs20.19, index.main_handler',
    `  +  code                     1 file, 1 kB, sha256 ${usual.code.sha256.slice(0, 12)}…`,
    '  +  memory                   64 MB',
    '  +  timeout                  120 s',
    '  +  role                     audit',
    '  +  internet access          on',
    '  +  variable AUDIT_SITE      set',
    '  +  variable AUDIT_WEBHOOKS  set',
    '  +  retries                  2, for 21600 s',
    '  +  timer nightly            "0 23 3 * * * *", on, $DEFAULT',
    '  +  timer nightly message    {"cron": "0 23 3 * * * *"}',
  ]);
});

it('has nothing to do a second time', () => {
  const scf = deployed(usual);
  expect(shown(planOf(usual, scf.actual()))).toEqual(['     no change']);
});

it('deletes what could not be made, and makes it again', () => {
  const actual = deployed(usual).actual();
  if (actual === undefined) throw new Error('nothing was made');
  const plan = planOf(usual, { ...actual, status: 'CreateFailed' });
  expect(plan.steps.map(({ action }) => action)).toEqual([
    ...['DeleteFunction', 'CreateFunction', 'UpdateFunctionEventInvokeConfig', 'CreateTrigger'],
  ]);
  expect(shown(plan)[0]).toBe('  -  function                 its creation failed');
});

/** How somebody changed the function by hand; what the plan shows then. */
const handChanges: Readonly<
  Record<string, { change: Parameters<FakeScf['change']>[0]; lines: readonly string[] }>
> = {
  'settings that are described': {
    change: (fn) => {
      Object.assign(fn, { MemorySize: 128, Timeout: 5, Role: '' });
    },
    lines: [
      '  ~  memory   128 MB → 64 MB',
      '  ~  timeout  5 s → 120 s',
      '  ~  role     none → audit',
    ],
  },
  'variables of ours, and one that nobody here knows': {
    change: (fn) => {
      const Variables = [
        { Key: 'AUDIT_SITE', Value: 'cn' },
        { Key: 'EXTRA', Value: 'a-secret-that-nobody-shows' },
      ];
      Object.assign(fn, { Environment: { Variables } });
    },
    lines: [
      '  ~  variable AUDIT_SITE      changed',
      '  +  variable AUDIT_WEBHOOKS  set',
      '     kept: EXTRA (not in serverless.yml)',
    ],
  },
  'what is not described': {
    change: (fn) => {
      Object.assign(fn, {
        Description: 'mine',
        VpcConfig: { VpcId: 'vpc-1', SubnetId: 'subnet-1' },
        Layers: [{ LayerName: 'tracer', LayerVersion: 3, Status: 'Active' }],
      });
    },
    lines: [
      '     no change',
      '     kept: network vpc-1 subnet-1 (not in serverless.yml)',
      '     kept: layers tracer:3 (not in serverless.yml)',
    ],
  },
  'what SCF does not tell': {
    change: (fn) => {
      Object.assign(fn, { Timeout: undefined, MemorySize: undefined });
    },
    lines: [
      '     no change',
      '     not told by SCF, so not compared: memory 64 MB',
      '     not told by SCF, so not compared: timeout 120 s',
    ],
  },
  'the timer': {
    change: (_fn, triggers) => {
      Object.assign(triggers[0] ?? {}, {
        ...{ Enable: 0, TriggerDesc: '{"cron":"0  0 5 * * * *"}', CustomArgument: null },
      });
    },
    lines: [
      '  ~  timer nightly cron     0 0 5 * * * * → 0 23 3 * * * *',
      '  ~  timer nightly switch   off → on',
      '  ~  timer nightly message  none → {"cron": "0 23 3 * * * *"}',
    ],
  },
  'triggers of other names': {
    change: (_fn, triggers) => {
      triggers.push(
        {
          TriggerName: 'hourly',
          Type: 'timer',
          TriggerDesc: '{"cron":"0 0 * * * * *"}',
          Enable: 1,
        },
        { TriggerName: 'bucket', Type: 'cos', TriggerDesc: '{}', Enable: 1 },
      );
    },
    lines: [
      '     no change',
      '     kept: timer hourly "0 0 * * * * *" (not in serverless.yml): it fires, too',
      '     kept: cos trigger bucket (not in serverless.yml)',
    ],
  },
  'what SCF changes in no function': {
    change: (fn, triggers) => {
      Object.assign(fn, { Runtime: 'Nodejs18.15', AvailableStatus: 'InsufficientBalance' });
      Object.assign(triggers[0] ?? {}, { Qualifier: '$LATEST' });
    },
    lines: [
      '     no change',
      '  !  the account has no balance left: SCF runs nothing until it is topped up',
      "  !  runtime is Nodejs18.15, and serverless.yml says Nodejs20.19: SCF changes no function's runtime; to change it, tcss-audit undeploy and deploy again: the evidence stays",
      '  !  timer nightly fires $LATEST, and serverless.yml says $DEFAULT: SCF changes that of no timer; delete it in the console and deploy again',
    ],
  },
};
it.each(Object.entries(handChanges))('over %s', (_name, { change, lines }) => {
  const scf = deployed(usual);
  scf.change(change);
  expect(shown(carryOut(scf, usual))).toEqual(lines);
  expect(planOf(usual, scf.actual()).steps).toEqual([]);
});

it('changes the code where it or the handler differs', () => {
  const scf = deployed(usual);
  const next = { ...usual, code: codeOf('second'), handler: 'main.run' };
  expect(shown(carryOut(scf, next))).toEqual([
    `  ~  code     1 file, 1 kB, sha256 ${next.code.sha256.slice(0, 12)}…`,
    '  ~  handler  index.main_handler → main.run',
  ]);
});

it('takes away the variables that it is told to, down to the last', () => {
  const scf = deployed(usual);
  const { AUDIT_WEBHOOKS: _, ...variables } = usual.variables;
  const less = { ...usual, variables, remove: ['AUDIT_WEBHOOKS', 'NEVER_SET'] };
  expect(shown(carryOut(scf, less))).toEqual(['  -  variable AUDIT_WEBHOOKS  taken away']);
  const none = { ...usual, variables: {}, remove: ['AUDIT_SITE'] };
  expect(shown(carryOut(scf, none))).toEqual(['  -  variable AUDIT_SITE  taken away']);
  expect(scf.actual()?.variables).toEqual({});
});

it('leaves alone what refers to nothing that is set', () => {
  const scf = deployed(usual);
  const left = [
    { what: 'AUDIT_WEBHOOKS', names: ['AUDIT_WEBHOOKS'] },
    { what: 'AUDIT_SIGNING_KEY', names: ['KEY'] },
    { what: 'vpcConfig', names: ['VPC_ID', 'SUBNET_ID'] },
    { what: 'inputs.role', names: ['ROLE'] },
  ];
  const { role: _, ...settings } = usual.settings;
  const less = { ...usual, settings, variables: { AUDIT_SITE: 'intl' }, left };
  expect(shown(carryOut(scf, less))).toEqual([
    '     no change',
    '     kept: AUDIT_WEBHOOKS (not set here)',
    '     not set, neither here nor there: AUDIT_SIGNING_KEY',
    '     kept: vpcConfig (env:VPC_ID, env:SUBNET_ID not set here)',
    '     kept: role (env:ROLE not set here)',
  ]);
});

it('says the access again where only the address changes, as SCF wants it', () => {
  const scf = deployed({ ...usual, settings: { publicAccess: false } });
  const { steps } = planOf({ ...usual, settings: { eip: true } }, scf.actual());
  expect(steps.map((step) => step.request())).toEqual([
    {
      FunctionName: 'audit',
      Namespace: 'default',
      PublicNetConfig: { PublicNetStatus: 'DISABLE', EipConfig: { EipStatus: 'ENABLE' } },
    },
  ]);
});

it('changes a timer under the version that it fires, which is how SCF knows it', () => {
  const scf = deployed(usual);
  scf.change((_fn, triggers) => {
    Object.assign(triggers[0] ?? {}, { Qualifier: '$LATEST', Enable: 0 });
  });
  const { steps } = planOf(usual, scf.actual());
  expect(steps.map((step) => step.request())).toEqual([
    {
      ...{ FunctionName: 'audit', Namespace: 'default', TriggerName: 'nightly', Type: 'timer' },
      ...{ TriggerDesc: '0 23 3 * * * *', Enable: 'OPEN', Qualifier: '$LATEST' },
      CustomArgument: '{"cron": "0 23 3 * * * *"}',
    },
  ]);
});

it('says again what SCF does not tell, while it is at it', () => {
  const scf = deployed(usual);
  scf.change((fn) => {
    Object.assign(fn, { Timeout: undefined, MemorySize: 128 });
  });
  const { steps } = planOf(usual, scf.actual());
  expect(steps.map((step) => step.request())).toEqual([
    { FunctionName: 'audit', Namespace: 'default', MemorySize: 64, Timeout: 120 },
  ]);
});

it('keeps of the retries what is not described', () => {
  const scf = deployed({ ...usual, retries: { count: 1, ttlSeconds: 60 } });
  const { steps } = planOf({ ...usual, retries: { count: 2 } }, scf.actual());
  expect(steps.map((step) => step.request())).toEqual([
    {
      FunctionName: 'audit',
      Namespace: 'default',
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 2 }], MsgTTL: 60 },
    },
  ]);
});

it('shows no value of a variable, and no secret in what others wrote', () => {
  const scf = deployed(usual);
  const secret = 'hook-key-0123456789';
  scf.change((fn, triggers) => {
    Object.assign(fn, { Description: `by ${secret} \u001b[31m` });
    Object.assign(triggers[0] ?? {}, { CustomArgument: secret });
  });
  const next = {
    ...usual,
    settings: { description: 'ours' },
    variables: { AUDIT_WEBHOOKS: secret },
  };
  const plan = planOf(next, scf.actual());
  const text = planText({ title: 'audit', plan }, [secret], false);
  expect(text).not.toMatch(new RegExp(`${secret}|\u001b`));
  expect(text.split('\n').slice(1)).toEqual([
    '  ~  description              "by *** \\u001b[31m" → "ours"',
    '  ~  variable AUDIT_WEBHOOKS  changed',
    '  ~  timer nightly message    *** → {"cron": "0 23 3 * * * *"}',
    '     kept: AUDIT_SITE (not in serverless.yml)',
  ]);
});

// ---- The law --------------------------------------------------------------------------------------

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const name = fc.constantFrom('A', 'B', 'C', 'D');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const settings = fc
  .record({
    description: maybe(word),
    memoryMb: maybe(fc.constantFrom(64, 128, 256)),
    timeoutSeconds: maybe(fc.integer({ min: 1, max: 900 })),
    initTimeoutSeconds: maybe(fc.integer({ min: 3, max: 300 })),
    role: maybe(word),
    publicAccess: maybe(fc.boolean()),
    eip: maybe(fc.boolean()),
    installDependency: maybe(fc.boolean()),
    vpc: maybe(fc.record({ vpcId: word, subnetId: word })),
    cls: maybe(fc.record({ logsetId: word, topicId: word })),
    deadLetter: maybe(fc.record({ type: word, name: word, filterType: word })),
    layers: maybe(fc.array(fc.record({ name: word, version: fc.integer({ min: 1, max: 9 }) }))),
    cfs: maybe(
      fc.array(
        fc.record({
          ...{ cfsId: word, mountInsId: word, localMountDir: word, remoteMountDir: word },
          ...{ userId: word, userGroupId: word },
        }),
        { maxLength: 2 },
      ),
    ),
  })
  .map((record) =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
  );
const timer = fc.record(
  {
    name: fc.constantFrom('nightly', 'weekly', 'hourly'),
    cron: fc.constantFrom('0 23 3 * * * *', '0 0 4 * * * *'),
    isOpen: fc.boolean(),
    qualifier: fc.constant('$DEFAULT'),
    argument: word,
  },
  { requiredKeys: ['name', 'cron', 'isOpen', 'qualifier'] },
);
const desired: fc.Arbitrary<Desired> = fc.record({
  ...{
    file: fc.constant('serverless.yml'),
    region: fc.constant('ap-x'),
    namespace: word,
    name: word,
  },
  ...{ runtime: fc.constant('Nodejs20.19'), handler: fc.constantFrom('index.main_handler', 'a.b') },
  settings,
  variables: fc.dictionary(name, word),
  tags: fc.constant(undefined),
  retries: fc.record(
    { count: fc.integer({ min: 0, max: 2 }), ttlSeconds: fc.integer({ min: 60, max: 21_600 }) },
    { requiredKeys: [] },
  ),
  timers: maybe(fc.uniqueArray(timer, { selector: (one) => one.name })),
  left: fc.constant([]),
  warnings: fc.constant([]),
  code: fc.constantFrom('one', 'two').map(codeOf),
  remove: fc.constant([]),
});

it('leaves nothing to do, keeps what it does not know, and misses no night on the way', () => {
  fc.assert(
    fc.property(maybe(desired), desired, fc.dictionary(name, word), (before, wanted, others) => {
      const scf = createFakeScf();
      if (before !== undefined) {
        carryOut(scf, before);
        scf.send('UpdateFunctionConfiguration', {
          Environment: {
            Variables: Object.entries({ ...before.variables, ...others }).map(([Key, Value]) => {
              return { Key, Value };
            }),
          },
        });
      }
      const known = scf.actual()?.variables ?? {};
      const timers = scf.actual()?.timers ?? [];
      carryOut(scf, wanted);

      const after = scf.actual();
      expect(changesOf(planOf(wanted, after))).toEqual([]);
      expect(after?.variables).toEqual({ ...known, ...wanted.variables });
      const ours = new Set(wanted.timers?.map((one) => one.name));
      const foreign = timers.filter((one) => !ours.has(one.name));
      expect(after?.timers).toEqual(expect.arrayContaining(foreign));
    }),
    { numRuns: 300 },
  );
});
