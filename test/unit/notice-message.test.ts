import { expect, it } from 'vitest';

import {
  locales,
  severities,
  type Finding,
  type Json,
  type OpenFinding,
  type Status,
  type Violation,
} from '../../shared/model.ts';
import { messageOf, summaryOf, type Line } from '../../shared/notice/message.ts';
import {
  noticeOfNote,
  sections,
  type Item,
  type Note,
  type Notice,
} from '../../shared/notice/notice.ts';
import { en } from '../../shared/notice/text/en.ts';
import { zh } from '../../shared/notice/text/zh.ts';
import { source, uin } from '../support/fake-ports.ts';
import {
  findingOf,
  itemOf,
  nights,
  noticeWith,
  openOf,
  summary,
  violation as aViolation,
} from '../support/log.ts';

/** Code in backticks, strong text in stars, links in brackets. */
function plain(line: Line): string {
  return line
    .map((span) => {
      if (span.kind === 'code') return `\`${span.text}\``;
      if (span.kind === 'strong') return `*${span.text}*`;
      return span.kind === 'link' ? `[${span.text}](${span.url})` : span.text;
    })
    .join('');
}

const textOf = (notice: Notice, locale: (typeof locales)[number] = 'en') => {
  const { title, blocks, footer, console } = messageOf(notice, locale);
  const body = [...blocks.flatMap(({ lines }) => lines.map(plain)), ...footer.map(plain)];
  return [title, ...body, `${console.text} ${console.url}`];
};

const everything = noticeWith(
  {
    failing: [itemOf('a')],
    unchecked: [itemOf('b', { finding: findingOf('b', 'error') })],
    stillOpen: [itemOf('c')],
    resolved: [itemOf('d', { finding: findingOf('d', 'pass') })],
    waived: [itemOf('e', { finding: findingOf('e', 'waived') })],
    dropped: [itemOf('f', { finding: findingOf('f', 'skip') })],
  },
  {
    waivers: [
      { id: 'W-1', policy: 'e', state: 'ending', until: '2026-12-01' },
      { id: 'W-2', policy: 'e', state: 'ended', until: '2026-11-01' },
      { id: 'W-3', policy: 'e', state: 'unused', until: '2027-06-30' },
    ],
    drift: [{ target: uin, source, pointer: '/New', kind: 'undocumented-field' }],
  },
);

it('says all there is to say, in English', () => {
  expect(textOf(everything)).toEqual([
    'tcss-audit: 1 new violation, 1 resolved, 1 could not be checked, 1 still open, 1 waived, 1 no longer checked, 3 waivers to look at, 1 undocumented answer',
    '*Violations*',
    '*[HIGH]* `100000000001` Title of a · since 2026-11-24',
    '`ScanVul` must be `true`, is `false`',
    'Fix: Set a right.',
    '*Resolved*',
    '*[HIGH]* `100000000001` Title of d · since 2026-11-24',
    '*Could not be checked*',
    '*[HIGH]* `100000000001` Title of b · since 2026-11-24',
    '`made up error`',
    '*Still open*',
    '*[HIGH]* `100000000001` Title of c · since 2026-11-24',
    '`ScanVul` must be `true`, is `false`',
    'Fix: Set c right.',
    '*Waived*',
    '*[HIGH]* `100000000001` Title of e · since 2026-11-24',
    '`ScanVul` must be `true`, is `false`',
    '`W-1` until 2027-06-30',
    '*No longer checked*',
    '*[HIGH]* `100000000001` Title of f · since 2026-11-24',
    '*Waivers*',
    '`W-1` (e) ends soon, 2026-12-01',
    '`W-2` (e) ended 2026-11-01: it waives nothing any more',
    '`W-3` (e) waives nothing: remove it, or correct its policy or targets',
    '*The API answered beyond its documentation*',
    '`100000000001` DescribeAssetImageScanSetting `/New` (undocumented-field)',
    '9 pass, 1 fail, 1 waived, 1 error, 0 skip',
    `evidence \`41:${'8f3c'.repeat(16)}\``,
    'run `nightly-20261124T180000Z`',
    'Open console https://console.tencentcloud.com/tcss',
  ]);
});

it('says all there is to say, in Chinese', () => {
  expect(textOf(everything, 'zh')).toEqual([
    'tcss-audit: 新增 1 项不合规，1 项已恢复，1 项无法检查，1 项仍未处理，1 项已豁免，1 项不再检查，3 条豁免需要关注，1 处应答超出文档',
    '*不合规*',
    '*[高危]* `100000000001` Title of a · 自 2026-11-24 起',
    '`ScanVul` 应为 `true`, 实际为 `false`',
    '处理建议: Set a right.',
    '*已恢复*',
    '*[高危]* `100000000001` Title of d · 自 2026-11-24 起',
    '*无法检查*',
    '*[高危]* `100000000001` Title of b · 自 2026-11-24 起',
    '`made up error`',
    '*仍未处理*',
    '*[高危]* `100000000001` Title of c · 自 2026-11-24 起',
    '`ScanVul` 应为 `true`, 实际为 `false`',
    '处理建议: Set c right.',
    '*已豁免*',
    '*[高危]* `100000000001` Title of e · 自 2026-11-24 起',
    '`ScanVul` 应为 `true`, 实际为 `false`',
    '`W-1` 有效期至 2027-06-30',
    '*不再检查*',
    '*[高危]* `100000000001` Title of f · 自 2026-11-24 起',
    '*豁免*',
    '`W-1` (e) 即将到期（2026-12-01）',
    '`W-2` (e) 已于 2026-11-01 到期，不再生效',
    '`W-3` (e) 未匹配任何不合规项：请删除，或更正其策略与目标',
    '*云 API 的应答超出文档范围*',
    '`100000000001` DescribeAssetImageScanSetting `/New` (undocumented-field)',
    '通过 9，不合规 1，豁免 1，无法检查 1，不适用 0',
    `存证 \`41:${'8f3c'.repeat(16)}\``,
    '批次 `nightly-20261124T180000Z`',
    '打开控制台 https://console.tencentcloud.com/tcss',
  ]);
});

it.each(locales)('has a heading and a word in the title for every section (%s)', (locale) => {
  const catalogue = { en, zh }[locale];
  for (const section of sections) {
    const { title, blocks } = messageOf(noticeWith({ [section]: [itemOf('a')] }), locale);
    expect(title).toBe(`tcss-audit: ${catalogue.title[section](1)}`);
    expect(blocks).toHaveLength(1);
    expect(plain(blocks[0]?.lines[0] ?? [])).toBe(`*${catalogue.heading[section]}*`);
  }
  expect(new Set(sections.map((section) => catalogue.heading[section])).size).toBe(6);
});

it.each(locales)('has a word for every severity (%s)', (locale) => {
  const lines = severities.map(
    (severity) =>
      textOf(
        noticeWith({ failing: [itemOf('a', { open: openOf('a', { severity }) })] }),
        locale,
      )[2],
  );
  expect(lines.map((line) => /\[(.+?)\]/.exec(line ?? '')?.[1])).toEqual(
    locale === 'en' ? ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] : ['严重', '高危', '中危', '低危'],
  );
});

it('says that nothing changed', () => {
  const { title, severity, blocks } = messageOf(noticeWith({}), 'en');
  expect({ title, severity, blocks }).toEqual({
    title: 'tcss-audit: no change',
    severity: undefined,
    blocks: [],
  });
});

it('counts in words', () => {
  const two = noticeWith(
    { failing: [itemOf('a'), itemOf('b')] },
    { waivers: [{ id: 'W', policy: 'a', state: 'unused', until: '2027-06-30' }] },
  );
  expect(messageOf(two, 'en').title).toBe('tcss-audit: 2 new violations, 1 waiver to look at');
  expect([
    messageOf(two, 'en').more(1),
    messageOf(two, 'en').more(2),
    messageOf(two, 'zh').more(2),
  ]).toEqual([
    '… and 1 more entry in the evidence of this run',
    '… and 2 more entries in the evidence of this run',
    '…… 另有 2 条，见本批次存证',
  ]);
});

it('says that time ran out', () => {
  const notice = noticeWith({}, { summary: { ...summary, complete: false } });
  expect(textOf(notice)[1]).toBe(
    '*The time of this invocation ran out: not every account was read.*',
  );
  expect(textOf(notice, 'zh')[1]).toBe('*本次调用时间用尽，部分账号未读取。*');
});

it("links to the site's own console", () => {
  expect(textOf(noticeWith({}, { site: 'cn' })).at(-1)).toBe(
    'Open console https://console.cloud.tencent.com/tcss',
  );
});

const worst: Record<string, readonly [Partial<Notice['items']>, string | undefined]> = {
  'the worst of what fails and of what could not be checked': [
    {
      failing: [itemOf('a', { open: openOf('a', { severity: 'low' }) })],
      unchecked: [itemOf('b', { open: openOf('b', { severity: 'critical' }) })],
    },
    'critical',
  ],
  'what is still open': [{ stillOpen: [itemOf('a')] }, 'high'],
  'none for good news': [{ resolved: [itemOf('a')], dropped: [itemOf('b')] }, undefined],
  'none for what is waived': [{ waived: [itemOf('a')] }, undefined],
};
it.each(Object.entries(worst))('has a severity: %s', (_name, [items, severity]) => {
  expect(messageOf(noticeWith(items), 'en').severity).toBe(severity);
});

const expectations: Record<string, readonly [Json, Json, string]> = {
  'a value': [true, false, '`ScanVul` must be `true`, is `false`'],
  'a text': ['on', 'off', '`ScanVul` must be `"on"`, is `"off"`'],
  nothing: [1, null, '`ScanVul` must be `1`, is `null`'],
  'being there': ['present', null, '`ScanVul` must be `present`, is `null`'],
  'a maximum': [{ maximum: 7 }, 8, '`ScanVul` must be `≤ 7`, is `8`'],
  'a minimum': [{ minimum: 7 }, 6, '`ScanVul` must be `≥ 7`, is `6`'],
  'an open maximum': [{ exclusiveMaximum: 7 }, 7, '`ScanVul` must be `< 7`, is `7`'],
  'an open minimum': [{ exclusiveMinimum: 7 }, 7, '`ScanVul` must be `> 7`, is `7`'],
  'one of several': [{ enum: [0, 2] }, 1, '`ScanVul` must be `0 | 2`, is `1`'],
  'a pattern': [{ pattern: '^x' }, 'y', '`ScanVul` must be `~ "^x"`, is `"y"`'],
  'a type': [{ type: 'boolean' }, 1, '`ScanVul` must be `"boolean"`, is `1`'],
  'few items': [{ maxItems: 3 }, [1, 2, 3, 4], '`ScanVul` must be `≤ 3 items`, is `[1,2,3,4]`'],
  'no items': [{ maxItems: 0 }, ['x'], '`ScanVul` must be `empty`, is `["x"]`'],
  'many items': [{ minItems: 1 }, [], '`ScanVul` must be `≥ 1 items`, is `[]`'],
  'a keyword that has no sign': [
    { minContains: 1 },
    [],
    '`ScanVul` must be `minContains 1`, is `[]`',
  ],
  'an empty object': [{}, 1, '`ScanVul` must be `null`, is `1`'],
};
it.each(Object.entries(expectations))(
  'says what must be: %s',
  (_name, [expected, actual, line]) => {
    const violation: Violation = { pointer: '/ScanVul', expected, actual, message: '' };
    const finding = findingOf('a', 'fail', 'high', [violation]);
    expect(textOf(noticeWith({ failing: [itemOf('a', { finding })] }))[3]).toBe(line);
  },
);

it('shows five violations and counts the rest', () => {
  const violation = (index: number): Violation => ({
    pointer: `/Images/${String(index)}`,
    expected: 'x',
    actual: index,
    message: '',
  });
  const rest = Array.from({ length: 299 }, (_, index) => violation(index + 1));
  const finding = findingOf('a', 'fail', 'high', [violation(0), ...rest]);
  expect(textOf(noticeWith({ failing: [itemOf('a', { finding })] })).slice(3, 10)).toEqual([
    '`0` must be `"x"`, is `0`',
    '`1` must be `"x"`, is `1`',
    '`2` must be `"x"`, is `2`',
    '`3` must be `"x"`, is `3`',
    '`4` must be `"x"`, is `4`',
    '… and 295 more',
    'Fix: Set a right.',
  ]);
});

it('shows five drifts and counts the rest', () => {
  const drift = Array.from({ length: 12 }, (_, index) => ({
    target: uin,
    source,
    pointer: `/New${String(index)}`,
    kind: 'undocumented-field' as const,
  }));
  const lines = messageOf(noticeWith({}, { drift }), 'en').blocks[0]?.lines.map(plain) ?? [];
  expect([lines.length, lines.at(-1)]).toEqual([7, '… and 7 more']);
});

it('cuts a value at 160 characters and a reason at 500, never inside a character', () => {
  const violation: Violation = {
    pointer: '/X',
    expected: 1,
    actual: '😀'.repeat(5000),
    message: '',
  };
  const failing = itemOf('a', { finding: findingOf('a', 'fail', 'high', [violation]) });
  const error: Finding = {
    policyId: 'b',
    severity: 'high',
    status: 'error',
    reason: '界'.repeat(5000),
  };
  const lines = textOf(
    noticeWith({ failing: [failing], unchecked: [itemOf('b', { finding: error })] }),
  );
  expect(lines).toContain(`\`X\` must be \`1\`, is \`"${'😀'.repeat(158)}…\``);
  expect(lines).toContain(`\`${'界'.repeat(499)}…\``);
});

// ---- Many accounts ----------------------------------------------------------------------------

const account = (index: number) => String(100_000_000_001 + index);
const onAccounts = (count: number, change: Partial<OpenFinding> = {}) =>
  Array.from({ length: count }, (_, index) => {
    const fingerprint = String(index).padStart(64, '0');
    return itemOf('a', { open: openOf('a', { target: account(index), fingerprint, ...change }) });
  });
const blocksOf = (items: Partial<Notice['items']>, locale: (typeof locales)[number] = 'en') =>
  messageOf(noticeWith(items), locale).blocks.map(({ lines, tells }) => ({
    lines: lines.map(plain),
    tells,
  }));
const fingerprints = (items: readonly Item[]) => items.map(({ open }) => open.fingerprint);

it('tells of five hundred accounts on one broken policy in one block, and of all of them', () => {
  const failing = onAccounts(500);
  const five = [0, 1, 2, 3, 4].map((index) => `\`${account(index)}\``).join(' ');
  const common = ['`ScanVul` must be `true`, is `false`', 'Fix: Set a right.'];
  expect(blocksOf({ failing })).toEqual([
    {
      lines: [
        '*Violations*',
        '*[HIGH]* *500 accounts* Title of a · since 2026-11-24',
        `${five} … and 495 more`,
        ...common,
      ],
      tells: fingerprints(failing),
    },
  ]);
  expect(blocksOf({ failing }, 'zh')[0]?.lines.slice(1, 3)).toEqual([
    '*[高危]* *500 个账号* Title of a · 自 2026-11-24 起',
    `${five} …… 另有 495 项`,
  ]);
  expect(messageOf(noticeWith({ failing }), 'en').title).toBe('tcss-audit: 500 new violations');
});

it('keeps two accounts apart, and takes three together', () => {
  expect(blocksOf({ failing: onAccounts(2) })).toHaveLength(2);
  expect(blocksOf({ failing: onAccounts(3) })[0]?.lines.slice(1, 3)).toEqual([
    '*[HIGH]* *3 accounts* Title of a · since 2026-11-24',
    '`100000000001` `100000000002` `100000000003` ',
  ]);
});

it('says since when the oldest of them is open', () => {
  const [first, ...rest] = onAccounts(4);
  const old = onAccounts(5, { since: '2026-11-20T18:00:00.000Z' }).at(-1);
  const failing = [first, ...rest, old].filter((item) => item !== undefined);
  expect(blocksOf({ failing })[0]?.lines[1]).toBe(
    '*[HIGH]* *5 accounts* Title of a · since 2026-11-20',
  );
});

const apart: Record<string, Partial<Item>> = {
  'another value': { finding: findingOf('a', 'fail', 'high', [{ ...aViolation, actual: 1 }]) },
  'another place': { finding: findingOf('a', 'fail', 'high', [{ ...aViolation, pointer: '/X' }]) },
  'another severity': { finding: findingOf('a', 'fail', 'low') },
  'another policy': { open: openOf('b') },
};
it.each(Object.entries(apart))('does not mix what breaks in %s', (_name, change) => {
  const failing = [...onAccounts(3), itemOf('a', change)];
  const blocks = blocksOf({ failing });
  expect(blocks.map(({ tells }) => tells.length)).toEqual([3, 1]);
  expect(blocks.flatMap(({ tells }) => tells)).toEqual(fingerprints(failing));
});

it.each(sections)('groups what is %s, each section by itself', (section) => {
  const finding = { failing: 'fail', unchecked: 'error', stillOpen: 'fail', waived: 'waived' }[
    section as string
  ];
  const items = onAccounts(7).map(({ finding: _, ...item }): Item =>
    finding === undefined ? item : { ...item, finding: findingOf('a', finding as Status) },
  );
  const other = section === 'failing' ? 'stillOpen' : 'failing';
  const blocks = blocksOf({ [section]: items, [other]: onAccounts(1) });
  expect(blocks.map(({ tells }) => tells.length).sort((a, b) => a - b)).toEqual([1, 7]);
  expect(
    blocks.flatMap(({ lines }) => lines).filter((line) => line.includes('7 acc')),
  ).toHaveLength(1);
});

// ---- Notes ------------------------------------------------------------------------------------

const notes: Record<string, readonly [Note, (typeof locales)[number], readonly string[], string?]> =
  {
    'that it is a test': [
      { kind: 'test' },
      'en',
      [
        'tcss-audit: TEST message, nothing is wrong',
        'Somebody is testing this channel. If you can read this, notices arrive here.',
      ],
    ],
    'that it is a test, in Chinese': [
      { kind: 'test' },
      'zh',
      ['tcss-audit: 测试消息，请忽略', '有人正在测试此通道。看到本消息，说明通知可以正常送达。'],
    ],
    'that the audit failed': [
      { kind: 'failure', message: 'Evidence could not be written (ENOSPC).' },
      'en',
      [
        'tcss-audit: the audit FAILED',
        '*No evidence was sealed, so nothing is known of tonight. What went wrong:*',
        '`Evidence could not be written (ENOSPC).`',
      ],
      'critical',
    ],
    'that the audit failed, in Chinese': [
      { kind: 'failure', message: '界'.repeat(600) },
      'zh',
      [
        'tcss-audit: 审计执行失败',
        '*本次未能写入存证，今晚的合规状态未知。失败原因：*',
        `\`${'界'.repeat(499)}…\``,
      ],
      'critical',
    ],
    'that a run is missing': [
      { kind: 'missed', scheduled: [nights[0]] },
      'en',
      [
        'tcss-audit: 1 scheduled run is missing',
        `*The timer should have fired and no run came of it: ${nights[0]}*`,
      ],
      'medium',
    ],
    'that more runs are missing than anyone reads': [
      {
        kind: 'missed',
        scheduled: Array.from({ length: 31 }, (_, index) => `night ${String(index)}`),
      },
      'zh',
      [
        'tcss-audit: 有 31 次定时审计未执行',
        '*以下时间点定时器应触发审计，但没有执行记录：night 0, night 1, night 2, night 3, night 4 …… 另有 26 项*',
      ],
      'medium',
    ],
    'that the audit did not run': [
      {
        kind: 'watchdog',
        troubles: [{ kind: 'missing', scheduledAt: nights[1], lastAt: nights[0] }],
      },
      'en',
      [
        'tcss-audit: the audit DID NOT RUN',
        `*The timer should have started an audit at ${nights[1]}, and the log has none.*`,
        `The last one that a timer started is of ${nights[0]}.`,
        'Look at the timer of the audit function, and at its last invocations.',
      ],
      'critical',
    ],
    'that the audit did not run, in Chinese': [
      { kind: 'watchdog', troubles: [{ kind: 'missing', scheduledAt: nights[1], lastAt: null }] },
      'zh',
      [
        'tcss-audit: 审计未执行',
        `*定时器应于 ${nights[1]} 触发审计，但存证中没有该次记录。*`,
        '未找到任何定时审计。',
        '请检查审计函数的定时触发器及最近的调用记录。',
      ],
      'critical',
    ],
    'that no timer fires': [
      { kind: 'watchdog', troubles: [{ kind: 'silent', hours: 26, lastAt: null }] },
      'en',
      [
        'tcss-audit: the audit DOES NOT RUN',
        '*No timer has started an audit for 26 hours.*',
        'None that a timer started was found.',
        'Look at the timer of the audit function, and at its last invocations.',
      ],
      'critical',
    ],
    'that no timer fires, in Chinese': [
      { kind: 'watchdog', troubles: [{ kind: 'silent', hours: 26, lastAt: nights[0] }] },
      'zh',
      [
        'tcss-audit: 审计已停止执行',
        '*已有 26 小时没有定时审计。*',
        `最近一次定时审计的时间为 ${nights[0]}。`,
        '请检查审计函数的定时触发器及最近的调用记录。',
      ],
      'critical',
    ],
    'that the audit was killed': [
      { kind: 'watchdog', troubles: [{ kind: 'killed', scheduledAt: nights[0] }] },
      'en',
      [
        'tcss-audit: the audit DID NOT FINISH',
        `*The audit of ${nights[0]} began and left no record: it was killed, or ran out of time or memory.*`,
        'Look at the log of the audit function, and give it more time or memory.',
      ],
      'critical',
    ],
    'that the audit was killed, in Chinese': [
      { kind: 'watchdog', troubles: [{ kind: 'killed', scheduledAt: nights[0] }] },
      'zh',
      [
        'tcss-audit: 审计未完成',
        `*${nights[0]} 的审计已开始，但没有留下记录：进程被终止，或超时、内存不足。*`,
        '请查看审计函数的日志，并增加其超时时间或内存。',
      ],
      'critical',
    ],
    'that the audit is incomplete and untold': [
      {
        kind: 'watchdog',
        troubles: [
          { kind: 'incomplete', scheduledAt: nights[0] },
          {
            kind: 'untold',
            scheduledAt: nights[0],
            channels: [
              { channel: 'slack:hooks.slack.com#00000000', reason: 'HTTP 500' },
              { channel: 'wecom:qyapi.weixin.qq.com#00000000', reason: null },
            ],
          },
        ],
      },
      'en',
      [
        'tcss-audit: the audit is incomplete, the audit was not told',
        `*The audit of ${nights[0]} ran out of time: not every account was read.*`,
        'Give the audit function more time.',
        `*The audit of ${nights[0]} is sealed, and these channels have not heard of it:*`,
        '`slack:hooks.slack.com#00000000` `HTTP 500`',
        '`wecom:qyapi.weixin.qq.com#00000000` no attempt is recorded',
        'The next audit tells what is missing. Until then: tcss-audit report.',
      ],
      'high',
    ],
    'that the audit is incomplete and untold, in Chinese': [
      {
        kind: 'watchdog',
        troubles: [
          { kind: 'incomplete', scheduledAt: nights[0] },
          {
            kind: 'untold',
            scheduledAt: nights[0],
            channels: Array.from({ length: 7 }, (_, index) => ({
              channel: `c${String(index)}`,
              reason: null,
            })),
          },
        ],
      },
      'zh',
      [
        'tcss-audit: 审计不完整，审计结果未送达',
        `*${nights[0]} 的审计用尽了时间，部分账号未读取。*`,
        '请增加审计函数的超时时间。',
        `*${nights[0]} 的审计已写入存证，但以下通道尚未收到通知：*`,
        ...[0, 1, 2, 3, 4].map((index) => `\`c${String(index)}\` 没有发送记录`),
        '…… 另有 2 项',
        '下一次审计会补发。在此之前可执行 tcss-audit report 查看。',
      ],
      'high',
    ],
    'that there is no audit': [
      { kind: 'watchdog', troubles: [{ kind: 'empty' }] },
      'en',
      [
        'tcss-audit: there is NO AUDIT in the log',
        '*The evidence log holds no audit.*',
        'Look at the timer of the audit function, and whether both functions have the same AUDIT_EVIDENCE.',
      ],
      'critical',
    ],
    'that there is no audit, in Chinese': [
      { kind: 'watchdog', troubles: [{ kind: 'empty' }] },
      'zh',
      [
        'tcss-audit: 存证中没有任何审计',
        '*存证中没有任何审计记录。*',
        '请检查审计函数的定时触发器，以及两个函数的 AUDIT_EVIDENCE 是否一致。',
      ],
      'critical',
    ],
    'that the log cannot be read': [
      { kind: 'watchdog', troubles: [{ kind: 'unreadable', message: 'Evidence is gone.' }] },
      'en',
      [
        'tcss-audit: the evidence log CANNOT BE READ',
        '*The evidence log cannot be read, so nothing is known of tonight:*',
        '`Evidence is gone.`',
        'Check the log: tcss-audit verify.',
      ],
      'critical',
    ],
    'that the log cannot be read, in Chinese': [
      { kind: 'watchdog', troubles: [{ kind: 'unreadable', message: 'Evidence is gone.' }] },
      'zh',
      [
        'tcss-audit: 存证无法读取',
        '*存证无法读取，今晚的合规状态未知：*',
        '`Evidence is gone.`',
        '请执行 tcss-audit verify 检查存证。',
      ],
      'critical',
    ],
  };
it.each(Object.entries(notes))('says %s', (_name, [note, locale, lines, severity]) => {
  const notice = noticeOfNote('nightly-1', 'intl', note, nights[0]);
  expect(notice.id).toBe(`nightly-1-${note.kind}`);
  const run = { en: 'run', zh: '批次' }[locale];
  const console = { en: 'Open console', zh: '打开控制台' }[locale];
  expect(textOf(notice, locale)).toEqual([
    ...lines,
    `${run} \`nightly-1\``,
    `${console} https://console.tencentcloud.com/tcss`,
  ]);
  expect(messageOf(notice, locale).severity).toBe(severity);
});

it('says in the title of a notice that runs are missing, before all else', () => {
  const missed: Note = { kind: 'missed', scheduled: [...nights] };
  const notice = noticeWith({ failing: [itemOf('a')] }, { notes: [missed] });
  expect(textOf(notice).slice(0, 3)).toEqual([
    'tcss-audit: 3 scheduled runs are missing, 1 new violation',
    `*The timer should have fired and no run came of it: ${nights.join(', ')}*`,
    '*Violations*',
  ]);
  expect(messageOf(notice, 'en').severity).toBe('high');
});

it('says with what the watchdog found of a run what the run found, and of its haste once', () => {
  const troubles = [{ kind: 'incomplete', scheduledAt: nights[0] }] as const;
  const notice = noticeOfNote('nightly-1', 'intl', { kind: 'watchdog', troubles }, nights[0], {
    ...summary,
    complete: false,
  });
  const { pass, fail, waived, error, skip } = summary.counts;
  expect(textOf(notice)).toEqual([
    'tcss-audit: the audit is incomplete',
    `*The audit of ${nights[0]} ran out of time: not every account was read.*`,
    'Give the audit function more time.',
    `${String(pass)} pass, ${String(fail)} fail, ${String(waived)} waived, ${String(error)} error, ${String(skip)} skip`,
    `evidence \`${String(summary.head.seq)}:${summary.head.sha256}\``,
    'run `nightly-1`',
    'Open console https://console.tencentcloud.com/tcss',
  ]);
});

// ---- One line a finding -----------------------------------------------------------------------

const oneLine: Record<string, readonly [Item, string]> = {
  'a violation': [itemOf('a'), '100000000001 Title of a · ScanVul must be true, is false'],
  'what could not be checked': [
    itemOf('a', { finding: findingOf('a', 'error') }),
    '100000000001 Title of a · made up error',
  ],
  'what is not judged any more': [{ open: openOf('a'), title: 'T' }, '100000000001 T'],
  'more violations than anyone reads': [
    itemOf('a', {
      finding: findingOf('a', 'fail', 'high', Array.from({ length: 7 }, () => aViolation) as never),
    }),
    `100000000001 Title of a${' · ScanVul must be true, is false'.repeat(5)} · … and 2 more`,
  ],
};
it.each(Object.entries(oneLine))('says in one line %s', (_name, [item, line]) => {
  expect(summaryOf(item, 'en')).toBe(line);
});
