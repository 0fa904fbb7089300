/** The built watchdog, in a process of its own, over logs that the built audit wrote. `npm test` builds both first. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { invoke, type InvokeOptions } from '../support/invoke.ts';
import { everythingIn, setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ scenario: 'good' });
});
afterEach(async () => {
  await stage.close();
});

const minuteMs = 60_000;
/** The audit's last tick before now, and the schedule, in UTC, that has it. */
function scheduleBefore(minutes: number) {
  const tickMs = Math.floor((Date.now() - minutes * minuteMs) / minuteMs) * minuteMs;
  const tick = new Date(tickMs);
  const cron = `0 ${String(tick.getUTCMinutes())} ${String(tick.getUTCHours())} * * * *`;
  const timeOf = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
  return {
    cron,
    at: tick.toISOString(),
    runId: `nightly-${timeOf(tickMs).replace(/[-:]/g, '')}`,
    nightly: { Type: 'Timer', TriggerName: 'nightly', Time: timeOf(tickMs), Message: '' },
    nightBefore: {
      Type: 'Timer',
      TriggerName: 'nightly',
      Time: timeOf(tickMs - 24 * 60 * minuteMs),
      Message: '',
    },
    watchdog: {
      Type: 'Timer',
      TriggerName: 'watchdog',
      Time: timeOf(Date.now() - (Date.now() % 1000)),
      Message: JSON.stringify({ watch: { trigger: 'nightly', cron } }),
    },
  };
}

const schedule = () => scheduleBefore(180);
const audit = (event: unknown, options: Partial<InvokeOptions> = {}) =>
  invoke({ env: stage.env, event, ...options });
const look = (event: unknown, options: Partial<InvokeOptions> = {}) =>
  invoke({ env: stage.env, event, bundle: 'watchdog', ...options });
const told = () => stage.simulator.inbox.map(({ channel }) => channel).sort();
const everyChannel = ['generic', 'slack', 'wecom'];
const textOf = (channel: string) =>
  JSON.stringify(stage.simulator.inbox.find((notice) => notice.channel === channel)?.body);
const sent = everyChannel.map(() => expect.objectContaining({ status: 'sent' }) as object);

describe('a night in order', () => {
  it('says nothing, calls no API, and leaves the log as it was', async () => {
    const { nightly, watchdog, runId } = schedule();
    await audit(nightly);
    stage.simulator.clear();
    const before = await everythingIn(stage.folder);
    const { answer, exitCode, log } = await look(watchdog);

    expect(exitCode).toBe(0);
    expect(answer).toEqual({
      status: 'ok',
      runId,
      troubles: [],
      evidence: { seq: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      notices: [],
    });
    expect(log).toEqual([{ level: 'info', event: 'watched', status: 'ok', runId, seq: 2 }]);
    expect(stage.simulator.inbox).toEqual([]);
    expect(stage.simulator.requests).toEqual([]);
    expect(await everythingIn(stage.folder)).toBe(before);
  });

  it('without a message is any timer’s run within 26 hours', async () => {
    const { nightly, watchdog, runId } = schedule();
    await audit(nightly);
    stage.simulator.clear();
    for (const event of [{ ...watchdog, Message: '' }, {}, { key1: 'test value 1' }]) {
      expect((await look(event)).answer).toMatchObject({ status: 'ok', runId });
    }
    expect(stage.simulator.inbox).toEqual([]);
  });

  it('is not over half an hour after its tick', async () => {
    const { nightBefore, watchdog } = scheduleBefore(28);
    await audit(nightBefore);
    stage.simulator.clear();
    expect((await look(watchdog)).answer).toMatchObject({ status: 'ok', troubles: [] });
    expect(stage.simulator.inbox).toEqual([]);
  });

  it('is over a moment later', async () => {
    const { nightBefore, watchdog, at } = scheduleBefore(31);
    await audit(nightBefore);
    stage.simulator.clear();
    expect((await look(watchdog)).answer).toMatchObject({
      status: 'told',
      troubles: [{ kind: 'missing', scheduledAt: at }],
    });
  });
});

describe('a night out of order', () => {
  it('without a run: each channel is told, in the language of the channel', async () => {
    const { nightBefore, watchdog, at, runId } = schedule();
    await audit(nightBefore);
    stage.simulator.clear();
    const { wecom } = stage.simulator.webhooks;
    const AUDIT_WEBHOOKS = String(stage.env['AUDIT_WEBHOOKS']).replace(wecom, `${wecom}&locale=zh`);
    const { answer, log } = await look(watchdog, { env: { ...stage.env, AUDIT_WEBHOOKS } });

    expect(answer).toMatchObject({
      status: 'told',
      runId,
      troubles: [{ kind: 'missing', scheduledAt: at, lastAt: expect.any(String) as string }],
      notices: sent,
    });
    expect(told()).toEqual(everyChannel);
    expect(stage.simulator.inbox.every(({ accepted }) => accepted)).toBe(true);
    expect(textOf('slack')).toContain('tcss-audit: the audit DID NOT RUN');
    expect(textOf('wecom')).toContain('tcss-audit: 审计未执行');
    expect(textOf('generic')).toContain(`"id":"${runId}-watchdog"`);
    expect(log.map(({ event, kind, status }) => [event, kind ?? status])).toEqual([
      ['trouble', 'missing'],
      ['watched', 'told'],
    ]);
  });

  it('with a run that did not reach every account', async () => {
    const { nightly, watchdog, at } = schedule();
    stage.simulator.setApiFault({ kind: 'hang' });
    await audit(nightly, { remainingMs: 6_000 });
    stage.simulator.clear();
    const { answer } = await look(watchdog);

    expect(answer).toMatchObject({
      status: 'told',
      troubles: [{ kind: 'incomplete', scheduledAt: at }],
      notices: sent,
    });
    expect(textOf('slack')).toContain('ran out of time: not every account was read.');
  });

  it('with a run that a channel has not heard of', async () => {
    const { nightly, watchdog, at } = schedule();
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    stage.simulator.setChatFault('slack', { kind: 'answer', body: 'no_service' });
    await audit(nightly);
    stage.simulator.setChatFault('slack', undefined);
    stage.simulator.clear();
    const { answer } = await look(watchdog);

    expect(answer).toMatchObject({
      status: 'told',
      troubles: [
        {
          kind: 'untold',
          scheduledAt: at,
          channels: [
            {
              channel: expect.stringMatching(/^slack:127\.0\.0\.1/) as string,
              reason: expect.stringContaining('no_service') as string,
            },
          ],
        },
      ],
      notices: sent,
    });
    expect(told()).toEqual(everyChannel);
  });

  it('with a run that was killed between seal and tell: nobody has heard of it', async () => {
    const { nightly, watchdog } = schedule();
    await audit(nightly, { env: { ...stage.env, AUDIT_WEBHOOKS: '' } });
    const { answer } = await look(watchdog);
    expect(answer).toMatchObject({
      troubles: [
        {
          kind: 'untold',
          channels: everyChannel.map(() => expect.objectContaining({ reason: null }) as object),
        },
      ],
    });
  });

  it('with a run that was killed before the seal', async () => {
    const { nightBefore, watchdog, runId, at } = schedule();
    await audit(nightBefore);
    await mkdir(join(stage.folder, 'runs', runId), { recursive: true });
    await writeFile(join(stage.folder, 'runs', runId, 'targets-0000.jsonl'), '{}\n');
    stage.simulator.clear();
    expect((await look(watchdog)).answer).toMatchObject({
      status: 'told',
      runId,
      troubles: [{ kind: 'killed', scheduledAt: at }],
    });
    expect(textOf('slack')).toContain('the audit DID NOT FINISH');
  });

  it('with no run at all', async () => {
    const { watchdog } = schedule();
    expect((await look(watchdog)).answer).toMatchObject({
      status: 'told',
      troubles: [{ kind: 'empty' }],
      evidence: null,
    });
    expect(told()).toEqual(everyChannel);
  });

  it('with a log that is broken', async () => {
    const { nightly, watchdog } = schedule();
    await audit(nightly);
    stage.simulator.clear();
    await writeFile(join(stage.folder, 'log', '000000000001.json'), '{"payload":"forged"}\n');
    expect((await look(watchdog)).answer).toMatchObject({
      status: 'told',
      troubles: [
        {
          kind: 'unreadable',
          message: 'Evidence log/000000000001.json is missing or is no record.',
        },
      ],
    });
    expect(textOf('slack')).toContain('the evidence log CANNOT BE READ');
  });

  it('with a log that cannot be read at all', async () => {
    const { watchdog } = schedule();
    const blocked = join(stage.folder, 'file');
    await writeFile(blocked, '');
    const { answer } = await look(watchdog, {
      env: { ...stage.env, AUDIT_EVIDENCE: `file:${blocked}/below` },
    });
    expect(answer).toMatchObject({
      status: 'told',
      evidence: null,
      troubles: [
        {
          kind: 'unreadable',
          message: expect.stringMatching(
            /^Evidence log\/\d{12}\.json is no file of evidence \(ENOTDIR/,
          ) as string,
        },
      ],
    });
  });

  it('after days without any timer, where no schedule is known', async () => {
    const { watchdog } = schedule();
    await audit({
      Type: 'Timer',
      TriggerName: 'nightly',
      Time: '2026-01-05T18:00:00Z',
      Message: '',
    });
    stage.simulator.clear();
    const event = { ...watchdog, Message: '{"watch": {"trigger": "nightly"}}' };
    expect((await look(event)).answer).toMatchObject({
      status: 'told',
      runId: null,
      troubles: [{ kind: 'silent', hours: 26, lastAt: '2026-01-05T18:00:00.000Z' }],
    });
  });

  it('is one incident, and one event, however often the tick comes', async () => {
    const { nightBefore, watchdog, runId } = schedule();
    await audit(nightBefore);
    stage.simulator.clear();
    const { generic, pagerduty, alertmanager } = stage.simulator.platforms;
    const env = { ...stage.env, AUDIT_WEBHOOKS: [generic, pagerduty, alertmanager].join(' ') };
    await look(watchdog, { env });
    await look(watchdog, { env });

    const { inbox, incidents } = stage.simulator;
    expect([...incidents]).toEqual([[`tcss-audit/${runId}/watchdog`, 'triggered']]);
    const idsOf = (channel: string, key: string) =>
      new Set(
        inbox
          .filter((notice) => notice.channel === channel)
          .map(({ body }) => new RegExp(`"${key}":"([^"]+)"`).exec(JSON.stringify(body))?.[1]),
      );
    expect([...idsOf('generic', 'id')]).toEqual([`${runId}-watchdog`]);
    expect(idsOf('alertmanager', 'fingerprint').size).toBe(1);
  });
});

describe('channels', () => {
  it('of which one is down: the others are told, and it is in the answer and in the log', async () => {
    const { watchdog } = schedule();
    stage.simulator.setChatFault('slack', { kind: 'answer', body: 'no_service' });
    const { answer, error, log } = await look(watchdog);

    expect(error).toBeUndefined();
    const slack = {
      channel: expect.stringMatching(/^slack:127\.0\.0\.1/) as string,
      reason: expect.stringContaining('no_service') as string,
    };
    expect(answer).toMatchObject({ status: 'told' });
    expect(answer?.['notices']).toContainEqual({ ...slack, status: 'failed', attempts: 1 });
    expect(log).toContainEqual({ level: 'warn', event: 'undelivered', ...slack });
  });

  it('of which all are down: it rejects, so that the retry tells', async () => {
    const { watchdog } = schedule();
    for (const channel of ['slack', 'wecom', 'generic'] as const) {
      stage.simulator.setChatFault(channel, { kind: 'http-status', status: 404 });
    }
    const { error, log } = await look(watchdog);
    expect(error).toMatch(
      /^The audit is in trouble \(empty\), and nobody could be told: slack:\S+ \(HTTP 404 .*\), wecom:\S+ \(HTTP 404\), generic:\S+ \(HTTP 404\)\. A retry tells it again\.$/,
    );
    expect(log.at(-1)).toMatchObject({ event: 'rejected', code: 'NOTICE_UNDELIVERED' });

    for (const channel of ['slack', 'wecom', 'generic'] as const) {
      stage.simulator.setChatFault(channel, undefined);
    }
    expect((await look(watchdog)).answer).toMatchObject({ status: 'told', notices: sent });
  });

  it('that do not answer: it still answers in time', async () => {
    const { watchdog } = schedule();
    for (const channel of ['slack', 'wecom'] as const) {
      stage.simulator.setChatFault(channel, { kind: 'hang' });
    }
    const startMs = Date.now();
    const { answer } = await look(watchdog, { remainingMs: 4_000 });
    expect(answer).toMatchObject({ status: 'told' });
    // The platform would have ended it: no statement on speed, but on the deadline.
    expect(Date.now() - startMs).toBeLessThan(10_000);
  });

  it('of which there is none: it rejects', async () => {
    const { error } = await look(schedule().watchdog, {
      env: { ...stage.env, AUDIT_WEBHOOKS: ' ' },
    });
    expect(error).toBe(
      'Config is not valid:\n  AUDIT_WEBHOOKS  is not set: the watchdog would have nobody to tell',
    );
  });
});

describe('configuration', () => {
  it('names every problem at once, and has no use for what the audit alone needs', async () => {
    const { error } = await look(schedule().watchdog, {
      env: {
        ...stage.env,
        AUDIT_WEBHOOKS: 'ssm://nobody',
        AUDIT_LOCALE: 'fr',
        AUDIT_WEBHOOK: 'x',
        AUDIT_SIGNING_KEY: 'ssm://not-mine',
        AUDIT_TARGETS: 'nowhere.json',
        AUDIT_POLICIES: 'nope',
        AUDIT_HEARTBEAT_URL: 'nonsense',
      },
    });
    expect(error?.split('\n').map((line) => line.replace(/: settings are .*/, ''))).toEqual([
      'Config is not valid:',
      '  AUDIT_WEBHOOKS[0]  is no reference to a secret: give ssm://<name>@<version>',
      '  AUDIT_WEBHOOK      is not a setting',
      '  AUDIT_LOCALE       is "fr": give en or zh',
    ]);
  });

  it('takes webhooks from the secret manager, reads no other secret, and pings no heartbeat', async () => {
    stage.simulator.setSecret('hooks', 'v1', Object.values(stage.simulator.webhooks).join('\n'));
    const { answer, output } = await look(schedule().watchdog, {
      env: {
        ...stage.env,
        AUDIT_WEBHOOKS: 'ssm://hooks@v1',
        AUDIT_SIGNING_KEY: 'ssm://signing@v1',
        AUDIT_HEARTBEAT_URL: stage.simulator.heartbeat,
      },
    });
    expect(answer).toMatchObject({ status: 'told', notices: sent });
    expect(told()).toEqual(everyChannel);
    expect(stage.simulator.requests.map(({ action }) => action)).toEqual(['GetSecretValue']);
    expect(output).not.toContain(new URL(stage.simulator.webhooks.slack).pathname);
  });
});

describe('events', () => {
  const form = '{"watch": {"trigger": "nightly", "cron": "0 23 3 * * * *"}}';
  const trigger = 'must be the name of the audit’s timer: "nightly"';
  const cron = 'must be the seven fields of the audit’s timer: "0 23 3 * * * *"';
  const withMessage = (message: unknown) => ({
    Type: 'Timer',
    TriggerName: 'watchdog',
    Time: '2026-11-24T22:23:00Z',
    Message: message,
  });
  const bad: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    'whose message is no JSON': [withMessage('nightly'), [`Message  is not JSON: give ${form}`]],
    'whose message is a list': [withMessage('[]'), [`Message  is not JSON: give ${form}`]],
    'whose message is of the audit': [
      withMessage('{"cron": "0 23 3 * * * *"}'),
      [`Message  holds more than "watch": give ${form}`],
    ],
    'that watch a text': [
      withMessage('{"watch": "nightly"}'),
      [`watch  is no object: give ${form}`],
    ],
    'with a name that is none, and a schedule that is none': [
      withMessage('{"watch": {"trigger": "../x", "cron": "every night"}}'),
      [`watch.trigger  ${trigger}`, `watch.cron     ${cron}`],
    ],
    'with a schedule of five fields': [
      withMessage('{"watch": {"trigger": "nightly", "cron": "23 3 * * *"}}'),
      [`watch.cron  ${cron}`],
    ],
    'with a schedule and no name': [
      withMessage('{"watch": {"cron": "0 23 3 * * * *"}}'),
      ['watch.trigger  is missing: give the name of the timer that has this cron'],
    ],
    'with what nobody knows': [
      withMessage('{"watch": {"triger": "nightly"}}'),
      ['watch  holds more than "trigger" and "cron"'],
    ],
    'with a prototype': [
      withMessage('{"watch": {"__proto__": {"cron": "x"}}}'),
      ['watch  holds more than "trigger" and "cron"'],
    ],
    'of a timer without a name and time': [
      { Type: 'timer', TriggerName: '../x', Message: 'x' },
      [
        'TriggerName  must begin with a letter and have at most 100 letters, digits, - or _',
        'Time         must be an ISO 8601 time such as 2026-11-24T18:00:00Z',
        `Message      is not JSON: give ${form}`,
      ],
    ],
    'by hand that watch nothing that is there': [
      { watch: { trigger: 7 } },
      [`watch.trigger  ${trigger}`],
    ],
  };
  it.each(Object.entries(bad))('%s are refused', async (_name, [event, problems]) => {
    const { error, log } = await look(event);
    expect(error?.split('\n')).toEqual([
      'The event is not valid:',
      ...problems.map((one) => `  ${one}`),
    ]);
    expect(log).toMatchObject([{ event: 'rejected', code: 'EVENT_INVALID' }]);
    expect(stage.simulator.inbox).toEqual([]);
  });

  it.each([null, [], 'x', 7, { Message: 7 }, { watch: {} }])(
    '%j by hand looks for any timer’s run',
    async (event) => {
      await audit(schedule().nightly);
      stage.simulator.clear();
      expect((await look(event)).answer).toMatchObject({ status: 'ok' });
    },
  );
});

it('reads a bucket and puts nothing there, not even to see whether it could', async () => {
  const { nightly, nightBefore, watchdog, runId } = schedule();
  const AUDIT_EVIDENCE = 'cos://audit-1250000000/tcss?region=ap-singapore';
  const env = { ...stage.env, AUDIT_EVIDENCE };
  const { cos } = stage.simulator;
  await audit(nightBefore, { env });
  cos.requests.length = 0;
  expect((await look(watchdog, { env })).answer).toMatchObject({
    status: 'told',
    troubles: [{ kind: 'missing' }],
  });
  expect(new Set(cos.requests.map(({ operation }) => operation))).toEqual(
    new Set(['GetObject', 'GetBucket']),
  );

  await audit(nightly, { env });
  expect((await look(watchdog, { env })).answer).toMatchObject({ status: 'ok', runId });

  cos.setFault({ kind: 'error', status: 403, code: 'AccessDenied' });
  expect((await look(watchdog, { env })).answer).toMatchObject({
    status: 'told',
    troubles: [
      {
        kind: 'unreadable',
        message: expect.stringContaining('Grant cos:GetObject on the bucket to the role') as string,
      },
    ],
  });
});

describe('its description', () => {
  const timersIn = async (file: string) => {
    const { inputs } = parse(await readFile(file, 'utf8')) as {
      readonly inputs: {
        readonly src: unknown;
        readonly events: readonly {
          readonly timer: {
            readonly name: string;
            readonly parameters: Readonly<Record<string, unknown>>;
          };
        }[];
      };
    };
    return { inputs, timers: inputs.events.map(({ timer }) => timer) };
  };

  it('watches the timer that the audit’s description has, hours later', async () => {
    const [audited] = (await timersIn('serverless.yml')).timers;
    const { timers, inputs } = await timersIn('functions/watchdog/serverless.yml');
    const [watching] = timers;
    expect(inputs.src).toBe('../../dist/watchdog');
    expect(await readdir(join('functions/watchdog', String(inputs.src)))).toEqual(['index.js']);
    expect(JSON.parse(String(watching?.parameters['argument']))).toEqual({
      watch: { trigger: audited?.name, cron: audited?.parameters['cronExpression'] },
    });
    const hourOf = (timer: typeof watching) =>
      Number(String(timer?.parameters['cronExpression']).split(' ')[2]);
    expect(hourOf(watching) - hourOf(audited)).toBe(3);
    expect(watching?.parameters['enable']).toBe(true);
  });

  it('has a message that the watchdog takes', async () => {
    const { timers } = await timersIn('functions/watchdog/serverless.yml');
    const [watching] = timers;
    const { error } = await look({
      ...schedule().watchdog,
      Message: String(watching?.parameters['argument']),
    });
    expect(error).toBeUndefined();
  });
});

describe('runtimes', () => {
  // CI names the binaries of the other runtimes that the function is deployed to.
  const binaries = [
    process.execPath,
    ...(process.env['NODE_BINARIES'] ?? '').split(':').filter(Boolean),
  ];
  it.each(binaries)('the bundle watches under %s', async (node) => {
    const { nightBefore, watchdog } = schedule();
    await audit(nightBefore);
    await rm(join(stage.folder, 'policies'), { recursive: true });
    expect((await look(watchdog, { node })).answer).toMatchObject({
      status: 'told',
      troubles: [{ kind: 'missing' }],
      notices: sent,
    });
  });
});
