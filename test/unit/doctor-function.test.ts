/** What the checks say of the deployed function. */
import { describe, expect, it } from 'vitest';

import {
  judgeInvocations,
  readInvocations,
  type Invocations,
} from '../../cli/doctor/invocations.ts';
import { parseDescription } from '../../cli/deploy/description.ts';
import type { Package } from '../../cli/deploy/package.ts';
import type { Actual, Timer } from '../../cli/deploy/state.ts';
import {
  absentVerdict,
  judgeFunction,
  judgeRetries,
  judgeWhole,
  readDeployed,
  type Deployed,
} from '../../cli/doctor/function.ts';
import { judgeTimer } from '../../cli/doctor/timer.ts';
import type { Told, Verdict } from '../../cli/doctor/verdict.ts';
import { CloudError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import type { RunRecord } from '../../shared/evidence/record.ts';
import { sealRun } from '../../shared/evidence/seal.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject, Problem, Result } from '../../shared/model.ts';
import type { Api, ApiCall } from '../../shared/settings/tencent/api.ts';
import { gatheredOf } from '../support/gathered.ts';
import { nightOf, policiesFile } from '../support/log.ts';

// ---- Timer ------------------------------------------------------------------------------------

const cron = '0 23 3 * * * *';
const nightly: Timer = {
  name: 'nightly',
  cron,
  isOpen: true,
  qualifier: '$DEFAULT',
  argument: JSON.stringify({ cron }),
};
const nowMs = Date.parse('2026-11-24T10:00:00Z');
const shanghai = '2026-11-23T19:23:00Z';
const utc = '2026-11-23T03:23:00Z';

async function runsAt(
  ...ticks: readonly (readonly [at: string, cron?: string, name?: string])[]
): Promise<readonly RunRecord[]> {
  const store = createMemoryStore();
  const log = openLog(store, undefined);
  const runs: RunRecord[] = [];
  for (const [at, by, name = 'nightly'] of ticks) {
    const identity = identify('timer', name, Date.parse(at), by);
    const { record } = await sealRun(store, log, {
      identity,
      startedAt: at,
      finishedAt: at,
      complete: true,
      tool: { name: 'tcss-audit', version: '0.0.0-test' },
      timezone: 'Asia/Shanghai',
      missedSince: () => [],
      ...(await gatheredOf(store, identity.id, [nightOf()])),
      waivers: [],
      policies: policiesFile,
    });
    runs.push(record);
  }
  return runs;
}

const deploy = 'tcss-audit deploy sets it as serverless.yml says';
const inShanghai =
  'timer nightly "0 23 3 * * * *" is on; next 2026-11-25 03:23 in Asia/Shanghai, 2026-11-24 19:23 UTC';
const untold = {
  status: 'ok',
  message:
    'timer nightly "0 23 3 * * * *" is on; which zone it is read in no past run tells yet: next 2026-11-25 03:23 in Asia/Shanghai, 2026-11-24 19:23 UTC if it is read in Asia/Shanghai; 2026-11-25 11:23 in Asia/Shanghai, 2026-11-25 03:23 UTC if it is read in UTC',
};

const timers: Readonly<
  Record<
    string,
    readonly [
      Timer | undefined,
      readonly (readonly [string, string?, string?])[],
      readonly unknown[],
      Timer?,
    ]
  >
> = {
  'fires as past runs tell': [
    nightly,
    [
      [shanghai, cron],
      ['2026-11-22T19:23:00Z', cron],
    ],
    [
      {
        status: 'ok',
        message: `${inShanghai}; the platform reads it in Asia/Shanghai, as 2 past runs tell`,
      },
    ],
  ],
  'fires as a past run tells that does not know its expression': [
    nightly,
    [[utc]],
    [
      {
        status: 'ok',
        message:
          'timer nightly "0 23 3 * * * *" is on; next 2026-11-25 11:23 in Asia/Shanghai, 2026-11-25 03:23 UTC; the platform reads it in UTC, as 1 past run tells',
      },
    ],
  ],
  'fires, and no run tells the zone': [nightly, [], [untold]],
  'fires, and only runs of other timers and expressions are there': [
    nightly,
    [
      [shanghai, cron, 'hourly'],
      ['2026-11-22T10:00:00Z', '0 0 18 * * * *'],
    ],
    [untold],
  ],
  'fires at what its past runs do not fit': [
    nightly,
    [
      [shanghai, cron],
      [utc, cron],
    ],
    [
      {
        status: 'warn',
        message: 'timer nightly "0 23 3 * * * *" is on, and its 2 past runs fit it in neither zone',
        advice:
          'find out what else fires the function: another timer of that name, or a changed expression',
      },
    ],
  ],
  'is not there': [
    undefined,
    [],
    [
      {
        status: 'fail',
        message: 'the function has no timer nightly: nothing runs by itself',
        advice: deploy,
      },
    ],
  ],
  'is switched off': [
    { ...nightly, isOpen: false },
    [],
    [
      {
        status: 'fail',
        message: 'timer nightly is switched off: nothing runs by itself',
        advice: deploy,
      },
    ],
  ],
  'is switched off on purpose': [
    { ...nightly, isOpen: false },
    [],
    [
      {
        status: 'warn',
        message: 'timer nightly is switched off, as serverless.yml says',
        advice: 'set enable: true there',
      },
    ],
    { ...nightly, isOpen: false },
  ],
  'fires at another time': [
    { ...nightly, cron: '0 0 4 * * * *' },
    [],
    [
      {
        status: 'fail',
        message: 'timer nightly fires at "0 0 4 * * * *", and serverless.yml says "0 23 3 * * * *"',
        advice: deploy,
      },
      {
        status: 'ok',
        message:
          'timer nightly "0 0 4 * * * *" is on; which zone it is read in no past run tells yet: next 2026-11-25 04:00 in Asia/Shanghai, 2026-11-24 20:00 UTC if it is read in Asia/Shanghai; 2026-11-25 12:00 in Asia/Shanghai, 2026-11-25 04:00 UTC if it is read in UTC',
      },
      {
        status: 'warn',
        message:
          'timer nightly tells the function another expression, "0 23 3 * * * *": missing nights are not noticed',
        advice: 'give its argument {"cron": "…"} as in serverless.yml',
      },
    ],
  ],
  'tells the function nothing': [
    { ...nightly, argument: 'x' },
    [],
    [
      untold,
      {
        status: 'warn',
        message:
          'timer nightly does not tell the function its expression: missing nights are not noticed',
        advice: 'give its argument {"cron": "…"} as in serverless.yml',
      },
    ],
  ],
  'has no expression': [
    { ...nightly, cron: 'every night', argument: '{"cron":"every night"}' },
    [],
    [
      {
        status: 'fail',
        message: 'timer nightly "every night" has no expression that can be read',
        advice: 'see docs/deploy.md for its seven fields',
      },
    ],
    { ...nightly, cron: 'every night' },
  ],
  'never fires again': [
    { ...nightly, cron: '0 23 3 * * * 2025', argument: '{"cron":"0 23 3 * * * 2025"}' },
    [],
    [
      {
        status: 'ok',
        message:
          'timer nightly "0 23 3 * * * 2025" is on; which zone it is read in no past run tells yet: next never again if it is read in Asia/Shanghai; never again if it is read in UTC',
      },
    ],
    { ...nightly, cron: '0 23 3 * * * 2025' },
  ],
};
it.each(Object.entries(timers))(
  'the timer %s',
  async (_name, [found, ticks, expected, described = nightly]) => {
    expect(judgeTimer(described, found, await runsAt(...ticks), nowMs)).toEqual(expected);
  },
);

// ---- Invocations ------------------------------------------------------------------------------

type Answer = (request: JsonObject) => JsonObject;

function apiOf(answer: Answer): { readonly api: Api; readonly calls: readonly ApiCall[] } {
  const calls: ApiCall[] = [];
  const call: Api['call'] = (asked) => {
    calls.push(asked);
    return Promise.resolve(answer(asked.request ?? {}));
  };
  return { api: { call, close: () => undefined }, calls };
}

const place = { name: 'tcss-audit-prod', namespace: 'default' };
const times = { nowMs, deadlineMs: Infinity };

function invocation(change: JsonObject = {}): JsonObject {
  return {
    StartTime: '2026-11-24 03:23:00',
    RetCode: 0,
    RetryNum: 0,
    Log: '',
    RetMsg: '',
    ...change,
  };
}
const report = (stackTrace: string, errorMessage = 'user code exception caught') =>
  JSON.stringify({ errorCode: -1, errorMessage, requestId: 'x', stackTrace, statusCode: 430 });

/** As the API has them: the latest first, of the first day asked for alone. */
function logsOf(...runs: readonly JsonObject[]): Answer {
  return ({ StartTime, Filter }) => {
    const isToday = StartTime === '2026-11-23 18:01:00';
    const found = runs.filter(({ RetCode }) => Filter === undefined || RetCode !== 0);
    return isToday ? { TotalCount: found.length, Data: found } : { TotalCount: 0, Data: null };
  };
}

async function judged(...runs: readonly JsonObject[]): Promise<Verdict> {
  const value = await readInvocations(apiOf(logsOf(...runs)).api, place, times);
  return judgeInvocations({ ok: true, value });
}

describe('invocations', () => {
  it('are asked for by whole days in Beijing time, which hold now however the platform reads them', async () => {
    const { api, calls } = apiOf(logsOf());
    await readInvocations(api, place, times);
    const spans = calls.map(({ request }) => [request?.['StartTime'], request?.['EndTime']]);
    expect(spans).toEqual([
      ['2026-11-23 18:01:00', '2026-11-24 18:01:00'],
      ['2026-11-22 18:01:00', '2026-11-23 18:01:00'],
      ['2026-11-23 18:01:00', '2026-11-24 18:01:00'],
      ['2026-11-22 18:01:00', '2026-11-23 18:01:00'],
    ]);
    expect(calls[2]).toEqual({
      service: 'scf',
      action: 'GetFunctionLogs',
      request: {
        FunctionName: 'tcss-audit-prod',
        Namespace: 'default',
        Offset: 0,
        Limit: 20,
        Order: 'desc',
        OrderBy: 'start_time',
        StartTime: '2026-11-23 18:01:00',
        EndTime: '2026-11-24 18:01:00',
        Filter: { RetCode: 'not0' },
      },
    });
  });

  it('went well', async () => {
    expect(await judged(invocation(), invocation())).toEqual({
      status: 'ok',
      message: '2 invocations in the last 2 days, none failed, the last at 2026-11-24 03:23:00',
    });
  });

  it('are none', async () => {
    expect(await judged()).toEqual({
      status: 'warn',
      message: 'the platform records no invocation in the last 2 days',
      advice: 'check the timer; logs of a function with a log topic of its own are in CLS',
    });
  });

  const step = 'docs/deploy.md says what each message means; the whole log is in the console';
  const rejected = (message: string) =>
    `START\n{"level":"error","event":"rejected","code":"X","message":${JSON.stringify(message)}}\nEND`;
  const failures: Readonly<Record<string, readonly [JsonObject, string]>> = {
    'by our own last word': [
      {
        Log: rejected('Run x is sealed, but could not be told to slack.'),
        RetMsg: report('Error'),
      },
      'Run x is sealed, but could not be told to slack.',
    ],
    'by the first of several problems': [
      { Log: rejected('Config is not valid:\n  AUDIT_SITE  is "us"\n  AUDIT_LOCALE  is "de"') },
      'Config is not valid: AUDIT_SITE is "us"',
    ],
    'by the platform’s report': [
      { RetMsg: report('Error: no memory\n    at x (/var/user/index.js:1:1)') },
      'Error: no memory',
    ],
    'by the report’s message where it has no trace': [
      { RetMsg: report('', 'TimeLimitReached') },
      'TimeLimitReached',
    ],
    'by what is said instead of a report': [{ RetMsg: '{half' }, '{half'],
    'without the path of a URL': [
      { RetMsg: report('Error: POST https://hooks.slack.com/services/T0/B0/x?y failed') },
      'Error: POST https://hooks.slack.com/… failed',
    ],
    'without what could steer a terminal': [
      { RetMsg: report('Error: \u001b[31mred\u202e') },
      'Error: [31mred',
    ],
  };
  it.each(Object.entries(failures))('failed at the end, told %s', async (_name, [change, why]) => {
    const failed = invocation({ RetCode: 430, RetryNum: 2, ...change });
    expect(await judged(failed, invocation())).toEqual({
      status: 'fail',
      message: `the last invocation failed; 2 invocations in the last 2 days, 1 failed, the last at 2026-11-24 03:23:00 (retry 2): ${why}`,
      advice: step,
    });
  });

  it('failed before, and one is running', async () => {
    const verdict = await judged(
      invocation({ RetCode: 2 }),
      invocation(),
      invocation({ RetCode: 433, RetMsg: report('', 'TimeLimitReached') }),
    );
    expect(verdict).toEqual({
      status: 'warn',
      message:
        'the last invocation went well; 3 invocations in the last 2 days, 1 failed, the last at 2026-11-24 03:23:00: TimeLimitReached',
      advice: step,
    });
  });

  it('are not told', () => {
    const error = new CloudError(
      'UnauthorizedOperation',
      'GetFunctionLogs: no; grant scf:GetFunctionLogs to the role',
    );
    const unread: Told<Invocations> = { ok: false, error };
    expect(judgeInvocations(unread)).toEqual({
      status: 'fail',
      message: 'GetFunctionLogs: no',
      advice: 'grant scf:GetFunctionLogs to the role',
    });
  });

  it.each([{}, { TotalCount: '1', Data: [] }, { TotalCount: 1, Data: 'x' }])(
    'are no list: %j',
    async (answer) => {
      await expect(readInvocations(apiOf(() => answer).api, place, times)).rejects.toThrow(
        new CloudError('BadAnswer', 'GetFunctionLogs: the answer holds no list of runs'),
      );
    },
  );
});
// ---- The function itself ----------------------------------------------------------------------

const yaml = `
component: scf
name: tcss-audit
inputs:
  name: tcss-audit-prod
  region: ap-singapore
  src: ./dist
  runtime: Nodejs20.19
  memorySize: 64
  timeout: 120
  role: tcss-audit-prod
  environment:
    variables:
      AUDIT_SITE: intl
      AUDIT_WEBHOOKS: canary-webhook
  retryNum: 2
  msgTTL: 21600
  events:
    - timer:
        name: nightly
        parameters:
          cronExpression: '${cron}'
          argument: '{"cron":"${cron}"}'
          enable: true
`;
const parsed = parseDescription('serverless.yml', yaml, {});
if (!parsed.ok) throw new Error(parsed.problems[0].what);
const description = parsed.value;
const sha256 = 'ab'.repeat(32);
const pack: Result<Package, Problem> = {
  ok: true,
  value: { zip: new Uint8Array(), sha256, files: [] },
};
const actual: Actual = {
  status: 'Active',
  reasons: [],
  runtime: 'Nodejs20.19',
  handler: 'index.main_handler',
  settings: { memoryMb: 64, timeoutSeconds: 120, role: 'tcss-audit-prod' },
  variables: { AUDIT_SITE: 'intl', AUDIT_WEBHOOKS: 'canary-webhook' },
  tags: {},
  hasBalance: true,
  codeSha256: sha256,
  retries: { count: 2, ttlSeconds: 21_600 },
  timers: [{ ...nightly, argument: JSON.stringify({ cron }) }],
  others: [],
};
const deployed = (change: Partial<Actual> = {}, untold: Deployed['untold'] = new Map()) => ({
  actual: { ...actual, ...change },
  untold,
});
const refused = new CloudError('UnauthorizedOperation', 'no; grant scf:X to the role');

const active = {
  status: 'ok',
  message: 'tcss-audit-prod in ap-singapore is Active, Nodejs20.19, role tcss-audit-prod',
};
const sameCode = {
  status: 'ok',
  message: 'its code is the one that is built here, sha256 abababababab…',
};
const asDescribed = { status: 'ok', message: 'its configuration is as serverless.yml says' };

const functions: Readonly<
  Record<string, readonly [Deployed, readonly unknown[], Result<Package, Problem>?]>
> = {
  'is as it should be': [deployed(), [active, sameCode, asDescribed]],
  'is as it should be, whose hash is told in base64': [
    deployed({ codeSha256: Buffer.from(sha256, 'hex').toString('base64') }),
    [active, sameCode, asDescribed],
  ],
  'is being changed': [
    deployed({ status: 'Updating' }),
    [
      {
        status: 'warn',
        message: 'tcss-audit-prod in ap-singapore is Updating: a change is under way',
        advice: 'look again when it is over',
      },
      sameCode,
      asDescribed,
    ],
  ],
  'has failed': [
    deployed({ status: 'UpdateFailed', reasons: ['InternalError: no subnet'] }),
    [
      {
        status: 'fail',
        message: 'tcss-audit-prod in ap-singapore is UpdateFailed: InternalError: no subnet',
        advice: 'mend that, and tcss-audit deploy',
      },
      sameCode,
      asDescribed,
    ],
  ],
  'has failed, and nobody says why': [
    deployed({ status: 'UpdateFailed' }),
    [
      {
        status: 'fail',
        message: 'tcss-audit-prod in ap-singapore is UpdateFailed: SCF does not say why',
        advice: 'mend that, and tcss-audit deploy',
      },
      sameCode,
      asDescribed,
    ],
  ],
  'has an account without money': [
    deployed({ hasBalance: false }),
    [
      {
        status: 'fail',
        message:
          'tcss-audit-prod in ap-singapore is Active, and the account has no balance left: SCF runs nothing',
        advice: 'top it up',
      },
      sameCode,
      asDescribed,
    ],
  ],
  'has no role': [
    deployed({ settings: { ...actual.settings, role: '' } }),
    [
      {
        status: 'fail',
        message:
          'tcss-audit-prod in ap-singapore is Active, and it has no execution role: it may read nothing',
        advice: 'give it one: role in serverless.yml, tcss-audit deploy --create-role',
      },
      sameCode,
      {
        status: 'fail',
        message:
          'its configuration differs from serverless.yml in 1 point: role none instead of tcss-audit-prod',
        advice: 'tcss-audit deploy --plan shows it, tcss-audit deploy sets it',
      },
    ],
  ],
  'has other code': [
    deployed({ codeSha256: 'cd'.repeat(32) }),
    [
      active,
      {
        status: 'fail',
        message: 'its code is another than the one that is built here, sha256 abababababab…',
        advice: 'deploy what is here (tcss-audit deploy), or build what is there',
      },
      asDescribed,
    ],
  ],
  'has code that nobody may ask for': [
    deployed({ codeSha256: '' }, new Map([['GetFunctionAddress', refused]])),
    [active, { status: 'fail', message: 'no', advice: 'grant scf:X to the role' }, asDescribed],
  ],
  'has code that is not built here': [
    deployed(),
    [
      active,
      {
        status: 'skip',
        message: 'there is no built code here to compare the function’s with',
        advice: 'npm run build, then tcss-audit doctor again',
      },
      asDescribed,
    ],
    { ok: false, problems: [{ where: 'dist', what: 'holds no files' }] },
  ],
  'was changed by hand, and no value of a variable is shown': [
    deployed({
      settings: { ...actual.settings, timeoutSeconds: 60 },
      variables: { AUDIT_WEBHOOKS: 'another-canary' },
    }),
    [
      active,
      sameCode,
      {
        status: 'fail',
        message:
          'its configuration differs from serverless.yml in 3 points: timeout 60 s instead of 120 s, variable AUDIT_SITE, variable AUDIT_WEBHOOKS',
        advice: 'tcss-audit deploy --plan shows it, tcss-audit deploy sets it',
      },
    ],
  ],
  'has an older runtime, which nothing can change': [
    deployed({ runtime: 'Nodejs18.15' }),
    [
      {
        ...active,
        message: 'tcss-audit-prod in ap-singapore is Active, Nodejs18.15, role tcss-audit-prod',
      },
      sameCode,
      asDescribed,
      {
        status: 'warn',
        message:
          "runtime is Nodejs18.15, and serverless.yml says Nodejs20.19: SCF changes no function's runtime; to change it, tcss-audit undeploy and deploy again: the evidence stays",
      },
    ],
  ],
};
it.each(Object.entries(functions))('the function %s', (_name, [found, expected, code = pack]) => {
  expect(judgeFunction(description, found, code)).toEqual(expected);
});

it('says that a function is not there', () => {
  const message =
    'there is no function tcss-audit-prod in ap-singapore (namespace default), which serverless.yml describes';
  const advice = 'deploy it: tcss-audit deploy; or say which one is meant: --file';
  expect(absentVerdict(description, false)).toEqual({ status: 'warn', message, advice });
  expect(absentVerdict(description, true)).toEqual({
    status: 'fail',
    message: `${message}, and the log has runs of its timer`,
    advice,
  });
});

it.each([
  [2, { status: 'ok', message: 'the platform tries a failed run again 2 times' }],
  [1, { status: 'ok', message: 'the platform tries a failed run again 1 time' }],
  [
    0,
    {
      status: 'fail',
      message:
        'the platform does not try a failed run again: what a channel missed waits for the next night',
      advice: 'set the retries of asynchronous calls to 2: tcss-audit deploy',
    },
  ],
])('tells of %i retries', (count, expected) => {
  expect(judgeRetries(deployed({ retries: { count, ttlSeconds: 60 } }))).toEqual(expected);
});

it('tells of retries that nobody tells of', () => {
  expect(judgeRetries(deployed({ retries: {} }))).toEqual({
    status: 'skip',
    message: 'the platform does not tell whether it tries again',
  });
  const untold = new Map([['GetFunctionEventInvokeConfig', refused] as const]);
  expect(judgeRetries(deployed({ retries: {} }, untold))).toEqual({
    status: 'fail',
    message: 'no',
    advice: 'grant scf:X to the role',
  });
});

const wholes: Readonly<Record<string, readonly [Deployed, readonly unknown[]]>> = {
  'in one line where all is well': [deployed(), [active]],
  'by its switched-off timer': [
    deployed({ timers: [{ ...nightly, isOpen: false }] }),
    [
      {
        status: 'fail',
        message:
          'its configuration differs from serverless.yml in 1 point: timer nightly switch off instead of on',
        advice: 'tcss-audit deploy --plan shows it, tcss-audit deploy sets it',
      },
    ],
  ],
  'by its missing timer': [
    deployed({ timers: [] }),
    [
      {
        status: 'fail',
        message:
          'its configuration differs from serverless.yml in 2 points: timer nightly, timer nightly message',
        advice: 'tcss-audit deploy --plan shows it, tcss-audit deploy sets it',
      },
    ],
  ],
  'by each fault': [
    deployed(
      { status: 'UpdateFailed', codeSha256: 'cd'.repeat(32), timers: [] },
      new Map([['ListTriggers', refused]]),
    ),
    [
      {
        status: 'fail',
        message: 'tcss-audit-prod in ap-singapore is UpdateFailed: SCF does not say why',
        advice: 'mend that, and tcss-audit deploy',
      },
      {
        status: 'fail',
        message: 'its code is another than the one that is built here, sha256 abababababab…',
        advice: 'deploy what is here (tcss-audit deploy), or build what is there',
      },
      { status: 'fail', message: 'no', advice: 'grant scf:X to the role' },
    ],
  ],
};
it.each(Object.entries(wholes))('judges a second function %s', (_name, [found, expected]) => {
  expect(judgeWhole(description, found, pack)).toEqual(expected);
});

// ---- Reading it -------------------------------------------------------------------------------

const answers: Readonly<Record<string, JsonObject | CloudError>> = {
  GetFunction: {
    ...{ Status: 'Active', Runtime: 'Nodejs20.19', Handler: 'index.main_handler' },
    ...{ MemorySize: 64, Timeout: 120, Role: 'tcss-audit-prod' },
    Environment: { Variables: [{ Key: 'AUDIT_SITE', Value: 'intl' }] },
  },
  GetFunctionAddress: { Url: 'https://x', CodeSha256: sha256 },
  GetFunctionEventInvokeConfig: {
    AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 2 }], MsgTTL: 21_600 },
  },
  ListTriggers: {
    TotalCount: 1,
    Triggers: [
      {
        ...{ Type: 'timer', TriggerName: 'nightly', Enable: 1, Qualifier: '$DEFAULT' },
        ...{ TriggerDesc: JSON.stringify({ cron }), CustomArgument: JSON.stringify({ cron }) },
      },
    ],
  },
};

function functionApi(change: typeof answers = {}): Api {
  return {
    call: ({ action }) => {
      const answer = { ...answers, ...change }[action];
      return answer instanceof CloudError ? Promise.reject(answer) : Promise.resolve(answer ?? {});
    },
    close: () => undefined,
  };
}

describe('reading a function', () => {
  it('puts together what four actions tell', async () => {
    const read = await readDeployed(functionApi(), place, Infinity);
    expect(read?.untold).toEqual(new Map());
    expect(read?.actual).toMatchObject({
      ...{ status: 'Active', codeSha256: sha256, variables: { AUDIT_SITE: 'intl' } },
      ...{ retries: { count: 2, ttlSeconds: 21_600 }, timers: [nightly] },
    });
  });

  it.each(['ResourceNotFound.FunctionName', 'ResourceNotFound.Function', 'ResourceNotFound'])(
    'has none where the answer is %s',
    async (code) => {
      const absent = new CloudError(code, 'GetFunction: no');
      const api = functionApi(
        Object.fromEntries(Object.keys(answers).map((action) => [action, absent])),
      );
      expect(await readDeployed(api, place, Infinity)).toBeUndefined();
    },
  );

  it('goes on without what may not be asked for', async () => {
    const read = await readDeployed(
      functionApi({ GetFunctionAddress: refused, ListTriggers: refused }),
      place,
      Infinity,
    );
    expect([...(read?.untold.keys() ?? [])]).toEqual(['GetFunctionAddress', 'ListTriggers']);
    expect(read?.actual).toMatchObject({ status: 'Active', codeSha256: '', timers: [] });
  });

  it('fails where the function itself may not be asked for', async () => {
    await expect(
      readDeployed(functionApi({ GetFunction: refused }), place, Infinity),
    ).rejects.toThrow(refused);
  });
});
