/** A YAML file with the places of what stands in it. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';

import { jsonOf } from '../../shared/json.ts';
import type { Json, Problem, Result } from '../../shared/model.ts';
import { placed } from '../../shared/policy/places.ts';
import { plainLine } from '../../shared/text.ts';

/** Keys and numbers of items from the root. */
export type YamlPath = readonly string[];

export interface YamlFile {
  readonly file: string;
  readonly value: Json;
  /**
   * A problem of what is at the path, or of the key that names it.
   * @param part `hidden`: the value, whose line may hold a secret and is not shown
   */
  readonly problemAt: (path: YamlPath, what: string, part?: 'key' | 'value' | 'hidden') => Problem;
}

/** Every syntax error at once. No line of the file is shown: nobody knows yet which of them hold a secret. */
export function parseYaml(file: string, text: string): Result<YamlFile, Problem> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map(({ message, pos: [offset] }): Problem => {
    const { line, col: column } = lines.linePos(offset);
    return { where: file, what: `is not YAML: ${plainLine(message, 120)}`, line, column };
  });
  const value = problems.length > 0 ? undefined : valueOf(document);
  if (value === undefined) {
    const [first, ...rest] = problems;
    const what = 'is not YAML that can be read: its aliases are too many, or lead nowhere';
    return { ok: false, problems: [first ?? { where: file, what }, ...rest] };
  }
  return {
    ok: true,
    value: {
      file,
      value,
      problemAt: (path, what, part = 'value') => {
        const [start, end] = rangeOf(document, path, part);
        const problem = placed({ file, text }, start, end - start, what);
        if (part !== 'hidden') return problem;
        const { excerpt: _, ...place } = problem;
        return place;
      },
    },
  };
}

function valueOf(document: Document.Parsed): Json | undefined {
  try {
    return jsonOf(document.toJS());
  } catch {
    return undefined;
  }
}

/** Of the nearest thing on the path that is there. */
function rangeOf(
  document: Document.Parsed,
  path: YamlPath,
  part: 'key' | 'value' | 'hidden',
): readonly [number, number] {
  let node: Node | null | undefined = document.contents;
  let range = firstOf(node) ?? ([0, 1] as const);
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap<Node, Node | null>(node)) {
      const pair: Pair<Node, Node | null> | undefined = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === step,
      );
      if (pair === undefined) break;
      const key = firstOf(pair.key);
      const isWhole = depth === path.length - 1;
      const isNarrow = isScalar(pair.value) && part !== 'key' && isWhole;
      range = (isNarrow ? firstOf(pair.value) : key) ?? range;
      node = pair.value;
    } else if (isSeq<Node | null>(node)) {
      const item: Node | null | undefined = node.items[Number(step)];
      if (item === undefined) break;
      range = firstOf(item) ?? range;
      node = item;
    } else break;
  }
  return range;
}

/** Where it begins and ends; of what goes over several lines, the caret marks the first. */
function firstOf(node: Node | null | undefined): readonly [number, number] | undefined {
  const range = node?.range;
  return range === undefined || range === null ? undefined : [range[0], range[1]];
}
