/** The deployed function: as the cloud tells it, and as serverless.yml describes it. */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own } from '../../shared/json.ts';
import type { JsonObject, Problem, Result } from '../../shared/model.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { actualOf } from '../deploy/actual.ts';
import { isAbsent } from '../deploy/cloud.ts';
import type { Description } from '../deploy/description.ts';
import { isSameCode, type Package } from '../deploy/package.ts';
import { planOf, type Change, type Plan } from '../deploy/plan.ts';
import type { Actual, FunctionPlace } from '../deploy/state.ts';
import { countOf } from '../io.ts';
import { fail, ok, skip, told, verdictOf, warn, type Told, type Verdict } from './verdict.ts';

export interface Deployed {
  readonly actual: Actual;
  /** What the cloud would not tell, by the action that was asked. */
  readonly untold: ReadonlyMap<Part, CloudError>;
}

const parts = ['GetFunctionAddress', 'GetFunctionEventInvokeConfig', 'ListTriggers'] as const;
type Part = (typeof parts)[number];

/** More than SCF lets a function have. */
const maxTriggers = 100;

/**
 * Unlike a deployment it waits for nothing: what is under way is said.
 * @returns undefined where there is no such function
 * @throws CloudError when even that cannot be told
 */
export async function readDeployed(
  api: Api,
  { namespace, name }: Pick<FunctionPlace, 'namespace' | 'name'>,
  deadlineMs: number,
): Promise<Deployed | undefined> {
  const ask = async (action: string, more: JsonObject = {}) => {
    const request = { FunctionName: name, Namespace: namespace, ...more };
    return api.call({ service: 'scf', action, request }, deadlineMs);
  };
  const [fn, address, retries, triggers] = await Promise.all([
    told(ask('GetFunction', { ShowCode: 'FALSE' })),
    told(ask('GetFunctionAddress')),
    told(ask('GetFunctionEventInvokeConfig')),
    told(ask('ListTriggers', { Offset: 0, Limit: maxTriggers })),
  ]);
  if (!fn.ok) {
    if (isAbsent(fn.error)) return undefined;
    throw fn.error;
  }
  const list = triggers.ok ? own(triggers.value, 'Triggers') : undefined;
  const untold = [address, retries, triggers].flatMap((answer, at) => {
    const part = parts[at];
    return answer.ok || part === undefined || !(answer.error instanceof CloudError)
      ? []
      : [[part, answer.error] as const];
  });
  return {
    actual: actualOf({
      fn: fn.value,
      address: answerOf(address),
      retries: answerOf(retries),
      triggers: isArray(list) ? list.filter(isObject) : [],
    }),
    untold: new Map(untold),
  };
}

function answerOf(answer: Told<JsonObject>): JsonObject {
  return answer.ok ? answer.value : {};
}

/** @param pack the code as it is here, or why there is none */
export function judgeFunction(
  description: Description,
  deployed: Deployed,
  pack: Result<Package, Problem>,
): readonly Verdict[] {
  return [
    judgeState(description, deployed.actual),
    judgeCode(deployed, pack),
    ...judgeConfig(description, deployed, pack),
  ];
}

/** @param hasRun the log has runs of its timer */
export function absentVerdict(description: Description, hasRun: boolean): Verdict {
  const { name, namespace, region, file } = description;
  const what = `there is no function ${name} in ${region} (namespace ${namespace}), which ${file} describes`;
  const step = 'deploy it: tcss-audit deploy; or say which one is meant: --file';
  // Before the first deployment nothing is broken.
  return hasRun ? fail(`${what}, and the log has runs of its timer`, step) : warn(what, step);
}

const underWay = ['Creating', 'Updating', 'Publishing', 'Deleting'];

function judgeState({ name, region }: Description, actual: Actual): Verdict {
  const { status, reasons, runtime, settings, hasBalance } = actual;
  const what = `${name} in ${region} is ${status}`;
  if (underWay.includes(status)) {
    return warn(`${what}: a change is under way`, 'look again when it is over');
  }
  if (status !== 'Active') {
    const why = reasons.length === 0 ? 'SCF does not say why' : reasons.join('; ');
    return fail(`${what}: ${why}`, 'mend that, and tcss-audit deploy');
  }
  if (!hasBalance) {
    return fail(`${what}, and the account has no balance left: SCF runs nothing`, 'top it up');
  }
  if ((settings.role ?? '') === '') {
    return fail(
      `${what}, and it has no execution role: it may read nothing`,
      'give it one: role in serverless.yml, tcss-audit deploy --create-role',
    );
  }
  return ok(`${what}, ${runtime}, role ${settings.role ?? ''}`);
}

function judgeCode({ actual, untold }: Deployed, pack: Result<Package, Problem>): Verdict {
  const unread = untold.get('GetFunctionAddress');
  if (unread !== undefined) return verdictOf(unread);
  if (!pack.ok) {
    return skip(
      'there is no built code here to compare the function’s with',
      'npm run build, then tcss-audit doctor again',
    );
  }
  const { sha256 } = pack.value;
  return isSameCode(actual.codeSha256, sha256)
    ? ok(`its code is the one that is built here, sha256 ${sha256.slice(0, 12)}…`)
    : fail(
        `its code is another than the one that is built here, sha256 ${sha256.slice(0, 12)}…`,
        'deploy what is here (tcss-audit deploy), or build what is there',
      );
}

/** Of this function, code, timers and retries have verdicts of their own. */
function judgeConfig(
  description: Description,
  deployed: Deployed,
  pack: Result<Package, Problem>,
): readonly Verdict[] {
  const { steps, notes } = planWith(description, deployed, pack);
  const changes = steps
    .filter(({ action }) => ['UpdateFunctionCode', 'UpdateFunctionConfiguration'].includes(action))
    .flatMap((step) => step.changes);
  const differing = notes.flatMap(({ kind, text }): readonly Verdict[] =>
    kind === 'differs' ? [{ status: 'warn', message: text }] : [],
  );
  const { file } = description;
  const differences = differencesOf(changes, file);
  return [differences ?? ok(`its configuration is as ${file} says`), ...differing];
}

/** What a deployment would do now. */
function planWith(
  description: Description,
  { actual }: Deployed,
  pack: Result<Package, Problem>,
): Plan {
  const code = pack.ok ? pack.value : { zip: new Uint8Array(), sha256: '', files: [] };
  // What an empty account means, the state says.
  return planOf({ ...description, code, remove: [] }, { ...actual, hasBalance: true });
}

function differencesOf(all: readonly Change[], file: string): Verdict | undefined {
  const changes = all.filter(({ what }) => what !== 'code');
  if (changes.length === 0) return undefined;
  return fail(
    `its configuration differs from ${file} in ${countOf(changes.length, 'point')}: ${changes.map(shownChange).join(', ')}`,
    'tcss-audit deploy --plan shows it, tcss-audit deploy sets it',
  );
}

function shownChange({ what, from, to }: Change): string {
  return from === undefined || to === undefined ? what : `${what} ${from} instead of ${to}`;
}

export function judgeRetries({ actual, untold }: Deployed): Verdict {
  const unread = untold.get('GetFunctionEventInvokeConfig');
  if (unread !== undefined) return verdictOf(unread);
  const { count } = actual.retries;
  if (count === undefined) return skip('the platform does not tell whether it tries again');
  return count > 0
    ? ok(`the platform tries a failed run again ${countOf(count, 'time')}`)
    : fail(
        'the platform does not try a failed run again: what a channel missed waits for the next night',
        'set the retries of asynchronous calls to 2: tcss-audit deploy',
      );
}

/** Of a second function that has only to be as it was described: every fault, or one line. */
export function judgeWhole(
  description: Description,
  deployed: Deployed,
  pack: Result<Package, Problem>,
): readonly Verdict[] {
  const { steps } = planWith(description, deployed, pack);
  const [unread] = deployed.untold.values();
  const differences = differencesOf(
    steps.flatMap(({ changes }) => changes),
    description.file,
  );
  const state = judgeState(description, deployed.actual);
  const verdicts = [
    state,
    judgeCode(deployed, pack),
    unread === undefined ? differences : verdictOf(unread),
  ].filter((verdict) => verdict !== undefined);
  const faults = verdicts.filter(({ status }) => status !== 'ok');
  return faults.length > 0 ? faults : [state];
}
