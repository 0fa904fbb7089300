/** A function that invokes itself: whom it asks for, how often, and what it shows of the answer. */
import { afterEach, expect, it } from 'vitest';

import { createInvokeSelf } from '../../shared/settings/tencent/invoke.ts';
import { startServer, type ScriptedServer } from '../support/http-server.ts';
import { createManualClock } from '../support/manual-clock.ts';

const credential = { secretId: 'CANARY-ID-1', secretKey: 'CANARY-KEY-2', token: 'CANARY-TOKEN-3' };
const secrets = ['CANARY-OTHER-4'];

let server: ScriptedServer;
let close: () => void = () => undefined;
afterEach(async () => {
  close();
  await server.close();
});

/** @param answer the `Response`, or undefined for a connection that is reset */
async function invoking(answer: object | undefined): Promise<unknown> {
  server = await startServer((response) => {
    if (answer === undefined) {
      response.socket?.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ Response: { RequestId: 'x', ...answer } }));
  });
  const clock = createManualClock();
  const invoker = createInvokeSelf(
    clock,
    {
      ...{ credential, secrets, site: 'intl', region: 'ap-singapore', locale: 'en' },
      ...{ endpoint: new URL(server.url), requestTimeoutMs: 5_000 },
    },
    { name: 'tcss-audit', namespace: 'security', version: '7' },
  );
  ({ close } = invoker);
  return invoker.invokeSelf({ shard: 1 }, clock.now() + 60_000);
}

it('asks for its own version, in its own namespace', async () => {
  expect(await invoking({ Result: { RetMsg: '{"said":1}' } })).toEqual({ said: 1 });
  expect(server.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    {
      FunctionName: 'tcss-audit',
      Namespace: 'security',
      Qualifier: '7',
      InvocationType: 'RequestResponse',
      ClientContext: '{"shard":1}',
    },
  ]);
});

const passing: Record<string, object | undefined> = {
  'a connection that breaks': undefined,
  'an internal error': { Error: { Code: 'InternalError', Message: 'x' } },
};
it.each(Object.entries(passing))('is not started a second time after %s', async (_name, answer) => {
  await expect(invoking(answer)).rejects.toThrow(/^Invoke: /);
  expect(server.received).toHaveLength(1);
});

it('is asked for again where the platform refused to start it', async () => {
  const refusal = { Error: { Code: 'RequestLimitExceeded', Message: 'x' } };
  await expect(invoking(refusal)).rejects.toThrow(/^Invoke: x; others use up/);
  expect(server.received).toHaveLength(5);
});

it('shows of what the function said nothing that is secret', async () => {
  const said = [...Object.values(credential), ...secrets].join(' and ');
  const error: unknown = await invoking({ Result: { ErrMsg: `echo ${said}` } }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    apiCode: 'FunctionError',
    message: expect.stringMatching(/^Invoke: the invocation failed: echo /) as string,
  });
  expect(String(error)).not.toContain('CANARY');
});
