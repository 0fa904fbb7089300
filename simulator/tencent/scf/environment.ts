/**
 * What the platform puts into a function's environment, and into its context.
 * @see https://cloud.tencent.com/document/product/583/14570
 */
import type { Caller } from '../account.ts';
import type { ScfFunction } from './function.ts';

/** Names that a function's own variables may not begin with. */
export const reservedPrefixes: readonly string[] = ['SCF_', 'QCLOUD_', 'TENCENTCLOUD_'];

export const appId = '1250000000';

export interface Surroundings {
  /** Where the code lies. */
  readonly root: string;
  readonly home: string;
  /** Of the execution role, where there is one. */
  readonly keys: Caller | undefined;
  readonly isTimer: boolean;
}

export function environmentOf(
  { uin, region, namespace, name, runtime, environment }: ScfFunction,
  { root, home, keys, isTimer }: Surroundings,
): Readonly<Record<string, string>> {
  return {
    ...environment,
    HOME: home,
    LANG: 'C.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    NODE_PATH: `${root}:${root}/node_modules`,
    USER_CODE_ROOT: `${root}/`,
    SCF_FUNCTIONNAME: name,
    SCF_FUNCTIONVERSION: '$LATEST',
    SCF_NAMESPACE: namespace,
    SCF_RUNTIME: runtime,
    TENCENTCLOUD_APPID: appId,
    TENCENTCLOUD_REGION: region,
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_TZ: 'UTC',
    TENCENTCLOUD_UIN: uin,
    _SCF_SERVER_PORT: '28902',
    ...(isTimer && { TRIGGER_SRC: 'timer' }),
    ...(keys !== undefined && {
      TENCENTCLOUD_SECRETID: keys.secretId,
      TENCENTCLOUD_SECRETKEY: keys.secretKey,
      TENCENTCLOUD_SESSIONTOKEN: keys.token ?? '',
    }),
  };
}

export function contextOf(
  target: ScfFunction,
  requestId: string,
): Readonly<Record<string, string | number>> {
  const { uin, region, namespace, name, memoryMb, timeoutSeconds, environment } = target;
  const pairs = Object.entries({ ...environment, SCF_NAMESPACE: namespace });
  return {
    environ: pairs.map(([key, value]) => `${key}=${value}`).join(';'),
    environment: JSON.stringify(Object.fromEntries(pairs)),
    function_name: name,
    function_version: '$LATEST',
    memory_limit_in_mb: memoryMb,
    namespace,
    request_id: requestId,
    tencentcloud_appid: appId,
    tencentcloud_region: region,
    tencentcloud_uin: uin,
    time_limit_in_ms: timeoutSeconds * 1000,
  };
}
