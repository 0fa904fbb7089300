/**
 * What a Teams flow fails to post, and what Teams fails to show.
 * @see https://adaptivecards.io/explorer/AdaptiveCard.html
 */
import { isObject } from '../json.ts';
import { firstFault, isHttpsUrl, isText } from './shapes.ts';

const versions: readonly unknown[] = ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'];
const cardType = 'application/vnd.microsoft.card.adaptive';

/** @returns the path of what is wrong */
export function teamsFaultOf(body: unknown): string | undefined {
  if (!isObject(body) || body['type'] !== 'message') return 'type is not message';
  return faultOfList(body['attachments'], 'attachments', (attachment, path) => {
    if (attachment['contentType'] !== cardType) return `${path}.contentType`;
    const { content } = attachment;
    return isObject(content) ? cardFaultOf(content, `${path}.content`) : `${path}.content`;
  });
}

function cardFaultOf(card: Readonly<Record<string, unknown>>, path: string): string | undefined {
  if (card['type'] !== 'AdaptiveCard') return `${path}.type`;
  if (!versions.includes(card['version'])) return `${path}.version`;
  return (
    faultOfList(card['body'], `${path}.body`, elementFaultOf) ??
    (card['actions'] === undefined
      ? undefined
      : faultOfList(card['actions'], `${path}.actions`, actionFaultOf))
  );
}

type FaultOf = (item: Readonly<Record<string, unknown>>, path: string) => string | undefined;

// The elements that a notice needs; any other is a fault here though Teams knows more.
function elementFaultOf(element: Readonly<Record<string, unknown>>, path: string) {
  switch (element['type']) {
    case 'TextBlock':
      return isText(element['text']) ? undefined : `${path}.text`;
    case 'FactSet':
      return faultOfList(element['facts'], `${path}.facts`, ({ title, value }, factPath) =>
        typeof title === 'string' && typeof value === 'string' ? undefined : factPath,
      );
    case 'Container':
      return faultOfList(element['items'], `${path}.items`, elementFaultOf);
    case 'ColumnSet':
      return faultOfList(element['columns'], `${path}.columns`, columnFaultOf);
    case 'ActionSet':
      return faultOfList(element['actions'], `${path}.actions`, actionFaultOf);
    default:
      return `${path}.type`;
  }
}

function columnFaultOf({ type, items }: Readonly<Record<string, unknown>>, path: string) {
  if (type !== undefined && type !== 'Column') return `${path}.type`;
  return faultOfList(items, `${path}.items`, elementFaultOf);
}

function actionFaultOf({ type, title, url }: Readonly<Record<string, unknown>>, path: string) {
  if (type !== 'Action.OpenUrl') return `${path}.type`;
  if (!isText(title)) return `${path}.title`;
  return isHttpsUrl(url) ? undefined : `${path}.url`;
}

function faultOfList(list: unknown, path: string, faultOf: FaultOf): string | undefined {
  if (!Array.isArray(list) || list.length === 0) return path;
  return firstFault(list, (item, index) => {
    const itemPath = `${path}[${String(index)}]`;
    return isObject(item) ? faultOf(item, itemPath) : itemPath;
  });
}
