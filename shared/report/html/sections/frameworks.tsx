/** What the last night says of the controls of standards. */
import type { JSX } from 'preact';

import type { Code, ControlRow, FrameworkRow, ReportData } from '../data.ts';
import type { Format } from '../format.ts';
import { classOf } from '../icons.ts';
import { Icon, Section } from '../parts.tsx';

const codeOfState: Readonly<Record<ControlRow['state'], Code>> = {
  'not-satisfied': 'f',
  'could-not-tell': 'e',
  satisfied: 'p',
  'not-assessed': 's',
};
const states = ['satisfied', 'not-satisfied', 'could-not-tell', 'not-assessed'] as const;

export function Frameworks({
  data,
  format,
}: {
  readonly data: ReportData;
  readonly format: Format;
}): JSX.Element {
  const { text } = format;
  return (
    <Section id="frameworks" title={text.frameworks.title} lead={text.frameworks.lead}>
      {data.frameworks.length === 0 ? (
        <p class="card calm">{text.frameworks.none}</p>
      ) : (
        <div class="frameworks">
          {data.frameworks.map((framework) => (
            <Framework framework={framework} format={format} />
          ))}
        </div>
      )}
    </Section>
  );
}

function Framework({
  framework,
  format,
}: {
  readonly framework: FrameworkRow;
  readonly format: Format;
}): JSX.Element {
  const { text, number } = format;
  const { title, edition, controls } = framework;
  const counts = states.map((state) => ({
    state,
    count: controls.filter((control) => control.state === state).length,
  }));
  const worstFirst = Object.keys(codeOfState);
  const rows = [...controls].sort(
    (a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state),
  );
  return (
    <details class="card framework">
      <summary>
        <span class="what">
          <strong>
            <bdi>{title}</bdi>
          </strong>
          <span class="small">{edition}</span>
        </span>
        <Bar counts={counts} total={controls.length} />
        <span class="tally">
          {counts.map(({ state, count }) =>
            count === 0 ? null : (
              <span>
                <i class={`dot ${classOf[codeOfState[state]]}`} />
                {`${number(count)} ${text.frameworks.states[state]}`}
              </span>
            ),
          )}
        </span>
      </summary>
      <div class="scroll" tabIndex={0} role="group" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.frameworks.control}</th>
              <th scope="col">{text.frameworks.state}</th>
              <th scope="col">{text.frameworks.policies}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, title: called, state, policies }) => (
              <tr>
                <th scope="row">
                  <bdi>{name}</bdi> <span class="small">{called}</span>
                </th>
                <td>
                  <span class={`pill ${classOf[codeOfState[state]]}`}>
                    <Icon code={codeOfState[state]} size={12} />
                    {text.frameworks.states[state]}
                  </span>
                </td>
                <td class="small">
                  <bdi>{policies.join(', ')}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Bar({
  counts,
  total,
}: {
  readonly counts: readonly { readonly state: ControlRow['state']; readonly count: number }[];
  readonly total: number;
}): JSX.Element {
  let from = 0;
  return (
    <svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
      {counts.map(({ state, count }) => {
        const width = (count / Math.max(1, total)) * 1000;
        const x = from;
        from += width;
        return count === 0 ? null : (
          <rect
            class={classOf[codeOfState[state]]}
            x={x}
            y={0}
            width={Math.max(0, width - 3)}
            height={8}
          />
        );
      })}
    </svg>
  );
}
