/** The simulated API answers what Tencent's own clients ask. */
import { expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { describeSettings, rawCall, stsClient, type RawCall } from '../support/sim-client.ts';
import { signedByHand } from '../support/sim-signer.ts';
import {
  goodSettings,
  requestId,
  simulators,
  startMs,
  temporaryAccount,
} from '../support/sim-start.ts';

const start = simulators();
const startSeconds = startMs / 1000;

it('gives the settings to a signed call', async () => {
  const simulator = await start();
  const answer = await describeSettings(simulator);
  expect(answer).toEqual(goodSettings);
  expect(simulator.requests).toEqual([
    {
      action: 'DescribeAssetImageScanSetting',
      version: '2020-11-01',
      language: 'en-US',
      secretId: 'SIMULATOR-ID',
      uin: '100000000001',
      at: new Date(startMs).toISOString(),
      outcome: 'ok',
    },
  ]);
});

it('tells who is calling, without any permission', async () => {
  const simulator = await start({ scenario: 'denied' });
  expect(await stsClient(simulator).GetCallerIdentity()).toEqual({
    Arn: 'qcs::cam::uin/100000000001:uin/100000000001',
    AccountId: '100000000001',
    UserId: '100000000001',
    PrincipalId: '100000000001',
    Type: 'CAMUser',
    RequestId: requestId,
  });
});

it('gives every answer an id of its own', async () => {
  const simulator = await startSimulator();
  const ids = [
    await idOfAnswer(simulator, 'GetCallerIdentity'),
    await idOfAnswer(simulator, 'Nothing'),
  ];
  await simulator.close();
  const uuid = expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/) as unknown;
  expect(ids).toEqual([uuid, uuid]);
  expect(ids[0]).not.toBe(ids[1]);
});

it('believes a temporary key that comes with its token', async () => {
  const simulator = await start({ accounts: [temporaryAccount] });
  expect(simulator.credentials).toEqual({
    secretId: 'TEMPORARY-ID',
    secretKey: 'TEMPORARY-KEY',
    token: 'TOKEN',
    uin: '100000000002',
  });
  const answer = await describeSettings(simulator);
  expect(answer.Enable).toBe(true);
});

it('takes an empty token for none', async () => {
  const simulator = await start();
  const credential = { ...simulator.credentials, token: '' };
  expect(await describeSettings(simulator, { credential })).toEqual(goodSettings);
});

const accepted: Record<string, RawCall> = {
  'a clock five minutes behind': { timestamp: startSeconds - 300 },
  'a clock five minutes ahead': { timestamp: startSeconds + 300 },
};
it.each(Object.entries(accepted))('accepts %s', async (_name, call) => {
  expect(await rawCall(await start(), call)).toMatchObject({
    status: 200,
    body: { Response: { Enable: true, RequestId: requestId } },
  });
});

it('accepts a host signed with its port, and further signed headers', async () => {
  const simulator = await start();
  const forge = () => signedByHand(simulator.url, startSeconds);
  expect(await rawCall(simulator, { timestamp: startSeconds, forge })).toMatchObject({
    body: { Response: { Enable: true } },
  });
});

async function idOfAnswer(simulator: Simulator, action: string): Promise<unknown> {
  const timestamp = Math.floor(Date.now() / 1000);
  const answer = await rawCall(simulator, { timestamp, headers: { 'x-tc-action': action } });
  return (answer as { body: { Response: { RequestId: unknown } } }).body.Response.RequestId;
}
