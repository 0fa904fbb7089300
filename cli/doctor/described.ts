/** What serverless.yml says of a function, where there is one. */
import { existsSync } from 'node:fs';

import type { Env } from '../../shared/config.ts';
import { AuditError } from '../../shared/errors.ts';
import type { Description } from '../deploy/description.ts';
import { readDescriptions } from '../deploy/files.ts';
import { countOf } from '../io.ts';
import { skip, warn, type Verdict } from './verdict.ts';

export type Described =
  | {
      readonly ok: true;
      readonly value: Description;
      /** The environment, with the file `.env` below it. */
      readonly env: Env;
    }
  /** Nothing is deployed from here, or nobody can tell what. */
  | { readonly ok: false; readonly verdict: Verdict };

export function readDescribed(file: string, processEnv: Env): Described {
  if (!existsSync(file)) {
    const what = `there is no ${file} here, so what is deployed is not known`;
    return { ok: false, verdict: skip(what, 'give --file, or run it in the folder that deploys') };
  }
  try {
    const { descriptions, env } = readDescriptions(file, processEnv);
    const [value] = descriptions;
    if (value === undefined) throw new Error(`${file} was read, and describes nothing`);
    return { ok: true, value, env };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { ok: false, verdict: undescribed(file, error) };
  }
}

/** A description whose variables are not set here is one of somebody else's deployment: no fault yet. */
function undescribed(file: string, { message }: AuditError): Verdict {
  // A title, then each problem on a line of its own, with what belongs to it below.
  const [first = '', ...rest] = message
    .split('\n')
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => line.trim().replace(/ {2,}/, ' '));
  const others = rest.length === 0 ? '' : `, and ${countOf(rest.length, 'problem')} more`;
  return warn(
    `${file} does not tell what is deployed: ${first}${others}`,
    'set what it refers to; tcss-audit deploy --plan names every problem',
  );
}
