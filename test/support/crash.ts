/** Processes that die: from one effect on the world on, nothing of theirs happens any more. */
import { decodeRecord } from '../../shared/evidence/record.ts';
import { runAudit, type RunOutcome, type RunPlan, type RunPorts } from '../../shared/run.ts';
import type { HttpRequest } from '../../shared/ports.ts';

/** So many effects happen: the process dies with the last of them, and hears of none. 0: before the first. */
export type Lifetime = number;

export interface Life {
  readonly end: 'answered' | 'rejected' | 'killed';
  readonly outcome?: RunOutcome;
  readonly error?: unknown;
  /** What it did to the world, in order. */
  readonly effects: readonly string[];
}

/** What a channel was told, and whether the log came to know. */
export interface Post {
  readonly request: HttpRequest;
  readonly status: number;
  /** Of the process that posted: whether it lived to record what it told. */
  readonly isRecorded: () => boolean;
}

/** Starts the run as a process with this lifetime, and waits until it has ended in one way or the other. */
export async function live(
  ports: RunPorts,
  plan: RunPlan,
  posts: Post[],
  lifetime: Lifetime = Infinity,
): Promise<Life> {
  const effects: string[] = [];
  let isRecorded = false;
  let isDead = false;
  let die: () => void = () => undefined;
  const isGone = () => isDead;
  const death = new Promise<Life>((resolve) => {
    die = () => {
      isDead = true;
      resolve({ end: 'killed', effects });
    };
  });
  const forever = new Promise<never>(() => undefined);

  const act = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (isGone() || effects.length >= lifetime) {
      die();
      return forever;
    }
    effects.push(name);
    const isLast = effects.length >= lifetime;
    const settled = await work().finally(() => {
      if (isLast) die();
    });
    // Another effect under way may have been the last one.
    return isGone() ? forever : settled;
  };

  const { store, http, clock, accounts } = ports;
  const mortal: RunPorts = {
    ...ports,
    clock: { ...clock, sleep: (ms) => (isDead ? forever : clock.sleep(ms)) },
    store: {
      putIfAbsent: (key, bytes) =>
        act(`put ${key}`, async () => {
          const isOurs = await store.putIfAbsent(key, bytes);
          if (isOurs && isDelivery(key, bytes)) isRecorded = true;
          return isOurs;
        }),
      get: (key) => act(`get ${key}`, () => store.get(key)),
      list: (prefix, after) => act(`list ${prefix}`, () => store.list(prefix, after)),
    },
    http: (request) =>
      act(`post ${new URL(request.url).hostname}`, async () => {
        const answer = await http(request);
        posts.push({ request, status: answer.status, isRecorded: () => isRecorded });
        return answer;
      }),
    accounts: {
      open: async (account, deadlineMs) => {
        const reader = await accounts.open(account, deadlineMs);
        return {
          read: (source, untilMs) => act('read', () => reader.read(source, untilMs)),
          whoAmI: (untilMs) => act('whoAmI', () => reader.whoAmI(untilMs)),
        };
      },
    },
  };
  return Promise.race([
    death,
    runAudit(mortal, plan).then(
      (outcome): Life => ({ end: 'answered', outcome, effects }),
      (error: unknown): Life => ({ end: 'rejected', error, effects }),
    ),
  ]);
}

function isDelivery(key: string, bytes: Uint8Array): boolean {
  if (!key.startsWith('log/')) return false;
  const record = decodeRecord(bytes);
  return typeof record !== 'string' && record.kind === 'delivery';
}
