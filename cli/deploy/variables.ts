/** `${…}` in serverless.yml, as Tencent's tool fills it in. */
import type { Env } from '../../shared/config.ts';
import { isArray, isObject, own } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';
import type { YamlPath } from './yaml-file.ts';

export interface Filled {
  /** With every reference in its place; what refers to nothing that is set is left out. */
  readonly value: Json;
  /** What was left out, and the variables of the environment that are not set. */
  readonly unset: readonly Unset[];
  /** What refers to the environment and is there. */
  readonly set: readonly YamlPath[];
  /** What no reference of ours is. */
  readonly faults: readonly { readonly path: YamlPath; readonly what: string }[];
}

export interface Unset {
  readonly path: YamlPath;
  readonly names: readonly [string, ...string[]];
}

const reference = /\$\{([^}]*)\}/g;
const referable = ['stage', 'app', 'name'] as const;
type Referable = (typeof referable)[number];

/** @param env an empty variable is one that is not set */
export function fill(root: Json, env: Env): Filled {
  const unset: Unset[] = [];
  const set: YamlPath[] = [];
  const faults: { path: YamlPath; what: string }[] = [];
  const top = isObject(root) ? root : {};

  /** @returns undefined where it is not set; `missing` says why */
  const textOf = (
    text: string,
    path: YamlPath,
    seen: readonly Referable[],
    missing: string[],
  ): string =>
    text.replace(reference, (whole, inside: string) => {
      const name = inside.trim();
      const variable = /^env:\s*([A-Za-z_]\w*)$/.exec(name)?.[1];
      if (variable !== undefined) {
        const value = env[variable]?.trim() ?? '';
        if (value === '') missing.push(variable);
        return value;
      }
      const known = referable.find((one) => one === name);
      if (known !== undefined && !seen.includes(known)) {
        return textOf(rawOf(top, known), path, [...seen, known], missing);
      }
      faults.push({ path, what: faultOf(whole, name, known) });
      return '';
    });

  const filled = (value: Json, path: YamlPath): Json | undefined => {
    if (typeof value === 'string') {
      const missing: string[] = [];
      const seen = path.length === 1 ? referable.filter((name) => name === path[0]) : [];
      const text = textOf(value, path, seen, missing);
      if (faults.some(({ path: at }) => at === path)) return undefined;
      const [first, ...rest] = new Set(missing);
      if (first === undefined) {
        if (/\$\{\s*env:/.test(value)) set.push(path);
        return text;
      }
      unset.push({ path, names: [first, ...rest] });
      return undefined;
    }
    if (isArray(value)) {
      // An item keeps its number: problems name it.
      return value.map((item, index) => filled(item, [...path, String(index)]) ?? null);
    }
    if (isObject(value)) {
      const entries = Object.entries(value).flatMap(([key, child]): [string, Json][] => {
        const inside = filled(child, [...path, key]);
        return inside === undefined ? [] : [[key, inside]];
      });
      return Object.fromEntries(entries);
    }
    return value;
  };

  return { value: filled(root, []) ?? null, unset, set, faults };
}

/** What the component takes where the file does not say. */
function rawOf(top: JsonObject, name: Referable): string {
  const value = own(top, name);
  if (typeof value === 'string' && value !== '') return value;
  if (name === 'app') return rawOf(top, 'name');
  return name === 'stage' ? 'dev' : '';
}

function faultOf(whole: string, name: string, known: Referable | undefined): string {
  const shown = plainLine(whole, 60);
  if (known !== undefined) return `has ${shown}, which refers to itself`;
  const dotted = /^env\.([A-Za-z_]\w*)$/.exec(name)?.[1];
  if (dotted !== undefined) return `has ${shown}: write \${env:${dotted}}`;
  return `has ${shown}, which is not understood: there are \${env:NAME}, \${stage}, \${app} and \${name}`;
}
