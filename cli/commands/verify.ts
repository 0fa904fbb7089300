import { readFileSync } from 'node:fs';

import { countOf, print, printJson, table, withProgress, type ExitCode, type Io } from '../io.ts';
import { describeStore, openEvidence, parseEvidenceOption, type Evidence } from '../evidence.ts';
import { collect, evidenceOption, jsonOption, type AddCommand } from '../options.ts';
import { AuditError, invalid, messageOf } from '../../shared/errors.ts';
import { parsePublicKey, type TrustedKey } from '../../shared/evidence/sign.ts';
import { verifyLog, type Verification } from '../../shared/evidence/verify.ts';
import type { Head, Problem } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';

interface VerifyOptions {
  readonly evidence?: string;
  readonly publicKey: readonly string[];
  readonly head?: string;
  readonly json: boolean;
}

export const addVerify: AddCommand = (program, choose) => {
  program
    .command('verify')
    .description('check the evidence log and every file it seals')
    .option(...evidenceOption)
    .option(
      '--public-key <file>',
      'an Ed25519 public key in PEM; repeat it after a rotation',
      collect,
      [],
    )
    .option('--head <seq:sha256>', 'a head known from elsewhere, such as a notice')
    .option(...jsonOption)
    .action((options: VerifyOptions) => {
      choose((io) => verify(io, options));
    });
};

async function verify(io: Io, options: VerifyOptions): Promise<ExitCode> {
  const { evidence, publicKeys, knownHead } = parseOptions(io, options);
  const store = await openEvidence(evidence);
  await describeStore(io, evidence, store);
  const verification = await withProgress(
    io,
    'Verifying',
    verifyLog(store, { publicKeys, ...(knownHead !== undefined && { knownHead }) }),
  );
  const isEmpty = verification.records === 0 && knownHead === undefined;
  if (isEmpty) {
    // "Nothing is broken" would be true, and misleading where the path is mistyped.
    throw new AuditError(
      'EVIDENCE_UNREADABLE',
      `There is no evidence log in ${evidence.place}. Name it by --evidence.`,
    );
  }
  if (options.json) printJson(io, verification);
  else printVerification(io, verification, publicKeys.length > 0);
  return verification.faults.length > 0 ? 1 : 0;
}

/** @throws AuditError CONFIG_INVALID with every problem */
function parseOptions(
  io: Io,
  { evidence: evidenceUrl, publicKey, head }: VerifyOptions,
): {
  readonly evidence: Evidence;
  readonly publicKeys: readonly TrustedKey[];
  readonly knownHead?: Head;
} {
  const problems: Problem[] = [];
  const evidence = parseEvidenceOption(io, evidenceUrl);
  if (!evidence.ok) problems.push(...evidence.problems);

  const publicKeys = publicKey.flatMap((file): readonly TrustedKey[] => {
    const key = readKey(file);
    if (typeof key !== 'string') return [key];
    problems.push({ where: '--public-key', what: key });
    return [];
  });

  const match = /^(\d{1,12}):([0-9a-f]{64})$/.exec(head ?? '');
  if (head !== undefined && match === null) {
    problems.push({ where: '--head', what: 'must be <seq>:<sha256>, as a notice shows it' });
  }
  if (problems.length > 0 || !evidence.ok) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
  }
  const [, seq, sha256] = match ?? [];
  return {
    evidence: evidence.value,
    publicKeys,
    ...(seq !== undefined && sha256 !== undefined && { knownHead: { seq: Number(seq), sha256 } }),
  };
}

function readKey(file: string): TrustedKey | string {
  try {
    return parsePublicKey(readFileSync(file, 'utf8')) ?? `${file} is no Ed25519 public key in PEM`;
  } catch (error) {
    return `${file} cannot be read (${messageOf(error)})`;
  }
}

function printVerification(io: Io, verification: Verification, isChecked: boolean): void {
  const { records, runs, files, head, signed, faults, unfinished } = verification;
  if (faults.length > 0) {
    print(
      io,
      table(
        faults.map(({ code, key, message }) => [
          code.toUpperCase(),
          plainLine(key),
          plainLine(message),
        ]),
      ),
    );
  }
  for (const folder of unfinished) {
    print(io, `Unfinished run: ${plainLine(folder)} has files that no record seals yet.`);
  }
  const signatures = isChecked
    ? `${String(signed)} signed, checked with the given keys`
    : `${String(signed)} signed, not checked (give --public-key)`;
  print(
    io,
    `${countOf(records, 'record')}: ${countOf(runs, 'run')}, ${countOf(files, 'sealed file')} · ${signatures}`,
  );
  if (head !== undefined) print(io, `head ${String(head.seq)}:${head.sha256}`);
  print(
    io,
    faults.length === 0
      ? 'The log is whole: every record follows the one before it, every sealed file is as it was sealed.'
      : `The log is BROKEN: ${countOf(faults.length, 'fault')}, the first at ${plainLine(faults[0]?.key ?? '')}.`,
  );
}
