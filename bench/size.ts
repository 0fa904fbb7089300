/** What is deployed, as the zip that is uploaded: `npm run bench size`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { zipSync } from 'fflate';

import { packFolder } from '../cli/deploy/package.ts';
import { commandOf, type Bench } from './support/bench.ts';
import { newTable } from './support/figures.ts';

interface Size {
  readonly zipKb: number;
  readonly files: readonly {
    readonly name: string;
    readonly kb: number;
    /** Of this file alone. */
    readonly zipKb: number;
  }[];
}

const folder = 'dist/audit';
const kb = (bytes: number) => bytes / 1000;

export const size: Bench<Size> = {
  measure: () => {
    const packed = packFolder(folder, []);
    if (!packed.ok) throw new Error(`${folder} ${packed.problems.map(({ what }) => what).join()}`);
    const files = packed.value.files.map((name) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      const zip = zipSync({ [name]: bytes }, { level: 9 });
      return { name, kb: kb(bytes.length), zipKb: kb(zip.length) };
    });
    return Promise.resolve({ zipKb: kb(packed.value.zip.length), files });
  },

  show: ({ zipKb, files }) => {
    const table = newTable(['size', 'file', 'in the zip']);
    for (const file of files) {
      table.push([file.name, `${file.kb.toFixed(1)} kB`, `${file.zipKb.toFixed(1)} kB`]);
    }
    table.push(['the zip', '', `${zipKb.toFixed(1)} kB`]);
    return table.toString();
  },

  budgets: ({ zipKb }) => [
    {
      ...{ what: 'zip of the audit function', figure: zipKb, unit: 'kB' },
      budget: { atMost: 250 },
    },
  ],
};

export const run = commandOf(size);
