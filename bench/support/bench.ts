/** What every bench is: measured, shown as text or as JSON, held to its budgets. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Each measured once or twice on little, to see that it runs. */
  readonly isQuick: boolean;
  /** What is going on, for who waits. */
  readonly talk: (text: string) => void;
}

/** One figure of design's budgets. */
export interface Budgeted {
  readonly what: string;
  readonly figure: number;
  readonly unit: 'times' | 'MB' | 'kB';
  readonly budget: { readonly atMost: number } | { readonly atLeast: number };
}

export interface Bench<Measured> {
  readonly measure: (options: BenchOptions) => Promise<Measured>;
  readonly show: (measured: Measured) => string;
  readonly budgets?: (measured: Measured) => readonly Budgeted[];
}

export type Run = (args: readonly string[]) => Promise<void>;

/** The bench as a command: `[--json] [--quick]`. */
export function commandOf<Measured>({ measure, show }: Bench<Measured>): Run {
  return async (args) => {
    const { isJson, ...options } = optionsOf(args);
    const measured = await measure(options);
    print(isJson ? JSON.stringify(measured, null, 2) : show(measured));
  };
}

export function optionsOf(args: readonly string[]): BenchOptions & { readonly isJson: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  });
  return { isJson: values.json, isQuick: values.quick, talk };
}

export function talk(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function isMet({ figure, budget }: Budgeted): boolean {
  return 'atMost' in budget ? figure <= budget.atMost : figure >= budget.atLeast;
}
