/**
 * What Slack refuses in a message. Lengths are characters.
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
import { isObject } from '../json.ts';

/** @returns Slack's word for what is wrong */
export function slackFaultOf(body: unknown): string | undefined {
  if (!isObject(body)) return 'invalid_payload';
  const attachments = body['attachments'] ?? [];
  if (!Array.isArray(attachments) || !attachments.every(isObject)) return 'invalid_attachments';
  if (attachments.length > 100) return 'too_many_attachments';
  const holders: readonly Readonly<Record<string, unknown>>[] = [body, ...attachments];
  const blockLists = holders.flatMap(({ blocks }) => (blocks === undefined ? [] : [blocks]));
  if (!isText(body['text']) && blockLists.length === 0 && attachments.length === 0) {
    return 'no_text';
  }
  if (!blockLists.every(Array.isArray)) return 'invalid_blocks';
  const blocks = blockLists.flat();
  return blocks.length <= 50 && blocks.every(isBlock) ? undefined : 'invalid_blocks';
}

// The types that a notice needs; any other type is refused here though Slack knows more.
function isBlock(block: unknown): boolean {
  if (!isObject(block)) return false;
  const { type, text, fields, elements } = block;
  switch (type) {
    case 'divider':
      return true;
    case 'header':
      return isTextObject(text, 150, ['plain_text']);
    case 'section':
      return (
        (text !== undefined || fields !== undefined) &&
        (text === undefined || isTextObject(text, 3000)) &&
        (fields === undefined || isList(fields, 10, (field) => isTextObject(field, 2000)))
      );
    case 'context':
      return isList(elements, 10, (element) => isTextObject(element, 3000));
    case 'actions':
      return isList(elements, 25, isButton);
    default:
      return false;
  }
}

function isButton(element: unknown): boolean {
  if (!isObject(element) || element['type'] !== 'button') return false;
  const { text, url } = element;
  return isTextObject(text, 75, ['plain_text']) && (url === undefined || isText(url, 3000));
}

function isTextObject(
  value: unknown,
  maxLength: number,
  types: readonly unknown[] = ['plain_text', 'mrkdwn'],
): boolean {
  return isObject(value) && types.includes(value['type']) && isText(value['text'], maxLength);
}

function isText(value: unknown, maxLength = Infinity): boolean {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}

function isList(value: unknown, max: number, isElement: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= max && value.every(isElement);
}
