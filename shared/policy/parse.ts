/** From a file's text to a policy, an example or waivers; or to every problem in it. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

import controlsSchema from '../../policies/schema/controls.schema.json' with { type: 'json' };
import exampleSchema from '../../policies/schema/example.schema.json' with { type: 'json' };
import policySchema from '../../policies/schema/policy.schema.json' with { type: 'json' };
import waiversSchema from '../../policies/schema/waivers.schema.json' with { type: 'json' };
import { messageOf } from '../errors.ts';
import { isArray, isObject, parseJson, shapeOf } from '../json.ts';
import type {
  ControlsCatalogue,
  Json,
  JsonObject,
  Policy,
  Problem,
  Result,
  Waiver,
} from '../model.ts';
import { plainLine } from '../text.ts';
import { lineAt, placed, problemAt, type JsonFile } from './places.ts';
import { didYouMean } from './suggest.ts';

/** A file as read: the name is relative to the policy folder. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

export interface Example {
  readonly settings: JsonObject;
  readonly observedAt?: string;
  readonly pointers?: readonly string[];
}

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, verbose: true });
/** Without what completes the sources' fields in editors: it refuses nothing and takes long to compile. */
const { allOf: _completion, $defs, ...refusing } = policySchema;
const isPolicy = ajv.compile<Policy>({ ...refusing, $defs: { schema: $defs.schema } });
const isExample = ajv.compile<Example>(exampleSchema);
const isWaivers = ajv.compile<readonly Waiver[]>(waiversSchema);
const isControls = ajv.compile<ControlsCatalogue>(controlsSchema);

/** A file that is JSON, with its value. */
export interface ReadFile extends JsonFile {
  readonly value: Json;
}

export function parsePolicy(source: SourceFile): Result<Policy, Problem> {
  const json = readJson(source);
  return json.ok ? policyOf(json.value) : json;
}

export function policyOf(json: ReadFile): Result<Policy, Problem> {
  const parsed = valueAs(json, isPolicy);
  if (!parsed.ok) return parsed;
  // The path of the editor's schema is no part of what judges.
  const { $schema, ...policy }: Policy & { $schema?: string } = parsed.value;
  return { ok: true, value: policy };
}

export function parseExample(source: SourceFile): Result<Example, Problem> {
  const json = readJson(source);
  return json.ok ? exampleOf(json.value) : json;
}

/** Either the form of example.schema.json or the bare settings, as the API answers them. */
export function exampleOf(json: ReadFile): Result<Example, Problem> {
  const { value } = json;
  if (isObject(value) && !isWrapped(value)) return { ok: true, value: { settings: value } };
  return valueAs(json, isExample);
}

/** One key of the form is enough: a misspelt `settings` must not make settings of the rest. */
export function isWrapped(value: JsonObject): boolean {
  return ['$schema', 'description', 'observedAt', 'pointers', 'settings'].some((key) =>
    Object.hasOwn(value, key),
  );
}

export function parseWaivers(source: SourceFile): Result<readonly Waiver[], Problem> {
  const json = readJson(source);
  return json.ok ? waiversOf(json.value) : json;
}

export function waiversOf(json: ReadFile): Result<readonly Waiver[], Problem> {
  return valueAs(json, isWaivers);
}

export function parseControls(source: SourceFile): Result<ControlsCatalogue, Problem> {
  const json = readJson(source);
  if (!json.ok) return json;
  const parsed = valueAs(json.value, isControls);
  // The path of the editor's schema is no part of the catalogue.
  return parsed.ok ? { ok: true, value: { frameworks: parsed.value.frameworks } } : parsed;
}

/** Of one kind in one file: whoever mends these sees the rest the next time. */
const maxProblems = 100;

/** Hundreds of levels are no policy, and whoever walks them by recursion overflows. */
const maxDepth = 64;

/** @returns the file's value; or everything that keeps it from being JSON, with its place */
export function readJson({ file, text }: SourceFile): Result<ReadFile, Problem> {
  const refuse = (first: Problem, ...rest: readonly Problem[]) =>
    ({ ok: false, problems: [first, ...rest] }) as const;
  const whole = (what: string) => refuse(placed({ file, text }, 0, 1, what));

  if (text.startsWith('\ufeff')) {
    return whole('is not JSON: it begins with a byte order mark, save it without one');
  }
  if (depthOf(text) > maxDepth) return whole(`is nested deeper than ${String(maxDepth)} levels`);
  const faults: ParseError[] = [];
  const tree = parseTree(text, faults, { disallowComments: true });
  const [first, ...rest] = onePerLine(text, faults).map(({ error, offset, length }) =>
    placed({ file, text }, offset, length, `is not JSON: ${wordsOf(error)}`),
  );
  if (first !== undefined) return refuse(first, ...rest);
  if (tree === undefined) return whole('is not JSON: value expected');
  try {
    // The value itself comes from JSON.parse, which keeps a key `__proto__` for what it is.
    const value = parseJson(text);
    const shape = shapeOf(value, maxDepth);
    return shape === 'fits'
      ? { ok: true, value: { file, text, tree, value } }
      : whole(`cannot be used: ${shape}`);
  } catch (error) {
    return whole(`is not JSON: ${messageOf(error)}`);
  }
}

/** Brackets that are open at the same time, at most; texts are skipped. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** What follows the first fault of a line is most often its echo. */
function onePerLine(text: string, faults: readonly ParseError[]): readonly ParseError[] {
  const byLine = new Map<number, ParseError>();
  for (const fault of faults) {
    const line = lineAt(text, fault.offset);
    if (!byLine.has(line)) byLine.set(line, fault);
    // A text that never ends takes what follows for something else.
    if (printParseErrorCode(fault.error).startsWith('UnexpectedEndOf')) break;
    if (byLine.size >= maxProblems) break;
  }
  return [...byLine.values()];
}

/** `CommaExpected` is the parser's own word: "comma expected". */
function wordsOf(error: ParseError['error']): string {
  return printParseErrorCode(error)
    .replace(/(?!^)([A-Z])/g, ' $1')
    .toLowerCase();
}

/** JSON.parse keeps the last of two equal keys and says nothing. */
export function repeatedKeys(json: JsonFile): readonly Problem[] {
  const problems: Problem[] = [];
  const walk = (node: Node) => {
    const seen = new Map<unknown, number>();
    for (const child of node.children ?? []) {
      const key = child.type === 'property' ? child.children?.[0] : undefined;
      if (key !== undefined) {
        const name: unknown = key.value;
        const line = lineAt(json.text, key.offset);
        const before = seen.get(name);
        if (before === undefined) seen.set(name, line);
        else {
          const what = `gives the key "${plainLine(String(name), 60)}" twice, first in line ${String(before)}`;
          problems.push(placed(json, key.offset, key.length, what));
        }
      }
      if (problems.length >= maxProblems) return;
      walk(child);
    }
  };
  walk(json.tree);
  return problems;
}

function valueAs<T>(json: ReadFile, isValid: ValidateFunction<T>): Result<T, Problem> {
  const value: unknown = json.value;
  if (isValid(value)) return { ok: true, value };
  const [first, ...rest] = tellingErrors(isValid.errors ?? []).slice(0, maxProblems);
  const problem = (error: ErrorObject | undefined): Problem =>
    error === undefined
      ? placed(json, 0, 1, 'is not valid')
      : problemAt(json, {
          at: [...pathOf(error.instancePath), ...extraKeyOf(error)],
          part: extraKeyOf(error).length > 0 ? 'key' : 'value',
          what: sentenceOf(error),
        });
  return { ok: false, problems: [problem(first), ...rest.map(problem)] };
}

/** Without those that only say that something inside them failed, or that another branch was not meant. */
function tellingErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const telling = errors.filter(({ keyword, schemaPath, data }) => {
    const isWrapper = /^(if|anyOf|oneOf)$/.test(keyword);
    const isOtherBranch = /anyOf\/\d+\/type$/.test(schemaPath) && isObject(data);
    return !isWrapper && !isOtherBranch;
  });
  return telling.length > 0 ? telling : errors;
}

function pathOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function extraKeyOf({ params }: ErrorObject): readonly string[] {
  const extra: unknown = params['additionalProperty'] ?? params['unevaluatedProperty'];
  return typeof extra === 'string' ? [extra] : [];
}

function sentenceOf(error: ErrorObject): string {
  const { instancePath, keyword, params, message, data } = error;
  const at = instancePath === '' ? '' : `${instancePath} `;
  const [extra] = extraKeyOf(error);
  if (extra !== undefined) {
    const nearest = didYouMean(extra, keysOf(error.parentSchema?.['properties']));
    return `${at}has the unknown key "${plainLine(extra, 60)}"${nearest}`;
  }
  const allowed: unknown = params['allowedValues'];
  const must = isArray(allowed)
    ? `must be one of ${allowed.join(', ')}`
    : (message ?? `must satisfy ${keyword}`);
  const isLeaf = typeof data !== 'object' && data !== undefined;
  const nearest =
    isArray(allowed) && typeof data === 'string' ? didYouMean(data, allowed.map(String)) : '';
  return `${at}${must}${isLeaf ? `, is ${plainLine(JSON.stringify(data), 60)}` : ''}${nearest}`;
}

function keysOf(table: unknown): readonly string[] {
  return isObject(table) ? Object.keys(table) : [];
}
