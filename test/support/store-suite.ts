/** The promise of every evidence store, whatever it is made of. */
import { describe, expect, it } from 'vitest';

import type { EvidenceStore } from '../../shared/ports.ts';

const badKeys: Readonly<Record<string, string>> = {
  'a way up': '../x',
  'a way up inside': 'runs/../../x',
  'an absolute path': '/etc/x',
  'an empty key': '',
  'an empty part': 'runs//x',
  'an empty part at the end': 'runs/',
  'a dot': 'runs/./x',
  'a hidden name': 'runs/.x',
  'the folder of temporary files': '.tmp/x',
  'a backslash': 'runs\\x',
  'a zero byte': 'runs/x\0y',
  'a line break at the end': 'runs/x\n',
  'a blank': 'runs/a b',
  'a character beyond ASCII': 'runs/é',
};

const text = (content: string) => new TextEncoder().encode(content);

/** Nothing in here knows of files: the store is made anew for each test. */
export function describeEvidenceStore(
  name: string,
  create: () => EvidenceStore | Promise<EvidenceStore>,
): void {
  describe(`${name}, as an evidence store,`, () => {
    it('gives back the bytes that were put', async () => {
      const store = await create();
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      expect(await store.putIfAbsent('runs/a/bytes.bin', bytes)).toBe(true);
      expect(Buffer.from((await store.get('runs/a/bytes.bin')) ?? [])).toEqual(Buffer.from(bytes));
    });

    it('keeps an empty file apart from none', async () => {
      const store = await create();
      await store.putIfAbsent('runs/a/empty', new Uint8Array());
      expect((await store.get('runs/a/empty'))?.length).toBe(0);
    });

    it('keeps its bytes when the writer reuses the buffer', async () => {
      const store = await create();
      const bytes = text('first');
      await store.putIfAbsent('runs/a/x', bytes);
      bytes.fill(0);
      expect(Buffer.from((await store.get('runs/a/x')) ?? []).toString()).toBe('first');
    });

    it('never overwrites', async () => {
      const store = await create();
      expect(await store.putIfAbsent('log/000000000001.json', text('first'))).toBe(true);
      expect(await store.putIfAbsent('log/000000000001.json', text('second'))).toBe(false);
      const kept = await store.get('log/000000000001.json');
      expect(Buffer.from(kept ?? []).toString()).toBe('first');
    });

    it('lets one of many writers win, and has the bytes of that one', async () => {
      const store = await create();
      const writers = Array.from({ length: 40 }, (_, index) => `writer ${String(index)}`);
      const wins = await Promise.all(
        writers.map((writer) => store.putIfAbsent('runs/a/race', text(writer.repeat(500)))),
      );
      const winners = writers.filter((_, index) => wins[index] === true);
      expect(winners).toHaveLength(1);
      const kept = Buffer.from((await store.get('runs/a/race')) ?? []).toString();
      expect(kept).toBe(winners[0]?.repeat(500));
      expect(await store.list('runs/')).toEqual(['runs/a/race']);
    });

    it('never shows a part of a file that is being written', async () => {
      const store = await create();
      const size = 8 * 1024 * 1024;
      const progress = { isDone: false };
      const writing = store.putIfAbsent('runs/a/big', new Uint8Array(size).fill(7)).then((won) => {
        progress.isDone = true;
        return won;
      });
      const seen = new Set<number | null>();
      while (!progress.isDone) {
        const bytes = await store.get('runs/a/big');
        seen.add(bytes?.length ?? null);
        for (const key of await store.list('runs/')) expect(key).toBe('runs/a/big');
        await new Promise(setImmediate);
      }
      expect(await writing).toBe(true);
      seen.add((await store.get('runs/a/big'))?.length ?? null);
      expect([...seen].filter((length) => length !== null)).toEqual([size]);
    });

    it('has null for a key that is not there', async () => {
      const store = await create();
      await store.putIfAbsent('runs/a/x', text('x'));
      expect(await store.get('runs/a/y')).toBeNull();
      expect(await store.get('runs/b/x')).toBeNull();
      expect(await store.get('nowhere')).toBeNull();
    });

    it('lists by prefix, sorted, at every depth', async () => {
      const store = await create();
      const keys = [
        'runs/b/y',
        'runs/a/z',
        'runs/a/x',
        'runs/ab/x',
        'log/2',
        'log/10',
        'runs/a/d/e',
      ];
      for (const key of keys) await store.putIfAbsent(key, text(key));
      expect(await store.list('runs/')).toEqual([
        'runs/a/d/e',
        'runs/a/x',
        'runs/a/z',
        'runs/ab/x',
        'runs/b/y',
      ]);
      expect(await store.list('runs/a/')).toEqual(['runs/a/d/e', 'runs/a/x', 'runs/a/z']);
      expect(await store.list('log/')).toEqual(['log/10', 'log/2']);
      expect(await store.list('policies/')).toEqual([]);
    });

    it('lists only what sorts behind a key, whether that is there or not', async () => {
      const store = await create();
      const keys = ['log/1', 'log/10', 'log/2', 'log/2.json', 'log/a/b', 'runs/a'];
      for (const key of keys) await store.putIfAbsent(key, text(key));
      const behind = {
        'log/10': ['log/2', 'log/2.json', 'log/a/b'],
        'log/11': ['log/2', 'log/2.json', 'log/a/b'],
        'log/2.json': ['log/a/b'],
        'log/a/b': [],
        'log/z': [],
        a: ['log/1', 'log/10', 'log/2', 'log/2.json', 'log/a/b'],
      };
      for (const [after, expected] of Object.entries(behind)) {
        expect(await store.list('log/', after), after).toEqual(expected);
      }
      expect(await store.list('nothing/', 'nothing/a')).toEqual([]);
    });
  });
}

/** For stores that make names of keys, and for those that only could. */
export function describeBadKeys(
  name: string,
  create: () => EvidenceStore | Promise<EvidenceStore>,
): void {
  describe(`${name}, given a key that is none of ours,`, () => {
    it.each(Object.entries(badKeys))('refuses %s', async (_name, key) => {
      const store = await create();
      const refusal = {
        name: 'AuditError',
        code: 'EVIDENCE_BROKEN',
        message: `Evidence key ${JSON.stringify(key)} is not one of ours.`,
      };
      await expect(store.putIfAbsent(key, text('x'))).rejects.toMatchObject(refusal);
      await expect(store.get(key)).rejects.toMatchObject(refusal);
    });
  });
}
