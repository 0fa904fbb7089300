/**
 * What Google Chat refuses in a message. Like every Google API it takes no name that it does not know.
 * @see https://developers.google.com/workspace/chat/api/reference/rest/v1/cards
 */
import { isObject } from '../json.ts';
import { firstFault, isHttpsUrl } from './shapes.ts';

interface Shape {
  /** A type of JSON, another shape, or with `[]` a list of either. */
  readonly fields: Readonly<Record<string, string>>;
  /** What may not be left out, nor be empty. */
  readonly required?: readonly string[];
  /** Exactly one of these. */
  readonly oneOf?: readonly string[];
}

/** What a notice needs; the real platform knows more. */
const shapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries({
    Message: {
      fields: { text: 'string', fallbackText: 'string', cardsV2: 'CardWithId[]', thread: 'Thread' },
    },
    Thread: { fields: { threadKey: 'string', name: 'string' } },
    CardWithId: { fields: { cardId: 'string', card: 'Card' }, required: ['card'] },
    Card: { fields: { header: 'CardHeader', sections: 'Section[]' }, required: ['sections'] },
    CardHeader: { fields: { title: 'string', subtitle: 'string' }, required: ['title'] },
    Section: {
      fields: {
        header: 'string',
        widgets: 'Widget[]',
        collapsible: 'boolean',
        uncollapsibleWidgetsCount: 'number',
      },
      required: ['widgets'],
    },
    Widget: {
      fields: {
        textParagraph: 'TextParagraph',
        decoratedText: 'DecoratedText',
        buttonList: 'ButtonList',
        divider: 'Divider',
      },
      oneOf: ['textParagraph', 'decoratedText', 'buttonList', 'divider'],
    },
    TextParagraph: { fields: { text: 'string' }, required: ['text'] },
    DecoratedText: {
      fields: {
        topLabel: 'string',
        text: 'string',
        bottomLabel: 'string',
        wrapText: 'boolean',
        button: 'Button',
        onClick: 'OnClick',
      },
      required: ['text'],
    },
    ButtonList: { fields: { buttons: 'Button[]' }, required: ['buttons'] },
    Button: { fields: { text: 'string', onClick: 'OnClick' }, required: ['text', 'onClick'] },
    OnClick: { fields: { openLink: 'OpenLink' }, required: ['openLink'] },
    OpenLink: { fields: { url: 'url' }, required: ['url'] },
    Divider: { fields: {} },
  } satisfies Record<string, Shape>),
);

/** @returns the text of the INVALID_ARGUMENT */
export function messageFaultOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const { text, cardsV2 } = body;
  return (
    valueFaultOf(body, 'Message', 'message') ??
    (isEmpty(text) && isEmpty(cardsV2)
      ? 'Message cannot be empty. Discarding empty create message request.'
      : undefined)
  );
}

function valueFaultOf(value: unknown, type: string, path: string): string | undefined {
  if (type.endsWith('[]')) {
    return Array.isArray(value)
      ? firstFault(value, (item, index) =>
          valueFaultOf(item, type.slice(0, -2), `${path}[${String(index)}]`),
        )
      : invalidValue(path);
  }
  const shape = shapes.get(type);
  if (shape !== undefined)
    return isObject(value) ? shapeFaultOf(value, shape, path) : invalidValue(path);
  const isRight = type === 'url' ? isHttpsUrl(value) : typeof value === type;
  return isRight ? undefined : invalidValue(path);
}

function shapeFaultOf(
  value: Readonly<Record<string, unknown>>,
  { fields, required = [], oneOf }: Shape,
  path: string,
): string | undefined {
  const typeByName = new Map(Object.entries(fields));
  const fault = firstFault(Object.keys(value), (name) => {
    const type = typeByName.get(String(name));
    return type === undefined
      ? `Invalid JSON payload received. Unknown name "${String(name)}" at '${path}': Cannot find field.`
      : valueFaultOf(value[String(name)], type, `${path}.${snakeCase(String(name))}`);
  });
  if (fault !== undefined) return fault;
  const lacking = required.find((name) => isEmpty(value[name]));
  if (lacking !== undefined) return `Field is required at '${path}.${snakeCase(lacking)}'`;
  return oneOf === undefined || oneOf.filter((name) => name in value).length === 1
    ? undefined
    : `Exactly one kind of widget is required at '${path}'`;
}

function invalidValue(path: string): string {
  return `Invalid value at '${path}'`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
