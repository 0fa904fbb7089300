/** Nights made up for the report: an organisation of any size, without a log of that size on the disk. */
import type {
  Finding,
  OpenFinding,
  Policy,
  SealedRun,
  Severity,
  Status,
  TargetReport,
  UnreadableRun,
  Waiver,
  WaiverUse,
} from '../../shared/model.ts';
import { severities } from '../../shared/model.ts';
import { aggregate, type ReportOptions } from '../../shared/report/html/aggregate.ts';
import type { ReportData } from '../../shared/report/html/data.ts';

export const dayMs = 86_400_000;
export const lastNightMs = Date.parse('2026-11-23T19:23:00.000Z');

/** As many policies as will ship, by pack. */
const packs: Readonly<Record<string, readonly string[]>> = {
  'image-scan': [
    'enabled',
    'fresh',
    'malware',
    'period',
    'scope',
    'sensitive-data',
    'vulnerabilities',
    'window',
  ],
  'registry-scan': ['enabled', 'period', 'scope', 'vulnerabilities'],
  'deploy-block': ['enabled', 'critical', 'trusted'],
  'runtime-escape': ['enabled', 'mount', 'privileged', 'syscall', 'alarm'],
  'abnormal-process': ['rules', 'alarm', 'reverse-shell', 'scope'],
  'file-tamper': ['rules', 'scope', 'alarm'],
  'malware-scan': ['monitor', 'schedule', 'quarantine', 'timeout', 'scope'],
  'cluster-check': ['installed', 'schedule', 'risk-items', 'exceptions'],
  'compliance-baseline': ['docker', 'kubernetes', 'schedule', 'containerd', 'host', 'exempt'],
};

const words: Readonly<Record<string, string>> = {
  enabled: 'is switched on',
  fresh: 'has finished lately',
  malware: 'looks for malware',
  period: 'runs at least once a week',
  scope: 'covers every asset',
  'sensitive-data': 'looks for secrets',
  vulnerabilities: 'looks for vulnerabilities',
  window: 'has an hour at least',
  alarm: 'raises an alarm',
};

export const manyPolicies: readonly Policy[] = Object.entries(packs).flatMap(([pack, ids]) =>
  ids.map((id, at) => {
    const name = pack.replaceAll('-', ' ');
    return {
      id: `${pack}-${id}`,
      title: `${name.charAt(0).toUpperCase()}${name.slice(1)} ${words[id] ?? `keeps ${id.replaceAll('-', ' ')} in order`}`,
      severity: severities[at % 4] ?? 'low',
      source: `Describe${pack.replaceAll('-', '')}Setting`,
      rationale: 'Without it nobody learns of a change before it is used against them.',
      remediation: {
        text: 'In the console, open the settings of this part and switch it on.',
        set: { [id]: true },
      },
      controls: [
        `NIST-800-53r5/RA-${String((at % 6) + 3)}`,
        `ISO-27001-2022/A.8.${String((at % 9) + 1)}`,
      ],
      require: { properties: { [id]: { const: true } } },
    };
  }),
);

export interface Organisation {
  readonly targets: number;
  readonly nights: number;
  readonly policies?: readonly Policy[];
  /** Nights (0 the first) on which the timer did not fire. */
  readonly missing?: readonly number[];
  readonly waivers?: readonly Waiver[];
  /** The share of findings that change in a night. */
  readonly unrest?: number;
}

/** The same nights at every call: chance comes from the place, not from a clock. */
export function* nightsOf({
  targets,
  nights,
  policies = manyPolicies,
  missing = [],
  waivers = [],
  unrest = 0.0015,
}: Organisation): Generator<SealedRun> {
  const random = randomFrom(7);
  const state = new Map<number, { status: Status; since: string }>();
  let seq = 0;
  let missed: readonly string[] = [];
  for (let night = 0; night < nights; night += 1) {
    const scheduledAt = new Date(lastNightMs - (nights - 1 - night) * dayMs).toISOString();
    if (missing.includes(night)) {
      missed = [...missed, scheduledAt];
      continue;
    }
    seq += 1;
    const open: OpenFinding[] = [];
    const reports = Array.from({ length: targets }, (_, target): TargetReport => {
      const uin = String(100_000_000_001 + target);
      const findings = policies.map((policy, at): Finding => {
        const place = target * policies.length + at;
        const known = state.get(place) ?? { status: 'pass', since: scheduledAt };
        const status = nextStatus(known.status, random(), unrest);
        const isOpen = status !== 'pass' && status !== 'skip';
        const wasOpen = known.status !== 'pass' && known.status !== 'skip';
        const since = isOpen && wasOpen ? known.since : scheduledAt;
        state.set(place, { status, since });
        if (isOpen) {
          open.push({
            fingerprint: fingerprintOf(uin, policy.id),
            target: uin,
            policyId: policy.id,
            severity: policy.severity,
            status,
            since,
          });
        }
        return findingOf(policy.id, policy.severity, status, waivers[0]?.id ?? 'W-1');
      });
      const sources = new Set(policies.map(({ source }) => source));
      const observations = [...sources].map((source, at) => ({
        source,
        observedAt: scheduledAt,
        requestId: `00000000-0000-4000-8000-${String(target * 100 + at).padStart(12, '0')}`,
        settings: { Enable: true, ScanPeriod: (target % 9) + 1, Scope: ['all'], Account: target },
        facts: { scanPeriodHours: 24 * ((target % 9) + 1) },
      }));
      return { target: { uin, site: 'intl' }, observations, findings };
    });
    yield nightRun({ seq: seq * 2 - 1, scheduledAt, reports, open, policies, waivers, missed });
    missed = [];
  }
}

interface NightParts {
  readonly seq: number;
  readonly scheduledAt: string;
  readonly reports: readonly TargetReport[];
  readonly policies: readonly Policy[];
  readonly open?: readonly OpenFinding[];
  readonly waivers?: readonly Waiver[];
  readonly missed?: readonly string[];
  readonly complete?: boolean;
  readonly name?: string;
  /** The night before, whose open findings stay open since when they were. */
  readonly before?: SealedRun;
}

export function nightRun({
  seq,
  scheduledAt,
  reports,
  policies,
  before,
  open = openIn(reports, scheduledAt, before),
  waivers = [],
  missed = [],
  complete = true,
  name = 'nightly',
}: NightParts): SealedRun {
  const counts = { targets: reports.length, pass: 0, fail: 0, waived: 0, error: 0, skip: 0 };
  for (const { findings } of reports) for (const { status } of findings) counts[status] += 1;
  return {
    kind: 'run',
    head: { seq, sha256: seq.toString(16).padStart(64, '0') },
    predicate: {
      seq,
      previous: null,
      run: {
        id: `${name}-${scheduledAt.replace(/[-:]|\.\d+/g, '')}`,
        trigger: { type: 'timer', name, scheduledAt },
        startedAt: scheduledAt,
        finishedAt: scheduledAt,
        complete,
      },
      tool: { name: 'tcss-audit', version: '0.0.0-test' },
      timezone: 'Asia/Shanghai',
      counts,
      open,
      waivers: waivers.map(({ id, policy, until }, at): WaiverUse => ({
        id,
        policy,
        until,
        state: (['active', 'ending', 'ended', 'unused', 'pending'] as const)[at % 5] ?? 'active',
      })),
      missed,
      abandoned: [],
    },
    reports,
    policies,
    waivers,
    files: [{ name: `runs/${name}/targets-0000.jsonl`, sha256: 'f'.repeat(64) }],
  };
}

function openIn(
  reports: readonly TargetReport[],
  scheduledAt: string,
  before: SealedRun | undefined,
): readonly OpenFinding[] {
  const sinceBefore = new Map(
    before?.predicate.open.map(({ fingerprint, since }) => [fingerprint, since]),
  );
  return reports.flatMap(({ target, findings }) =>
    findings.flatMap(({ policyId, severity, status }) =>
      status === 'pass' || status === 'skip'
        ? []
        : [
            {
              fingerprint: fingerprintOf(target.uin, policyId),
              target: target.uin,
              policyId,
              severity,
              status,
              since: sinceBefore.get(fingerprintOf(target.uin, policyId)) ?? scheduledAt,
            },
          ],
    ),
  );
}

/** Made up, and as long as a real one. */
function fingerprintOf(uin: string, policyId: string): string {
  let hash = 2_166_136_261;
  for (const character of `${uin}/${policyId}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0;
  }
  const eight = hash.toString(16).padStart(8, '0');
  return (eight + randomFrom(hash)().toString(16).slice(2, 10).padEnd(8, '0')).repeat(4);
}

export function findingOf(
  policyId: string,
  severity: Severity,
  status: Status,
  waiver = 'W-1',
): Finding {
  const field = policyId.split('-').slice(2).join('-') || 'Enable';
  const violations = [
    {
      pointer: `/${field}`,
      expected: true,
      actual: false,
      message: `/${field} must be true, is false`,
    },
  ] as const;
  switch (status) {
    case 'pass':
      return { policyId, severity, status };
    case 'fail':
      return { policyId, severity, status, violations };
    case 'waived':
      return {
        policyId,
        severity,
        status,
        violations,
        waiver: { id: waiver, until: '2027-06-30' },
      };
    case 'skip':
      return { policyId, severity, status, reason: 'the policy does not apply' };
    case 'error':
      return { policyId, severity, status, reason: `the API did not return ${field}` };
  }
}

function nextStatus(status: Status, chance: number, unrest: number): Status {
  if (status === 'pass') {
    if (chance < unrest) return 'fail';
    if (chance < unrest * 1.25) return 'error';
    return chance < unrest * 1.32 ? 'waived' : 'pass';
  }
  const patience = { fail: 0.14, error: 0.6, waived: 0.03, skip: 0.01 }[status];
  return chance < patience ? 'pass' : status;
}

/** Uniform in [0, 1): mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The data of a report on an intact log of these runs. */
export async function reportDataOf(
  entries: Iterable<SealedRun | UnreadableRun>,
  options: Pick<ReportOptions, 'evidence' | 'madeAtMs'> & Partial<ReportOptions>,
): Promise<ReportData> {
  return aggregate(entries, {
    locale: 'en',
    tool: { name: 'tcss-audit', version: '0.0.0-test' },
    controls: { frameworks: [] },
    ...options,
  });
}
