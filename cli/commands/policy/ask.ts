/** The questions of `policy new`, in a terminal; loaded only where they are asked. */
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
import { ask, type Choice } from '../../ask.ts';
import { talk, type Io } from '../../io.ts';
import { checks, type Answers } from './answers.ts';

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
export async function askForDraft(
  io: Io,
  given: Answers,
  packs: readonly string[],
  sources: Readonly<Record<string, Source>>,
): Promise<Answers> {
  talk(io, 'A new policy. Ctrl-C ends and writes nothing.');
  const id = given.id ?? (await line(io, 'Id', 'platform-scan-daily', checks.id));
  const pack =
    given.pack ??
    (await line(io, 'Pack, the folder that it belongs to', packs[0] ?? 'own', checks.pack, {
      initial: packs[0] ?? 'own',
    }));
  const title =
    given.title ??
    (await line(io, 'Title: what holds when it passes', 'Images are scanned daily', checks.title));
  const severity =
    given.severity ??
    (await pick(
      io,
      'Severity',
      severities.map((value) => ({ value })),
    ));
  const sourceId =
    given.source ??
    (await pick(
      io,
      'Source: whose answer is judged',
      Object.values(sources).map(({ id: value, title: hint }) => ({
        value,
        name: value,
        description: hint,
      })),
    ));
  const source = sources[sourceId];
  if (source === undefined) return { ...given, source: sourceId };
  const field = given.field ?? (await askField(io, 'Field', source));
  const asked = await askRequirement(io, given, source, field);
  const when = given.when ?? (await askWhen(io, source));
  const rationale =
    given.rationale ?? (await line(io, 'Rationale: what goes wrong without it', '', checks.text));
  const remediation =
    given.remediation ??
    (await line(io, 'Remediation: where in the console, and what to set there', '', checks.text));
  const control = given.control.length > 0 ? given.control : await askControls(io);
  return {
    ...given,
    ...asked,
    ...{ id, pack, title, severity, source: sourceId, field, rationale, remediation, control },
    ...(when !== undefined && { when }),
  };
}

async function askField(io: Io, message: string, source: Source): Promise<string> {
  const options = fieldsOf(source)
    .filter((path) => isAskable(source, fieldPath(path)))
    .map((value) => {
      const documented = documentedAt(source, fieldPath(value));
      const meaning = documented?.meaning ?? '';
      return { value, description: `${documented?.type ?? ''}: ${meaning}` };
    });
  return ask(io, { message, choices: options });
}

async function askRequirement(
  io: Io,
  given: Answers,
  source: Source,
  field: string,
): Promise<Partial<Answers>> {
  if (requirementKeywords.some((keyword) => given[keyword] !== undefined)) return {};
  const documented = documentedAt(source, fieldPath(field));
  if (documented === undefined) return {};
  const { type, values } = documented;
  const keyword = await pick(
    io,
    `What must hold of ${field} (${type})`,
    keywordsFor(type).map((value) => ({ value, name: keywordLabels[value] })),
  );
  if (keyword === 'const' && (type === 'boolean' || values !== undefined)) {
    const known = type === 'boolean' ? ['true', 'false'] : (values ?? []).map(String);
    const value = await pick(
      io,
      'Which value',
      known.map((each) => ({ value: each })),
    );
    return { const: value };
  }
  const hint = (values ?? []).map(String).join(',');
  const message = keyword === 'enum' ? 'Which values, separated by commas' : 'Which value';
  const value = await line(io, message, hint, (typed) => {
    const parsed = valueFrom(typed, keyword, type);
    return 'problem' in parsed ? parsed.problem : undefined;
  });
  return { [keyword]: value };
}

async function askWhen(io: Io, source: Source): Promise<string | undefined> {
  const everywhere = '';
  const fields = fieldsOf(source).filter((path) => {
    const type = documentedAt(source, fieldPath(path))?.type;
    return type !== undefined && keywordsFor(type).includes('const') && !path.includes('*');
  });
  const field = await pick(io, 'Where does it apply', [
    { value: everywhere, name: 'everywhere' },
    ...fields.map((value) => ({ value, name: `where ${value} is …` })),
  ]);
  if (field === everywhere) return undefined;
  const { const: value } = await askRequirement(io, { control: [] }, source, field);
  return value === undefined ? undefined : `${field}=${value}`;
}

async function askControls(io: Io): Promise<readonly string[]> {
  const typed = await line(
    io,
    'Controls that it supports, separated by commas; may be empty',
    'NIST-800-53r5/RA-5',
    (given) =>
      splitControls(given)
        .map(checks.control)
        .find((problem) => problem !== undefined),
    { mayBeEmpty: true },
  );
  return splitControls(typed);
}

function splitControls(typed: string): readonly string[] {
  return typed
    .split(',')
    .map((control) => control.trim())
    .filter((control) => control !== '');
}

interface LineOptions {
  readonly initial?: string;
  readonly mayBeEmpty?: boolean;
}

async function line(
  io: Io,
  message: string,
  example: string,
  check: (typed: string) => string | undefined,
  { initial, mayBeEmpty = false }: LineOptions = {},
): Promise<string> {
  return ask(io, {
    message: example === '' ? message : `${message} (such as ${example})`,
    ...(initial !== undefined && { initial }),
    problemOf: (typed) => (mayBeEmpty && typed === '' ? undefined : check(typed)),
  });
}

async function pick<T extends string>(
  io: Io,
  message: string,
  choices: readonly (Choice & { readonly value: T })[],
): Promise<T> {
  const value = await ask(io, { message, choices });
  const choice = choices.find((each) => each.value === value);
  if (choice === undefined) throw new Error(`No choice was ${value}`);
  return choice.value;
}
