/** ajv with the options of ours, compiling when it starts. */
import { Ajv2020 } from 'ajv/dist/2020.js';

import { byChecks, type Prepare } from '../side.ts';

export const prepare: Prepare = (read) => {
  const ajv = new Ajv2020({
    ...{ allErrors: true, messages: false, strictTypes: false, strictRequired: false },
  });
  return byChecks(
    read().map(({ source, when, require }) => ({
      source,
      when: when && ajv.compile(when),
      require: ajv.compile(require),
    })),
  );
};
