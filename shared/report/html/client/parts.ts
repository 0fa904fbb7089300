/** What several parts of the page's script draw. */
import type { Severity } from '../../../model.ts';
import type { Code, ReportData } from '../data.ts';
import type { Format } from '../format.ts';
import { classOf, iconPaths } from '../icons.ts';
import { h, svg, type Choice } from './dom.ts';

export interface Context {
  readonly data: ReportData;
  readonly format: Format;
}

export function icon(code: Code, size: number): SVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', width: size, height: size, 'aria-hidden': 'true' },
    svg('path', { d: iconPaths[code] }),
  );
}

export function statusPill(code: Code, { text }: Format): HTMLElement {
  return h('span', { class: `pill ${classOf[code]}` }, icon(code, 12), text.status[code]);
}

export function severityTag(severity: Severity, { text }: Format): HTMLElement {
  return h('span', { class: `severity ${severity}` }, text.severity[severity]);
}

/** Every policy under the name of its pack; its place is the value. */
export function policyChoices({ policies }: ReportData): readonly Choice[] {
  return policies
    .map(({ title, pack }, place) => ({ value: String(place), label: title, group: pack }))
    .sort((a, b) => compare(a.group, b.group) || compare(a.label, b.label));
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
