import type { Locale } from '../../../model.ts';
import { en, type Catalogue } from './en.ts';
import { zh } from './zh.ts';

const catalogues: Readonly<Record<Locale, Catalogue>> = { en, zh };

export function textOf(locale: Locale): Catalogue {
  return catalogues[locale];
}
