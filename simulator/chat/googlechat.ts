/**
 * Google Chat's incoming webhook: the message in return, errors as of every Google API.
 * @see https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
 */
import { json, type Answer, type Incoming } from '../http.ts';
import { isObject } from '../json.ts';
import { createRateLimit } from '../rate-limit.ts';
import { messageFaultOf } from './googlechat-message.ts';
import type { Platform } from './inbox.ts';
import { isJsonType, isText } from './shapes.ts';
import { throttled } from './throttled.ts';

const maxBodyBytes = 32_000;
const replyOptions: readonly (string | null)[] = [
  null,
  'MESSAGE_REPLY_OPTION_UNSPECIFIED',
  'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
  'REPLY_MESSAGE_OR_FAIL',
];

export interface GoogleChatSpace {
  readonly space: string;
  readonly key: string;
  readonly token: string;
}

interface GoogleChatDeps {
  readonly now: () => number;
  readonly newId: () => string;
}

/** @param webhook the one that exists */
export function createGoogleChat(
  webhook: GoogleChatSpace,
  { now, newId }: GoogleChatDeps,
): Platform {
  // One message a second, with a short burst.
  const rateLimit = createRateLimit(5, 5000);
  return (request, body) => {
    const refusal = strangerAnswer(request, webhook);
    if (refusal !== undefined) return { accepted: false, reply: refusal };
    if (rateLimit(webhook.space, now()) > 0) {
      return { accepted: false, reply: throttled.googlechat(0) };
    }
    const fault = faultOf(request, body);
    return fault === undefined
      ? { accepted: true, reply: json(200, messageOf(request, body, webhook, newId(), now())) }
      : { accepted: false, reply: refused(400, 'INVALID_ARGUMENT', fault) };
  };
}

function strangerAnswer(
  { method, path, query }: Incoming,
  webhook: GoogleChatSpace,
): Answer | undefined {
  const parameters = new URLSearchParams(query);
  const key = parameters.get('key');
  if (key === null) {
    const message = "Method doesn't allow unregistered callers. Please use API Key.";
    return refused(403, 'PERMISSION_DENIED', message);
  }
  if (key !== webhook.key) {
    const message = 'API key not valid. Please pass a valid API key.';
    return refused(400, 'INVALID_ARGUMENT', message);
  }
  if (method !== 'POST' || path !== `/v1/spaces/${webhook.space}/messages`) {
    return refused(404, 'NOT_FOUND', 'Requested entity was not found.');
  }
  return parameters.get('token') === webhook.token
    ? undefined
    : refused(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
}

function faultOf({ query, headers, rawBody }: Incoming, body: unknown): string | undefined {
  if (!replyOptions.includes(new URLSearchParams(query).get('messageReplyOption'))) {
    return "Invalid value at 'message_reply_option'";
  }
  if (!isJsonType(headers['content-type']) || !isObject(body)) {
    return 'Invalid JSON payload received. Unexpected token.';
  }
  if (rawBody.length > maxBodyBytes) return 'Message is longer than 32000 bytes';
  return messageFaultOf(body);
}

function messageOf(
  { query }: Incoming,
  body: unknown,
  { space }: GoogleChatSpace,
  id: string,
  nowMs: number,
) {
  const { thread, ...content } = isObject(body) ? body : {};
  const key = isObject(thread) ? thread['threadKey'] : undefined;
  // Without the option the thread key is ignored.
  const isReply =
    new URLSearchParams(query).get('messageReplyOption')?.startsWith('REPLY_') === true;
  return {
    name: `spaces/${space}/messages/${id}`,
    ...content,
    createTime: new Date(nowMs).toISOString(),
    thread: { name: `spaces/${space}/threads/${isReply && isText(key) ? key : id}` },
    space: { name: `spaces/${space}` },
  };
}

function refused(code: number, status: string, message: string): Answer {
  return json(code, { error: { code, message, status } });
}
