/** Writes what is made from the table of sources. `npm run generate`; a test holds the files to it. */
import { readFile, writeFile } from 'node:fs/promises';

import { format, resolveConfig } from 'prettier';

import { isObject, parseJson } from './shared/json.ts';
import { withSources } from './shared/policy/schema.ts';
import { sourcesPage } from './shared/policy/sources-page.ts';
import { sources } from './shared/settings/sources.ts';

const schemaPath = 'policies/schema/policy.schema.json';

/** Every generated file's text, by its path. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const schema = parseJson(await readFile(schemaPath, 'utf8'));
  if (!isObject(schema)) throw new Error(`${schemaPath} holds no object`);
  return {
    [schemaPath]: await formatted(schemaPath, JSON.stringify(withSources(schema, sources))),
    'docs/sources.md': await formatted('docs/sources.md', sourcesPage(sources)),
  };
}

async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

if (process.argv[1]?.endsWith('generate.ts') === true) {
  for (const [path, text] of Object.entries(await generated())) await writeFile(path, text);
}
