import type { CellKind } from './calendar.ts';
import { classOf } from './icons.ts';

/** The words of the style sheet for a cell of a calendar. */
export function cellClass(kind: CellKind, level: number): string {
  if (kind === 'missing' || kind === 'unreadable') return kind;
  return kind === 'f' ? `fail l${String(level)}` : classOf[kind];
}
