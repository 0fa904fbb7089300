/** Reads and judges many targets, some at a time. Whatever goes wrong with one becomes its own `error`. */
import { CloudError } from './errors.ts';
import { judge, policiesOf, type JudgePlan } from './judge.ts';
import type { Observation, Site, Source, Target, TargetReport } from './model.ts';
import { sourceIdsOf, type CompiledPolicy } from './policy/compiled.ts';
import type { Accounts, Clock, SettingsReader } from './ports.ts';
import { observe, unreadable } from './settings/observe.ts';
import type { AuditTarget } from './targets.ts';

export interface SurveyPlan extends JudgePlan {
  readonly timezone: string;
  /** Epoch milliseconds: when reading stops. */
  readonly observeUntilMs: number;
  /** Said of targets that were not reached, where there is more to say. */
  readonly whyLate?: string;
}

export interface SurveyPorts {
  readonly accounts: Accounts;
  readonly clock: Pick<Clock, 'now'>;
}

/** Requests that wait for an answer at the same time, over all targets. */
const maxRequests = 512;
/** A target takes two round trips, of which some hang: so many at once even where each asks for little. */
const maxTargets = 96;
const minTargets = 16;

/** At first no more than these: each opens connections, and whoever answers slowly is not given more of them. */
const firstTargets = 32;

/** @param add may wait: then no more is read than it takes */
export async function survey(
  ports: SurveyPorts,
  plan: SurveyPlan,
  targets: readonly AuditTarget[],
  add: (report: TargetReport) => Promise<void>,
): Promise<void> {
  const sources = sourceIdsOf(plan.policies);
  const atOnce = Math.floor(maxRequests / Math.max(1, sources.size));
  await inGrowingNumber(
    Math.min(maxTargets, Math.max(minTargets, atOnce)),
    targets,
    async (target) => add(await surveyTarget(ports, plan, target)),
  );
}

/**
 * Whoever is done with one takes the next, and brings one more along as long as they are fewer than `most`. Not
 * a queue with a promise for each: an organisation has too many. After a failure nobody takes another one.
 */
async function inGrowingNumber<T>(
  most: number,
  all: readonly T[],
  deal: (one: T) => Promise<void>,
): Promise<void> {
  const rest = all.values();
  let working = 0;
  let isGivenUp = false;
  await new Promise<void>((resolve, reject) => {
    const work = async () => {
      for (const one of rest) {
        if (isGivenUp) return;
        await deal(one);
        if (working < most) start();
      }
    };
    const start = () => {
      working += 1;
      work().then(
        () => {
          working -= 1;
          if (working === 0) resolve();
        },
        (error: unknown) => {
          isGivenUp = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    };
    for (let count = Math.min(most, firstTargets); count > 0; count -= 1) start();
  });
}

async function surveyTarget(
  ports: SurveyPorts,
  plan: SurveyPlan,
  target: AuditTarget,
): Promise<TargetReport> {
  const sealed = sealedTarget(plan, target);
  const sources = sourcesFor(plan, sealed);
  return judge(plan, {
    target: sealed,
    observations: await observeTarget(ports, plan, target, sources),
  });
}

/** What is sealed of it: not the external id, and its policies by their ids, since packs are sealed nowhere. */
export function sealedTarget(
  { policies }: Pick<SurveyPlan, 'policies'>,
  audited: AuditTarget,
): Target {
  const { externalId: _, policies: chosen, ...target } = audited;
  if (chosen === undefined) return target;
  const isChosen = ({ pack, policy }: CompiledPolicy) =>
    chosen.includes(pack) || chosen.includes(policy.id);
  return { ...target, policies: policies.filter(isChosen).map(({ policy }) => policy.id) };
}

/** Only what the policies that judge it read and the site serves, each once. */
export function sourcesFor(
  { policies, sources }: Pick<JudgePlan, 'policies' | 'sources'>,
  target: Pick<Target, 'site' | 'policies'>,
): readonly Source[] {
  const needed = sourceIdsOf(policiesOf(policies, target));
  return Object.values(sources).filter(
    ({ id, sites }) => needed.has(id) && sites.includes(target.site),
  );
}

async function observeTarget(
  { accounts, clock }: SurveyPorts,
  { observeUntilMs: deadlineMs, timezone, whyLate }: SurveyPlan,
  target: AuditTarget,
  sources: readonly Source[],
): Promise<readonly Observation[]> {
  try {
    if (clock.now() >= deadlineMs) throw notReached(whyLate);
    const reader = await accounts.open(target, deadlineMs);
    const [, observations] = await Promise.all([
      target.roleArn === undefined ? checkOwn(reader, target, deadlineMs) : undefined,
      observe({ reader, clock }, sources, { deadlineMs, timezone }),
    ]);
    return observations;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return sources.map((source) => unreadable(source, error, clock.now()));
  }
}

function notReached(why: string | undefined): CloudError {
  const what = 'not reached: the time of this invocation was used up';
  return new CloudError('Deadline', why === undefined ? what : `${what}; ${why}`);
}

/** Another account's settings must not be sealed under this one's name. */
async function checkOwn(
  reader: SettingsReader,
  { uin }: { readonly uin: string; readonly site: Site },
  deadlineMs: number,
): Promise<void> {
  const actual = await reader.whoAmI(deadlineMs);
  if (actual === uin) return;
  throw new CloudError(
    'WrongAccount',
    `the credential belongs to ${actual}, not to ${uin}: give the target a roleArn, or its own uin`,
  );
}
