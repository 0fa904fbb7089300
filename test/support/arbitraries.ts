/** Answers as a cloud could give them, together with what they truly mean: no parser of ours is asked. */
import fc from 'fast-check';

import type { Json, JsonObject } from '../../shared/model.ts';
import { observedAtMs } from './settings.ts';

/** Any JSON, its keys among them that objects have by birth. */
export const anyJson = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

export const anyKey = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'facts', 'RequestId', '', '~', '/'),
);

/** A value, and its meaning where it has one. */
interface Told<Meaning> {
  readonly value: Json;
  readonly meaning: Meaning | undefined;
}

/** An answer, and what its times say; `undefined` = nobody can tell. */
export interface Answer {
  readonly settings: JsonObject;
  readonly lastScanMs: number | undefined;
  readonly startSecond: number | undefined;
  readonly endSecond: number | undefined;
}

const minuteMs = 60_000;

/** Within three weeks before and three hours after the reading, often at the edges that policies have. */
const scanTimes: fc.Arbitrary<Told<number>> = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -180 * 60, max: 21 * 86_400 }),
      fc
        .tuple(fc.integer({ min: 0, max: 16 }), fc.integer({ min: -40, max: 40 }))
        .map(([days, seconds]) => days * 86_400 + seconds),
      fc.integer({ min: -3_640, max: -3_560 }),
    ),
    fc.constantFrom('shanghai', 'utc', 'offset'),
    fc.boolean(),
  )
  .map(([secondsAgo, form, isT]) => {
    const meaning = observedAtMs - secondsAgo * 1000;
    const aheadMinutes = form === 'shanghai' ? 480 : form === 'utc' ? 0 : -210;
    const local = new Date(meaning + aheadMinutes * minuteMs).toISOString().slice(0, 19);
    const zone = form === 'shanghai' ? '' : form === 'utc' ? 'Z' : '-03:30';
    return { value: `${isT ? local : local.replace('T', ' ')}${zone}`, meaning };
  });

const timesOfDay: fc.Arbitrary<Told<number>> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 86_399 }), fc.constantFrom(0, 3_599, 3_600, 86_399)),
    fc.constantFrom('minutes', 'seconds', 'date-time'),
  )
  .map(([second, form]) => {
    const meaning = form === 'minutes' ? second - (second % 60) : second;
    const text = new Date(meaning * 1000).toISOString().slice(11, 19);
    if (form === 'date-time') return { value: `2026-11-23 ${text}`, meaning };
    return { value: form === 'minutes' ? text.slice(0, 5) : text, meaning };
  });

const noMeaning = anyJson
  .filter((value) => typeof value !== 'string' || !/\d/.test(value))
  .map((value) => ({ value, meaning: undefined }));
const noTimes = fc
  .constantFrom(
    ...['', '24:00', '2026-11-2* 02:00', '2026-02-30 02:00:00', '0001-01-01 00:00:00', '--'],
    ...['2026-11-20 02:00:00-90:00', '2026-11-24 02:00:00+15:00', '2026-11-24 02:00:00+08:60'],
  )
  .map((value) => ({ value, meaning: undefined }));

/** Mostly what is documented, else anything, else nothing. */
function mostly<T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 12, arbitrary: right },
    { weight: 1, arbitrary: wrong },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const wrongs: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, 'true', 'false', 0, 1, 1.5, '1', [], {}, true, false),
  anyJson,
);
const field = (right: fc.Arbitrary<Json>) => mostly(right, wrongs);
const names = fc.array(fc.string(), { maxLength: 3 }) as fc.Arbitrary<Json>;
/** Now and then a list of something that is no text. */
const wrongLists = fc.constantFrom<Json>([null], [0], [{}], [['a']], ['a', null]);
const list = mostly(names, fc.oneof(wrongs, wrongLists));
const time = (right: fc.Arbitrary<Told<number>>) => mostly(right, fc.oneof(noMeaning, noTimes));

export function answers(): fc.Arbitrary<Answer> {
  const timeOfDay = time(timesOfDay);
  const fields = fc.record({
    // Nearly every policy asks first whether the schedule is on.
    Enable: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, field(fc.boolean())),
    ScanPeriod: field(fc.integer({ min: -1, max: 15 })),
    ScanVirus: field(fc.boolean()),
    ScanRisk: field(fc.boolean()),
    ScanVul: field(fc.boolean()),
    All: field(fc.boolean()),
    Images: list,
    ContainerRunning: field(fc.boolean()),
    ScanScope: field(fc.integer({ min: -1, max: 5 })),
    ExcludeImages: list,
    ScanResult: field(fc.constantFrom<Json>('Success', 'InternalError', 'success', 'Success ', '')),
    ClusterIDs: list,
  });
  return fc
    .tuple(
      fields,
      time(scanTimes),
      timeOfDay,
      timeOfDay,
      fc.dictionary(anyKey, anyJson, { maxKeys: 2 }),
    )
    .map(([documented, last, start, end, extra]) => ({
      settings: present({
        ...extra,
        ...documented,
        LastScanTime: last?.value,
        ScanTime: start?.value,
        ScanEndTime: end?.value,
      }),
      lastScanMs: last?.meaning,
      startSecond: start?.meaning,
      endSecond: end?.meaning,
    }));
}

function present(settings: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const isFlag = (value: unknown) => typeof value === 'boolean';
const isDays = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 1;
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What one policy needs to see, and what its title claims of what is seen. */
interface Oracle {
  readonly sees: (answer: Answer) => boolean;
  readonly holds: (answer: Answer) => boolean;
}

function flag(field: string, wanted: boolean): Oracle {
  return {
    sees: ({ settings }) => isFlag(settings[field]),
    holds: ({ settings }) => settings[field] === wanted,
  };
}

function selectedOf({ ScanScope, Images, ClusterIDs }: JsonObject): Json | undefined {
  return ScanScope === 1 ? Images : ClusterIDs;
}

/** Written from the titles of the policies, not from their schemas. */
export const oracles: Readonly<Record<string, Oracle>> = {
  'image-scan-enabled': flag('Enable', true),
  'image-scan-vulnerabilities': flag('ScanVul', true),
  'image-scan-malware': flag('ScanVirus', true),
  'image-scan-sensitive-data': flag('ScanRisk', true),
  'image-scan-idle-images': flag('ContainerRunning', false),
  'image-scan-last-result': {
    sees: ({ settings }) => typeof settings['ScanResult'] === 'string',
    holds: ({ settings }) => settings['ScanResult'] === 'Success',
  },
  'image-scan-no-exclusions': {
    sees: ({ settings }) => isTexts(settings['ExcludeImages']),
    holds: ({ settings }) =>
      isTexts(settings['ExcludeImages']) && settings['ExcludeImages'].length === 0,
  },
  'image-scan-period': {
    sees: ({ settings }) => Number.isSafeInteger(settings['ScanPeriod']),
    holds: ({ settings: { ScanPeriod } }) => isDays(ScanPeriod) && ScanPeriod <= 7,
  },
  'image-scan-fresh': {
    sees: ({ settings, lastScanMs }) =>
      isDays(settings['ScanPeriod']) &&
      lastScanMs !== undefined &&
      lastScanMs <= observedAtMs + hourMs,
    holds: ({ settings, lastScanMs = 0 }) =>
      observedAtMs - lastScanMs <= (Number(settings['ScanPeriod']) + 1) * dayMs,
  },
  'image-scan-scope': {
    sees: ({ settings }) =>
      Object.hasOwn(settings, 'ScanScope')
        ? [0, 1, 2, 3].some((scope) => scope === settings['ScanScope'])
        : isFlag(settings['All']),
    holds: ({ settings }) =>
      Object.hasOwn(settings, 'ScanScope')
        ? settings['ScanScope'] === 0 || settings['ScanScope'] === 2
        : settings['All'] === true,
  },
  'image-scan-selection': {
    sees: ({ settings }) => isTexts(selectedOf(settings)),
    holds: ({ settings }) => {
      const selected = selectedOf(settings);
      return isTexts(selected) && selected.length > 0;
    },
  },
  'image-scan-window': {
    sees: ({ startSecond, endSecond }) => startSecond !== undefined && endSecond !== undefined,
    holds: ({ startSecond = 0, endSecond = 0 }) =>
      (endSecond - startSecond + 86_400) % 86_400 >= 3_600,
  },
};

/** What a policy must say of an answer. All but `enabled` apply where the schedule is on. */
export function verdictOf(policyId: string, answer: Answer): 'pass' | 'fail' | 'error' | 'skip' {
  const { settings } = answer;
  const { Enable, ScanScope } = settings;
  if (!isFlag(Enable)) return 'error';
  if (policyId === 'image-scan-selection' && !Number.isSafeInteger(ScanScope)) return 'error';
  if (policyId !== 'image-scan-enabled' && !Enable) return 'skip';
  if (policyId === 'image-scan-selection' && ScanScope !== 1 && ScanScope !== 3) return 'skip';
  const oracle = oracles[policyId];
  if (oracle?.sees(answer) !== true) return 'error';
  return oracle.holds(answer) ? 'pass' : 'fail';
}
