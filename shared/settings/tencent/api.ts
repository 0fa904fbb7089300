/** Calls of Tencent's API 3.0 as one account, through the SDK, which itself retries nothing, paces nothing and pins nothing. */
import type { JsonObject, Locale, Site } from '../../model.ts';
import type { Clock } from '../../ports.ts';
import { callApi, type SdkClient } from './call.ts';
import { createConnections, type Connections } from './connections.ts';
import type { Credential } from './credentials.ts';
import { createPace, type Pace } from './pace.ts';
import { TcssClient } from './sdk.ts';
import { createStagger } from './stagger.ts';

export interface ApiOptions {
  readonly credential: Credential;
  readonly site: Site;
  readonly region: string;
  /** Replaces every Tencent API host. */
  readonly endpoint?: URL;
  /** The language of the API's error messages. */
  readonly locale: Locale;
  /** For one attempt, from connecting to the last byte. */
  readonly requestTimeoutMs: number;
  /** Requests a second by action, where others share what is documented. */
  readonly perSecond?: Readonly<Record<string, number>>;
  /** Taken out of the messages that the other side wrote, beside the credential. */
  readonly secrets?: readonly string[];
  /** Shared by the accounts of a run, and closed by who made them. */
  readonly connections?: Connections;
}

export type Service = 'tcss' | 'sts' | 'scf' | 'organization' | 'ssm' | 'cam';

export interface ApiCall {
  readonly service: Service;
  readonly action: string;
  readonly request?: JsonObject;
  /** What the caller must be allowed to do, if it is not `<service>:<action>`. */
  readonly camAction?: string;
  /** For one attempt, where it is not the usual. */
  readonly timeoutMs?: number;
  /** Done twice it would do harm: then only a refusal is tried again, never what may have come through. */
  readonly isOnce?: true;
}

export interface Api {
  /**
   * The answer's `Response` object, as received.
   * @throws CloudError when there is none before `deadlineMs` (epoch milliseconds)
   */
  readonly call: (call: ApiCall, deadlineMs: number) => Promise<JsonObject>;
  /** Destroys open sockets: an answer left unread would keep the event loop alive. */
  readonly close: () => void;
}

/** For one action and key; the API page of DescribeAssetImageScanSetting. */
const requestsPerSecond = 20;
/** Documented: 600 for one caller. Others may call it, too. */
export const assumeRolesPerSecond = 580;
/** What is documented otherwise, less a margin. */
const requestsPerSecondOf: Readonly<Record<string, number>> = {
  AssumeRole: assumeRolesPerSecond,
  GetSecretValue: 200,
  Invoke: 50,
};

/** Versions of the services that have no typed client here. */
const versions = {
  organization: '2021-03-31',
  ssm: '2019-09-23',
  cam: '2019-01-16',
} as const;

export function createApi(clock: Clock, options: ApiOptions): Api {
  const { credential, locale, requestTimeoutMs } = options;
  const { secretId, secretKey, token } = credential;
  const secrets = [secretId, secretKey, token, ...(options.secrets ?? [])];
  const connections = options.connections ?? createConnections();
  const ownTurn = createStagger();
  const clients = new Map<Service, Promise<SdkClient>>();
  const clientOf = (service: Service): Promise<SdkClient> => {
    const client = clients.get(service) ?? createClient(service, configOf(service));
    clients.set(service, client);
    return client;
  };
  /** Each action has a limit of its own. */
  const paces = new Map<string, Pace>();
  const paceOf = (action: string): Pace => {
    const limit = options.perSecond?.[action] ?? requestsPerSecondOf[action] ?? requestsPerSecond;
    const pace = paces.get(action) ?? createPace(clock, limit);
    paces.set(action, pace);
    return pace;
  };

  const configOf = (service: Service): ClientConfig => {
    const url = urlOf(service, options);
    return {
      credential,
      region: options.region,
      profile: {
        language: locale === 'zh' ? 'zh-CN' : 'en-US',
        httpProfile: {
          endpoint: url.host,
          protocol: `${url.protocol}//`,
          // Each attempt is ended by us; this must not end it before.
          reqTimeout: maxTimeoutSeconds,
          agent: connections.agentFor(url),
        },
      },
    };
  };

  return {
    call: async ({ service, action, request, camAction, timeoutMs, isOnce }, deadlineMs) => {
      const client = await clientOf(service);
      await ownTurn();
      return callApi(
        clock,
        {
          client,
          pace: paceOf(action),
          action,
          camAction: camAction ?? `${service}:${action}`,
          ...(request !== undefined && { request }),
          ...(isOnce !== undefined && { isOnce }),
        },
        { deadlineMs, requestTimeoutMs: timeoutMs ?? requestTimeoutMs, locale, secrets },
      );
    },
    close: () => {
      if (options.connections === undefined) connections.close();
    },
  };
}

/** Where a service is asked. */
export function urlOf(
  service: Service,
  { site, endpoint }: Pick<ApiOptions, 'site' | 'endpoint'>,
): URL {
  const zone = site === 'intl' ? 'intl.' : '';
  return endpoint ?? new URL(`https://${service}.${zone}tencentcloudapi.com`);
}

/** SCF's synchronous Invoke takes 300 s at most, and nothing takes longer. */
const maxTimeoutSeconds = 310;

type ClientConfig = ConstructorParameters<typeof TcssClient>[0];

/** Only what every run needs is loaded with it. */
async function createClient(service: Service, config: ClientConfig): Promise<SdkClient> {
  switch (service) {
    case 'tcss':
      return new TcssClient(config);
    case 'sts': {
      const { StsClient } = await import('./sts.ts');
      return new StsClient(config);
    }
    case 'scf': {
      const { ScfClient } = await import('./scf.ts');
      return new ScfClient(config);
    }
    case 'organization':
    case 'ssm':
    case 'cam': {
      const { CommonClient } = await import('./common.ts');
      return new CommonClient(
        config.profile?.httpProfile?.endpoint ?? '',
        versions[service],
        config,
      );
    }
  }
}
