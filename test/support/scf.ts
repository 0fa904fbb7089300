/** Small functions, deployed to the simulator with Tencent's client. */
import { strToU8, zipSync } from 'fflate';
import type { Simulator } from '../../simulator/simulator.ts';
import { scfClient, type ClientOptions } from './sim-client.ts';

/** Base64. @param files by path; a text alone is `index.js` */
export function zipOf(files: string | Readonly<Record<string, string | Uint8Array>>): string {
  const named = typeof files === 'string' ? { 'index.js': files } : files;
  const bytes = Object.entries(named).map(([path, content]): [string, Uint8Array] => [
    path,
    typeof content === 'string' ? strToU8(content) : content,
  ]);
  return Buffer.from(zipSync(Object.fromEntries(bytes))).toString('base64');
}

export interface Deployed {
  readonly FunctionName?: string;
  readonly Role?: string;
  readonly MemorySize?: number;
  readonly Timeout?: number;
  readonly Handler?: string;
  readonly Environment?: { readonly Variables: { Key: string; Value: string }[] };
}

/** Makes the function `audit` and waits until it may be used. */
export async function deploy(
  simulator: Simulator,
  code: string | Readonly<Record<string, string>>,
  { Environment, ...config }: Deployed = {},
  options: ClientOptions = {},
) {
  const client = scfClient(simulator, options);
  const name = config.FunctionName ?? 'audit';
  await client.CreateFunction({
    FunctionName: name,
    Runtime: 'Nodejs18.15',
    ...config,
    ...(Environment !== undefined && { Environment }),
    Code: { ZipFile: zipOf(code) },
  });
  await activeAgain(simulator, name, options);
  return client;
}

/** Asks until the last change is done. */
export async function activeAgain(simulator: Simulator, name = 'audit', options?: ClientOptions) {
  const client = scfClient(simulator, options);
  for (;;) {
    const { Status } = await client.GetFunction({ FunctionName: name });
    if (Status === 'Active') return;
  }
}
