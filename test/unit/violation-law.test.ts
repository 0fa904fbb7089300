/** What violation.ts relies on. A file of its own, since it asks the compiler thousands of times. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Json, JsonObject } from '../../shared/model.ts';
import { policyOf } from '../support/settings.ts';

/** Schemas with `contains` in each other and in whatever else may hold a schema. */
const { schema: anySchema } = fc.letrec<{ schema: JsonObject }>((tie) => {
  const schema = tie('schema');
  return {
    schema: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.integer({ min: 0, max: 2 }).map((value) => ({ const: value })),
      fc.constantFrom({ type: 'array' }, { minimum: 1 }, { minItems: 1 }, {}),
      schema.map((contains) => ({ contains })),
      fc
        .tuple(schema, fc.integer({ min: 1, max: 2 }), fc.option(fc.nat(1), { nil: undefined }))
        .map(([contains, minContains, more]) => ({
          contains,
          minContains,
          ...(more !== undefined && { maxContains: minContains + more }),
        })),
      schema.map((contains) => ({ contains, minContains: 0, maxContains: 1 })),
      schema.map((items) => ({ items })),
      schema.map((a) => ({ properties: { a } })),
      schema.map((not) => ({ not })),
      fc.tuple(schema, schema).map((anyOf) => ({ anyOf })),
      fc.tuple(schema, schema).map((allOf) => ({ allOf })),
      fc.tuple(schema, schema).map((oneOf) => ({ oneOf })),
      fc
        .tuple(schema, schema, schema)
        .map(([test, then, otherwise]) => ({ if: test, then, else: otherwise })),
    ),
  };
});
const { document: anyDocument } = fc.letrec<{ document: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.integer({ min: 0, max: 2 }),
    fc.array(tie('document'), { maxLength: 3 }),
    fc.record({ a: tie('document') }),
  ),
}));

it('no error comes from inside a `contains` that holds: whatever does, comes with that of its list', () => {
  let inside = 0;
  fc.assert(
    fc.property(anySchema, anyDocument, (schema, document) => {
      const { check } = policyOf({ require: schema }).require;
      check(document);
      const errors = check.errors ?? [];
      for (const { schemaPath, instancePath } of errors) {
        for (const { index } of schemaPath.matchAll(/\/contains\//g)) {
          inside += 1;
          const list = schemaPath.slice(0, index + '/contains'.length);
          const told = errors.filter(
            (error) =>
              error.keyword === 'contains' &&
              error.schemaPath === list &&
              instancePath.startsWith(`${error.instancePath}/`),
          );
          expect(told, `${schemaPath} at ${instancePath}`).not.toEqual([]);
        }
      }
    }),
    { numRuns: 2_000 },
  );
  expect(inside).toBeGreaterThan(100);
});
