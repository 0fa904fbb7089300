/**
 * Killed anywhere: after each effect on the world there is no more of the process. Whatever is killed, the log
 * verifies, each channel knows what is open as soon as one attempt came through, and it hears a thing twice only
 * where the process was killed between the platform's yes and its record of it (docs/channels.md).
 */
import { expect, it } from 'vitest';

import { judgePattern } from '../../cli/patterns.ts';
import { CloudError } from '../../shared/errors.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject } from '../../shared/model.ts';
import { createReplay } from '../../shared/replay.ts';
import type { RunPlan } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import { live, type Life, type Lifetime, type Post } from '../support/crash.ts';
import {
  channelsOf,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  uin,
  worldOf,
} from '../support/fake-ports.ts';
import { createOpenStore, publicKey, signer, type OpenStore } from '../support/log.ts';

const first = Date.UTC(2026, 10, 24, 18);
const nightMs = (index: number) => first + index * 86_400_000;

/** What the account is like, and what must be known of it then, by policy. */
interface State {
  readonly settings: JsonObject | CloudError;
  readonly open: Readonly<Record<string, 'fail' | 'error'>>;
}
const refusal = new CloudError('UnauthorizedOperation', 'not authorized');
const states: readonly State[] = [
  { settings: goodSettings, open: {} },
  { settings: { ...goodSettings, ScanVul: false }, open: { vulnerabilities: 'fail' } },
  { settings: { ...goodSettings, Enable: false }, open: { enabled: 'fail' } },
  {
    settings: { ...goodSettings, ScanVul: false, ScanPeriod: 30 },
    open: { vulnerabilities: 'fail', period: 'fail' },
  },
  { settings: refusal, open: { enabled: 'error', vulnerabilities: 'error', period: 'error' } },
];
const [good, bad] = states as readonly [State, State];

const hosts = ['one.example.com', 'two.example.com'] as const;
const channels = channelsOf(hosts.map((host) => `https://${host}/hook#kind=generic`).join(' '));

// ---- The world ----------------------------------------------------------------------------------

interface Scene {
  readonly store?: OpenStore;
  readonly posts?: readonly Post[];
  readonly random?: () => number;
  readonly targets?: readonly AuditTarget[];
}

function createScene({
  store = createOpenStore(),
  posts: before = [],
  random,
  targets,
}: Scene = {}) {
  const clock = createManualClock(first);
  const posts = [...before];
  let state = good;
  let isDown: (host: string) => boolean = () => false;
  /** Each effect takes up to so long: then processes meet. */
  let slownessMs = 0;
  const pass = async () => {
    if (slownessMs > 0) await clock.pass(Math.floor((random?.() ?? 0) * slownessMs));
  };
  const http = createScriptedHttp(async ({ url }) => {
    await pass();
    return { status: isDown(new URL(url).hostname) ? 503 : 204 };
  });
  const world = worldOf({
    store: {
      putIfAbsent: async (key, bytes) => (await pass(), store.putIfAbsent(key, bytes)),
      get: async (key) => (await pass(), store.get(key)),
      list: async (prefix, after) => (await pass(), store.list(prefix, after)),
    },
    clock,
    http,
    reader: createReader(() => state.settings),
  });
  const planOf = (night: number, change: Partial<RunPlan>) =>
    planAt(new Date(nightMs(night)).toISOString(), {
      signer,
      channels,
      notify: { notify: 'changes', remindDays: 0 },
      observeUntilMs: clock.now() + 100_000,
      tellUntilMs: clock.now() + 200_000,
      ...(targets !== undefined && { targets }),
      ...change,
    });
  return {
    store,
    posts,
    set: (next: Partial<{ state: State; isDown: typeof isDown; slownessMs: number }>) => {
      state = next.state ?? state;
      isDown = next.isDown ?? isDown;
      slownessMs = next.slownessMs ?? slownessMs;
    },
    wait: (night: number) => {
      clock.set(Math.max(clock.now() + 60_000, nightMs(night) + 2_000));
    },
    tick: (night: number, lifetime?: Lifetime, change: Partial<RunPlan> = {}): Promise<Life> =>
      live(world.ports, planOf(night, change), posts, lifetime),
  };
}

// ---- The laws -----------------------------------------------------------------------------------

const replay = createReplay({ sources, version: '0.0.0-test', judgePattern });

async function faultsOf(store: OpenStore, isReplayed = true): Promise<readonly string[]> {
  const options = { publicKeys: [publicKey], ...(isReplayed && { replay }) };
  const { faults } = await verifyLog(store, options);
  return faults.map((fault) => JSON.stringify(fault));
}

interface Entry {
  readonly section: string;
  readonly policyId: string;
  readonly target: string;
  readonly since: string;
}

function entriesOf({ request }: Post): readonly Entry[] {
  const { data } = JSON.parse(request.body) as {
    readonly data: {
      readonly changes: Readonly<Record<string, readonly Omit<Entry, 'section'>[]>>;
    };
  };
  return Object.entries(data.changes).flatMap(([section, items]) =>
    items.map(({ policyId, target, since }) => ({ section, policyId, target, since })),
  );
}

const meanings: Readonly<Record<string, string>> = {
  failing: 'fail',
  stillOpen: 'fail',
  unchecked: 'error',
  resolved: 'gone',
  dropped: 'gone',
};

/**
 * What a channel believes by what it was told last, and what it was told twice without an excuse.
 * @param gaps how many posts there were before and with each run whose repetitions were all killed: nobody can
 *   know what it told, so what it found is told again, or that it is over
 */
function heard(posts: readonly Post[], host: string, gaps: readonly number[] = []) {
  const last = new Map<
    string,
    { readonly entry: Entry; readonly post: Post; readonly at: number }
  >();
  const repeated: string[] = [];
  let excused = 0;
  for (const [at, post] of posts.entries()) {
    if (new URL(post.request.url).hostname !== host || post.status !== 204) continue;
    for (const entry of entriesOf(post)) {
      const key = `${entry.target} ${entry.policyId}`;
      const before = last.get(key);
      if (before !== undefined && JSON.stringify(before.entry) === JSON.stringify(entry)) {
        const isExcused =
          !before.post.isRecorded() || gaps.some((gap) => gap > before.at && gap <= at);
        if (isExcused) excused += 1;
        else repeated.push(`${host}: ${JSON.stringify(entry)}`);
      }
      last.set(key, { entry, post, at });
    }
  }
  const open = [...last]
    .map(([key, { entry }]) => [key, meanings[entry.section] ?? entry.section] as const)
    .filter(([, meaning]) => meaning !== 'gone')
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return { open: Object.fromEntries(open), repeated, excused };
}

function openOf({ open }: State, uins: readonly string[] = [uin]): Record<string, string> {
  const all = uins.flatMap((owner) =>
    Object.entries(open).map(([policyId, status]) => [`${owner} ${policyId}`, status] as const),
  );
  return Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function isDone({ end, outcome }: Life): boolean {
  return end === 'answered' && outcome?.notices.every(({ status }) => status !== 'failed') === true;
}

// ---- One night, killed everywhere ---------------------------------------------------------------

const targets: readonly AuditTarget[] = ['100000000001', '100000000002', '100000000003'].map(
  (account, index) => ({
    uin: account,
    site: 'intl',
    ...(index > 0 && { roleArn: `qcs::cam::uin/${account}:roleName/TcssAudit` }),
  }),
);

const scenes: Readonly<
  Record<string, { readonly nights: readonly State[]; readonly targets?: typeof targets }>
> = {
  'the first night': { nights: [bad] },
  'a night on which something is mended and something breaks': {
    nights: [good, bad, states[2] ?? bad],
  },
  'a night of several accounts': { nights: [good, bad], targets },
};

it.each(Object.entries(scenes))('%s, killed twice at any two steps', async (_name, scene) => {
  const before = createScene(scene);
  for (const [night, state] of scene.nights.slice(0, -1).entries()) {
    before.set({ state });
    before.wait(night);
    expect((await before.tick(night)).end).toBe('answered');
  }
  const night = scene.nights.length - 1;
  const state = scene.nights[night] ?? bad;
  const uins = scene.targets?.map((target) => target.uin);
  let kills = 0;
  for (let one = 0, isOver = false; !isOver; one += 1) {
    for (let two = 0; ; two += 1) {
      const world = createScene({
        ...scene,
        store: createOpenStore(before.store.files),
        posts: before.posts,
      });
      world.set({ state });
      const lives: Life[] = [];
      for (const lifetime of [one, two]) {
        world.wait(night);
        lives.push(await world.tick(night, lifetime));
      }
      const [firstLife, secondLife] = lives;
      kills += lives.filter(({ end }) => end === 'killed').length;
      if (two === 0) expect(await faultsOf(world.store)).toEqual([]);
      world.wait(night);
      expect((await world.tick(night)).end).toBe('answered');
      expect(await faultsOf(world.store, two === 0)).toEqual([]);
      for (const host of hosts) {
        const { open, repeated } = heard(world.posts, host);
        expect({ one, two, open, repeated }).toEqual({
          one,
          two,
          open: openOf(state, uins),
          repeated: [],
        });
      }
      isOver = firstLife?.end !== 'killed';
      if (secondLife?.end !== 'killed' || isOver) break;
    }
  }
  expect(kills).toBeGreaterThan(400);
});

// ---- A year -------------------------------------------------------------------------------------

/** mulberry32: the same year again from its seed. */
function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const nights = Number(process.env['CRASH_NIGHTS'] ?? 365);

it(`a year of killed nights (CRASH_SEED=${String(seed)})`, async () => {
  const chance = chanceFrom(seed);
  const below = (limit: number) => Math.floor(chance() * limit);
  const world = createScene({ random: chance });
  let state = good;
  const gaps: number[] = [];
  let kills = 0;
  for (let night = 0; night < nights; night += 1) {
    if (chance() < 0.5) state = states[below(states.length)] ?? good;
    // Twins: the platform delivers a tick twice, or somebody starts a run by hand at the same time.
    const meeting = chance() < 0.15 ? (chance() < 0.5 ? 'twin' : 'by hand') : 'alone';
    const down = chance() < 0.1 ? hosts[below(hosts.length)] : undefined;
    world.set({ state, slownessMs: meeting === 'alone' ? 0 : 100 });
    const manual = { identity: identify('manual', 'manual', nightMs(night) + 7) };
    let waiting: readonly Partial<RunPlan>[] =
      meeting === 'alone' ? [{}] : meeting === 'twin' ? [{}, {}] : [{}, manual];
    let lives: readonly Life[] = [];
    for (let attempt = 0; attempt < 3 && waiting.length > 0; attempt += 1) {
      world.wait(night);
      world.set({ isDown: (host) => attempt < 2 && host === down });
      // What was killed beside a twin that sealed is only sealed by an attempt that comes through.
      const isSpared = attempt === 2 && meeting !== 'alone';
      const begin = (change: Partial<RunPlan>) =>
        world.tick(night, !isSpared && chance() < 0.8 ? below(32) : undefined, change);
      lives = await Promise.all(waiting.map(begin));
      kills += lives.filter(({ end }) => end === 'killed').length;
      // SCF tries again what was killed or rejected, each invocation by itself.
      const again = lives.map((life) => !isDone(life));
      waiting = waiting.filter((_, index) => again[index] === true);
    }
    if (waiting.length > 0) gaps.push(world.posts.length);
    const where = `night ${String(night)} (${meeting})`;
    const isTold = lives.length > 0 && lives.every(isDone);
    for (const host of hosts) {
      const { open, repeated } = heard(world.posts, host, gaps);
      expect({ where, repeated }).toEqual({ where, repeated: [] });
      if (isTold) expect({ where, open }).toEqual({ where, open: openOf(state) });
    }
    if (night % 60 === 59) expect([where, await faultsOf(world.store)]).toEqual([where, []]);
  }
  world.wait(nights);
  world.set({ isDown: () => false, slownessMs: 0 });
  expect(isDone(await world.tick(nights))).toBe(true);
  expect(await faultsOf(world.store)).toEqual([]);
  const heards = hosts.map((host) => heard(world.posts, host, gaps));
  expect(heards.map(({ open }) => open)).toEqual(hosts.map(() => openOf(state)));
  expect(kills).toBeGreaterThan(nights);
  // The window is there: otherwise the law of it would hold of nothing.
  expect(heards.reduce((sum, { excused }) => sum + excused, 0)).toBeGreaterThan(nights / 60);
});
