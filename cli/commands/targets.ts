import { existsSync, readFileSync } from 'node:fs';

import { systemClock } from '../../shared/edge.ts';
import { invalid, messageOf } from '../../shared/errors.ts';
import type { Problem } from '../../shared/model.ts';
import { createApi } from '../../shared/settings/tencent/api.ts';
import { createTencentReader } from '../../shared/settings/tencent/client.ts';
import { readMembers, type Member } from '../../shared/settings/tencent/organization.ts';
import { parseTargets, type AuditTarget } from '../../shared/targets.ts';
import { plainLine } from '../../shared/text.ts';
import { cloudAccess, type CloudAccess } from '../../shared/wire.ts';
import { countOf, jsonText, print, talk, withProgress, type ExitCode, type Io } from '../io.ts';
import { readLibrary } from '../library.ts';
import { policiesOption, type AddCommand } from '../options.ts';
import { draftTargets, type TargetsDraft } from '../targets-draft.ts';
import { writeWhole } from '../write-whole.ts';

interface DiscoverOptions {
  readonly out?: string;
  readonly merge?: string;
  readonly role: string;
  readonly externalId?: string;
  readonly prune: boolean;
  readonly policies?: string;
}

export const addTargets: AddCommand = (program, choose) => {
  program
    .command('targets')
    .description('the accounts that one audit reads')
    .command('discover')
    .description('write the file of targets from the organization that the credential administers')
    .option('--out <file>', 'write it to this file, and keep what it says of known accounts')
    .option('--merge <file>', 'keep what this file says of known accounts')
    .option('--role <name>', 'the role of each account by which it is read', 'TcssAudit')
    .option('--external-id <id>', 'what the trust policy of these roles asks for')
    .option('--prune', 'take out accounts that are no members any more', false)
    .option(...policiesOption)
    .action((options: DiscoverOptions) => {
      choose((io) => discover(io, options));
    });
};

const deadlineMs = 300_000;
const requestTimeoutMs = 20_000;

async function discover(io: Io, options: DiscoverOptions): Promise<ExitCode> {
  const { access, known } = parseOptions(io, options);
  const { members, ownUin } = await withProgress(io, 'Asking the organization', ask(access));
  const { role, externalId, prune, out } = options;
  const draft = draftTargets({
    ...{ members, ownUin, site: access.site, role, known, prune },
    ...(externalId !== undefined && { externalId }),
  });
  const text = jsonText(draft.targets);
  if (out === undefined) print(io, text);
  else await writeWhole(out, [`${text}\n`]);
  report(io, draft, options);
  return 0;
}

/** @throws CloudError when the organisation cannot be asked, or does not answer with the whole of it */
async function ask(
  access: CloudAccess,
): Promise<{ readonly members: readonly Member[]; readonly ownUin: string }> {
  const untilMs = systemClock.now() + deadlineMs;
  const api = createApi(systemClock, { ...access, requestTimeoutMs });
  try {
    const [ownUin, members] = await Promise.all([
      createTencentReader(systemClock, api).whoAmI(untilMs),
      readMembers(api, untilMs),
    ]);
    return { members, ownUin };
  } finally {
    api.close();
  }
}

// ---- Arguments --------------------------------------------------------------------------------

/** @throws AuditError CONFIG_INVALID with every problem */
function parseOptions(
  io: Io,
  options: DiscoverOptions,
): { readonly access: CloudAccess; readonly known: readonly AuditTarget[] } {
  const { role, externalId } = options;
  const problems: Problem[] = [];
  if (!/^[\w+=,.@-]{1,128}$/.test(role)) {
    const what = `is "${plainLine(role, 60)}": give the name of a CAM role, such as TcssAudit`;
    problems.push({ where: '--role', what });
  }
  if (externalId !== undefined && !/^[\w+=,.@:/-]{2,128}$/.test(externalId)) {
    const what = 'is not as STS takes it: give 2 to 128 letters, digits or +=,.@:/_-';
    problems.push({ where: '--external-id', what });
  }
  const access = cloudAccess(io.env);
  if (!access.ok) problems.push(...access.problems);
  const site = access.ok ? access.value.site : 'intl';
  const known = knownTargets(options, site, problems);
  if (!access.ok || problems.length > 0) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
  }
  return { access: access.value, known };
}

/** What is not understood is not written over. */
function knownTargets(
  { out, merge, policies }: DiscoverOptions,
  site: AuditTarget['site'],
  problems: Problem[],
): readonly AuditTarget[] {
  const isNew = merge === undefined && (out === undefined || !existsSync(out));
  const file = merge ?? out;
  if (isNew || file === undefined) return [];
  const where = merge === undefined ? '--out' : '--merge';
  try {
    const text = readFileSync(file, 'utf8');
    const shipped = readLibrary(policies).policies;
    const policyNames = new Set(shipped.flatMap(({ pack, policy }) => [pack, policy.id]));
    const parsed = parseTargets({ file: plainLine(file, 60), text, site, policyNames });
    if (parsed.ok) return parsed.value;
    problems.push(...parsed.problems);
  } catch (error) {
    problems.push({ where, what: `${file} cannot be read (${messageOf(error)})` });
  }
  return [];
}

// ---- What is said -----------------------------------------------------------------------------

/** Of each kind, as many as a person reads. */
const maxShown = 20;

function report(io: Io, draft: TargetsDraft, { out, prune }: DiscoverOptions): void {
  const { targets, added, gone, ambiguous } = draft;
  const where = out === undefined ? '' : ` in ${out}`;
  talk(
    io,
    `${countOf(targets.length, 'account')}${where}: ${String(added.length)} new, ${String(gone.length)} gone.`,
  );
  const fate = prune
    ? 'taken out'
    : 'kept, and an error each night until --prune takes it out: no member any more';
  // Of a new file every account is new.
  if (added.length < targets.length)
    tell(
      io,
      added.map((target) => `new   ${nameOf(target)}`),
    );
  tell(
    io,
    gone.map((target) => `gone  ${nameOf(target)} (${fate})`),
  );
  tell(
    io,
    ambiguous.map(
      ({ uin, name }) =>
        `${uin} gets no alias: another account is called ${name}, and waivers go by it`,
    ),
  );
}

function nameOf({ uin, alias = '' }: AuditTarget): string {
  return `${uin} ${plainLine(alias, 60)}`.trim();
}

function tell(io: Io, lines: readonly string[]): void {
  for (const line of lines.slice(0, maxShown)) talk(io, line);
  const left = lines.length - maxShown;
  if (left > 0) talk(io, `… and ${String(left)} more`);
}
