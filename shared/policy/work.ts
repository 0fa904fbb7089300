/** How much work a schema is, before anyone sets out on it: a few references upon references never end. */
import { isArray, isObject, own } from '../json.ts';
import type { JsonObject } from '../model.ts';

/** The largest policy that ships takes some two hundred. */
export const maxWork = 10_000;

/** Values, whatever they look like: no schemas. */
const data = new Set(['const', 'enum', 'default', 'examples']);

/**
 * Places of the schema that are gone through for one value, each reference with all that it leads to.
 * @returns Infinity for one that leads back to itself
 */
export function workOf(root: JsonObject): number {
  const known = new Map<string, number>();
  const defs = own(root, '$defs');

  const definition = (ref: unknown): number => {
    const name = typeof ref === 'string' ? /^#\/\$defs\/([\w-]+)$/.exec(ref)?.[1] : undefined;
    // A reference to anything else is refused where it is read.
    if (name === undefined || !isObject(defs) || !Object.hasOwn(defs, name)) return 0;
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, Infinity);
    const work = ofSchema(defs[name]);
    known.set(name, work);
    return work;
  };
  const ofSchema = (schema: unknown): number => {
    if (isArray(schema)) return 1 + sum(schema.map(ofSchema));
    if (!isObject(schema)) return 1;
    return 1 + sum(Object.entries(schema).map(([keyword, value]) => ofPart(keyword, value)));
  };
  const ofPart = (keyword: string, value: unknown): number => {
    if (keyword === '$defs') return 0;
    if (keyword === '$ref') return 1 + definition(value);
    return data.has(keyword) ? 1 : ofSchema(value);
  };
  return ofSchema(root);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
