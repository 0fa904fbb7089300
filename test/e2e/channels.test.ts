/** The built function and every platform of the simulator, each of which checks what the real one checks. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { invoke, nightly } from '../support/invoke.ts';
import { everythingIn, setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
let env: Record<string, string>;
beforeEach(async () => {
  stage = await setStage({ scenario: 'good' });
  env = { ...stage.env, AUDIT_WEBHOOKS: Object.values(stage.simulator.platforms).join(' ') };
});
afterEach(async () => {
  await stage.close();
});

const night = (day: number) => ({
  ...nightly,
  Time: `2026-12-${String(day).padStart(2, '0')}T18:00:00Z`,
});
const drift = (on: boolean) => {
  stage.simulator.setScenario('good');
  if (on) stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
};
const everyKind = () => Object.keys(stage.simulator.platforms).sort();
/** Who got how many messages that its platform took, sorted. */
const heard = () =>
  stage.simulator.inbox.map(({ channel, accepted, reason }) =>
    accepted ? channel : `${channel}: refused ${reason ?? ''}`,
  );

it('every platform takes the notice, and hears of the fix', async () => {
  drift(true);
  const broken = await invoke({ env, event: night(1) });
  expect(broken.error, broken.output).toBeUndefined();
  expect(heard().sort()).toEqual(everyKind());
  expect([...stage.simulator.incidents.values()]).toEqual(['triggered']);

  stage.simulator.clear();
  drift(false);
  const fixed = await invoke({ env, event: night(2) });
  expect(fixed.error, fixed.output).toBeUndefined();
  expect(heard().sort()).toEqual(everyKind());
  expect([...stage.simulator.incidents.values()]).toEqual(['resolved']);
});

it('every platform takes it in Chinese', async () => {
  drift(true);
  const { error, output } = await invoke({ env: { ...env, AUDIT_LOCALE: 'zh' } });
  expect(error, output).toBeUndefined();
  expect(heard().sort()).toEqual(everyKind());
  const bodies = stage.simulator.inbox.map(({ channel, body }) => [channel, JSON.stringify(body)]);
  const chinese = bodies
    .filter(([, body]) => body?.includes('应为') === true)
    .map(([kind]) => kind);
  expect(chinese.map(String).sort()).toEqual(everyKind().filter((kind) => kind !== 'generic'));
});

it('3,000 hostile image names are told, split to fit, and live nowhere', async () => {
  const names = Array.from(
    { length: 3_000 },
    (_, index) =>
      `<!channel> @all <at id=all></at> <@U1> [x](http://evil) *b* \`c\` {{DATE}} \u202e😀\ud800 ${String(index)}`,
  );
  stage.simulator.setSettings((settings) => ({
    ...settings,
    ExcludeImages: names,
    ScanVul: false,
  }));
  const { error, output } = await invoke({ env });

  expect(error, output).toBeUndefined();
  expect([...new Set(heard())].sort()).toEqual(everyKind());
  const told = stage.simulator.inbox
    // JSON for machines holds values as values.
    .filter(({ channel }) => !['generic', 'pagerduty', 'alertmanager'].includes(channel))
    .map(({ body }) => JSON.stringify(body));
  const live = [
    /<!channel>/,
    /@all/,
    /<at /,
    /<@U1>/,
    /\]\(http:\/\/evil/,
    /\{\{/,
    /\u202e/,
    /\\ud8/,
  ];
  expect(live.filter((mark) => told.some((text) => mark.test(text)))).toEqual([]);
});

it('a platform that is down three nights of four hears everything that is still true, once', async () => {
  const kinds = everyKind().filter((kind) => kind !== 'generic');
  const down = () => {
    for (const kind of kinds) {
      stage.simulator.setChatFault(kind as 'slack', { kind: 'http-status', status: 403 });
    }
  };
  const up = () => {
    for (const kind of kinds) stage.simulator.setChatFault(kind as 'slack', undefined);
  };
  const states = [{ ScanVul: false }, { ScanVul: false, ScanRisk: false }, { ScanRisk: false }];

  down();
  for (const [index, state] of states.entries()) {
    stage.simulator.setScenario('good');
    stage.simulator.setSettings((settings) => ({ ...settings, ...state }));
    const { error } = await invoke({ env, event: night(index + 1) });
    expect(error).toContain('could not be told');
  }
  up();
  stage.simulator.clear();
  const { error, output } = await invoke({ env, event: night(4) });

  expect(error, output).toBeUndefined();
  // The generic channel was up all the time and has nothing to hear on the fourth night.
  expect(heard().sort()).toEqual(kinds);
  const wecom = stage.simulator.inbox.find(({ channel }) => channel === 'wecom');
  const text = JSON.stringify(wecom?.body);
  expect([text.includes('ScanRisk'), text.includes('ScanVul')]).toEqual([true, false]);
  expect(text).toContain('since 2026-12-02');
});

it('tells of nights without a run, once', async () => {
  const Message = JSON.stringify({ cron: '0 0 2 * * * *' });
  await invoke({ env, event: { ...night(1), Message } });
  stage.simulator.clear();
  const late = await invoke({ env, event: { ...night(4), Message } });
  expect(late.error, late.output).toBeUndefined();
  expect(heard().sort()).toEqual(everyKind());
  const slack = stage.simulator.inbox.find(({ channel }) => channel === 'slack');
  expect(JSON.stringify(slack?.body)).toContain(
    'no run came of it: 2026-12-02T18:00:00.000Z, 2026-12-03T18:00:00.000Z',
  );

  stage.simulator.clear();
  await invoke({ env, event: { ...night(5), Message } });
  expect(stage.simulator.inbox).toEqual([]);
  const missed = (await stage.records()).flatMap((record) =>
    record.kind === 'run' ? [record.predicate.missed] : [],
  );
  expect(missed).toEqual([[], ['2026-12-02T18:00:00.000Z', '2026-12-03T18:00:00.000Z'], []]);
});

describe('secrets', () => {
  it('of one channel are in no message, record or line of any other', async () => {
    drift(true);
    const { output } = await invoke({ env });
    const others = (kind: string) =>
      stage.simulator.inbox
        .filter(({ channel }) => channel !== kind)
        .map(({ body, headers }) => JSON.stringify([body, headers]));
    const evidence = await everythingIn(stage.folder);
    const leaks = Object.entries(stage.simulator.platforms).flatMap(([kind, url]) => {
      const secret = decodeURIComponent(/secret=([^&]+)/.exec(url)?.[1] ?? '');
      if (secret === '') return [];
      const everywhere = [output, evidence, ...others(kind)].join('\n');
      return everywhere.includes(secret) ? [kind] : [];
    });
    expect(leaks).toEqual([]);
  });
});
