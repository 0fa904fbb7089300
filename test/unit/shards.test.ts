import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import { encodePolicies } from '../../shared/evidence/run-files.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { own } from '../../shared/json.ts';
import type { Json, JsonObject, TargetReport } from '../../shared/model.ts';
import type { EvidenceStore, InvokeSelf } from '../../shared/ports.ts';
import { judgePattern } from '../../cli/patterns.ts';
import { createReplay } from '../../shared/replay.ts';
import { collected, runAudit, type RunOutcome, type RunPlan } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';
import { gatherInShards, parseShard, runShard, shardSize } from '../../shared/shards.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import {
  accept,
  createManualClock,
  createScriptedHttp,
  goodSettings,
  planAt,
  policies,
  uin,
} from '../support/fake-ports.ts';
import { createOpenStore, publicKey, signer, type OpenStore } from '../support/log.ts';

const night = Date.UTC(2026, 10, 24, 18);

function targetsOf(count: number): readonly AuditTarget[] {
  return Array.from({ length: count }, (_, index) => {
    const account = String(100_000_000_001 + index);
    return index === 0
      ? { uin: account, site: 'intl' }
      : { uin: account, site: 'intl', roleArn: `qcs::cam::uin/${account}:roleName/TcssAudit` };
  });
}

/** What becomes of one invocation. */
type Deed =
  | 'answers'
  /** Before it put anything. */
  | 'fails'
  /** After it put its files. */
  | 'fails late'
  /** Its answer is lost, and its files come after the other side gave up waiting. */
  | 'is lost'
  | 'answers another run'
  | 'answers a hash that is none'
  | 'leaves a target out'
  | 'answers twice the same file'
  | 'answers null'
  | 'is refused'
  /** The invocation that got the tick is killed. */
  | 'kills the run';
const deeds: readonly Deed[] = [
  ...(['answers', 'fails', 'fails late', 'is lost', 'answers another run'] as const),
  ...(['answers a hash that is none', 'leaves a target out'] as const),
  ...(['answers twice the same file', 'answers null'] as const),
];

interface Scene {
  readonly targets: number;
  /** In the order of the invocations; beyond them all answer. */
  readonly script: readonly Deed[];
  readonly windowMs?: number;
  /** What becomes of the store between a killed attempt and the next one. */
  readonly meanwhile?: (store: OpenStore) => Promise<void>;
}

/** One night of many targets, with invocations that go as scripted. */
async function play({ targets: count, script, windowMs = 3_000, meanwhile }: Scene) {
  const clock = createManualClock(night);
  const store = createOpenStore();
  const targets = targetsOf(count);
  const opened: string[] = [];
  const accounts = {
    open: (account: { readonly roleArn?: string }) => {
      const [, owner = uin] = /uin\/(\d+)/.exec(account.roleArn ?? '') ?? [];
      opened.push(owner);
      const settings = { ...goodSettings, ScanVul: Number(owner) % 3 !== 0 };
      return Promise.resolve({
        read: () => clock.pass(1).then(() => settings),
        whoAmI: () => Promise.resolve(uin),
      });
    },
  };
  const plan: RunPlan = {
    ...planAt(new Date(night).toISOString(), { signer, targets }),
    observeUntilMs: night + windowMs,
    tellUntilMs: night + windowMs + 60_000,
  };
  const policiesKey = encodePolicies(policies, []).key;

  const asked: { readonly uins: readonly string[]; readonly deed: Deed }[] = [];
  const late: Promise<unknown>[] = [];
  const shard = async (request: Json, into: EvidenceStore): Promise<JsonObject> => {
    const parsed = parseShard(request, { site: 'intl', policyNames: new Set() });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const survey = { ...plan, identity: plan.identity, policiesKey };
    const answer = await runShard({ accounts, store: into, clock }, survey, parsed.value);
    return JSON.parse(JSON.stringify({ shard: answer })) as JsonObject;
  };
  const invokeSelf: InvokeSelf = async (event, deadlineMs) => {
    const request = JSON.parse(JSON.stringify(own(event, 'shard'))) as {
      readonly targets: readonly { readonly uin: string }[];
      readonly untilMs: number;
    };
    const deed = script[asked.length] ?? 'answers';
    asked.push({ uins: request.targets.map((target) => target.uin), deed });
    const json = request as unknown as Json;
    switch (deed) {
      case 'answers':
        return shard(json, store);
      case 'fails':
        throw new CloudError('FunctionError', 'Invoke: the invocation failed: boom');
      case 'fails late':
        await shard(json, store);
        throw new CloudError('FunctionError', 'Invoke: the invocation failed: out of memory');
      case 'is lost': {
        // The put is under way when the time is up.
        const delayed: EvidenceStore = {
          ...store,
          putIfAbsent: async (key, bytes) => {
            await clock.pass(Math.max(0, request.untilMs + 20 - clock.now()));
            return store.putIfAbsent(key, bytes);
          },
        };
        late.push(shard(json, delayed).catch(() => undefined));
        await clock.pass(Math.max(0, deadlineMs - clock.now()));
        throw new CloudError('Timeout', 'Invoke: no whole answer within 1 s');
      }
      case 'answers another run': {
        const answer = await shard(json, store);
        return { shard: { ...(own(answer, 'shard') as JsonObject), runId: 'x' } };
      }
      case 'answers a hash that is none':
      case 'answers twice the same file': {
        const answer = own(await shard(json, store), 'shard') as JsonObject;
        const [file] = own(answer, 'files') as readonly JsonObject[];
        const wrong = { ...file, digest: { sha256: '0'.repeat(64) } };
        const files = deed === 'answers a hash that is none' ? [wrong] : [file, file];
        return { shard: { ...answer, files: files as Json } };
      }
      case 'leaves a target out':
        return shard({ ...(json as JsonObject), targets: request.targets.slice(1) as Json }, store);
      case 'answers null':
        return null;
      case 'kills the run':
        throw new Error('killed');
      case 'is refused':
        throw new CloudError('AuthFailure.UnauthorizedOperation', 'Invoke: no; grant scf:Invoke');
    }
  };

  const http = createScriptedHttp(accept);
  const logged: string[] = [];
  const ports = { accounts, store, clock, http: http.http, invokeSelf };
  const log = (level: string, event: string) => logged.push(`${level} ${event}`);
  /** The platform's retry comes a minute later, and no process of the first attempt lives so long. */
  const untilSealed = async (): Promise<RunOutcome> => {
    try {
      const startMs = clock.now();
      const times = { observeUntilMs: startMs + windowMs, tellUntilMs: startMs + 120_000 };
      return await runAudit({ ...ports, log }, { ...plan, ...times });
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error;
      await clock.pass(60_000);
      await meanwhile?.(store);
      return untilSealed();
    }
  };
  const outcome = await untilSealed();
  await Promise.all(late);
  const { faults } = await verifyLog(store, {
    publicKeys: [publicKey],
    replay: createReplay({ sources, version: '0.0.0-test', judgePattern }),
  });
  return {
    outcome,
    reports: await collected(outcome),
    asked,
    opened,
    faults,
    logged,
    http,
    plan,
    store,
  };
}

function uinsOf(reports: readonly TargetReport[]): readonly string[] {
  return reports.map(({ target }) => target.uin).sort();
}

describe('targets beyond what one invocation should read', () => {
  it('are read by others, each target by one, and told once', async () => {
    const { outcome, reports, asked, faults, http, plan } = await play({ targets: 30, script: [] });
    expect(shardSize(plan, night)).toBe(10);
    expect(asked.map(({ uins }) => uins.length)).toEqual([10, 10, 10]);
    expect(uinsOf(reports)).toEqual(uinsOf(targetsOf(30).map((target) => reportOfTarget(target))));
    expect(outcome.counts).toEqual({
      targets: 30,
      pass: 80,
      fail: 10,
      waived: 0,
      error: 0,
      skip: 0,
    });
    expect(outcome.predicate.run.complete).toBe(true);
    expect(outcome.predicate.abandoned).toEqual([]);
    expect(faults).toEqual([]);
    expect(http.requests).toHaveLength(1);
  });

  it('are read back four shards at a time, however many answer at once', async () => {
    const clock = createManualClock(night);
    const store = createMemoryStore();
    const targets = targetsOf(200);
    const policiesKey = 'policies/test.json';
    const plan = {
      ...planAt(new Date(night).toISOString(), { targets }),
      policiesKey,
      observeUntilMs: night + 3_000,
    };
    const accounts = {
      open: () =>
        Promise.resolve({
          read: () => clock.pass(1).then(() => goodSettings),
          whoAmI: () => Promise.resolve(uin),
        }),
    };
    const invokeSelf: InvokeSelf = async (event) => {
      const parsed = parseShard(own(event, 'shard') ?? null, {
        site: 'intl',
        policyNames: new Set(),
      });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const answer = await runShard({ accounts, store, clock }, plan, parsed.value);
      return JSON.parse(JSON.stringify({ shard: answer })) as JsonObject;
    };
    let reading = 0;
    let most = 0;
    const slow: EvidenceStore = {
      ...store,
      get: async (key) => {
        reading += 1;
        most = Math.max(most, reading);
        await clock.pass(5);
        reading -= 1;
        return store.get(key);
      },
    };
    const { files, tally } = await gatherInShards(
      {
        ...{ accounts, clock, invokeSelf, store: slow },
        log: () => undefined,
        claim: () => Promise.resolve(),
      },
      plan,
      targets,
    );
    expect({ files: files.length, targets: tally.counts.targets, most }).toEqual({
      files: 20,
      targets: 200,
      most: 4,
    });
  });

  it('are invoked once more, then their targets are errors that say why', async () => {
    const { outcome, reports, asked, faults } = await play({
      targets: 20,
      script: ['fails', 'answers', 'answers null'],
    });
    expect(asked.map(({ deed }) => deed)).toEqual(['fails', 'answers', 'answers null']);
    const [first] = reports.filter(({ target }) => target.uin === uin);
    expect(first?.findings).toMatchObject([
      {
        status: 'error',
        reason: expect.stringContaining(
          'not read: its shard failed twice: Invoke: the shard answered nonsense: the answer is not that of a shard of this run',
        ) as unknown,
      },
      { status: 'error' },
      { status: 'error' },
    ]);
    expect(outcome.counts).toMatchObject({ targets: 20, error: 30 });
    expect(outcome.predicate.run.complete).toBe(false);
    expect(faults).toEqual([]);
  });

  it('are read in one instance where the function may not invoke itself, which is logged', async () => {
    const { outcome, asked, faults, logged } = await play({
      targets: 30,
      script: ['is refused', 'is refused', 'is refused'],
    });
    expect(asked).toHaveLength(3);
    expect(outcome.counts).toMatchObject({ targets: 30, error: 0 });
    expect(logged).toContain('error no-shards');
    expect(faults).toEqual([]);
  });

  it('that one instance did not reach say why it read alone', async () => {
    const { outcome, reports, faults } = await play({
      targets: 400,
      script: Array.from({ length: 60 }, () => 'is refused'),
      windowMs: 3,
    });
    const late = reports.flatMap(({ findings }) =>
      findings.flatMap((finding) => (finding.status === 'error' ? finding.reason : [])),
    );
    expect(outcome.counts.targets).toBe(400);
    expect(late.length).toBeGreaterThan(0);
    expect(new Set(late)).toEqual(
      new Set([
        'Deadline: not reached: the time of this invocation was used up; one instance had to read alone, since it could not invoke itself: Invoke: no; grant scf:Invoke',
      ]),
    );
    expect(outcome.predicate.run.complete).toBe(false);
    expect(faults).toEqual([]);
  });

  it('seals what a lost shard put, as abandoned', async () => {
    const { outcome, reports, faults } = await play({ targets: 20, script: ['is lost'] });
    expect(uinsOf(reports)).toHaveLength(20);
    expect(outcome.counts).toMatchObject({ targets: 20, error: 0 });
    expect(outcome.predicate.abandoned).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it('that a killed attempt has read are not read again by the repeated tick', async () => {
    const { outcome, reports, asked, opened, faults } = await play({
      targets: 40,
      script: ['answers', 'answers', 'kills the run', 'answers'],
    });
    expect(uinsOf(reports)).toHaveLength(40);
    expect(outcome.counts).toMatchObject({ targets: 40, error: 0 });
    // The ten that are left are few enough for one instance.
    expect(asked).toHaveLength(4);
    expect([...opened].sort()).toEqual(uinsOf(reports));
    expect(outcome.predicate.run.startedAt).toBe(new Date(night).toISOString());
    expect(outcome.predicate.abandoned).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('are read again where somebody else vouches for a file', async () => {
    const { outcome, asked, faults } = await play({
      targets: 40,
      script: ['answers', 'answers', 'kills the run', 'answers'],
      meanwhile: async (store) => {
        const runId = 'nightly-20261124T180000Z';
        const keys = await store.list(`claims/${runId}/`);
        for (const key of keys) {
          const text = new TextDecoder().decode(store.files.get(key));
          store.files.set(key, Buffer.from(text.replace(/"sig":"...../, '"sig":"AAAAA')));
        }
      },
    });
    expect(new Set(asked.slice(4).flatMap(({ uins }) => uins)).size).toBe(40);
    expect(outcome.counts).toMatchObject({ targets: 40, error: 0 });
    expect(outcome.predicate.abandoned).toHaveLength(3);
    expect(faults).toEqual([]);
  });

  it('come out exactly once, whatever the shards do, and nothing passes unseen', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 11, max: 60 }),
        fc.array(fc.constantFrom(...deeds, 'is refused' as const, 'kills the run' as const), {
          maxLength: 12,
        }),
        async (targets, script) => {
          const { outcome, reports, faults, asked } = await play({ targets, script });
          expect(uinsOf(reports)).toEqual(
            uinsOf(targetsOf(targets).map((target) => reportOfTarget(target))),
          );
          expect(faults).toEqual([]);
          const { pass, fail, waived, error, skip } = outcome.counts;
          expect(pass + fail + waived + error + skip).toBe(targets * policies.length);
          // Which one is wrong is known of each: it must never pass.
          const passed = reports.filter(({ findings }) =>
            findings.some(
              ({ policyId, status }) => policyId === 'vulnerabilities' && status === 'pass',
            ),
          );
          expect(passed.filter(({ target }) => Number(target.uin) % 3 === 0)).toEqual([]);
          // No target was asked for more than twice by one attempt.
          const times = new Map<string, number>();
          for (const { uins } of asked)
            for (const one of uins) times.set(one, (times.get(one) ?? 0) + 1);
          expect(Math.max(0, ...times.values())).toBeLessThanOrEqual(
            2 * (1 + script.filter((deed) => deed === 'kills the run').length),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

function reportOfTarget(target: AuditTarget): TargetReport {
  return { target, observations: [], findings: [] };
}
