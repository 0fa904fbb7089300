/** Audits of a simulated account: what `start` and `demo` show where there are no credentials. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Env } from '../shared/config.ts';
import { identify } from '../shared/identity.ts';
import { isArray, isObject, own } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/model.ts';
import type { RunOutcome } from '../shared/run.ts';
import { audit } from '../shared/wire.ts';
import { startSimulator, type ReceivedNotice, type Simulator } from '../simulator/simulator.ts';
import { loadLibrary } from './library.ts';

export interface Stage {
  readonly simulator: Simulator;
  /** Folder of this demonstration's evidence log: never the one that real audits write. */
  readonly evidence: string;
  readonly publicKey: string;
  /** One audit, as if the timer `nightly` had fired at that instant. */
  readonly night: (scheduledMs: number) => Promise<RunOutcome>;
}

export async function setStage(scenario: Parameters<Simulator['setScenario']>[0]): Promise<Stage> {
  const simulator = await startSimulator({ scenario });
  const stamp = new Date().toISOString().replace(/[-:.]/g, '');
  const evidence = join('evidence', `simulated-${stamp}`);
  mkdirSync(evidence, { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicKeyFile = join(evidence, 'audit.pub.pem');
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));

  const { webhooks, credentials } = simulator;
  const env: Env = {
    TENCENTCLOUD_SECRET_ID: credentials.secretId,
    TENCENTCLOUD_SECRET_KEY: credentials.secretKey,
    AUDIT_ENDPOINT: simulator.url,
    AUDIT_WEBHOOKS: Object.values(webhooks).join(' '),
    AUDIT_EVIDENCE: `file:${evidence}`,
    AUDIT_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const { compiled, waivers } = loadLibrary(undefined);
  return {
    simulator,
    evidence,
    publicKey: publicKeyFile,
    night: (scheduledMs) =>
      audit({
        env,
        policies: compiled,
        waivers,
        identity: identify('timer', 'nightly', scheduledMs),
        deadlineMs: Date.now() + 60_000,
        log: () => undefined,
      }),
  };
}

/** What a person would read of a received message, as it was sent: nothing is unescaped. */
export function readable({ channel, body }: ReceivedNotice): string {
  if (!isObject(body)) return String(body);
  if (channel === 'slack') {
    const attachments = own(body, 'attachments');
    return (isArray(attachments) ? attachments.flatMap(textsIn) : []).join('\n');
  }
  const markdown = own(body, 'markdown');
  if (isObject(markdown)) return textsIn(markdown).join('\n');
  return eventSummary(body);
}

/** The event itself is for machines: what changed is what a person looks for. */
function eventSummary({ type, id, data }: JsonObject): string {
  const changes = isObject(data) && isObject(data['changes']) ? data['changes'] : {};
  const lines = Object.entries(changes).flatMap(([section, items]) =>
    (isArray(items) ? items : [])
      .filter(isObject)
      .map(
        (item) =>
          `  ${section}: ${JSON.stringify(item['policyId'])} on ${JSON.stringify(item['target'])}`,
      ),
  );
  return [`CloudEvent ${JSON.stringify(type)} ${JSON.stringify(id)}`, ...lines].join('\n');
}

/** Every `text` and `content` below, in order: Slack's blocks, WeCom's markdown. */
function textsIn(value: unknown): readonly string[] {
  if (isArray(value)) return value.flatMap(textsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]: [string, Json]) =>
    (key === 'text' || key === 'content') && typeof child === 'string' ? [child] : textsIn(child),
  );
}
