/**
 * Carries a plan out, a step at a time. After each step the function is read again and the plan made anew, so
 * that a deployment that was killed goes on where it was, and what a step left undone is seen.
 */
import { CloudError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports.ts';
import { failed, type Cloud } from './cloud.ts';
import { minNodeMajor, nodeMajorOf } from './description.ts';
import { planOf, type Change, type Desired, type Plan, type Step } from './plan.ts';

export interface ApplyDeps {
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** A line of what is being done. */
  readonly say: (line: string) => void;
}

export interface Applied {
  readonly changes: readonly Change[];
  /** What is there now; its steps are what SCF took and shows otherwise. */
  readonly left: Plan;
}

/** Newest first. Not every site has each: https://docs.cloudbase.net/cloud-function/runtime-support */
const runtimes = ['Nodejs22.21', 'Nodejs20.19', 'Nodejs18.15'];
const roleWaitMs = 3_000;
const mostTries = 10;

/**
 * @param isRoleNew its role was made a moment ago
 * @throws CloudError
 */
export async function apply(
  { cloud, clock, say }: ApplyDeps,
  desired: Desired,
  isRoleNew: boolean,
): Promise<Applied> {
  const done = new Set<string>();
  const tries = new Map<string, number>();
  const changes: Change[] = [];
  let { runtime } = desired;
  for (;;) {
    const actual = await cloud.read(desired);
    if (actual?.status === 'CreateFailed' && done.has('CreateFunction'))
      throw failed(desired.name, actual.status, actual.reasons);
    const { steps } = planOf({ ...desired, runtime }, actual);
    const step = steps.find((one) => !done.has(keyOf(one)));
    if (step === undefined) return { changes, left: planOf(desired, actual) };
    say(`${desired.name}: ${sentenceOf(step)}`);
    const outcome = await write(cloud, step);
    if (outcome === 'done') {
      done.add(keyOf(step));
      changes.push(...step.changes);
      continue;
    }
    const before = tries.get(keyOf(step)) ?? 0;
    tries.set(keyOf(step), before + 1);
    const isRoleLate = isRoleNew && outcome.apiCode.includes('Role') && before < mostTries;
    const isBusy = outcome.apiCode.startsWith('FailedOperation') && before < 2;
    if (isRoleLate) {
      say(`${desired.name}: its new role is not known everywhere yet (${outcome.apiCode})`);
      await clock.sleep(roleWaitMs);
    } else if (step.action === 'CreateFunction' && isOfRuntime(outcome)) {
      runtime = olderThan(runtime, outcome);
      say(`${desired.name}: that runtime is not to be had here (${outcome.apiCode}): ${runtime}`);
    } else if (!isBusy) throw outcome;
  }
}

/** Of the codes that are documented, one names it; another leaves that to its message. */
function isOfRuntime({ apiCode, message }: CloudError): boolean {
  return (
    apiCode === 'InvalidParameterValue.Runtime' ||
    (/^InvalidParameter(Value)?$/.test(apiCode) && /runtime/i.test(message))
  );
}

/** @returns why not */
export async function write(cloud: Pick<Cloud, 'write'>, step: Step): Promise<'done' | CloudError> {
  try {
    await cloud.write(step.action, step.request());
    return 'done';
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // An earlier try came through, though its answer did not.
    const isMade = step.action.startsWith('Create') && error.apiCode.includes('InUse');
    return isMade ? 'done' : error;
  }
}

/** @throws CloudError where there is none that this program runs on */
function olderThan(runtime: string, cause: CloudError): string {
  const next = runtimes.find((one) => nodeMajorOf(one) < nodeMajorOf(runtime));
  if (next !== undefined) return next;
  const what = `This site refuses ${runtime}, too, and an older one has no Node ${String(minNodeMajor)}`;
  throw new CloudError(
    cause.apiCode,
    `${what}. Look up in the console which runtimes there are, and name one as inputs.runtime.`,
    { cause },
  );
}

function keyOf({ action, timer }: Step): string {
  return timer === undefined ? action : `${action} ${timer}`;
}

export function sentenceOf({ action, changes }: Step): string {
  const names = changes.map(({ sign, what }) => `${sign} ${what}`);
  const shown =
    names.length > 6 ? [...names.slice(0, 5), `${String(names.length - 5)} more`] : names;
  return `${action} (${shown.join(', ')})`;
}
