/** A log that real runs sealed, and what a holder of the signing key can make of it. */
import { CloudError } from '../../shared/errors.ts';
import { seqOf, keyOf } from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import type { JsonObject } from '../../shared/model.ts';
import { compilePolicy } from '../../shared/policy/compile.ts';
import { runAudit } from '../../shared/run.ts';
import {
  accept,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  policies,
  source,
  waiverOf,
  worldOf,
} from './fake-ports.ts';
import {
  bytesOf,
  createOpenStore,
  editStatement,
  present,
  signer,
  textOf,
  type OpenStore,
  type Statement,
} from './log.ts';

export const version = '1.2.3';

/** Reads a fact, and where there is none says so. */
const fresh = compilePolicy({
  pack: 'image-scan',
  policy: {
    id: 'fresh',
    title: 'Title of fresh',
    severity: 'high',
    source,
    rationale: 'Made up for tests.',
    remediation: { text: 'Set fresh right.' },
    controls: [],
    require: {
      properties: { facts: { properties: { hoursSinceLastScan: { maximum: 48 } } } },
    },
  },
});

const scanned = { ...goodSettings, LastScanTime: '2026-11-24 02:00:00' };

/** As the account answers on six nights: fine, a fault, the fault waived, no answer, little, fine. */
const answers: readonly (JsonObject | CloudError)[] = [
  scanned,
  { ...scanned, ScanVul: false, ScanPeriod: 30, New: [1] },
  { ...scanned, ScanVul: false },
  new CloudError('Timeout', 'no answer in time'),
  { ScanVul: null, Enable: true },
  scanned,
];

const firstNightMs = Date.UTC(2026, 10, 24, 18);

/** Two records a night: the run, and what was told of it. */
export async function buildJudgedLog(by = version): Promise<OpenStore> {
  const store = createMemoryStore();
  const clock = createManualClock(firstNightMs);
  let answer = present(answers[0]);
  const world = worldOf({
    store,
    clock,
    http: createScriptedHttp(accept),
    reader: createReader(() => answer),
  });
  for (const [index, next] of answers.entries()) {
    answer = next;
    const nightMs = firstNightMs + index * 86_400_000;
    clock.set(nightMs + 2_000);
    const plan = planAt(new Date(nightMs).toISOString(), {
      signer,
      policies: [...policies, fresh],
      waivers: [waiverOf({ from: '2026-11-26', until: '2026-12-05' })],
      tool: { name: 'tcss-audit', version: by },
    });
    await runAudit(world.ports, plan);
  }
  const files = new Map<string, Uint8Array>();
  for (const prefix of ['log/', 'runs/', 'policies/']) {
    for (const key of await store.list(prefix)) files.set(key, present(await store.get(key)));
  }
  return createOpenStore(files);
}

export const targetsOf = (night: number): string => {
  const at = new Date(firstNightMs + (night - 1) * 86_400_000).toISOString();
  return `runs/nightly-${at.slice(0, 10).replaceAll('-', '')}T180000Z/targets-0000.jsonl`;
};
export const recordOf = (night: number): number => night * 2 - 1;

// ---- Forgeries by a holder of the key ---------------------------------------------------------

type Loose = Readonly<Record<string, unknown>>;
type LooseFinding = Loose & { readonly policyId: string; readonly violations: readonly Loose[] };
type LooseObservation = Loose & { readonly settings: Loose; readonly facts: Loose };
interface LooseLine {
  readonly target: Loose;
  readonly observations: readonly LooseObservation[];
  readonly findings: readonly LooseFinding[];
}
type LooseLines = readonly [LooseLine, ...LooseLine[]];
interface LooseFile {
  readonly policies: readonly (Loose & { readonly id: string })[];
  readonly waivers: readonly Loose[];
}
type LoosePredicate = Loose & {
  readonly counts: Readonly<Record<'pass' | 'fail', number>>;
  readonly open: readonly (Loose & { readonly policyId: string })[];
  readonly waivers: readonly Loose[];
};

/** Rewrites the lines of a night's targets file. */
export function editLines(
  store: OpenStore,
  night: number,
  edit: (lines: LooseLines) => readonly unknown[],
): void {
  const key = targetsOf(night);
  const lines = textOf(store, key).trimEnd().split('\n');
  const edited = edit(lines.map((line) => JSON.parse(line) as LooseLine) as unknown as LooseLines);
  const text = edited.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  store.files.set(key, bytesOf(text.map((line) => `${line}\n`).join('')));
}

/** The findings of the one target, by policy. */
export function editFinding(
  store: OpenStore,
  night: number,
  policyId: string,
  edit: (finding: LooseFinding) => unknown,
): void {
  editLines(store, night, ([line]) => [
    {
      ...line,
      findings: line.findings.map((it) => (it.policyId === policyId ? edit(it) : it)),
    },
  ]);
}

/** The one observation of the one target. */
export function editObservation(
  store: OpenStore,
  night: number,
  edit: (observation: LooseObservation) => unknown,
): void {
  editLines(store, night, ([line]) => [{ ...line, observations: line.observations.map(edit) }]);
}

/** Rewrites the policies file, and the records that seal it. */
export function editPolicies(store: OpenStore, edit: (file: LooseFile) => unknown): void {
  const old = present([...store.files.keys()].find((key) => key.startsWith('policies/')));
  const edited = edit(JSON.parse(textOf(store, old)) as LooseFile);
  const bytes = bytesOf(typeof edited === 'string' ? edited : `${JSON.stringify(edited)}\n`);
  const name = `policies/${sha256(bytes)}.json`;
  store.files.delete(old);
  store.files.set(name, bytes);
  for (const key of [...store.files.keys()].filter((one) => seqOf(one) !== undefined)) {
    editStatement(store, present(seqOf(key)), (it) => ({
      ...it,
      subject: it.subject.map((file) => (file.name === old ? { ...file, name } : file)),
    }));
  }
}

/** What a record says, as its forger wants it. */
export function editPredicate(
  store: OpenStore,
  night: number,
  edit: (predicate: LoosePredicate) => unknown,
): void {
  editStatement(store, recordOf(night), (it) => ({
    ...it,
    predicate: edit(it.predicate as unknown as LoosePredicate),
  }));
}

/** Makes the chain, the hashes and the signatures whole again. */
export function reseal(store: OpenStore): void {
  let previous: string | null = null;
  for (let seq = 1; store.files.has(keyOf(seq)); seq += 1) {
    const refreshed = ({ subject, predicate, ...it }: Statement) => ({
      ...it,
      subject: subject.map(({ name, digest }) => {
        const bytes = store.files.get(name);
        return { name, digest: bytes === undefined ? digest : { sha256: sha256(bytes) } };
      }),
      predicate: { ...predicate, seq, previous },
    });
    editStatement(store, seq, refreshed, signer);
    previous = sha256(present(store.files.get(keyOf(seq))));
  }
}
