/**
 * A cloud inside the process that answers with bytes: they go the whole way of the built function, node's HTTP
 * parser, our transport, Tencent's SDK and our reader. Only the socket is none.
 */
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { Duplex } from 'node:stream';

import type { JsonObject } from '../../shared/model.ts';
import type { SettingsReader } from '../../shared/ports.ts';
import { callApi, type SdkClient } from '../../shared/settings/tencent/call.ts';
import { createTencentReader } from '../../shared/settings/tencent/client.ts';
import { TcssClient } from '../../shared/settings/tencent/sdk.ts';
import send from '../../shared/settings/tencent/transport.ts';
import { createManualClock } from './manual-clock.ts';
import { observedAtMs } from './settings.ts';

/** As build.ts does it: what the SDK imports as node-fetch is our transport. */
const nodeFetch = createRequire(import.meta.url)('node-fetch') as { default: unknown };
nodeFetch.default = send;

/** An HTTP answer as its bytes; the connection ends behind them. */
export type AnswerTo = (request: JsonObject) => Buffer;

/** Reads settings from a cloud whose every answer is these bytes. */
export function createWireReader(answerTo: AnswerTo): SettingsReader {
  const clock = createManualClock(observedAtMs);
  const client = clientOf(answerTo);
  return createTencentReader(clock, {
    // What is left out of `createApi` is the pace of twenty requests a second.
    call: ({ service, action, camAction, request = {} }, deadlineMs) =>
      callApi(
        clock,
        {
          client,
          pace: () => Promise.resolve(true),
          action,
          request,
          camAction: camAction ?? `${service}:${action}`,
        },
        { deadlineMs, requestTimeoutMs: 5_000, locale: 'en', secrets: [] },
      ),
    close: () => undefined,
  });
}

function clientOf(answerTo: AnswerTo): SdkClient {
  let asked: JsonObject = {};
  const agent = new Agent();
  agent.createConnection = () => lineOf(() => answerTo(asked));
  const client = new TcssClient({
    credential: { secretId: 'ID', secretKey: 'KEY' },
    region: 'ap-singapore',
    profile: { httpProfile: { endpoint: 'cloud.test', protocol: 'http://', agent } },
  });
  return {
    request: (action, request, options) => {
      asked = request as JsonObject;
      return client.request(action, request, options);
    },
  };
}

/** The end of a connection that says its part as soon as it is asked anything, and hangs up. */
function lineOf(answer: () => Buffer): Duplex {
  let isAnswered = false;
  return new Duplex({
    read: () => undefined,
    write(_chunk, _encoding, done) {
      if (!isAnswered) {
        isAnswered = true;
        this.push(answer());
        this.push(null);
      }
      done();
    },
  });
}
