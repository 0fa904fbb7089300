import { relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Option } from 'commander';

import { AuditError, assertNever, invalid } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { readPolicies } from '../../shared/evidence/run-files.ts';
import { readRuns, runBefore, sealedRunOf } from '../../shared/evidence/runs.ts';
import { fingerprintOf } from '../../shared/evidence/seal.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import type { Problem, SealedRun, UnreadableRun } from '../../shared/model.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import type { RunBefore } from '../../shared/report/ocsf.ts';
import { openEvidence, parseEvidenceOption, type Evidence } from '../evidence.ts';
import { countOf, talk, withProgress, type ExitCode, type Io } from '../io.ts';
import { loadControls } from '../library.ts';
import { evidenceOption, type AddCommand } from '../options.ts';
import { isProblems, parseSpan, sinceOption, untilOption, type Span } from '../span.ts';
import { writeWhole } from '../write-whole.ts';

const formats = ['ocsf', 'oscal', 'csv', 'junit'] as const;
type Format = (typeof formats)[number];

interface ExportOptions {
  readonly format: Format;
  readonly since?: string;
  readonly until?: string;
  readonly evidence?: string;
  readonly out?: string;
  readonly attest: boolean;
  readonly bom: boolean;
}

export const addExport: AddCommand = (program, choose) => {
  program
    .command('export')
    .description(
      'the log in a format of other tools; without --since all nights, of junit the last',
    )
    .addOption(
      new Option('--format <format>', 'what to write').choices(formats).makeOptionMandatory(),
    )
    .option(...sinceOption)
    .option(...untilOption)
    .option(...evidenceOption)
    .option('--out <file>', 'a file to write, or to replace, instead of stdout')
    .option('--attest', 'ocsf: chain the events by attestations (record_integrity)', false)
    .option('--no-bom', 'csv: without the byte order mark that Excel needs')
    .action((options: ExportOptions) => {
      choose((io) => exportLog(io, options));
    });
};

async function exportLog(io: Io, options: ExportOptions): Promise<ExitCode> {
  const { evidence, span } = parseOptions(io, options);
  const store = await openEvidence(evidence);
  const nights = counted(
    span === undefined && options.format === 'junit' ? lastNight(store) : nightsOf(store, span),
  );
  // Before anything is written: a span without a run is no export, and must not look like a clean one.
  const first = await nights.next();
  if (first.done === true) {
    throw new AuditError(
      'EVIDENCE_UNREADABLE',
      `There is no run to export in ${evidence.place}. Name the log by --evidence, and its nights by --since and --until.`,
    );
  }
  const chunks = await chunksOf(store, options, first.value, nights);
  if (options.out === undefined) {
    await pipeline(Readable.from(chunks), io.stdout, { end: false });
  } else {
    await withProgress(io, 'Exporting', writeWhole(options.out, chunks));
    talk(io, `${countOf(nights.count(), 'run')} written to ${options.out}`);
  }
  return 0;
}

/** @throws AuditError CONFIG_INVALID with every problem */
function parseOptions(
  io: Io,
  options: ExportOptions,
): { readonly evidence: Evidence; readonly span: Span | undefined } {
  const { format, out, attest, bom } = options;
  const problems: Problem[] = [];
  const evidence = parseEvidenceOption(io, options.evidence);
  if (!evidence.ok) problems.push(...evidence.problems);
  const span = parseSpan(options);
  if (isProblems(span)) problems.push(...span);
  if (attest && format !== 'ocsf') {
    problems.push({ where: '--attest', what: `is for --format ocsf, not ${format}` });
  }
  if (!bom && format !== 'csv') {
    problems.push({ where: '--no-bom', what: `is for --format csv, not ${format}` });
  }
  if (out !== undefined && evidence.ok && isInside(evidence.value, out)) {
    problems.push({ where: '--out', what: `${out} lies in the evidence: name a file elsewhere` });
  }
  if (problems.length > 0 || !evidence.ok || isProblems(span)) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
  }
  return { evidence: evidence.value, span };
}

function isInside({ location }: Evidence, file: string): boolean {
  if (location.kind !== 'file') return false;
  const [first] = relative(resolve(location.path), resolve(file)).split(sep);
  return first !== '..';
}

// ---- The nights -------------------------------------------------------------------------------

/** @throws AuditError EVIDENCE_BROKEN at the first that cannot be read: an export leaves none out */
async function* nightsOf(store: EvidenceStore, span: Span | undefined): AsyncGenerator<SealedRun> {
  for await (const night of readRuns(store, span)) {
    if (night.kind === 'unreadable') throw unreadable(night);
    yield night;
  }
}

async function* lastNight(store: EvidenceStore): AsyncGenerator<SealedRun> {
  const head = await openLog(store, undefined).head();
  const record = head === undefined ? undefined : await runBefore(store, head.seq + 1);
  if (record === undefined) return;
  if (record.kind === 'unreadable') throw unreadable(record);
  yield await sealedRunOf(store, record);
}

function unreadable({ seq, message }: UnreadableRun): AuditError {
  return new AuditError(
    'EVIDENCE_BROKEN',
    `An export leaves no night out, and record ${String(seq)} cannot be read: ${message}`,
  );
}

type Nights = AsyncGenerator<SealedRun> & { readonly count: () => number };

function counted(nights: AsyncGenerator<SealedRun>): Nights {
  let count = 0;
  const counting = (async function* () {
    for await (const night of nights) {
      count += 1;
      yield night;
    }
  })();
  return Object.assign(counting, { count: () => count });
}

async function* startingWith(
  first: SealedRun,
  rest: AsyncIterable<SealedRun>,
): AsyncGenerator<SealedRun> {
  yield first;
  yield* rest;
}

// ---- The formats ------------------------------------------------------------------------------

/** Each format's code, and its library, is loaded only where it is asked for. */
async function chunksOf(
  store: EvidenceStore,
  { format, attest, bom }: ExportOptions,
  first: SealedRun,
  rest: AsyncIterable<SealedRun>,
): Promise<AsyncIterable<string>> {
  const nights = startingWith(first, rest);
  switch (format) {
    case 'ocsf': {
      const { ocsfLines } = await import('../../shared/report/ocsf.ts');
      const hash = (text: string) => sha256(Buffer.from(text));
      const options = { fingerprintOf, ...(attest && { attestWith: hash }) };
      return ocsfLines(nights, await beforeOf(store, first), options);
    }
    case 'oscal': {
      const { oscalChunks } = await import('../../shared/report/oscal.ts');
      return oscalChunks(nights, { fingerprintOf, catalogue: loadControls(undefined) });
    }
    case 'csv': {
      const { csvLines } = await import('../../shared/report/csv.ts');
      return csvLines(nights, { fingerprintOf, bom });
    }
    case 'junit': {
      const { junitLines } = await import('../../shared/report/junit.ts');
      return junitLines(nights, { fingerprintOf });
    }
    default:
      return assertNever(format);
  }
}

/** What was open before the first night: it may have closed in it. */
async function beforeOf(store: EvidenceStore, first: SealedRun): Promise<RunBefore | undefined> {
  const { id } = first.predicate.run;
  const record = await runBefore(store, first.head.seq, id);
  if (record === undefined) return undefined;
  if (record.kind === 'unreadable') throw unreadable(record);
  const { policies } = await readPolicies(store, record);
  return { predicate: record.predicate, policies };
}
