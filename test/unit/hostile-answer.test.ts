/** An answer of the cloud that is small on the wire and large in memory. */
import { gzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import type { Source } from '../../shared/model.ts';
import { createWireReader } from '../support/wire-answers.ts';

const source: Source = {
  id: 'DescribeAssetImageScanSetting',
  action: 'DescribeAssetImageScanSetting',
  sites: ['intl', 'cn'],
  camAction: 'tcss:DescribeAssetImageScanSetting',
  title: 'Image scan settings',
  documentation: 'https://example.com/',
  fields: {},
  facts: {},
};

function answerOf(chars: number): Buffer {
  const body = gzipSync(JSON.stringify({ Response: { Text: 'a'.repeat(chars), RequestId: '1' } }));
  const length = `content-length: ${String(body.length)}`;
  const head = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n${length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const read = (chars: number) =>
  createWireReader(() => answerOf(chars)).read(source, Number.MAX_SAFE_INTEGER);

it('is read packed as well as plain', async () => {
  expect(await read(10)).toMatchObject({ Text: 'aaaaaaaaaa' });
});

it('is not unpacked beyond the size that a plain one may have', async () => {
  await expect(read(1024 * 1024)).rejects.toThrow(
    'DescribeAssetImageScanSetting: the answer is not JSON',
  );
});
