import type { ChannelKind } from '../webhook.ts';
import { alertmanager } from './alertmanager.ts';
import type { Platform } from './channel.ts';
import { dingtalk } from './dingtalk.ts';
import { discord } from './discord.ts';
import { feishu } from './feishu.ts';
import { generic } from './generic.ts';
import { googlechat } from './googlechat.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { wecom } from './wecom.ts';

/** A new platform is a new file and a row here. */
export const platforms: Readonly<Record<ChannelKind, Platform>> = {
  slack,
  wecom,
  dingtalk,
  feishu,
  lark: feishu,
  teams,
  discord,
  googlechat,
  pagerduty,
  alertmanager,
  generic,
};
