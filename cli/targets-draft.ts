/** From the accounts of an organisation to a file of targets. */
import type { Site } from '../shared/model.ts';
import type { Member } from '../shared/settings/tencent/organization.ts';
import type { AuditTarget } from '../shared/targets.ts';
import { plainLine } from '../shared/text.ts';

export interface DraftInput {
  readonly members: readonly Member[];
  /** The account that asked: it is read with its own credential. */
  readonly ownUin: string;
  readonly site: Site;
  /** The name of the role by which each of the others is read. */
  readonly role: string;
  readonly externalId?: string;
  /** What the file says already. */
  readonly known: readonly AuditTarget[];
  /** Whether accounts that are no members any more leave the file. */
  readonly prune: boolean;
}

export interface TargetsDraft {
  /** By uin. */
  readonly targets: readonly AuditTarget[];
  readonly added: readonly AuditTarget[];
  /** Known on this site, and no member. */
  readonly gone: readonly AuditTarget[];
  /** New accounts that have no alias, since another has it: waivers go by it. */
  readonly ambiguous: readonly { readonly uin: string; readonly name: string }[];
}

const maxAliasChars = 100;

export function draftTargets(input: DraftInput): TargetsDraft {
  const { members, ownUin, site, known, prune } = input;
  const knownUins = new Set(known.map(({ uin }) => uin));
  const memberUins = new Set([ownUin, ...members.map(({ uin }) => uin)]);
  const isOwnListed = members.some(({ uin }) => uin === ownUin);
  const listed = isOwnListed ? members : [{ uin: ownUin, name: '' }, ...members];
  const fresh = listed
    .filter(({ uin }) => !knownUins.has(uin))
    .map(({ uin, name }) => ({ uin, name: plainLine(name, maxAliasChars) }));
  const isTaken = takenBy([
    ...known.map(({ alias }) => alias ?? ''),
    ...fresh.map(({ name }) => name),
  ]);
  const added = fresh.map(({ uin, name }) => ({
    uin,
    ...(name !== '' && !isTaken(name) && { alias: name }),
    site,
    ...(uin !== ownUin && roleOf(uin, input)),
  }));
  const gone = known.filter((target) => target.site === site && !memberUins.has(target.uin));
  const kept = prune ? known.filter((target) => !gone.includes(target)) : known;
  return {
    targets: [...kept, ...added].map(inOrder).sort(byUin),
    added: [...added].sort(byUin),
    gone: [...gone].sort(byUin),
    ambiguous: fresh.filter(({ name }) => name !== '' && isTaken(name)).sort(byUin),
  };
}

/** Whether a name belongs to more than one. */
function takenBy(names: readonly string[]): (name: string) => boolean {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return (name) => (counts.get(name) ?? 0) > 1;
}

function roleOf(uin: string, { role, externalId }: DraftInput): Partial<AuditTarget> {
  return {
    roleArn: `qcs::cam::uin/${uin}:roleName/${role}`,
    ...(externalId !== undefined && { externalId }),
  };
}

/** Keys in the same order in every entry, whoever wrote it: a difference between two files is one. */
function inOrder(target: AuditTarget): AuditTarget {
  const { uin, alias, site, roleArn, externalId, tags, policies } = target;
  return {
    uin,
    ...(alias !== undefined && { alias }),
    site,
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
    ...(tags !== undefined && { tags }),
    ...(policies !== undefined && { policies }),
  };
}

/** As numbers, which a uin of twenty digits is too large for. */
function byUin(a: { readonly uin: string }, b: { readonly uin: string }): number {
  if (a.uin.length !== b.uin.length) return a.uin.length - b.uin.length;
  return a.uin < b.uin ? -1 : 1;
}
