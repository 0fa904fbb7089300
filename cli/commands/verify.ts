import { countOf, print, printJson, table, type ExitCode, type Io } from '../io.ts';
import { describeStore, openEvidence, parseEvidenceOption, type Evidence } from '../evidence.ts';
import { collect, evidenceOption, jsonOption, type AddCommand } from '../options.ts';
import { ownReplay } from '../replay.ts';
import { startProgress } from '../progress.ts';
import {
  isProblems,
  parseSpan,
  sinceOption,
  untilOption,
  type Span,
  type SpanOptions,
} from '../span.ts';
import { headOption, parseHead, publicKeyOption, readPublicKey, replayOption } from '../trust.ts';
import { AuditError, invalid } from '../../shared/errors.ts';
import {
  verifyLog,
  type Fault,
  type Verification,
  type VerifyKey,
} from '../../shared/evidence/verify.ts';
import type { Head, Problem } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';
import { tool } from '../../shared/wire.ts';

interface VerifyOptions extends SpanOptions {
  readonly evidence?: string;
  readonly publicKey: readonly string[];
  readonly retiredKey: readonly string[];
  readonly head?: string;
  readonly replay: boolean;
  readonly json: boolean;
}

export const addVerify: AddCommand = (program, choose) => {
  program
    .command('verify')
    .description('check the evidence log, every file it seals, and that every finding follows')
    .option(...evidenceOption)
    .option(...publicKeyOption)
    .option(
      '--retired-key <file@seq>',
      'an older public key, and the last record that it may have signed',
      collect,
      [],
    )
    .option(...headOption)
    .option(...sinceOption)
    .option(...untilOption)
    .option(...replayOption)
    .option(...jsonOption)
    .action((options: VerifyOptions) => {
      choose((io) => verify(io, options));
    });
};

async function verify(io: Io, options: VerifyOptions): Promise<ExitCode> {
  const asked = parseOptions(io, options);
  const { evidence, publicKeys, knownHead, span } = asked;
  const store = await openEvidence(evidence);
  await describeStore(io, evidence, store);
  const progress = startProgress(io, 'Verifying', 'records');
  const verification = await verifyLog(store, {
    publicKeys,
    ...(knownHead !== undefined && { knownHead }),
    ...(span !== undefined && { span }),
    ...(options.replay && { replay: ownReplay() }),
    onProgress: progress.onProgress,
  }).finally(progress.stop);

  const isEmpty = verification.records === 0 && knownHead === undefined;
  if (isEmpty) {
    // "Nothing is broken" would be true, and misleading where the path is mistyped.
    throw new AuditError(
      'EVIDENCE_UNREADABLE',
      `There is no evidence log in ${evidence.place}. Name it by --evidence.`,
    );
  }
  if (options.json)
    printJson(io, { ...verification, notChecked: notCheckedIn(verification, asked) });
  else printVerification(io, verification, asked);
  if (verification.unchecked.length > 0 || isSpanEmpty(verification, span)) return 3;
  return verification.faults.length > 0 ? 1 : 0;
}

/** A span that holds no run was mistyped, or speaks of nights that never were: nothing of it is fine. */
function isSpanEmpty({ checkedRuns }: Verification, span: Span | undefined): boolean {
  return span !== undefined && checkedRuns === 0;
}

// ---- Arguments --------------------------------------------------------------------------------

interface Asked {
  readonly evidence: Evidence;
  readonly publicKeys: readonly NamedKey[];
  readonly knownHead?: Head;
  readonly span?: Span;
  readonly replay: boolean;
}

interface NamedKey extends VerifyKey {
  readonly file: string;
}

/** @throws AuditError CONFIG_INVALID with every problem */
function parseOptions(io: Io, options: VerifyOptions): Asked {
  const problems: Problem[] = [];
  const evidence = parseEvidenceOption(io, options.evidence);
  if (!evidence.ok) problems.push(...evidence.problems);

  const publicKeys = [
    ...options.publicKey.map((file) => ['--public-key', readKey(file)] as const),
    ...options.retiredKey.map((text) => ['--retired-key', readRetiredKey(text)] as const),
  ].flatMap(([where, key]): readonly NamedKey[] => {
    if (typeof key !== 'string') return [key];
    problems.push({ where, what: key });
    return [];
  });
  const twice = publicKeys.find(
    ({ keyid }, index) => publicKeys.findIndex((key) => key.keyid === keyid) !== index,
  );
  if (twice !== undefined) {
    problems.push({ where: '--public-key', what: `${twice.file} is given twice` });
  }

  const knownHead = parseHead(options.head);
  if (knownHead !== undefined && 'where' in knownHead) problems.push(knownHead);
  const span = parseSpan(options);
  if (isProblems(span)) problems.push(...span);
  const isHead = knownHead === undefined || 'seq' in knownHead;
  if (problems.length > 0 || !evidence.ok || isProblems(span) || !isHead) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
  }
  return {
    evidence: evidence.value,
    publicKeys,
    replay: options.replay,
    ...(knownHead !== undefined && { knownHead }),
    ...(span !== undefined && { span }),
  };
}

function readKey(file: string): NamedKey | string {
  const key = readPublicKey(file);
  return typeof key === 'string' ? key : { ...key, file };
}

function readRetiredKey(text: string): NamedKey | string {
  const [, file, seq] = /^(.+)@(\d{1,12})$/s.exec(text) ?? [];
  if (file === undefined || seq === undefined) {
    return `${text} must be <file>@<seq>, the last record that the key may have signed`;
  }
  const key = readKey(file);
  return typeof key === 'string' ? key : { ...key, lastSeq: Number(seq) };
}

// ---- Output -----------------------------------------------------------------------------------

/** A log that was written anew has a fault for every record: people read the first. */
const maxShown = 200;

function printVerification(io: Io, verification: Verification, asked: Asked): void {
  const { records, runs, files, findings, head, signed, faults, unchecked, unfinished } =
    verification;
  printRows(io, faults.map(faultRow));
  printRows(
    io,
    unchecked.map(({ key, message }) => ['NOT-CHECKED', plainLine(key), plainLine(message)]),
  );
  for (const folder of unfinished) {
    print(io, `Unfinished run: ${plainLine(folder)} has files that no record seals yet.`);
  }
  const signatures =
    asked.publicKeys.length > 0
      ? `${String(signed)} signed, checked with the given keys`
      : `${String(signed)} signed, not checked (give --public-key)`;
  print(
    io,
    `${countOf(records, 'record')}: ${countOf(runs, 'run')}, ${countOf(files, 'sealed file')} · ${signatures}`,
  );
  if (findings !== undefined) {
    print(
      io,
      `${countOf(findings, 'finding')} recomputed from the settings, policies and waivers as sealed`,
    );
  }
  printSigners(io, verification, asked);
  printVersions(io, verification);
  if (head !== undefined) print(io, `head ${String(head.seq)}:${head.sha256}`);
  printVerdict(io, verification, asked);
}

function printRows(io: Io, rows: readonly (readonly string[])[]): void {
  if (rows.length > 0) print(io, table(rows.slice(0, maxShown)));
  if (rows.length > maxShown) {
    print(io, `… and ${String(rows.length - maxShown)} more (all of them with --json)`);
  }
}

function faultRow({ code, key, line, target, message }: Fault): readonly string[] {
  const at = line === undefined ? plainLine(key) : `${plainLine(key)}:${String(line)}`;
  const whose = line === undefined || target === undefined ? '' : `${plainLine(target)}: `;
  return [code.toUpperCase(), at, `${whose}${plainLine(message, 600)}`];
}

/** With one key that signed everything there is nothing to tell apart. */
function printSigners(io: Io, { signers }: Verification, { publicKeys }: Asked): void {
  if (publicKeys.length < 2) return;
  for (const { keyid, file } of publicKeys) {
    const rows = signers.find((use) => use.keyid === keyid)?.rows ?? [];
    const spans = rows.map(([from, to]) =>
      from === to ? String(from) : `${String(from)} to ${String(to)}`,
    );
    const what =
      rows.length === 0 ? 'signed no record' : `signed record ${shortened(spans).join(', ')}`;
    print(io, `key ${keyid.slice(0, 8)}… (${file}) ${what}`);
  }
}

function shortened(spans: readonly string[]): readonly string[] {
  const maxSpans = 12;
  if (spans.length <= maxSpans) return spans;
  return [...spans.slice(0, maxSpans), `and ${String(spans.length - maxSpans)} rows more`];
}

function printVersions(io: Io, { versions }: Verification): void {
  const others = Object.entries(versions).filter(([version]) => version !== tool.version);
  if (others.length === 0) return;
  const list = others.map(
    ([version, runs]) => `${plainLine(version, 40)} (${countOf(runs, 'run')})`,
  );
  print(
    io,
    `Sealed by other versions than this one, ${tool.version}: ${list.join(', ')}. Their verdicts are compared, their wording is not.`,
  );
}

function printVerdict(io: Io, verification: Verification, asked: Asked): void {
  const { faults, unchecked } = verification;
  const notChecked = notCheckedIn(verification, asked);
  if (faults.length > 0) {
    print(
      io,
      `The log is BROKEN: ${countOf(faults.length, 'fault')}, the first at ${plainLine(faults[0]?.key ?? '')}.`,
    );
  }
  if (unchecked.length > 0) {
    print(
      io,
      `COULD NOT TELL: ${countOf(unchecked.length, 'thing')} could not be checked, the first at ${plainLine(unchecked[0]?.key ?? '')}.`,
    );
  }
  if (isSpanEmpty(verification, asked.span)) {
    print(io, 'COULD NOT TELL: no run of the log lies in the span of --since and --until.');
  }
  const isFine =
    faults.length === 0 && unchecked.length === 0 && !isSpanEmpty(verification, asked.span);
  if (isFine) {
    print(
      io,
      notChecked.length === 0
        ? 'The log is whole: every record follows the one before it, every sealed file is as it was sealed, every finding follows from its settings.'
        : 'No fault in what was checked: every record follows the one before it.',
    );
  }
  for (const what of notChecked) print(io, `Not checked: ${what}.`);
}

/** What the options left out: a limited check must not look like a whole one. */
function notCheckedIn(
  { runs, checkedRuns }: Verification,
  { span, replay }: Asked,
): readonly string[] {
  const outside = runs - checkedRuns;
  return [
    ...(span === undefined || outside === 0
      ? []
      : [`the files and findings of ${countOf(outside, 'run')} outside --since and --until`]),
    ...(replay ? [] : ['whether the findings follow from the settings (--no-replay)']),
  ];
}
