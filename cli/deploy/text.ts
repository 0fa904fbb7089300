/** A plan for people: a line a change, as diffs have it, and what stays as it is. */
import { createColors } from 'picocolors';

import { plainLine, redact } from '../../shared/text.ts';
import { table } from '../io.ts';
import type { Change, Note, Plan, Step } from './plan.ts';

export interface Shown {
  readonly title: string;
  readonly plan: Plan;
}

/** @param secrets are taken out: some of it is the cloud's words, or somebody's who changed the function */
export function planText(
  { title, plan }: Shown,
  secrets: readonly string[],
  isColored: boolean,
): string {
  const colors = createColors(isColored);
  const paint = { '+': colors.green, '-': colors.red, '~': colors.yellow };
  const clean = (text: string) => plainLine(redact(text, secrets), 200);
  const rows = changesOf(plan).map((change) => [
    `  ${paint[change.sign](change.sign)}`,
    change.what,
    clean(becomes(change)),
  ]);
  const notes = plan.notes.map(({ kind, text }) => {
    return kind === 'differs' ? `  ${colors.red('!')}  ${clean(text)}` : `     ${clean(text)}`;
  });
  const nothing = rows.length === 0 ? [`     no change`] : [];
  return [title, ...(rows.length > 0 ? [table(rows)] : nothing), ...notes].join('\n');
}

function becomes({ sign, from, to }: Change): string {
  if (from !== undefined && to !== undefined) return `${from} → ${to}`;
  return to ?? from ?? { '+': 'set', '-': 'taken away', '~': 'changed' }[sign];
}

export function changesOf({ steps }: Pick<Plan, 'steps'>): readonly Change[] {
  return steps.flatMap(({ changes }) => changes);
}

/** For machines; `secrets` as above. */
export function stepJson({ action, changes }: Step, secrets: readonly string[]) {
  return { action, changes: changes.map((change) => changeJson(change, secrets)) };
}

export function changeJson({ sign, what, from, to }: Change, secrets: readonly string[]) {
  return {
    ...{ sign, what },
    ...(from !== undefined && { from: redact(from, secrets) }),
    ...(to !== undefined && { to: redact(to, secrets) }),
  };
}

export function noteJson({ kind, text }: Note, secrets: readonly string[]) {
  return { kind, text: redact(text, secrets) };
}
