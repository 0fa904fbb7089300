/** The questions of `policy new`, in a terminal; loaded only where they are asked. */
import { autocomplete, cancel, intro, select, text } from '@clack/prompts';

import { AuditError } from '../../../shared/errors.ts';
import { severities, type Source } from '../../../shared/model.ts';
import {
  fieldPath,
  fieldsOf,
  isAskable,
  keywordsFor,
  requirementKeywords,
  valueFrom,
  type RequirementKeyword,
} from '../../../shared/policy/draft.ts';
import { documentedAt } from '../../../shared/policy/types.ts';
import { checks, type Answers } from './answers.ts';

/** Talk goes to stderr: stdout is for results. */
const output = process.stderr;

const keywordLabels = {
  const: 'is a value',
  enum: 'is one of several values',
  minimum: 'is at least',
  maximum: 'is at most',
  minItems: 'has at least so many items',
  maxItems: 'has at most so many items',
  pattern: 'matches a pattern',
} as const satisfies Record<RequirementKeyword, string>;

/**
 * Asks for what the answers lack.
 * @throws AuditError CONFIG_INVALID when somebody breaks off
 */
export async function ask(
  given: Answers,
  packs: readonly string[],
  sources: Readonly<Record<string, Source>>,
): Promise<Answers> {
  intro('A new policy. Ctrl-C ends and writes nothing.', { output });
  const id = given.id ?? (await line('Id', 'platform-scan-daily', checks.id));
  const pack =
    given.pack ??
    (await line(
      'Pack, the folder that it belongs to',
      packs[0] ?? 'own',
      checks.pack,
      packs[0] ?? 'own',
    ));
  const title =
    given.title ??
    (await line('Title: what holds when it passes', 'Images are scanned daily', checks.title));
  const severity =
    given.severity ??
    (await pick(
      'Severity',
      severities.map((value) => ({ value, label: value })),
    ));
  const sourceId =
    given.source ??
    (await find(
      'Source: whose answer is judged',
      Object.values(sources).map(({ id: value, title: hint }) => ({ value, label: value, hint })),
    ));
  const source = sources[sourceId];
  if (source === undefined) return { ...given, source: sourceId };
  const field = given.field ?? (await askField('Field', source));
  const asked = await askRequirement(given, source, field);
  const when = given.when ?? (await askWhen(source));
  const rationale =
    given.rationale ?? (await line('Rationale: what goes wrong without it', '', checks.text));
  const remediation =
    given.remediation ??
    (await line('Remediation: where in the console, and what to set there', '', checks.text));
  const control = given.control.length > 0 ? given.control : await askControls();
  return {
    ...given,
    ...asked,
    ...{ id, pack, title, severity, source: sourceId, field, rationale, remediation, control },
    ...(when !== undefined && { when }),
  };
}

async function askField(message: string, source: Source): Promise<string> {
  const options = fieldsOf(source)
    .filter((path) => isAskable(source, fieldPath(path)))
    .map((value) => {
      const documented = documentedAt(source, fieldPath(value));
      const meaning = documented?.meaning ?? '';
      return { value, label: value, hint: `${documented?.type ?? ''}: ${meaning}` };
    });
  return find(message, options);
}

async function askRequirement(
  given: Answers,
  source: Source,
  field: string,
): Promise<Partial<Answers>> {
  if (requirementKeywords.some((keyword) => given[keyword] !== undefined)) return {};
  const documented = documentedAt(source, fieldPath(field));
  if (documented === undefined) return {};
  const { type, values } = documented;
  const keyword = await pick(
    `What must hold of ${field} (${type})`,
    keywordsFor(type).map((value) => ({ value, label: keywordLabels[value] })),
  );
  if (keyword === 'const' && (type === 'boolean' || values !== undefined)) {
    const known = type === 'boolean' ? ['true', 'false'] : (values ?? []).map(String);
    const value = await pick(
      'Which value',
      known.map((each) => ({ value: each, label: each })),
    );
    return { const: value };
  }
  const hint = (values ?? []).map(String).join(',');
  const message = keyword === 'enum' ? 'Which values, separated by commas' : 'Which value';
  const value = await line(message, hint, (typed) => {
    const parsed = valueFrom(typed, keyword, type);
    return 'problem' in parsed ? parsed.problem : undefined;
  });
  return { [keyword]: value };
}

async function askWhen(source: Source): Promise<string | undefined> {
  const everywhere = '';
  const fields = fieldsOf(source).filter((path) => {
    const type = documentedAt(source, fieldPath(path))?.type;
    return type !== undefined && keywordsFor(type).includes('const') && !path.includes('*');
  });
  const field = await find('Where does it apply', [
    { value: everywhere, label: 'everywhere' },
    ...fields.map((value) => ({ value, label: `where ${value} is …` })),
  ]);
  if (field === everywhere) return undefined;
  const { const: value } = await askRequirement({ control: [] }, source, field);
  return value === undefined ? undefined : `${field}=${value}`;
}

async function askControls(): Promise<readonly string[]> {
  const typed = await line(
    'Controls that it supports, separated by commas; may be empty',
    'NIST-800-53r5/RA-5',
    (given) =>
      splitControls(given)
        .map(checks.control)
        .find((problem) => problem !== undefined),
    undefined,
    true,
  );
  return splitControls(typed);
}

function splitControls(typed: string): readonly string[] {
  return typed
    .split(',')
    .map((control) => control.trim())
    .filter((control) => control !== '');
}

async function line(
  message: string,
  placeholder: string,
  check: (typed: string) => string | undefined,
  initialValue?: string,
  mayBeEmpty = false,
): Promise<string> {
  const typed = await text({
    message,
    placeholder,
    output,
    ...(initialValue !== undefined && { initialValue }),
    validate: (value = '') => (mayBeEmpty && value === '' ? undefined : check(value)),
  });
  return settled(typed);
}

interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

async function pick<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T> {
  const chosen = await select<string>({ message, options: [...choices], output, maxItems: 12 });
  const value = settled(chosen);
  const choice = choices.find((each) => each.value === value);
  if (choice === undefined) throw new Error(`No choice was ${value}`);
  return choice.value;
}

async function find(message: string, choices: readonly Choice<string>[]): Promise<string> {
  return settled(
    await autocomplete<string>({ message, options: [...choices], output, maxItems: 10 }),
  );
}

function settled(answer: string | symbol | undefined): string {
  if (typeof answer !== 'symbol') return answer ?? '';
  cancel('Nothing is written.', { output });
  throw new AuditError('CONFIG_INVALID', 'Broken off: nothing is written.');
}
