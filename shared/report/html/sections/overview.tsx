/** The first screen: is all well tonight, what broke and since when, is the evidence intact. */
import type { JSX } from 'preact';

import { severities } from '../../../model.ts';
import type { Code, FindingRow, PolicyRow, ReportData, VerdictReason } from '../data.ts';
import type { Format } from '../format.ts';
import { classOf } from '../icons.ts';
import { HeadText, Icon, SeverityTag, Status } from '../parts.tsx';

interface Props {
  readonly data: ReportData;
  readonly format: Format;
}

const verdictCodes = { pass: 'p', fail: 'f', error: 'e' } as const;

export function Overview({ data, format }: Props): JSX.Element {
  const { text } = format;
  const { verdict, nights, last } = data;
  const night = nights[last];
  const isBlind = verdict.reasons.some(
    ({ kind }) => kind === 'stale' || kind === 'broken' || kind === 'unreadable',
  );
  return (
    <section id="overview" class="overview" aria-labelledby="verdict">
      <div class={`hero ${verdict.status}`}>
        <div class="hero-mark">
          <Icon code={verdictCodes[verdict.status]} size={40} />
        </div>
        <div class="hero-text">
          <p class="eyebrow">
            {night === undefined
              ? text.noNight
              : text.night(format.day(night.scheduledAt), format.time(night.scheduledAt))}
          </p>
          <h1 id="verdict">{text.verdict[verdict.status]}</h1>
          <ul class={isBlind ? 'reasons loud' : 'reasons'}>
            {verdict.reasons.map((reason) => (
              <li class={reason.kind}>{sentenceOf(reason, format)}</li>
            ))}
            {verdict.status === 'pass' ? <li>{holdsOf(data, format)}</li> : null}
          </ul>
        </div>
        {night === undefined ? null : <Distribution counts={night.counts} format={format} />}
      </div>
      <p class="opened" id="opened" role="status" hidden />
      <div class="columns">
        <Broke data={data} format={format} />
        <Intact data={data} format={format} />
      </div>
    </section>
  );
}

function holdsOf(
  { policies, targets, nights, last }: ReportData,
  { text, number }: Format,
): string {
  const judged = policies.filter((policy) => (policy.nights[last] ?? -1) !== -1).length;
  const accounts = nights[last]?.counts.targets ?? targets.length;
  return text.holds(number(judged), number(accounts));
}

function sentenceOf(reason: VerdictReason, { text, number, age }: Format): string {
  const { reason: sentences } = text;
  switch (reason.kind) {
    case 'nothing':
      return sentences.nothing;
    case 'incomplete':
      return sentences.incomplete;
    case 'unjudged':
      return sentences.unjudged;
    case 'unreadable':
      return sentences.unreadable(String(reason.seq));
    case 'stale':
      return sentences.stale(age(reason.hours));
    case 'broken':
      return sentences.broken(number(reason.count));
    case 'dropped':
      return sentences.dropped(number(reason.count));
    case 'error':
      return sentences.error(number(reason.count));
    case 'fail':
      return sentences.fail(number(reason.count));
  }
}

const countedCodes = ['p', 'f', 'e', 'w', 's'] as const;

function Distribution({
  counts,
  format,
}: {
  readonly counts: ReportData['nights'][number]['counts'];
  readonly format: Format;
}): JSX.Element {
  const byCode: Readonly<Record<(typeof countedCodes)[number], number>> = {
    p: counts.pass,
    f: counts.fail,
    e: counts.error,
    w: counts.waived,
    s: counts.skip,
  };
  const total = Math.max(
    1,
    Object.values(byCode).reduce((sum, count) => sum + count, 0),
  );
  let from = 0;
  return (
    <div class="distribution">
      <svg viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
        {countedCodes.map((code) => {
          // What is there must be seen, however few among many.
          const width = byCode[code] === 0 ? 0 : Math.max(6, (byCode[code] / total) * 1000);
          const bar = (
            <rect class={classOf[code]} x={from} y={0} width={Math.max(0, width - 3)} height={12} />
          );
          from += width;
          return bar;
        })}
      </svg>
      <dl>
        {countedCodes.map((code) => (
          <div class={byCode[code] === 0 ? 'zero' : classOf[code]}>
            <dt>
              <i class={`dot ${classOf[code]}`} />
              {format.text.status[code]}
            </dt>
            <dd>{format.number(byCode[code])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface Broken {
  readonly policy: PolicyRow;
  readonly code: 'f' | 'e';
  readonly isNew: boolean;
  readonly accounts: number;
  readonly only: string | undefined;
  readonly since: string;
}

const maxBroken = 6;

/** One line for each policy: in an organisation one mistake breaks hundreds of accounts. */
function brokenIn({ findings, policies, targets }: ReportData): readonly Broken[] {
  const groups = new Map<string, FindingRow[]>();
  for (const finding of findings) {
    if (finding.code === 'w') continue;
    const key = [finding.policy, finding.code, finding.isNew].join();
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()]
    .flatMap((group): readonly Broken[] => {
      const [first] = group;
      const policy = policies[first?.policy ?? -1];
      if (first === undefined || policy === undefined || first.code === 'w') return [];
      const since = group.reduce(
        (least, row) => (row.since < least ? row.since : least),
        first.since,
      );
      const only = group.length === 1 ? targets[first.target]?.uin : undefined;
      const { code, isNew } = first;
      return [{ policy, code, isNew, accounts: group.length, only, since }];
    })
    .sort(
      (a, b) =>
        Number(b.isNew) - Number(a.isNew) ||
        severities.indexOf(a.policy.severity) - severities.indexOf(b.policy.severity) ||
        b.accounts - a.accounts,
    );
}

function Broke({ data, format }: Props): JSX.Element {
  const { text } = format;
  const broken = brokenIn(data);
  const shown = broken.slice(0, maxBroken);
  const parts = [
    { title: text.broke.newTonight, items: shown.filter(({ isNew }) => isNew) },
    { title: text.broke.stillOpen, items: shown.filter(({ isNew }) => !isNew) },
  ].filter(({ items }) => items.length > 0);
  return (
    <article class="card broke" aria-labelledby="broke-title">
      <h2 id="broke-title">{text.broke.title}</h2>
      {broken.length === 0 ? <p class="calm">{text.broke.nothing}</p> : null}
      {parts.map(({ title, items }) => (
        <>
          <h3>{title}</h3>
          <ul class="rows">
            {items.map((item) => (
              <BrokenRow item={item} data={data} format={format} />
            ))}
          </ul>
        </>
      ))}
      {broken.length === 0 ? null : (
        <p class="more">
          <a href="#findings">
            {broken.length > shown.length
              ? text.broke.more(format.number(broken.length - shown.length))
              : text.broke.all}
          </a>
        </p>
      )}
    </article>
  );
}

function BrokenRow({ item, data, format }: Props & { readonly item: Broken }): JSX.Element {
  const { text } = format;
  const { policy, code, accounts, only, since, isNew } = item;
  const hours = (Date.parse(data.asOf) - Date.parse(since)) / 3_600_000;
  return (
    <li>
      <Status code={code} format={format} />
      <div class="what">
        <a href={`#policy=${encodeURIComponent(policy.id)}`}>
          <bdi>{policy.title}</bdi>
        </a>
        <p>
          <SeverityTag severity={policy.severity} format={format} />
          <span>
            {only === undefined ? (
              text.broke.accounts(format.number(accounts))
            ) : (
              <bdi class="uin">{only}</bdi>
            )}
          </span>
          <span>{text.broke.since(format.day(since))}</span>
          {isNew ? null : <span>{text.broke.forNights(format.age(hours))}</span>}
        </p>
      </div>
    </li>
  );
}

function Intact({ data, format }: Props): JSX.Element {
  const { text, number } = format;
  const { evidence } = data;
  const { faultCount, records, files, signed, publicKeys, head, knownHead } = evidence;
  const isBroken = faultCount > 0;
  const isEmpty = records === 0 && !isBroken;
  const state: Code = isBroken ? 'f' : isEmpty ? 'e' : 'p';
  return (
    <article class={`card intact ${isBroken ? 'broken' : ''}`} aria-labelledby="intact-title">
      <h2 id="intact-title">{text.intact.title}</h2>
      <p class={`seal ${classOf[state]}`}>
        <Icon code={state} size={20} />
        {isBroken ? text.intact.no : isEmpty ? text.intact.none : text.intact.yes}
      </p>
      <p>
        {isBroken
          ? text.intact.broken(number(faultCount), evidence.faults[0]?.key ?? '')
          : text.intact.whole(number(records), number(files))}
      </p>
      <p class={publicKeys === 0 ? 'caution' : undefined}>
        {publicKeys === 0
          ? text.intact.keyless(number(signed))
          : text.intact.signed(number(signed), number(publicKeys))}
      </p>
      {head === undefined ? null : (
        <div class="head">
          <p class="label">{text.intact.head}</p>
          <HeadText head={head} />
          <button
            type="button"
            class="quiet"
            data-copy={`${String(head.seq)}:${head.sha256}`}
            hidden
          >
            {text.intact.copy}
          </button>
        </div>
      )}
      <p class="small">
        {knownHead === undefined
          ? text.intact.noHead
          : text.intact.heldAgainst(`${String(knownHead.seq)}:${knownHead.sha256.slice(0, 12)}…`)}
      </p>
    </article>
  );
}
