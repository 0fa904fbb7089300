/** Events of anyone who may invoke the function. */
import { expect, it } from 'vitest';

import { parseEvent } from '../../functions/audit/event.ts';
import type { Json } from '../../shared/model.ts';
import { parseShard } from '../../shared/shards.ts';

const nested = (levels: number): Json =>
  JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as Json;

const good = {
  runId: 'nightly-20261124T180000Z',
  trigger: { type: 'timer', name: 'nightly', scheduledAt: '2026-11-24T18:00:00.000Z' },
  policiesKey: 'policies/x.json',
  ...{ firstIndex: 0, atOnce: 1, untilMs: 1 },
  targets: [{ uin: '100000000001' }],
};
const input = { site: 'intl', policyNames: new Set<string>() } as const;

it('a shard as the function sends it is taken', () => {
  expect(parseShard(good, input).ok).toBe(true);
});

const refusal = [
  {
    where: 'shard',
    what: 'is no request that this version makes: only the function itself sends it',
  },
];
const strange: Record<string, Json> = {
  'with targets nested a hundred thousand deep': { ...good, targets: nested(100_000) },
  'with a key nested a hundred thousand deep': { ...good, more: nested(100_000) },
  'with a run id that leads out of the store': { ...good, runId: '../../etc' },
  'with files beyond all numbers': { ...good, firstIndex: 1e999 },
  'with a thousand invocations at once': { ...good, atOnce: 1_000 },
  'that has it all from its prototype': JSON.parse(`{"__proto__":${JSON.stringify(good)}}`) as Json,
  'that is a list': [good],
};

it.each(Object.entries(strange))('a shard %s is refused', (_name, shard) => {
  const parsed = parseShard(shard, input);
  expect(parsed.ok ? [] : parsed.problems).toEqual(refusal);
});

it('a list of a hundred thousand wrong targets is told of each', () => {
  const targets = Array.from({ length: 100_000 }, () => ({ uin: '0' }));
  const parsed = parseShard({ ...good, targets }, input);
  expect(parsed.ok ? 0 : parsed.problems.length).toBe(199_999);
});

it('a timer message nested deep says nothing of the schedule', () => {
  const event = { Type: 'Timer', TriggerName: 'nightly', Time: '2026-11-24T18:00:00Z' };
  const deep = { ...event, Message: '['.repeat(1_000_000) };
  expect(parseEvent(deep, 0)).toEqual(parseEvent(event, 0));
});

it('a name with line breaks or of a megabyte is no trigger', () => {
  for (const TriggerName of ['a\nb', 'a'.repeat(1_000_000), '../x', '\u202ea']) {
    const parsed = parseEvent({ Type: 'Timer', TriggerName, Time: '2026-11-24T18:00:00Z' }, 0);
    expect(parsed.ok ? [] : parsed.problems[0]).toEqual({
      where: 'TriggerName',
      what: 'must begin with a letter and have at most 100 letters, digits, - or _',
    });
  }
});
