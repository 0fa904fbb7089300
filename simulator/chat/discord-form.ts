/**
 * What Discord refuses in a message, all of it at once. Lengths are characters.
 * @see https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
import { isObject } from '../json.ts';
import { isText, isTimestamp, lengthOf } from './shapes.ts';

export interface Problem {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function problemsOf({ content, embeds = [] }: Fields): readonly Problem[] {
  const path = ['embeds'];
  return [
    ...textProblems(content, ['content'], 2000),
    ...(Array.isArray(embeds)
      ? [
          ...countProblems(embeds, path, 10),
          ...embeds.flatMap((embed, index) => embedProblems(embed, [...path, String(index)])),
          ...(totalOf(embeds) > 6000 ? [tooMuch] : []),
        ]
      : [wrongType(path, 'Only iterables may be used in a list')]),
  ];
}

/** Discord's tree: an object for each step of a path, `_errors` at its end. */
export function errorsOf(problems: readonly Problem[]): Fields {
  const here = problems.filter(({ path }) => path.length === 0);
  const names = new Set(problems.flatMap(({ path }) => path.slice(0, 1)));
  const below = Array.from(names, (name): readonly [string, Fields] => {
    const of = problems.filter(({ path }) => path[0] === name);
    return [name, errorsOf(of.map((problem) => ({ ...problem, path: problem.path.slice(1) })))];
  });
  const errors = here.map(({ code, message }) => ({ code, message }));
  return {
    ...(errors.length === 0 ? {} : { _errors: errors }),
    ...Object.fromEntries(below),
  };
}

function embedProblems(embed: unknown, path: readonly string[]): readonly Problem[] {
  if (!isObject(embed)) return [wrongType(path, 'Only dictionaries may be used in a model')];
  const { title, description, url, timestamp, color, fields = [], footer, author } = embed;
  const isEmpty = [title, description, embed['fields'], footer, author].every(
    (part) => part === undefined,
  );
  return [
    ...(isEmpty ? [required([...path, 'description'])] : []),
    ...textProblems(title, [...path, 'title'], 256),
    ...textProblems(description, [...path, 'description'], 4096),
    ...(url === undefined || isWebUrl(url) ? [] : [notAUrl([...path, 'url'])]),
    ...(timestamp === undefined || isTimestamp(timestamp)
      ? []
      : [notATime([...path, 'timestamp'])]),
    ...(color === undefined || isColor(color) ? [] : [notAColor([...path, 'color'])]),
    ...(Array.isArray(fields)
      ? [
          ...countProblems(fields, [...path, 'fields'], 25),
          ...fields.flatMap((field, index) =>
            fieldProblems(field, [...path, 'fields', String(index)]),
          ),
        ]
      : [wrongType([...path, 'fields'], 'Only iterables may be used in a list')]),
    ...partProblems(footer, [...path, 'footer'], 'text', 2048),
    ...partProblems(author, [...path, 'author'], 'name', 256),
  ];
}

function fieldProblems(field: unknown, path: readonly string[]): readonly Problem[] {
  return [
    ...partProblems(field ?? {}, path, 'name', 256),
    ...partProblems(field ?? {}, path, 'value', 1024),
  ];
}

/** Of an object that must have the text, where there is an object. */
function partProblems(part: unknown, path: readonly string[], name: string, max: number) {
  if (part === undefined) return [];
  const value = isObject(part) ? part[name] : undefined;
  return value === undefined || value === ''
    ? [required([...path, name])]
    : textProblems(value, [...path, name], max);
}

function textProblems(value: unknown, path: readonly string[], max: number): readonly Problem[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'string') {
    const message = `Could not interpret "${JSON.stringify(value)}" as string.`;
    return [{ path, code: 'STRING_TYPE_CONVERT', message }];
  }
  return lengthOf(value) > max ? [tooLong(path, max)] : [];
}

function countProblems(list: readonly unknown[], path: readonly string[], max: number) {
  return list.length > max ? [tooLong(path, max)] : [];
}

/** What counts for the sum over all embeds. */
function totalOf(embeds: readonly unknown[]): number {
  const texts = embeds
    .filter(isObject)
    .flatMap(({ title, description, fields, footer, author }) => [
      title,
      description,
      ...(Array.isArray(fields) ? fields : [])
        .filter(isObject)
        .flatMap(({ name, value }) => [name, value]),
      isObject(footer) ? footer['text'] : undefined,
      isObject(author) ? author['name'] : undefined,
    ]);
  return texts.reduce<number>((total, text) => total + (isText(text) ? lengthOf(text) : 0), 0);
}

const tooMuch: Problem = {
  path: ['embeds'],
  code: 'MAX_EMBED_SIZE_EXCEEDED',
  message: 'Embed size exceeds maximum size of 6000',
};

function tooLong(path: readonly string[], max: number): Problem {
  return {
    path,
    code: 'BASE_TYPE_MAX_LENGTH',
    message: `Must be ${String(max)} or fewer in length.`,
  };
}

function required(path: readonly string[]): Problem {
  return { path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };
}

function wrongType(path: readonly string[], message: string): Problem {
  return { path, code: 'MODEL_TYPE_CONVERT', message };
}

function notAUrl(path: readonly string[]): Problem {
  return { path, code: 'URL_TYPE_INVALID_URL', message: 'Not a well formed URL.' };
}

function notATime(path: readonly string[]): Problem {
  return {
    path,
    code: 'DATE_TIME_TYPE_PARSE',
    message: 'Could not parse value. Should be ISO8601.',
  };
}

function notAColor(path: readonly string[]): Problem {
  return { path, code: 'NUMBER_TYPE_COERCE', message: 'Value is not int between 0 and 16777215.' };
}

function isColor(color: unknown): boolean {
  return Number.isInteger(color) && Number(color) >= 0 && Number(color) <= 0xffffff;
}

function isWebUrl(url: unknown): boolean {
  return isText(url) && /^https?:/.test(url) && URL.canParse(url);
}
