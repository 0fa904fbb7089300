/** Questions to a person at a terminal: asked on stderr, so that stdout holds results alone. */
import { AuditError } from '../shared/errors.ts';
import type { Io } from './io.ts';

export interface Question {
  readonly message: string;
  /** The answer where nothing is typed. */
  readonly initial?: string;
  /** To choose from; without it any text will do. */
  readonly choices?: readonly Choice[];
  /** @returns what is wrong with an answer */
  readonly problemOf?: (answer: string) => string | undefined;
}

export interface Choice {
  readonly value: string;
  /** What is shown; the value where absent. */
  readonly name?: string;
  /** Shown of the one that is about to be chosen. */
  readonly description?: string;
}

/** Whether somebody is there to be asked. */
export function canAsk(io: Io): boolean {
  return io.stdin.isTTY === true && io.stderr.isTTY === true;
}

/** @throws AuditError CONFIG_INVALID when the person breaks it off */
export async function ask(
  io: Io,
  { message, initial, choices, problemOf }: Question,
): Promise<string> {
  // Only a command that asks pays for loading the prompts.
  const { input, search } = await import('@inquirer/prompts');
  const context = { input: io.stdin, output: io.stderr };
  try {
    if (choices !== undefined) {
      const source = (term = '') =>
        choices.filter(({ value, name = value }) =>
          name.toLowerCase().includes(term.toLowerCase()),
        );
      return await search({ message, source }, context);
    }
    return await input(
      {
        message,
        ...(initial !== undefined && { default: initial }),
        validate: (answer) => {
          const problem = problemOf?.(answer);
          return problem === undefined ? true : `It ${problem}.`;
        },
      },
      context,
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error;
    throw new AuditError('CONFIG_INVALID', 'Broken off: nothing was written.', { cause: error });
  }
}
