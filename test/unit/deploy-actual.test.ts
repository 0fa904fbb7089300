/** What SCF tells of a function, believed only where it is of its type. */
import { expect, it } from 'vitest';

import { actualOf, type Answers } from '../../cli/deploy/actual.ts';

const told: Answers = {
  fn: {
    ...{
      Status: 'Active',
      StatusReasons: [],
      Runtime: 'Nodejs20.19',
      Handler: 'index.main_handler',
    },
    ...{ Description: 'd', MemorySize: 64, Timeout: 3, InitTimeout: 10, Role: 'r' },
    Environment: { Variables: [{ Key: 'A', Value: '1' }] },
    VpcConfig: { VpcId: 'vpc-1', SubnetId: 'subnet-1' },
    Layers: [{ LayerName: 'l', LayerVersion: 2, Status: 'Active', CompatibleRuntimes: [] }],
    CfsConfig: {
      CfsInsList: [
        {
          ...{ UserId: '10000', UserGroupId: '10000', CfsId: 'cfs-1', MountInsId: 'm-1' },
          ...{ LocalMountDir: '/mnt', RemoteMountDir: '/', IpAddress: '10.0.0.1' },
        },
      ],
    },
    PublicNetConfig: { PublicNetStatus: 'ENABLE', EipConfig: { EipStatus: 'DISABLE' } },
    ...{ ClsLogsetId: 's', ClsTopicId: 't', InstallDependency: 'FALSE' },
    DeadLetterConfig: { Type: '', Name: '', FilterType: '' },
    Tags: [{ Key: 'team', Value: 'security' }],
    AvailableStatus: 'Available',
  },
  address: { Url: 'https://cos.example/x', CodeSha256: 'abc' },
  retries: { AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 2 }], MsgTTL: 21_600 } },
  triggers: [
    {
      ...{ TriggerName: 'nightly', Type: 'timer', TriggerDesc: '{"cron":"0 23 3 * * * *"}' },
      ...{ Enable: 1, Qualifier: '$DEFAULT', CustomArgument: null },
    },
    { TriggerName: 'old', Type: 'timer', TriggerDesc: '0  0 4 * * * *', Enable: 'CLOSE' },
    { TriggerName: 'b', Type: 'cos', TriggerDesc: '{}', Enable: 1 },
  ],
};

it('reads what the API documents', () => {
  expect(actualOf(told)).toEqual({
    ...{ status: 'Active', reasons: [], runtime: 'Nodejs20.19', handler: 'index.main_handler' },
    settings: {
      ...{ description: 'd', memoryMb: 64, timeoutSeconds: 3, initTimeoutSeconds: 10, role: 'r' },
      ...{ publicAccess: true, eip: false, installDependency: false },
      vpc: { vpcId: 'vpc-1', subnetId: 'subnet-1' },
      cls: { logsetId: 's', topicId: 't' },
      deadLetter: { type: '', name: '', filterType: '' },
      layers: [{ name: 'l', version: 2 }],
      cfs: [
        {
          ...{ userId: '10000', userGroupId: '10000', cfsId: 'cfs-1', mountInsId: 'm-1' },
          ...{ localMountDir: '/mnt', remoteMountDir: '/' },
        },
      ],
    },
    ...{ variables: { A: '1' }, tags: { team: 'security' }, hasBalance: true, codeSha256: 'abc' },
    retries: { count: 2, ttlSeconds: 21_600 },
    timers: [
      { name: 'nightly', cron: '0 23 3 * * * *', isOpen: true, qualifier: '$DEFAULT' },
      { name: 'old', cron: '0 0 4 * * * *', isOpen: false, qualifier: '' },
    ],
    others: [{ type: 'cos', name: 'b' }],
  });
});

it('takes null for nothing, and what is missing or of another type for not told', () => {
  const nothing = { Environment: null, Layers: null, CfsConfig: null, VpcConfig: null, Tags: null };
  expect(actualOf({ fn: nothing, address: {}, retries: {}, triggers: [] })).toEqual({
    ...{ status: 'unknown', reasons: [], runtime: 'unknown', handler: 'unknown' },
    settings: { layers: [], cfs: [], vpc: { vpcId: '', subnetId: '' } },
    ...{ variables: {}, tags: {}, hasBalance: true, codeSha256: '', retries: {} },
    ...{ timers: [], others: [] },
  });
  const fn = { ...told.fn, MemorySize: '64', Role: 7, Layers: 'none', InitTimeout: { a: 1 } };
  const retries = { AsyncTriggerConfig: { RetryConfig: 'none', MsgTTL: 60 } };
  const odd = actualOf({ ...told, fn, retries, address: { CodeSha256: 7 } });
  expect(Object.keys(odd.settings)).toEqual([
    ...['description', 'timeoutSeconds', 'publicAccess', 'eip', 'installDependency', 'vpc', 'cls'],
    ...['deadLetter', 'cfs'],
  ]);
  expect([odd.retries, odd.codeSha256]).toEqual([{ ttlSeconds: 60 }, '']);
});

const untold: Readonly<Record<string, object>> = {
  'no environment': { Environment: undefined },
  'an environment that is a text': { Environment: 'A=1' },
  'variables that are no list': { Environment: { Variables: { A: '1' } } },
  'a variable without a value': { Environment: { Variables: [{ Key: 'A' }] } },
  'a variable that is a number': { Environment: { Variables: [{ Key: 'A', Value: 1 }] } },
};
it.each(Object.entries(untold))(
  'does not go on with %s, since a change would wipe them',
  (_name, change) => {
    const fn = JSON.parse(JSON.stringify({ ...told.fn, ...change })) as Answers['fn'];
    expect(() => actualOf({ ...told, fn })).toThrow(
      'GetFunction: the answer does not tell which variables the function has: nothing was changed, or they would go',
    );
  },
);

it('shows nothing that could steer a terminal', () => {
  const fn = {
    ...told.fn,
    Runtime: 'Nodejs\u001b[2J',
    StatusReasons: [
      { ErrorCode: 'A\u202e', ErrorMessage: 'b\nc' },
      'no reason',
      { ErrorCode: 'D' },
    ],
  };
  const triggers = [
    { TriggerName: 'n\u001b[31m', Type: 'timer', TriggerDesc: '{"cron":"\\u001b[0m"}' },
  ];
  const { runtime, reasons, timers } = actualOf({ ...told, fn, triggers });
  expect({ runtime, reasons, timers }).toEqual({
    runtime: 'Nodejs [2J',
    reasons: ['A: b c', 'D'],
    timers: [{ name: 'n [31m', cron: '[0m', isOpen: false, qualifier: '' }],
  });
});
