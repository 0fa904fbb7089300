/** What there is to tell, from what changed and what the run found. */
import { describe, expect, it } from 'vitest';

import type { Severity } from '../../shared/model.ts';
import type { Changes } from '../../shared/notice/changes.ts';
import {
  noticeOf,
  noticeOfNote,
  severityOf,
  type Note,
  type RunToTell,
  type Trouble,
} from '../../shared/notice/notice.ts';
import { policies, source, uin } from '../support/fake-ports.ts';
import { findingOf, nights, openOf, summary } from '../support/log.ts';

const [at] = nights;
const nothing: Changes = {
  ...{ failing: [], unchecked: [], waived: [], resolved: [], dropped: [], stillOpen: [] },
  ...{ waivers: [], drift: [], missed: [] },
};
const finding = findingOf('vulnerabilities', 'fail');
const open = openOf('v', { policyId: 'vulnerabilities' });
const told: RunToTell = {
  run: {
    id: 'nightly-20261124T180000Z',
    trigger: { type: 'timer', name: 'nightly', scheduledAt: at },
    startedAt: '2026-11-24T18:00:01.000Z',
    finishedAt: '2026-11-24T18:00:02.000Z',
    complete: false,
  },
  ...{ site: 'cn', counts: summary.counts, head: summary.head },
  findings: new Map([[open.fingerprint, finding]]),
  policies: policies.map(({ policy }) => policy),
};

describe('the notice of a run', () => {
  it('says of which run it is, and has nothing to say where nothing changed', () => {
    const items = { failing: [], unchecked: [], stillOpen: [] };
    expect(noticeOf(told, nothing)).toEqual({
      id: 'nightly-20261124T180000Z',
      runId: 'nightly-20261124T180000Z',
      site: 'cn',
      at: '2026-11-24T18:00:02.000Z',
      summary: { ...summary, scheduledAt: at, complete: false },
      notes: [],
      items: { ...items, resolved: [], waived: [], dropped: [] },
      ...{ waivers: [], drift: [] },
    });
  });

  it('has each change in its own section, as people name it', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
    const [a, b, c, d, e, f] = ids.map((id) => [openOf(id)]);
    const sections = { failing: a, unchecked: b, waived: c, resolved: d, dropped: e, stillOpen: f };
    const { items } = noticeOf(told, { ...nothing, ...(sections as Partial<Changes>) });
    const item = (id: string) => [{ open: openOf(id), title: id }];
    expect(items).toStrictEqual({
      ...{ failing: item('a'), unchecked: item('b'), waived: item('c') },
      ...{ resolved: item('d'), dropped: item('e'), stillOpen: item('f') },
    });
  });

  it('shows of a finding what the run found, the title, the remedy and the name of the account', () => {
    const aliases = new Map([[uin, `prod\u202e ${'x'.repeat(200)}`]]);
    const { items } = noticeOf({ ...told, aliases }, { ...nothing, failing: [open] });
    expect(items.failing).toEqual([
      {
        ...{ open, finding },
        title: 'Title of vulnerabilities',
        remediation: 'Set vulnerabilities right.',
        alias: `prod ${'x'.repeat(94)}…`,
      },
    ]);
  });

  it('shows a title in one line, whoever wrote it', () => {
    const hostile = (told.policies[1] ?? { title: '' }) as (typeof told.policies)[number];
    const { items } = noticeOf(
      { ...told, policies: [{ ...hostile, title: 'a\nb' }] },
      { ...nothing, failing: [open], dropped: [openOf('x', { policyId: 'c\nd' })] },
    );
    expect([items.failing[0]?.title, items.dropped[0]?.title]).toEqual(['a b', 'c d']);
  });

  it('names nobody that has no other name', () => {
    const aliases = new Map([['100000000009', 'prod']]);
    const { items } = noticeOf({ ...told, aliases }, { ...nothing, failing: [open] });
    expect(items.failing[0]).not.toHaveProperty('alias');
  });

  it('says which runs never came, what waivers are to look at, and where answers drift', () => {
    const waivers = [{ id: 'W-1', policy: 'a', state: 'ended', until: '2026-11-01' }] as const;
    const drift = [{ target: uin, source, pointer: '/New', kind: 'undocumented-field' }] as const;
    expect(noticeOf(told, { ...nothing, missed: [at], waivers, drift })).toMatchObject({
      ...{ notes: [{ kind: 'missed', scheduled: [at] }], waivers, drift },
    });
  });
});

const of = (...kinds: readonly Trouble['kind'][]): Note => ({
  kind: 'watchdog',
  troubles: kinds.map((kind) => ({ kind })) as unknown as readonly [Trouble, ...Trouble[]],
});
const severities: Record<string, readonly [Note, Severity | undefined]> = {
  'a test': [{ kind: 'test' }, undefined],
  'an audit that failed': [{ kind: 'failure', message: 'x' }, 'critical'],
  'runs that never came': [{ kind: 'missed', scheduled: [at] }, 'medium'],
  'a run that did not reach all': [of('incomplete'), 'high'],
  'a run that was not told': [of('untold'), 'high'],
  'both of these': [of('incomplete', 'untold'), 'high'],
  'a night without a record': [of('missing'), 'critical'],
  'a night without a record behind a run that was not told': [of('untold', 'killed'), 'critical'],
  'an empty log': [of('empty'), 'critical'],
  'a log that cannot be read': [of('unreadable'), 'critical'],
  silence: [of('silent'), 'critical'],
};
it.each(Object.entries(severities))('%s is as bad as it is', (_name, [note, severity]) => {
  expect(severityOf(note)).toBe(severity);
});

it('a notice of no finding has an id of its own, and no run to speak of unless there is one', () => {
  const note: Note = { kind: 'failure', message: 'x' };
  const items = { failing: [], unchecked: [], stillOpen: [] };
  const notice = {
    id: 'nightly-1-failure',
    runId: 'nightly-1',
    ...{ site: 'intl', at, notes: [note], waivers: [], drift: [] },
    items: { ...items, resolved: [], waived: [], dropped: [] },
  };
  expect(noticeOfNote('nightly-1', 'intl', note, at)).toEqual(notice);
  expect(noticeOfNote('nightly-1', 'intl', note, at)).not.toHaveProperty('summary');
  expect(noticeOfNote('nightly-1', 'intl', note, at, summary)).toEqual({ ...notice, summary });
});
