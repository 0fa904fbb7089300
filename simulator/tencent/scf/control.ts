/** SCF as a test holds it in hand: what was deployed and run, timers on demand, changes behind everybody's back. */
import type { Identities } from '../identities.ts';
import { nextFireMs, parseCron } from './cron.ts';
import {
  codeOf,
  createFunctions,
  type FunctionPlace,
  type ScfFunction,
  type Trigger,
} from './function.ts';
import type { Invocation } from './invocation.ts';
import { createPlatform, type PlannedEnd, type Platform } from './platform.ts';
import { settled, type Scf, type ScfRules } from './scf.ts';

export interface ScfOptions {
  /** Others are refused, as a site does that does not have them yet. */
  readonly runtimes?: readonly string[];
  /** Beside `default`. */
  readonly namespaces?: readonly string[];
  /** How often GetFunction says that a change is under way; 1 unless told. */
  readonly settlePolls?: number;
  /** After that, by the simulator's clock, a change is done without being asked for. */
  readonly settleMs?: number;
  /** Between the tries of an asynchronous call; a minute unless told. */
  readonly retryWaitMs?: number;
  /** More runs at once end with 432; 500 unless told. */
  readonly maxConcurrency?: number;
  /** In which the timer reads its crons; nobody documents it, `Asia/Shanghai` unless told. */
  readonly cronZone?: 'Asia/Shanghai' | 'UTC';
  /** The Node that runs functions; our own unless told. */
  readonly node?: string;
}

/** What somebody may change by hand. */
export type FunctionChange = Partial<
  Omit<ScfFunction, keyof FunctionPlace | 'id' | 'code' | 'pollsLeft'>
> & { readonly zip?: Uint8Array };

export interface ScfControl {
  /** In the order in which they were made. */
  readonly functions: readonly ScfFunction[];
  /** Oldest first; one that runs has the status 202. */
  readonly invocations: readonly Invocation[];
  /** In place of what the API would have done; undefined deletes. */
  readonly setFunction: (name: string, change: FunctionChange | undefined) => void;
  /**
   * The timer ticks.
   * @param scheduledMs the next instant of its cron unless told
   * @returns the run and those after it that tried again, when all are over
   */
  readonly fire: (
    functionName: string,
    triggerName: string,
    scheduledMs?: number,
  ) => Promise<readonly Invocation[]>;
  /** Every open timer ticks at each instant of its cron after the first and up to the second. */
  readonly fireDue: (fromMs: number, toMs: number) => Promise<readonly Invocation[]>;
  /** The next run that fits comes to an end that nobody sees coming. */
  readonly killNext: (end?: PlannedEnd) => void;
}

export const usualRuntimes: readonly string[] = [
  ...['Nodejs6.10', 'Nodejs8.9', 'Nodejs10.15', 'Nodejs12.16', 'Nodejs14.18', 'Nodejs16.13'],
  ...['Nodejs18.15', 'Nodejs20.19', 'Nodejs22.21', 'Nodejs24.11'],
  ...['Python2.7', 'Python3.6', 'Python3.7', 'Python3.9', 'Python3.10'],
  ...['Php7.4', 'Php8.0', 'Go1', 'Java8', 'CustomRuntime'],
];

export interface ScfDeps {
  readonly identities: Identities;
  readonly now: () => number;
  readonly urlOf: Scf['urlOf'];
  readonly objectOf: Scf['objectOf'];
}

export function createScf(
  { identities, now, urlOf, objectOf }: ScfDeps,
  options: ScfOptions,
): {
  readonly scf: Scf;
  readonly control: ScfControl;
  readonly clear: () => void;
  readonly close: () => Promise<void>;
} {
  const functions = createFunctions();
  const rules: ScfRules = {
    runtimes: options.runtimes ?? usualRuntimes,
    namespaces: ['default', ...(options.namespaces ?? [])],
    settlePolls: options.settlePolls ?? 1,
    settleMs: options.settleMs ?? Infinity,
  };
  const platform = createPlatform(
    { identities, functions, now },
    {
      retryWaitMs: options.retryWaitMs ?? 60_000,
      maxConcurrency: options.maxConcurrency ?? 500,
      node: options.node ?? process.execPath,
    },
  );
  const offsetMs = options.cronZone === 'UTC' ? 0 : 8 * 3_600_000;
  const { invocations } = platform;

  const named = (name: string): ScfFunction => {
    const [target, ...others] = functions.all().filter((one) => one.name === name);
    if (target === undefined) throw new Error(`There is no function ${name}`);
    if (others.length > 0) throw new Error(`There are several functions ${name}`);
    return target;
  };

  const fire: ScfControl['fire'] = async (functionName, triggerName, scheduledMs) => {
    const target = settled(named(functionName), rules, now());
    const trigger = target.triggers.find((one) => one.name === triggerName);
    if (trigger === undefined) throw new Error(`${functionName} has no trigger ${triggerName}`);
    if (!trigger.isOpen) throw new Error(`The trigger ${triggerName} of ${functionName} is closed`);
    return tick(platform, target, trigger, scheduledMs ?? nextOf(trigger, now()) ?? now());
  };

  const nextOf = ({ cron }: Trigger, afterMs: number): number | undefined => {
    const parsed = parseCron(cron);
    return parsed === undefined ? undefined : nextFireMs(parsed, afterMs, offsetMs);
  };

  const instantsOf = (trigger: Trigger, fromMs: number, toMs: number): readonly number[] => {
    const instants: number[] = [];
    let next = nextOf(trigger, fromMs);
    while (next !== undefined && next <= toMs) {
      instants.push(next);
      next = nextOf(trigger, next);
    }
    return instants;
  };

  return {
    scf: {
      ...{ functions, rules, invocations, urlOf, objectOf },
      invoke: (place, event) => platform.invoke({ place, event, source: 'sync' }),
      invokeLater: (place, event) => platform.invokeLater({ place, event, source: 'async' }),
    },
    control: {
      get functions() {
        return functions.all().map((one) => settled(one, rules, now()));
      },
      invocations,
      setFunction: (name, change) => {
        const target = named(name);
        if (change === undefined) {
          functions.remove(target);
          return;
        }
        const { zip, ...rest } = change;
        const code = zip === undefined ? target.code : codeOf(Buffer.from(zip));
        const present = settled(target, rules, now());
        // A status given by hand stays until it is given again.
        const pollsLeft = rest.status === undefined ? present.pollsLeft : Infinity;
        functions.put({ ...present, ...rest, code, pollsLeft });
      },
      fire,
      fireDue: async (fromMs, toMs) => {
        const due = functions
          .all()
          .flatMap((target) =>
            target.triggers
              .filter(({ isOpen }) => isOpen)
              .flatMap((trigger) =>
                instantsOf(trigger, fromMs, toMs).map((atMs) => ({ target, trigger, atMs })),
              ),
          );
        const runs: Invocation[] = [];
        for (const { target, trigger, atMs } of due.sort((a, b) => a.atMs - b.atMs)) {
          runs.push(...(await tick(platform, target, trigger, atMs)));
        }
        return runs;
      },
      killNext: (end = {}) => {
        platform.planEnd(end);
      },
    },
    clear: () => {
      invocations.length = 0;
    },
    close: platform.close,
  };
}

function tick(
  platform: Platform,
  place: ScfFunction,
  { name, argument = '' }: Trigger,
  scheduledMs: number,
): Promise<readonly Invocation[]> {
  const event = {
    Type: 'Timer',
    TriggerName: name,
    Time: new Date(scheduledMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    Message: argument,
  };
  return platform.invokeLater({ place, event: JSON.stringify(event), source: 'timer' }).runs;
}
