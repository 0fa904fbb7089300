/**
 * What no audit of many accounts can do without: for each target one AssumeRole and one reading, with nothing
 * but Tencent's clients, and our pace where STS's limit is to hold for both. It checks nothing, keeps nothing,
 * and says how many answered.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';

import pLimit from 'p-limit';
import { Client as StsClient } from 'tencentcloud-sdk-nodejs-sts/tencentcloud/services/sts/v20180813/sts_client.js';
import { Client as TcssClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/tcss/v20201101/tcss_client.js';

import { systemClock } from '../../shared/edge.ts';
import { createPace } from '../../shared/settings/tencent/pace.ts';

export interface IdealEvent {
  /** `host:port` of the API, plain http. */
  readonly endpoint: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** The file that AUDIT_TARGETS names for the other side. */
  readonly targetsFile: string;
  readonly atOnce: number;
  readonly maxSockets: number;
  /** AssumeRole, a second; absent: as fast as it goes. */
  readonly rolesPerSecond?: number;
  /** After so long a call is given up. */
  readonly patienceMs: number;
}

export interface IdealAnswer {
  readonly answered: number;
  readonly refused: number;
}

const maxAttempts = 5;

export async function main_handler(event: IdealEvent): Promise<IdealAnswer> {
  const { endpoint, secretId, secretKey, targetsFile, atOnce, maxSockets, patienceMs } = event;
  const agent = new Agent({ keepAlive: true, maxSockets });
  const profile = {
    httpProfile: { endpoint, protocol: 'http://', agent, reqTimeout: patienceMs / 1000 },
  };
  const region = 'ap-singapore';
  const sts = new StsClient({ credential: { secretId, secretKey }, region, profile });
  const { rolesPerSecond } = event;
  const turn = rolesPerSecond === undefined ? undefined : createPace(systemClock, rolesPerSecond);
  const assume = async (RoleArn: string) => {
    await turn?.(Infinity);
    return sts.AssumeRole({ RoleArn, RoleSessionName: 'ideal' });
  };

  const read = async (roleArn: string): Promise<boolean> => {
    try {
      const { Credentials: keys } = await again(() => assume(roleArn));
      const credential = {
        secretId: keys?.TmpSecretId ?? '',
        secretKey: keys?.TmpSecretKey ?? '',
        token: keys?.Token ?? '',
      };
      const tcss = new TcssClient({ credential, region, profile });
      await again(() => tcss.DescribeAssetImageScanSetting(null));
      return true;
    } catch {
      return false;
    }
  };

  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the bench has just written it
  const targets = JSON.parse(readFileSync(targetsFile, 'utf8')) as { readonly roleArn: string }[];
  const limited = pLimit(atOnce);
  const outcomes = await Promise.all(targets.map(({ roleArn }) => limited(read, roleArn)));
  agent.destroy();
  const answered = outcomes.filter(Boolean).length;
  return { answered, refused: outcomes.length - answered };
}

/** At once, as long as the API says that there were too many. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
      if (code !== 'RequestLimitExceeded' || attempt === maxAttempts) throw error;
    }
  }
}
