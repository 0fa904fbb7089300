/** Every platform: its limits in its own unit, and nothing from outside that it would take for its own syntax. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { locales } from '../../shared/model.ts';
import { generic } from '../../shared/notice/channels/generic.ts';
import { slack } from '../../shared/notice/channels/slack.ts';
import { wecom } from '../../shared/notice/channels/wecom.ts';
import type { Item, Notice } from '../../shared/notice/notice.ts';
import { findingOf, hostile, itemOf, noticeHolding, noticeWith, openOf } from '../support/log.ts';

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

const slackBodies = (notice: Notice, locale: (typeof locales)[number] = 'en') =>
  slack.render(notice, locale).map((body) => JSON.parse(body) as SlackBody);
const wecomContents = (notice: Notice, locale: (typeof locales)[number] = 'en') =>
  wecom
    .render(notice, locale)
    .map((body) => (JSON.parse(body) as { markdown: { content: string } }).markdown.content);

/** All that Slack would parse as mrkdwn. */
const mrkdwnOf = (body: SlackBody) => [
  body.text,
  body.attachments[0].fallback,
  ...body.attachments[0].blocks.flatMap(({ text, elements }) => [
    ...(text?.type === 'mrkdwn' ? [text.text] : []),
    ...(elements ?? []).map((element) => element.text),
  ]),
];

// ---- Huge notices -----------------------------------------------------------------------------

const long = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
function hugeItem(index: number, unit: string, size: number): Item {
  const id = String(index);
  const value = long(unit, size);
  const violation = { pointer: `/Images/${value}`, expected: value, actual: value, message: value };
  const finding = findingOf(
    id,
    'fail',
    'high',
    Array.from({ length: 7 }, () => violation) as never,
  );
  return itemOf(id, { open: openOf(id, { target: value }), finding });
}
const many = (count: number, unit: string, size: number) =>
  Array.from({ length: count }, (_, index) => hugeItem(index, unit, size));

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
  'long reasons that grow when they are escaped': noticeWith({
    unchecked: Array.from({ length: 40 }, (_, index) =>
      itemOf(String(index), {
        finding: { policyId: 'x', severity: 'high', status: 'error', reason: long('<', 9000) },
      }),
    ),
  }),
  'a remedy as long as a page': noticeWith({
    failing: [itemOf('a', { remediation: long('Do <this> & that. ', 9000) })],
  }),
  'a title as long as a page': noticeWith({ failing: [itemOf('a', { title: long('界', 9000) })] }),
};

describe.each(Object.entries(huge))('with %s', (_name, notice) => {
  it.each(locales)("Slack's limits hold (%s)", (locale) => {
    const bodies = slackBodies(notice, locale);
    expect(bodies.length).toBeGreaterThanOrEqual(1);
    expect(bodies.length).toBeLessThanOrEqual(5);
    for (const { text, attachments } of bodies) {
      const { blocks } = attachments[0];
      expect(text.length).toBeLessThan(4_000);
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks) {
        const max = block.type === 'header' ? 150 : 3_000;
        const texts = [...(block.text ? [block.text] : []), ...(block.elements ?? [])];
        for (const one of texts) {
          expect(one.text.length).toBeGreaterThan(0);
          expect(one.text.length).toBeLessThanOrEqual(max);
        }
      }
    }
  });

  it.each(locales)("WeCom's limits hold (%s)", (locale) => {
    const contents = wecomContents(notice, locale);
    expect(contents.length).toBeGreaterThanOrEqual(1);
    expect(contents.length).toBeLessThanOrEqual(5);
    for (const content of contents) {
      expect(new TextEncoder().encode(content).length).toBeLessThanOrEqual(4_096);
    }
  });

  it('every message names the head, the run and its part', () => {
    const parts = [
      slackBodies(notice).map((body) => mrkdwnOf(body).join('\n')),
      wecomContents(notice),
    ];
    for (const messages of parts) {
      for (const [index, message] of messages.entries()) {
        expect(message).toContain(`41:${'8f3c'.repeat(16)}`);
        expect(message).toContain('nightly-20261124T180000Z');
        const part = `(${String(index + 1)}/${String(messages.length)})`;
        expect(message.includes(part)).toBe(messages.length > 1);
      }
    }
  });

  it('what found no place is counted: shown and counted are all there is', () => {
    const total = Object.values(notice.items).flat().length;
    const slackText = slackBodies(notice).flatMap((body) =>
      body.attachments[0].blocks
        .filter(({ type }) => type === 'section')
        .map(({ text }) => text?.text ?? ''),
    );
    const wecomText = wecomContents(notice).flatMap((content) =>
      content.split('\n\n').slice(1, -1),
    );
    for (const blocks of [slackText, wecomText]) {
      const left = blocks.map((block) => /^… and (\d+) more entr(?:y|ies) in/.exec(block)?.[1]);
      const counted = left.reduce((sum, one) => sum + Number(one ?? 0), 0);
      expect(left.filter((one) => one === undefined).length + counted).toBe(total);
    }
  });
});

it('keeps lines and characters whole where it cuts', () => {
  const notice = noticeWith({ failing: many(3, '😀', 2000) });
  for (const text of [...slackBodies(notice).flatMap(mrkdwnOf), ...wecomContents(notice)]) {
    expect(text).not.toMatch(/\p{Surrogate}/u);
    for (const line of text.split('\n')) expect((line.match(/`/g) ?? []).length % 2).toBe(0);
  }
});

describe('the generic channel', () => {
  it('keeps an event of thousands of entries below 64 KiB and counts the rest', () => {
    const [body, ...more] = generic.render(noticeWith({ failing: many(3000, 'x', 3) }), 'en');
    const { data } = JSON.parse(body ?? '') as { data: { changes: { failing: [] }; left: number } };
    expect(more).toEqual([]);
    expect(Buffer.byteLength(body ?? '')).toBeLessThanOrEqual(64 * 1024);
    expect(data.changes.failing.length + data.left).toBe(3000);
    expect(data.changes.failing.length).toBeGreaterThan(20);
  });

  it('says it all in one CloudEvent', () => {
    const notice = noticeWith({
      failing: [itemOf('a')],
      waived: [itemOf('b', { finding: findingOf('b', 'waived') })],
    });
    const bodies = generic.render(notice, 'zh').map((body) => JSON.parse(body) as unknown);
    const { run, site, counts, head } = notice;
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
    expect(bodies).toEqual([
      {
        specversion: '1.0',
        id: 'nightly-20261124T180000Z',
        source: 'urn:tcss-audit',
        type: 'tcss-audit.notice.v1',
        time: '2026-11-24T18:00:01.000Z',
        datacontenttype: 'application/json',
        data: {
          run,
          site,
          counts,
          evidence: head,
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
          waivers: [],
          drift: [],
          left: 0,
        },
      },
    ]);
  });

  it.each(hostile)('passes %j on as data', (text) => {
    const [body = ''] = generic.render(noticeHolding(text), 'en');
    const { data } = JSON.parse(body) as { data: { changes: { unchecked: [{ reason: string }] } } };
    expect(data.changes.unchecked[0].reason).toBe(text);
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
  fc.assert(fc.property(text, expectNothingLive), { numRuns: 150 });
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
