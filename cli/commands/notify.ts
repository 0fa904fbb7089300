import { systemClock, sendHttp } from '../../shared/edge.ts';
import type { Site } from '../../shared/model.ts';
import { AuditError, invalid } from '../../shared/errors.ts';
import { openLog, runsBackwards } from '../../shared/evidence/chain.ts';
import { readHistory } from '../../shared/evidence/history.ts';
import { openReports, type Reports } from '../../shared/evidence/run-files.ts';
import type { Locale, Problem } from '../../shared/model.ts';
import { platforms } from '../../shared/notice/channels/platforms.ts';
import { deliver } from '../../shared/notice/deliver.ts';
import { noticeOfNote } from '../../shared/notice/notice.ts';
import { channelKinds, parseWebhooks, type Channel } from '../../shared/notice/webhook.ts';
import { planNotices } from '../../shared/tell.ts';
import { withSecrets } from '../../shared/wire.ts';
import { openEvidenceOption } from '../evidence.ts';
import {
  paint,
  print,
  printJson,
  table,
  talk,
  withProgress,
  type ExitCode,
  type Io,
} from '../io.ts';
import { loadLibrary } from '../library.ts';
import { evidenceOption, policiesOption, type AddCommand } from '../options.ts';

interface NotifyOptions {
  readonly test: boolean;
  readonly preview: boolean;
  readonly all: boolean;
  readonly channel?: string;
  readonly evidence?: string;
  readonly policies?: string;
}

export const addNotify: AddCommand = (program, choose) => {
  program
    .command('notify')
    .description('try the channels: send a test message, or print what would be sent')
    .option(
      '--test',
      'send a marked test message to each channel, and print what it answers',
      false,
    )
    .option('--preview', 'print what the latest run would tell; send nothing', false)
    .option('--channel <kind>', 'only channels of this kind')
    .option('--all', 'preview as a new channel would hear it', false)
    .option(...evidenceOption)
    .option(...policiesOption)
    .action((options: NotifyOptions) => {
      choose((io) => notify(io, options));
    });
};

const deadlineMs = 30_000;

async function notify(io: Io, options: NotifyOptions): Promise<ExitCode> {
  if (options.test === options.preview) {
    const what = 'give --test to send a test message, or --preview to see what would be sent';
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: 'notify', what }]);
  }
  const channels = await channelsOf(io, options);
  return options.test ? sendTest(io, channels) : preview(io, channels, options);
}

/** @throws AuditError CONFIG_INVALID with every problem */
async function channelsOf(
  io: Io,
  { channel: kind, preview: isPreview }: NotifyOptions,
): Promise<readonly Channel[]> {
  const locale: Locale = io.env['AUDIT_LOCALE'] === 'zh' ? 'zh' : 'en';
  // The channels alone: a signing key has no part in this.
  const { AUDIT_SIGNING_KEY: _, AUDIT_HEARTBEAT_URL: __, ...env } = io.env;
  const resolved = await withSecrets(env, Date.now() + deadlineMs);
  const { channels, problems: wrong } = parseWebhooks(resolved.env['AUDIT_WEBHOOKS'] ?? '', locale);
  const problems = [
    ...resolved.problems,
    ...wrong.map(({ where, what }) => ({ where: resolved.placeOf(where), what })),
  ];
  const known = channelKinds.find((candidate) => candidate === kind);
  const unknown: readonly Problem[] =
    kind !== undefined && known === undefined
      ? [{ where: '--channel', what: `is "${kind}": give ${channelKinds.join(', ')}` }]
      : [];
  const chosen = channels.filter((channel) => known === undefined || channel.kind === known);
  // To see a platform's messages nobody needs its webhook first.
  const shown: readonly Channel[] =
    chosen.length === 0 && isPreview && known !== undefined ? [standIn(known, locale)] : chosen;
  const none: readonly Problem[] =
    shown.length === 0 && unknown.length === 0 && resolved.problems.length === 0
      ? [{ where: 'AUDIT_WEBHOOKS', what: 'names no such channel: see docs/channels.md' }]
      : [];
  const all = [...problems, ...unknown, ...none];
  if (all.length > 0) throw invalid('CONFIG_INVALID', 'Config is not valid', all);
  return shown;
}

function standIn(kind: Channel['kind'], locale: Locale): Channel {
  return { name: `${kind}:preview`, kind, url: 'https://preview.invalid/', min: 'low', locale };
}

async function sendTest(io: Io, channels: readonly Channel[]): Promise<ExitCode> {
  const nowMs = Date.now();
  const at = new Date(nowMs).toISOString();
  const notice = noticeOfNote(`test-${String(nowMs)}`, 'intl', { kind: 'test' }, at);
  const ports = { http: sendHttp, clock: systemClock };
  const deliveries = await withProgress(
    io,
    'Sending',
    Promise.all(channels.map((channel) => deliver(ports, channel, notice, nowMs + deadlineMs))),
  );
  const rows = deliveries.map(({ channel, status, reason }) => [
    status === 'sent' ? paint(io, 'pass', 'SENT') : paint(io, 'fail', 'FAILED'),
    channel,
    reason ?? 'the platform says that it has it',
  ]);
  print(io, table(rows));
  return deliveries.every(({ status }) => status === 'sent') ? 0 : 3;
}

async function preview(
  io: Io,
  channels: readonly Channel[],
  { evidence, policies, all }: NotifyOptions,
): Promise<ExitCode> {
  const { store, place } = await openEvidenceOption(io, evidence);
  const log = openLog(store, undefined);
  const record = await latestRun(log, place);
  const reports = await openReports(store, record);
  const names = channels.map(({ name }) => name);
  const history = await readHistory(log, record, names);
  const asNew = { ...history, told: new Set<string>(), heardBy: new Map<string, never>() };
  const plan = {
    site: await siteOf(reports),
    policies: loadLibrary(policies).compiled,
    channels,
    notify: { notify: 'changes', remindDays: 0 },
    tellUntilMs: 0,
  } as const;
  for (const { channel, notice } of await planNotices(
    log,
    plan,
    { record, reports, isOurs: false },
    all ? asNew : history,
  )) {
    if (notice === undefined) {
      talk(
        io,
        `${channel.name} hears nothing of run ${record.predicate.run.id}: there is nothing that it does not know (--all: as a new channel would hear it).`,
      );
      continue;
    }
    const posts = platforms[channel.kind].render(notice, channel.locale);
    talk(
      io,
      `${channel.name} would get ${String(posts.length)} of these; a signature or key is added when it is sent:`,
    );
    for (const { content } of posts) printJson(io, content);
  }
  return 0;
}

/** Of its first target: what tells of a run in one word. */
async function siteOf(reports: Reports): Promise<Site> {
  for await (const { target } of reports()) return target.site;
  return 'intl';
}

async function latestRun(log: ReturnType<typeof openLog>, place: string) {
  for await (const record of runsBackwards(log)) return record;
  throw new AuditError(
    'EVIDENCE_UNREADABLE',
    `There is no run in the evidence log of ${place} to tell of. Run an audit first: tcss-audit run.`,
  );
}
