/** Faults found in shared/settings/tencent and shared/text.ts: what should be, and fails today. */
import { expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import { createTencentReader, type TencentOptions } from '../../shared/settings/tencent/client.ts';
import { redact } from '../../shared/text.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { scanSource } from '../support/settings.ts';
import { simulators, temporaryAccount } from '../support/sim-start.ts';

const start = simulators();

async function failureOf(simulator: Simulator, options: Partial<TencentOptions> = {}) {
  const reader = createTencentReader(createManualClock(), {
    credential: simulator.credentials,
    site: 'intl',
    region: 'ap-singapore',
    endpoint: new URL(simulator.url),
    locale: 'en',
    requestTimeoutMs: 5_000,
    ...options,
  });
  try {
    await reader.read(scanSource, Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { apiCode: error.apiCode, message: error.message };
  }
  return 'an answer';
}

it('THE TOKEN LEAVES: a redirect to another port of the same host is followed, token and all', async () => {
  const simulator = await start({ accounts: [temporaryAccount] });
  const other = await start();
  simulator.setApiFault({ kind: 'redirect', location: `${other.url}/hooks/elsewhere` });
  await failureOf(simulator);
  expect(other.inbox.map(({ headers }) => headers['x-tc-token'])).toEqual([]);
});

it('a secret in the code of an error is shown as the code', async () => {
  const account = { ...temporaryAccount, secretId: 'MADEUPSECRETID' };
  const simulator = await start({ accounts: [account] });
  simulator.setApiFault({ kind: 'api-error', code: 'MADEUPSECRETID', message: 'no' });
  expect(JSON.stringify(await failureOf(simulator))).not.toContain('MADEUPSECRETID');
});

it('a secret that begins with another one is taken out whole', () => {
  expect(redact('token ABCD-EFGH', ['ABCD', 'ABCD-EFGH'])).toBe('token ***');
});

it('an API error without a code is a bad answer, not five tries of the network', async () => {
  const simulator = await start();
  const body = '{"Response":{"Error":{"Message":"no"},"RequestId":"r"}}';
  simulator.setApiFault({ kind: 'http-status', status: 200, body });
  expect(await failureOf(simulator)).toMatchObject({ apiCode: 'BadAnswer' });
  expect(simulator.requests).toHaveLength(1);
});

it('an API error without words still says something before the advice', async () => {
  const simulator = await start();
  simulator.setApiFault({ kind: 'api-error', code: 'UnauthorizedOperation', message: '' });
  expect(await failureOf(simulator)).not.toMatchObject({
    message: expect.stringContaining(': ;') as string,
  });
});

it('a timeout of less than half a second is not "within 0 s"', async () => {
  const simulator = await start({ scenario: 'hang' });
  expect(await failureOf(simulator, { requestTimeoutMs: 50 })).not.toMatchObject({
    message: expect.stringContaining('within 0 s') as string,
  });
});

it('a credential that no header can hold is no fault of the network', async () => {
  const simulator = await start();
  const credential = { secretId: 'MADE-UP-ID\n', secretKey: 'MADE-UP-KEY' };
  expect(await failureOf(simulator, { credential })).not.toMatchObject({ apiCode: 'Network' });
});
