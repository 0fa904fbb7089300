/** What `policy new` must know, from options or from questions: each answer is checked the same way. */
import {
  severities,
  type JsonObject,
  type Problem,
  type Result,
  type Severity,
  type Source,
} from '../../../shared/model.ts';
import {
  fieldPath,
  fieldsOf,
  isAskable,
  keywordsFor,
  optionOf,
  requirementKeywords,
  valueFrom,
  type Draft,
} from '../../../shared/policy/draft.ts';
import { didYouMean } from '../../../shared/policy/suggest.ts';
import { documentedAt } from '../../../shared/policy/types.ts';
import { plainLine } from '../../../shared/text.ts';

export interface Answers {
  readonly id?: string;
  readonly pack?: string;
  readonly title?: string;
  readonly severity?: string;
  readonly source?: string;
  readonly field?: string;
  readonly const?: string;
  readonly enum?: string;
  readonly minimum?: string;
  readonly maximum?: string;
  readonly minItems?: string;
  readonly maxItems?: string;
  readonly pattern?: string;
  readonly when?: string;
  readonly rationale?: string;
  readonly remediation?: string;
  readonly control: readonly string[];
}

type Sources = Readonly<Record<string, Source>>;

const needed = {
  id: 'a name for ever, such as platform-scan-daily',
  title: 'what holds when it passes, such as "Images are scanned daily"',
  severity: severities.join(', '),
  source: 'whose answer is judged, such as DescribeAssetImageScanSetting',
  field: 'what is judged, such as ScanVul',
  rationale: 'what goes wrong without it',
  remediation: 'where in the console, and what to set there',
} as const satisfies Partial<Record<keyof Answers, string>>;

export function missingFrom(answers: Answers): readonly Problem[] {
  const isAsked = requirementKeywords.some((keyword) => answers[keyword] !== undefined);
  return [
    ...entriesOf(needed)
      .filter(([key]) => answers[key] === undefined)
      .map(([key, what]) => ({ where: `--${key}`, what })),
    ...(isAsked
      ? []
      : [
          { where: '--const', what: `the value that the field must have; or ${others.join(', ')}` },
        ]),
  ];
}

const others = requirementKeywords.filter((keyword) => keyword !== 'const').map(optionOf);

function entriesOf<K extends string>(
  table: Readonly<Record<K, string>>,
): readonly (readonly [K, string])[] {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Object.entries forgets the keys' type
  return Object.entries(table) as [K, string][];
}

export const checks = {
  id: (id: string) =>
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) && id.length <= 64
      ? undefined
      : `is "${plainLine(id, 70)}": give lower-case words joined by hyphens, at most 64 characters`,
  pack: (pack: string) =>
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(pack) && pack !== 'examples' && pack !== 'schema'
      ? undefined
      : `is "${plainLine(pack, 70)}": give lower-case words joined by hyphens, and neither examples nor schema`,
  title: (title: string) =>
    title.trim() !== '' && title.length <= 80 ? undefined : 'must have 1 to 80 characters',
  text: (text: string) => (text.trim() === '' ? 'is empty' : undefined),
  severity: (severity: string) => (isSeverity(severity) ? undefined : choice(severity, severities)),
  source: (source: string, sources: Sources) =>
    Object.hasOwn(sources, source) ? undefined : choice(source, Object.keys(sources)),
  field: (field: string, source: Source) => {
    if (isAskable(source, fieldPath(field))) return undefined;
    return choice(field, fieldsOf(source));
  },
  control: (control: string) =>
    /^[A-Za-z0-9.-]+\/[A-Za-z0-9.()-]+$/.test(control)
      ? undefined
      : `is "${plainLine(control, 70)}": give <framework>/<id>, such as NIST-800-53r5/RA-5`,
};

function choice(given: string, known: readonly string[]): string {
  const nearest = didYouMean(given, known);
  const help = nearest === '' ? `: give one of ${known.join(', ')}` : nearest;
  return `is "${plainLine(given, 70)}"${help}`;
}

function isSeverity(text: string): text is Severity {
  return severities.some((severity) => severity === text);
}

export interface Drafted {
  readonly draft: Draft;
  readonly pack: string;
}

/** @returns the draft, or everything that is wrong with the answers */
export function draftFrom(answers: Answers, sources: Sources): Result<Drafted, Problem> {
  const problems: Problem[] = [...missingFrom(answers)];
  const note = (option: string, what: string | undefined) => {
    if (what !== undefined) problems.push({ where: option, what });
  };
  const { id, title, severity, rationale, remediation, control, pack = 'own' } = answers;
  if (id !== undefined) note('--id', checks.id(id));
  if (title !== undefined) note('--title', checks.title(title));
  if (severity !== undefined) note('--severity', checks.severity(severity));
  if (rationale !== undefined) note('--rationale', checks.text(rationale));
  if (remediation !== undefined) note('--remediation', checks.text(remediation));
  note('--pack', checks.pack(pack));
  for (const one of control) note('--control', checks.control(one));
  if (answers.source !== undefined) note('--source', checks.source(answers.source, sources));
  const source =
    answers.source !== undefined && Object.hasOwn(sources, answers.source)
      ? sources[answers.source]
      : undefined;
  const field = fieldPath(answers.field ?? '');
  let asked: JsonObject = {};
  if (source !== undefined && answers.field !== undefined) {
    note('--field', checks.field(answers.field, source));
    asked = askedOf(answers, source, note);
  }
  const when = source === undefined ? undefined : whenOf(answers.when, source, note);
  const [first, ...rest] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...rest] };
  const draft: Draft = {
    id: id ?? '',
    title: title ?? '',
    severity: severity !== undefined && isSeverity(severity) ? severity : 'medium',
    source: answers.source ?? '',
    rationale: rationale ?? '',
    remediation: remediation ?? '',
    controls: [...new Set(control)],
    field,
    asked,
    ...(when !== undefined && { when }),
  };
  return { ok: true, value: { draft, pack } };
}

type Note = (option: string, what: string | undefined) => void;

function askedOf(answers: Answers, source: Source, note: Note): JsonObject {
  const type = documentedAt(source, fieldPath(answers.field ?? ''))?.type;
  if (type === undefined) return {};
  const parts = requirementKeywords.flatMap((keyword) => {
    const text = answers[keyword];
    if (text === undefined) return [];
    const parsed = valueFrom(text, keyword, type);
    if ('value' in parsed) return [[keyword, parsed.value] as const];
    note(optionOf(keyword), parsed.problem);
    return [];
  });
  return Object.fromEntries(parts);
}

function whenOf(text: string | undefined, source: Source, note: Note): Draft['when'] {
  if (text === undefined) return undefined;
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === '') {
    note('--when', `is "${plainLine(text, 70)}": give <field>=<value>, such as Enable=true`);
    return undefined;
  }
  const field = fieldPath(name);
  note('--when', checks.field(name, source));
  const type = documentedAt(source, field)?.type;
  if (type === undefined) return undefined;
  if (!keywordsFor(type).includes('const')) {
    note('--when', `cannot compare ${name}, which is of type ${type}: write this "when" by hand`);
    return undefined;
  }
  const parsed = valueFrom(value, 'const', type);
  if ('value' in parsed) return { field, value: parsed.value };
  note('--when', parsed.problem);
  return undefined;
}
