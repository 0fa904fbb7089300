/** What the API made of a request. */
import type { Values } from './settings/product.ts';

export type Outcome =
  | { readonly kind: 'ok'; readonly response: Values | Promise<Values> }
  | { readonly kind: 'refused'; readonly code: string; readonly subject?: string };

export type Refusal = Extract<Outcome, { kind: 'refused' }>;

export function ok(response: Values | Promise<Values> = {}): Outcome {
  return { kind: 'ok', response };
}

/** @param subject what the refusal is about, for its words */
export function refused(code: string, subject = ''): Refusal {
  return { kind: 'refused', code, subject };
}
