/** All the platforms: where each listens, and the one webhook that exists on each. */
import { text } from '../http.ts';
import { alertmanagerReceiver } from './alertmanager.ts';
import { createDingtalk } from './dingtalk.ts';
import { createDiscord } from './discord.ts';
import { createFeishu } from './feishu.ts';
import { createGeneric } from './generic.ts';
import { createGoogleChat } from './googlechat.ts';
import type { Channel, Platform, WebhookChannel } from './inbox.ts';
import { createPagerDuty, type PagerDuty } from './pagerduty.ts';
import { createSlack } from './slack.ts';
import { createTeams } from './teams.ts';
import { createWecom } from './wecom.ts';

const slackPath = '/services/T00000000/B00000000/SIMULATOR';
const wecomKey = 'SIMULATOR';
const hookSecret = `whsec_${Buffer.from('simulator-webhook-secret-not-real').toString('base64')}`;
const dingtalk = { token: 'SIMULATOR', secret: 'SEC-simulator-not-real' };
const feishu = { token: 'SIMULATOR-FEISHU', secret: 'simulator-feishu-not-real' };
const lark = { token: 'SIMULATOR-LARK', secret: 'simulator-lark-not-real' };
const teams = {
  path: '/workflows/SIMULATOR/triggers/manual/paths/invoke',
  query: { sp: '/triggers/manual/run', sv: '1.0', sig: 'SIMULATOR-not-real' },
};
const discord = { id: '100000000000000001', token: 'SIMULATOR' };
const googlechat = { space: 'SIMULATOR', key: 'SIMULATOR-KEY', token: 'SIMULATOR-TOKEN' };
const routingKey = 'SIMULATOR'.padEnd(32, '0');

export interface Platforms {
  readonly platforms: Readonly<Record<Channel, Platform>>;
  readonly incidents: PagerDuty['incidents'];
}

export interface PlatformOptions {
  readonly now: () => number;
  readonly newId: () => string;
  readonly hookSecrets?: Readonly<Record<string, string>> | undefined;
}

export function createPlatforms({ now, newId, hookSecrets }: PlatformOptions): Platforms {
  const pagerduty = createPagerDuty(routingKey, { now, newId });
  const platforms = {
    slack: createSlack(slackPath, now),
    wecom: createWecom(wecomKey, now),
    generic: createGeneric({ audit: hookSecret, ...hookSecrets }, now),
    dingtalk: createDingtalk(dingtalk, now),
    feishu: createFeishu(feishu, now),
    lark: createFeishu(lark, now),
    teams: createTeams(teams),
    discord: createDiscord(discord, now),
    googlechat: createGoogleChat(googlechat, { now, newId }),
    pagerduty: pagerduty.platform,
    alertmanager: alertmanagerReceiver,
    heartbeat: () => ({ accepted: true, reply: text(200, 'OK') }),
  } satisfies Record<Channel, Platform>;
  return { platforms, incidents: pagerduty.incidents };
}

/** @param url of the simulator; the options of a webhook are in the fragment */
export function webhookUrls(url: string): Readonly<Record<WebhookChannel, string>> {
  const feishuHook = `${url}/open-apis/bot/v2/hook`;
  const teamsQuery = new URLSearchParams({ 'api-version': '2016-06-01', ...teams.query });
  const { space, key, token } = googlechat;
  return {
    slack: `${url}${slackPath}#kind=slack`,
    wecom: `${url}/cgi-bin/webhook/send?key=${wecomKey}#kind=wecom`,
    generic: `${url}/hooks/audit#kind=generic&secret=${hookSecret}`,
    dingtalk: `${url}/robot/send?access_token=${dingtalk.token}#kind=dingtalk&secret=${dingtalk.secret}`,
    feishu: `${feishuHook}/${feishu.token}#kind=feishu&secret=${feishu.secret}`,
    lark: `${feishuHook}/${lark.token}#kind=lark&secret=${lark.secret}`,
    teams: `${url}${teams.path}?${teamsQuery.toString()}#kind=teams`,
    discord: `${url}/api/webhooks/${discord.id}/${discord.token}#kind=discord`,
    googlechat: `${url}/v1/spaces/${space}/messages?key=${key}&token=${token}#kind=googlechat`,
    pagerduty: `${url}/v2/enqueue#kind=pagerduty&secret=${routingKey}`,
    alertmanager: `${url}/alertmanager/audit#kind=alertmanager`,
  };
}

const pathForms: readonly (readonly [RegExp, Channel])[] = [
  [/^\/services\//, 'slack'],
  [/^\/cgi-bin\/webhook\/send$/, 'wecom'],
  [/^\/hooks\//, 'generic'],
  [/^\/robot\/send$/, 'dingtalk'],
  [new RegExp(`^/open-apis/bot/v2/hook/${lark.token}$`), 'lark'],
  [/^\/open-apis\/bot\/v2\/hook\//, 'feishu'],
  [/^\/workflows\/[^/]+\/triggers\/manual\/paths\/invoke$/, 'teams'],
  [/^\/api\/webhooks\/[^/]+\/[^/]+$/, 'discord'],
  [/^\/v1\/spaces\/[^/]+\/messages$/, 'googlechat'],
  [/^\/v2\/enqueue$/, 'pagerduty'],
  [/^\/alertmanager\/[^/]+$/, 'alertmanager'],
  [/^\/ping\/[^/]+(\/fail)?$/, 'heartbeat'],
];

export function channelOf(path: string): Channel | undefined {
  return pathForms.find(([form]) => form.test(path))?.[1];
}
