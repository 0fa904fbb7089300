/** What a command may say, and to whom: results on stdout, talk on stderr. */
import Table from 'cli-table3';
import { createColors } from 'picocolors';
import yoctoSpinner from 'yocto-spinner';

import type { Env } from '../shared/config.ts';
import type { Status } from '../shared/model.ts';

/**
 * 0 asked and fine · 1 a fail finding, or a broken log · 2 bad arguments, configuration or policy ·
 * 3 could not tell. 3 wins over 1.
 */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Io {
  readonly env: Env;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Whether stdout is a terminal that wants colours. */
  readonly isColored: boolean;
}

export function processIo(): Io {
  const { env, stdin, stdout, stderr } = process;
  const isColored = stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return { env, stdin, stdout, stderr, isColored };
}

export function print(io: Pick<Io, 'stdout'>, text = ''): void {
  io.stdout.write(`${text}\n`);
}

export function printJson(io: Io, value: unknown): void {
  print(io, jsonText(value));
}

/** JSON with what could steer a terminal written as escapes. */
export function jsonText(value: unknown): string {
  const steering = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  const escape = (character: string) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2).replace(steering, escape);
}

/** `1 record`, `2 records`. */
export function countOf(n: number, one: string, many = `${one}s`): string {
  return `${String(n)} ${n === 1 ? one : many}`;
}

export function talk(io: Io, text: string): void {
  io.stderr.write(`${text}\n`);
}

const statusColors = {
  pass: 'green',
  fail: 'red',
  waived: 'cyan',
  error: 'yellow',
  skip: 'gray',
} as const satisfies Record<Status, string>;

export function paint(io: Io, status: Status, text: string): string {
  return createColors(io.isColored)[statusColors[status]](text);
}

/** Columns without lines: what people can read and `cut` can split. */
export function table(rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    chars: Object.fromEntries(borders.map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows)
    drawn.push(row.map((cell, at) => (at < row.length - 1 ? `${cell}  ` : cell)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const borders = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
  ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
] as const;

const patienceMs = 1_000;

/** Says on stderr what takes so long, once it takes longer than a second. */
export async function withProgress<T>(io: Io, text: string, work: Promise<T>): Promise<T> {
  if (io.stderr.isTTY !== true) return work;
  const spinner = yoctoSpinner({ text, stream: process.stderr });
  const timer = setTimeout(() => spinner.start(), patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (spinner.isSpinning) spinner.stop();
  }
}
