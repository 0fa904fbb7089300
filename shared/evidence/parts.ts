/** Puts the reports of a run into its files, a part of them at a time: an organisation's fit in no memory. */
import type { TargetReport } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import { subjectOf, type Subject } from './record.ts';
import { encodeReport, targetsKey } from './run-files.ts';

export interface PartWriter {
  /** Waits while the store takes what is full. */
  readonly add: (report: TargetReport) => Promise<void>;
  /**
   * Puts what is left.
   * @returns the files, in the order in which the record names them
   */
  readonly finish: () => Promise<readonly Subject[]>;
}

/** Reports of all policies take 33 kB an account, so about a hundred of them are in a file. */
const maxFileBytes = 4 * 1024 * 1024;

export interface PartOptions {
  readonly runId: string;
  /** The number of its first file. Where that is taken, by a killed attempt say, the next free one. */
  readonly firstIndex?: number;
  readonly maxBytes?: number;
  /** Told of each file that is full, while there are more reports to come. */
  readonly onFull?: (file: Subject) => Promise<void>;
  /** Asked before each file is put; throws where it must not be put any more. */
  readonly mayPut?: () => void;
}

export function writeParts(
  store: EvidenceStore,
  { runId, firstIndex = 0, maxBytes = maxFileBytes, onFull, mayPut }: PartOptions,
): PartWriter {
  const files: Subject[] = [];
  let index = firstIndex;
  /** Bytes, which lie outside the heap: texts that wait for their file would be moved about in it. */
  let lines: Buffer[] = [];
  let size = 0;
  let putting: Promise<unknown> = Promise.resolve();

  const put = async (bytes: Buffer): Promise<Subject> => {
    for (; ; index += 1) {
      const key = targetsKey(runId, index);
      mayPut?.();
      if (!(await store.putIfAbsent(key, bytes))) continue;
      const file = subjectOf(key, bytes);
      files.push(file);
      index += 1;
      return file;
    }
  };
  /** One file after the other: two at once would be twice the memory. */
  const flush = (): Promise<Subject> => {
    const bytes = Buffer.concat(lines, size);
    lines = [];
    size = 0;
    const file = putting.then(() => put(bytes));
    putting = file;
    return file;
  };

  return {
    add: async (report) => {
      const line = Buffer.from(`${encodeReport(report)}\n`);
      lines.push(line);
      size += line.length;
      if (size >= maxBytes) {
        const file = await flush();
        await onFull?.(file);
      }
    },
    finish: async () => {
      if (lines.length > 0) await flush();
      return files;
    },
  };
}
