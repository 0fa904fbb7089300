import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { AuditError, invalid, messageOf } from '../../shared/errors.ts';
import type { TargetReport, Waiver, WaiverState } from '../../shared/model.ts';
import { parseWaivers } from '../../shared/policy/parse.ts';
import {
  appendWaiver,
  draftKeys,
  draftProblem,
  waiverOf,
  type DraftContext,
  type DraftKey,
  type WaiverDraft,
} from '../../shared/policy/waiver-draft.ts';
import { spanOf, waiverStandings, type WaiverStanding } from '../../shared/policy/waivers.ts';
import { plainLine } from '../../shared/text.ts';
import { ask, canAsk, type Question } from '../ask.ts';
import { openEvidenceOption } from '../evidence.ts';
import { countOf, paint, print, printJson, table, talk, type ExitCode, type Io } from '../io.ts';
import { latestRun } from '../latest-run.ts';
import { readLibrary, shippedFolder } from '../library.ts';
import { evidenceOption, jsonOption, policiesOption, type AddCommand } from '../options.ts';

type AddOptions = Partial<WaiverDraft> & { readonly policies?: string; readonly json: boolean };

interface ListOptions {
  readonly policies?: string;
  readonly evidence?: string;
  readonly check: boolean;
  readonly json: boolean;
}

export const addWaiver: AddCommand = (program, choose) => {
  const waiver = program.command('waiver').description('approved departures from policies');
  waiver
    .command('add')
    .description('write a waiver to waivers.json; what is not given is asked for')
    .option('--policy <id>', 'the policy to waive')
    .option('--targets <list>', 'uins, alias:<name>, tag:<name>, by commas; or * for all accounts')
    .option('--reason <text>', 'why it is acceptable, for an auditor')
    .option('--approved-by <who>', 'who approved it, by role or name')
    .option('--until <date>', 'its last day, or an instant, in UTC: at most a year from its start')
    .option('--from <date>', 'its first day, or an instant, in UTC (default: today)')
    .option('--ticket <ref>', 'where it was approved')
    .option(...policiesOption)
    .option(...jsonOption)
    .action((options: AddOptions) => {
      choose((io) => add(io, options));
    });
  waiver
    .command('list')
    .description('where each waiver stands: active, pending, ending, ended or useless')
    .option(...policiesOption)
    .option(...evidenceOption)
    .option('--check', 'exit with 1 where one is ending, ended or useless', false)
    .option(...jsonOption)
    .action((options: ListOptions) => {
      choose((io) => list(io, options));
    });
};

const optionOf: Readonly<Record<DraftKey, string>> = {
  policy: '--policy',
  targets: '--targets',
  reason: '--reason',
  approvedBy: '--approved-by',
  from: '--from',
  until: '--until',
  ticket: '--ticket',
};

async function add(io: Io, options: AddOptions): Promise<ExitCode> {
  const folder = options.policies ?? shippedFolder();
  const { policies, waivers } = readLibrary(options.policies);
  const context: DraftContext = {
    policyIds: policies.map(({ policy }) => policy.id),
    waivers,
    nowMs: Date.now(),
  };
  const made = waiverOf(await draftFrom(io, options, context), context);
  if (!made.ok) {
    const problems = made.problems.map(({ where, what }) => ({ where: optionOf[where], what }));
    throw invalid('CONFIG_INVALID', 'The waiver is not valid', problems);
  }
  const file = appendTo(join(folder, 'waivers.json'), made.value);
  if (options.json) printJson(io, { file, waiver: made.value });
  else {
    const { id, policy, targets, until } = made.value;
    print(io, `${id}: ${policy} is waived on ${targets.join(', ')} until ${until} (${file})`);
    talk(io, 'The function judges by the waivers it was built with: build and deploy it again.');
  }
  return 0;
}

/** What the options say; at a terminal, the rest is asked for. */
async function draftFrom(io: Io, options: AddOptions, context: DraftContext): Promise<WaiverDraft> {
  let draft = givenBy(options);
  const isWhole = draftKeys.every((key) => options[key] !== undefined || isOptional(key));
  if (isWhole || !canAsk(io)) return draft;
  for (const key of draftKeys) {
    if (options[key] !== undefined) continue;
    const answer = await ask(io, questionOf(key, draft, context));
    draft = { ...draft, [key]: answer };
  }
  return draft;
}

function givenBy(options: AddOptions): WaiverDraft {
  const { policy = '', targets = '', reason = '', approvedBy = '' } = options;
  const { from = '', until = '', ticket = '' } = options;
  return { policy, targets, reason, approvedBy, from, until, ticket };
}

function isOptional(key: DraftKey): boolean {
  return key === 'from' || key === 'ticket';
}

function questionOf(key: DraftKey, draft: WaiverDraft, context: DraftContext): Question {
  if (key === 'policy')
    return { message: questions.policy, choices: context.policyIds.map((value) => ({ value })) };
  return {
    message: questions[key],
    ...(key === 'from' && { initial: new Date(context.nowMs).toISOString().slice(0, 10) }),
    problemOf: (answer) => draftProblem(key, { ...draft, [key]: answer }, context),
  };
}

const questions: Readonly<Record<DraftKey, string>> = {
  policy: 'Which policy?',
  targets: 'On which accounts (uins, alias:<name>, tag:<name>; * for all)?',
  reason: 'Why is it acceptable?',
  approvedBy: 'Who approved it?',
  from: 'From which day (UTC)?',
  until: 'Until which day (UTC, at most a year)?',
  ticket: 'Ticket, if there is one:',
};

/** @returns the file that was written */
function appendTo(path: string, waiver: Waiver): string {
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  // A link stays a link.
  const file = isThere ? realpathSync(path) : path;
  const before = isThere ? readFileSync(file, 'utf8') : '[]\n';
  const text = appendWaiver(before, waiver);
  const parsed = parseWaivers({ file: basename(file), text });
  if (!parsed.ok) throw invalid('POLICY_INVALID', 'The waiver is not valid', parsed.problems);
  try {
    replaceFile(file, text);
  } catch (error) {
    throw new AuditError('CONFIG_INVALID', `${file} cannot be written (${messageOf(error)}).`, {
      cause: error,
    });
  }
  return path;
}

/** Whoever reads it meanwhile reads the old file or the new one, never a part. */
function replaceFile(file: string, text: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644;
  const beside = join(dirname(file), `.${basename(file)}.${String(process.pid)}`);
  try {
    writeFileSync(beside, text, { mode, flag: 'wx' });
    const handle = openSync(beside, 'r+');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

async function list(io: Io, options: ListOptions): Promise<ExitCode> {
  const { waivers } = readLibrary(options.policies);
  const reports = await latestReports(io, options.evidence);
  const nowMs = Date.now();
  const standings = waiverStandings(waivers, reports, nowMs);
  if (options.json) {
    const rows = standings.map(({ waiver, state, unmatched }) => ({
      ...waiver,
      state: wordOf[state],
      ...(reports !== undefined && { unmatched }),
    }));
    printJson(io, { waivers: rows, evidence: reports !== undefined });
  } else printStandings(io, standings, nowMs, reports !== undefined);
  const isToLookAt = standings.some(({ state }) => state !== 'active' && state !== 'pending');
  return options.check && isToLookAt ? 1 : 0;
}

/**
 * What the latest run said; undefined where there is no log, which is fine where nobody named one.
 * @throws AuditError where one was named that has no run, or that cannot be read
 */
async function latestReports(
  io: Io,
  evidence: string | undefined,
): Promise<readonly TargetReport[] | undefined> {
  const { store, place } = await openEvidenceOption(io, evidence);
  const run = await latestRun(store);
  if (run === undefined && evidence !== undefined) {
    throw new AuditError('EVIDENCE_UNREADABLE', `There is no run in the evidence log of ${place}.`);
  }
  return run?.reports;
}

/** Evidence and notices write `unused`; a person who lists is told what to make of it. */
const wordOf: Readonly<Record<WaiverState, string>> = {
  active: 'active',
  pending: 'pending',
  ending: 'ending',
  ended: 'ended',
  unused: 'useless',
};

const colorOf = {
  active: 'waived',
  pending: 'skip',
  ending: 'error',
  ended: 'fail',
  unused: 'fail',
} as const;

function printStandings(
  io: Io,
  standings: readonly WaiverStanding[],
  nowMs: number,
  isCompared: boolean,
): void {
  const rows = standings.map(({ waiver, state }) => [
    paint(io, colorOf[state], wordOf[state].toUpperCase()),
    waiver.id,
    waiver.policy,
    plainLine(waiver.targets.join(', '), 60),
    timeOf(waiver, state, nowMs),
    plainLine(`${waiver.approvedBy}: ${waiver.reason}`, 80),
  ]);
  if (rows.length > 0) print(io, table(rows));
  for (const { waiver, unmatched } of standings) {
    if (unmatched.length > 0) {
      const names = plainLine(unmatched.join(', '), 200);
      print(io, `${waiver.id}: no account of the latest run is ${names}`);
    }
  }
  const counts = Object.entries(wordOf)
    .map(([state, word]) => ({ word, n: standings.filter((one) => one.state === state).length }))
    .filter(({ n }) => n > 0)
    .map(({ word, n }) => `${String(n)} ${word}`);
  print(io, [countOf(standings.length, 'waiver'), counts.join(', ')].filter(Boolean).join(': '));
  if (!isCompared)
    talk(io, 'There is no evidence log, so none is said to be useless: --evidence URL');
}

function timeOf(waiver: Waiver, state: WaiverState, nowMs: number): string {
  if (state === 'pending') return `from ${waiver.from}`;
  if (state === 'ended') return `until ${waiver.until}`;
  const days = Math.floor((spanOf(waiver).untilMs - nowMs) / 86_400_000);
  return `until ${waiver.until}, ${days === 0 ? 'less than a day' : countOf(days, 'day')} left`;
}
