/** Reads a target's sources side by side. Whatever goes wrong becomes an `error` observation. */
import pLimit from 'p-limit';

import { CloudError } from '../errors.ts';
import { childOf, type Place } from '../fields.ts';
import { hasType, isArray, isObject, shapeOf, toPointer } from '../json.ts';
import type { Drift, Field, Json, JsonObject, Observation, Source } from '../model.ts';
import type { Clock, SettingsReader } from '../ports.ts';
import { deriveFacts } from './facts.ts';
import { listProblem } from './pages.ts';

export interface ObserveOptions {
  readonly deadlineMs: number;
  /** The IANA zone of zone-less times in answers. */
  readonly timezone: string;
}

/** Sources that are read at once: all that one site serves, so that a run takes as long as its slowest answer. */
const maxAtOnce = 32;

export async function observe(
  { reader, clock }: { readonly reader: SettingsReader; readonly clock: Pick<Clock, 'now'> },
  sources: readonly Source[],
  options: ObserveOptions,
): Promise<readonly Observation[]> {
  const read = async (source: Source): Promise<Observation> => {
    try {
      const answer = await reader.read(source, options.deadlineMs);
      return interpret(source, answer, clock.now(), options.timezone);
    } catch (error) {
      if (error instanceof CloudError) return unreadable(source, error, clock.now());
      throw error;
    }
  };
  if (sources.length <= maxAtOnce) return Promise.all(sources.map(read));
  const limit = pLimit(maxAtOnce);
  return Promise.all(sources.map((source) => limit(read, source)));
}

/** An observation of a source that could not be read. */
export function unreadable(source: Source, error: CloudError, nowMs: number): Observation {
  return {
    source: source.id,
    observedAt: new Date(nowMs).toISOString(),
    error: { code: error.apiCode, message: error.message },
  };
}

/** Turns an answer into settings, or says why it is none. The answer is hostile input. */
export function interpret(
  source: Source,
  answer: unknown,
  nowMs: number,
  timezone: string,
): Observation {
  const refuse = (what: string) =>
    unreadable(source, new CloudError('BadAnswer', `${source.id}: ${what}`), nowMs);

  if (!isObject(answer)) return refuse('the answer is not an object');
  const shape = shapeOf(answer);
  if (shape !== 'fits') return refuse(`the answer is not usable: ${shape}`);
  const { RequestId: requestId, ...settings } = answer;
  if (!Object.keys(source.fields).some((name) => Object.hasOwn(settings, name))) {
    return refuse('the answer has none of the documented fields, so it holds no settings');
  }
  const problem = listProblem(source, settings);
  if (problem !== undefined) return refuse(problem);
  const drift = driftOf(source, settings);
  return {
    source: source.id,
    observedAt: new Date(nowMs).toISOString(),
    requestId: typeof requestId === 'string' ? requestId : '',
    settings,
    facts: deriveFacts(source.id, settings, nowMs, timezone),
    ...(drift.length > 0 && { drift }),
  };
}

/**
 * A missing or null field is no drift: not every site answers with all of them. Of a list, the first item
 * that drifts in one way stands for all that do.
 */
function driftOf(source: Source, settings: JsonObject): readonly Drift[] {
  const found = new Map<string, Drift>();
  const note = (at: Place, kind: Drift['kind']) => {
    const way = `${kind} ${at.map((step) => (/^\d+$/.test(step) ? '*' : step)).join('/')}`;
    if (!found.has(way)) found.set(way, { pointer: toPointer(at), kind });
  };
  const walkAll = (object: JsonObject, parent: Field, at: Place): void => {
    for (const [name, value] of Object.entries(object))
      walk(value, childOf(parent, name), [...at, name]);
  };
  const walk = (value: Json, field: Field | undefined, at: Place): void => {
    if (field === undefined) note(at, 'undocumented-field');
    else if (value === null) return;
    else if (!hasType(value, field.type)) note(at, 'undocumented-type');
    else if (isArray(value)) {
      const item = childOf(field, '*');
      for (const [index, one] of value.entries()) walk(one, item, [...at, String(index)]);
    } else if (isObject(value)) walkAll(value, field, at);
    else if (!isDocumented(value, field)) note(at, 'undocumented-value');
  };
  walkAll(settings, { type: 'object', meaning: '', fields: source.fields }, []);
  return [...found.values()];
}

function isDocumented(value: Json, field: Field): boolean {
  const values: readonly Json[] | undefined = 'values' in field ? field.values : undefined;
  return values === undefined || values.includes(value);
}
