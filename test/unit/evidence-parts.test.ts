import { describe, expect, it } from 'vitest';

import { writeParts, type PartOptions } from '../../shared/evidence/parts.ts';
import { subjectOf, type Subject } from '../../shared/evidence/record.ts';
import { encodeReport } from '../../shared/evidence/run-files.ts';
import { bytesOf, createOpenStore, findingOf, reportOf, textOf } from '../support/log.ts';

const runId = 'nightly-20261124T180000Z';
const keyOf = (index: number) => `runs/${runId}/targets-000${String(index)}.jsonl`;
const reports = Array.from({ length: 5 }, (_, index) =>
  reportOf([findingOf('enabled', 'pass')], `10000000000${String(index)}`),
);
const lines = reports.map((report) => `${encodeReport(report)}\n`);
const [first = ''] = lines;
const lineBytes = first.length;

/** Which of the reports each file holds. */
const contentsOf = (texts: readonly string[]) =>
  texts.map((text) => lines.flatMap((line, index) => (text.includes(line) ? [index] : [])));

async function write(options: Partial<PartOptions> = {}, store = createOpenStore()) {
  const taken = new Set(store.files.keys());
  const writer = writeParts(store, { runId, ...options });
  for (const report of reports) await writer.add(report);
  const subjects = await writer.finish();
  const keys = [...store.files.keys()].filter((key) => !taken.has(key));
  return { store, subjects, keys, contents: contentsOf(keys.map((key) => textOf(store, key))) };
}

describe('the reports of a run', () => {
  it('are one file, a line each, where they fit', async () => {
    const { store, subjects } = await write();
    const text = lines.join('');
    expect([...store.files.keys()]).toEqual([keyOf(0)]);
    expect(textOf(store, keyOf(0))).toBe(text);
    expect(subjects).toEqual([subjectOf(keyOf(0), bytesOf(text))]);
  });

  it('are as many files as it takes, named in their order', async () => {
    const { store, subjects, contents } = await write({ maxBytes: 2 * lineBytes });
    expect(contents).toEqual([[0, 1], [2, 3], [4]]);
    expect(subjects).toEqual(
      [0, 1, 2].map((index) => subjectOf(keyOf(index), bytesOf(textOf(store, keyOf(index))))),
    );
  });

  it('fill a file to its last byte', async () => {
    expect((await write({ maxBytes: 2 * lineBytes + 1 })).contents).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect((await write({ maxBytes: lineBytes })).contents).toEqual([[0], [1], [2], [3], [4]]);
  });

  it('are no file where there are none', async () => {
    const store = createOpenStore();
    expect(await writeParts(store, { runId }).finish()).toEqual([]);
    expect(store.files.size).toBe(0);
  });

  it('are no empty file where the last one was just full', async () => {
    const store = createOpenStore();
    const writer = writeParts(store, { runId, maxBytes: 1 });
    for (const report of reports.slice(0, 2)) await writer.add(report);
    expect((await writer.finish()).map(({ name }) => name)).toEqual([keyOf(0), keyOf(1)]);
    expect([...store.files.keys()]).toEqual([keyOf(0), keyOf(1)]);
  });

  it('begin at the number that is given', async () => {
    const { keys } = await write({ firstIndex: 4, maxBytes: 4 * lineBytes });
    expect(keys).toEqual([keyOf(4), keyOf(5)]);
  });

  it('leave alone what lies there, and take the next free numbers', async () => {
    const theirs = [0, 1, 3].map((index) => [keyOf(index), bytesOf('theirs')] as const);
    const { store, keys, contents, subjects } = await write(
      { maxBytes: 4 * lineBytes },
      createOpenStore(theirs),
    );
    expect(keys).toEqual([keyOf(2), keyOf(4)]);
    expect(contents).toEqual([[0, 1, 2, 3], [4]]);
    expect(subjects.map(({ name }) => name)).toEqual(keys);
    expect(theirs.map(([key]) => textOf(store, key))).toEqual(['theirs', 'theirs', 'theirs']);
  });

  it('are told of file by file while there are more to come, and the last is not', async () => {
    const told: Subject[] = [];
    const onFull = (file: Subject) => {
      told.push(file);
      return Promise.resolve();
    };
    const { subjects } = await write({ maxBytes: 2 * lineBytes, onFull });
    expect(told).toEqual(subjects.slice(0, 2));
  });

  it('wait for who is told', async () => {
    const failing = new Error('not told');
    const options = { maxBytes: 1, onFull: () => Promise.reject(failing) };
    await expect(write(options)).rejects.toBe(failing);
  });

  it('are put nowhere any more once they may not be', async () => {
    const store = createOpenStore();
    const late = new Error('too late');
    let asked = 0;
    const mayPut = () => {
      asked += 1;
      if (asked > 2) throw late;
    };
    await expect(write({ maxBytes: lineBytes, mayPut }, store)).rejects.toBe(late);
    expect([...store.files.keys()]).toEqual([keyOf(0), keyOf(1)]);
    expect(asked).toBe(3);
  });

  it('are put one file after the other, whoever adds at the same time', async () => {
    const store = createOpenStore();
    let putting = 0;
    let most = 0;
    const slow = {
      ...store,
      putIfAbsent: async (key: string, bytes: Uint8Array) => {
        putting += 1;
        most = Math.max(most, putting);
        await new Promise((resolve) => setImmediate(resolve));
        putting -= 1;
        return store.putIfAbsent(key, bytes);
      },
    };
    const writer = writeParts(slow, { runId, maxBytes: lineBytes });
    await Promise.all(reports.map(writer.add));
    expect((await writer.finish()).map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map(keyOf));
    expect(contentsOf([0, 1, 2, 3, 4].map((index) => textOf(store, keyOf(index))))).toEqual([
      [0],
      [1],
      [2],
      [3],
      [4],
    ]);
    expect(most).toBe(1);
  });
});
