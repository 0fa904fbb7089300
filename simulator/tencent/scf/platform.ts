/** Runs functions: their code in folders, each run in a process, runs of asynchronous calls again when they fail. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOrText } from '../../json.ts';
import type { Caller } from '../account.ts';
import type { Identities } from '../identities.ts';
import { issueKeys } from '../sts.ts';
import { startRun, type RunResult, type Running } from './child.ts';
import { contextOf, environmentOf } from './environment.ts';
import type { Code, FunctionPlace, Functions, ScfFunction } from './function.ts';
import type { Invocation } from './invocation.ts';
import { finished, retriesOf } from './report.ts';
import { unzip } from './zip.ts';

export interface PlatformDeps {
  readonly identities: Identities;
  readonly functions: Functions;
  readonly now: () => number;
}

export interface PlatformOptions {
  /** Between a failed asynchronous run and the next. */
  readonly retryWaitMs: number;
  /** More at once end with 432. */
  readonly maxConcurrency: number;
  /** The Node that runs functions. */
  readonly node: string;
}

/** What happens to a run that is to come. */
export interface PlannedEnd {
  /** Without it, of any function. */
  readonly functionName?: string;
  /** Which events are meant; all, without it. */
  readonly where?: (event: unknown) => boolean;
  /** After the function's code began; 0 unless told. */
  readonly afterMs?: number;
  /** `SIGKILL` unless told; `SIGSTOP` lets it hang until its timeout. */
  readonly signal?: NodeJS.Signals;
  /** How many runs; 1 unless told. */
  readonly times?: number;
}

interface Wanted {
  readonly place: FunctionPlace;
  /** JSON. */
  readonly event: string;
  readonly source: Invocation['source'];
}

export interface Platform {
  readonly invocations: Invocation[];
  /** What the caller hears; the record may change after that, when the process ends badly. */
  readonly invoke: (wanted: Wanted) => Promise<Invocation>;
  /** All runs, the retries among them. */
  readonly invokeLater: (wanted: Wanted) => {
    readonly requestId: string;
    readonly runs: Promise<readonly Invocation[]>;
  };
  readonly planEnd: (end: PlannedEnd) => void;
  /** Ends what runs and waits. */
  readonly close: () => Promise<void>;
}

/** The platform's role keys last six hours. */
const keysLastMs = 6 * 3_600_000;
const defaultInitTimeoutSeconds = 65;
/** An event ages by this at each try, however short the wait is made. */
const nominalWaitSeconds = 60;

export function createPlatform(deps: PlatformDeps, options: PlatformOptions): Platform {
  const { identities, functions, now } = deps;
  const invocations: Invocation[] = [];
  const running = new Set<Running>();
  let active = 0;
  const ends = new Set<{ readonly end: PlannedEnd; left: number }>();
  const closing = new AbortController();
  const pending = new Set<Promise<unknown>>();
  const folders = createFolders();

  const takeEnd = (name: string, event: unknown) => {
    for (const planned of ends) {
      const { functionName = name, where, afterMs = 0, signal = 'SIGKILL' } = planned.end;
      if (functionName !== name || where?.(event) === false) continue;
      planned.left -= 1;
      if (planned.left <= 0) ends.delete(planned);
      return { afterMs, signal };
    }
    return undefined;
  };

  const begin = async (
    target: ScfFunction,
    started: Invocation,
  ): Promise<Running | RunResult['ending']> => {
    if (active >= options.maxConcurrency) return errorOf(432, 'Too many runs at once');
    if (!target.runtime.startsWith('Nodejs')) {
      return errorOf(443, `The simulator runs Node.js only, not ${target.runtime}`);
    }
    active += 1;
    const release = () => {
      active -= 1;
    };
    const folder = await folders.of(target.code).catch(String);
    if (typeof folder === 'string' || closing.signal.aborted) {
      release();
      return typeof folder === 'string' ? errorOf(500, folder) : errorOf(499, 'Closed');
    }
    const { root, home } = folder;
    const { timeoutSeconds, memoryMb, handler, kept } = target;
    const { event, requestId, source } = started;
    const keys = executionKeys(target, identities, now());
    const initSeconds = kept['InitTimeout'];
    const end = takeEnd(target.name, event);
    const run = startRun({
      node: options.node,
      env: environmentOf(target, { root, home, keys, isTimer: source === 'timer' }),
      given: {
        ...{ root, handler, event },
        timeoutMs: timeoutSeconds * 1000,
        context: contextOf(target, requestId),
      },
      memoryMb,
      initTimeoutMs:
        (typeof initSeconds === 'number' ? initSeconds : defaultInitTimeoutSeconds) * 1000,
      ...(end !== undefined && { end }),
    });
    running.add(run);
    void run.ended.then(() => {
      running.delete(run);
      release();
    });
    return run;
  };

  /** One attempt, with its place in the record. */
  const attempt = async (wanted: Wanted, requestId: string, retry: number) => {
    const target = functions.get(wanted.place);
    const { uin, region, namespace, name } = wanted.place;
    const started: Invocation = {
      ...{ uin, region, namespace, name, requestId, retry, source: wanted.source },
      ...{ event: jsonOrText(Buffer.from(wanted.event)), startedAtMs: now(), statusCode: 202 },
      ...{ answer: '', error: '', durationMs: 0, memoryBytes: 0, log: '' },
    };
    const at = invocations.push(started) - 1;
    let last = started;
    const record = (result: RunResult) => {
      const next = target === undefined ? started : finished(started, target, result);
      // Unless the record was cleared meanwhile.
      if (invocations[at] === last) invocations[at] = next;
      last = next;
      return next;
    };
    const begun =
      target === undefined ? errorOf(499, 'The function is gone') : await begin(target, started);
    if ('ended' in begun) {
      return { answered: begun.answered.then(record), ended: begun.ended.then(record) };
    }
    const none = { initMs: 0, durationMs: 0, memoryBytes: 0, output: '' };
    const failed = Promise.resolve(record({ ending: begun, ...none }));
    return { answered: failed, ended: failed };
  };

  const runWithRetries = async (wanted: Wanted, requestId: string) => {
    const runs: Invocation[] = [];
    for (let userErrors = 0; !closing.signal.aborted;) {
      const run = await (await attempt(wanted, requestId, runs.length)).ended;
      runs.push(run);
      const config = functions.get(wanted.place)?.asyncConfig;
      const again = retriesOf(run.statusCode);
      if (again === 'some') userErrors += 1;
      const isOld = runs.length * nominalWaitSeconds >= (config?.ttlSeconds ?? 0);
      if (again === 'never' || isOld || userErrors > (config?.retries ?? 0)) break;
      await sleep(options.retryWaitMs, undefined, { signal: closing.signal }).catch(
        () => undefined,
      );
    }
    return runs;
  };

  const remember = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    void work.finally(() => pending.delete(work)).catch(() => undefined);
    return work;
  };

  return {
    invocations,
    invoke: async (wanted) => {
      const { answered, ended } = await remember(attempt(wanted, randomUUID(), 0));
      void remember(ended);
      return answered;
    },
    invokeLater: (wanted) => {
      const requestId = randomUUID();
      return { requestId, runs: remember(runWithRetries(wanted, requestId)) };
    },
    planEnd: (end) => {
      ends.add({ end, left: end.times ?? 1 });
    },
    close: async () => {
      closing.abort();
      for (const run of running) run.kill();
      await Promise.allSettled(pending);
      await folders.remove();
    },
  };
}

function errorOf(statusCode: number, detail: string): RunResult['ending'] {
  return { kind: 'error', statusCode, detail };
}

/** Whether the role still trusts the platform shows only now. */
function executionKeys(
  { uin, role, name }: ScfFunction,
  identities: Identities,
  nowMs: number,
): Caller | undefined {
  const execution = role === '' ? undefined : identities.roleNamed(uin, role);
  if (execution === undefined) return undefined;
  const session = { name, principal: uin, expiresAtMs: nowMs + keysLastMs };
  return issueKeys(identities, uin, { role: execution, ...session });
}

/** The code of each zip in a folder of its own, unpacked when it is first run. */
function createFolders() {
  let base: Promise<string> | undefined;
  const unpacked = new Map<string, Promise<{ readonly root: string; readonly home: string }>>();

  const unpack = async ({ zip, sha256 }: Code) => {
    base ??= mkdtemp(join(tmpdir(), 'simulator-scf-'));
    const root = join(await base, sha256);
    const home = `${root}-home`;
    await mkdir(home, { recursive: true });
    await mkdir(root, { recursive: true });
    for (const [path, bytes] of unzip(zip) ?? []) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    return { root, home };
  };

  return {
    of: (code: Code) => {
      const folder = unpacked.get(code.sha256) ?? unpack(code);
      unpacked.set(code.sha256, folder);
      return folder;
    },
    remove: async () => {
      if (base !== undefined) await rm(await base, { recursive: true, force: true });
    },
  };
}
