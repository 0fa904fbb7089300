/** Hands out the code of functions, where GetFunctionAddress says. */
import type { Answer, Incoming } from '../../http.ts';
import type { Functions } from './function.ts';

const folder = '/_simulator/code/';

export function codePathOf(sha256: string): string {
  return `${folder}${sha256}.zip`;
}

/** @returns undefined where something else is asked for */
export function codeReply({ method, path }: Incoming, { all }: Functions): Answer | undefined {
  if (method !== 'GET' || !path.startsWith(folder)) return undefined;
  const owner = all().find(({ code }) => codePathOf(code.sha256) === path);
  const headers = { 'content-type': 'application/zip' };
  return owner && { kind: 'answer', status: 200, headers, body: owner.code.zip };
}
