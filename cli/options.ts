/** What a command file needs to put itself on the command line, and the options that several share. */
import type { Command as Program } from 'commander';

import type { ExitCode, Io } from './io.ts';

/** A command with its options, ready to be carried out. */
export type Work = (io: Io) => ExitCode | Promise<ExitCode>;

/**
 * Puts one command on the command line. What the action is given is what its own options declare, which
 * commander's types cannot tell.
 */
export type AddCommand = (program: Program, choose: (work: Work) => void) => void;

export const evidenceOption = [
  '--evidence <url>',
  'where the evidence lies, instead of AUDIT_EVIDENCE',
] as const;

export const policiesOption = [
  '--policies <dir>',
  'a policy folder of your own, instead of the one that ships',
] as const;

export const jsonOption = ['--json', 'print JSON for machines', false] as const;

/** For an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
