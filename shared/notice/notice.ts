/** What there is to tell, complete and without a form: channels make messages of it. */
import type {
  Counts,
  Finding,
  Head,
  OpenFinding,
  Policy,
  RunPredicate,
  SeenDrift,
  Severity,
  Site,
  WaiverUse,
} from '../model.ts';
import { plainLine } from '../text.ts';
import type { Changes } from './changes.ts';

/** An open finding with what a person needs to act on it. */
export interface Item {
  readonly open: OpenFinding;
  /** What the run found; none for what is open no more. */
  readonly finding?: Finding;
  readonly title: string;
  /** What people call the account. */
  readonly alias?: string;
  readonly remediation?: string;
}

/** In the order in which people read them: what is new, what is well again, what could not be seen. */
export const sections = [
  'failing',
  'resolved',
  'unchecked',
  'stillOpen',
  'waived',
  'dropped',
] as const;
export type Section = (typeof sections)[number];

/** What is not about a finding. */
export type Note =
  /** Sent by a person to see whether it arrives. */
  | { readonly kind: 'test' }
  /** The audit itself failed, and left no evidence. */
  | { readonly kind: 'failure'; readonly message: string }
  /** The timer should have fired, and no run came of it: ISO 8601 in UTC. */
  | { readonly kind: 'missed'; readonly scheduled: readonly string[] }
  /** The watchdog's: what is wrong with the audit that should be in the log by now. */
  | { readonly kind: 'watchdog'; readonly troubles: readonly [Trouble, ...Trouble[]] };

/** Times are ISO 8601 in UTC: of the run that was awaited (`scheduledAt`), of the timer's last one in the log. */
export type Trouble =
  /** The timer should have fired, and there is no record of a run. */
  | { readonly kind: 'missing'; readonly scheduledAt: string; readonly lastAt: string | null }
  /** It began, and ended without a record. */
  | { readonly kind: 'killed'; readonly scheduledAt: string }
  /** No timer fired for so long, where nobody knows when it should have. */
  | { readonly kind: 'silent'; readonly hours: number; readonly lastAt: string | null }
  /** Not every target was reached. */
  | { readonly kind: 'incomplete'; readonly scheduledAt: string }
  | { readonly kind: 'untold'; readonly scheduledAt: string; readonly channels: readonly Untold[] }
  /** The log has no run at all. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable'; readonly message: string };

/** A channel that has not heard of a run; without a reason where nobody recorded an attempt. */
export interface Untold {
  readonly channel: string;
  readonly reason: string | null;
}

/** How bad it is; undefined for what is no trouble. */
export function severityOf(note: Note): Severity | undefined {
  switch (note.kind) {
    case 'test':
      return undefined;
    case 'failure':
      return 'critical';
    case 'missed':
      return 'medium';
    case 'watchdog': {
      // Of a sealed run the findings are known; of any other night nothing is.
      const isSealed = note.troubles.every(
        ({ kind }) => kind === 'incomplete' || kind === 'untold',
      );
      return isSealed ? 'high' : 'critical';
    }
  }
}

/** A notice tells of a run, unless the run itself is what failed. */
export interface RunSummary {
  readonly scheduledAt: string;
  readonly complete: boolean;
  readonly counts: Counts;
  /** The end of the log when it is told: the chat becomes a witness of it. */
  readonly head: Head;
}

export interface Notice {
  /** What a receiver drops repetitions by: the same over all attempts to tell it. Holds no dot. */
  readonly id: string;
  readonly runId: string;
  readonly site: Site;
  /** What it tells is so since then: ISO 8601 in UTC. */
  readonly at: string;
  readonly summary?: RunSummary;
  readonly notes: readonly Note[];
  readonly items: Readonly<Record<Section, readonly Item[]>>;
  readonly waivers: readonly WaiverUse[];
  readonly drift: readonly SeenDrift[];
}

const noItems: Notice['items'] = {
  failing: [],
  resolved: [],
  unchecked: [],
  stillOpen: [],
  waived: [],
  dropped: [],
};

/** A notice that is about no finding. */
export function noticeOfNote(
  runId: string,
  site: Site,
  note: Note,
  at: string,
  summary?: RunSummary,
): Notice {
  const id = `${runId}-${note.kind}`;
  const notice = { id, runId, site, at, notes: [note], items: noItems, waivers: [], drift: [] };
  return { ...notice, ...(summary !== undefined && { summary }) };
}

export interface RunToTell {
  readonly run: RunPredicate['run'];
  readonly site: Site;
  readonly counts: Counts;
  readonly head: Head;
  /** By fingerprint: at least of what there is to tell. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** What people call the accounts, by uin. */
  readonly aliases?: ReadonlyMap<string, string>;
  readonly policies: readonly Policy[];
}

export function noticeOf(told: RunToTell, changes: Changes): Notice {
  const item = itemsOf(told);
  const { run, site, counts, head } = told;
  const { failing, resolved, unchecked, stillOpen, waived, dropped, missed } = changes;
  return {
    id: run.id,
    runId: run.id,
    site,
    at: run.finishedAt,
    summary: {
      scheduledAt: run.trigger.scheduledAt,
      complete: run.complete,
      counts,
      head,
    },
    notes: missed.length > 0 ? [{ kind: 'missed', scheduled: missed }] : [],
    items: {
      failing: failing.map(item),
      resolved: resolved.map(item),
      unchecked: unchecked.map(item),
      stillOpen: stillOpen.map(item),
      waived: waived.map(item),
      dropped: dropped.map(item),
    },
    waivers: changes.waivers,
    drift: changes.drift,
  };
}

function itemsOf({ findings, policies, aliases }: RunToTell): (open: OpenFinding) => Item {
  const policyById = new Map(policies.map((policy) => [policy.id, policy]));
  return (open) => {
    const policy = policyById.get(open.policyId);
    const finding = findings.get(open.fingerprint);
    const alias = aliases?.get(open.target);
    return {
      open,
      title: plainLine(policy?.title ?? open.policyId),
      ...(alias !== undefined && { alias: plainLine(alias, 100) }),
      ...(finding !== undefined && { finding }),
      ...(policy !== undefined && { remediation: policy.remediation.text }),
    };
  };
}
