/** A bar on stderr, for people who watch: not before a second has passed, and never where no one looks. */
import { SingleBar } from 'cli-progress';

import type { Io } from './io.ts';

const patienceMs = 1_000;

export interface Progress {
  readonly onProgress: (done: number, total: number) => void;
  /** Takes the bar away. */
  readonly stop: () => void;
}

/** @param what is done, and what is counted: `Verifying`, `records` */
export function startProgress(io: Io, title: string, units: string): Progress {
  if (io.stderr.isTTY !== true) return { onProgress: () => undefined, stop: () => undefined };
  const startMs = Date.now();
  // Work that reads files never lets a timer fire, so the work itself says when to draw.
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% · {value} of {total} ${units} · {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: io.stderr,
    clearOnComplete: true,
    // Nothing to restore, so Ctrl-C may end the program as it always does.
    hideCursor: false,
    gracefulExit: false,
  });
  return {
    onProgress: (done, total) => {
      if (bar.isActive) bar.update(done);
      else if (Date.now() - startMs >= patienceMs && done < total) bar.start(total, done);
    },
    stop: () => {
      if (bar.isActive) bar.stop();
    },
  };
}
