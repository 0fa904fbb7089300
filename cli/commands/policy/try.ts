import { readFileSync } from 'node:fs';

import { isTimezone } from '../../../shared/config.ts';
import { assertNever, invalid, messageOf } from '../../../shared/errors.ts';
import { isObject, own } from '../../../shared/json.ts';
import type {
  Finding,
  Json,
  JsonObject,
  Observation,
  Problem,
  Source,
} from '../../../shared/model.ts';
import {
  explain,
  type Explanation,
  type Reading,
  type Step,
} from '../../../shared/policy/explain.ts';
import { isWrapped, readJson } from '../../../shared/policy/parse.ts';
import { interpret } from '../../../shared/settings/observe.ts';
import { plainLine } from '../../../shared/text.ts';
import { paint, print, printJson, table, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary } from '../../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../../options.ts';
import { exampleTimezone, policyOf, sourceOf } from './library.ts';

interface TryOptions {
  readonly policies?: string;
  readonly settings: string;
  readonly observedAt?: string;
  readonly json: boolean;
}

export const addTry: AddCommand = (program, choose) => {
  program
    .command('try')
    .description('judge settings from a file by one policy, and say how it came to its verdict')
    .argument('<id>', 'the policy')
    .requiredOption(
      '--settings <file>',
      "an answer of the policy's action as JSON, with or without its Response; - reads standard input",
    )
    .option(
      '--observed-at <time>',
      'when it was read, in UTC: 2026-11-24T02:00:00Z; now if left out',
    )
    .option(...policiesOption)
    .option(...jsonOption)
    .action((id: string, options: TryOptions) => {
      choose((io) => tryPolicy(io, id, options));
    });
};

function tryPolicy(io: Io, id: string, options: TryOptions): ExitCode {
  const library = loadLibrary(options.policies);
  const compiled = policyOf(library, id);
  const source = sourceOf(compiled);
  const input = inputOf(io, options);
  const observation = observationOf(source, input);
  const explanation = explain(compiled, source, observation);
  const waivers = library.waivers.filter(({ policy }) => policy === id).map((waiver) => waiver.id);
  if (options.json) {
    const { observedAt } = observation;
    printJson(io, { policyId: id, source: source.id, observedAt, ...explanation, waivers });
  } else printExplanation(io, explanation, observation, waivers);
  return exitCodeOf(explanation.finding);
}

interface Input {
  readonly answer: JsonObject;
  readonly observedAtMs: number;
  readonly timezone: string;
}

/** @throws AuditError CONFIG_INVALID with every problem */
function inputOf(io: Io, { settings, observedAt }: TryOptions): Input {
  const problems: Problem[] = [];
  const file = fileOf(settings, problems);
  const text = observedAt ?? file?.observedAt;
  const observedAtMs = text === undefined ? Date.now() : instantOf(text);
  if (Number.isNaN(observedAtMs)) {
    const what = `is "${plainLine(text ?? '', 40)}": give a time in UTC such as 2026-11-24T02:00:00Z`;
    problems.push({ where: '--observed-at', what });
  }
  const timezone = io.env['AUDIT_TIMEZONE'] ?? exampleTimezone;
  if (!isTimezone(timezone)) {
    const what = `is "${plainLine(timezone, 40)}": give an IANA zone such as Asia/Shanghai`;
    problems.push({ where: 'AUDIT_TIMEZONE', what });
  }
  if (problems.length > 0 || file === undefined) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
  }
  return { answer: file.answer, observedAtMs, timezone };
}

/** An answer of the API, the whole reply around it, or an example. */
function fileOf(
  settings: string,
  problems: Problem[],
): { readonly answer: JsonObject; readonly observedAt?: string } | undefined {
  const where = settings === '-' ? 'standard input' : settings;
  const refuse = (what: string): { readonly answer: JsonObject } | undefined => {
    problems.push({ where, what });
    return undefined;
  };
  let text: string;
  try {
    text = readFileSync(settings === '-' ? 0 : settings, 'utf8');
  } catch (error) {
    return refuse(`cannot be read (${messageOf(error)})`);
  }
  // Windows' own tools write one.
  const json = readJson({ file: where, text: text.replace(/^\ufeff/, '') });
  if (!json.ok) {
    problems.push(...json.problems);
    return undefined;
  }
  const { value } = json.value;
  if (!isObject(value)) {
    return refuse("is no answer of the API: it must be an object, or hold one in 'Response'");
  }
  const response = own(value, 'Response');
  if (isObject(response)) return { answer: response };
  const example = isWrapped(value) ? own(value, 'settings') : undefined;
  if (!isObject(example)) return { answer: value };
  const observedAt = own(value, 'observedAt');
  return { answer: example, ...(typeof observedAt === 'string' && { observedAt }) };
}

function instantOf(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/.test(text)
    ? Date.parse(text)
    : NaN;
  const isReal = Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 10));
  return isReal ? ms : NaN;
}

function observationOf(source: Source, { answer, observedAtMs, timezone }: Input): Observation {
  const error = own(answer, 'Error');
  if (!isObject(error)) return interpret(source, answer, observedAtMs, timezone);
  const [code, message] = [own(error, 'Code'), own(error, 'Message')];
  return {
    source: source.id,
    observedAt: new Date(observedAtMs).toISOString(),
    error: {
      code: typeof code === 'string' ? plainLine(code) : 'BadAnswer',
      message:
        typeof message === 'string' ? plainLine(message) : 'the API refused and gave no reason',
    },
  };
}

function printExplanation(
  io: Io,
  { finding, steps }: Explanation,
  observation: Observation,
  waivers: readonly string[],
): void {
  print(io, `${paint(io, finding.status, finding.status.toUpperCase())}  ${finding.policyId}`);
  for (const line of reasonsOf(finding)) print(io, `  ${line}`);
  for (const step of steps) printStep(io, step);
  if (!('error' in observation) && observation.drift !== undefined) {
    print(io);
    print(io, 'Not as documented');
    const rows = observation.drift.map(({ pointer, kind }) => [plainLine(pointer), kind]);
    print(io, indented(table(rows)));
  }
  print(io);
  print(io, `Read at ${observation.observedAt}.`);
  if (waivers.length > 0) {
    print(io, `Waivers are not looked at here; of this policy there are ${waivers.join(', ')}.`);
  }
}

function reasonsOf(finding: Finding): readonly string[] {
  switch (finding.status) {
    case 'pass':
      return [];
    case 'fail':
    case 'waived':
      return finding.violations.map(({ message }) => plainLine(message));
    case 'skip':
    case 'error':
      return [plainLine(finding.reason, 600)];
    default:
      return assertNever(finding);
  }
}

const outcomes = {
  when: {
    holds: 'matches: the policy applies',
    'does not hold': 'does not match: the policy does not apply',
    'not asked': 'was not asked',
  },
  require: {
    holds: 'holds',
    'does not hold': 'does not hold',
    'not asked': 'was not asked',
  },
} as const satisfies Record<Step['schema'], Record<Step['outcome'], string>>;

function printStep(io: Io, { schema, reads, facts, outcome, failed }: Step): void {
  print(io);
  print(io, `"${schema}" ${outcomes[schema][outcome]}`);
  const keywordsAt = (pointer: string) => {
    const keywords = failed
      .filter((each) => each.pointer === pointer)
      .map(({ keyword }) => keyword);
    return keywords.length === 0 ? '' : `fails "${[...new Set(keywords)].join('", "')}"`;
  };
  const rows = [
    ...reads.map((reading) => [
      plainLine(reading.pointer),
      shown(reading),
      keywordsAt(reading.pointer),
    ]),
    ...facts.map(({ fact, value, from }) => [
      `/facts/${fact}`,
      shown({ pointer: '', ...(value !== undefined && { value }) }),
      [
        `from ${from.map((input) => `${input.pointer.slice(1)} ${shown(input)}`).join(', ')}`,
        keywordsAt(`/facts/${fact}`),
      ]
        .filter((part) => part !== '')
        .join('; '),
    ]),
  ];
  if (rows.length > 0) print(io, indented(table(rows)));
  const seen = new Set(rows.map(([pointer]) => pointer));
  const elsewhere = failed.filter(({ pointer }) => !seen.has(plainLine(pointer)));
  for (const { pointer, keyword } of elsewhere) {
    print(io, `  "${keyword}" fails at ${pointer === '' ? 'the settings' : plainLine(pointer)}`);
  }
}

function shown({ value, type }: Reading): string {
  if (value === undefined) return 'missing';
  const text = plainLine(JSON.stringify(value satisfies Json), 80);
  return value === null && type !== undefined ? `null, documented as ${type}` : text;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

function exitCodeOf({ status }: Finding): ExitCode {
  switch (status) {
    case 'pass':
    case 'skip':
      return 0;
    case 'fail':
    case 'waived':
      return 1;
    case 'error':
      return 3;
    default:
      return assertNever(status);
  }
}
