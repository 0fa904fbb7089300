/** The simulated API goes wrong on request, and Tencent's client sees it. */
import { expect, it } from 'vitest';
import type { ApiFault } from '../../simulator/simulator.ts';
import { describeSettings, failed, outcomeOf, stsClient } from '../support/sim-client.ts';
import { goodSettings, requestId, simulators } from '../support/sim-start.ts';

const start = simulators();

interface FaultRow {
  /** How long the client waits where it can only wait; 10 otherwise. */
  readonly timeoutSeconds?: number;
  readonly fault: ApiFault;
  readonly outcome: string;
  readonly seen: unknown;
}

const faults: Record<string, FaultRow> = {
  'an API error of any code': {
    fault: { kind: 'api-error', code: 'ResourceUnavailable', message: 'gone fishing' },
    outcome: 'ResourceUnavailable',
    seen: failed('gone fishing', 'ResourceUnavailable'),
  },
  'an API error with its own words': {
    fault: { kind: 'api-error', code: 'InternalError' },
    outcome: 'InternalError',
    seen: failed('An internal error occurred.', 'InternalError'),
  },
  'an API error that has no words': {
    fault: { kind: 'api-error', code: 'NeverHeardOf' },
    outcome: 'NeverHeardOf',
    seen: failed('The request failed.', 'NeverHeardOf'),
  },
  'HTTP 502': {
    fault: { kind: 'http-status', status: 502 },
    outcome: 'fault:http-status',
    seen: failed('Bad Gateway', undefined, 502),
  },
  'HTTP 403 with a page': {
    fault: { kind: 'http-status', status: 403, body: '<p>blocked' },
    outcome: 'fault:http-status',
    seen: failed('Forbidden', undefined, 403),
  },
  'a page with HTTP 200': {
    fault: { kind: 'html' },
    outcome: 'fault:html',
    seen: failed(expect.stringMatching(/invalid json response body .* Unexpected token '?</)),
  },
  'an empty object': {
    fault: { kind: 'empty-object' },
    outcome: 'fault:empty-object',
    seen: failed("Cannot read properties of undefined (reading 'Error')"),
  },
  'a null response': {
    fault: { kind: 'null-response' },
    outcome: 'fault:null-response',
    seen: failed("Cannot read properties of null (reading 'Error')"),
  },
  'JSON cut in the middle': {
    fault: { kind: 'cut', contentLength: 'honest' },
    outcome: 'fault:cut',
    seen: failed(expect.stringMatching(/invalid json response body/)),
  },
  'a body shorter than promised': {
    timeoutSeconds: 1,
    fault: { kind: 'cut', contentLength: 'too-long' },
    outcome: 'fault:cut',
    // Tencent's client does not notice the closed connection and waits its time out.
    seen: failed(expect.stringMatching(/Response timeout while trying to fetch/)),
  },
  'a reset connection': {
    fault: { kind: 'reset' },
    outcome: 'fault:reset',
    seen: failed(expect.stringMatching(/ECONNRESET|socket hang up/)),
  },
  'no answer at all': {
    timeoutSeconds: 0.5,
    fault: { kind: 'hang' },
    outcome: 'fault:hang',
    seen: failed(expect.stringMatching(/network timeout/)),
  },
  'a redirect to a place that does not answer': {
    fault: { kind: 'redirect', location: 'http://127.0.0.1:1/' },
    outcome: 'fault:redirect',
    seen: failed(expect.stringMatching(/127\.0\.0\.1:1/)),
  },
  'a slow answer': {
    fault: { kind: 'slow', delayMs: 5 },
    outcome: 'ok',
    seen: goodSettings,
  },
  'other settings': {
    fault: { kind: 'settings', settings: { Enable: 'yes' } },
    outcome: 'ok',
    seen: { Enable: 'yes', RequestId: requestId },
  },
};

it.each(Object.entries(faults))('gives %s', async (_name, row) => {
  const simulator = await start();
  simulator.setApiFault(row.fault);
  const { timeoutSeconds = 10 } = row;
  const result = await outcomeOf(describeSettings(simulator, { timeoutSeconds }));
  expect(result).toEqual(row.seen);
  expect(simulator.requests.map(({ outcome }) => outcome)).toEqual([row.outcome]);
});

it('sends half of a document with the length of the half', async () => {
  const simulator = await start();
  simulator.setApiFault({ kind: 'cut', contentLength: 'honest' });
  const response = await fetch(simulator.url, { method: 'POST', body: '{}' });
  const body = await response.text();
  expect(response.headers.get('content-length')).toBe(String(body.length));
  expect(body).toMatch(/^\{"Response":\{"Error":/);
  expect(() => JSON.parse(body) as unknown).toThrow();
});

it('promises a whole document, sends half of it and closes', async () => {
  const simulator = await start();
  simulator.setApiFault({ kind: 'cut', contentLength: 'too-long' });
  const response = await fetch(simulator.url, { method: 'POST', body: '{}' });
  await expect(response.text()).rejects.toThrow('terminated');
});

it('redirects elsewhere', async () => {
  const simulator = await start();
  simulator.setApiFault({ kind: 'redirect', location: 'https://elsewhere.example/' });
  const response = await fetch(simulator.url, { method: 'POST', redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([
    302,
    'https://elsewhere.example/',
  ]);
});

it('strikes only the first calls of only one action', async () => {
  const simulator = await start();
  const fault: ApiFault = { kind: 'api-error', code: 'InternalError' };
  simulator.setApiFault(fault, { action: 'DescribeAssetImageScanSetting', times: 2 });
  await stsClient(simulator).GetCallerIdentity();
  for (let call = 0; call < 3; call += 1) await outcomeOf(describeSettings(simulator));
  expect(simulator.requests.map(({ outcome }) => outcome)).toEqual([
    'ok',
    'InternalError',
    'InternalError',
    'ok',
  ]);
});

it('can be taken back', async () => {
  const simulator = await start();
  simulator.setApiFault({ kind: 'hang' });
  simulator.setApiFault(undefined);
  expect(await outcomeOf(describeSettings(simulator))).toMatchObject({ Enable: true });
});

it('closes while a call hangs', async () => {
  const simulator = await start({ scenario: 'hang' });
  const call = outcomeOf(describeSettings(simulator));
  while (simulator.requests.length === 0) await new Promise(setImmediate);
  await simulator.close();
  await simulator.close();
  expect(await call).toEqual(failed(expect.stringMatching(/socket hang up|ECONNRESET/)));
});
