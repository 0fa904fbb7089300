/** Answers of every source as a cloud could give them, made from the documented fields alone. */
import fc from 'fast-check';

import type { Field, Fields, Json, JsonObject, Source } from '../../shared/model.ts';
import { anyJson } from './arbitraries.ts';
import { observedAtMs } from './settings.ts';

const dayMs = 86_400_000;

/** Within five weeks of the reading, often at the edges that policies have; in three ways to write it. */
const times = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -35 * 86_400, max: 35 * 86_400 }),
      fc
        .tuple(fc.integer({ min: -31, max: 10 }), fc.integer({ min: -2, max: 2 }))
        .map(([days, seconds]) => days * 86_400 + seconds),
      fc.integer({ min: 0, max: 86_400 }),
      fc.constantFrom(-3_599, -3_600, -3_601),
    ),
    fc.constantFrom('shanghai', 'utc'),
  )
  .map(([secondsAgo, form]) => {
    const aheadMs = form === 'shanghai' ? dayMs / 3 : 0;
    const text = new Date(observedAtMs - secondsAgo * 1000 + aheadMs).toISOString().slice(0, 19);
    return form === 'shanghai' ? text.replace('T', ' ') : `${text}Z`;
  });
const noTimes = fc.constantFrom('', '--', 'never');

/** What a text or a number is likely to be, where its documentation lists no values. */
const likely: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  LastScanTime: fc.oneof({ weight: 9, arbitrary: times }, { weight: 1, arbitrary: noTimes }),
  LastTriggerTime: fc.oneof({ weight: 30, arbitrary: times }, { weight: 1, arbitrary: noTimes }),
  ExpirationTime: fc.oneof({ weight: 9, arbitrary: times }, { weight: 1, arbitrary: noTimes }),
  BeginTime: mostlyOf(['00:00', '0:00'], ['00:01', '09:00', 'late']),
  EndTime: mostlyOf(['23:59', '24:00', '23:59:59'], ['18:00', '00:00', '']),
  ControlBits: mostlyOf(['110', '111', '1', '100'], ['011', '0', '000', '00000000', 'x']),
  ErrMsg: mostlyOf(['', ' '], ['topic not found']),
  LogType: fc.constantFrom('container_bash', 'container_launch', 'k8s_api', 'k8s_audit'),
  ScanType: fc.subarray(['CVE', 'VIRUS', 'RISK', 'cve', '']),
  DayLimit: fc.constantFrom(0, 90, 179, 180, 181, 365),
  TotalSize: fc.constantFrom(0, 1, 10, 100, 1000),
  UsedSize: fc.constantFrom(-1, 0, 1, 9, 90, 91, 899, 900, 901, 1001),
  MaxDailyCount: fc.constantFrom(-1, 0, 1, 19, 20, 21),
};

function mostlyOf(right: readonly string[], wrong: readonly string[]): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
}

const wrongs: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>('true', 0, 1, 1.5, '1', [], {}, [null], ['a'], true, false),
  anyJson,
);

function valueOf(name: string, field: Field, rightWeight: number): fc.Arbitrary<Json> {
  const given = likely[name];
  if (given !== undefined) return given;
  const values = 'values' in field ? field.values : undefined;
  switch (field.type) {
    case 'boolean':
      return fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.boolean());
    case 'integer':
      return values === undefined
        ? fc.integer({ min: -1, max: 15 })
        : fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...values) }, fc.integer());
    case 'string':
      return values === undefined
        ? fc.string({ maxLength: 4 })
        : fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...values) }, fc.string());
    case 'string[]':
      return fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 });
    case 'integer[]':
      return fc.array(fc.integer({ min: 0 }), { maxLength: 3 });
    case 'object':
      return objectOf(field.fields, rightWeight);
    case 'object[]':
      return fc.array(objectOf(field.item, rightWeight), { maxLength: 8 });
  }
}

/** Mostly what is documented; now and then a field is of another type, null, or not there. */
function objectOf(fields: Fields, rightWeight: number): fc.Arbitrary<JsonObject> {
  const parts = Object.entries(fields).map(([name, field]) => {
    const right = valueOf(name, field, rightWeight * 8);
    const value = fc.oneof(
      { weight: rightWeight, arbitrary: right },
      { weight: 1, arbitrary: wrongs },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    );
    return [name, value] as const;
  });
  return fc
    .record(Object.fromEntries(parts) as Readonly<Record<string, fc.Arbitrary<Json | undefined>>>)
    .map(
      (object) =>
        Object.fromEntries(
          Object.entries(object).filter(([, value]) => value !== undefined),
        ) as JsonObject,
    );
}

export function answersOf(source: Source): fc.Arbitrary<JsonObject> {
  const answers = objectOf(source.fields, 25);
  const { paging } = source;
  if (paging === undefined) return answers;
  // A paged list mostly is as long as the answer says, and its items have ids of their own.
  return fc.tuple(answers, fc.nat({ max: 30 })).map(([answer, dice]) => {
    const items = answer[paging.list];
    const beside = paging.beside === undefined ? undefined : answer[paging.beside];
    if (!Array.isArray(items)) return answer;
    const keyed = (list: readonly unknown[]) =>
      list.map((item, index) =>
        typeof item === 'object' && item !== null && !Array.isArray(item)
          ? { ...item, [paging.key]: index }
          : item,
      ) as readonly Json[];
    const isWhole = dice > 0;
    const shorter = Array.isArray(beside) && isWhole ? beside.length : items.length;
    const length = Math.min(items.length, shorter);
    return {
      ...answer,
      ...(isWhole && { [paging.total]: length }),
      [paging.list]: keyed(items.slice(0, length)),
      ...(paging.beside !== undefined &&
        Array.isArray(beside) && {
          [paging.beside]: keyed(isWhole ? beside.slice(0, length) : beside),
        }),
    };
  });
}
