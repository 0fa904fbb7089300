/** Which functions are meant, and what their descriptions and folders hold: every problem of all of them at once. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parse } from 'dotenv';

import type { Env } from '../../shared/config.ts';
import { invalid, messageOf } from '../../shared/errors.ts';
import { isObject, own, parseJson } from '../../shared/json.ts';
import type { Json, Problem } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';
import { parseDescription, type Description } from './description.ts';
import type { FunctionPlace } from './state.ts';

const usual = 'serverless.yml';
const beside = 'functions/watchdog/serverless.yml';

export interface Described {
  readonly descriptions: readonly Description[];
  /** The environment, with `.env` below it. */
  readonly env: Env;
}

/**
 * @param file the one that is meant; undefined: the audit's and, where there is one, the watchdog's
 * @throws AuditError CONFIG_INVALID with every problem
 */
export function readDescriptions(file: string | undefined, processEnv: Env): Described {
  const files = file === undefined ? [usual, ...(existsSync(beside) ? [beside] : [])] : [file];
  const env = withDotenv(files, processEnv);
  const problems: Problem[] = [];
  const descriptions = files.flatMap((one): readonly Description[] => {
    const text = textOf(one, problems);
    if (text === undefined) return [];
    const parsed = parseDescription(one, text, env);
    if (parsed.ok) return [parsed.value];
    problems.push(...parsed.problems);
    return [];
  });
  problems.push(...doubles(descriptions), ...unwatched(descriptions));
  if (problems.length > 0) {
    throw invalid('CONFIG_INVALID', 'The description is not valid', problems);
  }
  return { descriptions, env };
}

/** What is set in the shell wins, as for Tencent's tool; then what lies beside the file. */
function withDotenv(files: readonly string[], processEnv: Env): Env {
  const folders = [...new Set(['.', ...files.map((file) => dirname(file))])];
  const read = folders
    .map((folder) => join(folder, '.env'))
    .filter((path) => existsSync(path))
    .map((path): Env => parse(readFileSync(path)));
  return [...read, processEnv].reduce((all, env) => ({ ...all, ...env }), {});
}

function textOf(file: string, problems: Problem[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const what =
      file === usual
        ? 'is not in this folder: run this where the project lies, or name a description by --file'
        : `cannot be read (${messageOf(error)})`;
    problems.push({ where: file, what });
    return undefined;
  }
}

function doubles(descriptions: readonly Description[]): readonly Problem[] {
  return descriptions.flatMap((one, index) => {
    const first = descriptions.slice(0, index).find((other) => placeOf(other) === placeOf(one));
    if (first === undefined) return [];
    const what = `describes ${one.name}, as ${first.file} does: give each function a name of its own`;
    return [{ where: one.file, what }];
  });
}

/** A watchdog that waits for another night than the audit's would bark, or sleep. */
function unwatched(descriptions: readonly Description[]): readonly Problem[] {
  return descriptions.flatMap(({ file: where, timers = [] }) =>
    timers.flatMap(({ name, argument = '' }): readonly Problem[] => {
      const watched = watchedBy(argument);
      if (watched === undefined) return [];
      const audits = descriptions.flatMap((other) =>
        (other.timers ?? []).map((timer) => ({ ...timer, file: other.file })),
      );
      const audit = audits.find((timer) => timer.name === watched.trigger);
      if (audit === undefined || audit.cron === watched.cron) return [];
      const what = `has timer ${name}, which waits for ${audit.name} by "${plainLine(watched.cron, 60)}", and ${audit.file} fires it by "${audit.cron}": give the same in both`;
      return [{ where, what }];
    }),
  );
}

function watchedBy(argument: string): { trigger: string; cron: string } | undefined {
  let parsed: Json;
  try {
    parsed = parseJson(argument);
  } catch {
    return undefined;
  }
  const watch = isObject(parsed) ? own(parsed, 'watch') : undefined;
  if (!isObject(watch)) return undefined;
  const [trigger, cron] = [own(watch, 'trigger'), own(watch, 'cron')];
  if (typeof trigger !== 'string' || typeof cron !== 'string') return undefined;
  return { trigger, cron: cron.trim().replace(/\s+/g, ' ') };
}

function placeOf({ region, namespace, name }: FunctionPlace): string {
  return [region, namespace, name].join('/');
}
