import { generateKeyPairSync } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { invalid, messageOf } from '../../shared/errors.ts';
import { parsePublicKey } from '../../shared/evidence/sign.ts';
import { print, printJson, talk, type ExitCode, type Io } from '../io.ts';
import { jsonOption, type AddCommand } from '../options.ts';
import { writeNew, type NewFile } from '../write-new.ts';

interface KeygenOptions {
  readonly out: string;
  readonly base64?: string;
  readonly json: boolean;
}

export const addKeygen: AddCommand = (program, choose) => {
  program
    .command('keygen')
    .description('make an Ed25519 key pair that signs the evidence; writes over nothing')
    .option(
      '--out <path>',
      'a folder for audit.pem and audit.pub.pem, or the private key’s file',
      '.',
    )
    .option(
      '--base64 <file>',
      'write the value of AUDIT_SIGNING_KEY too, to this file, or with - to stdout',
    )
    .option(...jsonOption)
    .action((options: KeygenOptions) => {
      choose((io) => keygen(io, options));
    });
};

function keygen(io: Io, { out, base64, json }: KeygenOptions): ExitCode {
  const privateFile = isFolder(out) ? join(out, 'audit.pem') : out;
  const publicFile = `${privateFile.replace(/\.pem$/, '')}.pub.pem`;
  const toStdout = base64 === '-';
  const base64File = toStdout ? undefined : base64;

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const value = Buffer.from(privatePem).toString('base64');
  writeAll([
    { option: '--out', file: privateFile, text: privatePem, mode: 0o600 },
    { option: '--out', file: publicFile, text: publicPem, mode: 0o644 },
    ...(base64File === undefined
      ? []
      : [{ option: '--base64', file: base64File, text: `${value}\n`, mode: 0o600 }]),
  ]);

  const keyid = parsePublicKey(publicPem)?.keyid ?? '';
  // What is asked for on stdout is alone there, so that it can be piped into a vault.
  if (toStdout) print(io, value);
  else if (json) printJson(io, { keyid, privateKey: privateFile, publicKey: publicFile });
  else print(io, `keyid ${keyid}`);
  talk(io, `Private key: ${privateFile} (only you can read it). Keep it in a vault, not here.`);
  talk(io, `Public key: ${publicFile}. Give it to those who verify, by another way than the log.`);
  return 0;
}

/** @throws AuditError CONFIG_INVALID */
function writeAll(files: readonly (NewFile & { readonly option: string })[]): void {
  const refuse = (option: string, what: string) =>
    invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: option, what }]);
  const taken = files.find(({ file }) => existsSync(file));
  if (taken !== undefined) {
    throw refuse(taken.option, `${taken.file} is there already, and no key is written over`);
  }
  writeNew(files, ({ option, file }, cause) =>
    refuse(option, `${file} cannot be written (${messageOf(cause)})`),
  );
}

function isFolder(path: string): boolean {
  return path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
