/**
 * Facts: what policies need and JSON Schema cannot compute. Pure: the same settings read at the same
 * instant give the same facts for ever, so that a verdict can be recomputed. A fact that cannot be derived
 * is absent, which makes the policy that reads it `error`.
 */
import { hasType, isArray, own } from '../json.ts';
import type { Json, JsonObject } from '../model.ts';
import { minutesBetween, parseInstant, parseUtcTimeOfDay } from './time.ts';

const hourMs = 3_600_000;

/** A last scan further ahead than this is no clock skew: the zone or the answer is wrong. */
const maxSkewMs = hourMs;

/** @param timezone the IANA zone of zone-less times */
export function deriveFacts(
  action: string,
  settings: JsonObject,
  observedAtMs: number,
  timezone: string,
): JsonObject {
  const derive = factsOf[action];
  return derive === undefined ? {} : present(derive(settings, observedAtMs, timezone));
}

type Facts = Readonly<Record<string, Json | undefined>>;

const factsOf: Readonly<
  Record<string, (settings: JsonObject, observedAtMs: number, timezone: string) => Facts>
> = {
  DescribeAssetImageScanSetting: imageScanFacts,
};

function imageScanFacts(settings: JsonObject, observedAtMs: number, timezone: string): Facts {
  const sinceLastScan = msSince(own(settings, 'LastScanTime'), observedAtMs, timezone);
  const period = periodHours(own(settings, 'ScanPeriod'));
  return {
    hoursSinceLastScan: sinceLastScan === undefined ? undefined : hoursOf(sinceLastScan),
    scanPeriodHours: period,
    scanOverdueHours:
      sinceLastScan === undefined || period === undefined
        ? undefined
        : hoursOf(sinceLastScan - period * hourMs),
    scanWindowMinutes: windowMinutes(own(settings, 'ScanTime'), own(settings, 'ScanEndTime')),
    allImagesCovered: allImagesCovered(settings),
    selectedCount: selectedCount(settings),
    excludedImageCount: countOf(own(settings, 'ExcludeImages')),
  };
}

function msSince(
  text: Json | undefined,
  observedAtMs: number,
  timezone: string,
): number | undefined {
  if (typeof text !== 'string') return undefined;
  const instant = parseInstant(text, timezone);
  if (instant === undefined || instant - observedAtMs > maxSkewMs) return undefined;
  return Math.max(0, observedAtMs - instant);
}

function periodHours(days: Json | undefined): number | undefined {
  return typeof days === 'number' && Number.isSafeInteger(days) && days >= 1
    ? days * 24
    : undefined;
}

function windowMinutes(start: Json | undefined, end: Json | undefined): number | undefined {
  if (typeof start !== 'string' || typeof end !== 'string') return undefined;
  const [from, to] = [parseUtcTimeOfDay(start), parseUtcTimeOfDay(end)];
  return from === undefined || to === undefined ? undefined : minutesBetween(from, to);
}

function allImagesCovered(settings: JsonObject): boolean | undefined {
  if (!Object.hasOwn(settings, 'ScanScope')) {
    const all = own(settings, 'All');
    return typeof all === 'boolean' ? all : undefined;
  }
  const scope = settings['ScanScope'];
  if (scope === 0 || scope === 2) return true;
  return scope === 1 || scope === 3 ? false : undefined;
}

function selectedCount(settings: JsonObject): number | undefined {
  const scope = own(settings, 'ScanScope');
  if (scope === 0 || scope === 2) return 0;
  if (scope === 1) return countOf(own(settings, 'Images'));
  return scope === 3 ? countOf(own(settings, 'ClusterIDs')) : undefined;
}

function countOf(list: Json | undefined): number | undefined {
  return isArray(list) && hasType(list, 'string[]') ? list.length : undefined;
}

/** To a hundredth of an hour, rounded up: rounding must not make anything younger than it is. */
function hoursOf(ms: number): number {
  // Adding 0 makes 0 of -0, which JSON cannot hold.
  return Math.ceil(ms / (hourMs / 100)) / 100 + 0;
}

function present(facts: Facts): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
