/** This function invokes itself: loaded only where an audit is too large for one invocation. */
import { CloudError } from '../../errors.ts';
import { isObject, own, parseJson } from '../../json.ts';
import type { Clock, InvokeSelf } from '../../ports.ts';
import { plainLine, redact } from '../../text.ts';
import { createApi, type ApiOptions } from './api.ts';

/** As SCF injects its names. */
export interface FunctionName {
  readonly name: string;
  readonly namespace?: string;
  readonly version?: string;
}

/** https://cloud.tencent.com/document/api/583/17243 */
export function createInvokeSelf(
  clock: Clock,
  options: ApiOptions,
  { name, namespace, version }: FunctionName,
): { readonly invokeSelf: InvokeSelf; readonly close: () => void } {
  const api = createApi(clock, options);
  const { secretId, secretKey, token } = options.credential;
  const { secrets = [] } = options;
  const action = 'Invoke';
  return {
    invokeSelf: async (event, deadlineMs) => {
      const request = {
        FunctionName: name,
        InvocationType: 'RequestResponse',
        ClientContext: JSON.stringify(event),
        ...(namespace !== undefined && { Namespace: namespace }),
        ...(version !== undefined && { Qualifier: version }),
      };
      const timeoutMs = Math.max(0, deadlineMs - clock.now());
      // A second one is our own business: it must not be started behind our back.
      const call = { service: 'scf', action, request, timeoutMs, isOnce: true } as const;
      const answer = await api.call(call, deadlineMs);
      const result = own(answer, 'Result') ?? null;
      const error = isObject(result) ? own(result, 'ErrMsg') : undefined;
      if (typeof error === 'string' && error !== '') {
        const said = plainLine(redact(error, [secretId, secretKey, token, ...secrets]));
        throw new CloudError('FunctionError', `${action}: the invocation failed: ${said}`);
      }
      const message = isObject(result) ? own(result, 'RetMsg') : undefined;
      try {
        return parseJson(typeof message === 'string' ? message : '');
      } catch (cause) {
        throw new CloudError('BadAnswer', `${action}: the answer holds no return value`, { cause });
      }
    },
    close: api.close,
  };
}
