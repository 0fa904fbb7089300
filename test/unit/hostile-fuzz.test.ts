/** A short run of `npm run fuzz`: every parser of what comes from outside, on inputs near good ones. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { pollution, properties } from '../fuzz/targets.ts';

it.each(Object.entries(properties))(
  'law: no %s makes its reader throw',
  async (_name, property) => {
    await fc.assert(property, { numRuns: 300 });
    expect(pollution()).toEqual([]);
  },
);
