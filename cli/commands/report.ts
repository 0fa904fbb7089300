import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { AuditError, invalid } from '../../shared/errors.ts';
import { readRuns, type RunsSpan } from '../../shared/evidence/runs.ts';
import type { TrustedKey } from '../../shared/evidence/sign.ts';
import { verifyLog, type Verification } from '../../shared/evidence/verify.ts';
import {
  locales,
  type Head,
  type Locale,
  type Problem,
  type SealedRun,
  type UnreadableRun,
} from '../../shared/model.ts';
import { aggregate } from '../../shared/report/html/aggregate.ts';
import type { EvidenceCheck, ReportData } from '../../shared/report/html/data.ts';
import { plainLine } from '../../shared/text.ts';
import { tool } from '../../shared/wire.ts';
import { openEvidence, parseEvidenceOption, type Evidence } from '../evidence.ts';
import { countOf, paint, print, type ExitCode, type Io } from '../io.ts';
import { loadControls } from '../library.ts';
import { startProgress } from '../progress.ts';
import { ownReplay } from '../replay.ts';
import { evidenceOption, type AddCommand } from '../options.ts';
import { headOption, parseHead, publicKeyOption, readPublicKey, replayOption } from '../trust.ts';
import { writeWhole } from '../write-whole.ts';

interface ReportOptions {
  readonly out: string;
  readonly since?: string;
  readonly until?: string;
  readonly evidence?: string;
  readonly publicKey: readonly string[];
  readonly head?: string;
  readonly locale?: string;
  readonly replay: boolean;
}

export const addReport: AddCommand = (program, choose) => {
  program
    .command('report')
    .description('write the log as one HTML page, for people')
    .option('--out <file>', 'where to write it', 'report.html')
    .option('--since <day>', 'first day, in UTC: 2026-09-01; without it, from the first run on')
    .option('--until <day>', 'last day, in UTC; without it, up to the last run')
    .option(...evidenceOption)
    .option(...publicKeyOption)
    .option(...headOption)
    .option(...replayOption)
    .option('--locale <locale>', 'en or zh, instead of AUDIT_LOCALE')
    .action((options: ReportOptions) => {
      choose((io) => report(io, options));
    });
};

/** Made even where the log is broken: then it says so, loudly, and the exit code is 1. */
async function report(io: Io, options: ReportOptions): Promise<ExitCode> {
  const { evidence, publicKeys, knownHead, locale, span } = parseOptions(io, options);
  const store = await openEvidence(evidence);
  const verifying = startProgress(io, 'Verifying', 'records');
  const reading = startProgress(io, 'Reading', 'nights');
  let data: ReportData;
  try {
    const verification = await verifyLog(store, {
      publicKeys,
      ...(options.replay && { replay: ownReplay() }),
      ...(knownHead !== undefined && { knownHead }),
      onProgress: verifying.onProgress,
    });
    verifying.stop();
    if (verification.records === 0 && knownHead === undefined) {
      throw new AuditError(
        'EVIDENCE_UNREADABLE',
        `There is no evidence log in ${evidence.place}. Name it by --evidence.`,
      );
    }
    const nights = counted(readRuns(store, span), verification.runs, reading.onProgress);
    data = await aggregate(nights, {
      locale,
      tool,
      evidence: evidenceCheck(verification, publicKeys.length, knownHead),
      controls: loadControls(undefined),
      madeAtMs: Date.now(),
      ...(span.untilMs !== undefined && { untilMs: span.untilMs }),
    });
  } finally {
    verifying.stop();
    reading.stop();
  }
  const { renderPage } = await import('../../shared/report/html/page.tsx');
  const page = renderPage(data, { ...clientAssets(), hash: sha256Base64 });
  await writeWhole(options.out, [page]);
  printSummary(io, data, options.out);
  return data.evidence.faultCount > 0 ? 1 : 0;
}

interface Parsed {
  readonly evidence: Evidence;
  readonly publicKeys: readonly TrustedKey[];
  readonly knownHead?: Head;
  readonly locale: Locale;
  readonly span: RunsSpan;
}

/** @throws AuditError CONFIG_INVALID with every problem */
function parseOptions(io: Io, options: ReportOptions): Parsed {
  const problems: Problem[] = [];
  const evidence = parseEvidenceOption(io, options.evidence);
  if (!evidence.ok) problems.push(...evidence.problems);

  const publicKeys = options.publicKey.flatMap((file): readonly TrustedKey[] => {
    const key = readPublicKey(file);
    if (typeof key !== 'string') return [key];
    problems.push({ where: '--public-key', what: key });
    return [];
  });
  const knownHead = parseHead(options.head);
  if (knownHead !== undefined && 'where' in knownHead) problems.push(knownHead);
  const fromEnv = io.env['AUDIT_LOCALE']?.trim() ?? '';
  const named = options.locale ?? (fromEnv === '' ? 'en' : fromEnv);
  const locale = locales.find((candidate) => candidate === named);
  if (locale === undefined) {
    const where = options.locale === undefined ? 'AUDIT_LOCALE' : '--locale';
    problems.push({ where, what: `is "${plainLine(named)}": give ${locales.join(' or ')}` });
  }
  const sinceMs = dayMs('--since', options.since, problems);
  const untilMs = dayMs('--until', options.until, problems);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs > untilMs) {
    problems.push({ where: '--until', what: 'is before --since' });
  }
  const isHead = knownHead === undefined || 'seq' in knownHead;
  if (problems.length > 0 || !evidence.ok || locale === undefined || !isHead) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
  }
  return {
    evidence: evidence.value,
    publicKeys,
    ...(knownHead !== undefined && { knownHead }),
    locale,
    span: {
      ...(sinceMs !== undefined && { sinceMs }),
      // The whole of that day.
      ...(untilMs !== undefined && { untilMs: untilMs + 86_400_000 }),
    },
  };
}

/** Epoch milliseconds of the first moment of a day in UTC. */
function dayMs(where: string, text: string | undefined, problems: Problem[]): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // Date.parse takes 30 February for 2 March.
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return ms;
  problems.push({ where, what: `is "${plainLine(text)}": give a day such as 2026-09-01` });
  return undefined;
}

async function* counted(
  nights: AsyncIterable<SealedRun | UnreadableRun>,
  total: number,
  onProgress: (done: number, total: number) => void,
): AsyncGenerator<SealedRun | UnreadableRun> {
  let done = 0;
  for await (const night of nights) {
    done += 1;
    onProgress(done, Math.max(done, total));
    yield night;
  }
}

const maxFaults = 50;

function evidenceCheck(
  { records, runs, files, signed, head, faults: broken, unchecked, unfinished }: Verification,
  publicKeys: number,
  knownHead: Head | undefined,
): EvidenceCheck {
  // What could not be checked is not known to be whole.
  const faults = [
    ...broken,
    ...unchecked.map(({ key, message }) => ({ code: 'unchecked', key, message })),
  ];
  return {
    records,
    runs,
    files,
    signed,
    ...(head !== undefined && { head }),
    publicKeys,
    ...(knownHead !== undefined && { knownHead }),
    faultCount: faults.length,
    faults: faults.slice(0, maxFaults).map(({ code, key, message }) => ({ code, key, message })),
    unfinished: unfinished.length,
  };
}

/** Bundled beside the program by the build. */
function clientAssets(): { readonly script: string; readonly style: string } {
  const folder = join(import.meta.dirname, 'report');
  return {
    script: readFileSync(join(folder, 'main.js'), 'utf8'),
    style: readFileSync(join(folder, 'report.css'), 'utf8'),
  };
}

function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

const verdictWords = { pass: 'compliant', fail: 'not compliant', error: 'could not tell' } as const;

/** `report.html` and one line: `not compliant: 3 fail, 0 error of 12 · 41 nights · evidence intact, … · 212 kB` */
function printSummary(io: Io, data: ReportData, file: string): void {
  const { verdict, nights, last, evidence, unreadable } = data;
  const counts = nights[last]?.counts;
  const isBroken = evidence.faultCount > 0;
  const keys =
    evidence.publicKeys > 0
      ? `checked with ${countOf(evidence.publicKeys, 'key')}`
      : 'not verified with a key (give --public-key)';
  const parts = [
    paint(io, verdict.status, verdictWords[verdict.status]) +
      (counts === undefined
        ? ''
        : `: ${String(counts.fail)} fail, ${String(counts.error)} error, ${String(counts.waived)} waived`),
    countOf(nights.length, 'run'),
    ...(unreadable.length > 0 ? [`${String(unreadable.length)} unreadable`] : []),
    isBroken
      ? `evidence BROKEN, ${countOf(evidence.faultCount, 'fault')}, the first at ${plainLine(evidence.faults[0]?.key ?? '')}`
      : `evidence intact, ${keys}`,
    `${String(Math.ceil(statSync(file).size / 1000))} kB`,
  ];
  print(io, file);
  print(io, parts.join(' · '));
}
