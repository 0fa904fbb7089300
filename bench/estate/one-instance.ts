/** Many targets read by one instance, beside the same calls with nothing but Tencent's clients. */
import { median } from '../support/figures.ts';
import {
  audit,
  breakSome,
  brokenEvery,
  openOrganisation,
  readIdeally,
  unpacedAudit,
  type Audited,
  type Ideal,
  type Organisation,
} from './organisation.ts';

export interface OneInstance {
  readonly what: string;
  readonly targets: number;
  readonly requests: number;
  readonly wallMs: number;
  readonly idealWallMs: number;
  /** Medians of the pairs. */
  readonly wallRatio: number;
  readonly cpuRatio: number;
  /** Of one target. */
  readonly cpuMs: number;
  readonly idealCpuMs: number;
  readonly peakMb: number;
  readonly idealPeakMb: number;
}

/** With the pace that STS asks of any caller. */
export async function pacedRow(targets: number, pairs = 1): Promise<OneInstance> {
  const organisation = await openOrganisation(targets);
  try {
    const broken = breakSome(organisation, brokenEvery);
    const done: Pair[] = [];
    while (done.length < pairs) done.push(await pair(organisation, broken, { isPaced: true }));
    return rowOf('paced', done);
  } finally {
    await organisation.close();
  }
}

/** Where nothing holds either side back but its own work. */
export async function unpacedRow(targets: number, pairs: number): Promise<OneInstance> {
  const organisation = await openOrganisation(targets, { rateLimits: false });
  try {
    const broken = breakSome(organisation, brokenEvery);
    const module = unpacedAudit();
    const done: Pair[] = [];
    for (let left = pairs; left > 0; left -= 1) {
      done.push(await pair(organisation, broken, { isPaced: false, module }));
    }
    return rowOf('unpaced', done);
  } finally {
    await organisation.close();
  }
}

/** A night on which every account has a finding: the most that there is to seal, to log and to tell. */
export async function worstRow(targets: number): Promise<OneInstance> {
  const organisation = await openOrganisation(targets);
  try {
    const broken = breakSome(organisation, 1);
    return rowOf('paced, all failing', [await pair(organisation, broken, { isPaced: true })]);
  } finally {
    await organisation.close();
  }
}

interface Pair {
  readonly ours: Audited;
  readonly ideal: Ideal;
}

async function pair(
  organisation: Organisation,
  broken: number,
  { isPaced, module }: { readonly isPaced: boolean; readonly module?: string },
): Promise<Pair> {
  const size = organisation.uins.length;
  const ideal = await readAll(organisation, isPaced);
  const ours = await audit(organisation, module);
  const { targets, fail, error } = ours.counts;
  if (targets !== size || fail !== broken || error > 0) {
    throw new Error(`The audit of ${String(size)} targets counted ${JSON.stringify(ours.counts)}`);
  }
  return { ours, ideal };
}

const maxIdealAttempts = 3;

/** The ideal gives up a call that breaks off: what did not read every target is no measure, and is done again. */
async function readAll(organisation: Organisation, isPaced: boolean): Promise<Ideal> {
  const size = organisation.uins.length;
  for (let attempt = 1; ; attempt += 1) {
    const ideal = await readIdeally(organisation, { isPaced });
    if (ideal.answered === size) return ideal;
    if (attempt === maxIdealAttempts) {
      throw new Error(`Of ${String(size)} targets the ideal read ${String(ideal.answered)}`);
    }
  }
}

function rowOf(what: string, pairs: readonly Pair[]): OneInstance {
  const [first] = pairs;
  const targets = first?.ours.counts.targets ?? 0;
  const medianOf = (value: (pair: Pair) => number) => median(pairs.map(value));
  return {
    ...{ what, targets },
    requests: medianOf(({ ours }) => ours.requests),
    wallMs: medianOf(({ ours }) => ours.wallMs),
    idealWallMs: medianOf(({ ideal }) => ideal.wallMs),
    wallRatio: medianOf(({ ours, ideal }) => ours.wallMs / ideal.wallMs),
    cpuRatio: medianOf(({ ours, ideal }) => ours.cpuMs / ideal.cpuMs),
    cpuMs: medianOf(({ ours }) => ours.cpuMs / targets),
    idealCpuMs: medianOf(({ ideal }) => ideal.cpuMs / targets),
    peakMb: Math.max(...pairs.map(({ ours }) => ours.peakMb)),
    idealPeakMb: Math.max(...pairs.map(({ ideal }) => ideal.peakMb)),
  };
}
