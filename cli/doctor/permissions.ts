/** What may be read, found out by reading it. */
import pLimit from 'p-limit';

import { CloudError, type AuditError } from '../../shared/errors.ts';
import type { Source } from '../../shared/model.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { countOf } from '../io.ts';
import { ok, told, verdictOf, warn, type Told, type Verdict } from './verdict.ts';

export interface Reading {
  readonly source: Pick<Source, 'id' | 'camAction'>;
  readonly answer: Told<unknown>;
}

const maxAtOnce = 32;

/** Of a long list the first page: the right to one is the right to all. */
export async function readSources(
  api: Api,
  sources: readonly Source[],
  deadlineMs: number,
): Promise<readonly Reading[]> {
  const limit = pLimit(maxAtOnce);
  const read = (source: Source) => {
    const { action, camAction, request = {}, paging } = source;
    const page = paging === undefined ? {} : { Offset: 0, Limit: paging.pageSize };
    return told(
      api.call(
        { service: 'tcss', action, camAction, request: { ...request, ...page } },
        deadlineMs,
      ),
    );
  };
  return Promise.all(
    sources.map(async (source) => ({ source, answer: await limit(read, source) })),
  );
}

/** @param whose the account, or how people call it */
export function judgeReadings(readings: readonly Reading[], whose: string): readonly Verdict[] {
  if (readings.length === 0) {
    return [
      warn(
        `${whose}: the chosen policies read nothing that this site serves`,
        'choose others: AUDIT_POLICIES, AUDIT_SITE',
      ),
    ];
  }
  const failures = readings.flatMap(({ source, answer }): readonly Failure[] =>
    answer.ok ? [] : [{ camAction: source.camAction, error: answer.error }],
  );
  const total = countOf(readings.length, 'source');
  if (failures.length === 0)
    return [ok(`${whose}: all ${total} of the chosen policies can be read`)];
  const details = [...refusals(failures), ...others(failures)];
  const read = String(readings.length - failures.length);
  return [
    {
      status: details.some(({ status }) => status === 'fail') ? 'fail' : 'error',
      message: `${whose}: ${read} of ${total} of the chosen policies can be read`,
    },
    ...details,
  ];
}

interface Failure {
  readonly camAction: string;
  readonly error: AuditError;
}

/** One for each right that is missing. */
function refusals(failures: readonly Failure[]): readonly Verdict[] {
  const refused = failures.filter(({ error }) => isRefusal(error));
  const byAction = new Map(
    [...refused].reverse().map(({ camAction, error }) => [camAction, error] as const),
  );
  return [...byAction].reverse().map(([camAction, error]) => ({
    ...verdictOf(error),
    advice: `grant ${camAction} to the role (tcss-audit cam-policy prints all that it needs)`,
  }));
}

/** What befell many for one reason is said once. */
function others(failures: readonly Failure[]): readonly Verdict[] {
  const byCode = new Map<string, Failure[]>();
  for (const failure of failures.filter(({ error }) => !isRefusal(error))) {
    const code = failure.error instanceof CloudError ? failure.error.apiCode : failure.error.code;
    byCode.set(code, [...(byCode.get(code) ?? []), failure]);
  }
  return [...byCode].flatMap(([code, [first, ...rest]]): readonly Verdict[] => {
    if (first === undefined) return [];
    const verdict = verdictOf(first.error);
    const more = rest.length === 0 ? '' : `; ${countOf(rest.length, 'other')} answered ${code} too`;
    return [{ ...verdict, message: `${verdict.message}${more}` }];
  });
}

export function isRefusal(error: AuditError): boolean {
  return (
    error instanceof CloudError && /^(AuthFailure\.)?UnauthorizedOperation/.test(error.apiCode)
  );
}
