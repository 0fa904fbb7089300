import { expect, it } from 'vitest';

import { deriveFacts } from '../../shared/settings/facts.ts';
import { goodSettings, observedAtMs, scanSource, timezone } from '../support/settings.ts';

it('hours that round up to 0 are 0, not -0, which JSON cannot hold', () => {
  const settings = { ...goodSettings, LastScanTime: '2026-11-23T02:00:01Z' };
  const facts = deriveFacts(scanSource.action, settings, observedAtMs, timezone);
  expect(facts['scanOverdueHours']).toBe(0);
});
