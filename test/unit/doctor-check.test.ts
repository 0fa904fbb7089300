/** How checks are made: side by side, in bounded time, none of them throwing, nothing secret in any line. */
import { expect, it } from 'vitest';

import { examine, type Check, type Ward } from '../../cli/doctor/check.ts';
import type { Verdict } from '../../cli/doctor/verdict.ts';

const check = (
  name: string,
  examineIt: Check['examine'],
  needs: readonly string[] = [],
): Check => ({
  name,
  needs: () => needs,
  examine: examineIt,
});
const finds =
  (...verdicts: readonly Verdict[]) =>
  () =>
    Promise.resolve(verdicts);

function wardWith(change: Partial<Ward> = {}): Ward {
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve(), random: () => 0 };
  const settings = { problems: [], broken: new Set(['AUDIT_SITE', 'AUDIT_REGION']), config: {} };
  return {
    ...{ clock, settings, deadlineMs: Date.now() + 5_000, secrets: () => ['canary-key'] },
    ...change,
  } as unknown as Ward;
}

it('tells the lines in the order of the checks, whichever ends first', async () => {
  const slow = check('slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [{ status: 'ok', message: 'slow' }];
  });
  const quick = check('quick', finds({ status: 'ok', message: 'quick' }));
  expect(await examine([slow, quick], wardWith())).toEqual([
    { check: 'slow', status: 'ok', message: 'slow' },
    { check: 'quick', status: 'ok', message: 'quick' },
  ]);
});

it('does not make a check whose settings are wrong', async () => {
  let isMade = false;
  const wanting = check(
    'wanting',
    () => {
      isMade = true;
      return Promise.resolve([]);
    },
    ['AUDIT_SITE', 'AUDIT_EVIDENCE', 'AUDIT_REGION'],
  );
  expect(await examine([wanting], wardWith())).toEqual([
    {
      check: 'wanting',
      status: 'skip',
      message: 'AUDIT_SITE and AUDIT_REGION must be right first',
    },
  ]);
  expect(isMade).toBe(false);
});

it('goes on where one check hangs, and where one breaks', async () => {
  const hanging = check('hanging', () => new Promise(() => undefined));
  const broken = check('broken', () => Promise.reject(new TypeError('x of canary-key')));
  const fine = check('fine', finds({ status: 'ok', message: 'fine' }));
  const ward = wardWith({ deadlineMs: Date.now() + 30 });
  expect(await examine([hanging, broken, fine], ward)).toEqual([
    {
      check: 'hanging',
      status: 'error',
      message: 'it took too long to be told',
      advice: 'try again; check the network',
    },
    {
      check: 'broken',
      status: 'error',
      message: 'the check itself failed: x of ***',
      advice: 'this is a fault of tcss-audit: report it',
    },
    { check: 'fine', status: 'ok', message: 'fine' },
  ]);
});

it('shows no secret, and nothing that could steer a terminal', async () => {
  const chatty = check(
    'chatty',
    finds({ status: 'fail', message: 'a\u001b[31m canary-key', advice: 'b\n\u202e canary-key' }),
  );
  expect(await examine([chatty], wardWith())).toEqual([
    { check: 'chatty', status: 'fail', message: 'a [31m ***', advice: 'b ***' },
  ]);
});

it('cuts what is too long for a line', async () => {
  const long = check('long', finds({ status: 'ok', message: 'x'.repeat(10_000) }));
  const [line] = await examine([long], wardWith());
  expect(line?.message).toBe(`${'x'.repeat(599)}…`);
});
