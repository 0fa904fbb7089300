/** The secret manager, as Tencent's client sees it. */
import { expect, it } from 'vitest';
import { allPermissions } from '../../simulator/simulator.ts';
import { failed, outcomeOf, ssmClient } from '../support/sim-client.ts';
import { requestId, simulators, temporaryAccount } from '../support/sim-start.ts';

const start = simulators();

const secrets = { webhooks: { v1: 'https://example.com/a', v2: 'https://example.com/b' } };

it('hands out the version that was asked for', async () => {
  const simulator = await start({ secrets });
  const answers = await Promise.all(
    ['v1', 'v2'].map((VersionId) =>
      ssmClient(simulator).GetSecretValue({ SecretName: 'webhooks', VersionId }),
    ),
  );
  expect(answers).toEqual([
    {
      SecretName: 'webhooks',
      VersionId: 'v1',
      SecretString: 'https://example.com/a',
      SecretBinary: '',
      RequestId: requestId,
    },
    {
      SecretName: 'webhooks',
      VersionId: 'v2',
      SecretString: 'https://example.com/b',
      SecretBinary: '',
      RequestId: requestId,
    },
  ]);
});

it('hands out bytes in base64', async () => {
  const simulator = await start();
  simulator.setSecret('key', 'v1', Uint8Array.of(0, 255, 16));
  const answer = await ssmClient(simulator).GetSecretValue({ SecretName: 'key', VersionId: 'v1' });
  expect(answer).toMatchObject({ SecretString: '', SecretBinary: 'AP8Q' });
});

it('hands out what was put in last, and nothing once it is gone', async () => {
  const simulator = await start({ secrets });
  const read = (VersionId: string) =>
    outcomeOf(ssmClient(simulator).GetSecretValue({ SecretName: 'webhooks', VersionId }));
  simulator.setSecret('webhooks', 'v1', 'rotated');
  expect(await read('v1')).toMatchObject({ SecretString: 'rotated' });
  simulator.setSecret('webhooks', 'v1', undefined);
  expect(await read('v1')).toEqual(
    failed('The resource `webhooks v1` does not exist.', 'ResourceNotFound'),
  );
  simulator.setSecret('webhooks', 'v2', undefined);
  expect(await read('v2')).toEqual(
    failed('The resource `webhooks` does not exist.', 'ResourceNotFound.SecretNotExist'),
  );
});

it('keeps the secrets of an account from the others', async () => {
  const permissions = allPermissions;
  const simulator = await start({
    accounts: [temporaryAccount, { ...temporaryAccount, permissions, secretId: 'B', uin: '2' }],
    secrets,
  });
  const credential = { ...temporaryAccount, secretId: 'B' };
  const read = () =>
    outcomeOf(
      ssmClient(simulator, { credential }).GetSecretValue({
        SecretName: 'webhooks',
        VersionId: 'v1',
      }),
    );
  expect(await read()).toEqual(
    failed('The resource `webhooks` does not exist.', 'ResourceNotFound.SecretNotExist'),
  );
  simulator.setSecret('webhooks', 'v1', 'of B', '2');
  expect(await read()).toMatchObject({ SecretString: 'of B' });
});

it('wants a version', async () => {
  const simulator = await start({ secrets });
  const call = { SecretName: 'webhooks' } as { SecretName: string; VersionId: string };
  expect(await outcomeOf(ssmClient(simulator).GetSecretValue(call))).toEqual(
    failed('The request is missing a required parameter `VersionId`.', 'MissingParameter'),
  );
});

it('wants the permission', async () => {
  const simulator = await start({ accounts: [temporaryAccount], secrets });
  const call = { SecretName: 'webhooks', VersionId: 'v1' };
  expect(await outcomeOf(ssmClient(simulator).GetSecretValue(call))).toEqual(
    failed(
      'you are not authorized to perform operation (ssm:GetSecretValue) resource (*) has no permission',
      'AuthFailure.UnauthorizedOperation',
    ),
  );
});
