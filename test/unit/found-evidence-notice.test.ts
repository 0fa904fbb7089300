/** Faults that were found and not yet mended: each test says how it should be, and fails. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { parseEvent } from '../../functions/audit/event.ts';
import { parseConfig, type Env } from '../../shared/config.ts';
import { CloudError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { identify } from '../../shared/identity.ts';
import type { Json } from '../../shared/model.ts';
import { generic } from '../../shared/notice/channels/generic.ts';
import { slack } from '../../shared/notice/channels/slack.ts';
import { wecom } from '../../shared/notice/channels/wecom.ts';
import { deliver } from '../../shared/notice/deliver.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { runAudit, type RunPlan } from '../../shared/run.ts';
import {
  accept,
  channelOf,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  source,
  uin,
  waiverOf,
  webhooks,
  worldOf,
} from '../support/fake-ports.ts';
import {
  buildLog,
  bytesOf,
  createOpenStore,
  findingOf,
  itemOf,
  nightOf,
  nights,
  noticeWith,
  openOf,
  present,
  publicKey,
  seal,
  signer,
} from '../support/log.ts';
import { describeBadKeys } from '../support/store-suite.ts';

const at = nights[0];
const startMs = Date.parse(at);
const bad = { ...goodSettings, ScanVul: false };
const day = (index: number) => new Date(startMs + index * 86_400_000).toISOString();

const configured = (env: Env) =>
  parseConfig({
    env,
    credential: { secretId: 'x', secretKey: 'x' },
    policyNames: new Set(['image-scan']),
  });

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 10_000; turns += 1) {
    if (await isSo()) return;
    await new Promise(setImmediate);
  }
  throw new Error('it never came to that');
}

/** Runs of one account, each on its own night, with what the cloud says in it. */
async function play(
  nightly: readonly { readonly settings?: typeof bad | CloudError; readonly me?: CloudError }[],
  change: Partial<RunPlan> = {},
) {
  const clock = createManualClock(startMs);
  const http = createScriptedHttp(accept);
  let current: (typeof nightly)[number] = {};
  const reader = createReader(
    () => current.settings ?? bad,
    () => current.me ?? uin,
  );
  const world = worldOf({ store: createMemoryStore(), clock, http, reader });
  const heard: string[] = [];
  const outcomes = [];
  for (const [index, night] of nightly.entries()) {
    current = night;
    clock.set(Date.parse(day(index)) + 1_000);
    const before = http.requests.length;
    const plan = planAt(day(index), { signer, ...change });
    outcomes.push(await runAudit(world.ports, plan));
    const said = http.requests.slice(before).map(({ body }) => body);
    heard.push(said.map((body) => /tcss-audit: ([^"]*)/.exec(body)?.[1] ?? '').join());
  }
  return { heard, outcomes, store: world.store };
}

describe('a false pass', () => {
  it('a list of policies that names none is no wish to judge nothing', () => {
    for (const AUDIT_POLICIES of [',', ' , ,']) {
      const parsed = configured({ AUDIT_POLICIES });
      // Either all of them, or a problem; with [] the run judges nothing and answers pass.
      expect(parsed.ok ? parsed.value.policies : undefined).toBeUndefined();
    }
  });

  it('a run that judged nothing did not pass', async () => {
    const { outcomes } = await play([{}], { policies: [] });
    expect(outcomes[0]?.status).not.toBe('pass');
  });
});

describe('said twice', () => {
  it('the same tick twice at once tells once, though one seals the file of the other', async () => {
    const store = createMemoryStore();
    const clock = createManualClock(startMs);
    const http = createScriptedHttp(async (request) => {
      await clock.pass(1_000);
      return accept(request);
    });
    const world = worldOf({ store, clock, http, reader: createReader(() => bad) });
    // The first has put its file and not yet its record when the second seals.
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: EvidenceStore = {
      ...store,
      putIfAbsent: async (key, bytes) => {
        if (key.startsWith('log/')) await held;
        return store.putIfAbsent(key, bytes);
      },
    };
    const first = runAudit({ ...world.ports, store: slow }, planAt(at, { signer }));
    await until(async () => (await store.list('runs/')).length > 0);
    const second = runAudit(world.ports, planAt(at, { signer }));
    await until(() => http.requests.length > 0);
    release();
    await Promise.all([first, second]);
    expect(http.requests).toHaveLength(1);
  });

  /** The first run begins to post; the second seals a moment later. */
  async function meeting(answerMs: number, sealMs: number, tellForMs: number) {
    const store = createMemoryStore();
    const clock = createManualClock(startMs);
    const http = createScriptedHttp(async (request) => {
      await clock.pass(answerMs);
      return accept(request);
    });
    const world = worldOf({ store, clock, http, reader: createReader(() => bad) });
    const sluggish: EvidenceStore = {
      ...store,
      putIfAbsent: async (key, bytes) => {
        const isFirst = await store.putIfAbsent(key, bytes);
        if (key === keyOf(1)) await clock.pass(sealMs);
        return isFirst;
      },
    };
    const tellUntilMs = startMs + tellForMs;
    const first = runAudit({ ...world.ports, store: sluggish }, planAt(at, { tellUntilMs }));
    await until(() => http.requests.length > 0);
    const identity = identify('manual', 'manual', startMs + 7);
    await Promise.all([first, runAudit(world.ports, planAt(at, { identity, tellUntilMs }))]);
    return http.requests.length;
  }

  it('a run that has half of its time left waits for the one that posts', async () => {
    // Twelve seconds are what the function keeps back; one slow answer of Slack is enough.
    expect(await meeting(7_500, 0, 12_000)).toBe(1);
  });

  it('a run whose record was slow to write still has its time counted from its sealing', async () => {
    expect(await meeting(7_500, 12_000, 120_000)).toBe(1);
  });

  it('a night on which the account could not be named is no end of what is open', async () => {
    const me = new CloudError('InternalError', 'sts: internal error');
    const { heard, outcomes, store } = await play([{}, { me }, {}], { uin: undefined as never });
    expect(heard[0]).toBe('1 new violation');
    // What was told on the first night is as it was.
    expect(heard[2]).not.toContain('new violation');
    const log = openLog(store, undefined);
    for await (const record of log.backwards()) {
      if (record.kind !== 'run') continue;
      expect(record.predicate.open.map(({ since }) => since)).toEqual([day(0)]);
      break;
    }
    expect(outcomes).toHaveLength(3);
  });
});

describe('a wrong sentence', () => {
  it('a night that could not look does not say that waivers waive nothing', async () => {
    const settings = new CloudError('InternalError', 'internal error');
    const { heard } = await play([{}, { settings }, {}], { waivers: [waiverOf()] });
    expect(heard).toEqual(['1 waived', '3 could not be checked', '2 resolved, 1 waived']);
  });

  it('counts the requests that were made, and no more', async () => {
    const clock = createManualClock(startMs);
    const { http } = createScriptedHttp([{ body: 'ok' }]);
    const notice = noticeWith({ failing: [itemOf('a')] });
    const { attempts } = await deliver({ http, clock }, channelOf(webhooks.slack), notice, startMs);
    expect(attempts).toBe(0);
  });

  it.each(['constructor', '__proto__'])('has no hint for the error name %s', (body) => {
    expect(slack.classify({ status: 400, headers: {}, body })).toEqual({
      kind: 'failed',
      reason: `HTTP 400 ${body}`,
    });
  });

  it('names the file that is at fault, not the one that a forged record says it is', async () => {
    const store = await buildLog();
    store.files.set(keyOf(3), present(store.files.get(keyOf(4))));
    const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
    expect(faults.map(({ code, key }) => [code, key])).toContainEqual(['wrong-delivery', keyOf(3)]);
  });
});

describe('the limits of a platform', () => {
  const maxBytes = 64 * 1024;
  const size = (body: string | undefined) => Buffer.byteLength(body ?? '');
  const images = Array.from(
    { length: 1_000 },
    (_, index) => `sha256:${'a'.repeat(60)}${String(index)}`,
  );

  it('generic: one finding with a long list of excluded images', () => {
    const violation = {
      pointer: '/ExcludeImages',
      expected: { maxItems: 0 },
      actual: images as Json,
      message: '',
    };
    const finding = findingOf('a', 'fail', 'medium', [violation]);
    const bodies = generic.render(noticeWith({ failing: [itemOf('a', { finding })] }), 'en');
    expect(size(bodies[0])).toBeLessThanOrEqual(maxBytes);
  });

  it('generic: an undocumented field with a long name', () => {
    const pointer = `/${'x'.repeat(100_000)}`;
    const drift = [{ target: uin, source, pointer, kind: 'undocumented-field' as const }];
    expect(size(generic.render(noticeWith({}, { drift }), 'en')[0])).toBeLessThanOrEqual(maxBytes);
  });

  it('generic: many waivers', () => {
    const waivers = Array.from({ length: 1_000 }, (_, index) => ({
      id: `W-${String(index)}`,
      policy: 'image-scan-vulnerabilities',
      state: 'ended' as const,
      until: '2026-11-01',
    }));
    expect(size(generic.render(noticeWith({}, { waivers }), 'en')[0])).toBeLessThanOrEqual(
      maxBytes,
    );
  });

  it('generic: what is left out of the drift is counted', () => {
    const drift = Array.from({ length: 60 }, (_, index) => ({
      target: uin,
      source,
      pointer: `/X${String(index)}`,
      kind: 'undocumented-field' as const,
    }));
    const [body = ''] = generic.render(noticeWith({}, { drift }), 'en');
    const { data } = JSON.parse(body) as { data: { drift: unknown[]; left: number } };
    expect(data.drift.length + data.left).toBe(60);
  });

  it('WeCom: more than 9,999 entries that found no place', () => {
    const items = Array.from({ length: 12_000 }, () => itemOf('x', { title: 'x'.repeat(32) }));
    const render = () =>
      wecom.render(noticeWith({ failing: items }), 'en').map((body) => {
        const { markdown } = JSON.parse(body) as { markdown: { content: string } };
        return markdown.content;
      });
    const left = Number(/… and (\d+) more entries/.exec(render().at(-1) ?? '')?.[1]);
    // The last entry shown fills its page to the last byte, and the count has a digit more than thought.
    const last = items.length - left - 1;
    const room = 4_096 - size(render().at(-1)) + 1;
    items[last] = itemOf('x', { title: 'x'.repeat(32 + room) });
    for (const content of render()) expect(size(content)).toBeLessThanOrEqual(4_096);
  });
});

describe('a platform that says when to come back', () => {
  it.each(['1000000', '99999999'])('is believed when it says %s seconds', (seconds) => {
    expect(
      generic.classify({ status: 429, headers: { 'retry-after': seconds }, body: '' }),
    ).toMatchObject({ kind: 'retry', afterMs: Number(seconds) * 1000 });
  });
});

describe('an edit of the log that verify misses', () => {
  it('a byte of the last record that no signature covers', async () => {
    const store = await buildLog();
    const text = Buffer.from(present(store.files.get(keyOf(5)))).toString();
    const edits = {
      'the key id': text.replace(/"keyid":"[0-9a-f]/, '"keyid":"x'),
      'the line break': text.replace('\n', ' '),
      'the spare bits of the signature': text.replace(
        /(.)=="}\]/,
        (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}=="}]`,
      ),
      'a byte order mark': `\ufeff${text}`,
      'a member more': text.replace('{', '{"note":"looks fine to me",'),
      'a signature more': text.replace('"signatures":[', '"signatures":[{"keyid":"","sig":""},'),
    };
    const missed: string[] = [];
    for (const [name, edited] of Object.entries(edits)) {
      expect(edited).not.toBe(text);
      const copy = createOpenStore(store.files);
      copy.files.set(keyOf(5), bytesOf(edited));
      const { faults } = await verifyLog(copy, { publicKeys: [publicKey] });
      if (faults.length === 0) missed.push(name);
    }
    expect(missed).toEqual([]);
  });

  it('law: a changed byte of the last record is noticed without a known head', async () => {
    const store = await buildLog();
    const bytes = present(store.files.get(keyOf(5)));
    const missed: number[] = [];
    for (let index = 0; index < bytes.length; index += 1) {
      const copy = createOpenStore(store.files);
      const edited = Uint8Array.from(bytes);
      edited[index] = (edited[index] ?? 0) ^ 1;
      copy.files.set(keyOf(5), edited);
      const { faults } = await verifyLog(copy, { publicKeys: [publicKey] });
      if (faults.length === 0) missed.push(index);
    }
    expect(missed).toEqual([]);
  });
});

describe('a log that verify cannot get through', () => {
  it('a pipe in the place of a file is no file, and nothing to wait for', () => {
    const root = mkdtempSync(join(tmpdir(), 'tcss-audit-pipe-'));
    mkdirSync(join(root, 'log'));
    execFileSync('mkfifo', [join(root, 'log', '000000000001.json')]);
    const module = join(import.meta.dirname, '../../shared/evidence/stores/file.ts');
    const script = `
      import { createFileStore } from ${JSON.stringify(module)};
      createFileStore(${JSON.stringify(root)}).get('log/000000000001.json').catch(({ code }) => console.log(code));`;
    writeFileSync(join(root, 'read.mts'), script);
    // In a process of its own: whoever waits for a pipe holds a thread for ever.
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'read.mts')], {
      cwd: join(import.meta.dirname, '../..'),
      timeout: 4_000,
      killSignal: 'SIGKILL',
    });
    rmSync(root, { recursive: true });
    expect(stdout.toString()).toBe('EVIDENCE_UNREADABLE\n');
  });

  it('the file of a twin that was killed is sealed by the repeated tick', async () => {
    const store = createOpenStore();
    const plan = planAt(at, { signer });
    const world = worldOf({
      store,
      clock: createManualClock(startMs),
      http: createScriptedHttp(accept),
      reader: createReader(() => bad),
    });
    await seal(store, openLog(store, signer), { at, report: nightOf() });
    // It had found no run yet, put its file after the other had sealed, and was killed.
    const file = 'runs/nightly-20261124T180000Z/targets-0001.jsonl';
    await store.putIfAbsent(file, bytesOf('{}\n'));
    await runAudit(world.ports, plan);
    const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
    expect(faults).toEqual([]);
  });
});

describe('text of a log that somebody edited', () => {
  const forged = openOf('x', { policyId: 'x\n\n### All is well\n\ud800\u202e' });
  const notice = noticeWith({ dropped: [{ open: forged, title: forged.policyId }] });

  it('is one plain line in WeCom', () => {
    const { markdown } = JSON.parse(wecom.render(notice, 'en')[0] ?? '') as {
      markdown: { content: string };
    };
    expect(markdown.content).not.toContain('\n### ');
    expect(markdown.content).not.toMatch(/[\p{Cs}\u202e]/u);
  });

  it('is one plain line in Slack', () => {
    expect(slack.render(notice, 'en')[0]).not.toMatch(/\\n\\n###|\\ud800|\u202e/);
  });
});

describe('configuration', () => {
  it('an empty TENCENTCLOUD_REGION is one that is not set', () => {
    const parsed = configured({ TENCENTCLOUD_REGION: '' });
    expect(parsed.ok ? parsed.value.region : parsed.problems).toBe('ap-singapore');
  });

  it("a wrong name that was emptied, which is all that SCF's console can do, is gone", () => {
    const parsed = configured({ AUDIT_WEBHOOK: '' });
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  });

  it('a problem is one line, whatever the value holds', () => {
    const parsed = configured({ AUDIT_LOCALE: 'x\n{"level":"info"}\u001b[2J' });
    const [problem] = parsed.ok ? [] : parsed.problems;
    expect(problem?.what).not.toMatch(/\p{Cc}/u);
  });

  it('a file URL with two slashes is no folder at the root of the disk', () => {
    const parsed = configured({ AUDIT_EVIDENCE: 'file://evidence' });
    expect(parsed.ok ? parsed.value.evidencePath : 'refused').not.toMatch(/^\/\/?evidence/);
  });
});

describe('the event', () => {
  it.each(['1', '2026', '2026-11-24 18:00', 'Nov 24, 2026', '2026-11-24T18:00:00'])(
    'refuses the time %j, whose meaning depends on who reads it',
    (Time) => {
      expect(parseEvent({ Type: 'Timer', TriggerName: 'nightly', Time }, startMs).ok).toBe(false);
    },
  );

  it('refuses a time whose run could have no name in the store', () => {
    const Time = '+010000-01-01T00:00:00Z';
    expect(parseEvent({ Type: 'Timer', TriggerName: 'nightly', Time }, startMs).ok).toBe(false);
  });
});

describeBadKeys('the memory store', createMemoryStore);
