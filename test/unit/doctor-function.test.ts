/** What the checks say of the deployed function. */
import { describe, expect, it } from 'vitest';

import {
  judgeInvocations,
  judgeRetries,
  readInvocations,
  readRetries,
  type Invocations,
} from '../../cli/doctor/invocations.ts';
import { judgeTimer, type Timer } from '../../cli/doctor/timer.ts';
import type { Told, Verdict } from '../../cli/doctor/verdict.ts';
import { CloudError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import type { RunRecord } from '../../shared/evidence/record.ts';
import { sealRun } from '../../shared/evidence/seal.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject } from '../../shared/model.ts';
import type { Api, ApiCall } from '../../shared/settings/tencent/api.ts';
import { gatheredOf } from '../support/gathered.ts';
import { nightOf, policiesFile } from '../support/log.ts';

// ---- Timer ------------------------------------------------------------------------------------

const cron = '0 23 3 * * * *';
const nightly: Timer = {
  name: 'nightly',
  cron,
  isEnabled: true,
  message: JSON.stringify({ cron }),
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
    { ...nightly, isEnabled: false },
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
    { ...nightly, isEnabled: false },
    [],
    [
      {
        status: 'warn',
        message: 'timer nightly is switched off, as serverless.yml says',
        advice: 'set enable: true there',
      },
    ],
    { ...nightly, isEnabled: false },
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
    { ...nightly, message: 'x' },
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
    { ...nightly, cron: 'every night', message: '{"cron":"every night"}' },
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
    { ...nightly, cron: '0 23 3 * * * 2025', message: '{"cron":"0 23 3 * * * 2025"}' },
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

describe('retries', () => {
  const answer = (retries: unknown) => () =>
    ({ AsyncTriggerConfig: { RetryConfig: [{ RetryNum: retries }], MsgTTL: 21600 } }) as JsonObject;

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
  ])('%i', async (retries, expected) => {
    const value = await readRetries(apiOf(answer(retries)).api, place, Infinity);
    expect(judgeRetries({ ok: true, value })).toEqual(expected);
  });

  it('are not told', async () => {
    await expect(readRetries(apiOf(answer('2')).api, place, Infinity)).rejects.toThrow(
      new CloudError(
        'BadAnswer',
        'GetFunctionEventInvokeConfig: the answer tells no number of retries',
      ),
    );
  });
});
