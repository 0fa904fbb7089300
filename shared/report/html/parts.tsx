/** Small pieces that several sections draw. */
import type { ComponentChildren, JSX } from 'preact';

import type { Severity } from '../../model.ts';
import type { Code } from './data.ts';
import type { Format } from './format.ts';
import { classOf, iconPaths } from './icons.ts';

export function Icon({
  code,
  size = 16,
}: {
  readonly code: Code;
  readonly size?: number;
}): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <path d={iconPaths[code]} />
    </svg>
  );
}

export function Status({
  code,
  format,
}: {
  readonly code: Code;
  readonly format: Format;
}): JSX.Element {
  return (
    <span class={`pill ${classOf[code]}`}>
      <Icon code={code} size={12} />
      {format.text.status[code]}
    </span>
  );
}

export function SeverityTag({
  severity,
  format,
}: {
  readonly severity: Severity;
  readonly format: Format;
}): JSX.Element {
  return <span class={`severity ${severity}`}>{format.text.severity[severity]}</span>;
}

export function Section({
  id,
  title,
  lead,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly lead?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="heading">
        <h2 id={`${id}-title`}>{title}</h2>
        {lead === undefined ? null : <p class="lead">{lead}</p>}
      </div>
      {children}
    </section>
  );
}

export function HeadText({
  head,
}: {
  readonly head: { readonly seq: number; readonly sha256: string };
}): JSX.Element {
  return (
    <code class="hash">
      {String(head.seq)}:{head.sha256}
    </code>
  );
}
