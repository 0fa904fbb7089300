/** @cfworker/json-schema, which walks the schema each time and ends at the first error. */
import { Validator } from '@cfworker/json-schema';

import type { JsonObject } from '../../../shared/model.ts';
import { byChecks, type Prepare } from '../side.ts';

export const prepare: Prepare = (read) =>
  byChecks(
    read().map(({ source, when, require }) => ({
      source,
      when: when && checkOf(when),
      require: checkOf(require),
    })),
  );

function checkOf(schema: JsonObject) {
  const validator = new Validator(schema, '2020-12');
  return (document: JsonObject) => validator.validate(document).valid;
}
