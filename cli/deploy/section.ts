/** Reads the keys of one mapping of a description, and notes everything that is wrong with them. */
import { isArray, isObject, own } from '../../shared/json.ts';
import type { Json, JsonObject, Problem } from '../../shared/model.ts';
import { didYouMean } from '../../shared/policy/suggest.ts';
import { plainLine } from '../../shared/text.ts';
import type { Filled } from './variables.ts';
import type { YamlFile, YamlPath } from './yaml-file.ts';

/** What the reading of a whole file shares. */
export interface Reading {
  readonly yaml: YamlFile;
  readonly filled: Pick<Filled, 'set' | 'unset' | 'faults'>;
  readonly problems: Problem[];
  readonly left: LeftOut[];
}

/** What the file mentions and does not say, since a variable of the environment is not set. */
export interface LeftOut {
  /** `vpcConfig`, or the name of a variable of the function. */
  readonly what: string;
  readonly names: readonly string[];
}

export interface Section {
  /** @param advice the end of a sentence: what to give instead */
  readonly text: (key: string, pattern?: RegExp, advice?: string) => string | undefined;
  readonly whole: (
    key: string,
    isFit: (value: number) => boolean,
    advice: string,
  ) => number | undefined;
  readonly flag: (key: string) => boolean | undefined;
  /** A mapping below. */
  readonly section: (key: string, keys: readonly string[]) => Section | undefined;
  /** A list of mappings below. */
  readonly sections: (key: string, keys: readonly string[]) => readonly Section[] | undefined;
  /** Whether what stands there refers to nothing that is set, so that it is as good as not there. */
  readonly isLeftOut: (key: string) => boolean;
  /** Every key with what it has, whatever that is. */
  readonly entries: () => readonly (readonly [string, Json])[];
  readonly value: (key: string) => Json | undefined;
  readonly complain: (key: string, what: string, part?: 'key' | 'value' | 'hidden') => void;
  /** Complains where it is not there. */
  readonly need: (key: string, advice: string) => void;
}

/** @param keys that there may be; undefined: any */
export function sectionAt(
  reading: Reading,
  value: JsonObject,
  path: YamlPath,
  keys?: readonly string[],
): Section {
  const { yaml, problems } = reading;
  const nameOf = (key: string) => plainLine([...path, key].join('.'), 100);
  const complain: Section['complain'] = (key, what, part) => {
    problems.push(yaml.problemAt([...path, key], `${nameOf(key)} ${what}`, part));
  };
  for (const key of keys === undefined ? [] : Object.keys(value)) {
    if (keys?.includes(key) === true) continue;
    const known = keys ?? [];
    const hint = didYouMean(key, known);
    complain(key, `is no key here${hint === '' ? `: there are ${known.join(', ')}` : hint}`, 'key');
  }

  const found = (key: string): Json | undefined => {
    const there = own(value, key);
    return there === null ? undefined : there;
  };
  const shown = (at: YamlPath, there: Json): string =>
    // What the environment gave may be a secret that went astray.
    reading.filled.set.some((one) => isBelow(one, at))
      ? 'not what belongs here'
      : plainLine(JSON.stringify(there), 60);
  const refuse = (key: string, there: Json, advice: string): void => {
    complain(key, `is ${shown([...path, key], there)}: ${advice}`);
  };
  /** What is not said, since it refers to nothing that is set. */
  const scalar = (key: string): Json | undefined => {
    const there = found(key);
    const names = there === undefined ? unsetAt(reading, [...path, key]) : [];
    if (names.length > 0) reading.left.push({ what: nameOf(key), names });
    return there;
  };

  return {
    complain,
    value: found,
    entries: () => Object.entries(value),
    need: (key, advice) => {
      const at = [...path, key];
      // What is not understood has been complained of.
      if (found(key) !== undefined || reading.filled.faults.some((one) => isBelow(one.path, at)))
        return;
      const names = unsetAt(reading, at);
      if (names.length === 0) complain(key, `is missing: ${advice}`);
      else complain(key, `needs ${namedAs(names)}`);
    },
    text: (key, pattern = /./, advice = 'give a text') => {
      const there = scalar(key);
      if (typeof there === 'string' && pattern.test(there)) return there;
      if (there !== undefined) refuse(key, there, advice);
      return undefined;
    },
    whole: (key, isFit, advice) => {
      const there = scalar(key);
      // A reference to the environment gives a text.
      const number = typeof there === 'string' && /^\d{1,9}$/.test(there) ? Number(there) : there;
      if (typeof number === 'number' && Number.isSafeInteger(number) && isFit(number))
        return number;
      if (there !== undefined) refuse(key, there, advice);
      return undefined;
    },
    flag: (key) => {
      const there = scalar(key);
      if (typeof there === 'boolean') return there;
      if (there === 'true' || there === 'false') return there === 'true';
      if (there !== undefined) refuse(key, there, 'give true or false');
      return undefined;
    },
    section: (key, inner) => {
      const there = found(key);
      if (isObject(there)) return sectionAt(reading, there, [...path, key], inner);
      if (there !== undefined) refuse(key, there, `give ${inner.join(', ')}`);
      return undefined;
    },
    sections: (key, inner) => {
      const there = found(key);
      if (!isArray(there)) {
        if (there !== undefined) refuse(key, there, 'give a list');
        return undefined;
      }
      return there.flatMap((item, index): readonly Section[] => {
        const at = [...path, key, String(index)];
        if (isObject(item)) return [sectionAt(reading, item, at, inner)];
        complain(key, `has ${shown(at, item)}: give ${inner.join(', ')}`);
        return [];
      });
    },
    isLeftOut: (key) => isLeftOut(reading, [...path, key], complain),
  };
}

/** All of it or nothing: half of a network is no network. */
function isLeftOut(reading: Reading, path: YamlPath, complain: Section['complain']): boolean {
  const names = unsetAt(reading, path);
  if (names.length === 0) return false;
  const [key = ''] = path.slice(-1);
  if (reading.filled.set.some((at) => isBelow(at, path))) {
    complain(key, `needs ${namedAs(names)}, or take ${key} out`, 'key');
  } else reading.left.push({ what: key, names });
  return true;
}

/** The variables of the environment that are not set, of all that stands at the path and below. */
export function unsetAt({ filled }: Pick<Reading, 'filled'>, path: YamlPath): readonly string[] {
  const below = filled.unset.filter((one) => isBelow(one.path, path));
  return [...new Set(below.flatMap(({ names }) => names))];
}

function isBelow(path: YamlPath, above: YamlPath): boolean {
  return above.every((step, depth) => path[depth] === step);
}

/** `env:VPC_ID, env:SUBNET_ID, which are not set: set them` */
export function namedAs(names: readonly string[]): string {
  const [are, them] = names.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${names.map((name) => `env:${name}`).join(', ')}, which ${are} not set: set ${them}`;
}
