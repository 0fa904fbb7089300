/**
 * ajv, at its two places: when the function is built (to plain functions, so that the deployed bundle
 * holds no ajv and compiles nothing) and when the command line runs. One test holds both to the same findings.
 */
import { Ajv2020, type Options } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

import { messageOf } from '../errors.ts';
import type { JsonObject, Policy, Waiver } from '../model.ts';
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

function compileCheck(schema: JsonObject): Check {
  const validate = new Ajv2020(options).compile(schema);
  const check = (document: unknown): boolean => {
    const holds: unknown = validate(document);
    return holds === true;
  };
  return Object.defineProperty(check, 'errors', { get: () => validate.errors });
}

/** The source text of an ES module that exports `policies: CompiledPolicy[]` and `waivers: Waiver[]`. */
export function compileToModule(
  packed: readonly PackedPolicy[],
  waivers: readonly Waiver[],
): string {
  const schemas: Record<string, JsonObject> = {};
  for (const [index, { policy }] of packed.entries()) {
    schemas[`require_${String(index)}`] = policy.require;
    if (policy.when !== undefined) schemas[`when_${String(index)}`] = policy.when;
  }
  const ajv = new Ajv2020({ ...options, code: { source: true, esm: true } });
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name);
  const names = Object.fromEntries(Object.keys(schemas).map((name) => [name, name]));
  const checks = standaloneCode.default(ajv, names);

  const part = (name: string, schema: JsonObject) =>
    `{ check: ${name}, reads: ${JSON.stringify(readsOf(schema).paths)} }`;
  const rows = packed.map(({ pack, policy }, index) => {
    const { when, require } = policy;
    const id = String(index);
    return [
      `{ policy: ${JSON.stringify(policy)}, pack: ${JSON.stringify(pack)}`,
      ...(when === undefined ? [] : [`when: ${part(`when_${id}`, when)}`]),
      `require: ${part(`require_${id}`, require)} }`,
    ].join(', ');
  });
  return [
    checks,
    `export const policies = [${rows.join(',\n')}];`,
    `export const waivers = ${JSON.stringify(waivers)};`,
  ].join('\n');
}
