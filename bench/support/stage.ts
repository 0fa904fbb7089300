/** One account with something wrong, whole: the cloud, the platforms, and HTTPS before both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSimulator } from '../../simulator/simulator.ts';
import { openFront, type Front, type FrontOptions } from './front.ts';

export const nightly = {
  ...{ Type: 'Timer', TriggerName: 'nightly' },
  ...{ Time: '2026-11-24T18:00:00Z', Message: '' },
} as const;

export interface BenchStage {
  readonly front: Front;
  /** What the function is given. */
  readonly env: Readonly<Record<string, string>>;
}

/** New each time: platforms count the messages of a minute, and evidence goes on from what is there. */
export async function onStage<Result>(
  options: Pick<FrontOptions, 'delayMs'>,
  use: (stage: BenchStage) => Promise<Result>,
): Promise<Result> {
  const simulator = await startSimulator();
  simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
  const front = await openFront({ upstream: simulator.url, ...options });
  const folder = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
  const { secretId, secretKey, uin } = simulator.credentials;
  const { slack, wecom, generic } = simulator.webhooks;
  try {
    return await use({
      front,
      env: {
        ...front.env,
        ...{ TENCENTCLOUD_SECRETID: secretId, TENCENTCLOUD_SECRETKEY: secretKey },
        ...{ TENCENTCLOUD_UIN: uin, AUDIT_ENDPOINT: front.url },
        AUDIT_EVIDENCE: `file:${folder}`,
        AUDIT_WEBHOOKS: [slack, wecom, generic].map(front.urlOf).join(' '),
        NAIVE_WEBHOOK: front.urlOf(slack),
      },
    });
  } finally {
    await front.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
