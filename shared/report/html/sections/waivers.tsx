import type { JSX } from 'preact';

import type { WaiverState } from '../../../model.ts';
import type { ReportData } from '../data.ts';
import type { Format } from '../format.ts';
import { Section } from '../parts.tsx';

/** What a person must look at first. */
const order: readonly WaiverState[] = ['ending', 'ended', 'unused', 'active', 'pending'];

export function Waivers({
  data,
  format,
}: {
  readonly data: ReportData;
  readonly format: Format;
}): JSX.Element {
  const { text } = format;
  const rows = [...data.waivers].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return (
    <Section id="waivers" title={text.waivers.title}>
      {rows.length === 0 ? (
        <p class="card calm">{text.waivers.none}</p>
      ) : (
        <div class="card scroll" tabIndex={0} role="group" aria-labelledby="waivers-title">
          <table>
            <thead>
              <tr>
                <th scope="col">{text.waivers.id}</th>
                <th scope="col">{text.waivers.state}</th>
                <th scope="col">{text.waivers.policy}</th>
                <th scope="col">{text.waivers.accounts}</th>
                <th scope="col">{text.waivers.until}</th>
                <th scope="col">{text.waivers.reason}</th>
                <th scope="col">{text.waivers.approvedBy}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((waiver) => (
                <tr>
                  <th scope="row">
                    <bdi>{waiver.id}</bdi>
                  </th>
                  <td>
                    <span class={`state ${waiver.state}`}>{text.waivers.states[waiver.state]}</span>
                  </td>
                  <td>
                    <bdi>{waiver.policy}</bdi>
                  </td>
                  <td>
                    <bdi>{accountsOf(waiver.targets)}</bdi>
                  </td>
                  <td class="nowrap">{format.day(waiver.until)}</td>
                  <td>
                    <bdi>{[waiver.reason, waiver.ticket].filter(Boolean).join(' · ')}</bdi>
                  </td>
                  <td>
                    <bdi>{waiver.approvedBy}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function accountsOf(targets: readonly string[]): string {
  const shown = targets.slice(0, 20).join(', ');
  return targets.length > 20 ? `${shown}, … (${String(targets.length)})` : shown;
}
