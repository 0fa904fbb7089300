import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import {
  channelKinds,
  isAllowedUrl,
  parseWebhooks,
  secretBytes,
} from '../../shared/notice/webhook.ts';
import { secret, webhooks } from '../support/fake-ports.ts';

const parse = (text: string) => parseWebhooks(text, 'en');
const shortHash = (url: string) => createHash('sha256').update(url).digest('hex').slice(0, 8);

it('has no channels where nothing is set', () => {
  expect(parse(' \n\t')).toEqual({ channels: [], problems: [] });
});

it('names a channel by kind, host and a hash of its URL, which it keeps to itself', () => {
  const { url, ...shown } = parse(webhooks.slack).channels[0] ?? { url: '' };
  expect(url).toBe(webhooks.slack);
  expect(shown).toEqual({
    name: `slack:hooks.slack.com#${shortHash(webhooks.slack)}`,
    kind: 'slack',
    min: 'low',
    locale: 'en',
  });
});

const kinds: Record<string, readonly [string, string]> = {
  'slack by its host': ['https://hooks.slack.com/services/T/B/x', 'slack:hooks.slack.com'],
  'wecom by its host': [
    'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x',
    'wecom:qyapi.weixin.qq.com',
  ],
  'dingtalk by its host': [
    'https://oapi.dingtalk.com/robot/send?access_token=x',
    'dingtalk:oapi.dingtalk.com',
  ],
  'feishu by its host': ['https://open.feishu.cn/open-apis/bot/v2/hook/x', 'feishu:open.feishu.cn'],
  'lark by its host': [
    'https://open.larksuite.com/open-apis/bot/v2/hook/x',
    'lark:open.larksuite.com',
  ],
  'teams by its old host': [
    'https://prod-01.westeurope.logic.azure.com/workflows/x?sig=x',
    'teams:prod-01.westeurope.logic.azure.com',
  ],
  'teams by its new host, with its port': [
    'https://a.b.environment.api.powerplatform.com:443/powerautomate/x?sig=x',
    'teams:a.b.environment.api.powerplatform.com',
  ],
  'no teams in a host that only ends like one': [
    'https://evil-logic.azure.com/x',
    'generic:evil-logic.azure.com',
  ],
  'discord by its host': ['https://discord.com/api/webhooks/1/x', 'discord:discord.com'],
  'discord by its old host': ['https://discordapp.com/api/webhooks/1/x', 'discord:discordapp.com'],
  'discord by the host of a test client': [
    'https://canary.discord.com/api/webhooks/1/x',
    'discord:canary.discord.com',
  ],
  'googlechat by its host': [
    'https://chat.googleapis.com/v1/spaces/S/messages?key=x',
    'googlechat:chat.googleapis.com',
  ],
  'alertmanager by its kind, since it can be anywhere': [
    'https://bridge.example.com/x#kind=alertmanager',
    'alertmanager:bridge.example.com',
  ],
  'generic everywhere else': ['https://hooks.example.com/x', 'generic:hooks.example.com'],
  'a host in capitals': ['https://HOOKS.SLACK.COM/x', 'slack:hooks.slack.com'],
  'the kind that is given': ['https://chat.example.com/x#kind=slack', 'slack:chat.example.com'],
  'the kind that is given, though the host says another': [
    'https://hooks.slack.com/x#kind=generic',
    'generic:hooks.slack.com',
  ],
  'a port': ['https://hooks.example.com:8443/x', 'generic:hooks.example.com:8443'],
  'a host that only ends like one': [
    'https://evilhooks.slack.com.example.com/x',
    'generic:evilhooks.slack.com.example.com',
  ],
  'loopback over plain http': ['http://127.0.0.1:8080/x', 'generic:127.0.0.1:8080'],
};
it.each(Object.entries(kinds))('knows %s', (_name, [url, name]) => {
  const { channels, problems } = parse(url);
  expect(problems).toEqual([]);
  expect(channels[0]?.name).toBe(`${name}#${shortHash(channels[0]?.url ?? '')}`);
});

it('reads the options, and leaves them out of the URL and the name', () => {
  const url = 'https://hooks.example.com/audit';
  const plain = parse(url).channels[0];
  const { channels } = parse(`${url}#min=high&locale=zh&secret=${secret}`);
  expect(channels).toEqual([{ ...plain, min: 'high', locale: 'zh', secret }]);
});

it('keeps the query of a Teams workflow as it is, byte for byte', () => {
  const url =
    'https://x.api.powerplatform.com/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a-b_c%2B';
  expect(parse(url).channels[0]?.url).toBe(url);
});

it('tells two integrations of PagerDuty apart, which share one URL', () => {
  const keyed = (digit: string) =>
    `https://events.pagerduty.com/v2/enqueue#secret=${digit.repeat(32)}`;
  const { channels, problems: found } = parse(`${keyed('1')} ${keyed('2')}`);
  expect(found).toEqual([]);
  expect(new Set(channels.map(({ name }) => name)).size).toBe(2);
  expect(channels.map(({ url }) => url)).toEqual(
    Array.from({ length: 2 }, () => 'https://events.pagerduty.com/v2/enqueue'),
  );
  // Not so the same one twice.
  expect(parse(`${keyed('1')} ${keyed('1')}`).problems).toHaveLength(1);
});

it('takes the default locale where none is given', () => {
  expect(parseWebhooks(webhooks.slack, 'zh').channels[0]?.locale).toBe('zh');
});

it('reads several, separated by any white space', () => {
  const { channels } = parse(`${webhooks.slack}\n  ${webhooks.wecom}\t${webhooks.generic} `);
  expect(channels.map(({ kind }) => kind)).toEqual(['slack', 'wecom', 'generic']);
});

const bytes = Buffer.from('fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb', 'hex');
const withPlus = `whsec_${bytes.toString('base64')}`;
const secrets: Record<string, readonly [string, string]> = {
  'a plus sign as a plus sign': [withPlus, withPlus],
  'a plus sign that is percent-encoded': [withPlus.replaceAll('+', '%2B'), withPlus],
  'a secret without its prefix': [bytes.toString('base64'), bytes.toString('base64')],
  padding: [secret, secret],
};
it.each(Object.entries(secrets))('takes %s', (_name, [written, read]) => {
  expect(withPlus).toContain('+');
  const { channels, problems } = parse(`https://hooks.example.com/x#secret=${written}&min=high`);
  expect(problems).toEqual([]);
  expect(channels[0]?.secret).toBe(read);
});

it('decodes a secret with and without its prefix to the same key', () => {
  expect(Buffer.from(secretBytes(withPlus))).toEqual(bytes);
  expect(Buffer.from(secretBytes(bytes.toString('base64')))).toEqual(bytes);
});

const canary = 'CANARY';
const kindsKnown = channelKinds.join(', ');
const noKey = 'needs secret=: give the 32 characters of the integration key';
const badSecret = 'has a wrong secret=: give whsec_ and 24 to 64 bytes in base64';
const problems: Record<string, readonly [string, readonly string[]]> = {
  'no URL': [canary, ['is not a URL']],
  'plain http to somewhere': [
    `http://hooks.example.com/${canary}`,
    ['(hooks.example.com) must be https: plain http is for loopback only'],
  ],
  'another protocol': [
    `ftp://hooks.example.com/${canary}`,
    ['(hooks.example.com) must be https: plain http is for loopback only'],
  ],
  'a retired connector': [
    `https://tenant.webhook.office.com/webhookb2/${canary}`,
    [
      '(tenant.webhook.office.com) is an Office 365 connector, which Microsoft has retired: create a Teams workflow and give its URL',
    ],
  ],
  'a retired connector, whatever kind it says': [
    `https://tenant.webhook.office.com/webhookb2/${canary}#kind=generic`,
    [
      '(tenant.webhook.office.com) is an Office 365 connector, which Microsoft has retired: create a Teams workflow and give its URL',
    ],
  ],
  'PagerDuty without its key': ['https://events.pagerduty.com/v2/enqueue', [noKey]],
  'PagerDuty with a short key': [
    `https://events.pagerduty.com/v2/enqueue#secret=${canary}`,
    [noKey],
  ],
  'PagerDuty with a key of other characters': [
    `https://events.pagerduty.com/v2/enqueue#secret=${canary.padEnd(31, '0')}-`,
    [noKey],
  ],
  'an empty secret of DingTalk': [
    `https://oapi.dingtalk.com/robot/send?access_token=${canary}#secret=`,
    ['has an empty secret=: give the one that the robot shows'],
  ],
  'an empty secret of Feishu': [
    `https://open.feishu.cn/open-apis/bot/v2/hook/${canary}#secret=`,
    ['has an empty secret=: give the one that the robot shows'],
  ],
  'a secret of Slack, which has none': [
    `https://hooks.slack.com/services/${canary}#secret=${canary}`,
    ['has a secret=, which slack does not use'],
  ],
  'a secret of Discord, which has none': [
    `https://discord.com/api/webhooks/1/${canary}#secret=${canary}`,
    ['has a secret=, which discord does not use'],
  ],
  'an unknown kind': [
    `https://hooks.example.com/${canary}#kind=${canary}`,
    [`(hooks.example.com) has an unknown kind=: give ${kindsKnown}`],
  ],
  'an unknown kind with a secret': [
    `https://hooks.example.com/x#kind=${canary}&secret=${canary}`,
    [
      `(hooks.example.com) has an unknown kind=: give ${kindsKnown}`,
      'has a secret=, which this kind does not use',
    ],
  ],
  'an unknown option': [
    `https://hooks.example.com/${canary}#secert=${canary}`,
    ['has an unknown option: options are kind, secret, min, locale'],
  ],
  'a wrong min': [
    `https://hooks.example.com/${canary}#min=${canary}`,
    ['has a wrong min=: give critical, high, medium, low'],
  ],
  'a wrong locale': [
    `https://hooks.example.com/${canary}#locale=${canary}`,
    ['has a wrong locale=: give en, zh'],
  ],
  'a short secret': [`https://hooks.example.com/x#secret=whsec_${canary}`, [badSecret]],
  'a long secret': [
    `https://hooks.example.com/x#secret=whsec_${Buffer.alloc(65).toString('base64')}`,
    [badSecret],
  ],
  'an empty secret': ['https://hooks.example.com/x#secret=', [badSecret]],
  'a secret that is not base64': [
    `https://hooks.example.com/x#secret=whsec_${'!'.repeat(40)}${canary}`,
    [badSecret],
  ],
  'a broken percent sign in a secret': [
    `https://hooks.example.com/x#secret=%zz${canary}`,
    [badSecret],
  ],
  'everything at once': [
    `http://hooks.example.com/${canary}#kind=x&min=x&locale=x&secret=x&x=x`,
    [
      '(hooks.example.com) must be https: plain http is for loopback only',
      `(hooks.example.com) has an unknown kind=: give ${kindsKnown}`,
      'has a wrong min=: give critical, high, medium, low',
      'has a wrong locale=: give en, zh',
      'has an unknown option: options are kind, secret, min, locale',
      'has a secret=, which this kind does not use',
    ],
  ],
};
it.each(Object.entries(problems))('complains of %s', (_name, [text, whats]) => {
  const parsed = parse(`${webhooks.slack} ${text}`);
  expect(parsed.channels).toHaveLength(1);
  expect(parsed.problems).toEqual(whats.map((what) => ({ where: 'AUDIT_WEBHOOKS[1]', what })));
  expect(JSON.stringify(parsed.problems)).not.toContain(canary);
});

it('complains of the same webhook given twice, whatever its options', () => {
  const { channels, problems: found } = parse(`${webhooks.slack} ${webhooks.slack}#min=high`);
  expect(channels).toHaveLength(1);
  expect(found).toEqual([
    {
      where: 'AUDIT_WEBHOOKS[1]',
      what: `is the same webhook as another (slack:hooks.slack.com#${shortHash(webhooks.slack)})`,
    },
  ]);
});

it('complains of each entry under its own number', () => {
  const { problems: found } = parse(`x ${webhooks.slack} y`);
  expect(found.map(({ where }) => where)).toEqual(['AUDIT_WEBHOOKS[0]', 'AUDIT_WEBHOOKS[2]']);
});

const urls: readonly (readonly [string, boolean])[] = [
  ['https://example.com', true],
  ['http://localhost', true],
  ['http://127.0.0.1:1', true],
  ['http://127.255.1.2', true],
  ['http://127.1', true],
  ['http://[::1]:80', true],
  ['http://example.com', false],
  ['http://localhost.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://127.0.0.1@example.com', false],
  ['http://10.0.0.1', false],
  ['http://0.0.0.0', false],
  ['http://[::ffff:127.0.0.1]', false],
  ['ws://127.0.0.1', false],
  ['file:///etc/passwd', false],
];
it.each(urls)('allows %s: %s', (url, expected) => {
  expect(isAllowedUrl(new URL(url))).toBe(expected);
});
