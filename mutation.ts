/**
 * Mutation testing of the pure stages, a file at a time: `npm run mutation -- shared/retry.ts …`, without
 * files all of them. Each file is held to the unit tests of its own stage only. docs/testing.md has the scores.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The tests of each file, under test/unit/. */
const testsOf: Readonly<Record<string, readonly string[]>> = {
  'shared/text.ts': ['text'],
  'shared/json.ts': ['json'],
  'shared/retry.ts': ['retry'],
  'shared/identity.ts': ['run-event', 'schedule'],
  'shared/schedule.ts': ['schedule', 'awaited'],
  'shared/targets.ts': ['targets'],
  'shared/shards.ts': ['shards-answers'],
  'shared/fields.ts': ['fields'],
  'shared/replay.ts': ['replay'],
  'shared/gather.ts': ['gather'],
  'shared/survey.ts': ['survey', 'run-sources', 'run-targets'],
  'shared/judge.ts': ['judge'],
  'shared/evidence/tally.ts': ['evidence-tally', 'evidence-drift', 'gather'],
  'shared/evidence/parts.ts': ['evidence-parts'],
  'shared/evidence/claims.ts': ['evidence-claims', 'evidence-turns'],
  'shared/evidence/turns.ts': ['evidence-turns'],
  'shared/evidence/chain.ts': ['evidence-chain', 'evidence-seal', 'evidence-runs', 'hostile-gap'],
  'shared/evidence/record.ts': ['evidence-record', 'evidence-golden', 'evidence-claims'],
  'shared/evidence/seal.ts': ['evidence-seal', 'evidence-golden'],
  'shared/evidence/history.ts': ['evidence-history', 'evidence-drift'],
  'shared/evidence/runs.ts': ['evidence-runs', 'hostile-gap'],
  'shared/evidence/run-files.ts': ['evidence-run-files', 'evidence-runs'],
  'shared/evidence/hostile.ts': ['evidence-hostile', 'evidence-run-files'],
  'shared/evidence/sign.ts': ['evidence-sign'],
  'shared/evidence/verify.ts': ['evidence-verify', 'hostile-gap'],
  'shared/policy/evaluate.ts': ['policy-evaluate', 'policy-nested', 'policy-corners'],
  'shared/policy/reads.ts': ['policy-reads', 'policy-nested'],
  'shared/policy/violation.ts': ['policy-violation'],
  'shared/policy/waivers.ts': ['policy-waivers', 'policy-corners'],
  'shared/policy/work.ts': ['policy-work'],
  'shared/notice/changes.ts': ['notice-changes'],
  'shared/notice/paginate.ts': ['notice-paginate'],
  'shared/notice/notice.ts': ['notice'],
  'shared/notice/pages.ts': ['notice-pages'],
  'shared/settings/facts/alerting.ts': ['settings-facts-sources'],
  'shared/settings/facts/baseline.ts': ['settings-facts-sources'],
  'shared/settings/facts/derive.ts': [
    'settings-facts',
    'settings-facts-rounding',
    'settings-facts-sources',
  ],
  'shared/settings/facts/images.ts': ['settings-facts', 'settings-facts-sources'],
  'shared/settings/facts/licence.ts': ['settings-facts-sources'],
  'shared/settings/facts/logging.ts': ['settings-facts-sources'],
  'shared/settings/facts/malware.ts': ['settings-facts-sources'],
  'shared/settings/facts/runtime.ts': ['settings-facts-sources'],
  'shared/settings/facts/vulnerabilities.ts': ['settings-facts-sources'],
  'shared/settings/observe.ts': ['settings-observe'],
  'shared/settings/pages.ts': ['settings-pages', 'settings-observe'],
  'shared/settings/time.ts': ['settings-time'],
};

interface Report {
  readonly files: Readonly<
    Record<string, { readonly mutants: readonly { readonly status: string }[] }>
  >;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((file) => !Object.hasOwn(testsOf, file));
if (unknown.length > 0) {
  process.stderr.write(
    `${unknown.join(', ')}: not known to mutation.ts, which has ${Object.keys(testsOf).join(', ')}\n`,
  );
  process.exit(2);
}

const rows = (asked.length > 0 ? asked : Object.keys(testsOf)).map((file) => {
  const name = file.replace(/^shared\//, '').replaceAll('/', '-');
  const tests = (testsOf[file] ?? []).map((test) => `test/unit/${test}.test.ts`);
  const incremental = `reports/mutation/incremental-${name}.json`;
  const { status } = spawnSync(
    'npx',
    ['stryker', 'run', '--mutate', file, '--incrementalFile', incremental],
    { stdio: 'inherit', env: { ...process.env, MUTATION_TESTS: tests.join(' ') } },
  );
  return { file, status, score: scoreOf(file) };
});
for (const { file, score } of rows) process.stdout.write(`${file.padEnd(32)} ${score}\n`);
if (rows.some(({ status }) => status !== 0)) process.exitCode = 1;

function scoreOf(file: string): string {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Stryker wrote it just now
  const report = JSON.parse(readFileSync('reports/mutation/mutation.json', 'utf8')) as Report;
  const statuses = report.files[file]?.mutants.map(({ status }) => status) ?? [];
  const count = (...kinds: readonly string[]) =>
    statuses.filter((status) => kinds.includes(status)).length;
  const [noticed, missed] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
  const share = (100 * noticed) / Math.max(1, noticed + missed);
  return `${share.toFixed(1)} % (${String(noticed)} of ${String(noticed + missed)})`;
}
