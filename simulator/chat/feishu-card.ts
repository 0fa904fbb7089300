/**
 * What Feishu refuses in a card of JSON 2.0.
 * @see https://open.feishu.cn/document/feishu-cards/card-json-v2-structure
 */
import { isObject } from '../json.ts';
import { firstFault, isHttpsUrl, isText } from './shapes.ts';

const templates: readonly unknown[] = [
  'blue',
  'wathet',
  'turquoise',
  'green',
  'yellow',
  'orange',
  'red',
  'carmine',
  'violet',
  'purple',
  'indigo',
  'grey',
  'default',
];

/** @returns the path of what is wrong */
export function cardFaultOf(card: Readonly<Record<string, unknown>>): string | undefined {
  // The real bot still takes cards of JSON 1.0, which know no headings, quotes and tables.
  if (card['schema'] !== '2.0') return 'schema';
  const { header, body } = card;
  if (header !== undefined) {
    if (!isObject(header) || !isTextObject(header['title'])) return 'header.title.content';
    const { subtitle, template } = header;
    if (subtitle !== undefined && !isTextObject(subtitle)) return 'header.subtitle.content';
    if (template !== undefined && !templates.includes(template)) return 'header.template';
  }
  return elementsFaultOf(isObject(body) ? body['elements'] : undefined, 'body.elements');
}

function elementsFaultOf(elements: unknown, path: string): string | undefined {
  if (!Array.isArray(elements) || elements.length === 0) return path;
  return firstFault(elements, (element, index) =>
    elementFaultOf(element, `${path}[${String(index)}]`),
  );
}

// The components that a notice needs; any other is refused here though Feishu knows more.
function elementFaultOf(element: unknown, path: string): string | undefined {
  if (!isObject(element)) return path;
  switch (element['tag']) {
    case 'hr':
      return undefined;
    case 'markdown':
      return isText(element['content']) ? undefined : `${path}.content`;
    case 'div':
      return isTextObject(element['text']) ? undefined : `${path}.text`;
    case 'button':
      return isTextObject(element['text'])
        ? behaviorsFaultOf(element['behaviors'], `${path}.behaviors`)
        : `${path}.text`;
    case 'column_set': {
      const { columns } = element;
      if (!Array.isArray(columns) || columns.length === 0) return `${path}.columns`;
      return firstFault(columns, (column, index) =>
        columnFaultOf(column, `${path}.columns[${String(index)}]`),
      );
    }
    default:
      return `${path}.tag`;
  }
}

function columnFaultOf(column: unknown, path: string): string | undefined {
  return isObject(column) && column['tag'] === 'column'
    ? elementsFaultOf(column['elements'], `${path}.elements`)
    : `${path}.tag`;
}

/** Custom bots get no callbacks: all that a button can do is open a page. */
function behaviorsFaultOf(behaviors: unknown, path: string): string | undefined {
  if (!Array.isArray(behaviors) || behaviors.length === 0) return path;
  return firstFault(behaviors, (behavior, index) => {
    if (!isObject(behavior) || behavior['type'] !== 'open_url') {
      return `${path}[${String(index)}].type`;
    }
    return isHttpsUrl(behavior['default_url'])
      ? undefined
      : `${path}[${String(index)}].default_url`;
  });
}

function isTextObject(value: unknown): boolean {
  return (
    isObject(value) &&
    (value['tag'] === 'plain_text' || value['tag'] === 'lark_md') &&
    isText(value['content'])
  );
}
