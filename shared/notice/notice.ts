/** What there is to tell, complete and without a form: channels make messages of it. */
import type {
  Counts,
  Drift,
  Finding,
  Head,
  OpenFinding,
  Policy,
  RunPredicate,
  Site,
  TargetReport,
  WaiverUse,
} from '../model.ts';
import type { Changes } from './changes.ts';

/** An open finding with what a person needs to act on it. */
export interface Item {
  readonly open: OpenFinding;
  /** What the run found; none for what is open no more. */
  readonly finding?: Finding;
  readonly title: string;
  readonly remediation?: string;
}

export const sections = [
  'failing',
  'unchecked',
  'stillOpen',
  'resolved',
  'waived',
  'dropped',
] as const;
export type Section = (typeof sections)[number];

export interface DriftNote extends Drift {
  readonly target: string;
  readonly source: string;
}

export interface Notice {
  readonly run: RunPredicate['run'];
  readonly site: Site;
  readonly counts: Counts;
  readonly head: Head;
  readonly items: Readonly<Record<Section, readonly Item[]>>;
  readonly waivers: readonly WaiverUse[];
  readonly drift: readonly DriftNote[];
}

export interface RunToTell {
  readonly run: RunPredicate['run'];
  readonly site: Site;
  readonly counts: Counts;
  /** The end of the log when it is told: the chat becomes a witness of it. */
  readonly head: Head;
  readonly reports: readonly TargetReport[];
  readonly policies: readonly Policy[];
}

export function noticeOf(told: RunToTell, changes: Changes): Notice {
  const policyById = new Map(told.policies.map((policy) => [policy.id, policy]));
  const findingOf = new Map(
    told.reports.flatMap(({ target, findings }) =>
      findings.map((finding) => [`${target.uin} ${finding.policyId}`, finding] as const),
    ),
  );
  const item = (open: OpenFinding): Item => {
    const policy = policyById.get(open.policyId);
    const finding = findingOf.get(`${open.target} ${open.policyId}`);
    return {
      open,
      title: policy?.title ?? open.policyId,
      ...(finding !== undefined && { finding }),
      ...(policy !== undefined && { remediation: policy.remediation.text }),
    };
  };
  const { run, site, counts, head } = told;
  return {
    run,
    site,
    counts,
    head,
    items: {
      failing: changes.failing.map(item),
      unchecked: changes.unchecked.map(item),
      stillOpen: changes.stillOpen.map(item),
      resolved: changes.resolved.map(item),
      waived: changes.waived.map(item),
      dropped: changes.dropped.map(item),
    },
    waivers: changes.waivers,
    drift: told.reports.flatMap(({ target, observations }) =>
      observations.flatMap((observation) =>
        'drift' in observation
          ? observation.drift.map((drift) => ({
              ...drift,
              target: target.uin,
              source: observation.source,
            }))
          : [],
      ),
    ),
  };
}
