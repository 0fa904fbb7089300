/** Many accounts: whether each role can be taken, is of the account that it should be, and may read. */
import pLimit from 'p-limit';

import { CloudError, type AuditError } from '../../shared/errors.ts';
import type { Source } from '../../shared/model.ts';
import type { Accounts, SettingsReader } from '../../shared/ports.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import { plainLine } from '../../shared/text.ts';
import { countOf } from '../io.ts';
import { isRefusal, type Reading } from './permissions.ts';
import { isUntold, ok, told, verdictOf, type Told, type Verdict } from './verdict.ts';

export interface TargetFound {
  readonly target: Pick<AuditTarget, 'uin' | 'alias' | 'roleArn'>;
  /** What was read of it, or why the account could not be opened. */
  readonly readings: Told<readonly Reading[]>;
}

/** A doctor's look takes seconds; a night's audit reads all of them. */
const maxTargets = 50;
const maxAtOnce = 8;

export async function readTargets(
  accounts: Accounts,
  targets: readonly AuditTarget[],
  sourcesFor: (target: AuditTarget) => readonly Source[],
  deadlineMs: number,
): Promise<readonly TargetFound[]> {
  const limit = pLimit(maxAtOnce);
  return Promise.all(
    sampleOf(targets).map((target) =>
      limit(async () => {
        const readings = told(readTarget(accounts, target, sourcesFor(target), deadlineMs));
        return { target, readings: await readings };
      }),
    ),
  );
}

/** Of more than can be looked at, some from every part of the file. */
function sampleOf(targets: readonly AuditTarget[]): readonly AuditTarget[] {
  const step = Math.max(1, targets.length / maxTargets);
  const count = Math.min(maxTargets, targets.length);
  return Array.from({ length: count }, (_, index) => targets[Math.floor(index * step)]).filter(
    (target) => target !== undefined,
  );
}

/** @throws CloudError when the account cannot be opened, or is another */
async function readTarget(
  accounts: Accounts,
  target: AuditTarget,
  sources: readonly Source[],
  deadlineMs: number,
): Promise<readonly Reading[]> {
  const reader = await accounts.open(target, deadlineMs);
  await checkAccount(reader, target.uin, deadlineMs);
  return Promise.all(
    sources.map(async (source) => ({
      source,
      answer: await told(reader.read(source, deadlineMs)),
    })),
  );
}

async function checkAccount(
  reader: SettingsReader,
  uin: string,
  deadlineMs: number,
): Promise<void> {
  const actual = await reader.whoAmI(deadlineMs);
  if (actual === uin) return;
  throw new CloudError('WrongAccount', `the keys are of account ${actual}`);
}

/** So many are named; the others are counted. */
const maxNamed = 10;

/** @param total of the file of targets */
export function judgeTargets(found: readonly TargetFound[], total: number): readonly Verdict[] {
  const faults = found.flatMap(faultOf);
  const looked =
    found.length === total
      ? `${countOf(total, 'account')} of AUDIT_TARGETS`
      : `${String(found.length)} of the ${String(total)} accounts of AUDIT_TARGETS, taken from all over it`;
  if (faults.length === 0) return [ok(`${looked}: each can be opened, and all its sources read`)];
  const more = faults.length - maxNamed;
  return [
    {
      status: faults.some(({ status }) => status === 'fail') ? 'fail' : 'error',
      message: `${looked}: ${String(faults.length)} cannot be read whole`,
    },
    ...faults.slice(0, maxNamed),
    ...(more > 0
      ? [{ status: 'fail' as const, message: `and ${countOf(more, 'account')} more` }]
      : []),
  ];
}

function faultOf({ target, readings }: TargetFound): readonly Verdict[] {
  const name =
    target.alias === undefined ? target.uin : `${plainLine(target.alias, 60)} (${target.uin})`;
  if (!readings.ok) {
    const verdict = verdictOf(readings.error);
    const advice = adviceFor(target, readings.error) ?? verdict.advice;
    return [
      {
        status: verdict.status,
        message: `${name}: ${verdict.message}`,
        ...(advice !== undefined && { advice }),
      },
    ];
  }
  const failures = readings.value.flatMap(({ source, answer }) =>
    answer.ok ? [] : [{ source, error: answer.error }],
  );
  const [first] = failures;
  if (first === undefined) return [];
  const refused = failures.filter(({ error }) => isRefusal(error));
  if (refused.length > 0) {
    const actions = [...new Set(refused.map(({ source }) => source.camAction))];
    return [
      {
        status: 'fail',
        message: `${name}: ${String(failures.length)} of ${countOf(readings.value.length, 'source')} cannot be read`,
        advice: `grant ${actions.join(', ')} to its role (tcss-audit cam-policy)`,
      },
    ];
  }
  const isFault = failures.some(({ error }) => !isUntold(error));
  const verdict = verdictOf((failures.find(({ error }) => !isUntold(error)) ?? first).error);
  return [
    {
      ...verdict,
      status: isFault ? 'fail' : 'error',
      message: `${name}: ${String(failures.length)} of ${countOf(readings.value.length, 'source')} cannot be read, ${verdict.message}`,
    },
  ];
}

/** What the API itself says of keys, the usual advice knows. */
function adviceFor({ roleArn }: TargetFound['target'], error: AuditError): string | undefined {
  if (!(error instanceof CloudError) || isUntold(error)) return undefined;
  if (error.apiCode === 'WrongAccount') {
    return 'give the target a roleArn of its own account, or its own uin';
  }
  if (roleArn === undefined || (error.apiCode.startsWith('AuthFailure.') && !isRefusal(error))) {
    return undefined;
  }
  return 'the role must be there and trust this account, and the caller be granted sts:AssumeRole on it';
}
