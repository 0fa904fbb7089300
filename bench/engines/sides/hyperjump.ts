/** @hyperjump/json-schema, which compiles to a form of its own and answers yes or no only. */
import { registerSchema, validate, type SchemaObject } from '@hyperjump/json-schema/draft-2020-12';

import type { JsonObject } from '../../../shared/model.ts';
import { byChecks, type Checks, type Prepare } from '../side.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

export const prepare: Prepare = async (read) => {
  const all: Checks[] = [];
  for (const { id, source, when, require } of read()) {
    all.push({
      source,
      when: when && (await checkOf(when, `${id}/when`)),
      require: await checkOf(require, `${id}/require`),
    });
  }
  return byChecks(all);
};

async function checkOf(schema: JsonObject, name: string) {
  const uri = `https://policies.example/${name}`;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the same JSON, but its lists may be changed
  registerSchema(schema as SchemaObject, uri, dialect);
  const isValid = await validate(uri);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the same
  return (document: JsonObject) => isValid(document as SchemaObject).valid;
}
