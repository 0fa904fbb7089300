/** What only a file store can get wrong: disks that say no, links, and what it leaves lying about. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs, { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import {
  buildLog,
  bytesOf,
  deliveryOf,
  nightOf,
  nights,
  publicKey,
  recordDelivery,
  seal,
  signer,
} from '../support/log.ts';

let root: string;
const mounts: string[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tcss-audit-store-'));
});
afterEach(async () => {
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount]);
  await rm(root, { recursive: true });
});

/** A file system of its own; only root may. */
function mount(options: string): string | undefined {
  const path = join(root, 'mounted');
  try {
    execFileSync('mkdir', ['-p', path]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    mounts.push(path);
    return path;
  } catch {
    return undefined;
  }
}

const remedy =
  'Give the audit a folder that it may write to, on a file system with hard links and free space.';
const readRemedy = 'Let this program read the folder, and see whether its disk is well.';
const leftIn = async (folder: string) =>
  existsSync(join(folder, '.tmp')) ? readdir(join(folder, '.tmp')) : [];

async function refusalOf(writing: Promise<unknown>) {
  const error: unknown = await writing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { code, message } = error as { code: string; message: string };
  return { code, message: message.replaceAll(root, '<root>').replace(/[\da-f-]{36}/g, '<uuid>') };
}

it('leaves no temporary file after a write that won, and after one that lost', async () => {
  const store = createFileStore(root);
  await store.putIfAbsent('runs/a/x', bytesOf('first'));
  expect(await leftIn(root)).toEqual([]);
  await store.putIfAbsent('runs/a/x', bytesOf('second'));
  expect(await leftIn(root)).toEqual([]);
  expect(await readdir(join(root, 'runs/a'))).toEqual(['x']);
  expect(await readFile(join(root, 'runs/a/x'), 'utf8')).toBe('first');
});

it('has the bytes on the disk before they get their name, and the names before it says so', async () => {
  const told: string[] = [];
  const paths = new Map<unknown, string>();
  const named = (path: unknown) =>
    String(path)
      .replace(root, '<root>')
      .replace(/[\da-f-]{36}/, '<uuid>');
  const { openSync, writeFileSync, fsyncSync, linkSync } = fs;
  const real = { openSync, writeFileSync, fsyncSync, linkSync };
  const watched = {
    openSync: (...args: Parameters<typeof fs.openSync>) => {
      const file = real.openSync(...args);
      paths.set(file, named(args[0]));
      return file;
    },
    writeFileSync: (...args: Parameters<typeof fs.writeFileSync>) => {
      real.writeFileSync(...args);
      told.push(`write ${String(paths.get(args[0]))}`);
    },
    fsyncSync: (file: number) => {
      real.fsyncSync(file);
      told.push(`sync ${String(paths.get(file))}`);
    },
    linkSync: (from: string, to: string) => {
      real.linkSync(from, to);
      told.push(`link ${named(from)} as ${named(to)}`);
    },
  };
  Object.assign(fs, watched);
  syncBuiltinESMExports();
  try {
    const store = createFileStore(root);
    await store.putIfAbsent('runs/one/targets-0000.jsonl', bytesOf('x'));
    told.push('said');
    await store.putIfAbsent('runs/one/targets-0001.jsonl', bytesOf('y'));
    told.push('said');
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
  const written = (name: string) => [
    ...['write <root>/.tmp/<uuid>', 'sync <root>/.tmp/<uuid>'],
    `link <root>/.tmp/<uuid> as <root>/runs/one/${name}`,
    'sync <root>/runs/one',
    'said',
  ];
  expect(told).toEqual([
    // The folders are new, and so are their names.
    ...['sync <root>/runs', 'sync <root>'],
    ...written('targets-0000.jsonl'),
    ...written('targets-0001.jsonl'),
  ]);
});

it('says which evidence could not be written where a file is in the place of a folder', async () => {
  await writeFile(join(root, 'runs'), 'x');
  expect(await refusalOf(createFileStore(root).putIfAbsent('runs/a/x', bytesOf('x')))).toEqual({
    code: 'EVIDENCE_UNWRITABLE',
    message: `Evidence runs/a/x could not be written (ENOTDIR: not a directory, mkdir '<root>/runs/a'). ${remedy}`,
  });
  expect(await leftIn(root)).toEqual([]);
});

it('says which evidence could not be written where the root is a file', async () => {
  const path = join(root, 'evidence');
  await writeFile(path, 'x');
  expect(await refusalOf(createFileStore(path).putIfAbsent('log/x', bytesOf('x')))).toEqual({
    code: 'EVIDENCE_UNWRITABLE',
    message: `Evidence log/x could not be written (ENOTDIR: not a directory, mkdir '<root>/evidence/.tmp'). ${remedy}`,
  });
});

it('takes a folder in the place of a file for taken', async () => {
  await mkdir(join(root, 'runs/a/x'), { recursive: true });
  expect(await createFileStore(root).putIfAbsent('runs/a/x', bytesOf('x'))).toBe(false);
});

it('says so on a read-only file system, and leaves nothing', async ({ skip }) => {
  const path = mount('ro,size=64k');
  if (path === undefined) return skip('needs root to mount a read-only file system');
  const { code, message } = await refusalOf(
    createFileStore(path).putIfAbsent('runs/a/x', bytesOf('x')),
  );
  // Node 20 says ENOENT where a recursive mkdir meets EROFS.
  const why = message.replace(/\((EROFS|ENOENT): [^,]*/, '(<why>');
  expect({ code, why }).toEqual({
    code: 'EVIDENCE_UNWRITABLE',
    why: `Evidence runs/a/x could not be written (<why>, mkdir '<root>/mounted/.tmp'). ${remedy}`,
  });
  expect(await readdir(path)).toEqual([]);
});

it('says so on a full disk, leaves nothing, and goes on when there is room again', async ({
  skip,
}) => {
  const path = mount('size=64k');
  if (path === undefined) return skip('needs root to mount a small file system');
  const store = createFileStore(path);
  expect(await store.putIfAbsent('runs/a/small', bytesOf('x'))).toBe(true);
  expect(await refusalOf(store.putIfAbsent('runs/a/big', new Uint8Array(256 * 1024)))).toEqual({
    code: 'EVIDENCE_UNWRITABLE',
    message: `Evidence runs/a/big could not be written (ENOSPC: no space left on device, write). ${remedy}`,
  });
  expect(await leftIn(path)).toEqual([]);
  expect(await store.list('runs/')).toEqual(['runs/a/small']);
  expect(await store.putIfAbsent('runs/a/big', bytesOf('y'))).toBe(true);
});

// ---- Reading ----------------------------------------------------------------------------------

it('has an empty list and no file where there is no folder', async () => {
  const store = createFileStore(join(root, 'nowhere'));
  expect(await store.list('log/')).toEqual([]);
  expect(await store.get('log/000000000001.json')).toBeNull();
});

it.each(['log', 'runs', 'policies'])(
  'lists hidden files of %s, which somebody added: no key can name them',
  async (folder) => {
    await mkdir(join(root, folder, '.hidden'), { recursive: true });
    await writeFile(join(root, folder, '.hidden/y'), 'x');
    await writeFile(join(root, folder, '.x'), 'x');
    await writeFile(join(root, folder, 'z'), 'x');
    const store = createFileStore(root);
    const keys = [`${folder}/.hidden/y`, `${folder}/.x`, `${folder}/z`];
    expect(await store.list(`${folder}/`)).toEqual(keys);
    expect((await refusalOf(store.get(`${folder}/.x`))).code).toBe('EVIDENCE_BROKEN');
  },
);

it('does not follow a symbolic link, and lists it as a file that somebody added', async () => {
  await mkdir(join(root, 'log'));
  await writeFile(join(root, 'elsewhere'), 'secret');
  await symlink(join(root, 'elsewhere'), join(root, 'log/x'));
  await symlink(root, join(root, 'log/y'));
  const store = createFileStore(root);
  expect(await store.list('log/')).toEqual(['log/x', 'log/y']);
  expect(await refusalOf(store.get('log/x'))).toEqual({
    code: 'EVIDENCE_BROKEN',
    message:
      "Evidence log/x is no file of evidence (ELOOP: too many symbolic links encountered, open '<root>/log/x').",
  });
});

it.each(['log/x/y', `log/${'x'.repeat(300)}`])('has no file of evidence at %s', async (key) => {
  await mkdir(join(root, 'log'));
  await writeFile(join(root, 'log/x'), 'x');
  expect((await refusalOf(createFileStore(root).get(key))).code).toBe('EVIDENCE_BROKEN');
});

it('writes nothing through a symbolic link', async () => {
  await mkdir(join(root, 'log'));
  await symlink(join(root, 'elsewhere'), join(root, 'log/x'));
  expect(await createFileStore(root).putIfAbsent('log/x', bytesOf('x'))).toBe(false);
  expect(existsSync(join(root, 'elsewhere'))).toBe(false);
});

it('says which evidence is no file where a folder is in its place', async () => {
  await mkdir(join(root, 'log/x'), { recursive: true });
  expect(await refusalOf(createFileStore(root).get('log/x'))).toEqual({
    code: 'EVIDENCE_BROKEN',
    message: 'Evidence log/x is no file of evidence (it is no regular file).',
  });
});

it('says which evidence could not be listed where a file is in the place of the folder', async () => {
  await writeFile(join(root, 'runs'), 'x');
  expect(await refusalOf(createFileStore(root).list('runs/'))).toEqual({
    code: 'EVIDENCE_UNREADABLE',
    message: `Evidence runs/ could not be read (ENOTDIR: not a directory, scandir '<root>/runs'). ${readRemedy}`,
  });
});

it('tells what it may not read from what is not there', async ({ skip }) => {
  // Root may read everything, so another user asks: root gives this process that user's eyes for a moment.
  const { seteuid, geteuid } = process;
  if (seteuid === undefined || geteuid?.() !== 0) return skip('needs root to become nobody');
  const store = createFileStore(root);
  await store.putIfAbsent('log/x', bytesOf('x'));
  execFileSync('chmod', ['600', join(root, 'log/x')]);
  execFileSync('chmod', ['755', root]);
  // The thread pool keeps the identity it was given: a process of its own has the right one everywhere.
  const script = `
    import { createFileStore } from ${JSON.stringify(join(import.meta.dirname, '../../shared/evidence/stores/file.ts'))};
    const store = createFileStore(${JSON.stringify(root)});
    const tell = (made) => made.then((value) => String(value), ({ code, message }) => code + ' ' + message);
    console.log(JSON.stringify([
      await tell(store.get('log/x')), await tell(store.get('log/y')), await tell(store.putIfAbsent('log/z', new Uint8Array()))
    ]));`;
  await writeFile(join(root, 'ask.mts'), script);
  const output = execFileSync(
    'setpriv',
    [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      '--import',
      'tsx',
      join(root, 'ask.mts'),
    ],
    {
      cwd: join(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), HOME: root },
    },
  ).toString();
  const answers = (JSON.parse(output) as string[]).map((answer) =>
    answer.replaceAll(root, '<root>').replace(/[\da-f-]{36}/g, '<uuid>'),
  );
  expect(answers).toEqual([
    `EVIDENCE_UNREADABLE Evidence log/x could not be read (EACCES: permission denied, open '<root>/log/x'). ${readRemedy}`,
    'null',
    `EVIDENCE_UNWRITABLE Evidence log/z could not be written (EACCES: permission denied, open '<root>/.tmp/<uuid>'). ${remedy}`,
  ]);
});

// ---- A whole log on a disk --------------------------------------------------------------------

it('holds a log that many processes append to at once', async () => {
  const store = createFileStore(root);
  const first = await seal(store, openLog(store, signer), { at: nights[0], report: nightOf() });
  await Promise.all(
    Array.from({ length: 10 }, () =>
      recordDelivery(openLog(createFileStore(root), signer), first, deliveryOf()),
    ),
  );
  const { faults, records } = await verifyLog(store, { publicKeys: [publicKey] });
  expect({ faults, records }).toEqual({ faults: [], records: 11 });
  expect(await leftIn(root)).toEqual([]);
});

const linked: Record<string, readonly [string, readonly (readonly [string, string])[]]> = {
  'a sealed file': [
    'runs/nightly-20261124T180000Z/targets-0000.jsonl',
    [['missing-file', 'runs/nightly-20261124T180000Z/targets-0000.jsonl']],
  ],
  'the last record': ['log/000000000005.json', [['unreadable-record', 'log/000000000005.json']]],
  "a run's folder": [
    'runs/nightly-20261124T180000Z',
    [['unsealed-file', 'runs/nightly-20261124T180000Z']],
  ],
};
it.each(Object.entries(linked))(
  'notices that %s was replaced by a symbolic link to the same bytes',
  async (_name, [key, expected]) => {
    const evidence = join(root, 'evidence');
    const store = createFileStore(evidence);
    for (const [name, bytes] of (await buildLog()).files) await store.putIfAbsent(name, bytes);
    execFileSync('mv', [join(evidence, key), join(root, 'moved')]);
    await symlink(join(root, 'moved'), join(evidence, key));
    const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
    expect(faults.map(({ code, key: at }) => [code, at])).toEqual(expected);
  },
);

it('follows no name out of the store that a forged record invents', async () => {
  const evidence = join(root, 'evidence');
  const forged = await buildLog(undefined);
  const store = createFileStore(evidence);
  for (const [name, bytes] of forged.files) await store.putIfAbsent(name, bytes);
  await writeFile(join(root, 'outside'), 'x');
  const names = ['../outside', join(root, 'outside'), 'runs/../../outside', '.tmp'];
  const log = openLog(store, undefined);
  const sha256 = '0'.repeat(64);
  await log.append(({ seq, previous }) => {
    const [run] = [
      { id: 'x', trigger: { type: 'manual', name: 'x', scheduledAt: nights[0] } },
    ] as const;
    const predicate = {
      seq,
      previous,
      run: { ...run, startedAt: nights[0], finishedAt: nights[0], complete: true },
      tool: { name: 'x', version: '0' },
      timezone: 'UTC',
      missed: [],
      counts: { targets: 0, pass: 0, fail: 0, waived: 0, error: 0, skip: 0 },
      open: [],
      waivers: [],
      abandoned: [],
    };
    const subject = names.map((name) => ({ name, digest: { sha256 } }));
    return Promise.resolve({ kind: 'run', predicate, subject });
  });
  const { faults } = await verifyLog(store, { publicKeys: [] });
  expect(faults).toEqual(
    names.map((key) => ({
      code: 'missing-file',
      key,
      message: 'is sealed by log/000000000006.json and is missing',
    })),
  );
});

it('takes a pipe for no file, and does not wait for it', async () => {
  await mkdir(join(root, 'log'));
  execFileSync('mkfifo', [join(root, 'log', '000000000001.json')]);
  const module = join(import.meta.dirname, '../../shared/evidence/stores/file.ts');
  const script = `
    import { createFileStore } from ${JSON.stringify(module)};
    createFileStore(${JSON.stringify(root)}).get('log/000000000001.json').catch(({ code }) => console.log(code));`;
  await writeFile(join(root, 'read.mts'), script);
  // In a process of its own: whoever waits for a pipe holds a thread for ever.
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'read.mts')], {
    cwd: join(import.meta.dirname, '../..'),
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect(stdout.toString()).toBe('EVIDENCE_BROKEN\n');
});
