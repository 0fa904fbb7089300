/** What becomes of targets, and of time, whatever the invocations answer. */
import { describe, expect, it } from 'vitest';

import { AuditError, CloudError } from '../../shared/errors.ts';
import { parseLines, reportOfLine } from '../../shared/evidence/hostile.ts';
import type { Subject } from '../../shared/evidence/record.ts';
import { encodeReport, targetsKey } from '../../shared/evidence/run-files.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { tallyOf } from '../../shared/evidence/tally.ts';
import type { Json, JsonObject, TargetReport } from '../../shared/model.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import {
  gatherInShards,
  parseShard,
  runShard,
  shardSize,
  takeOver,
  type ShardRequest,
  type ShardsPlan,
} from '../../shared/shards.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import {
  accountsOf,
  createManualClock,
  createReader,
  goodSettings,
  planAt,
  policies,
  uin,
  waiverOf,
  type ManualClock,
} from '../support/fake-ports.ts';
import { bytesOf, createOpenStore, present, type OpenStore } from '../support/log.ts';

const night = Date.UTC(2026, 10, 24, 18);
const runId = 'nightly-20261124T180000Z';
const policiesKey = 'policies/test.json';
const key = (index: number) => targetsKey(runId, index);

const targetsOf = (count: number): readonly AuditTarget[] =>
  Array.from({ length: count }, (_, index) => {
    const account = String(100_000_000_001 + index);
    return {
      ...{ uin: account, site: 'intl', alias: `a${String(index)}`, tags: ['pci'] },
      roleArn: `qcs::cam::uin/${account}:roleName/TcssAudit`,
    };
  });
const pair = targetsOf(2);

/** Of a window of three seconds, a shard has ten targets. */
const planOf = (change: Partial<ShardsPlan> = {}): ShardsPlan => ({
  ...planAt(new Date(night).toISOString()),
  ...{ policiesKey, observeUntilMs: night + 3_000, ...change },
});

const portsAt = (clock: ManualClock, store: OpenStore, settings = goodSettings) => ({
  ...{ clock, store, accounts: accountsOf(createReader(() => settings)) },
});

async function askedFor(
  event: Json,
  clock: ManualClock,
  store: OpenStore,
  plan: ShardsPlan,
): Promise<JsonObject> {
  const parsed = parseShard(event, { site: 'intl', policyNames: new Set(['image-scan']) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const answer = await runShard(portsAt(clock, store), plan, parsed.value);
  return JSON.parse(JSON.stringify(answer)) as JsonObject;
}

interface Call {
  readonly request: ShardRequest;
  readonly deadlineMs: number;
  /** How many came before. */
  readonly index: number;
  /** Does the work, and says what a shard answers. */
  readonly work: () => Promise<JsonObject>;
  readonly clock: ManualClock;
  readonly store: OpenStore;
}

/** One night in shards. */
async function play(
  targets: readonly AuditTarget[],
  answer: (call: Call) => Promise<Json>,
  change: Partial<ShardsPlan> = {},
  settings = goodSettings,
) {
  const [clock, store, plan] = [createManualClock(night), createOpenStore(), planOf(change)];
  const asked: Pick<Call, 'request' | 'deadlineMs'>[] = [];
  const logged: unknown[] = [];
  const claimed: (readonly string[])[] = [];
  const gathered = await gatherInShards(
    {
      ...portsAt(clock, store, settings),
      invokeSelf: (event, deadlineMs) => {
        const { shard } = JSON.parse(JSON.stringify(event)) as { readonly shard: ShardRequest };
        asked.push({ request: shard, deadlineMs });
        const work = () => askedFor(shard as unknown as Json, clock, store, plan);
        return answer({
          ...{ request: shard, deadlineMs, index: asked.length - 1, work, clock, store },
        });
      },
      log: (level, event, fields) => logged.push([level, event, fields]),
      claim: (files) => {
        claimed.push(files.map(({ name }) => name));
        return Promise.resolve();
      },
    },
    plan,
    targets,
  );
  return { gathered, asked, logged, claimed, clock, store, reports: reportsIn(store, gathered) };
}

function reportsIn(store: OpenStore, { files }: { readonly files: readonly Subject[] }) {
  return files.flatMap(({ name, digest }) => {
    const bytes = present(store.files.get(name));
    expect(sha256(bytes)).toBe(digest.sha256);
    return parseLines(bytes).map(({ report }) => {
      if (typeof report === 'string') throw new Error(report);
      return reportOfLine(report);
    });
  });
}

/** Why each target could not be read. */
function whyOf(reports: readonly TargetReport[]): readonly string[] {
  return reports.flatMap(({ observations }) =>
    observations.map((one) =>
      'error' in one ? `${one.error.code}: ${one.error.message}` : 'it was read',
    ),
  );
}

const honest = async ({ work }: Call): Promise<Json> => ({ shard: await work() });
const failing = (code: string) => () => Promise.reject(new CloudError(code, 'Invoke: no'));

const subjectOf = (name: string, text: string): Subject => ({
  ...{ name, digest: { sha256: sha256(bytesOf(text)) } },
});

// ---- What is believed -------------------------------------------------------------------------

describe('what a shard answers', () => {
  it('is read from its files: their tally, their waivers, and they are vouched for', async () => {
    const waivers = [waiverOf(), waiverOf({ id: 'W-2', policy: 'period' })];
    const settings = { ...goodSettings, ScanVul: false };
    const plan = planOf({ waivers });
    const read = await play(
      pair,
      async ({ request, clock, store }) => {
        const accounts = accountsOf(createReader(() => settings));
        const parsed = parseShard(request as unknown as Json, {
          ...{ site: 'intl', policyNames: new Set() },
        });
        if (!parsed.ok) throw new Error('not parsed');
        const { files } = await runShard({ accounts, clock, store }, plan, parsed.value);
        return { shard: { runId, files } } as unknown as Json;
      },
      { waivers },
    );
    expect(read.gathered.files.map(({ name }) => name)).toEqual([key(0)]);
    expect(read.gathered.tally).toEqual(tallyOf(read.reports));
    expect(read.gathered.tally.counts).toMatchObject({ targets: 2, pass: 4, fail: 1, waived: 1 });
    expect(read.gathered.waivers).toEqual(['W-1']);
    expect(read.claimed).toEqual([[key(0)]]);
    expect(read.logged).toEqual([]);
  });

  it('may lie in several files', async () => {
    const { gathered, claimed } = await play(pair, async ({ work, store }) => {
      await work();
      const lines = Buffer.from(present(store.files.get(key(0))))
        .toString()
        .split(/(?<=\n)/);
      const files = lines.map((line, index) => {
        store.files.set(key(index + 5), bytesOf(line));
        return subjectOf(key(index + 5), line);
      });
      return { shard: { runId, files } } as unknown as Json;
    });
    expect(gathered.tally.counts).toMatchObject({ targets: 2, pass: 6, error: 0 });
    expect(claimed).toEqual([[key(5), key(6)]]);
  });

  /** A file whose lines somebody else wrote. */
  const forged =
    (edit: (reports: readonly TargetReport[]) => readonly (TargetReport | string)[]) =>
    async ({ work, store }: Call): Promise<Json> => {
      const { files } = (await work()) as unknown as { readonly files: readonly Subject[] };
      const lines = edit(reportsIn(store, { files }))
        .map((line) => (typeof line === 'string' ? line : encodeReport(line)))
        .map((line) => `${line}\n`)
        .join('');
      store.files.set(key(7), bytesOf(lines));
      return { shard: { runId, files: [subjectOf(key(7), lines)] } } as unknown as Json;
    };
  /** The true file under the name and hash that somebody gives. */
  const naming =
    (edit: (file: Subject) => unknown) =>
    async ({ work, store }: Call): Promise<Json> => {
      const answer = await work();
      const [file] = answer['files'] as unknown as readonly Subject[];
      const { name, digest } = present(file);
      const other = edit({ name, digest });
      const named = (other as { readonly name?: unknown } | null)?.name;
      if (typeof named === 'string') store.files.set(named, present(store.files.get(name)));
      return { shard: { ...answer, files: [other] as Json } };
    };
  const saying =
    (edit: (answer: JsonObject) => Json) =>
    async ({ work }: Call): Promise<Json> =>
      edit(await work());
  const changing = (change: (report: TargetReport) => TargetReport) =>
    forged(([first, second]) => [present(first), change(present(second))]);
  const [, other] = pair.map((target) => target.uin);

  const noAnswer = 'the answer is not that of a shard of this run';
  const noFile = 'the answer names a file that is none of this run';
  const foreign = `${key(7)} has a report of ${present(other)}, which was not asked for`;
  const nonsense: Record<string, readonly [answer: (call: Call) => Promise<Json>, why: string]> = {
    nothing: [saying(() => null), noAnswer],
    'a text': [saying(() => 'shard'), noAnswer],
    'a list': [saying((shard) => [shard]), noAnswer],
    'no shard': [saying((shard) => shard), noAnswer],
    'null for a shard': [saying(() => ({ shard: null })), noAnswer],
    'another run': [saying((shard) => ({ shard: { ...shard, runId: 'x' } })), noAnswer],
    'no run': [saying(({ files }) => ({ shard: { files: files ?? null } })), noAnswer],
    'no files': [saying(() => ({ shard: { runId } })), 'the answer names no files'],
    'an object for its files': [
      saying(() => ({ shard: { runId, files: {} } })),
      'the answer names no files',
    ],
    'an empty list of files': [
      saying(() => ({ shard: { runId, files: [] } })),
      '2 of its targets are in no file',
    ],
    'null for a file': [naming(() => null), noFile],
    'a text for a file': [naming(({ name }) => name), noFile],
    'a file without a name': [naming(({ digest }) => ({ digest })), noFile],
    'a number for a name': [naming((file) => ({ ...file, name: 1 })), noFile],
    'a file of another run': [
      naming((file) => ({ ...file, name: targetsKey('nightly-20261123T180000Z', 0) })),
      noFile,
    ],
    'a file of this run outside the runs': [
      naming((file) => ({ ...file, name: `x/${file.name}` })),
      noFile,
    ],
    'a file with too short a number': [
      naming((file) => ({ ...file, name: `runs/${runId}/targets-000.jsonl` })),
      noFile,
    ],
    'a file with too long a number': [
      naming((file) => ({ ...file, name: `runs/${runId}/targets-0000000000.jsonl` })),
      noFile,
    ],
    'a file of another kind': [
      naming((file) => ({ ...file, name: `runs/${runId}/targets-0000.jsonl.bak` })),
      noFile,
    ],
    'a file without a hash': [naming(({ name }) => ({ name })), noFile],
    'null for a hash': [naming((file) => ({ ...file, digest: null })), noFile],
    'a number for a hash': [naming((file) => ({ ...file, digest: { sha256: 1 } })), noFile],
    'a file twice': [
      saying(({ files }) => {
        const [file = null] = files as readonly Json[];
        return { shard: { runId, files: [file, file] } };
      }),
      noFile,
    ],
    'a hash that is none of the file': [
      naming(() => ({ name: key(0), digest: { sha256: '0'.repeat(64) } })),
      `${key(0)} is not as it says`,
    ],
    'a file that is not there': [
      saying(() => ({ shard: { runId, files: [subjectOf(key(9), '')] } }) as unknown as Json),
      `${key(9)} is not as it says`,
    ],
    'a line that is no report': [
      forged(([first, second]) => [present(first), 'x', present(second)]),
      `a line of ${key(7)} is not a JSON object`,
    ],
    'a target left out': [forged((all) => all.slice(1)), '1 of its targets are in no file'],
    'a target twice': [forged(([first, second]) => [first, second, second].map(present)), foreign],
    'a target that was not asked for': [
      forged(([first, second]) => [
        ...[present(first), present(second)],
        { ...present(first), target: { uin: '9'.repeat(50), site: 'intl' } },
      ]),
      `${key(7)} has a report of ${'9'.repeat(39)}…, which was not asked for`,
    ],
    'a target under another site': [
      changing((one) => ({ ...one, target: { ...one.target, site: 'cn' } })),
      foreign,
    ],
    'a target with other tags': [
      changing((one) => ({ ...one, target: { ...one.target, tags: [] } })),
      foreign,
    ],
    'a target that fewer policies judge': [
      changing((one) => ({ ...one, target: { ...one.target, policies: [] } })),
      foreign,
    ],
  };
  it.each(Object.entries(nonsense))('is not believed where it is %s', async (_name, it) => {
    const [answer, why] = it;
    const { reports, gathered, asked, logged, claimed, store } = await play(pair, answer);
    const reason = `Invoke: the shard answered nonsense: ${why}`;
    expect(asked).toHaveLength(2);
    expect(reports.map(({ target }) => target.uin)).toEqual(pair.map((target) => target.uin));
    expect(whyOf(reports)).toEqual(
      pair.map(() => `ShardFailed: not read: its shard failed twice: ${reason}`),
    );
    expect(gathered.tally.counts).toMatchObject({ targets: 2, pass: 0, error: 6 });
    expect(logged).toEqual(
      asked.map(() => ['warn', 'shard-failed', { firstIndex: 0, targets: 2, reason }]),
    );
    expect(claimed).toEqual([]);
    const [file] = gathered.files.map(({ name }) => name);
    expect([...store.files.keys()].at(-1)).toBe(file);
    expect(file).toMatch(`runs/${runId}/`);
  });

  it('is taken for targets that only some policies judge, without what is not sealed', async () => {
    const [first, second] = pair.map(present);
    const targets = [
      { ...present(first), externalId: 'CANARY' },
      { ...present(second), policies: ['image-scan'] },
    ];
    const { gathered, reports } = await play(targets, honest);
    expect(gathered.tally.counts).toMatchObject({ targets: 2, pass: 6, error: 0 });
    expect(reports.map(({ target }) => target)).toEqual([
      first,
      { ...second, policies: policies.map(({ policy }) => policy.id) },
    ]);
  });

  it('is lost with the run where the run breaks', async () => {
    const run = play(pair, () => Promise.reject(new Error('killed')));
    await expect(run).rejects.toThrow('killed');
  });
});

// ---- Who is asked, and when -------------------------------------------------------------------

describe('a shard is asked', () => {
  it('for its targets, with half the time of this invocation, and its answer has a way to go', async () => {
    const { asked } = await play(pair, honest);
    const endMs = night + 3_000 * 0.45;
    expect(asked).toEqual([
      {
        request: {
          ...{ runId, policiesKey, firstIndex: 0, atOnce: 1, targets: pair },
          trigger: { type: 'timer', name: 'nightly', scheduledAt: '2026-11-24T18:00:00.000Z' },
          untilMs: endMs - 135,
        },
        deadlineMs: endMs,
      },
    ]);
  });

  it('a second time with all that is left of it', async () => {
    const { asked, gathered } = await play(pair, async (call) => {
      if (call.index > 0) return honest(call);
      await call.clock.pass(1_000);
      throw new CloudError('FunctionError', 'Invoke: boom');
    });
    expect(asked.map(({ deadlineMs }) => deadlineMs)).toEqual([night + 1_350, night + 3_000]);
    expect(asked[1]?.request.untilMs).toBe(night + 2_800);
    expect(gathered.tally.counts).toMatchObject({ targets: 2, pass: 6, error: 0 });
  });

  it('for no longer than an invocation may take', async () => {
    const { asked } = await play(pair, failing('FunctionError'), {
      observeUntilMs: night + 3_600_000,
    });
    expect(asked.map(({ deadlineMs }) => deadlineMs)).toEqual([night + 280_000, night + 280_000]);
    expect(asked.map(({ request }) => request.untilMs)).toEqual([night + 278_000, night + 278_000]);
  });

  it('for a part of one size with all others, whose files have numbers of their own', async () => {
    const { asked, reports } = await play(targetsOf(21), honest);
    expect(asked.map(({ request }) => request.targets.length)).toEqual([7, 7, 7]);
    expect(asked.map(({ request }) => request.firstIndex)).toEqual([0, 2, 4]);
    expect(asked.map(({ request }) => request.atOnce)).toEqual([3, 3, 3]);
    expect(reports.map(({ target }) => target)).toEqual(targetsOf(21));
  });

  it('for files that hold the answers of all its sources', async () => {
    const [first] = policies;
    const three = Object.keys(planOf().sources)
      .slice(0, 3)
      .map((source): CompiledPolicy => {
        const { policy, ...rest } = present(first);
        return { ...rest, policy: { ...policy, id: source, source } };
      });
    const { asked } = await play(targetsOf(2_000), failing('FunctionError'), {
      ...{ policies: three, observeUntilMs: night + 600_000 },
    });
    // A thousand lines of three sources fill more than one file, and one number is kept for the rest.
    expect(asked.slice(0, 2).map(({ request }) => request.firstIndex)).toEqual([0, 3]);
  });

  it('with fifty others at most', async () => {
    let [working, most] = [0, 0];
    const { asked, gathered } = await play(
      targetsOf(60),
      async (call) => {
        working += 1;
        most = Math.max(most, working);
        await call.clock.pass(1);
        working -= 1;
        return honest(call);
      },
      { observeUntilMs: night + 200 },
    );
    expect([most, asked.length, gathered.tally.counts.targets]).toEqual([50, 60, 60]);
    expect(asked.every(({ request }) => request.atOnce === 50)).toBe(true);
  });

  it('no more once the time is up', async () => {
    const late = { observeUntilMs: night };
    const { asked, reports, logged } = await play(pair, honest, late);
    expect([asked, logged]).toEqual([[], []]);
    const notStarted = 'the time of this invocation was used up before its shard was started';
    expect(whyOf(reports)).toEqual(
      pair.map(() => `ShardFailed: not read: its shard failed twice: ${notStarted}`),
    );
  });

  it('no second time once the time is up, and its targets say what came of the first', async () => {
    const { asked, reports } = await play(pair, async ({ clock }) => {
      await clock.pass(3_000);
      throw new CloudError('FunctionError', 'Invoke: boom');
    });
    expect(asked).toHaveLength(1);
    expect(whyOf(reports)).toEqual(
      pair.map(() => 'ShardFailed: not read: its shard failed twice: Invoke: boom'),
    );
    expect(reports[0]?.observations[0]?.observedAt).toBe('2026-11-24T18:00:03.000Z');
  });

  it('once more where it was no cloud that failed', async () => {
    const { asked, reports } = await play(pair, () =>
      Promise.reject(new AuditError('EVIDENCE_UNREADABLE', 'the store is away')),
    );
    expect(asked).toHaveLength(2);
    expect(whyOf(reports)).toEqual(
      pair.map(() => 'ShardFailed: not read: its shard failed twice: the store is away'),
    );
  });
});

/** How many targets a shard gets: of so many sources, in so many milliseconds. */
const sizes: Record<string, readonly [sources: number, leftMs: number, size: number]> = {
  'as many as fit into the first attempt': [1, 3_000, 10],
  'fewer where each takes longer': [4, 3_000, 6],
  'as many as one invocation may take': [20, 3_600_000, 466],
  'a thousand at most': [1, 3_600_000, 1_000],
  'one where there is next to no time': [1, 1, 1],
  'one where there is none': [1, -1, 1],
};
it.each(Object.entries(sizes))('a shard has %s', (_name, [count, leftMs, size]) => {
  const policiesOf = Array.from({ length: count }, (_, index): CompiledPolicy => {
    const { policy, ...rest } = present(policies[0]);
    return { ...rest, policy: { ...policy, source: String(index) } };
  });
  const plan = planOf({ policies: policiesOf, observeUntilMs: night + leftMs });
  expect(shardSize(plan, night)).toBe(size);
});

// ---- Where it may not invoke itself -----------------------------------------------------------

describe('where the function may not invoke itself', () => {
  it.each([
    'AuthFailure.UnauthorizedOperation',
    'UnauthorizedOperation.CAM',
    'ResourceNotFound.Function',
    'InvalidParameterValue',
  ])('it reads alone after %s, and says so', async (code) => {
    const { asked, gathered, logged, claimed, clock } = await play(targetsOf(21), failing(code));
    expect(asked).toHaveLength(3);
    expect(gathered.tally.counts).toMatchObject({ targets: 21, pass: 63, error: 0 });
    // Behind the numbers of whatever a shard may have put.
    expect(gathered.files.map(({ name }) => name)).toEqual([key(6)]);
    expect(logged).toEqual([['error', 'no-shards', { reason: 'Invoke: no', targets: 21 }]]);
    expect([claimed, clock.slept]).toEqual([[], []]);
  });

  it.each(['RequestLimitExceeded', 'FunctionError', 'My.AuthFailure'])(
    'it asks once more after %s, which is no refusal',
    async (code) => {
      const { asked, gathered } = await play(pair, failing(code));
      expect(asked).toHaveLength(2);
      expect(gathered.tally.counts).toMatchObject({ targets: 2, error: 6 });
    },
  );

  it('it asks for nothing more once it is refused, whatever waits', async () => {
    const { asked, gathered } = await play(
      targetsOf(60),
      async (call) => {
        // The first one is refused while the others are on their way; one of them then fails.
        await call.clock.pass(1 + call.index);
        if (call.index === 0) throw new CloudError('ResourceNotFound', 'Invoke: no such function');
        if (call.index === 1) throw new CloudError('FunctionError', 'Invoke: boom');
        return honest(call);
      },
      { observeUntilMs: night + 240 },
    );
    expect(asked).toHaveLength(50);
    expect(gathered.tally.counts).toMatchObject({ targets: 60, pass: 180, error: 0 });
  });

  it('it reads alone what fails for the second time after it was refused', async () => {
    const { asked, gathered } = await play(targetsOf(20), async ({ index, clock }) => {
      if (index === 0) throw new CloudError('FunctionError', 'Invoke: boom');
      await clock.pass(index);
      if (index === 1) throw new CloudError('ResourceNotFound', 'Invoke: no such function');
      throw new CloudError('FunctionError', 'Invoke: boom');
    });
    expect(asked).toHaveLength(3);
    expect(gathered.tally.counts).toMatchObject({ targets: 20, pass: 60, error: 0 });
  });

  it('it vouches for each file that is full, since a repeated tick need not read it again', async () => {
    const settings = { ...goodSettings, ExcludeImages: ['x'.repeat(500_000)] };
    const { gathered, claimed } = await play(
      targetsOf(10),
      failing('ResourceNotFound'),
      {},
      settings,
    );
    expect(gathered.files.map(({ name }) => name)).toEqual([key(2), key(3)]);
    expect(claimed).toEqual([[key(2)]]);
  });

  it('it says of what it did not reach that it had to read alone', async () => {
    const { reports } = await play(pair, async ({ clock }) => {
      await clock.pass(3_000);
      throw new CloudError('ResourceNotFound', 'Invoke: no such function');
    });
    const alone = 'one instance had to read alone, since it could not invoke itself';
    expect(whyOf(reports)).toEqual(
      pair.map(
        () =>
          `Deadline: not reached: the time of this invocation was used up; ${alone}: Invoke: no such function`,
      ),
    );
  });
});

// ---- Waiting for whom was given up ------------------------------------------------------------

describe('before the record is written', () => {
  /** Both attempts end at once: the second one may put files until this. */
  const untilMs = 3_000 - 300;

  it.each(['Timeout', 'NetworkError', 'Http502'])(
    'whoever may still put a file after %s is waited for',
    async (code) => {
      const { clock } = await play(pair, failing(code));
      expect(clock.slept).toEqual([untilMs + 2_000]);
    },
  );

  it('the last of all attempts is waited for, whichever it was', async () => {
    const { clock } = await play(pair, ({ index }) =>
      failing(index === 0 ? 'Timeout' : 'FunctionError')(),
    );
    expect(clock.slept).toEqual([1_350 - 135 + 2_000]);
  });

  it.each(['FunctionError', 'X.Timeout'])('nobody is waited for after %s', async (code) => {
    const { clock } = await play(pair, failing(code));
    expect(clock.slept).toEqual([]);
  });

  it('nobody is waited for whose time is long over', async () => {
    const { clock } = await play(pair, async ({ clock }) => {
      await clock.pass(10_000);
      throw new CloudError('Timeout', 'Invoke: no answer');
    });
    expect(clock.slept).toEqual([]);
  });
});

// ---- A killed attempt -------------------------------------------------------------------------

describe('what a killed attempt has read', () => {
  const targets = targetsOf(3);
  const read = async () => {
    const { store, gathered } = await play(targets, honest);
    const lines = Buffer.from(present(store.files.get(key(0))))
      .toString()
      .split(/(?<=\n)/);
    const files = lines.map((line, index) => {
      store.files.set(key(index), bytesOf(line));
      return subjectOf(key(index), line);
    });
    return { store, gathered, files };
  };
  const uinsOf = (list: readonly AuditTarget[]) => list.map((target) => target.uin);

  it('is taken over, and what is left is read', async () => {
    const { store, files } = await read();
    const waivers = [waiverOf()];
    const taken = await takeOver(store, planOf({ waivers }), targets, [files.slice(0, 2)]);
    expect(taken.read.map(({ files: of }) => of)).toEqual([files.slice(0, 2)]);
    expect(taken.read[0]?.tally.counts).toMatchObject({ targets: 2, pass: 6 });
    expect(uinsOf(taken.left)).toEqual(uinsOf(targets.slice(2)));
  });

  it('is taken over claim by claim, each target once', async () => {
    const { store, files } = await read();
    const claims = files.map((file) => [file]);
    const taken = await takeOver(store, planOf(), targets, [...claims, files.slice(0, 1)]);
    expect(taken.read.map(({ files: of }) => of)).toEqual(claims);
    expect(taken.left).toEqual([]);
  });

  const lost: Record<string, (world: Awaited<ReturnType<typeof read>>) => readonly Subject[]> = {
    'a file that is gone': ({ store, files }) => {
      store.files.delete(key(1));
      return files.slice(0, 2);
    },
    'a file that was changed': ({ store, files }) => {
      store.files.set(key(1), bytesOf('x\n'));
      return files.slice(0, 2);
    },
    'a target that is not asked for any more': ({ store, files }) => {
      const report = encodeReport({ target: { uin, site: 'cn' }, observations: [], findings: [] });
      store.files.set(key(4), bytesOf(`${report}\n`));
      return [...files.slice(0, 1), subjectOf(key(4), `${report}\n`)];
    },
  };
  it.each(Object.entries(lost))('is read again as a whole after %s', async (_name, claimOf) => {
    const world = await read();
    const claim = claimOf(world);
    const taken = await takeOver(world.store, planOf(), targets, [claim, world.files.slice(2)]);
    expect(taken.read.map(({ files }) => files)).toEqual([world.files.slice(2)]);
    expect(uinsOf(taken.left)).toEqual(uinsOf(targets.slice(0, 2)));
  });

  it('is no reason to go on where the store cannot be read', async () => {
    const { store, files } = await read();
    const away = { ...store, get: () => Promise.reject(new Error('the store is away')) };
    await expect(takeOver(away, planOf(), targets, [files])).rejects.toThrow('the store is away');
  });
});

// ---- The other side ---------------------------------------------------------------------------

const request = {
  runId,
  trigger: { type: 'timer', name: 'nightly', scheduledAt: '2026-11-24T18:00:00.000Z' },
  policiesKey: `policies/${'0'.repeat(64)}.json`,
  ...{ firstIndex: 0, atOnce: 1, untilMs: night + 10_000 },
  targets: [{ uin }],
};

describe('a request', () => {
  const parse = (change: JsonObject) =>
    parseShard({ ...request, ...change }, { site: 'intl', policyNames: new Set(['image-scan']) });
  const nested = (levels: number): Json =>
    JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as Json;

  const good: Record<string, JsonObject> = {
    'as the function makes it': {},
    'with the largest numbers': { firstIndex: 1e8, atOnce: 50 },
    'of a run with a long name': { runId: `a${'-_9'.repeat(50)}` },
    'whose time has been up for ever': { untilMs: -1 },
  };
  it.each(Object.entries(good))('is read %s', (_name, change) => {
    expect(parse(change)).toEqual({
      ok: true,
      value: { ...request, ...change, targets: [{ uin, site: 'intl' }] },
    });
  });

  const refusal = {
    where: 'shard',
    what: 'is no request that this version makes: only the function itself sends it',
  };
  const { trigger } = request;
  const bad: Record<string, JsonObject> = {
    'another folder': { runId: '../../log/x' },
    'a folder below': { runId: 'a/b' },
    'a run that begins with a number': { runId: '1' },
    'a run with too long a name': { runId: 'a'.repeat(152) },
    'no run': { runId: null },
    'no policies': { policiesKey: null },
    'a number below zero': { firstIndex: -1 },
    'half a number': { firstIndex: 0.5 },
    'too large a number': { firstIndex: 1e8 + 1 },
    'a text for a number': { firstIndex: '0' },
    'nobody at once': { atOnce: 0 },
    'a crowd': { atOnce: 51 },
    'no time': { untilMs: 'soon' },
    'null for a trigger': { trigger: null },
    'a list for a trigger': { trigger: [] },
    'a trigger without a type': { trigger: { ...trigger, type: null } },
    'a trigger without a name': { trigger: { ...trigger, name: 1 } },
    'a trigger without a time': { trigger: { type: 'timer', name: 'nightly' } },
    'something deep': { more: nested(17) },
  };
  it.each(Object.entries(bad))('is refused with %s', (_name, change) => {
    expect(parse(change)).toEqual({ ok: false, problems: [refusal] });
  });

  it.each([null, 'shard', [request]])('is no %j', (shard) => {
    expect(parseShard(shard as Json, { site: 'intl', policyNames: new Set() })).toEqual({
      ok: false,
      problems: [refusal],
    });
  });

  const noList = ['shard.targets', 'holds no list of targets: give [{ "uin": "…" }, …]'];
  const badTargets: Record<string, readonly [targets: Json, told: readonly string[]]> = {
    'none at all': [null, noList],
    'an empty list': [[], noList],
    'one that is none': [
      [{ uin: 'x', roleArn: 'qcs::cam::uin/100000000001:roleName/A' }],
      ['shard.targets[0].uin', 'is "x": give the account in digits, in quotes'],
    ],
  };
  it.each(Object.entries(badTargets))('is refused with targets: %s', (_name, [targets, told]) => {
    const parsed = parse({ targets });
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.map(({ where, what }) => [where, what])[0]).toEqual(told);
  });

  it('is refused without targets', () => {
    const { targets: _, ...rest } = request;
    const parsed = parseShard(rest, { site: 'intl', policyNames: new Set() });
    expect(parsed.ok ? [] : parsed.problems.map(({ where, what }) => [where, what])).toEqual([
      noList,
    ]);
  });
});

describe('a shard that is asked', () => {
  const plan = planOf({ policiesKey: request.policiesKey });
  const asked: ShardRequest = {
    ...request,
    ...{ trigger: plan.identity.trigger, targets: targetsOf(2), firstIndex: 3 },
  };

  it('answers with its files and how many targets are in them', async () => {
    const store = createOpenStore();
    const answer = await runShard(portsAt(createManualClock(night), store), plan, asked);
    const text = Buffer.from(present(store.files.get(key(3)))).toString();
    expect(answer).toEqual({ runId, targets: 2, files: [subjectOf(key(3), text)] });
  });

  const times: Record<string, readonly [leftMs: number, readUntilMs: number]> = {
    'a fifth of a short time before it must have answered': [10_000, 8_000],
    'five seconds of a long one': [60_000, 55_000],
  };
  it.each(Object.entries(times))('stops reading %s', async (_name, [leftMs, readUntilMs]) => {
    const deadlines: number[] = [];
    const accounts = {
      open: (_account: unknown, deadlineMs: number) => {
        deadlines.push(deadlineMs - night);
        return Promise.resolve(createReader(() => goodSettings));
      },
    };
    const ports = { ...portsAt(createManualClock(night), createOpenStore()), accounts };
    await runShard(ports, plan, { ...asked, untilMs: night + leftMs });
    expect(deadlines).toEqual([readUntilMs, readUntilMs]);
  });

  it.each([0, 1, 60_000])('puts nothing once its time is up, %i ms ago', async (lateMs) => {
    const store = createOpenStore();
    const ports = portsAt(createManualClock(night + lateMs), store);
    await expect(runShard(ports, plan, { ...asked, untilMs: night })).rejects.toEqual(
      new AuditError('EVIDENCE_UNWRITABLE', `The shard's time was up before its files were put.`),
    );
    expect(store.files.size).toBe(0);
  });

  it('puts what it has with its last millisecond', async () => {
    const store = createOpenStore();
    const ports = portsAt(createManualClock(night - 1), store);
    await runShard(ports, plan, { ...asked, untilMs: night });
    expect([...store.files.keys()]).toEqual([key(3)]);
  });

  it('refuses to judge by other policies than the run', async () => {
    const accounts = { open: () => Promise.reject(new Error('not to be asked')) };
    const store = createOpenStore();
    const ports = { ...portsAt(createManualClock(night), store), accounts };
    const other = planOf({ policiesKey: 'policies/other.json' });
    await expect(runShard(ports, other, asked)).rejects.toEqual(
      new AuditError(
        'EVENT_INVALID',
        `The shard is to judge by ${request.policiesKey}, its code has policies/other.json: another version is being deployed.`,
      ),
    );
    expect(store.files.size).toBe(0);
  });
});
