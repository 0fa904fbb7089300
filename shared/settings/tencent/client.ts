/** Reads one account through Tencent's SDK, which itself retries nothing, paces nothing and pins nothing. */
import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import pThrottle from 'p-throttle';

import { CloudError } from '../../errors.ts';
import { own } from '../../json.ts';
import type { Locale, Site } from '../../model.ts';
import type { Clock, SettingsReader } from '../../ports.ts';
import { readPages } from '../pages.ts';
import { callApi, type SdkClient } from './call.ts';
import type { Credential } from './credentials.ts';
import { redirected } from './failure.ts';
import { TcssClient } from './sdk.ts';

export interface TencentOptions {
  readonly credential: Credential;
  readonly site: Site;
  readonly region: string;
  /** Replaces every Tencent API host. */
  readonly endpoint?: URL;
  /** The language of the API's error messages. */
  readonly locale: Locale;
  /** For one attempt, from connecting to the last byte. */
  readonly requestTimeoutMs: number;
}

/** For one action and key; the API page of DescribeAssetImageScanSetting. */
const requestsPerSecond = 20;
/** For all pages of one list together. */
const pagesPatienceMs = 60_000;

export interface TencentReader extends SettingsReader {
  /** Destroys open sockets: an answer left unread would keep the event loop alive. */
  close(): void;
}

export function createTencentReader(clock: Clock, options: TencentOptions): TencentReader {
  const { credential, endpoint, locale, region, requestTimeoutMs } = options;
  const secrets = [credential.secretId, credential.secretKey, credential.token];
  const agents: HttpAgent[] = [];

  const config = (service: string) => {
    const zone = options.site === 'intl' ? 'intl.' : '';
    const url = endpoint ?? new URL(`https://${service}.${zone}tencentcloudapi.com`);
    const agent = createPinnedAgent(url);
    agents.push(agent);
    return {
      credential,
      region,
      profile: {
        language: locale === 'zh' ? ('zh-CN' as const) : ('en-US' as const),
        httpProfile: {
          endpoint: url.host,
          protocol: `${url.protocol}//`,
          reqTimeout: requestTimeoutMs / 1000,
          agent,
        },
      },
    };
  };

  const tcss = paced(new TcssClient(config('tcss')));

  return {
    read: (source, deadlineMs) => {
      const { action, camAction, paging } = source;
      const endMs =
        paging === undefined ? deadlineMs : Math.min(deadlineMs, clock.now() + pagesPatienceMs);
      return readPages(source, (request) =>
        callApi(
          clock,
          { client: tcss, action, camAction, request },
          { deadlineMs: endMs, requestTimeoutMs, locale, secrets },
        ),
      );
    },

    whoAmI: async (deadlineMs) => {
      const { StsClient } = await import('./sts.ts');
      const action = 'GetCallerIdentity';
      const identity = await callApi(
        clock,
        { client: new StsClient(config('sts')), action, camAction: `sts:${action}` },
        { deadlineMs, requestTimeoutMs, locale, secrets },
      );
      const uin = own(identity, 'AccountId');
      if (typeof uin === 'string' && /^\d{1,20}$/.test(uin)) return uin;
      throw new CloudError('BadAnswer', `${action}: the answer names no account`);
    },

    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

/**
 * node-fetch follows redirects and carries the session token along, so the agent connects to the API's
 * own host and port and to no other.
 */
function createPinnedAgent(url: URL): HttpAgent {
  const agent = url.protocol === 'http:' ? new HttpAgent() : new HttpsAgent();
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (args: ClientRequestArgs, callback) => {
    if (args.host !== hostname || Number(args.port) !== port) throw new Error(redirected);
    return connect(args, callback);
  };
  return agent;
}

/** Each action has a limit of its own. */
function paced(client: SdkClient): SdkClient {
  const sendByAction = new Map<string, SdkClient['request']>();
  return {
    request: (action, request, options) => {
      const send = sendByAction.get(action) ?? throttled(client);
      sendByAction.set(action, send);
      return send(action, request, options);
    },
  };
}

function throttled(client: SdkClient): SdkClient['request'] {
  const throttle = pThrottle({ limit: requestsPerSecond, interval: 1000, strict: true });
  return throttle((...args: Parameters<SdkClient['request']>) => client.request(...args));
}
