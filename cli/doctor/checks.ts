/** The checks, in the order in which they are told. */
import type { Config } from '../../shared/config.ts';
import { urlOf } from '../../shared/settings/tencent/api.ts';
import type { Check } from './check.ts';
import { judgeClock, readServerTime } from './clock.ts';
import { judgeConfiguration, judgeNode } from './configuration.ts';
import { judgeCredentials } from './credentials.ts';
import { judgeLog, judgeStore } from './evidence.ts';
import { judgeNights } from './nights.ts';
import { judgeReadings, readSources } from './permissions.ts';
import { judgeSigning } from './signing.ts';
import { judgeTargets, readTargets } from './targets.ts';
import { judgeWebhooks, sendTests } from './webhooks.ts';

const nothing = () => [];
const credential = 'TENCENTCLOUD_SECRET_ID';
const cloud = () => [credential, 'AUDIT_SITE', 'AUDIT_REGION', 'AUDIT_ENDPOINT'];
const evidence = ({ evidence: { kind } }: Config) => [
  'AUDIT_EVIDENCE',
  ...(kind === 'cos' ? [credential, 'AUDIT_ENDPOINT'] : []),
];

export const checks: readonly Check[] = [
  {
    name: 'configuration',
    needs: nothing,
    examine: ({ settings, origin, nodeVersion }) =>
      Promise.resolve([...judgeConfiguration(settings.problems, origin), judgeNode(nodeVersion)]),
  },
  {
    name: 'credentials',
    needs: cloud,
    examine: async ({ identity, settings }) => [
      judgeCredentials(await identity(), settings.config.credential.token !== undefined),
    ],
  },
  {
    name: 'clock',
    needs: () => ['AUDIT_SITE', 'AUDIT_ENDPOINT'],
    examine: async (ward) => {
      const { settings, identity } = ward;
      const [time, signed] = await Promise.all([
        readServerTime(ward, urlOf('sts', settings.config).href),
        settings.broken.has(credential) ? undefined : identity(),
      ]);
      return [judgeClock(time, signed)];
    },
  },
  {
    name: 'permissions',
    needs: () => [...cloud(), 'AUDIT_POLICIES', 'AUDIT_TARGETS'],
    examine: async (ward) => {
      const { api, sources, deadlineMs, identity, accounts, sourcesOf } = ward;
      const { targets } = ward.settings.config;
      if (targets !== undefined) {
        const found = await readTargets(accounts, targets, sourcesOf, deadlineMs);
        return judgeTargets(found, targets.length);
      }
      const [readings, whose] = await Promise.all([
        readSources(api, sources, deadlineMs),
        identity(),
      ]);
      return judgeReadings(readings, whose.ok ? `account ${whose.value.uin}` : 'the own account');
    },
  },
  {
    name: 'evidence',
    needs: evidence,
    examine: async ({ store, place }) => [judgeStore(await store(), place)],
  },
  {
    name: 'log',
    needs: evidence,
    examine: async ({ tail }) => [judgeLog(await tail())],
  },
  {
    name: 'signing key',
    needs: (config) => [...evidence(config), 'AUDIT_SIGNING_KEY'],
    examine: async ({ settings, tail }) => [judgeSigning(settings.config.signer, await tail())],
  },
  {
    name: 'webhooks',
    needs: () => ['AUDIT_WEBHOOKS'],
    examine: async (ward) => {
      const { channels, site } = ward.settings.config;
      const deliveries = ward.isSending
        ? await sendTests(ward, channels, site, ward.deadlineMs)
        : undefined;
      return judgeWebhooks(channels, deliveries);
    },
  },
  {
    name: 'nights',
    needs: evidence,
    examine: async ({ tail, clock }) =>
      judgeNights(await tail(), { cron: undefined, nowMs: clock.now() }),
  },
];
