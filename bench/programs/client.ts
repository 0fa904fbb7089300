/** The least that asks the API anything: one signed request with what Node has. */
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:https';

const service = 'tcss';
const action = 'DescribeAssetImageScanSetting';
const contentType = 'application/json';
const body = '{}';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

export function main_handler(): Promise<unknown> {
  const { TENCENTCLOUD_SECRETID: id = '', TENCENTCLOUD_SECRETKEY: secret = '' } = process.env;
  const url = new URL(process.env['AUDIT_ENDPOINT'] ?? '');
  const timestamp = String(Math.floor(Date.now() / 1000));
  const date = new Date().toISOString().slice(0, 10);
  const signed = 'content-type;host';
  const lines = `content-type:${contentType}\nhost:${url.host}\n`;
  const canonical = ['POST', '/', '', lines, signed, sha256(body)].join('\n');
  const scope = `${date}/${service}/tc3_request`;
  const text = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n');
  const dayKey = hmac(hmac(`TC3${secret}`, date).digest(), service).digest();
  const signature = hmac(hmac(dayKey, 'tc3_request').digest(), text).digest('hex');
  const authorization = `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  const headers = {
    ...{ 'content-type': contentType, host: url.host, authorization, 'x-tc-action': action },
    ...{ 'x-tc-version': '2020-11-01', 'x-tc-timestamp': timestamp, 'x-tc-region': 'ap-singapore' },
  };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers }, (response) => {
      let answer = '';
      response.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
      response.on('end', () => {
        resolve(JSON.parse(answer));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}
