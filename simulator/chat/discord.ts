/**
 * Discord's webhook: JSON errors with a code of their own, and a message in return for `wait=true`.
 * @see https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
import { json, text, type Answer, type Incoming } from '../http.ts';
import { isObject } from '../json.ts';
import { createRateLimit } from '../rate-limit.ts';
import { errorsOf, problemsOf, type Problem } from './discord-form.ts';
import { outwardlyAccepted, type Platform } from './inbox.ts';
import { isJsonType, isText } from './shapes.ts';
import { throttled } from './throttled.ts';

export interface DiscordWebhook {
  /** A snowflake. */
  readonly id: string;
  readonly token: string;
}

/** Discord's first second. */
const epochMs = 1_420_070_400_000;

/** @param webhook the one that exists */
export function createDiscord(webhook: DiscordWebhook, now: () => number): Platform {
  // Observed; the documents give headers and no numbers.
  const rateLimit = createRateLimit(5, 2000);
  return (request, body) => {
    const refusal = strangerAnswer(request, webhook);
    if (refusal !== undefined) return { accepted: false, reply: refusal };
    const waitMs = rateLimit(webhook.id, now());
    if (waitMs > 0) return { accepted: false, reply: throttled.discord(waitMs) };
    const unfit = unfitAnswer(request, body);
    if (unfit !== undefined) return { accepted: false, reply: unfit };
    const lateFault = isMute(body) ? undefined : 'allowed_mentions.parse is not []';
    const waits = new URLSearchParams(request.query).get('wait') === 'true';
    const reply = waits ? json(200, messageOf(body, webhook, now())) : text(204, '');
    return outwardlyAccepted(reply, lateFault);
  };
}

function strangerAnswer(
  { method, path, headers }: Incoming,
  webhook: DiscordWebhook,
): Answer | undefined {
  if (!isText(headers['user-agent'])) return refused(403, 40333, 'internal network error');
  const [, , , id, token] = path.split('/');
  if (id !== webhook.id) return refused(404, 10015, 'Unknown Webhook');
  if (token !== webhook.token) return refused(401, 50027, 'Invalid Webhook Token');
  return method === 'POST' ? undefined : refused(405, 0, '405: Method Not Allowed');
}

function unfitAnswer({ headers }: Incoming, body: unknown): Answer | undefined {
  if (!isJsonType(headers['content-type'])) {
    const types =
      "{'application/x-www-form-urlencoded', 'application/json', 'multipart/form-data'}";
    const message = `Expected "Content-Type" header to be one of ${types}.`;
    return invalidForm([{ path: [], code: 'CONTENT_TYPE_INVALID', message }]);
  }
  if (!isObject(body)) return refused(400, 50109, 'The request body contains invalid JSON.');
  const problems = problemsOf(body);
  if (problems.length > 0) return invalidForm(problems);
  const { content, embeds } = body;
  const hasText = typeof content === 'string' && content.trim() !== '';
  const hasEmbed = Array.isArray(embeds) && embeds.length > 0;
  return hasText || hasEmbed ? undefined : refused(400, 50006, 'Cannot send an empty message');
}

/** Whether no text of the message can call anybody. */
function isMute(body: unknown): boolean {
  const allowed = isObject(body) ? body['allowed_mentions'] : undefined;
  const parse = isObject(allowed) ? allowed['parse'] : undefined;
  return Array.isArray(parse) && parse.length === 0;
}

function invalidForm(problems: readonly Problem[]): Answer {
  return json(400, { message: 'Invalid Form Body', code: 50035, errors: errorsOf(problems) });
}

function refused(status: number, code: number, message: string): Answer {
  return json(status, { message, code });
}

function messageOf(body: unknown, { id: webhookId }: DiscordWebhook, nowMs: number) {
  const { content = '', embeds = [] } = isObject(body) ? body : {};
  return {
    id: String(BigInt(nowMs - epochMs) << 22n),
    type: 0,
    content,
    channel_id: '100000000000000002',
    author: { id: webhookId, username: 'Simulator', bot: true },
    embeds,
    mentions: [],
    mention_everyone: false,
    timestamp: new Date(nowMs).toISOString(),
    webhook_id: webhookId,
  };
}
