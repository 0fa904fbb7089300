/** What the page was made from, what was left out of it, and how to check it without the page. */
import type { JSX } from 'preact';

import type { ReportData } from '../data.ts';
import type { Format } from '../format.ts';
import { HeadText, Section } from '../parts.tsx';

interface Props {
  readonly data: ReportData;
  readonly format: Format;
}

export function Evidence({ data, format }: Props): JSX.Element {
  const { text, number } = format;
  const { evidence, nights, last, unreadable } = data;
  const night = nights[last];
  const facts: readonly (readonly [string, JSX.Element | string])[] = [
    ...(night === undefined
      ? []
      : ([
          [text.evidence.record, <HeadText head={night.head} />],
          [
            text.evidence.run,
            <code>
              <bdi>{night.runId}</bdi>
            </code>,
          ],
        ] as const)),
    ...(evidence.head === undefined
      ? []
      : ([[text.evidence.head, <HeadText head={evidence.head} />]] as const)),
    [text.evidence.records, number(evidence.records)],
    [text.evidence.runs, number(evidence.runs)],
    [text.evidence.files, number(evidence.files)],
    [
      text.evidence.signatures,
      evidence.publicKeys === 0
        ? text.intact.keyless(number(evidence.signed))
        : text.intact.signed(number(evidence.signed), number(evidence.publicKeys)),
    ],
  ];
  return (
    <Section id="evidence" title={text.evidence.title} lead={text.evidence.lead}>
      <div class="card">
        <dl class="facts">
          {facts.map(([label, value]) => (
            <div>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {evidence.unfinished > 0 ? (
          <p class="small">{text.evidence.unfinished(number(evidence.unfinished))}</p>
        ) : null}
        <Faults data={data} format={format} />
        {unreadable.length === 0 ? null : (
          <>
            <h3>{text.evidence.unreadable}</h3>
            <ul class="plain">
              {unreadable.slice(0, 50).map(({ seq, message }) => (
                <li>
                  #{String(seq)} <bdi>{message}</bdi>
                </li>
              ))}
            </ul>
          </>
        )}
        <h3>{text.evidence.check}</h3>
        <pre tabIndex={0}>{checkCommand(data)}</pre>
        <h3>{text.evidence.leftOut}</h3>
        <LeftOut data={data} format={format} />
      </div>
    </Section>
  );
}

function checkCommand({ evidence: { head } }: ReportData): string {
  const known = head === undefined ? '' : ` \\\n  --head ${String(head.seq)}:${head.sha256}`;
  return `tcss-audit verify --public-key audit.pub.pem${known}`;
}

function Faults({ data: { evidence }, format }: Props): JSX.Element | null {
  const { text, number } = format;
  const { faults, faultCount } = evidence;
  if (faults.length === 0) return null;
  return (
    <>
      <h3>{text.evidence.faults}</h3>
      <table class="faults">
        <thead>
          <tr>
            <th scope="col">{text.evidence.code}</th>
            <th scope="col">{text.evidence.where}</th>
            <th scope="col">{text.evidence.what}</th>
          </tr>
        </thead>
        <tbody>
          {faults.map(({ code, key, message }) => (
            <tr>
              <td>
                <code>{code}</code>
              </td>
              <td>
                <code>
                  <bdi>{key}</bdi>
                </code>
              </td>
              <td>
                <bdi>{message}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {faultCount > faults.length ? (
        <p class="small">{text.evidence.moreFaults(number(faultCount - faults.length))}</p>
      ) : null}
    </>
  );
}

function LeftOut({ data: { leftOut, nights, last, lastFile }, format }: Props): JSX.Element {
  const { text, number } = format;
  const { findings, details, observations, histories } = leftOut;
  const lines = [
    ...(findings > 0 ? [text.evidence.leftOutFindings(number(findings))] : []),
    ...(details > 0 ? [text.evidence.leftOutDetails(number(details))] : []),
    ...(observations > 0 ? [text.evidence.leftOutObservations(number(observations))] : []),
    ...(histories > 0 ? [text.evidence.leftOutHistories(number(histories))] : []),
  ];
  const head = nights[last]?.head;
  if (lines.length === 0 || head === undefined) return <p>{text.evidence.nothingLeftOut}</p>;
  return (
    <>
      <p>{text.findings.leftOut(String(head.seq), head.sha256, lastFile)}</p>
      <ul class="plain">
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </>
  );
}
