/** Small programs that stand beside the function, each in a process of its own. */
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

import { benchFolder } from './patched.ts';

/** As plain JavaScript that takes its packages from where npm put them, as one would deploy it unbundled. */
export async function builtProgram(name: 'client' | 'naive' | 'nothing'): Promise<string> {
  const outfile = resolve(benchFolder, `${name}.js`);
  await build({
    entryPoints: [join(import.meta.dirname, '..', 'programs', `${name}.ts`)],
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs', packages: 'external' },
    ...{ target: 'node18', logLevel: 'warning' },
  });
  return outfile;
}
