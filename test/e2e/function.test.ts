/** The built function, in a process of its own, against the simulator. `npm test` builds it first. */
import { generateKeyPairSync } from 'node:crypto';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ApiFault } from '../../simulator/simulator.ts';
import { invoke, nightly, startFunction, type Invocation } from '../support/invoke.ts';
import { everythingIn, setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ scenario: 'good' });
});
afterEach(async () => {
  await stage.close();
});

interface AnswerShape {
  readonly runId: string;
  readonly status: string;
  readonly counts: Record<string, number>;
  readonly findings: readonly {
    policyId: string;
    status: string;
    violations: unknown[];
    reason: unknown;
  }[];
  readonly omitted?: number;
  readonly evidence: { seq: number; sha256: string };
  readonly notices: readonly {
    channel: string;
    status: string;
    attempts: number;
    reason?: string;
  }[];
}

function answerOf(invocation: Invocation): AnswerShape {
  expect(invocation.error, invocation.output).toBeUndefined();
  expect(invocation.exitCode).toBe(0);
  return invocation.answer as unknown as AnswerShape;
}

const statusOf = (answer: AnswerShape, policyId: string) =>
  answer.findings.find((finding) => finding.policyId === policyId)?.status ?? 'pass or skip';

describe('one audit', () => {
  it('answers, seals and says nothing when all is well', async () => {
    const answer = answerOf(await invoke({ env: stage.env }));

    expect(answer).toMatchObject({
      runId: 'nightly-20261124T180000Z',
      status: 'pass',
      counts: { targets: 1, pass: 63, fail: 0, waived: 0, error: 0, skip: 3 },
      findings: [],
    });
    expect(answer).not.toHaveProperty('omitted');
    expect(answer.notices.map(({ status }) => status)).toEqual(['nothing', 'nothing', 'nothing']);
    expect(stage.simulator.inbox).toEqual([]);
    expect((await stage.records()).map(({ kind }) => kind)).toEqual(['run', 'delivery']);
    expect(await stage.faults()).toEqual([]);
  });

  it('passes nothing where the file of the checks cannot be read', async () => {
    const bundle = join(stage.folder, 'without-checks');
    await cp('dist/audit', bundle, { recursive: true });
    await rm(join(bundle, 'checks.js'));
    const answer = answerOf(await invoke({ env: stage.env, bundle }));

    expect(answer).toMatchObject({
      status: 'error',
      counts: { pass: 0, fail: 0, error: 65, skip: 1 },
    });
    expect(answer.findings[0]?.reason).toMatch(/^the check failed: Cannot find module/);
    expect(await stage.faults()).toEqual([]);
  });

  it('asks only for what the policies read, once, in the language of AUDIT_LOCALE', async () => {
    const env = {
      ...stage.env,
      AUDIT_LOCALE: 'zh',
      AUDIT_POLICIES: 'image-scan,malware-auto-isolate',
    };
    await invoke({ env: { ...env, TENCENTCLOUD_UIN: '100000000001' } });

    expect(
      stage.simulator.requests
        .map(({ action, language, outcome }) => [action, language, outcome].join(' '))
        .sort(),
    ).toEqual([
      'DescribeAssetImageScanSetting zh-CN ok',
      'DescribeVirusAutoIsolateSetting zh-CN ok',
    ]);
  });

  it('logs what did not pass, each as an OCSF Compliance Finding on a line', async () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    const env = { ...stage.env, AUDIT_POLICIES: 'image-scan' };
    const { log } = await invoke({ env });
    const lines = log.filter(({ class_uid }) => class_uid === 2003);

    expect(lines.map(({ activity_name, message }) => [activity_name, message])).toEqual([
      [
        'Assess',
        'SKIP image-scan-selection 100000000001: the policy does not apply: its "when" does not match',
      ],
      ['Create', 'FAIL image-scan-vulnerabilities 100000000001: /ScanVul must be true, is false'],
    ]);
    const again = await invoke({
      env,
      event: { ...nightly, Time: '2026-11-25T18:00:00Z' },
    });
    const second = again.log.filter(({ class_uid }) => class_uid === 2003);
    expect(second.map(({ activity_name }) => activity_name)).toEqual(['Assess', 'Update']);
  });

  it('selects policies by pack and by id', async () => {
    const env = { ...stage.env, AUDIT_POLICIES: 'image-scan-enabled, image-scan-malware' };
    expect(answerOf(await invoke({ env })).counts).toMatchObject({ pass: 2, skip: 0 });
  });

  it('signs what it seals', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const env = { ...stage.env, AUDIT_SIGNING_KEY: Buffer.from(pem).toString('base64') };
    await invoke({ env });

    expect((await stage.records()).map(({ signatures }) => signatures.length)).toEqual([1, 1]);
  });

  it('audits when a person fires it by hand, each time anew', async () => {
    const first = answerOf(await invoke({ env: stage.env, event: { key1: 'test value 1' } }));
    const second = answerOf(await invoke({ env: stage.env, event: {} }));

    expect(first.runId).toMatch(/^manual-\d{8}T\d{6,9}Z$/);
    expect(second.runId).not.toBe(first.runId);
  });
});

it('answers with as many findings as the platform takes, and counts the others', async () => {
  const targets = Array.from({ length: 200 }, (_, index) => {
    const uin = String(100000000100 + index);
    return { uin, roleArn: `qcs::cam::uin/${uin}:roleName/Gone` };
  });
  const file = join(stage.folder, 'targets.json');
  await writeFile(file, JSON.stringify(targets));
  const env = { ...stage.env, AUDIT_TARGETS: file, AUDIT_WEBHOOKS: '' };
  const answer = answerOf(await invoke({ env }));

  const { counts, findings, omitted = 0 } = answer;
  expect(counts).toMatchObject({ targets: 200, pass: 0, fail: 0, waived: 0 });
  expect(omitted).toBeGreaterThan(0);
  expect(findings.length + omitted).toBe(counts['error']);
  // SCF takes 6 MB, and a character may take three bytes. Nothing that fits is left out.
  const chars = JSON.stringify(findings).length;
  expect(chars).toBeLessThan(2_000_000);
  expect(chars).toBeGreaterThan(1_400_000);
});

describe('each documented boolean', () => {
  const policies = {
    Enable: 'image-scan-enabled',
    ScanVul: 'image-scan-vulnerabilities',
    ScanVirus: 'image-scan-malware',
    ScanRisk: 'image-scan-sensitive-data',
  };

  it.each(Object.entries(policies))(
    '%s: true passes, false fails and is told once',
    async (field, policyId) => {
      stage.simulator.setSettings((settings) => ({ ...settings, [field]: false }));
      const answer = answerOf(await invoke({ env: stage.env }));

      expect(answer.findings.find((finding) => finding.policyId === policyId)).toMatchObject({
        status: 'fail',
        violations: [
          {
            pointer: `/${field}`,
            expected: true,
            actual: false,
            message: `/${field} must be true, is false`,
          },
        ],
      });
      const slack = stage.simulator.inbox.filter(({ channel }) => channel === 'slack');
      expect(slack).toHaveLength(1);
      expect(JSON.stringify(slack[0]?.body)).toContain(
        `\`${field}\` must be \`true\`, is \`false\``,
      );
    },
  );

  const unseen = {
    missing: (field: string) => (settings: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(settings).filter(([name]) => name !== field)),
    null: (field: string) => (settings: Record<string, unknown>) => ({
      ...settings,
      [field]: null,
    }),
    'the string "true"': (field: string) => (settings: Record<string, unknown>) => ({
      ...settings,
      [field]: 'true',
    }),
    'the number 1': (field: string) => (settings: Record<string, unknown>) => ({
      ...settings,
      [field]: 1,
    }),
  };
  const cases = Object.entries(policies).flatMap(([field, policyId]) =>
    Object.entries(unseen).map(
      ([name, change]) => [`${field}: ${name}`, { field, policyId, change }] as const,
    ),
  );
  it.each(cases)(
    '%s is an error, is told, and never passes',
    async (_name, { field, policyId, change }) => {
      stage.simulator.setSettings(change(field));
      const answer = answerOf(await invoke({ env: stage.env }));

      expect(statusOf(answer, policyId)).toBe('error');
      expect(answer.status).toBe('error');
      expect(stage.simulator.inbox.map(({ channel, accepted }) => [channel, accepted])).toEqual([
        ['slack', true],
        ['wecom', true],
        ['generic', true],
      ]);
    },
  );
});

describe('an answer that is none', () => {
  const faults: Readonly<Record<string, { readonly fault: ApiFault; readonly reason: string }>> = {
    'an error in HTTP 200': {
      fault: { kind: 'api-error', code: 'InvalidParameter' },
      reason: 'InvalidParameter',
    },
    'a permission that is missing': {
      fault: { kind: 'api-error', code: 'AuthFailure.UnauthorizedOperation' },
      reason: 'grant tcss:DescribeAssetImageScanSetting to the role',
    },
    'an HTML page': { fault: { kind: 'html' }, reason: 'BadAnswer' },
    'an empty object': { fault: { kind: 'empty-object' }, reason: 'BadAnswer' },
    'a null response': { fault: { kind: 'null-response' }, reason: 'BadAnswer' },
    'cut JSON': { fault: { kind: 'cut', contentLength: 'honest' }, reason: 'BadAnswer' },
    'an answer that breaks off': {
      fault: { kind: 'cut', contentLength: 'too-long' },
      reason: 'Network',
    },
    'an answer that is far too large': {
      fault: {
        kind: 'http-status',
        status: 200,
        body: `{"Response":{"A":"${'a'.repeat(2_000_000)}"}}`,
      },
      reason: 'the answer is too large',
    },
    'a key that is given twice': {
      fault: {
        kind: 'http-status',
        status: 200,
        body: '{"Response":{"Enable":false,"Enable":true,"ScanVul":true}}',
      },
      reason: 'the answer gives a key twice, so it cannot be told which holds',
    },
    'a reset connection': { fault: { kind: 'reset' }, reason: 'Network' },
    'a server that hangs': { fault: { kind: 'hang' }, reason: 'Timeout' },
    'HTTP 502': { fault: { kind: 'http-status', status: 502 }, reason: 'Http502' },
    'HTTP 403': { fault: { kind: 'http-status', status: 403 }, reason: 'Http403' },
    'a redirect to elsewhere': {
      fault: { kind: 'redirect', location: 'http://127.0.0.2:9/' },
      reason: 'redirects to another host',
    },
    'settings without any documented field': {
      fault: { kind: 'settings', settings: { Foo: 1 } },
      reason: 'none of the documented fields',
    },
  };

  it.each(Object.entries(faults))(
    '%s is twelve errors and no pass of its own',
    async (_name, { fault, reason }) => {
      stage.simulator.setApiFault(fault, { action: 'DescribeAssetImageScanSetting' });
      const answer = answerOf(await invoke({ env: stage.env, remainingMs: 8_000 }));

      // What was read of other sources is judged all the same.
      expect(answer.counts).toEqual({
        targets: 1,
        pass: 52,
        fail: 0,
        waived: 0,
        error: 12,
        skip: 2,
      });
      expect(answer.status).toBe('error');
      expect(String(answer.findings[0]?.reason)).toContain(reason);
      expect(stage.simulator.inbox).toHaveLength(3);
      expect(await stage.faults()).toEqual([]);
    },
  );

  it.each(['RequestLimitExceeded', 'InternalError', 'RequestLimitExceeded.UinLimitExceeded'])(
    '%s twice and then settings is an audit like any other',
    async (code) => {
      stage.simulator.setApiFault({ kind: 'api-error', code }, { times: 2 });
      expect(answerOf(await invoke({ env: stage.env })).status).toBe('pass');
    },
  );

  it('an account that does not say who it is passes nothing', async () => {
    stage.simulator.setApiFault({ kind: 'html' }, { action: 'GetCallerIdentity' });
    const answer = answerOf(await invoke({ env: stage.env }));

    expect(answer.counts).toMatchObject({ pass: 0, fail: 0, error: 65, skip: 1 });
    expect(answer.findings[0]).toMatchObject({ target: 'unknown' });
  });
});

describe('time', () => {
  it('answers before the platform ends the process, with what it could not read as error', async () => {
    stage.simulator.setApiFault({ kind: 'hang' });
    const startMs = Date.now();
    const answer = answerOf(await invoke({ env: stage.env, remainingMs: 6_000 }));

    expect(answer.counts).toMatchObject({ pass: 0, fail: 0, error: 65, skip: 1 });
    // The platform would have ended it: no statement on speed, but on the deadline.
    expect(Date.now() - startMs).toBeLessThan(10_000);
    // So many errors take some channels several messages.
    expect(new Set(stage.simulator.inbox.map(({ channel }) => channel)).size).toBe(3);
  });
});

describe('telling', () => {
  const drift = () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
  };

  it('a repeated tick neither audits nor tells again', async () => {
    drift();
    await invoke({ env: stage.env });
    stage.simulator.clear();
    const answer = answerOf(await invoke({ env: stage.env }));

    expect(answer.status).toBe('fail');
    expect(stage.simulator.requests).toEqual([]);
    expect(stage.simulator.inbox).toEqual([]);
    expect(await stage.records()).toHaveLength(2);
  });

  it('a second night with the same state says nothing; the night it is fixed says so', async () => {
    drift();
    await invoke({ env: stage.env });
    stage.simulator.clear();
    await invoke({ env: stage.env, event: { ...nightly, Time: '2026-11-25T18:00:00Z' } });
    expect(stage.simulator.inbox).toEqual([]);

    stage.simulator.setScenario('good');
    await invoke({ env: stage.env, event: { ...nightly, Time: '2026-11-26T18:00:00Z' } });
    expect(
      stage.simulator.inbox.map(({ body }) => JSON.stringify(body).includes('1 resolved')),
    ).toEqual([true, true, false]);
  });

  const refusals = {
    'HTTP 500': {
      channel: 'slack',
      fault: { kind: 'http-status', status: 500 },
      reason: 'HTTP 500',
    },
    'HTTP 200 with an error code': {
      channel: 'wecom',
      fault: {
        kind: 'answer',
        body: '{"errcode":93000,"errmsg":"invalid webhook url, from ip: 1.2.3.4"}',
      },
      reason: 'errcode 93000',
    },
    'HTTP 200 with a page': {
      channel: 'wecom',
      fault: { kind: 'answer', body: '<html>' },
      reason: 'no errcode',
    },
    'HTTP 200 with another text than ok': {
      channel: 'slack',
      fault: { kind: 'answer', body: 'no_service' },
      reason: 'no_service',
    },
    'a reset connection': { channel: 'generic', fault: { kind: 'reset' }, reason: 'no answer' },
  } as const;

  it.each(Object.entries(refusals))(
    '%s is not "sent": the function rejects, and the repeated tick tells that channel alone',
    async (_name, { channel, fault, reason }) => {
      drift();
      stage.simulator.setChatFault(channel, fault);
      const refused = await invoke({ env: stage.env });
      expect(refused.error).toContain(`could not be told to ${channel}:127.0.0.1`);
      expect(refused.error).toContain(reason);
      expect(refused.output).not.toContain('1.2.3.4');

      stage.simulator.setChatFault(channel, undefined);
      stage.simulator.clear();
      const answer = answerOf(await invoke({ env: stage.env }));
      expect(stage.simulator.requests).toEqual([]);
      expect(stage.simulator.inbox.map((notice) => [notice.channel, notice.accepted])).toEqual([
        [channel, true],
      ]);
      expect(answer.notices.map(({ status }) => status).sort()).toEqual([
        'nothing',
        'nothing',
        'sent',
      ]);
      expect(await stage.faults()).toEqual([]);
    },
  );

  it('pings the heartbeat, and /fail when a notice stayed undelivered', async () => {
    drift();
    const env = { ...stage.env, AUDIT_HEARTBEAT_URL: stage.simulator.heartbeat };
    stage.simulator.setChatFault('slack', { kind: 'answer', body: 'no_service' });
    await invoke({ env });
    stage.simulator.setChatFault('slack', undefined);
    await invoke({ env });

    const pings = stage.simulator.inbox.filter(({ channel }) => channel === 'heartbeat');
    expect(pings.map(({ path }) => path)).toEqual(['/ping/simulator/fail', '/ping/simulator']);
  });

  it('pings /fail when the configuration is bad: nobody else would say so', async () => {
    const bad = { AUDIT_HEARTBEAT_URL: stage.simulator.heartbeat, AUDIT_LOCALE: 'fr' };
    const { error } = await invoke({ env: { ...stage.env, ...bad } });

    expect(error).toContain('AUDIT_LOCALE');
    expect(stage.simulator.inbox.map(({ path }) => path)).toEqual(['/ping/simulator/fail']);
  });
});

describe('two at once', () => {
  it('two ticks make two records in one chain, and one notice a channel', async () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    const events = [nightly, { ...nightly, TriggerName: 'second' }];
    const answers = await Promise.all(events.map((event) => invoke({ env: stage.env, event })));

    expect(answers.map((answer) => answerOf(answer).status)).toEqual(['fail', 'fail']);
    const runs = (await stage.records()).filter(({ kind }) => kind === 'run');
    expect(runs).toHaveLength(2);
    expect(await stage.faults()).toEqual([]);
    expect(stage.simulator.inbox.map(({ channel }) => channel).sort()).toEqual([
      'generic',
      'slack',
      'wecom',
    ]);
  });

  it('the same tick twice leaves a whole log, and one notice a channel', async () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    const answers = await Promise.all([invoke({ env: stage.env }), invoke({ env: stage.env })]);

    expect(answers.map((answer) => answerOf(answer).status)).toEqual(['fail', 'fail']);
    expect(await stage.faults()).toEqual([]);
    expect(stage.simulator.inbox.map(({ channel }) => channel).sort()).toEqual([
      'generic',
      'slack',
      'wecom',
    ]);
  });
});

describe('a killed process', () => {
  it('between seal and tell: the repeated tick tells, and audits nothing again', async () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    for (const channel of ['slack', 'wecom', 'generic'] as const) {
      stage.simulator.setChatFault(channel, { kind: 'hang' });
    }
    const { child, done } = startFunction({ env: stage.env, remainingMs: 20_000 });
    while (stage.simulator.inbox.length < 3)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    expect((await done).signal).toBe('SIGKILL');
    expect((await stage.records()).map(({ kind }) => kind)).toEqual(['run']);

    for (const channel of ['slack', 'wecom', 'generic'] as const) {
      stage.simulator.setChatFault(channel, undefined);
    }
    stage.simulator.clear();
    // It waits for the one that may still be telling, and keeps half of its time for telling itself.
    answerOf(await invoke({ env: stage.env, remainingMs: 8_000 }));
    expect(stage.simulator.requests).toEqual([]);
    expect(stage.simulator.inbox.map(({ accepted }) => accepted)).toEqual([true, true, true]);
    expect(await stage.faults()).toEqual([]);
  });

  it('before the seal: what it left is sealed with the next attempt, and named', async () => {
    const folder = join(stage.folder, 'runs', 'nightly-20261124T180000Z');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'targets-0000.jsonl'), '{"left":"behind"}\n');
    answerOf(await invoke({ env: stage.env }));

    const [run] = await stage.records();
    expect(run?.predicate).toMatchObject({
      abandoned: ['runs/nightly-20261124T180000Z/targets-0000.jsonl'],
    });
    expect(await stage.faults()).toEqual([]);
  });
});

describe('configuration', () => {
  it('names every problem at once, and no secret', async () => {
    const env = {
      AUDIT_SITE: 'mars',
      AUDIT_ENDPOINT: 'http://api.example.com',
      AUDIT_WEBHOOKS:
        'http://hooks.example.com/canary-1 https://x.webhook.office.com/canary-2 nonsense-canary-3 https://hooks.slack.com/services/canary-4#colour=canary-5',
      AUDIT_EVIDENCE: 'cos://bucket-1/x',
      AUDIT_SIGNING_KEY: 'canary-6',
      AUDIT_POLICIES: 'image-scan,nope',
      AUDIT_NOTIFY: 'never',
      AUDIT_REMIND_DAYS: '5d',
      AUDIT_LOCALE: 'fr',
      AUDIT_TIMEZONE: 'Mars/Base',
      AUDIT_WEBHOOK: 'https://hooks.slack.com/services/canary-7',
    };
    const { error, output } = await invoke({ env });

    const named = Array.from((error ?? '').matchAll(/^ {2}([A-Z_]+(?:\[\d\])?) /gm), ([, name]) =>
      String(name),
    );
    expect(named.sort()).toEqual([
      'AUDIT_ENDPOINT',
      // Both the bucket's name and its region.
      ...['AUDIT_EVIDENCE', 'AUDIT_EVIDENCE'],
      'AUDIT_LOCALE',
      'AUDIT_NOTIFY',
      'AUDIT_POLICIES',
      'AUDIT_REMIND_DAYS',
      'AUDIT_SIGNING_KEY',
      'AUDIT_SITE',
      'AUDIT_TIMEZONE',
      'AUDIT_WEBHOOK',
      'AUDIT_WEBHOOKS[0]',
      'AUDIT_WEBHOOKS[1]',
      'AUDIT_WEBHOOKS[2]',
      'AUDIT_WEBHOOKS[3]',
      'TENCENTCLOUD_SECRET_ID',
    ]);
    expect(output).not.toContain('canary');
  });

  it('on SCF, evidence must have a place', async () => {
    const { error } = await invoke({
      env: { ...stage.env, AUDIT_EVIDENCE: '', TENCENTCLOUD_RUNENV: 'SCF' },
    });
    expect(error).toContain('AUDIT_EVIDENCE  is not set');
  });

  it('a timer event without a name or time is refused', async () => {
    const { error } = await invoke({
      env: stage.env,
      event: { Type: 'timer', TriggerName: '../x' },
    });
    expect(error).toMatch(/^The event is not valid:\n {2}TriggerName {2}must begin.*\n {2}Time/);
    expect(await stage.records()).toEqual([]);
  });
});

describe('evidence that cannot be written', () => {
  it('rejects, tells of no finding, and says that the night was blind', async () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    const blocked = join(stage.folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    const { error } = await invoke({
      env: { ...stage.env, AUDIT_EVIDENCE: `file:${blocked}/below` },
    });

    expect(error).toMatch(/^Evidence runs\/.* could not be read/);
    const told = stage.simulator.inbox.map(({ body }) => JSON.stringify(body));
    expect(told.map((text) => [/FAILED|"failure"/.test(text), text.includes('ScanVul')])).toEqual([
      [true, false],
      [true, false],
      [true, false],
    ]);
  });
});

describe('secrets', () => {
  it('appear in no output, evidence or notice, even when the other side echoes them', async () => {
    const canaries = [
      'CANARY-ID-1',
      'CANARY-KEY-2',
      'CANARY-TOKEN-3',
      'CANARYHOOK4',
      'whsec_Q0FOQVJZ',
    ];
    const secret = `whsec_${Buffer.from('CANARY-canary-CANARY-canary').toString('base64')}`;
    const echo = 'you sent CANARY-ID-1 CANARY-KEY-2 CANARY-TOKEN-3';
    stage.simulator.setApiFault({ kind: 'api-error', code: 'InternalError', message: echo });
    stage.simulator.setChatFault('slack', { kind: 'answer', body: 'bad /services/CANARYHOOK4' });
    const env = {
      ...stage.env,
      TENCENTCLOUD_UIN: '100000000001',
      TENCENTCLOUD_SECRETID: 'CANARY-ID-1',
      TENCENTCLOUD_SECRETKEY: 'CANARY-KEY-2',
      TENCENTCLOUD_SESSIONTOKEN: 'CANARY-TOKEN-3',
      AUDIT_WEBHOOKS: [
        `${stage.simulator.url}/services/T/B/CANARYHOOK4#kind=slack`,
        `${stage.simulator.url}/hooks/CANARYHOOK4#secret=${secret}`,
        stage.simulator.webhooks.wecom,
      ].join(' '),
    };
    const { output, error } = await invoke({ env, remainingMs: 20_000 });

    expect(error).toContain('could not be told');
    const told = JSON.stringify(stage.simulator.inbox.map(({ body }) => body));
    const everything = [output, await everythingIn(stage.folder), told].join('\n');
    expect(canaries.filter((canary) => everything.includes(canary))).toEqual([]);
    expect(everything).toContain('you sent *** *** ***');
  });
});

describe('runtimes', () => {
  // CI names the binaries of the other runtimes that the function is deployed to.
  const binaries = [
    process.execPath,
    ...(process.env['NODE_BINARIES'] ?? '').split(':').filter(Boolean),
  ];
  it.each(binaries)('the bundle audits under %s', async (node) => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    const answer = answerOf(await invoke({ env: stage.env, node }));
    expect(answer.status).toBe('fail');
    expect(answer.notices.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    expect(await stage.faults()).toEqual([]);
  });
});
