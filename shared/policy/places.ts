/** Where in a file something stands, as editors and people count: lines and columns from 1. */
import { findNodeAtLocation, type Node } from 'jsonc-parser';

import type { Problem } from '../model.ts';
import { cut } from '../text.ts';

/** A file that is JSON, with the tree that knows where each of its values begins. */
export interface JsonFile {
  readonly file: string;
  readonly text: string;
  readonly tree: Node;
}

/** Property names and numbers of items from the root. */
export type JsonPath = readonly string[];

/** A problem of a value, or of the key that names it; `span` where neither is narrow enough. */
export interface Fault {
  readonly at: JsonPath;
  readonly part?: 'key' | 'value';
  readonly what: string;
}

export function problemAt(json: JsonFile, { at, part = 'value', what }: Fault): Problem {
  const { offset, length } = spanOf(json.tree, at, part);
  return placed(json, offset, length, what);
}

/** @param length of what is wrong; the caret marks it up to the end of its line */
export function placed(
  { file, text }: { readonly file: string; readonly text: string },
  offset: number,
  length: number,
  what: string,
): Problem {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
  const column = offset - start;
  return {
    where: file,
    what,
    line: lineAt(text, start),
    column: column + 1,
    excerpt: excerptOf(line, column, length),
  };
}

/** Faults come in the order of the text: each is counted from the one before it. */
let counted = { text: '', offset: 0, line: 1 };

/** The number of the line, from 1, in which the offset lies. */
export function lineAt(text: string, offset: number): number {
  const isAhead = text === counted.text && offset >= counted.offset;
  let { offset: from, line } = isAhead ? counted : { offset: 0, line: 1 };
  for (;;) {
    const end = text.indexOf('\n', from);
    if (end === -1 || end >= offset) break;
    from = end + 1;
    line += 1;
  }
  counted = { text, offset: from, line };
  return line;
}

/** The nearest value on the path that is there: what is missing has no place of its own. */
function spanOf(tree: Node, at: JsonPath, part: 'key' | 'value'): Pick<Node, 'offset' | 'length'> {
  for (let depth = at.length; depth > 0; depth -= 1) {
    const node = nodeAt(tree, at.slice(0, depth));
    if (node === undefined) continue;
    const isWhole = depth === at.length;
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    const isBig = node.type === 'object' || node.type === 'array';
    // The brace of an object says less than the key before it.
    return key !== undefined && (part === 'key' || isBig || !isWhole) ? key : node;
  }
  return { offset: tree.offset, length: 1 };
}

function nodeAt(tree: Node, at: JsonPath): Node | undefined {
  let node: Node | undefined = tree;
  for (const step of at) {
    if (node === undefined) return undefined;
    node = findNodeAtLocation(node, [node.type === 'array' ? Number(step) : step]);
  }
  return node;
}

const maxLine = 100;
const unfit =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
/** Twice as wide as others in a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/g;

/** The line and, below it, carets under what is meant; of a long line the part around it. */
function excerptOf(line: string, column: number, length: number): string {
  const from = column < maxLine - 20 ? 0 : column - maxLine / 2;
  const before = line.slice(from, column);
  const shown = `${from > 0 ? '…' : ''}${cut(line.slice(from), maxLine)}`.replace(unfit, ' ');
  const room = Math.max(1, Math.min(length, line.length - column, maxLine - before.length));
  const indent = `${from > 0 ? ' ' : ''}${before.replace(wide, '\u3000').replace(/[^\u3000]/g, ' ')}`;
  return `${shown}\n${indent}${'^'.repeat(room)}`;
}
