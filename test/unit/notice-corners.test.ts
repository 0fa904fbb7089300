/** What a first version of the channels got wrong: kept so that it stays right. */
import { describe, expect, it } from 'vitest';

import { noticeOfNote } from '../../shared/notice/notice.ts';
import { feishu } from '../../shared/notice/channels/feishu.ts';
import { platforms } from '../../shared/notice/channels/platforms.ts';
import { rendered } from '../support/channels.ts';
import { findingOf, itemOf, noticeWith, nights, openOf } from '../support/log.ts';

describe('an event of the generic channel is over 64 KiB', () => {
  const long = '界'.repeat(30_000);
  const violation = { pointer: `/${long}`, expected: 1, actual: 2, message: '' };
  const notices = {
    'with a value at a place with a long name': noticeWith({
      failing: [itemOf('a', { finding: findingOf('a', 'fail', 'high', [violation]) })],
    }),
    'with an account with a long name, in a log that somebody edited': noticeWith({
      dropped: [itemOf('a', { open: openOf('a', { target: long }) })],
    }),
    'that tells at length why the audit failed': noticeOfNote(
      'nightly-1',
      'intl',
      { kind: 'failure', message: long },
      nights[0],
    ),
  };
  it.each(Object.entries(notices))('%s', (_name, notice) => {
    const [post] = rendered('generic', notice);
    expect(Buffer.byteLength(post?.body ?? '')).toBeLessThanOrEqual(64 * 1024);
  });
});

/** 3,000 findings take a minute: a run has twelve seconds to tell. */
it.each(['pagerduty', 'alertmanager'] as const)(
  '%s looks at a finding a few times, not once for every other one',
  (kind) => {
    let looks = 0;
    const failing = Array.from({ length: 100 }, (_, index) => {
      const open = openOf(String(index), { fingerprint: String(index).padStart(64, '0') });
      const { title, ...item } = itemOf(String(index), { open });
      return {
        ...item,
        get title() {
          looks += 1;
          return title;
        },
      };
    });
    platforms[kind].render(noticeWith({ failing }), 'en');
    expect(looks / failing.length).toBeLessThan(20);
  },
);

/** The older `StatusCode` counts only where `code` is absent. */
it.each(['0', '19021', null, false])('Feishu has not said yes where its code is %j', (code) => {
  const body = JSON.stringify({ code, StatusCode: 0 });
  expect(feishu.classify({ status: 200, headers: {}, body })).toEqual({
    kind: 'failed',
    reason: 'HTTP 200 with no code in the answer',
  });
});
