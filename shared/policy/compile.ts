/**
 * ajv, at its two places: when the function is built (to plain functions, so that the deployed bundle
 * holds no ajv and compiles nothing) and when the command line runs. One test holds both to the same findings.
 */
import { Ajv2020, type Options } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

import { messageOf } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import type { Json, JsonObject, Policy, Waiver } from '../model.ts';
import type { Check, CompiledPolicy } from './compiled.ts';
import { readsOf } from './reads.ts';

export interface PackedPolicy {
  readonly pack: string;
  readonly policy: Policy;
}

const options: Options = {
  allErrors: true,
  // We write the messages ourselves, so that both places give the same.
  messages: false,
  strict: true,
  // A policy constrains documented fields, whose types are checked before ajv sees them.
  strictTypes: false,
  strictRequired: false,
};

export function compilePolicy({ pack, policy }: PackedPolicy): CompiledPolicy {
  const compile = (schema: JsonObject) => ({
    check: compileCheck(schema),
    reads: readsOf(schema).paths,
  });
  return {
    policy,
    pack,
    require: compile(policy.require),
    ...(policy.when !== undefined && { when: compile(policy.when) }),
  };
}

/** @returns why the schema does not compile, or undefined */
export function compileProblem(schema: JsonObject): string | undefined {
  try {
    compileCheck(schema);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** One for all: the most of a compiler's time goes into its own schemas. */
let compiler: Ajv2020 | undefined;

function compileCheck(schema: JsonObject): Check {
  compiler ??= new Ajv2020(options);
  let validate;
  try {
    validate = compiler.compile(schema);
  } finally {
    // No schema may refer to another that happened to be compiled before it.
    compiler.removeSchema(schema);
  }
  const check = (document: unknown): unknown => validate(document);
  return Object.defineProperty(check, 'errors', { get: () => validate.errors });
}

/** Source texts of two modules, so that the policies can be read without the code that judges by them. */
export interface CompiledModules {
  /** Exports `policies: CompiledPolicy[]` and `waivers: Waiver[]`; requires `virtual:checks` at the first check. */
  readonly policies: string;
  /** `virtual:checks`: a function a schema. */
  readonly checks: string;
}

export function compileToModules(
  packed: readonly PackedPolicy[],
  waivers: readonly Waiver[],
): CompiledModules {
  // Many policies share a `when`: each schema is compiled once.
  const nameBySchema = new Map<string, string>();
  const ajv = new Ajv2020({ ...options, code: { source: true, esm: true } });
  const nameOf = (schema: JsonObject): string => {
    const text = JSON.stringify(schema);
    const name = nameBySchema.get(text) ?? `check_${String(nameBySchema.size)}`;
    if (!nameBySchema.has(text)) ajv.addSchema(schema, name);
    nameBySchema.set(text, name);
    return name;
  };
  const part = (schema: JsonObject) => ({ check: nameOf(schema), reads: readsOf(schema).paths });
  const rows = packed.map(({ pack, policy }) => ({
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- it came from a JSON file
    ...{ text: canonicalJson(policy as unknown as Json), pack, require: part(policy.require) },
    ...(policy.when !== undefined && { when: part(policy.when) }),
  }));
  const names = [...nameBySchema.values()];
  const checks = standaloneCode.default(ajv, Object.fromEntries(names.map((name) => [name, name])));
  const policies = `
    const late = ({ check: name, reads }) => {
      let check;
      const checked = () => (check ??= require('virtual:checks')[name]);
      return {
        check: Object.defineProperty((document) => checked()(document), 'errors', {
          get: () => checked().errors,
        }),
        reads,
      };
    };
    // Engines read a string of JSON several times faster than the same value as code.
    export const policies = JSON.parse(${JSON.stringify(JSON.stringify(rows))}).map(
      ({ text, pack, require, when }) => ({
        policy: JSON.parse(text),
        text,
        pack,
        require: late(require),
        ...(when !== undefined && { when: late(when) }),
      }),
    );
    export const waivers = ${JSON.stringify(waivers)};
  `;
  return { policies, checks };
}
