/** What a person brings to check a log by: public keys, and a head known from elsewhere. */
import { readFileSync } from 'node:fs';

import { messageOf } from '../shared/errors.ts';
import { parsePublicKey, type TrustedKey } from '../shared/evidence/sign.ts';
import type { Head, Problem } from '../shared/model.ts';
import { collect } from './options.ts';

/** Starts the list of an option that may be repeated. */
const none: readonly string[] = [];

export const publicKeyOption = [
  '--public-key <file>',
  'an Ed25519 public key in PEM; repeat it after a rotation',
  collect,
  none,
] as const;

export const headOption = [
  '--head <seq:sha256>',
  'a head known from elsewhere, such as a notice',
] as const;

export const replayOption = [
  '--no-replay',
  'do not recompute findings: hashes and signatures only',
] as const;

/** @returns what is wrong with the file as a sentence, where it holds no key */
export function readPublicKey(file: string): TrustedKey | string {
  try {
    return parsePublicKey(readFileSync(file, 'utf8')) ?? `${file} is no Ed25519 public key in PEM`;
  } catch (error) {
    return `${file} cannot be read (${messageOf(error)})`;
  }
}

/** @returns undefined where none is given; or what is wrong with it */
export function parseHead(text: string | undefined): Head | Problem | undefined {
  if (text === undefined) return undefined;
  const [, seq, sha256] = /^(\d{1,12}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || sha256 === undefined
    ? { where: '--head', what: 'must be <seq>:<sha256>, as a notice shows it' }
    : { seq: Number(seq), sha256 };
}
