import type { Locale } from '../../model.ts';
import { messageOf, type Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { byteLength, pagesFor, type Dialect, type Page } from '../pages.ts';
import type { Post } from './channel.ts';

/** How a platform for people makes a message of a page, and what it takes as one. */
export interface Form<Content extends object> {
  readonly dialect: Dialect;
  readonly contentOf: (page: Page, message: Message) => Content;
  /** In the platform's own unit. */
  readonly fits: (content: Content, page: Page) => boolean;
}

export function postsOf<Content extends object>(
  notice: Notice,
  locale: Locale,
  { dialect, contentOf, fits }: Form<Content>,
): readonly Post[] {
  const message = messageOf(notice, locale);
  const fitsPage = (page: Page) => fits(contentOf(page, message), page);
  return pagesFor(message, dialect, fitsPage).map((page) => ({
    content: contentOf(page, message),
    tells: page.tells,
  }));
}

/** UTF-8 bytes of the final JSON. */
export function bodyBytes(content: object): number {
  return byteLength(JSON.stringify(content));
}
