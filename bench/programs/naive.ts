/**
 * The function as one would write it first: Tencent's client and ajv as npm installs them, policies compiled
 * each time it starts, a post where something is wrong. No facts, no evidence, nothing tried again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { tcss } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/tcss/index.js';

interface Policy {
  readonly id: string;
  readonly source: string;
  readonly when?: object;
  readonly require?: object;
}

interface Compiled {
  readonly policy: Policy;
  readonly applies: ValidateFunction;
  readonly holds: ValidateFunction;
}

const ajv = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false });

function compiledPolicies(folder: string): readonly Compiled[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[a-z-]+[/\\][a-z0-9-]+\.json$/.test(name) && !name.startsWith('schema'))
    .flatMap((name) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- as one would write it first
      const policy = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Policy;
      const { when = {}, require } = policy;
      if (require === undefined) return [];
      return [{ policy, applies: ajv.compile(when), holds: ajv.compile(require) }];
    });
}

export async function main_handler(): Promise<{ readonly failed: readonly string[] }> {
  const { env } = process;
  const policies = compiledPolicies(env['NAIVE_POLICIES'] ?? 'policies');
  const client = new tcss.v20201101.Client({
    credential: {
      secretId: env['TENCENTCLOUD_SECRETID'] ?? '',
      secretKey: env['TENCENTCLOUD_SECRETKEY'] ?? '',
    },
    region: 'ap-singapore',
    profile: { httpProfile: { endpoint: new URL(env['AUDIT_ENDPOINT'] ?? '').host } },
  });
  const actions = [...new Set(policies.map(({ policy }) => policy.source))];
  const answers = new Map(
    await Promise.all(
      actions.map(async (action) => {
        const answer: unknown = await client.request(action, {}).catch(() => ({}));
        return [action, answer] as const;
      }),
    ),
  );
  const failed = policies
    .filter(({ policy, applies, holds }) => {
      const settings = answers.get(policy.source);
      return applies(settings) && !holds(settings);
    })
    .map(({ policy }) => policy.id);
  await fetch(env['NAIVE_WEBHOOK'] ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: `Failed: ${failed.join(', ') || 'nothing'}` }),
  });
  return { failed };
}
