/**
 * The editors' schema of policies: `source` completes to what there is, and `when`, `require` and
 * `remediation.set` to the fields and facts of that source, at every depth. Completion only: it is `lint` that refuses.
 */
import { isObject } from '../json.ts';
import type { FactSpec, Field, Fields, Json, JsonObject, Source } from '../model.ts';

/** @param schema the schema as it stands: what does not depend on the sources is kept */
export function withSources(
  schema: JsonObject,
  sources: Readonly<Record<string, Source>>,
): JsonObject {
  const rows = Object.values(sources);
  const properties = objectAt(schema, 'properties');
  const definitions = objectAt(schema, '$defs');
  return {
    ...schema,
    properties: {
      ...properties,
      source: { ...objectAt(properties, 'source'), enum: rows.map(({ id }) => id) },
    },
    allOf: rows.map(({ id }) => ({
      if: { properties: { source: { const: id } }, required: ['source'] },
      then: { $ref: refOf(policyName(id)) },
    })),
    $defs: Object.fromEntries([
      ['schema', definitions['schema'] ?? {}],
      ...rows.flatMap(definitionsOf),
    ]),
  };
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

function refOf(name: string): string {
  return `#/$defs/${name}`;
}

type Definition = readonly [name: string, schema: JsonObject];

function definitionsOf({ id, title, fields, facts }: Source): readonly Definition[] {
  const self = { $ref: refOf(id) };
  const set = { properties: describedFields(fields) };
  const policy: JsonObject = {
    properties: {
      ...{ source: { description: title }, when: self, require: self },
      remediation: { properties: { set } },
    },
  };
  const factsName = `${id}.facts`;
  const hasFacts = Object.keys(facts).length > 0;
  return [
    [policyName(id), policy],
    ...objectDefinitions(id, fields, hasFacts ? { facts: { $ref: refOf(factsName) } } : {}),
    ...(hasFacts ? [[factsName, objectSchema(factsName, describedFacts(facts))] as const] : []),
  ];
}

/** The definition for a whole policy of a source. */
function policyName(id: string): string {
  return `${id}.policy`;
}

/** A definition for the object, and one for each kind of object inside it. */
function objectDefinitions(
  name: string,
  fields: Fields,
  more: JsonObject = {},
): readonly Definition[] {
  const inside = Object.entries(fields).flatMap(([key, field]): readonly Definition[] => {
    if (field.type === 'object') return objectDefinitions(`${name}.${key}`, field.fields);
    return field.type === 'object[]' ? objectDefinitions(`${name}.${key}`, field.item) : [];
  });
  const properties = Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, fieldSchema(field, `${name}.${key}`)]),
  );
  return [[name, objectSchema(name, { ...properties, ...more })], ...inside];
}

/** The generic schema, with names for what its `properties` can be, and the same in every branch. */
function objectSchema(name: string, properties: JsonObject): JsonObject {
  const self = { $ref: refOf(name) };
  const branches = { type: 'array', items: self };
  return {
    $ref: refOf('schema'),
    properties: {
      properties: { properties },
      required: { items: { examples: Object.keys(properties) } },
      ...{ allOf: branches, anyOf: branches, oneOf: branches },
      ...{ not: self, if: self, then: self, else: self },
    },
  };
}

function fieldSchema(field: Field, name: string): JsonObject {
  const description = field.meaning;
  const common = { description, ...(field.deprecated === true && { deprecated: true }) };
  switch (field.type) {
    case 'object':
      return { $ref: refOf(name), ...common };
    case 'object[]': {
      const item = { $ref: refOf(name) };
      return { $ref: refOf('schema'), ...common, properties: { items: item, contains: item } };
    }
    case 'string[]':
    case 'integer[]': {
      const item = valuesSchema(field.values);
      return {
        $ref: refOf('schema'),
        ...common,
        ...(field.values !== undefined && { properties: { items: item, contains: item } }),
      };
    }
    case 'boolean':
    case 'integer':
    case 'string':
      return { $ref: refOf('schema'), ...common, ...valuesSchema(field.values) };
  }
}

/** Proposes the documented values, and refuses no other. */
function valuesSchema(values: readonly Json[] | undefined): JsonObject {
  if (values === undefined) return {};
  return { properties: { const: { examples: values }, enum: { items: { examples: values } } } };
}

function describedFields(fields: Fields): JsonObject {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, { volatile }]) => volatile !== true)
      .map(([name, { meaning }]) => [name, { description: meaning }]),
  );
}

function describedFacts(facts: Readonly<Record<string, FactSpec>>): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).map(([name, { meaning }]) => [
      name,
      { $ref: refOf('schema'), description: meaning },
    ]),
  );
}
