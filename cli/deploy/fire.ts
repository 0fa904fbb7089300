/** One audit by the function that was deployed, now: what came of it. */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';
import type { Clock } from '../../shared/ports.ts';
import type { ApiOptions } from '../../shared/settings/tencent/api.ts';
import { createInvokeSelf } from '../../shared/settings/tencent/invoke.ts';
import { plainLine } from '../../shared/text.ts';
import { countOf } from '../io.ts';
import type { FunctionPlace } from './state.ts';

export interface Fired {
  readonly status: 'pass' | 'fail' | 'error';
  /** For people. */
  readonly line: string;
  /** What the function answered; null where it did not. */
  readonly answer: Json;
}

/** The synchronous Invoke takes no longer. */
const patienceMs = 300_000;

export async function fire(
  clock: Clock,
  options: ApiOptions,
  { name, namespace }: FunctionPlace,
): Promise<Fired> {
  const { invokeSelf, close } = createInvokeSelf(clock, options, {
    ...{ name, namespace, version: '$DEFAULT' },
  });
  try {
    const answer = await invokeSelf({}, clock.now() + patienceMs);
    const status = isObject(answer) ? own(answer, 'status') : undefined;
    return {
      status: status === 'pass' || status === 'fail' ? status : 'error',
      line: `${name}: ${lineOf(isObject(answer) ? answer : {})}`,
      answer,
    };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { status: 'error', line: `${name}: ${error.message}`, answer: null };
  } finally {
    close();
  }
}

function lineOf(answer: JsonObject): string {
  const [counts, evidence, notices] = ['counts', 'evidence', 'notices'].map((key) =>
    own(answer, key),
  );
  const text = (object: Json | undefined, key: string): string => {
    const value = isObject(object) ? own(object, key) : undefined;
    return typeof value === 'string' || typeof value === 'number'
      ? plainLine(String(value), 80)
      : '?';
  };
  const told = (isArray(notices) ? notices : [])
    .filter(isObject)
    .filter((one) => own(one, 'status') === 'sent').length;
  const statuses = ['pass', 'fail', 'waived', 'error', 'skip'];
  return [
    `run ${text(answer, 'runId')} is ${text(answer, 'status')}`,
    statuses.map((one) => `${text(counts, one)} ${one}`).join(', '),
    `evidence #${text(evidence, 'seq')} ${text(evidence, 'sha256').slice(0, 8)}…`,
    `${countOf(told, 'notice')} sent`,
  ].join(' · ');
}
