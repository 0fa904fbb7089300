/** What became of the function's last runs, as the platform tells it. */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own, parseJson } from '../../shared/json.ts';
import type { JsonObject } from '../../shared/model.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { plainLine } from '../../shared/text.ts';
import type { FunctionPlace } from '../deploy/state.ts';
import { countOf } from '../io.ts';
import { fail, ok, verdictOf, warn, type Told, type Verdict } from './verdict.ts';

export interface Invocation {
  /** As the platform writes it; in which zone is not documented. */
  readonly startedAt: string;
  readonly outcome: 'done' | 'running' | 'failed';
  /** 0 is the first run, more are the platform's retries. */
  readonly retry: number;
  /** What went wrong: one line, written by whoever wrote the log. */
  readonly why: string;
}

export interface Invocations {
  readonly total: number;
  readonly failed: number;
  /** The latest first, at most a page of them. */
  readonly latest: readonly Invocation[];
  /** The latest that failed. */
  readonly failure?: Invocation;
}

const dayMs = 86_400_000;
const days = 2;
const pageSize = 20;
/** The run that starts in the second of asking belongs to it. */
const aheadMs = 60_000;

/** @throws CloudError */
export async function readInvocations(
  api: Api,
  { name, namespace }: Pick<FunctionPlace, 'name' | 'namespace'>,
  { nowMs, deadlineMs }: { readonly nowMs: number; readonly deadlineMs: number },
): Promise<Invocations> {
  // The API takes a day at a time.
  const ends = Array.from({ length: days }, (_, back) => nowMs + aheadMs - back * dayMs);
  const ask = async (endMs: number, filter?: JsonObject) =>
    pageOf(
      await api.call(
        {
          service: 'scf',
          action: 'GetFunctionLogs',
          request: {
            ...{ FunctionName: name, Namespace: namespace, Offset: 0, Limit: pageSize },
            ...{ Order: 'desc', OrderBy: 'start_time' },
            ...{ StartTime: timeOf(endMs - dayMs), EndTime: timeOf(endMs) },
            ...(filter !== undefined && { Filter: filter }),
          },
        },
        deadlineMs,
      ),
    );
  const [all, failures] = await Promise.all([
    Promise.all(ends.map((endMs) => ask(endMs))),
    Promise.all(ends.map((endMs) => ask(endMs, { RetCode: 'not0' }))),
  ]);
  const [failure] = failures.flatMap(({ runs }) => runs).filter(isFailure);
  return {
    total: sumOf(all),
    // Whether `not0` means those that still run too is not documented.
    failed: sumOf(failures) - failures.flatMap(({ runs }) => runs).filter(isRunning).length,
    latest: all.flatMap(({ runs }) => runs).slice(0, pageSize),
    ...(failure !== undefined && { failure }),
  };
}

/**
 * Times without a zone are Beijing's throughout Tencent's APIs. Were these UTC's, the two days would end
 * eight hours from now: the last runs are among them either way.
 */
function timeOf(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}

interface Page {
  readonly total: number;
  readonly runs: readonly Invocation[];
}

function pageOf(answer: JsonObject): Page {
  const [total, data] = [own(answer, 'TotalCount'), own(answer, 'Data') ?? []];
  if (typeof total !== 'number' || !isArray(data)) {
    throw new CloudError('BadAnswer', 'GetFunctionLogs: the answer holds no list of runs');
  }
  return { total, runs: data.filter(isObject).map(invocationOf) };
}

function invocationOf(entry: JsonObject): Invocation {
  const text = (key: string) => {
    const value = own(entry, key);
    return typeof value === 'string' ? value : '';
  };
  const [code, retry] = [own(entry, 'RetCode'), own(entry, 'RetryNum')];
  return {
    startedAt: plainLine(text('StartTime'), 30),
    outcome: code === 0 ? 'done' : code === 2 ? 'running' : 'failed',
    retry: typeof retry === 'number' ? retry : 0,
    why: whyOf(text('Log'), text('RetMsg')),
  };
}

/** Our own last word, else the platform's report of the error, else whatever it says first. */
function whyOf(log: string, answer: string): string {
  const ours = log.split('\n').flatMap((line) => {
    const entry = objectIn(line);
    return entry !== undefined && own(entry, 'event') === 'rejected' ? [own(entry, 'message')] : [];
  });
  const report = objectIn(answer);
  const said = [
    ours.at(-1),
    ...(report === undefined ? [] : [own(report, 'stackTrace'), own(report, 'errorMessage')]),
    answer,
  ].find((text) => typeof text === 'string' && text.trim() !== '');
  return withoutPaths(plainLine(firstLineOf(typeof said === 'string' ? said : '')));
}

/** A title with its list below belongs together. */
function firstLineOf(text: string): string {
  const [first = '', second = ''] = text.trim().split('\n');
  return first.endsWith(':') ? `${first} ${second.trim()}` : first;
}

/** What follows a host may be a key: a webhook's is. */
function withoutPaths(line: string): string {
  return line.replace(/\b(https?:\/\/[^\s/?#]+)[/?#]\S*/g, '$1/…');
}

function objectIn(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFailure({ outcome }: Invocation): boolean {
  return outcome === 'failed';
}

function isRunning({ outcome }: Invocation): boolean {
  return outcome === 'running';
}

function sumOf(pages: readonly Page[]): number {
  return pages.reduce((sum, { total }) => sum + total, 0);
}

export function judgeInvocations(invocations: Told<Invocations>): Verdict {
  if (!invocations.ok) return verdictOf(invocations.error);
  const { total, failed, latest, failure } = invocations.value;
  const span = `in the last ${String(days)} days`;
  if (total === 0) {
    return warn(
      `the platform records no invocation ${span}`,
      'check the timer; logs of a function with a log topic of its own are in CLS',
    );
  }
  const runs = `${countOf(total, 'invocation')} ${span}`;
  const last = latest.find(({ outcome }) => outcome !== 'running');
  if (failed === 0 || failure === undefined) {
    const when = last === undefined ? '' : `, the last at ${last.startedAt}`;
    return ok(`${runs}, none failed${when}`);
  }
  const what = `${runs}, ${String(failed)} failed, the last at ${failure.startedAt}${retryOf(failure)}: ${failure.why}`;
  const step = 'docs/deploy.md says what each message means; the whole log is in the console';
  return last?.outcome === 'failed'
    ? fail(`the last invocation failed; ${what}`, step)
    : warn(`the last invocation went well; ${what}`, step);
}

function retryOf({ retry }: Invocation): string {
  return retry === 0 ? '' : ` (retry ${String(retry)})`;
}
