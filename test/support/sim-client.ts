/** Talks to the simulator with what it did not write: Tencent's own clients and Tencent's own signer. */
import { createRequire } from 'node:module';
import type signing from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/common/sign.js';
import { CommonClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/common/common_client.js';
import { Client as StsClient } from 'tencentcloud-sdk-nodejs-sts/tencentcloud/services/sts/v20180813/sts_client.js';
import { Client as CamClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/cam/v20190116/cam_client.js';
import { Client as OrganizationClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/organization/v20210331/organization_client.js';
import { Client as ScfClient } from 'tencentcloud-sdk-nodejs-scf/tencentcloud/services/scf/v20180416/scf_client.js';
import { Client as SsmClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/ssm/v20190923/ssm_client.js';
import { Client as TcssClient } from 'tencentcloud-sdk-nodejs-tcss/tencentcloud/services/tcss/v20201101/tcss_client.js';
import type { Simulator } from '../../simulator/simulator.ts';

// Node and vitest disagree on the default import of a CommonJS module that has a `default` of its own.
const { default: signer } = createRequire(import.meta.url)(
  'tencentcloud-sdk-nodejs-tcss/tencentcloud/common/sign.js',
) as typeof signing;

export interface Credential {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

export interface ClientOptions {
  readonly credential?: Credential;
  readonly language?: 'zh-CN' | 'en-US';
  readonly timeoutSeconds?: number;
  /** Sent by the clients of regional services; `ap-singapore` unless told. */
  readonly region?: string;
}

export function tcssClient(simulator: Simulator, options: ClientOptions = {}) {
  return new TcssClient(configOf(simulator, options));
}

export function stsClient(simulator: Simulator, options: ClientOptions = {}) {
  return new StsClient({ region: 'ap-singapore', ...configOf(simulator, options) });
}

export function ssmClient(simulator: Simulator, options: ClientOptions = {}) {
  return new SsmClient({ region: 'ap-singapore', ...configOf(simulator, options) });
}

export function scfClient(simulator: Simulator, options: ClientOptions = {}) {
  return new ScfClient({ region: 'ap-singapore', ...configOf(simulator, options) });
}

export function camClient(simulator: Simulator, options: ClientOptions = {}) {
  return new CamClient(configOf(simulator, options));
}

export function organizationClient(simulator: Simulator, options: ClientOptions = {}) {
  return new OrganizationClient(configOf(simulator, options));
}

/** A client of any version of the API. */
export function commonClient(simulator: Simulator, version: string, options: ClientOptions = {}) {
  return new CommonClient('tcss.tencentcloudapi.com', version, configOf(simulator, options));
}

function configOf(simulator: Simulator, options: ClientOptions) {
  return {
    credential: { ...(options.credential ?? simulator.credentials) },
    ...(options.region !== undefined && { region: options.region }),
    profile: {
      language: options.language ?? ('en-US' as const),
      httpProfile: {
        endpoint: new URL(simulator.url).host,
        protocol: 'http://',
        reqTimeout: options.timeoutSeconds ?? 10,
      },
    },
  };
}

export interface RawCall {
  /** Epoch seconds, signed and sent. */
  readonly timestamp: number;
  /** Sent in place of what was signed; null = left out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
  /** Rewrites the header that Tencent's signer gave. */
  readonly forge?: (authorization: string) => string;
}

/** Signs `{}` with Tencent's signer, then sends what the call says instead. */
export async function rawCall(simulator: Simulator, call: RawCall): Promise<unknown> {
  const authorization = signer.sign3({
    url: `${simulator.url}/`,
    payload: {},
    timestamp: call.timestamp,
    service: '127',
    secretId: simulator.credentials.secretId,
    secretKey: simulator.credentials.secretKey,
    multipart: false,
    boundary: '',
    headers: { 'Content-Type': 'application/json' },
  });
  const headers: Record<string, string | null> = {
    'content-type': 'application/json',
    'x-tc-action': 'DescribeAssetImageScanSetting',
    'x-tc-version': '2020-11-01',
    'x-tc-timestamp': String(call.timestamp),
    authorization: call.forge?.(authorization) ?? authorization,
    ...call.headers,
  };
  const response = await fetch(simulator.url, {
    method: 'POST',
    headers: Object.entries(headers).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as [string, string]],
    ),
    body: call.body ?? '{}',
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
}

/** What a call came to, as one comparable value. */
export async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    const { code, httpCode, message } = error as Record<string, unknown>;
    return { error: { code, httpCode, message } };
  }
}

/** What Tencent's client makes of a failure. */
export function failed(message: unknown, code?: unknown, httpCode?: unknown): unknown {
  return { error: { code, httpCode, message } };
}

/** The keys in an answer of AssumeRole. */
export function credentialIn(answer: {
  readonly Credentials?: {
    readonly TmpSecretId?: string;
    readonly TmpSecretKey?: string;
    readonly Token?: string;
  };
}): Required<Credential> {
  const { TmpSecretId = '', TmpSecretKey = '', Token = '' } = answer.Credentials ?? {};
  return { secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token };
}

/** One reading of the settings by Tencent's client. */
export function describeSettings(simulator: Simulator, options?: ClientOptions) {
  return tcssClient(simulator, options).DescribeAssetImageScanSetting(undefined);
}
