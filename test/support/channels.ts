/** One channel of every kind, and what it would be sent. */
import type { Locale } from '../../shared/model.ts';
import { platforms } from '../../shared/notice/channels/platforms.ts';
import type { Notice } from '../../shared/notice/notice.ts';
import { channelKinds, type Channel, type ChannelKind } from '../../shared/notice/webhook.ts';
import type { HttpRequest } from '../../shared/ports.ts';
import { channelOf, webhooks } from './fake-ports.ts';

export const routingKey = 'CANARYPAGERDUTY0123456789abcdef0';

/** Their secrets are canaries: none of them may turn up where it does not belong. */
export const webhookOf: Readonly<Record<ChannelKind, string>> = {
  ...webhooks,
  dingtalk: 'https://oapi.dingtalk.com/robot/send?access_token=CANARYTOKEN#secret=SECCANARY',
  feishu: 'https://open.feishu.cn/open-apis/bot/v2/hook/CANARYHOOK#secret=CANARYSECRET',
  lark: 'https://open.larksuite.com/open-apis/bot/v2/hook/CANARYHOOK#secret=CANARYSECRET',
  teams:
    'https://x.api.powerplatform.com/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=CANARYSIG',
  discord: 'https://discord.com/api/webhooks/1/CANARYTOKEN',
  googlechat: 'https://chat.googleapis.com/v1/spaces/S/messages?key=CANARYKEY&token=CANARYTOKEN',
  pagerduty: `https://events.pagerduty.com/v2/enqueue#secret=${routingKey}`,
  alertmanager: 'https://bridge.example.com/CANARYPATH#kind=alertmanager',
};

/** A table of all kinds, for `it.each`. */
export const everyKind: readonly (readonly [ChannelKind, Channel])[] = channelKinds.map((kind) => [
  kind,
  channelOf(webhookOf[kind]),
]);

export const startMs = Date.UTC(2026, 10, 24, 18, 0, 2, 345);

export interface Rendered {
  readonly content: Readonly<Record<string, unknown>>;
  readonly tells: readonly string[];
  /** The very bytes of one attempt. */
  readonly body: string;
}

export function rendered(
  kind: ChannelKind,
  notice: Notice,
  locale: Locale = 'en',
): readonly Rendered[] {
  return platforms[kind].render(notice, locale).map(({ content, tells }) => ({
    content: { ...content },
    tells,
    body: requestOf(kind, content).body,
  }));
}

export function requestOf(
  kind: ChannelKind,
  content: object,
  nowMs = startMs,
  channel = channelOf(webhookOf[kind]),
): Pick<HttpRequest, 'url' | 'headers' | 'body'> {
  return platforms[kind].request({ channel, content, id: 'nightly-1', nowMs });
}

interface TextBlock {
  readonly text: string;
}

/** All that a chat platform would read as its own syntax. */
export function markupOf(kind: ChatKind, content: object): readonly string[] {
  return markup[kind](content as never);
}

export type ChatKind = Exclude<ChannelKind, 'pagerduty' | 'alertmanager' | 'generic'>;

interface Feishu {
  readonly card: {
    readonly body: { readonly elements: readonly { readonly tag: string; content?: string }[] };
  };
}
const feishu = ({ card }: Feishu) =>
  card.body.elements.flatMap(({ tag, content }) => (tag === 'markdown' ? [content ?? ''] : []));

const markup: Readonly<Record<ChatKind, (content: never) => readonly string[]>> = {
  slack: ({
    text,
    attachments,
  }: {
    readonly text: string;
    readonly attachments: readonly {
      readonly fallback: string;
      readonly blocks: readonly {
        readonly text?: { readonly type: string; readonly text: string };
        readonly elements?: readonly TextBlock[];
      }[];
    }[];
  }) => [
    text,
    ...attachments.flatMap(({ fallback, blocks }) => [
      fallback,
      ...blocks.flatMap(({ text: block, elements = [] }) => [
        ...(block?.type === 'mrkdwn' ? [block.text] : []),
        ...elements.map((element) => element.text),
      ]),
    ]),
  ],
  wecom: ({ markdown }: { readonly markdown: { readonly content: string } }) => [markdown.content],
  dingtalk: ({ markdown }: { readonly markdown: TextBlock }) => [markdown.text],
  feishu,
  lark: feishu,
  teams: ({
    attachments,
  }: {
    readonly attachments: readonly { readonly content: { readonly body: readonly TextBlock[] } }[];
  }) => attachments.flatMap(({ content }) => content.body.map(({ text }) => text)),
  discord: ({
    embeds,
  }: {
    readonly embeds: readonly { readonly title: string; readonly description: string }[];
  }) => embeds.flatMap(({ title, description }) => [title, description]),
  googlechat: ({ text }: TextBlock) => [text],
};
export const chatKinds = Object.keys(markup) as readonly ChatKind[];
