/** A night on a disk that fails at each of its calls in turn, in each way: what must be true all the same. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { playFaultyNight, type Later } from '../support/faulty-night.ts';

/** What the store asks of the disk. Closing is let through: the test needs its files closed, too. */
const calls = [
  'fstatSync',
  'fsyncSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'readdirSync',
  'readFileSync',
  'unlinkSync',
  'writeFileSync',
] as const;
type Call = (typeof calls)[number];
type Work = (...args: unknown[]) => unknown;

const real = Object.fromEntries(calls.map((name) => [name, fs[name]])) as unknown as Record<
  Call,
  Work
>;

/** From here on each call goes through `gate` first, which may throw. */
function watchDisk(gate: (name: Call) => void): void {
  for (const name of calls) {
    const watched: Work = (...args) => {
      gate(name);
      return real[name](...args);
    };
    Object.assign(fs, { [name]: watched });
  }
  syncBuiltinESMExports();
}

function leaveDisk(): void {
  Object.assign(fs, real);
  syncBuiltinESMExports();
}

let root = '';
afterEach(() => {
  leaveDisk();
  fs.rmSync(root, { recursive: true, force: true });
});

const sayings = {
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  EIO: 'i/o error',
} as const;
type Code = keyof typeof sayings;

/** Reading needs no room, and may go on where nothing can be written. */
const writing: readonly Call[] = [
  'fsyncSync',
  'linkSync',
  'mkdirSync',
  'unlinkSync',
  'writeFileSync',
];
const isHit = (code: Code, name: Call) =>
  code === 'EACCES' || code === 'EIO' || writing.includes(name);

const laters: readonly [Later, Later] = ['the same tick again', 'the next night'];
const cases = (Object.keys(sayings) as Code[]).flatMap((code) => [
  [code, 'once', 1] as const,
  [code, 'from then on', Infinity] as const,
]);

it.each(cases)('%s %s, at whatever call', async (code, _often, times) => {
  const ended = new Set<string>();
  for (let after = 0, isOver = false; !isOver; after += 1) {
    fs.rmSync(root, { recursive: true, force: true });
    root = fs.mkdtempSync(join(tmpdir(), 'tcss-audit-faults-'));
    let spared = after;
    let hits = 0;
    const night = await playFaultyNight(
      {
        open: () => createFileStore(root),
        spoil: () => {
          watchDisk((name) => {
            if (hits >= times || !isHit(code, name)) return;
            if (spared > 0) {
              spared -= 1;
              return;
            }
            hits += 1;
            const message = `${code}: ${sayings[code]}, ${name.replace('Sync', '')}`;
            throw Object.assign(new Error(message), { code });
          });
        },
        mend: leaveDisk,
      },
      laters[after % 2 === 0 ? 0 : 1],
    );
    expect([after, night.broken]).toEqual([after, []]);
    if (night.message !== undefined) {
      // The thing, why, and the next step.
      expect(night.message).toMatch(
        /^Evidence \S+ could not be (read|written) \(E.*\)\. [A-Z].*\.$/,
      );
      expect(night.message).toContain(sayings[code]);
    }
    ended.add(night.ended);
    isOver = hits === 0;
  }
  // The last one met no fault.
  const [unreadable, unwritable] = ['EVIDENCE_UNREADABLE', 'EVIDENCE_UNWRITABLE'];
  const isOfReading = isHit(code, 'readFileSync');
  expect([...ended].sort()).toEqual([...(isOfReading ? [unreadable] : []), unwritable, 'fail']);
});
