import type { Problem } from './model.ts';

export type AuditErrorCode =
  | 'CONFIG_INVALID'
  | 'POLICY_INVALID'
  | 'EVENT_INVALID'
  | 'CLOUD_FAILED'
  | 'EVIDENCE_UNREADABLE'
  | 'EVIDENCE_UNWRITABLE'
  | 'EVIDENCE_BROKEN'
  | 'NOTICE_UNDELIVERED';

/**
 * The world failed, or an input is wrong, in a way that a person must hear of. The message names the
 * thing, the value and the next step, and holds no secret: it is shown in logs and terminals.
 */
export class AuditError extends Error {
  override readonly name = 'AuditError' as const;
  readonly code: AuditErrorCode;

  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The cloud answered no, or nothing that can be read as settings. Becomes an `error` observation. */
export class CloudError extends AuditError {
  /** The API's error code, or one of ours for an answer without one: `Timeout`, `BadAnswer`, … */
  readonly apiCode: string;

  constructor(apiCode: string, message: string, options?: ErrorOptions) {
    super('CLOUD_FAILED', message, options);
    this.apiCode = apiCode;
  }
}

/** Bad configuration, policies or arguments: one line for each problem, all of them at once. */
export function invalid(
  code: 'CONFIG_INVALID' | 'POLICY_INVALID' | 'EVENT_INVALID',
  title: string,
  problems: readonly Problem[],
): AuditError {
  return new AuditError(code, [`${title}:`, ...problemLines(problems, '  ')].join('\n'));
}

/** For people: each problem on a line, its place with it, and the line of the file below. */
export function problemLines(problems: readonly Problem[], indent = ''): readonly string[] {
  const width = Math.min(32, Math.max(0, ...problems.map((problem) => placeOf(problem).length)));
  return problems.flatMap((problem) => [
    `${indent}${placeOf(problem).padEnd(width)}  ${problem.what}`,
    ...(problem.excerpt?.split('\n').map((line) => `${indent}    ${line}`) ?? []),
  ]);
}

/** `image-scan/a.json:4:3`, as terminals and editors make a link of it. */
function placeOf({ where, line, column }: Problem): string {
  const place = line === undefined || column === undefined ? [] : [String(line), String(column)];
  return [where, ...place].join(':');
}

/** For the branch that cannot be: the compiler proves it, this says so at run time. */
export function assertNever(value: never): never {
  throw new Error(`Not a case we know: ${JSON.stringify(value)}`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
