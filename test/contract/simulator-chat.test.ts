/** What all the simulated chat platforms have in common: the inbox and the faults. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator, type ChatFault, type Simulator } from '../../simulator/simulator.ts';
import { post } from '../support/sim-post.ts';

const startMs = Date.UTC(2026, 10, 24, 2, 0, 0);
let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ now: () => startMs });
});

afterEach(async () => {
  await simulator.close();
});

const accepted = () => simulator.inbox.map((notice) => notice.accepted);

describe('heartbeat', () => {
  it.each(['', '/fail'])('answers a ping%s, by GET and by POST', async (suffix) => {
    const url = `${simulator.heartbeat}${suffix}`;
    const answers = [await (await fetch(url)).text(), (await post(url, 'late')).body];
    expect(answers).toEqual(['OK', 'OK']);
    expect(simulator.inbox).toMatchObject([
      { channel: 'heartbeat', path: `/ping/simulator${suffix}`, body: '', accepted: true },
      { channel: 'heartbeat', path: `/ping/simulator${suffix}`, body: 'late', accepted: true },
    ]);
  });
});

describe('inbox', () => {
  it('keeps what it received', async () => {
    await post(simulator.webhooks.wecom, { msgtype: 'text', text: { content: 'x' } });
    expect(simulator.inbox).toEqual([
      {
        channel: 'wecom',
        path: '/cgi-bin/webhook/send?key=SIMULATOR',
        headers: expect.objectContaining({ 'content-type': 'application/json' }) as unknown,
        body: { msgtype: 'text', text: { content: 'x' } },
        accepted: true,
        at: '2026-11-24T02:00:00.000Z',
      },
    ]);
  });

  it('keeps what it refused', async () => {
    await post(simulator.webhooks.slack, 'no JSON');
    expect(simulator.inbox).toMatchObject([
      { channel: 'slack', path: '/services/T00000000/B00000000/SIMULATOR', body: 'no JSON' },
    ]);
    expect(accepted()).toEqual([false]);
  });
});

describe('faults', () => {
  const faults: Record<string, readonly [ChatFault, unknown]> = {
    'HTTP 500': [{ kind: 'http-status', status: 500 }, [500, null, 'HTTP 500']],
    'a refusal with HTTP 200': [
      { kind: 'answer', body: '{"errcode":93000,"errmsg":"invalid webhook url"}' },
      [200, null, '{"errcode":93000,"errmsg":"invalid webhook url"}'],
    ],
    '429 that says when': [
      { kind: 'rate-limited', retryAfterSeconds: 7 },
      [429, '7', 'rate_limited'],
    ],
    '429 that does not say when': [{ kind: 'rate-limited' }, [429, null, 'rate_limited']],
    'a reset': [{ kind: 'reset' }, 'fetch failed'],
  };
  it.each(Object.entries(faults))('gives %s once, then recovers', async (_name, [fault, seen]) => {
    simulator.setChatFault('wecom', fault, { times: 1 });
    expect(await answerTo(simulator.webhooks.wecom)).toEqual(seen);
    expect(await answerTo(simulator.webhooks.wecom)).toEqual([
      200,
      null,
      '{"errcode":0,"errmsg":"ok"}',
    ]);
    expect(accepted()).toEqual([false, true]);
  });

  it('never answers when it hangs, and closes all the same', async () => {
    simulator.setChatFault('wecom', { kind: 'hang' });
    const answer = answerTo(simulator.webhooks.wecom);
    while (simulator.inbox.length === 0) await new Promise(setImmediate);
    await simulator.close();
    expect(await answer).toBe('fetch failed');
  });

  it('strikes one kind of channel only', async () => {
    simulator.setChatFault('slack', { kind: 'http-status', status: 500 });
    expect((await post(simulator.webhooks.slack, { text: 'x' })).status).toBe(500);
    expect(await answerTo(simulator.webhooks.wecom)).toEqual([
      200,
      null,
      '{"errcode":0,"errmsg":"ok"}',
    ]);
  });

  async function answerTo(url: string): Promise<unknown> {
    try {
      const body = JSON.stringify({ msgtype: 'text', text: { content: 'x' } });
      const response = await fetch(url, { method: 'POST', body });
      return [response.status, response.headers.get('retry-after'), await response.text()];
    } catch (error) {
      return (error as Error).message;
    }
  }
});
