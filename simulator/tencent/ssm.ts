/**
 * The secret manager, version 2019-09-23.
 * @see https://www.tencentcloud.com/document/product/1078/38649
 */
import type { Action } from './action.ts';
import { ok, refused } from './outcome.ts';
import { parameterFault, textOf } from './parameters.ts';

export const ssm: Readonly<Record<string, Action>> = {
  GetSecretValue: {
    version: '2019-09-23',
    permission: 'ssm:GetSecretValue',
    limitPerSecond: 300,
    needsRegion: true,
    resource: ({ caller, region, parameters }) =>
      `qcs::ssm:${region}:uin/${caller.uin}:secret/creatorUin/${caller.uin}/${textOf(parameters, 'SecretName') ?? ''}`,
    faultOf: (parameters) =>
      parameterFault(
        {
          needed: { SecretName: 'text', VersionId: 'text' },
          optional: { EncryptionPublicKey: 'text', EncryptionAlgorithm: 'text' },
        },
        parameters,
      ),
    answer: ({ caller, parameters, world }) => {
      const name = textOf(parameters, 'SecretName') ?? '';
      const version = textOf(parameters, 'VersionId') ?? '';
      const versions = world.secrets.versionsOf(caller.uin, name);
      if (versions === undefined) return refused('ResourceNotFound.SecretNotExist', name);
      const value = versions.get(version);
      if (value === undefined) return refused('ResourceNotFound', `${name} ${version}`);
      return ok({
        SecretName: name,
        VersionId: version,
        // One of the two is empty.
        SecretString: typeof value === 'string' ? value : '',
        SecretBinary: typeof value === 'string' ? '' : Buffer.from(value).toString('base64'),
      });
    },
  },
};
