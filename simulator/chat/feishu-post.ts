/** Feishu's rich text: a title and lines of elements for each language. */
import { isObject } from '../json.ts';
import { firstFault, isText } from './shapes.ts';

/** @returns Feishu's words for what is wrong, after `params error, ` */
export function postFaultOf(post: unknown): string | undefined {
  if (!isObject(post) || Object.keys(post).length === 0) return 'post need';
  return firstFault(Object.values(post), (language) => {
    const lines = isObject(language) ? language['content'] : undefined;
    if (!Array.isArray(lines) || !lines.every(Array.isArray)) return 'post content need';
    return firstFault(lines.flat(), elementFaultOf);
  });
}

// The elements that a notice needs; any other is refused here though Feishu knows more.
function elementFaultOf(element: unknown): string | undefined {
  const { tag, text, href, user_id: userId } = isObject(element) ? element : {};
  switch (tag) {
    case 'text':
      return typeof text === 'string' ? undefined : 'text need';
    case 'a':
      if (!isText(text)) return 'text need';
      // One bad link and the whole message is refused.
      return isText(href) && /^https?:/.test(href) && URL.canParse(href)
        ? undefined
        : 'invalid href';
    case 'at':
      return isText(userId) ? undefined : 'user_id need';
    default:
      return 'unknown post tag';
  }
}
