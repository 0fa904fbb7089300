/** Which sources a run reads, and what it says of answers beyond their documentation. */
import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import { openLog, runsBackwards } from '../../shared/evidence/chain.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import type { JsonObject, SeenDrift } from '../../shared/model.ts';
import { collected, runAudit } from '../../shared/run.ts';
import {
  accept,
  accountsOf,
  createManualClock,
  createScriptedHttp,
  goodSettings,
  planAt,
  policies,
  silentLog,
  uin,
} from '../support/fake-ports.ts';
import { publicKey, signer } from '../support/log.ts';
import { policyOf } from '../support/settings.ts';

const first = Date.UTC(2026, 10, 24, 18);
const empty = { TotalCount: 0, List: [] };
const listIsEmpty = { properties: { List: { maxItems: 0 } } };

function night(site: 'intl' | 'cn', compiled = policies) {
  const asked: string[] = [];
  const reader = {
    read: ({ id }: { readonly id: string }) => {
      asked.push(id);
      return Promise.resolve(id === 'DescribeAssetImageScanSetting' ? goodSettings : empty);
    },
    whoAmI: () => Promise.resolve(uin),
  };
  const ports = {
    accounts: accountsOf(reader),
    store: createMemoryStore(),
    clock: createManualClock(first),
    http: createScriptedHttp(accept).http,
    log: silentLog,
  };
  const plan = planAt(new Date(first).toISOString(), { site, policies: compiled });
  return runAudit(ports, plan).then((outcome) => ({ asked, outcome }));
}

const cnOnly = [
  policyOf({ id: 'rasp', source: 'DescribeRaspRules', require: listIsEmpty }),
  policyOf({ id: 'ignored', source: 'DescribeScanIgnoreVulList', require: listIsEmpty }),
  policyOf({
    id: 'ignored-too',
    source: 'DescribeScanIgnoreVulList',
    require: { properties: { facts: { properties: { ignoredCount: { const: 0 } } } } },
  }),
];

describe('a run', () => {
  it('reads the sources of its policies, each once', async () => {
    const { asked, outcome } = await night('cn', cnOnly);
    expect(asked.sort()).toEqual(['DescribeRaspRules', 'DescribeScanIgnoreVulList']);
    const [report] = await collected(outcome);
    expect(report?.findings.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
  });

  it('does not call what the site does not serve, and says so', async () => {
    const { asked, outcome } = await night('intl', cnOnly);
    expect(asked).toEqual(['DescribeScanIgnoreVulList']);
    expect({ ...outcome, reports: await collected(outcome) }).toMatchObject({
      status: 'pass',
      counts: { pass: 2, skip: 1, error: 0 },
      reports: [
        {
          findings: [
            {
              policyId: 'rasp',
              status: 'skip',
              reason: 'DescribeRaspRules exists only on the cn site',
            },
            { policyId: 'ignored', status: 'pass' },
            { policyId: 'ignored-too', status: 'pass' },
          ],
        },
      ],
    });
  });
});

/** What the channel was told on each night, and what each record remembers. */
async function nights(answers: readonly (JsonObject | CloudError)[]) {
  const store = createMemoryStore();
  const clock = createManualClock(first);
  const http = createScriptedHttp(accept);
  const told: (string | undefined)[] = [];
  for (const [index, answer] of answers.entries()) {
    const atMs = first + index * 86_400_000;
    clock.set(Math.max(clock.now() + 60_000, atMs + 2_000));
    const before = http.requests.length;
    const reader = {
      read: () => (answer instanceof CloudError ? Promise.reject(answer) : Promise.resolve(answer)),
      whoAmI: () => Promise.resolve(uin),
    };
    const ports = { accounts: accountsOf(reader), store, clock, http: http.http, log: silentLog };
    await runAudit(ports, planAt(new Date(atMs).toISOString(), { signer }));
    const body = http.requests.slice(before)[0]?.body;
    told.push(body === undefined ? undefined : /tcss-audit: ([^"<]*)/.exec(body)?.[1]);
  }
  const remembered: (readonly SeenDrift[] | undefined)[] = [];
  for await (const { predicate } of runsBackwards(openLog(store, signer))) {
    remembered.unshift(predicate.drift);
  }
  const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
  return { told, remembered, faults, bodies: http.requests.map(({ body }) => body) };
}

const drifted = { ...goodSettings, New: 1 };
const drift: readonly SeenDrift[] = [
  {
    target: uin,
    source: 'DescribeAssetImageScanSetting',
    pointer: '/New',
    kind: 'undocumented-field',
  },
];

describe('an answer beyond its documentation', () => {
  it('is told on its first night, with the field, and not again', async () => {
    const { told, remembered, faults, bodies } = await nights([
      goodSettings,
      drifted,
      drifted,
      { ...drifted, Newer: null },
    ]);
    expect(told).toEqual([undefined, '1 undocumented answer', undefined, '1 undocumented answer']);
    expect(remembered.slice(0, 3)).toEqual([undefined, drift, drift]);
    expect(remembered[3]).toHaveLength(2);
    expect(bodies[0]).toContain('/New');
    expect(faults).toEqual([]);
  });

  it('is no news again after a night that could not look', async () => {
    const refusal = new CloudError('InternalError', 'DescribeAssetImageScanSetting: broken');
    const { told, remembered } = await nights([drifted, refusal, drifted]);
    expect(told).toEqual(['1 undocumented answer', '3 could not be checked', '3 resolved']);
    expect(remembered).toEqual([drift, drift, drift]);
  });

  it('is news again once it was gone', async () => {
    const { told } = await nights([drifted, goodSettings, drifted]);
    expect(told).toEqual(['1 undocumented answer', undefined, '1 undocumented answer']);
  });
});
