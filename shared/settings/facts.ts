/**
 * Facts: what policies need and JSON Schema cannot compute. Pure: the same settings read at the same
 * instant give the same facts for ever, so that a verdict can be recomputed. A fact that cannot be derived
 * is absent, which makes the policy that reads it `error`.
 */
import type { Json, JsonObject } from '../model.ts';
import { alertingFacts } from './facts/alerting.ts';
import { baselineFacts } from './facts/baseline.ts';
import type { Derive, Facts } from './facts/derive.ts';
import { imageFacts } from './facts/images.ts';
import { licenceFacts } from './facts/licence.ts';
import { loggingFacts } from './facts/logging.ts';
import { malwareFacts } from './facts/malware.ts';
import { runtimeFacts } from './facts/runtime.ts';
import { vulnerabilityFacts } from './facts/vulnerabilities.ts';

/** By the sources' ids, like the rows that document them. */
const derivations: Readonly<Record<string, Derive>> = {
  ...imageFacts,
  ...malwareFacts,
  ...vulnerabilityFacts,
  ...baselineFacts,
  ...runtimeFacts,
  ...alertingFacts,
  ...loggingFacts,
  ...licenceFacts,
};

/** @param timezone the IANA zone of zone-less times */
export function deriveFacts(
  source: string,
  settings: JsonObject,
  observedAtMs: number,
  timezone: string,
): JsonObject {
  const derive = Object.hasOwn(derivations, source) ? derivations[source] : undefined;
  return derive === undefined ? {} : present(derive(settings, { atMs: observedAtMs, timezone }));
}

function present(facts: Facts): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
