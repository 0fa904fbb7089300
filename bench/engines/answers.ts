/** The answers that are judged: each policy's examples, and a well-kept account. */
import { interpretExample } from '../../cli/commands/policy/library.ts';
import { loadLibrary } from '../../cli/library.ts';
import { isArray, isObject, parseJson } from '../../shared/json.ts';
import type { JsonObject, Observation, Source } from '../../shared/model.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { evaluate } from '../../shared/policy/evaluate.ts';
import { sources } from '../../shared/settings/sources.ts';
import { account } from '../../simulator/tencent/settings/account.ts';
import { rules } from '../../simulator/tencent/settings/rules.ts';
import { scans } from '../../simulator/tencent/settings/scans.ts';
import { groupedBySource, type Status, type Statuses } from './side.ts';

export interface Answer {
  readonly source: Source;
  readonly observation: Observation;
  /** What policies speak of: the settings and the facts derived from them. */
  readonly document: JsonObject;
  /** What each policy of the source says of it, in their order. */
  readonly expected: Statuses;
}

export interface Answers {
  readonly compiled: readonly CompiledPolicy[];
  readonly answers: readonly Answer[];
  /** What is not judged: where something is missing or of another type, for which no engine has a word. */
  readonly leftOut: number;
}

const observedAtMs = Date.UTC(2026, 0, 1);

export function readAnswers(): Answers {
  const { compiled, examples } = loadLibrary(undefined);
  const bySource = groupedBySource(
    compiled.map((one) => ({ source: one.policy.source, compiled: one })),
  );
  const sourceOf = new Map(compiled.map(({ policy }) => [policy.id, policy.source]));
  const given = [
    ...examples.map(({ policyId, settings, observedAt }) => ({
      sourceId: sourceOf.get(policyId) ?? '',
      settings,
      atMs: observedAt === undefined ? observedAtMs : Date.parse(observedAt),
    })),
    ...Object.entries({ ...account, ...rules, ...scans }).map(([sourceId, product]) => ({
      sourceId,
      settings: counted(sources[sourceId], asJson(product.settings(observedAtMs))),
      atMs: observedAtMs,
    })),
  ];
  const judged = given.flatMap(({ sourceId, settings, atMs }) => {
    const own = bySource.get(sourceId);
    const source = sources[sourceId];
    if (own === undefined || source === undefined) return [];
    const observation = interpretExample(source, settings, atMs);
    return [answerOf(source, observation, own)];
  });
  const answers = judged.filter((answer) => answer !== undefined);
  return { compiled, answers, leftOut: judged.length - answers.length };
}

/** @returns undefined where a verdict is more than the checks' yes or no */
function answerOf(
  source: Source,
  observation: Observation,
  own: readonly { readonly compiled: CompiledPolicy }[],
): Answer | undefined {
  if ('error' in observation) return undefined;
  const document = { ...observation.settings, facts: observation.facts };
  const expected = own.map(({ compiled }) => bare(compiled, document));
  const isWhole = own.every(
    ({ compiled }, index) => evaluate(compiled, source, observation).status === expected[index],
  );
  return isWhole ? { source, observation, document, expected } : undefined;
}

function bare({ when, require }: CompiledPolicy, document: JsonObject): Status {
  if (when !== undefined && when.check(document) !== true) return 'skip';
  return require.check(document) === true ? 'pass' : 'fail';
}

/** The simulator counts a list when it is asked for a page. */
function counted(source: Source | undefined, settings: JsonObject): JsonObject {
  if (source?.paging === undefined) return settings;
  const list = settings[source.paging.list];
  return { [source.paging.total]: isArray(list) ? list.length : 0, ...settings };
}

/** As it comes over the wire. */
function asJson(settings: unknown): JsonObject {
  const value = parseJson(JSON.stringify(settings));
  return isObject(value) ? value : {};
}
