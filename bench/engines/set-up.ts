/** An engine as one file, as it would be deployed, and what it takes a new process until it can judge. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';

import { common } from '../../build.ts';
import { benchFolder } from '../support/patched.ts';
import type { Prepare, Rule } from './side.ts';

export type EngineName = 'ours' | 'ajv' | 'cfworker' | 'hyperjump' | 'json-rules-engine';

const timer = `
  const { readFileSync } = require('node:fs');
  const [module, policies] = process.argv.slice(1);
  const start = process.cpuUsage();
  const { prepare } = require(module);
  Promise.resolve(prepare(() => JSON.parse(readFileSync(policies, 'utf8')))).then(() => {
    const { user, system } = process.cpuUsage(start);
    process.stdout.write(String((user + system) / 1000));
  });
`;

/** @returns where it lies */
export async function builtSide(name: EngineName): Promise<string> {
  const outfile = resolve(benchFolder, 'engines', `${name}.js`);
  await build({
    ...common,
    // The stand-ins are for what the function needs, and the engines need other things.
    plugins: name === 'ours' ? common.plugins : [],
    entryPoints: [join(import.meta.dirname, 'sides', `${name}.ts`)],
    outfile,
  });
  return outfile;
}

export function writePolicies(rules: readonly Rule[]): string {
  const path = resolve(benchFolder, 'engines', 'policies.json');
  mkdirSync(resolve(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(rules));
  return path;
}

/** CPU time from before its file is read until every policy is ready, in a process of its own. */
export async function setUpMs(module: string, policies: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', timer, module, policies]);
  const ms = Number(stdout);
  if (!(ms > 0)) throw new Error(`${module} did not say how long it took`);
  return ms;
}

export function loadSide(module: string): { readonly prepare: Prepare } {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what sides/*.ts export
  return createRequire(import.meta.url)(module) as { readonly prepare: Prepare };
}
