import { describe, expect, it } from 'vitest';

import { sources } from '../../shared/settings/sources.ts';
import { survey } from '../../shared/survey.ts';
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
