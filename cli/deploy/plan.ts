/** What has to be done so that a function becomes what serverless.yml says: nothing, where it is that already. */
import type { JsonObject } from '../../shared/model.ts';
import type { Description } from './description.ts';
import { notesOf, variableNotes } from './notes.ts';
import type { Package } from './package.ts';
import type { Actual } from './state.ts';
import {
  codeSteps,
  configurationSteps,
  creation,
  deletion,
  retrySteps,
  timerCreation,
  timerSteps,
  withUsualRetries,
} from './steps.ts';

export interface Desired extends Omit<Description, 'folder' | 'exclude'> {
  readonly code: Package;
  /** Variables to take away. */
  readonly remove: readonly string[];
}

/** One request that writes. */
export interface Step {
  readonly action: string;
  /** The timer that it is about. */
  readonly timer?: string;
  /** Made when it is sent: it may hold the whole code. */
  readonly request: () => JsonObject;
  readonly changes: readonly Change[];
}

export interface Change {
  readonly sign: '+' | '-' | '~';
  readonly what: string;
  /** Neither is there for a variable: its value may be a secret. */
  readonly from?: string;
  readonly to?: string;
}

/** What stays as it is. */
export interface Note {
  /** `differs`: and ought not to, but this command cannot change it. */
  readonly kind: 'kept' | 'differs';
  readonly text: string;
}

export interface Plan {
  /** In their order. */
  readonly steps: readonly Step[];
  readonly notes: readonly Note[];
}

/** @param actual undefined: there is no such function */
export function planOf(desired: Desired, actual: Actual | undefined): Plan {
  // A function that could not be made can only be deleted.
  if (actual?.status === 'CreateFailed') {
    const { steps, notes } = planOf(desired, undefined);
    return { steps: [deletion(desired), ...steps], notes };
  }
  if (actual === undefined) {
    return {
      steps: [
        creation(desired),
        ...retrySteps(withUsualRetries(desired), {}),
        ...(desired.timers ?? []).map((timer) => timerCreation(desired, timer)),
      ],
      notes: variableNotes(desired, {}),
    };
  }
  return {
    steps: [
      ...codeSteps(desired, actual),
      ...configurationSteps(desired, actual),
      ...retrySteps(desired, actual.retries),
      ...timerSteps(desired, actual),
    ],
    notes: notesOf(desired, actual),
  };
}
