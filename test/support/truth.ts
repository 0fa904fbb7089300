/**
 * What the policies of a source must say of an answer, whatever it is: by the oracles, which were written from
 * the titles of the policies and ask nothing of ours.
 */
import type { JsonObject, Source } from '../../shared/model.ts';
import { verdictOf } from './arbitraries.ts';
import { packOracles, type Word } from './pack-oracles.ts';
import { allCompiled, observedAtMs, scanSource } from './settings.ts';

export const policiesOf = (sourceId: string) =>
  allCompiled.filter(({ policy }) => policy.source === sourceId);

/** @param text the body of an HTTP 200 that came whole; undefined: there was none */
export function truthOf(
  source: Source,
  text: string | undefined,
): (policyId: string) => Word | 'no oracle' {
  const settings = text === undefined ? undefined : settingsIn(text);
  const isNone =
    settings === undefined ||
    !Object.keys(settings).some((name) => Object.hasOwn(source.fields, name));
  return (policyId) => (isNone ? 'error' : wordOf(source, policyId, settings));
}

export function wordOf(source: Source, policyId: string, settings: JsonObject): Word | 'no oracle' {
  if (source.id !== scanSource.id) return packOracles[policyId]?.(settings) ?? 'no oracle';
  const { LastScanTime, ScanTime, ScanEndTime } = settings;
  return verdictOf(policyId, {
    settings,
    lastScanMs: instantOf(LastScanTime),
    startSecond: secondOf(ScanTime),
    endSecond: secondOf(ScanEndTime),
  });
}

function settingsIn(text: string): JsonObject | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const response = isItem(answer) ? answer['Response'] : undefined;
  if (!isItem(response) || Boolean(response['Error'])) return undefined;
  const { RequestId: _, ...settings } = response;
  return settings;
}

function isItem(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function instantOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  if (!/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$/.test(text)) return undefined;
  const iso = text.replace(' ', 'T');
  const instant = Date.parse(text.length === 19 ? `${iso}+08:00` : iso);
  return Number.isNaN(instant) || instant > observedAtMs + 3_600_000 ? undefined : instant;
}

function secondOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const time = /^(?:\d{4}-\d\d-\d\d[ T])?(\d\d?):(\d\d)(?::(\d\d))?Z?$/.exec(text);
  if (time === null) return undefined;
  const [hour = 0, minute = 0, second = 0] = time.slice(1).map((part) => Number(part || 0));
  return hour > 23 || minute > 59 || second > 59 ? undefined : hour * 3_600 + minute * 60 + second;
}
