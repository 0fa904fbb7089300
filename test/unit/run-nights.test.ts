/** Whole nights with fake ports: what a channel hears in the morning, and what the log says. */
import { expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject } from '../../shared/model.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { collected, runAudit, type RunOutcome, type RunPlan } from '../../shared/run.ts';
import {
  accept,
  channelsOf,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  policies,
  uin,
  waiverOf,
  webhooks,
  worldOf,
  type Scripted,
} from '../support/fake-ports.ts';
import { present, publicKey, signer } from '../support/log.ts';

const first = Date.UTC(2026, 10, 24, 18);
const nightMs = (index: number) => first + index * 86_400_000;

const good = goodSettings;
const noVulnerabilities = { ...goodSettings, ScanVul: false };
const off = { ...goodSettings, Enable: false };
const refusal = new CloudError(
  'UnauthorizedOperation',
  'DescribeAssetImageScanSetting: not authorized',
);

interface Night {
  readonly settings: JsonObject | CloudError;
  /** Which night it is; the next one after the one before, where not given. */
  readonly night?: number;
  readonly plan?: Partial<RunPlan>;
  /** What a host answers in place of yes. */
  readonly refuses?: Readonly<Record<string, Scripted>>;
  readonly whoAmI?: string | CloudError;
}

/** Titles told, by the host that was told, of every night; and how the run ended. */
async function play(nights: readonly Night[]) {
  const store = createMemoryStore();
  const clock = createManualClock(first);
  let current: Night = { settings: good };
  const http = createScriptedHttp((request) => {
    const host = new URL(request.url).hostname;
    return current.refuses?.[host] ?? accept(request);
  });
  const reader = createReader(
    () => current.settings,
    () => current.whoAmI ?? uin,
  );
  const world = worldOf({ store, clock, http, reader });
  const told: Record<string, string>[] = [];
  const outcomes: RunOutcome[] = [];
  let index = -1;
  for (const night of nights) {
    current = night;
    index = night.night ?? index + 1;
    clock.set(Math.max(clock.now() + 60_000, nightMs(index) + 2_000));
    const before = http.requests.length;
    const plan = planAt(new Date(nightMs(index)).toISOString(), {
      signer,
      observeUntilMs: clock.now() + 100_000,
      tellUntilMs: clock.now() + 200_000,
      ...night.plan,
    });
    outcomes.push(await runAudit(world.ports, plan));
    told.push(
      Object.fromEntries(
        http.requests.slice(before).map(({ url, body }) => [new URL(url).hostname, titleIn(body)]),
      ),
    );
  }
  return { told, outcomes, world, reads: reader.reads() };
}

async function reportsIn(outcomes: readonly RunOutcome[], night: number) {
  return collected(present(outcomes[night]));
}

function titleIn(body: string): string {
  return /tcss-audit: ([^"<]*)/.exec(body)?.[1] ?? body;
}

const slackHost = 'hooks.slack.com';
const slack = (title: string) => ({ [slackHost]: title });

it('good, bad, bad, fixed: four nights, and two messages', async () => {
  const { told, outcomes, world } = await play([
    { settings: good },
    { settings: noVulnerabilities },
    { settings: noVulnerabilities },
    { settings: good },
  ]);
  expect(told).toEqual([{}, slack('1 new violation'), {}, slack('1 resolved')]);
  expect(
    outcomes.map(({ status, counts, isRepeated }) => [status, counts.fail, isRepeated]),
  ).toEqual([
    ['pass', 0, false],
    ['fail', 1, false],
    ['fail', 1, false],
    ['pass', 0, false],
  ]);
  expect(outcomes.map(({ notices }) => notices[0]?.status)).toEqual([
    'nothing',
    'sent',
    'nothing',
    'sent',
  ]);
  const { faults, runs, records, signed } = await verifyLog(world.store, {
    publicKeys: [publicKey],
  });
  expect({ faults, runs, records, signed }).toEqual({ faults: [], runs: 4, records: 8, signed: 8 });
});

it('answers with what the log says', async () => {
  const { outcomes, world } = await play([{ settings: noVulnerabilities }]);
  const [outcome] = outcomes;
  expect({ ...outcome, reports: await collected(present(outcome)) }).toMatchObject({
    runId: 'nightly-20261124T180000Z',
    status: 'fail',
    counts: { targets: 1, pass: 2, fail: 1, waived: 0, error: 0, skip: 0 },
    evidence: { seq: 1 },
    isRepeated: false,
    reports: [
      {
        target: { uin, site: 'intl' },
        findings: [
          { policyId: 'enabled', status: 'pass' },
          {
            policyId: 'vulnerabilities',
            status: 'fail',
            violations: [{ pointer: '/ScanVul', expected: true, actual: false }],
          },
          { policyId: 'period', status: 'pass' },
        ],
      },
    ],
  });
  // The message is a witness of the log's end.
  const head = `1:${outcome?.evidence.sha256 ?? ''}`;
  expect(world.http.requests[0]?.body).toContain(head);
});

it('seals the evidence before anybody is told', async () => {
  const store = createMemoryStore();
  const clock = createManualClock(nightMs(0));
  const sealed: (readonly string[])[] = [];
  const http = createScriptedHttp(async (request) => {
    sealed.push(await store.list('log/'));
    return accept(request);
  });
  const world = worldOf({ store, clock, http, reader: createReader(() => noVulnerabilities) });
  await runAudit(world.ports, planAt(new Date(nightMs(0)).toISOString()));
  expect(sealed).toEqual([['log/000000000001.json']]);
});

it('a channel that was down three nights of four hears all that is still true, once', async () => {
  const down = { [slackHost]: { status: 404, body: 'no_service' } };
  const { told, outcomes } = await play([
    { settings: good },
    { settings: noVulnerabilities, refuses: down },
    { settings: off, refuses: down },
    { settings: { ...off, ScanPeriod: 30 }, refuses: down },
    { settings: { ...noVulnerabilities, ScanPeriod: 30 } },
    { settings: { ...noVulnerabilities, ScanPeriod: 30 } },
  ]);
  // Switched off and on again while it was down: that it never hears.
  expect(told.slice(4)).toEqual([slack('2 new violations'), {}]);
  expect(outcomes.map(({ notices }) => notices[0]?.status)).toEqual([
    'nothing',
    'failed',
    'failed',
    'failed',
    'sent',
    'nothing',
  ]);
});

it('one channel that is down costs no other its message', async () => {
  const channels = channelsOf(Object.values(webhooks).join(' '));
  const nights: Night[] = [
    { settings: good, plan: { channels } },
    {
      settings: noVulnerabilities,
      plan: { channels },
      refuses: { 'qyapi.weixin.qq.com': { body: '{"errcode":93000}' } },
    },
    { settings: good, plan: { channels } },
  ];
  const { told, outcomes } = await play(nights);
  expect(outcomes[1]?.notices.map(({ status }) => status)).toEqual(['sent', 'failed', 'sent']);
  // WeCom never heard that it was bad, so it need not hear that it is good.
  expect(Object.keys(told[2] ?? {}).sort()).toEqual(['hooks.example.com', slackHost]);
});

it('a repeated tick audits nothing and tells nothing', async () => {
  const { told, outcomes, reads, world } = await play([
    { settings: noVulnerabilities },
    { settings: good, night: 0 },
    { settings: off, night: 0 },
  ]);
  expect(told).toEqual([slack('1 new violation'), {}, {}]);
  expect(reads).toBe(1);
  expect(
    outcomes.map(({ isRepeated, status, evidence }) => [isRepeated, status, evidence.seq]),
  ).toEqual([
    [false, 'fail', 1],
    [true, 'fail', 1],
    [true, 'fail', 1],
  ]);
  expect(await reportsIn(outcomes, 1)).toEqual(await reportsIn(outcomes, 0));
  expect(await world.store.list('log/')).toHaveLength(2);
});

it('a repeated tick after a failed delivery tells only the channel that failed', async () => {
  const channels = channelsOf(`${webhooks.slack} ${webhooks.wecom}`);
  const { told, outcomes, reads } = await play([
    {
      settings: noVulnerabilities,
      plan: { channels },
      refuses: { [slackHost]: { status: 403, body: 'invalid_token' } },
    },
    { settings: noVulnerabilities, plan: { channels }, night: 0 },
    { settings: noVulnerabilities, plan: { channels }, night: 0 },
  ]);
  expect(told.slice(1)).toEqual([slack('1 new violation'), {}]);
  expect(outcomes.map(({ notices }) => notices.map(({ status }) => status))).toEqual([
    ['failed', 'sent'],
    ['sent', 'nothing'],
    ['nothing', 'nothing'],
  ]);
  expect(reads).toBe(1);
});

it('a repeated tick of a night that is over tells nothing: a later run has told', async () => {
  const down = { [slackHost]: { status: 404, body: 'no_service' } };
  const { told } = await play([
    { settings: noVulnerabilities, refuses: down },
    { settings: noVulnerabilities },
    { settings: noVulnerabilities, night: 0 },
    { settings: noVulnerabilities, night: 2 },
  ]);
  expect(told.slice(1)).toEqual([slack('1 new violation'), {}, {}]);
});

it('could not look, could look again', async () => {
  const { told, outcomes } = await play([
    { settings: noVulnerabilities },
    { settings: refusal },
    { settings: noVulnerabilities },
  ]);
  expect(told).toEqual([
    slack('1 new violation'),
    slack('3 could not be checked'),
    slack('2 resolved, 1 still open'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fail', 'error', 'fail']);
});

it('waived, and the waiver ends', async () => {
  const waivers = [waiverOf({ until: '2026-11-25' })];
  const { told, outcomes } = await play([
    { settings: noVulnerabilities, plan: { waivers } },
    { settings: noVulnerabilities, plan: { waivers } },
    { settings: noVulnerabilities, plan: { waivers } },
  ]);
  expect(outcomes.map(({ status, counts }) => [status, counts.waived])).toEqual([
    ['pass', 1],
    ['pass', 1],
    ['fail', 0],
  ]);
  expect(told).toEqual([
    slack('1 waived, 1 waiver to look at'),
    {},
    slack('1 new violation, 1 waiver to look at'),
  ]);
});

it('switched off: what depends on it is checked no more, and is news when it is on again', async () => {
  const { told } = await play([
    { settings: noVulnerabilities },
    { settings: { ...off, ScanVul: false } },
    { settings: noVulnerabilities },
  ]);
  expect(told).toEqual([
    slack('1 new violation'),
    slack('1 new violation, 1 no longer checked'),
    slack('1 new violation, 1 resolved'),
  ]);
});

it('reminds after seven nights, and again after seven more', async () => {
  const nights = Array.from({ length: 16 }, (): Night => ({ settings: noVulnerabilities }));
  const { told } = await play(nights);
  expect(told.map((one) => one[slackHost] ?? '')).toEqual(
    nights.map((_, index) =>
      index === 0 ? '1 new violation' : index % 7 === 0 ? '1 still open' : '',
    ),
  );
});

it('tells every night where that is asked for, and once a night', async () => {
  const plan = { notify: { notify: 'always', remindDays: 7 } } as const;
  const { told } = await play([
    { settings: good, plan },
    { settings: good, plan },
    { settings: good, plan, night: 1 },
    { settings: noVulnerabilities, plan },
    { settings: noVulnerabilities, plan },
  ]);
  expect(told).toEqual([
    slack('no change'),
    slack('no change'),
    {},
    slack('1 new violation'),
    slack('1 still open'),
  ]);
});

it('a new channel hears all that is open, and the old one nothing', async () => {
  const { told } = await play([
    { settings: noVulnerabilities },
    {
      settings: noVulnerabilities,
      plan: { channels: channelsOf(`${webhooks.slack} ${webhooks.wecom}`) },
    },
  ]);
  expect(told[1]).toEqual({ 'qyapi.weixin.qq.com': '1 new violation' });
});

it('a filter keeps low things from a channel, until it is lowered', async () => {
  const channels = (min: string) => channelsOf(`${webhooks.slack}#min=${min}`);
  const bad = { ...noVulnerabilities, ScanPeriod: 30 };
  const { told } = await play([
    { settings: bad, plan: { channels: channels('high') } },
    { settings: bad, plan: { channels: channels('low') } },
    { settings: bad, plan: { channels: channels('high') } },
    { settings: good, plan: { channels: channels('high') } },
  ]);
  expect(told).toEqual([
    slack('1 new violation'),
    slack('1 new violation'),
    {},
    // Of the low one it knew when the filter was raised; it was silent of it from then on.
    slack('1 resolved'),
  ]);
});

it('without channels tells nobody, and a channel that is added later hears all', async () => {
  const { told, outcomes, world } = await play([
    { settings: noVulnerabilities, plan: { channels: [] } },
    { settings: noVulnerabilities },
  ]);
  expect(told).toEqual([{}, slack('1 new violation')]);
  expect(outcomes[0]?.notices).toEqual([]);
  expect(await world.store.list('log/')).toHaveLength(3);
});

it('asks the cloud whose account it is where nobody says it', async () => {
  const { outcomes } = await play([
    { settings: good, plan: { uin: undefined as never }, whoAmI: '100000000007' },
  ]);
  expect((await reportsIn(outcomes, 0))[0]?.target).toEqual({ uin: '100000000007', site: 'intl' });
});

it('passes nothing of an account that it cannot name', async () => {
  const unknown = new CloudError('AuthFailure.SecretIdNotFound', 'sts: no such key');
  const { outcomes } = await play([
    { settings: good, plan: { uin: undefined as never }, whoAmI: unknown },
  ]);
  const reports = await reportsIn(outcomes, 0);
  expect({ ...outcomes[0], reports }).toMatchObject({
    status: 'error',
    counts: { targets: 1, pass: 0, fail: 0, waived: 0, error: 3, skip: 0 },
    reports: [{ target: { uin: 'unknown', site: 'intl' } }],
  });
  const reasons = (await reportsIn(outcomes, 0))[0]?.findings.map(
    (one) => 'reason' in one && one.reason,
  );
  expect(reasons).toEqual(
    Array.from({ length: 3 }, () => 'AuthFailure.SecretIdNotFound: sts: no such key'),
  );
});

it('law of the month: whatever the nights were, each change is told once and every log verifies', async () => {
  const states = [good, noVulnerabilities, off, refusal];
  // Every state after every other: a walk over all pairs.
  const walk = states.flatMap((one) => states.flatMap((other) => [one, other]));
  const nights = walk.map((settings): Night => ({
    settings,
    plan: { notify: { notify: 'changes', remindDays: 0 } },
  }));
  const { told, world, outcomes } = await play(nights);
  for (const [index, one] of told.entries()) {
    const isSame = index > 0 ? walk[index] === walk[index - 1] : walk[index] === good;
    expect([index, Object.keys(one).length]).toEqual([index, isSame ? 0 : 1]);
  }
  expect(outcomes.every(({ status }, index) => status !== 'pass' || walk[index] === good)).toBe(
    true,
  );
  const { faults, unfinished } = await verifyLog(world.store, { publicKeys: [publicKey] });
  expect({ faults, unfinished }).toEqual({ faults: [], unfinished: [] });
});

it('does not pass where it judged nothing', async () => {
  const { outcomes } = await play([{ settings: good, plan: { policies: [] } }]);
  expect(outcomes[0]).toMatchObject({ status: 'error', counts: { pass: 0, error: 0 } });
});

it('a night on which the account could not be named is no end of what is open', async () => {
  const unknown = new CloudError('InternalError', 'sts: internal error');
  const plan = { uin: undefined as never };
  const { told, outcomes, world } = await play([
    { settings: noVulnerabilities, plan },
    { settings: noVulnerabilities, plan, whoAmI: unknown },
    { settings: noVulnerabilities, plan },
  ]);
  // The account that was audited last is the one that could not be audited.
  expect((await reportsIn(outcomes, 1))[0]?.target).toEqual({ uin, site: 'intl' });
  expect(told).toEqual([
    slack('1 new violation'),
    slack('3 could not be checked'),
    slack('2 resolved, 1 still open'),
  ]);
  for await (const record of openLog(world.store, undefined).backwards()) {
    if (record.kind !== 'run') continue;
    expect(record.predicate.open.map(({ since }) => since)).toEqual([
      new Date(nightMs(0)).toISOString(),
    ]);
    break;
  }
});

it('does not take the account of another site for the one that was audited last', async () => {
  const unknown = new CloudError('InternalError', 'sts: internal error');
  const { outcomes } = await play([
    { settings: good },
    { settings: good, plan: { uin: undefined as never, site: 'cn' }, whoAmI: unknown },
  ]);
  expect((await reportsIn(outcomes, 1))[0]?.target).toEqual({ uin: 'unknown', site: 'cn' });
});

it('a night that could not look does not say that waivers waive nothing', async () => {
  const plan = { waivers: [waiverOf()] };
  const { told } = await play([
    { settings: noVulnerabilities, plan },
    { settings: refusal, plan },
    { settings: noVulnerabilities, plan },
  ]);
  expect(told).toEqual([
    slack('1 waived'),
    slack('3 could not be checked'),
    slack('2 resolved, 1 waived'),
  ]);
});

// ---- Missing nights ---------------------------------------------------------------------------

const cron = '0 0 2 * * * *';
const timed = (index: number, change: Partial<RunPlan> = {}): Partial<RunPlan> => ({
  identity: identify('timer', 'nightly', nightMs(index), cron),
  ...change,
});

it('tells of nights without a run, once', async () => {
  const { told, world } = await play([
    { settings: good, night: 0, plan: timed(0) },
    { settings: good, night: 3, plan: timed(3) },
    { settings: good, night: 3, plan: timed(3) },
    { settings: good, night: 4, plan: timed(4) },
  ]);
  expect(told).toEqual([{}, slack('2 scheduled runs are missing'), {}, {}]);
  expect(world.http.requests[0]?.body).toContain(
    'no run came of it: 2026-11-25T18:00:00.000Z, 2026-11-26T18:00:00.000Z',
  );
});

it('a channel that failed on the night that noticed hears of the missing night later', async () => {
  const channels = channelsOf(`${webhooks.slack} ${webhooks.wecom}`);
  const refuses = { [slackHost]: { status: 404, body: 'no_service' } };
  const { told } = await play([
    { settings: good, night: 0, plan: timed(0, { channels }) },
    { settings: good, night: 2, plan: timed(2, { channels }), refuses },
    { settings: good, night: 3, plan: timed(3, { channels }), refuses },
    { settings: good, night: 5, plan: timed(5, { channels }) },
    { settings: good, night: 6, plan: timed(6, { channels }) },
  ]);
  const one = '1 scheduled run is missing';
  expect(told[1]).toEqual({ [slackHost]: one, 'qyapi.weixin.qq.com': one });
  expect(told[2]).toEqual(slack(one));
  expect(told[3]).toEqual({
    [slackHost]: '2 scheduled runs are missing',
    'qyapi.weixin.qq.com': one,
  });
  expect(told[4]).toEqual({});
});

it('misses nothing of a timer that has never run, or that says no cron', async () => {
  const { told } = await play([
    { settings: good, night: 0 },
    { settings: good, night: 3 },
    {
      settings: good,
      night: 6,
      plan: { identity: identify('timer', 'weekly', nightMs(6), cron) },
    },
  ]);
  expect(told).toEqual([{}, {}, {}]);
});

// ---- Partly told ------------------------------------------------------------------------------

/** 120 policies break: three messages on Slack, of 47, 47 and 26. */
const manyPolicies: readonly CompiledPolicy[] = Array.from({ length: 120 }, (_, index) => {
  const [template] = policies;
  if (template === undefined) throw new Error('no policy');
  const id = `enabled-${String(index).padStart(3, '0')}`;
  return { ...template, policy: { ...template.policy, id, title: `Title of ${id}` } };
});
const idsIn = (bodies: readonly string[]) =>
  bodies.flatMap((body) => Array.from(body.matchAll(/Title of (enabled-\d+)/g), ([, id]) => id));

function partly(failing: readonly number[]) {
  const clock = createManualClock(nightMs(0));
  let posts = 0;
  const http = createScriptedHttp(() => {
    posts += 1;
    return failing.includes(posts) ? { status: 400, body: 'invalid_blocks' } : { body: 'ok' };
  });
  let settings: JsonObject = off;
  const reader = createReader(() => settings);
  const world = worldOf({ store: createMemoryStore(), clock, http, reader });
  const night = async (index: number, now: JsonObject = off) => {
    settings = now;
    clock.set(Math.max(clock.now() + 60_000, nightMs(index) + 2_000));
    const before = http.requests.length;
    const at = new Date(nightMs(index)).toISOString();
    const { notices } = await runAudit(
      world.ports,
      planAt(at, {
        signer,
        policies: manyPolicies,
        observeUntilMs: clock.now() + 100_000,
        tellUntilMs: clock.now() + 200_000,
      }),
    );
    return { notices, bodies: http.requests.slice(before).map(({ body }) => body) };
  };
  return { night, store: world.store };
}
const allIds = manyPolicies.map(({ policy }) => policy.id);

it.each([
  ['the repeated tick', 0],
  ['the next night', 1],
])('%s tells only what was not told, where message 2 of 3 failed', async (_name, index) => {
  const { night, store } = partly([2]);
  const first = await night(0);
  expect(first.notices).toMatchObject([{ status: 'failed', attempts: 2 }]);
  expect(first.notices[0]?.told).toHaveLength(47);
  expect(idsIn(first.bodies.slice(0, 1))).toEqual(allIds.slice(0, 47));

  const second = await night(index);
  expect(second.notices).toMatchObject([{ status: 'sent', attempts: 2 }]);
  expect(idsIn(second.bodies)).toEqual(allIds.slice(47));
  expect((await night(index + 1)).bodies).toEqual([]);
  const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
  expect(faults).toEqual([]);
});

it('adds up what several broken deliveries told', async () => {
  const { night } = partly([2, 4]);
  await night(0);
  const second = await night(0);
  expect(second.notices).toMatchObject([{ status: 'failed', attempts: 2 }]);
  expect(idsIn(second.bodies.slice(0, 1))).toEqual(allIds.slice(47, 94));
  const third = await night(1);
  expect(third.notices).toMatchObject([{ status: 'sent', attempts: 1 }]);
  expect(idsIn(third.bodies)).toEqual(allIds.slice(94));
});

it('tells the end of what it told, and no end of what it never told', async () => {
  const { night } = partly([2]);
  await night(0);
  const fixed = await night(1, good);
  expect(fixed.notices).toMatchObject([{ status: 'sent' }]);
  expect(idsIn(fixed.bodies)).toEqual(allIds.slice(0, 47));
  expect(fixed.bodies[0]).toContain('tcss-audit: 47 resolved');
});
