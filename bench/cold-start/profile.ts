/** Where a cold start spends its time: sampled by Node's own profiler, told by whose source each line came from. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';

import { auditBundle } from '../../build.ts';
import type { Front } from '../support/front.ts';
import { benchFolder } from '../support/patched.ts';
import { startCold } from './cold.ts';

export interface Share {
  readonly what: string;
  /** Of one start, on average. */
  readonly ms: number;
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

type RawMap = ConstructorParameters<typeof SourceMap>[0];

/** As Node writes it. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    /** How many samples of it each line has, counted from 1. */
    readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const intervalUs = 100;

export async function profiled(
  front: Front,
  env: Readonly<Record<string, string>>,
  times: number,
): Promise<readonly Share[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
  const module = join(benchFolder, 'mapped', 'index.js');
  const nodeOptions = [
    ...['--cpu-prof', `--cpu-prof-interval=${String(intervalUs)}`],
    `--cpu-prof-dir=${folder}`,
  ];
  try {
    await build({ ...auditBundle, outfile: module, sourcemap: 'external' });
    for (let left = times; left > 0; left -= 1) {
      await startCold(front, { module, env, nodeOptions, end: 'SIGTERM' });
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by esbuild
    const map = JSON.parse(readFileSync(`${module}.map`, 'utf8')) as RawMap;
    return sharesOf(
      readdirSync(folder).map((name) => readProfile(join(folder, name))),
      map,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readProfile(path: string): Profile {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by node
  return JSON.parse(readFileSync(path, 'utf8')) as Profile;
}

function sharesOf(profiles: readonly Profile[], map: RawMap): readonly Share[] {
  const sourceMap = new SourceMap(map);
  const msByOwner = new Map<string, number>();
  const add = (what: string, ms: number) => {
    msByOwner.set(what, (msByOwner.get(what) ?? 0) + ms / profiles.length);
  };
  for (const profile of profiles) {
    const owners = ownersOf(profile.nodes, sourceMap);
    const msById = millisecondsById(profile, owners);
    for (const { id, callFrame, positionTicks = [] } of profile.nodes) {
      const { what } = owners.get(id) ?? {};
      const ms = msById.get(id) ?? 0;
      if (what === undefined || ms === 0) continue;
      // Of one function the lines, which can be of many files: the bundle's outermost one is.
      const all = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0);
      if (!isBundle(callFrame) || all === 0) add(what, ms);
      else
        for (const { line, ticks } of positionTicks)
          add(groupAt(sourceMap, line - 1), (ms * ticks) / all);
    }
  }
  return [...msByOwner].map(([what, ms]) => ({ what, ms })).sort((a, b) => b.ms - a.ms);
}

/** What comes before the runner is Node's own start. */
function millisecondsById(
  { samples, timeDeltas }: Profile,
  owners: ReadonlyMap<number, Owner>,
): ReadonlyMap<number, number> {
  const first = samples.findIndex((id) => owners.get(id)?.isAfterStart === true);
  const msById = new Map<number, number>();
  samples.forEach((id, index) => {
    if (index < first) return;
    msById.set(id, (msById.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  return msById;
}

interface Owner {
  /** undefined: idle. */
  readonly what: string | undefined;
  /** Called by the runner or by the module. */
  readonly isAfterStart: boolean;
}

/** Of each node of the tree of calls: its own code's, or where it is Node's, that of who called it. */
function ownersOf(nodes: Profile['nodes'], sourceMap: SourceMap): ReadonlyMap<number, Owner> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner>();
  const visit = (id: number, caller: Owner) => {
    const node = byId.get(id);
    if (node === undefined) return;
    const owner = ownerOf(node.callFrame, caller, sourceMap);
    owners.set(id, owner);
    for (const child of node.children ?? []) visit(child, owner);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, { what: sockets, isAfterStart: false });
  return owners;
}

const sockets = 'TLS, sockets, timers: Node’s own callbacks';
const compiling = 'reading and compiling the bundle';
const nodeModules = 'loading modules of Node’s own';

function ownerOf(callFrame: Frame, caller: Owner, sourceMap: SourceMap): Owner {
  const { functionName, url, lineNumber } = callFrame;
  switch (functionName) {
    case '(idle)':
      return { ...caller, what: undefined };
    case '(garbage collector)':
      return { ...caller, what: 'garbage collection' };
    case '(program)':
      return { ...caller, what: 'Node outside of JavaScript' };
    case 'compileForPublicLoader':
    case 'compileForInternalLoader':
      return { ...caller, what: nodeModules };
  }
  // The runner: what it requires is the bundle.
  if (url.endsWith('[eval]')) return { what: compiling, isAfterStart: true };
  if (!isBundle(callFrame)) return caller;
  return { what: groupAt(sourceMap, lineNumber), isAfterStart: true };
}

function isBundle({ url }: Frame): boolean {
  return /mapped[\\/]index\.js$/.test(url);
}

/** Whose the line is; the bundle's are short, and all but a few of one file. */
function groupAt(sourceMap: SourceMap, line: number): string {
  const entry = sourceMap.findEntry(line, 80);
  const source = 'originalSource' in entry ? entry.originalSource : '';
  if (/tencentcloud-sdk|stand-in:/.test(source)) return 'Tencent’s SDK';
  if (source.includes('virtual:policies')) return 'policies';
  if (/shared[\\/](config|targets|notice)/.test(source)) return 'configuration';
  if (/shared[\\/]evidence/.test(source)) return 'evidence';
  if (/shared[\\/]settings[\\/](tencent|pages|observe)/.test(source)) return 'requests';
  return 'the rest of ours';
}
