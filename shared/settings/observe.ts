/** Reads a target's sources side by side. Whatever goes wrong becomes an `error` observation. */
import { CloudError } from '../errors.ts';
import { hasType, isObject, shapeOf, toPointer } from '../json.ts';
import type { Drift, Field, Json, JsonObject, Observation, Source } from '../model.ts';
import type { Clock, SettingsReader } from '../ports.ts';
import { deriveFacts } from './facts.ts';

export interface ObserveOptions {
  readonly deadlineMs: number;
  /** The IANA zone of zone-less times in answers. */
  readonly timezone: string;
}

export async function observe(
  { reader, clock }: { readonly reader: SettingsReader; readonly clock: Pick<Clock, 'now'> },
  sources: readonly Source[],
  options: ObserveOptions,
): Promise<readonly Observation[]> {
  return Promise.all(
    sources.map(async (source) => {
      try {
        const answer = await reader.read(source, options.deadlineMs);
        return interpret(source, answer, clock.now(), options.timezone);
      } catch (error) {
        if (error instanceof CloudError) return unreadable(source, error, clock.now());
        throw error;
      }
    }),
  );
}

/** An observation of a source that could not be read. */
export function unreadable(source: Source, error: CloudError, nowMs: number): Observation {
  return {
    source: source.action,
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
    unreadable(source, new CloudError('BadAnswer', `${source.action}: ${what}`), nowMs);

  if (!isObject(answer)) return refuse('the answer is not an object');
  const shape = shapeOf(answer);
  if (shape !== 'fits') return refuse(`the answer is not usable: ${shape}`);
  const { RequestId: requestId, ...settings } = answer;
  if (!Object.keys(source.fields).some((name) => Object.hasOwn(settings, name))) {
    return refuse('the answer has none of the documented fields, so it holds no settings');
  }
  const drift = driftOf(source, settings);
  return {
    source: source.action,
    observedAt: new Date(nowMs).toISOString(),
    requestId: typeof requestId === 'string' ? requestId : '',
    settings,
    facts: deriveFacts(source.action, settings, nowMs, timezone),
    ...(drift.length > 0 && { drift }),
  };
}

/** A missing or null field is no drift: not every site answers with all of them. */
function driftOf(source: Source, settings: JsonObject): readonly Drift[] {
  return Object.entries(settings).flatMap(([name, value]): readonly Drift[] => {
    const pointer = toPointer([name]);
    const field = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
    if (field === undefined) return [{ pointer, kind: 'undocumented-field' }];
    if (value === null) return [];
    if (!hasType(value, field.type)) return [{ pointer, kind: 'undocumented-type' }];
    return isDocumented(value, field) ? [] : [{ pointer, kind: 'undocumented-value' }];
  });
}

function isDocumented(value: Json, { values }: Field): boolean {
  return values === undefined || values.some((documented) => documented === value);
}
