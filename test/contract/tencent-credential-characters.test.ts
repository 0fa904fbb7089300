import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { openReader } from '../support/reader.ts';
import { scanSource } from '../support/settings.ts';
import { simulators } from '../support/sim-start.ts';

const start = simulators();

describe('a credential that no header can hold is told as such (node-fetch: "is not a legal HTTP header value")', () => {
  const credentials = {
    'a line break in the id': { secretId: 'MADE-UP-ID\n', secretKey: 'MADE-UP-KEY' },
    'a line break in the token': {
      secretId: 'MADE-UP-ID',
      secretKey: 'MADE-UP-KEY',
      token: 'MADE-UP-TOKEN\n',
    },
    'another script in the id': { secretId: 'MADE-UP-ID\u4e00', secretKey: 'MADE-UP-KEY' },
  };
  it.each(Object.entries(credentials))('%s', async (_name, credential) => {
    const simulator = await start();
    const reader = openReader(createManualClock(), {
      credential,
      site: 'intl',
      region: 'ap-singapore',
      endpoint: new URL(simulator.url),
      locale: 'en',
      requestTimeoutMs: 5_000,
    });
    await expect(reader.read(scanSource, Number.MAX_SAFE_INTEGER)).rejects.toEqual(
      new CloudError(
        'BadCredential',
        'DescribeAssetImageScanSetting: the credential holds characters that no header can; check the credentials for blanks and line breaks',
      ),
    );
  });
});
