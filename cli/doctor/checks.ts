/** The checks, in the order in which they are told. */
import type { Config } from '../../shared/config.ts';
import { isRunRecord, type RunRecord } from '../../shared/evidence/record.ts';
import { urlOf, type Api } from '../../shared/settings/tencent/api.ts';
import { createCam } from '../deploy/role.ts';
import type { Description } from '../deploy/description.ts';
import type { Check, FunctionWard } from './check.ts';
import { judgeClock, readServerTime } from './clock.ts';
import { judgeConfiguration, judgeNode } from './configuration.ts';
import { judgeCredentials } from './credentials.ts';
import { judgeLog, judgeStore } from './evidence.ts';
import {
  absentVerdict,
  judgeFunction,
  judgeRetries,
  judgeWhole,
  type Deployed,
} from './function.ts';
import { judgeInvocations, readInvocations } from './invocations.ts';
import { judgeNights } from './nights.ts';
import { judgeReadings, readSources } from './permissions.ts';
import { judgeRole, readRole } from './role.ts';
import { judgeSigning } from './signing.ts';
import type { Tail } from './tail.ts';
import { judgeTargets, readTargets } from './targets.ts';
import { judgeTimer } from './timer.ts';
import { skip, told, verdictOf, type Told, type Verdict } from './verdict.ts';
import { judgeWebhooks, sendTests } from './webhooks.ts';

const nothing = () => [];
const credential = 'TENCENTCLOUD_SECRET_ID';
const access = () => [credential, 'AUDIT_SITE', 'AUDIT_ENDPOINT'];
const cloud = () => [...access(), 'AUDIT_REGION'];
const evidence = ({ evidence: { kind } }: Config) => [
  'AUDIT_EVIDENCE',
  ...(kind === 'cos' ? [credential, 'AUDIT_ENDPOINT'] : []),
];

export const checks: readonly Check[] = [
  {
    name: 'configuration',
    needs: nothing,
    examine: ({ settings, origin, secretNames, nodeVersion }) =>
      Promise.resolve([
        ...judgeConfiguration(settings.problems, origin, secretNames),
        judgeNode(nodeVersion),
      ]),
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
    name: 'function',
    needs: access,
    examine: async ({ audit, tail }) => {
      if (!audit.isKnown) return [audit.verdict];
      const deployed = await audit.deployed();
      if (!deployed.ok) return [verdictOf(deployed.error)];
      return deployed.value === undefined
        ? [absentVerdict(audit.description, hasTimerRun(await tail()))]
        : judgeFunction(audit.description, deployed.value, audit.pack());
    },
  },
  {
    name: 'role',
    needs: access,
    examine: ({ audit, clock, neededBy }) =>
      ofFunction(audit, async (deployed, _description, api) => {
        const { role = '' } = deployed.actual.settings;
        const needed = neededBy(deployed);
        if (role === '') return [skip('the function has none')];
        if (!needed.ok) return [skip('what it needs cannot be told from the function’s settings')];
        return [judgeRole(role, await told(readRole(createCam(clock, api), role)), needed.value)];
      }),
  },
  {
    name: 'timer',
    needs: access,
    examine: ({ audit, tail, clock }) =>
      ofFunction(audit, async ({ actual, untold }, { timers = [] }) => {
        const unread = untold.get('ListTriggers');
        if (unread !== undefined) return [verdictOf(unread)];
        if (timers.length === 0) return [skip('no timer of it is described')];
        const runs = runsIn(await tail());
        return timers.flatMap((timer) => {
          const found = actual.timers.find(({ name }) => name === timer.name);
          return judgeTimer(timer, found, runs, clock.now());
        });
      }),
  },
  {
    name: 'invocations',
    needs: access,
    examine: ({ audit, clock, deadlineMs }) =>
      ofFunction(audit, async (deployed, description, api) => {
        const times = { nowMs: clock.now(), deadlineMs };
        const invocations = await told(readInvocations(api, description, times));
        return [judgeInvocations(invocations), judgeRetries(deployed)];
      }),
  },
  {
    name: 'nights',
    needs: evidence,
    examine: async ({ tail, clock, audit }) =>
      judgeNights(await tail(), { cron: await cronOf(audit), nowMs: clock.now() }),
  },
  {
    name: 'watchdog',
    needs: access,
    examine: async ({ watchdog }) => {
      if (!watchdog.isKnown) return [watchdog.verdict];
      const deployed = await watchdog.deployed();
      if (!deployed.ok) return [verdictOf(deployed.error)];
      return deployed.value === undefined
        ? [absentVerdict(watchdog.description, false)]
        : judgeWhole(watchdog.description, deployed.value, watchdog.pack());
    },
  },
];

/** Why a function is not known, the check of the function says. */
async function ofFunction(
  ward: FunctionWard,
  judge: (deployed: Deployed, description: Description, api: Api) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  if (!ward.isKnown) return [skip('no function is known')];
  const deployed = await ward.deployed();
  if (!deployed.ok) return [skip('the function could not be read')];
  if (deployed.value === undefined) return [skip('there is no function')];
  return judge(deployed.value, ward.description, ward.api);
}

function runsIn(tail: Told<Tail>): readonly RunRecord[] {
  return tail.ok ? tail.value.records.filter(isRunRecord) : [];
}

function hasTimerRun(tail: Told<Tail>): boolean {
  return runsIn(tail).some(({ predicate }) => predicate.run.trigger.type === 'timer');
}

/** When the function's first timer fires: as it is, or else as it is described. */
async function cronOf(ward: FunctionWard): Promise<string | undefined> {
  if (!ward.isKnown) return undefined;
  const [described] = ward.description.timers ?? [];
  const deployed = await ward.deployed();
  if (!deployed.ok || deployed.value === undefined) return undefined;
  const found = deployed.value.actual.timers.find(({ name }) => name === described?.name);
  return (found ?? described)?.cron;
}
