/** How an API call can go wrong beyond what the API itself would say. */
import { json, text, type Reply } from '../http.ts';
import { isObject } from '../json.ts';
import type { Values } from './settings/product.ts';

export type ApiFault =
  | { readonly kind: 'api-error'; readonly code: string; readonly message?: string }
  | { readonly kind: 'http-status'; readonly status: number; readonly body?: string }
  /** HTTP 200 with a page, as a captive portal or a proxy gives. */
  | { readonly kind: 'html' }
  | { readonly kind: 'empty-object' }
  | { readonly kind: 'null-response' }
  /** JSON cut in the middle; `too-long`: Content-Length tells of the whole and the socket closes. */
  | { readonly kind: 'cut'; readonly contentLength: 'honest' | 'too-long' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'redirect'; readonly location: string }
  /** The answer holds these settings instead of the scenario's. */
  | { readonly kind: 'settings'; readonly settings: Values }
  /** A function ran, and what is told of that is partly this: `RetMsg`, `ErrMsg`, … */
  | { readonly kind: 'result'; readonly result: Values };

/** @param document what the API would answer otherwise */
export function disturbed(fault: ApiFault, document: unknown): Reply {
  const whole = JSON.stringify(document);
  const part = whole.slice(0, whole.length >> 1);
  switch (fault.kind) {
    case 'api-error':
    case 'settings':
      return json(200, document);
    case 'result':
      return json(200, withResult(document, fault.result));
    case 'http-status':
      return text(fault.status, fault.body ?? `HTTP ${String(fault.status)}`);
    case 'html':
      return text(200, '<!DOCTYPE html><title>Sign in</title><p>Please sign in to the network.', {
        'content-type': 'text/html; charset=utf-8',
      });
    case 'empty-object':
      return json(200, {});
    case 'null-response':
      return json(200, { Response: null });
    case 'cut':
      return fault.contentLength === 'honest'
        ? text(200, part, { 'content-type': 'application/json' })
        : { kind: 'broken-off', body: part, promisedBytes: Buffer.byteLength(whole) };
    case 'reset':
    case 'hang':
      return { kind: fault.kind };
    case 'slow':
      return { ...json(200, document), delayMs: fault.delayMs };
    case 'redirect':
      return text(302, '', { location: fault.location });
  }
}

/** Whether the caller hears what the API decided, and not only the fault. */
export function isTransparent({ kind }: ApiFault): boolean {
  return kind === 'api-error' || kind === 'settings' || kind === 'slow' || kind === 'result';
}

/** Whether somebody before the API answers, so that nothing is done that was asked for. */
export function isBeforeApi({ kind }: ApiFault): boolean {
  return kind === 'http-status' || kind === 'html' || kind === 'redirect';
}

function withResult(document: unknown, result: Values): unknown {
  const response = isObject(document) ? document['Response'] : undefined;
  if (!isObject(response)) return document;
  const actual = isObject(response['Result']) ? response['Result'] : {};
  return { Response: { ...response, Result: { ...actual, ...result } } };
}
