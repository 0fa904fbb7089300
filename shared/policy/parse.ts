/** From a file's text to a policy, an example or waivers; or to every problem in it. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

import controlsSchema from '../../policies/schema/controls.schema.json' with { type: 'json' };
import exampleSchema from '../../policies/schema/example.schema.json' with { type: 'json' };
import policySchema from '../../policies/schema/policy.schema.json' with { type: 'json' };
import waiversSchema from '../../policies/schema/waivers.schema.json' with { type: 'json' };
import { isObject, parseJson } from '../json.ts';
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

export function parsePolicy(source: SourceFile): Result<Policy, Problem> {
  const parsed = parseAs(source, isPolicy);
  if (!parsed.ok) return parsed;
  // The path of the editor's schema is no part of what judges.
  const { $schema, ...policy }: Policy & { $schema?: string } = parsed.value;
  return { ok: true, value: policy };
}

/** Either the form of example.schema.json or the bare settings, as the API answers them. */
export function parseExample(source: SourceFile): Result<Example, Problem> {
  const json = parseFile(source);
  if (json.ok && isObject(json.value) && !isWrapped(json.value)) {
    return { ok: true, value: { settings: json.value } };
  }
  return parseAs(source, isExample);
}

/** One key of the form is enough: a misspelt `settings` must not make settings of the rest. */
function isWrapped(value: JsonObject): boolean {
  return ['$schema', 'description', 'observedAt', 'pointers', 'settings'].some((key) =>
    Object.hasOwn(value, key),
  );
}

export function parseWaivers(source: SourceFile): Result<readonly Waiver[], Problem> {
  return parseAs(source, isWaivers);
}

export function parseControls(source: SourceFile): Result<ControlsCatalogue, Problem> {
  const parsed = parseAs(source, isControls);
  // The path of the editor's schema is no part of the catalogue.
  return parsed.ok ? { ok: true, value: { frameworks: parsed.value.frameworks } } : parsed;
}

function parseFile({ file, text }: SourceFile): Result<Json, Problem> {
  const faults: ParseError[] = [];
  parse(text, faults, { disallowComments: true });
  const [fault] = faults;
  if (fault !== undefined) {
    return {
      ok: false,
      problems: [{ where: file, what: `is not JSON: ${syntaxOf(fault, text)}` }],
    };
  }
  // The value itself comes from JSON.parse, which keeps a key `__proto__` for what it is.
  return { ok: true, value: parseJson(text) };
}

/** `JSON.parse` names a place for some faults and not for others; people look for a line. */
function syntaxOf({ error, offset }: ParseError, text: string): string {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  // `CommaExpected` is the parser's own word: "comma expected".
  const words = printParseErrorCode(error)
    .replace(/(?!^)([A-Z])/g, ' $1')
    .toLowerCase();
  return `${words} (line ${String(before.length)}, column ${String(column)})`;
}

function parseAs<T>(source: SourceFile, isValid: ValidateFunction<T>): Result<T, Problem> {
  const json = parseFile(source);
  if (!json.ok) return json;
  const value: unknown = json.value;
  if (isValid(value)) return { ok: true, value };
  const [first, ...rest] = (isValid.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  const problem = (error: ErrorObject | undefined): Problem => ({
    where: source.file,
    what: error === undefined ? 'is not valid' : sentenceOf(error),
  });
  return { ok: false, problems: [problem(first), ...rest.map(problem)] };
}

function sentenceOf({ instancePath, keyword, params, message, data }: ErrorObject): string {
  const at = instancePath === '' ? '' : `${instancePath} `;
  const extra: unknown = params['additionalProperty'] ?? params['unevaluatedProperty'];
  if (typeof extra === 'string') return `${at}has the unknown key "${plainLine(extra, 60)}"`;
  const allowed: unknown = params['allowedValues'];
  const must = Array.isArray(allowed)
    ? `must be one of ${allowed.join(', ')}`
    : (message ?? `must satisfy ${keyword}`);
  const isLeaf = typeof data !== 'object' && data !== undefined;
  return `${at}${must}${isLeaf ? `, is ${plainLine(JSON.stringify(data), 60)}` : ''}`;
}
