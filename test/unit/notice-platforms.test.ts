/** Every platform: its limits in its own unit, and nothing from outside that it would take for its own syntax. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { locales, type Json, type Locale } from '../../shared/model.ts';
import { sections, type Item, type Notice } from '../../shared/notice/notice.ts';
import { channelKinds, type ChannelKind } from '../../shared/notice/webhook.ts';
import { plainLine } from '../../shared/text.ts';
import { source, uin } from '../support/fake-ports.ts';
import {
  chatKinds,
  markupOf,
  rendered,
  type ChatKind,
  type Rendered,
} from '../support/channels.ts';
import {
  findingOf,
  hostile,
  itemOf,
  noticeHolding,
  noticeWith,
  openOf,
  summary,
} from '../support/log.ts';

interface SlackBody {
  readonly text: string;
  readonly attachments: readonly [
    { readonly color: string; readonly fallback: string; readonly blocks: readonly SlackBlock[] },
  ];
}
interface SlackBlock {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string; readonly verbatim?: boolean };
  readonly elements?: readonly { readonly type: string; readonly text: string }[];
}

const slackBodies = (notice: Notice, locale: Locale = 'en') =>
  rendered('slack', notice, locale).map(({ body }) => JSON.parse(body) as SlackBody);
const markupIn = (kind: ChatKind, notice: Notice, locale: Locale = 'en') =>
  rendered(kind, notice, locale).flatMap(({ content }) => markupOf(kind, content));

// ---- Huge notices -----------------------------------------------------------------------------

const long = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
function hugeItem(index: number, unit: string, size: number): Item {
  const id = String(index);
  const value = long(unit, size);
  const violation = { pointer: '/Images/7', expected: value, actual: value, message: value };
  const finding = findingOf(
    id,
    'fail',
    'high',
    Array.from({ length: 7 }, () => violation) as never,
  );
  return itemOf(id, { open: numbered(index), finding });
}
const numbered = (index: number, target = uin) =>
  openOf(String(index), { target, fingerprint: String(index).padStart(64, '0') });
const many = (count: number, unit: string, size: number) =>
  Array.from({ length: count }, (_, index) => hugeItem(index, unit, size));
const images = Array.from(
  { length: 1_000 },
  (_, index) => `sha256:${'a'.repeat(60)}${String(index)}`,
);
const listed = (actual: Json) =>
  findingOf('a', 'fail', 'medium', [
    { pointer: '/ExcludeImages', expected: { maxItems: 0 }, actual, message: '' },
  ]);

const huge: Record<string, Notice> = {
  'one entry': noticeWith({ failing: [itemOf('a')] }),
  'nothing to tell': noticeWith({}),
  'forty-seven entries': noticeWith({ failing: many(47, 'x', 3) }),
  'forty-eight entries': noticeWith({ failing: many(48, 'x', 3) }),
  'two hundred and thirty-five entries': noticeWith({ failing: many(235, 'x', 3) }),
  'two hundred and thirty-six entries': noticeWith({ failing: many(236, 'x', 3) }),
  'three thousand entries': noticeWith({ failing: many(3000, 'x', 3) }),
  'long values of one byte': noticeWith({ failing: many(60, 'x', 2000) }),
  'long values of three bytes': noticeWith({ failing: many(60, '界', 2000) }),
  'long values of four bytes': noticeWith({ failing: many(60, '😀', 2000) }),
  'values that grow when they are escaped': noticeWith({ failing: many(60, '&<>', 2000) }),
  'values that JSON escapes': noticeWith({ failing: many(60, '"\\\u0001', 2000) }),
  'long reasons that grow when they are escaped': noticeWith({
    unchecked: Array.from({ length: 40 }, (_, index) =>
      itemOf(String(index), {
        open: numbered(index),
        finding: {
          policyId: String(index),
          severity: 'high',
          status: 'error',
          reason: long('<', 9000),
        },
      }),
    ),
  }),
  'one finding with a thousand excluded images': noticeWith({
    failing: [itemOf('a', { finding: listed(images) })],
  }),
  'a remedy as long as a page': noticeWith({
    failing: [itemOf('a', { remediation: long('Do <this> & that. ', 9000) })],
  }),
  'a title as long as a page': noticeWith({ failing: [itemOf('a', { title: long('界', 9000) })] }),
  'every section full': noticeWith(
    Object.fromEntries(
      sections.map((section, at) => [
        section,
        Array.from({ length: 40 }, (_, index) =>
          itemOf(String(index), { open: numbered(at * 40 + index) }),
        ),
      ]),
    ),
  ),
};

// ---- Limits, each in the unit of its platform, from webhooks.md -------------------------------

const bytes = (text: string) => Buffer.byteLength(text);
const overBytes = (max: number) => (post: Rendered) =>
  bytes(post.body) <= max ? [] : [`${String(bytes(post.body))} bytes`];

/** What of a post is over the limit. */
const limits: Readonly<Record<ChannelKind, (post: Rendered) => readonly string[]>> = {
  slack: ({ body }) => {
    const { text, attachments } = JSON.parse(body) as SlackBody;
    const { blocks } = attachments[0];
    const texts = blocks.flatMap((block) =>
      [...(block.text ? [block.text] : []), ...(block.elements ?? [])].map(
        (one) => [one.text, block.type === 'header' ? 150 : 3_000] as const,
      ),
    );
    return [
      ...(text.length < 4_000 ? [] : ['text']),
      ...(blocks.length <= 50 ? [] : [`${String(blocks.length)} blocks`]),
      ...texts.flatMap(([one, max]) =>
        one.length > 0 && one.length <= max ? [] : [`${String(one.length)} characters`],
      ),
    ];
  },
  wecom: ({ content }) => {
    const [text = ''] = markupOf('wecom', content);
    return bytes(text) <= 4_096 ? [] : [`${String(bytes(text))} bytes`];
  },
  dingtalk: overBytes(20_000),
  feishu: overBytes(20_000),
  lark: overBytes(20_000),
  // Over some 28 KB it fails within the workflow without a word to us; it has been seen with 21 KB.
  teams: overBytes(20 * 1024),
  discord: ({ content }) => {
    const [title = '', description = ''] = markupOf('discord', content);
    return [
      ...(title.length > 0 && title.length <= 256 ? [] : [`title of ${String(title.length)}`]),
      ...(description.length > 0 && description.length <= 4_096
        ? []
        : [`description of ${String(description.length)}`]),
      ...(title.length + description.length <= 6_000 ? [] : ['all of it']),
    ];
  },
  googlechat: overBytes(32_000),
  pagerduty: (post) => {
    const { dedup_key: key, payload } = post.content as {
      readonly dedup_key: string;
      readonly payload?: { readonly summary: string };
    };
    const { length } = Array.from(payload?.summary ?? '-');
    return [
      ...overBytes(512_000)(post),
      ...(key.length <= 255 ? [] : ['key']),
      ...(length > 0 && length <= 1_024 ? [] : [`summary of ${String(length)}`]),
    ];
  },
  // The format itself sets no limit.
  alertmanager: overBytes(1024 * 1024),
  // Intermediaries must forward 64 KiB of a CloudEvent.
  generic: overBytes(64 * 1024),
};
const fingerprintsOf = (notice: Notice) =>
  Object.values(notice.items)
    .flat()
    .map(({ open }) => open.fingerprint);

/** Found in a notice that had no place for all: `… and 7 more entries`. */
function leftIn(posts: readonly Rendered[]): number {
  const found = posts.map(({ body }) =>
    /(?:… and (\d+) more entr|"left":(\d+)|"truncatedAlerts":(\d+))/.exec(body),
  );
  return found.reduce((sum, match) => sum + Number(match?.[1] ?? match?.[2] ?? match?.[3] ?? 0), 0);
}

describe.each(Object.entries(huge))('with %s', (_name, notice) => {
  it.each(channelKinds)('the limits of %s hold', (kind) => {
    for (const locale of locales) {
      const posts = rendered(kind, notice, locale);
      expect(posts.flatMap((post) => limits[kind](post))).toEqual([]);
      const maxPosts = { pagerduty: Infinity, generic: 1, alertmanager: 1 }[kind as string] ?? 5;
      expect(posts.length).toBeLessThanOrEqual(maxPosts);
      // What is about no finding and no note is nothing to those who take incidents.
      const isNothing = fingerprintsOf(notice).length === 0;
      const mayBeNone = isNothing && (kind === 'pagerduty' || kind === 'alertmanager');
      if (!mayBeNone) expect(posts.length).toBeGreaterThanOrEqual(1);
    }
  });

  it.each(channelKinds)('%s tells of every finding once, or counts it', (kind) => {
    const posts = rendered(kind, notice);
    const all = fingerprintsOf(notice);
    const told = posts.flatMap(({ tells }) => tells);
    expect(new Set(told).size).toBe(told.length);
    expect(all).toEqual(expect.arrayContaining(told));
    const left = leftIn(posts);
    const isCounted = kind === 'generic' || kind === 'alertmanager' || left === 0;
    // A machine that is told a number has been told: the rest is in the evidence.
    expect(told.length + (isCounted ? 0 : left)).toBe(all.length);
  });

  it.each(chatKinds)('every message to %s names the head, the run and its part', (kind) => {
    const posts = rendered(kind, notice);
    for (const [index, { body }] of posts.entries()) {
      expect(body).toContain(`41:${'8f3c'.repeat(16)}`);
      expect(body).toContain('nightly-20261124T180000Z');
      const part = `(${String(index + 1)}/${String(posts.length)})`;
      expect(body.includes(part)).toBe(posts.length > 1);
    }
  });

  it('what found no place is counted: shown and counted are all there is', () => {
    const total = Object.values(notice.items).flat().length;
    const slackText = slackBodies(notice).flatMap((body) =>
      body.attachments[0].blocks
        .filter(({ type }) => type === 'section')
        .map(({ text }) => text?.text ?? ''),
    );
    const wecomText = markupIn('wecom', notice).flatMap((content) =>
      content.split('\n\n').slice(1, -1),
    );
    for (const blocks of [slackText, wecomText]) {
      const left = blocks.map((block) => /^… and (\d+) more entr(?:y|ies) in/.exec(block)?.[1]);
      const counted = left.reduce((sum, one) => sum + Number(one ?? 0), 0);
      expect(left.filter((one) => one === undefined).length + counted).toBe(total);
    }
  });
});

it.each(channelKinds)('%s tells of five hundred accounts on one broken policy', (kind) => {
  const failing = Array.from({ length: 500 }, (_, index) => {
    const open = { ...numbered(index, String(100_000_000_001 + index)), policyId: 'a' };
    return itemOf('a', { open });
  });
  const posts = rendered(kind, noticeWith({ failing }));
  expect(posts.flatMap((post) => limits[kind](post))).toEqual([]);
  expect(posts.flatMap(({ tells }) => tells)).toEqual(failing.map(({ open }) => open.fingerprint));
  if (chatKinds.some((one) => one === kind)) {
    expect(posts).toHaveLength(1);
    expect(posts[0]?.body).toContain('… and 495 more');
  }
});

it('counts more than 9,999 entries that found no place, to the last byte of WeCom', () => {
  const entry = (index: number, length: number) =>
    itemOf(String(index), {
      open: numbered(index),
      title: 'x'.repeat(length),
      remediation: 'Mend.',
    });
  const items = Array.from({ length: 12_000 }, (_, index) => entry(index, 32));
  const render = () => markupIn('wecom', noticeWith({ failing: items }));
  const last = render().at(-1) ?? '';
  const left = Number(/… and (\d+) more entries/.exec(last)?.[1]);
  expect(left).toBeGreaterThan(9_999);
  // The last entry shown fills its page to the last byte that there is beside the count.
  const at = items.length - left - 1;
  for (const more of [0, 1]) {
    items[at] = entry(at, 32 + 4_096 - bytes(last) + more);
    for (const content of render()) expect(bytes(content)).toBeLessThanOrEqual(4_096);
  }
});

const boundless: Record<string, Notice> = {
  'an undocumented field with a long name': noticeWith(
    {},
    {
      drift: [
        { target: uin, source, pointer: `/${'x'.repeat(100_000)}`, kind: 'undocumented-field' },
      ],
    },
  ),
  'a value at a place with a long name': noticeWith({
    failing: [
      itemOf('a', {
        finding: findingOf('a', 'fail', 'high', [
          { pointer: `/${long('界', 30_000)}`, expected: 1, actual: 2, message: '' },
        ]),
      }),
    ],
  }),
  'an account with a long name, in a log that somebody edited': noticeWith({
    dropped: [itemOf('a', { open: openOf('a', { target: long('界', 30_000) }) })],
  }),
  'an audit that failed at length': noticeWith(
    {},
    { notes: [{ kind: 'failure', message: long('界', 30_000) }] },
  ),
  'a thousand waivers': noticeWith(
    {},
    {
      waivers: Array.from({ length: 1_000 }, (_, index) => ({
        id: `W-${String(index)}`,
        policy: 'image-scan-vulnerabilities',
        state: 'ended' as const,
        until: '2026-11-01',
      })),
    },
  ),
  'a watchdog that found many channels untold': noticeWith(
    {},
    {
      notes: [
        {
          kind: 'watchdog',
          troubles: [
            {
              kind: 'untold',
              scheduledAt: summary.scheduledAt,
              channels: Array.from({ length: 200 }, () => ({
                channel: long('界', 30_000),
                reason: long('界', 30_000),
              })),
            },
            { kind: 'unreadable', message: long('界', 30_000) },
          ],
        },
      ],
    },
  ),
  'a month of missing runs': noticeWith(
    {},
    {
      notes: [
        {
          kind: 'missed',
          scheduled: Array.from({ length: 31 }, () => summary.scheduledAt),
        },
      ],
    },
  ),
};
describe.each(Object.entries(boundless))('with %s', (_name, notice) => {
  it.each(channelKinds)('the limits of %s hold', (kind) => {
    for (const locale of locales) {
      expect(rendered(kind, notice, locale).flatMap((post) => limits[kind](post))).toEqual([]);
    }
  });
});

it.each(chatKinds)('%s keeps lines and characters whole where it cuts', (kind) => {
  const notice = noticeWith({ failing: many(3, '😀', 2000) });
  for (const text of markupIn(kind, notice)) {
    expect(text).not.toMatch(/\p{Surrogate}/u);
    for (const line of text.split('\n')) expect((line.match(/`/g) ?? []).length % 2).toBe(0);
  }
});

describe('the generic channel', () => {
  const eventOf = (notice: Notice) => {
    const [post, ...more] = rendered('generic', notice, 'zh');
    expect(more).toEqual([]);
    return JSON.parse(post?.body ?? '') as {
      readonly data: {
        readonly changes: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
        readonly drift: readonly unknown[];
        readonly waivers: readonly unknown[];
        readonly notes: readonly unknown[];
        readonly left: number;
      };
    };
  };

  it('counts what found no place', () => {
    const { changes, left } = eventOf(noticeWith({ failing: many(3000, 'x', 3) })).data;
    expect((changes['failing']?.length ?? 0) + left).toBe(3000);
    expect(changes['failing']?.length).toBeGreaterThan(20);
  });

  it('counts what it leaves out of drift and waivers', () => {
    const drift = Array.from({ length: 60 }, (_, index) => ({
      target: uin,
      source,
      pointer: `/X${String(index)}`,
      kind: 'undocumented-field' as const,
    }));
    const waivers = Array.from({ length: 70 }, (_, index) => ({
      id: `W-${String(index)}`,
      policy: 'a',
      state: 'ended' as const,
      until: '2026-11-01',
    }));
    const { data } = eventOf(noticeWith({}, { drift, waivers }));
    expect(data.drift.length + data.waivers.length + data.left).toBe(130);
  });

  it('says it all in one CloudEvent', () => {
    const notice = noticeWith(
      {
        failing: [itemOf('a')],
        waived: [itemOf('b', { finding: findingOf('b', 'waived') })],
      },
      { notes: [{ kind: 'missed', scheduled: [summary.scheduledAt] }] },
    );
    const common = {
      violations: [
        {
          pointer: '/ScanVul',
          expected: true,
          actual: false,
          message: '/ScanVul must be true, is false',
        },
      ],
      reason: null,
    };
    const none = {
      failing: [],
      unchecked: [],
      stillOpen: [],
      resolved: [],
      waived: [],
      dropped: [],
    };
    expect(eventOf(notice)).toEqual({
      specversion: '1.0',
      id: 'nightly-20261124T180000Z',
      source: 'urn:tcss-audit',
      type: 'tcss-audit.notice.v1',
      time: '2026-11-24T18:00:01.000Z',
      datacontenttype: 'application/json',
      data: {
        runId: 'nightly-20261124T180000Z',
        site: 'intl',
        scheduledAt: '2026-11-24T18:00:00.000Z',
        complete: true,
        counts: summary.counts,
        evidence: summary.head,
        changes: {
          ...none,
          failing: [
            { ...openOf('a'), title: 'Title of a', ...common, remediation: 'Set a right.' },
          ],
          waived: [
            {
              ...openOf('b'),
              title: 'Title of b',
              ...common,
              waiver: { id: 'W-1', until: '2027-06-30' },
              remediation: 'Set b right.',
            },
          ],
        },
        notes: [{ kind: 'missed', scheduled: ['2026-11-24T18:00:00.000Z'] }],
        waivers: [],
        drift: [],
        left: 0,
      },
    });
  });

  it('says what the watchdog found as data, in bounds', () => {
    const channels = Array.from({ length: 21 }, () => ({ channel: 'slack:\u202e', reason: null }));
    const troubles = [
      { kind: 'incomplete', scheduledAt: summary.scheduledAt },
      { kind: 'untold', scheduledAt: summary.scheduledAt, channels },
      { kind: 'unreadable', message: long('x', 30_000) },
    ] as const;
    const { data } = eventOf(noticeWith({}, { notes: [{ kind: 'watchdog', troubles }] }));
    expect(data.notes).toEqual([
      {
        kind: 'watchdog',
        troubles: [
          { kind: 'incomplete', scheduledAt: summary.scheduledAt },
          {
            kind: 'untold',
            scheduledAt: summary.scheduledAt,
            channels: channels.slice(0, 20).map(() => ({ channel: 'slack:', reason: null })),
          },
          { kind: 'unreadable', message: `${'x'.repeat(1_999)}…` },
        ],
      },
    ]);
  });

  it.each(hostile)('passes %j on as data, and its sentences as one plain line', (text) => {
    const [{ body } = { body: '' }] = rendered('generic', noticeHolding(text));
    const { changes } = eventOf(noticeHolding(text)).data;
    expect(changes['unchecked']?.[0]?.['reason']).toBe(plainLine(text, 4_000));
    expect(changes['failing']?.[0]?.['violations']).toMatchObject([
      {
        expected: { enum: [text, 'x'] },
        actual: { [text]: [text] },
        message: plainLine(text, 4_000),
      },
      { expected: text, actual: text },
    ]);
    // Well-formed on the wire whatever it holds: the signature is over these bytes.
    expect(Buffer.from(body).toString()).toBe(body);
  });
});

// ---- What is live -----------------------------------------------------------------------------

const console = 'https://console.tencentcloud.com/tcss';
const unfit = /(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** What Slack parses in mrkdwn, by its documentation: https://docs.slack.dev/messaging/formatting-message-text */
function liveInSlack(text: string): readonly string[] {
  const ours = text.replaceAll(`<${console}|Open console>`, 'Open console');
  return [
    ...(/[<>]/.test(ours) ? ['angle bracket'] : []),
    ...(/&(?!(amp|lt|gt);)/.test(ours) ? ['bare ampersand'] : []),
    ...(unfit.test(ours) ? ['unfit character'] : []),
    ...ours
      .split('\n')
      .flatMap((line) => ((line.match(/`/g) ?? []).length % 2 === 0 ? [] : ['open code'])),
  ];
}

function liveInWecom(text: string): readonly string[] {
  const ours = text
    .replaceAll(`[Open console](${console})`, 'Open console')
    .replace(/^### <font color="(info|warning)">([^\n]*)<\/font>/, '$2');
  const outside = ours.replace(/`[^`\n]*`/g, '');
  return [
    ...(ours.includes('<') ? ['angle bracket'] : []),
    ...(/\]\(|\[[^\]]*\]/.test(outside) ? ['link'] : []),
    ...(outside.includes('`') ? ['open code'] : []),
    ...(unfit.test(ours) ? ['unfit character'] : []),
  ];
}

/** Without the code spans all is ours: so it must be the same whatever was inside of them. */
const skeletonOf = (text: string) => text.replace(/`[^`\n]*`/g, '``');
const harmless = noticeHolding('harmless');
const mrkdwnOf = (body: SlackBody) => markupOf('slack', body);
const wecomContents = (notice: Notice) => markupIn('wecom', notice);

function expectNothingLive(text: string) {
  const notice = noticeHolding(text);
  const inSlack = slackBodies(notice);
  expect(inSlack.flatMap(mrkdwnOf).flatMap(liveInSlack)).toEqual([]);
  expect(inSlack.flatMap(mrkdwnOf).map(skeletonOf)).toEqual(
    slackBodies(harmless).flatMap(mrkdwnOf).map(skeletonOf),
  );
  for (const { text: line, attachments } of inSlack) {
    expect(
      attachments[0].blocks.every(
        (block) => block.text?.type !== 'mrkdwn' || block.text.verbatim === true,
      ),
    ).toBe(true);
    expect(line).toBe(slackBodies(harmless)[0]?.text);
  }
  expect(wecomContents(notice).flatMap(liveInWecom)).toEqual([]);
  // Pages may break elsewhere: the frame of a page is taken out.
  const body = (contents: readonly string[]) =>
    contents.flatMap((content) => content.split('\n\n').slice(1, -1)).map(skeletonOf);
  expect(body(wecomContents(notice))).toEqual(body(wecomContents(harmless)));
}

// ---- The other chats --------------------------------------------------------------------------

/** Of the markdown dialects: DingTalk, Feishu, Discord, Google Chat. What is ours is taken out first. */
function liveInMarkdown(text: string): readonly string[] {
  const ours = text
    .replaceAll(`[Open console](${console})`, 'Open console')
    .replaceAll(`<${console}|Open console>`, 'Open console')
    .replace(/^### /, '');
  const outside = ours.replace(/`[^`\n]*`/g, '');
  return [
    ...(/[<>]/.test(ours.replace(/`[^`\n]*`/g, (code) => code.replaceAll('>', '')))
      ? ['angle bracket']
      : []),
    ...(ours.includes('](') || /\[[^\]]*\]/.test(outside) ? ['link'] : []),
    ...(outside.includes('`') ? ['open code'] : []),
    ...(/@|~|\||\{|\\/.test(outside) ? ['mark'] : []),
    ...(/(?:^|\n)(#|>|- |\d+\. )/.test(outside) ? ['block'] : []),
    ...(unfit.test(ours) ? ['unfit character'] : []),
  ];
}

/** Of an adaptive card, which knows no code span. */
function liveInTeams(text: string): readonly string[] {
  const outside = text.replace(/\*\*[^*\n]*\*\*/g, '');
  return [
    ...(/[<>[\]*`_~|#@{}\\]/.test(outside) ? ['mark'] : []),
    ...(unfit.test(outside) ? ['unfit character'] : []),
  ];
}

const liveIn: Readonly<Partial<Record<ChatKind, (text: string) => readonly string[]>>> = {
  slack: liveInSlack,
  wecom: liveInWecom,
  dingtalk: liveInMarkdown,
  feishu: liveInMarkdown,
  lark: liveInMarkdown,
  discord: liveInMarkdown,
  googlechat: liveInMarkdown,
  teams: liveInTeams,
};
describe.each(Object.entries(liveIn))('of what %s is sent', (kind, live) => {
  it.each(hostile)('nothing is live of %j', (text) => {
    for (const locale of locales) {
      const found = markupIn(kind as ChatKind, noticeHolding(text), locale);
      const inEnglish = found.map((one) => one.replaceAll('打开控制台', 'Open console'));
      expect(inEnglish.flatMap(live)).toEqual([]);
    }
  });

  it('law: nothing is live in whatever is put together from hostile pieces', () => {
    const piece = fc.oneof(
      fc.constantFrom(...hostile),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (content) => {
        const notice = noticeHolding(content);
        expect(markupIn(kind as ChatKind, notice).flatMap(live)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('is live what is live', () => {
    const marks = ['<@all>', '[x](http://evil.example)', '`open', '\u202e'];
    expect(marks.filter((text) => live(text).length === 0)).toEqual(
      kind === 'slack' ? ['[x](http://evil.example)'] : [],
    );
  });
});

it('the checks themselves see what is live', () => {
  const live = [
    '<!channel>',
    '<@U1>',
    '<http://evil.example|x>',
    '`open',
    '\u202e',
    '\ud800',
    'a & b',
  ];
  expect(live.filter((text) => liveInSlack(text).length === 0)).toEqual([]);
  const liveThere = [
    '<@all>',
    '<font color="info">x</font>',
    '[x](http://evil.example)',
    '`open',
    '\u0007',
  ];
  expect(liveThere.filter((text) => liveInWecom(text).length === 0)).toEqual([]);
});

it.each(hostile)('nothing is live in what Slack and WeCom are sent of %j', (text) => {
  expectNothingLive(text);
});

it('law: nothing is live in whatever is put together from hostile pieces', () => {
  const piece = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 5 }));
  const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
  fc.assert(fc.property(text, expectNothingLive), { numRuns: 100 });
});

const sentences = hostile.filter((text) => !/[\p{Cc}\p{Cs}\u2028\u202e\u2066]/u.test(text));
it.each(sentences)("keeps %j quiet in a policy's own sentences too", (text) => {
  const notice = noticeWith({ failing: [itemOf('a', { title: text, remediation: text })] });
  expect(
    slackBodies(notice)
      .flatMap(mrkdwnOf)
      .flatMap(liveInSlack)
      .filter((what) => what !== 'unfit character' && what !== 'open code'),
  ).toEqual([]);
  for (const mrkdwn of slackBodies(notice).flatMap(mrkdwnOf)) {
    const outside = mrkdwn.replace(/`[^`\u200b\n]*`/g, '').replace(/^\*[^*]+\*/gm, '');
    expect(outside).not.toMatch(/[*_~`](?!\u200b)/);
  }
  expect(
    wecomContents(notice)
      .flatMap(liveInWecom)
      .filter((what) => what !== 'unfit character'),
  ).toEqual([]);
});

const forged = openOf('x', { policyId: 'x\n\n### All is well\n\ud800\u202e' });
it.each(chatKinds)('the text of a log that somebody edited is one plain line in %s', (kind) => {
  const dropped = [{ open: forged, title: forged.policyId }];
  for (const text of markupIn(kind, noticeWith({ dropped }))) {
    expect(text).not.toMatch(/\n### |[\p{Cs}\u202e]/u);
  }
});

it('colours by severity, and good news green', () => {
  const colorOf = (notice: Notice) => slackBodies(notice)[0]?.attachments[0].color;
  const failing = (severity: 'critical' | 'high' | 'medium' | 'low') =>
    noticeWith({ failing: [itemOf('a', { open: openOf('a', { severity }) })] });
  expect(
    ['critical', 'high', 'medium', 'low'].map((one) => colorOf(failing(one as 'low'))),
  ).toEqual(['#b42318', '#d92d20', '#dc6803', '#ca8504']);
  const good = noticeWith({ resolved: [itemOf('a')] });
  expect(colorOf(good)).toBe('#067647');
  expect(wecomContents(good)[0]).toMatch(
    /^### <font color="info">tcss-audit: 1 resolved<\/font>\n/,
  );
  expect(wecomContents(failing('low'))[0]).toMatch(
    /^### <font color="warning">tcss-audit: 1 new violation<\/font>\n/,
  );
});

it.each([
  ['feishu', ['red', 'red', 'orange', 'yellow', 'green'], /"template":"(\w+)"/],
  ['teams', ['Attention', 'Attention', 'Warning', 'Warning', 'Good'], /"color":"(\w+)"/],
  ['discord', [0xb42318, 0xd92d20, 0xdc6803, 0xca8504, 0x067647].map(String), /"color":(\d+)/],
] as const)('%s colours by severity too', (kind, colors, color) => {
  const failing = (['critical', 'high', 'medium', 'low'] as const).map((severity) =>
    noticeWith({ failing: [itemOf('a', { open: openOf('a', { severity }) })] }),
  );
  const notices = [...failing, noticeWith({ resolved: [itemOf('a')] })];
  expect(notices.map((notice) => color.exec(rendered(kind, notice)[0]?.body ?? '')?.[1])).toEqual(
    colors,
  );
});
