import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import type { TargetReport } from '../../shared/model.ts';
import { sources } from '../../shared/settings/sources.ts';
import { sealedTarget, sourcesFor, survey } from '../../shared/survey.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import { createManualClock, goodSettings, planAt, policies } from '../support/fake-ports.ts';

const night = Date.UTC(2026, 10, 24, 18);
const plan = { ...planAt(new Date(night).toISOString()), observeUntilMs: night + 600_000 };
const targets: readonly AuditTarget[] = Array.from({ length: 500 }, (_, index) => ({
  uin: String(100_000_000_001 + index),
  site: 'intl',
  roleArn: `qcs::cam::uin/${String(100_000_000_001 + index)}:roleName/TcssAudit`,
}));

/** Accounts that take a second each, and how many are being read. */
function createWorld() {
  const clock = createManualClock(night);
  let opened = 0;
  let reading = 0;
  let most = 0;
  /** How many had been opened when time first passed. */
  let atFirst = 0;
  const accounts = {
    open: async () => {
      opened += 1;
      reading += 1;
      most = Math.max(most, reading);
      if (clock.now() === night) atFirst = opened;
      await clock.pass(1_000);
      return {
        read: () => Promise.resolve(goodSettings),
        whoAmI: () => Promise.reject(new Error('not asked')),
      };
    },
  };
  const done = () => {
    reading -= 1;
  };
  return { ports: { accounts, clock }, done, counts: () => ({ opened, atFirst, most }) };
}

describe('many targets', () => {
  it('are read once each, 32 at first and 96 at the same time where one source is read', async () => {
    const { ports, done, counts } = createWorld();
    const uins: string[] = [];
    await survey(ports, plan, targets, ({ target }) => {
      done();
      uins.push(target.uin);
      return Promise.resolve();
    });
    expect([...uins].sort()).toEqual(targets.map(({ uin }) => uin));
    expect(counts()).toEqual({ opened: 500, atFirst: 32, most: 96 });
  });

  it('are fewer at the same time where each is asked for more, but never under 16', async () => {
    const { ports, done, counts } = createWorld();
    const [policy] = policies;
    if (policy === undefined) throw new Error('no policy');
    const asking = (count: number) =>
      Object.keys(sources)
        .slice(0, count)
        .map((source) => ({ ...policy, policy: { ...policy.policy, source } }));
    const add = () => {
      done();
      return Promise.resolve();
    };
    await survey(ports, { ...plan, policies: asking(16) }, targets, add);
    expect(counts()).toEqual({ opened: 500, atFirst: 32, most: 32 });

    const other = createWorld();
    await survey(other.ports, { ...plan, policies: asking(36) }, targets, () => {
      other.done();
      return Promise.resolve();
    });
    expect(other.counts()).toEqual({ opened: 500, atFirst: 16, most: 16 });
  });

  it('are read no further once a report could not be kept', async () => {
    const { ports, counts } = createWorld();
    const kept: string[] = [];
    const full = new Error('disk full');
    const failing = survey(ports, plan, targets, ({ target }) => {
      if (kept.length === 100) return Promise.reject(full);
      kept.push(target.uin);
      return Promise.resolve();
    });
    await expect(failing).rejects.toBe(full);
    await ports.clock.pass(10_000);
    expect(counts().opened).toBeLessThanOrEqual(100 + 2 * 96);
  });
});

it('after a failure nobody takes another target', async () => {
  const { ports, counts } = createWorld();
  const full = new Error('disk full');
  let told = 0;
  const failing = survey(ports, plan, targets, () => {
    told += 1;
    return told === 5 ? Promise.reject(full) : Promise.resolve();
  });
  await expect(failing).rejects.toBe(full);
  await ports.clock.pass(60_000);
  expect(counts().opened).toBeLessThanOrEqual(3 * 32);
});

describe('one target', () => {
  const own: AuditTarget = { uin: '100000000001', site: 'intl' };
  const role = { roleArn: 'qcs::cam::uin/100000000002:roleName/TcssAudit' };
  const other: AuditTarget = { uin: '100000000002', site: 'intl', ...role };
  type Open = Parameters<typeof survey>[0]['accounts']['open'];

  /** What is said of the target, where opening its account goes so. */
  async function reportOn(target: AuditTarget, open: Open, change: Partial<typeof plan> = {}) {
    const clock = createManualClock(night);
    const reports: TargetReport[] = [];
    const add = (report: TargetReport) => {
      reports.push(report);
      return Promise.resolve();
    };
    await survey({ accounts: { open }, clock }, { ...plan, ...change }, [target], add);
    return reports;
  }
  const reader = (whoAmI: () => Promise<string>): Awaited<ReturnType<Open>> => ({
    read: () => Promise.resolve(goodSettings),
    whoAmI,
  });
  const stranger = () => Promise.resolve('100000000009');
  const unread = (code: string, message: string) => [
    {
      source: 'DescribeAssetImageScanSetting',
      observedAt: new Date(night).toISOString(),
      error: { code, message },
    },
  ];

  it('is read with its own credential, whose account is asked for', async () => {
    const deadlines: number[] = [];
    const whoAmI = (deadlineMs: number) => {
      deadlines.push(deadlineMs);
      return Promise.resolve(own.uin);
    };
    const [report] = await reportOn(own, (_target, deadlineMs) => {
      deadlines.push(deadlineMs);
      return Promise.resolve({ ...reader(stranger), whoAmI });
    });
    expect(report?.findings.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
    expect(deadlines).toEqual([plan.observeUntilMs, plan.observeUntilMs]);
  });

  it('is read until the deadline, and its times are those of the zone', async () => {
    const deadlines: number[] = [];
    const read = (_source: unknown, deadlineMs: number) => {
      deadlines.push(deadlineMs);
      return Promise.resolve({ ...goodSettings, LastScanTime: '2026-11-24 17:00:00' });
    };
    const [report] = await reportOn(other, () => Promise.resolve({ ...reader(stranger), read }), {
      timezone: 'UTC',
    });
    expect(report?.observations).toMatchObject([{ facts: { hoursSinceLastScan: 1 } }]);
    expect(deadlines).toEqual([plan.observeUntilMs]);
  });

  it('is not judged by the settings of another account', async () => {
    const [report] = await reportOn(own, () => Promise.resolve(reader(stranger)));
    expect(report?.observations).toEqual(
      unread(
        'WrongAccount',
        'the credential belongs to 100000000009, not to 100000000001: give the target a roleArn, or its own uin',
      ),
    );
    expect(report?.findings.map(({ status }) => status)).toEqual(['error', 'error', 'error']);
  });

  it('of a role is whose role it is: nobody asks', async () => {
    const [report] = await reportOn(other, () => Promise.resolve(reader(stranger)));
    expect(report?.findings.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
  });

  it('whose account cannot be opened is an error that says why', async () => {
    const refused = new CloudError('AuthFailure', 'AssumeRole: no');
    const [report] = await reportOn(other, () => Promise.reject(refused));
    expect(report?.observations).toEqual(unread('AuthFailure', 'AssumeRole: no'));
  });

  const late: Record<string, [change: Partial<typeof plan>, message: string]> = {
    'is not opened': [{}, 'not reached: the time of this invocation was used up'],
    'is not opened, and more is said where there is more to say': [
      { whyLate: 'it read alone' },
      'not reached: the time of this invocation was used up; it read alone',
    ],
  };
  it.each(Object.entries(late))(
    'in whose turn the time is up %s',
    async (_name, [more, message]) => {
      const open = () => Promise.reject(new Error('not to be opened'));
      const [report] = await reportOn(other, open, { observeUntilMs: night, ...more });
      expect(report?.observations).toEqual(unread('Deadline', message));
    },
  );

  it('is opened a millisecond before the time is up', async () => {
    const [report] = await reportOn(other, () => Promise.resolve(reader(stranger)), {
      observeUntilMs: night + 1,
    });
    expect(report?.observations).toMatchObject([{ settings: { Enable: true } }]);
  });

  it('does not hide what is no trouble of the cloud', async () => {
    const mistake = new TypeError('made up');
    await expect(reportOn(other, () => Promise.reject(mistake))).rejects.toBe(mistake);
  });

  it('makes an error of what is thrown and is none', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a library could do
    const failing = reportOn(other, () => Promise.reject('made up'));
    await expect(failing).rejects.toEqual(new Error('made up'));
  });
});

it('no target is nothing to do where nothing is judged', async () => {
  const { ports } = createWorld();
  const reports: TargetReport[] = [];
  const add = (report: TargetReport) => {
    reports.push(report);
    return Promise.resolve();
  };
  await survey(ports, { ...plan, policies: [] }, targets.slice(0, 2), add);
  expect(reports.map(({ observations, findings }) => [observations, findings])).toEqual([
    [[], []],
    [[], []],
  ]);
});

describe('what is sealed of a target', () => {
  const target: AuditTarget = { uin: '2', site: 'cn', alias: 'prod', tags: ['pci'] };
  const [first, ...rest] = policies;
  if (first === undefined) throw new Error('no policy');
  const packed = [{ ...first, pack: 'other' }, ...rest];

  it('is the target without its external id', () => {
    expect(sealedTarget({ policies }, { ...target, externalId: 'x' })).toEqual(target);
  });

  const chosen: Record<string, [chosen: readonly string[], ids: readonly string[]]> = {
    'by their pack': [['image-scan'], ['vulnerabilities', 'period']],
    'by their ids': [
      ['period', 'enabled'],
      ['enabled', 'period'],
    ],
    'by both, each once': [
      ['other', 'enabled', 'period'],
      ['enabled', 'period'],
    ],
    'that are there': [['nobody', 'period'], ['period']],
    none: [[], []],
  };
  it.each(Object.entries(chosen))('names its policies %s', (_name, [names, ids]) => {
    const sealed = sealedTarget({ policies: packed }, { ...target, policies: names });
    expect(sealed).toEqual({ ...target, policies: ids });
  });
});

describe('the sources of a target', () => {
  const ids = (site: 'intl' | 'cn', chosen?: readonly string[]) =>
    sourcesFor(
      { policies: asked, sources: only },
      chosen === undefined ? { site } : { site, policies: chosen },
    ).map(({ id }) => id);
  const image = 'DescribeAssetImageScanSetting';
  const escape = 'DescribeEscapeRuleInfo';
  const [first, second] = policies;
  if (first === undefined || second === undefined) throw new Error('no policies');
  const asked = [
    first,
    second,
    { ...second, policy: { ...second.policy, id: 'escape', source: escape } },
  ];
  const only = Object.fromEntries(
    Object.entries(sources).map(([id, one]) => [
      id,
      { ...one, sites: id === escape ? (['intl'] as const) : (['intl', 'cn'] as const) },
    ]),
  );

  it('are those that its policies read, each once', () => {
    expect([...ids('intl')].sort()).toEqual([image, escape]);
    expect(ids('intl', ['escape'])).toEqual([escape]);
    expect(ids('intl', [])).toEqual([]);
  });

  it('are those that its site serves', () => {
    expect(ids('cn')).toEqual([image]);
    expect(ids('cn', ['escape'])).toEqual([]);
  });
});
