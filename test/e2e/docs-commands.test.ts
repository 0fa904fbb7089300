/** Every command that README and docs show is run, against the simulator, or says here why it cannot be. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { blocksIn, examplesIn, lackOf, type Block } from '../support/examples.ts';
import { setStage, type Stage } from '../support/stage.ts';
import type { ScenarioName, Simulator } from '../../simulator/simulator.ts';

interface Run {
  readonly scenario?: ScenarioName;
  /** Of the simulator's account and channels, unless the page shows how it is without. */
  readonly env?: (simulator: Simulator) => Readonly<Record<string, string>>;
  /** What the cloud and the platforms hold, or do wrong. */
  readonly prepare?: (simulator: Simulator) => void;
  /** What stands in the place of a reader's own values: each must be in the block. */
  readonly fill?: (simulator: Simulator) => Readonly<Record<string, string>>;
  /** What the reader has done before, and what shows that it worked. */
  readonly before?: string;
  readonly after?: string;
  /** Of each command of a console block; of another block as a whole. */
  readonly codes?: readonly number[];
}

type Plan =
  | Run
  /** A test that runs it with more to say of it. */
  | { readonly elsewhere: string }
  | { readonly cannot: string };

const fixture = resolve('test/fixtures/judged-log/store');
const fixtureKey = resolve('test/fixtures/log/test-only-public-key.pem');
const aLog = `cp -r ${fixture} evidence; cp ${fixtureKey} audit.pub.pem`;
/** A finding fails in that account, so a run ends with 1. */
const aBadNight = 'tcss-audit run >&2 || test $? = 1';
const withoutAccount = () => ({ TENCENTCLOUD_SECRETID: '', TENCENTCLOUD_SECRETKEY: '' });
const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const routingKey = '0'.repeat(32);
const hookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const byHand: Plan = { elsewhere: 'test/e2e/evidence-by-hand.test.ts' };
const twoKeys = [
  'mkdir old new; tcss-audit keygen --out old >&2; tcss-audit keygen --out new >&2',
  'for key in old new; do',
  '  cp $key/audit.pub.pem $key.pub.pem',
  '  AUDIT_WEBHOOKS= AUDIT_SIGNING_KEY=$(base64 -w0 $key/audit.pem) tcss-audit run >&2',
  'done',
].join('\n');
const newPolicy = blockOf('docs/policies.md', 'tcss-audit policy new');

const plans: Readonly<Record<string, Plan>> = {
  'README.md: $ npm ci && npm start': { env: withoutAccount },
  'README.md: npm ci && npm start   # one audit: findings, what Slack would show, and the evidence':
    { elsewhere: '.ci/run' },
  'README.md: $ npm run demo': { env: withoutAccount },
  'README.md: export TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=…': {
    env: withoutAccount,
    fill: ({ credentials, webhooks }) => ({
      'SECRET_ID=…': `SECRET_ID=${credentials.secretId}`,
      'SECRET_KEY=…': `SECRET_KEY=${credentials.secretKey}`,
      '<the URL of a webhook>': webhooks.slack,
    }),
  },
  'README.md: $ node dist/cli/index.js policy lint': {},
  'README.md: $ node dist/cli/index.js verify --evidence file:test/fixtures/judged-log/store --public-key test/fixtures/log/test-only-public-key.pem':
    {},
  "docs/channels.md: export AUDIT_WEBHOOKS='": {
    before: aBadNight,
    scenario: 'drift',
    fill: () => ({ 'enqueue#secret=…': `enqueue#secret=${routingKey}` }),
    after: 'tcss-audit notify --preview --all --channel pagerduty >&2',
  },
  'docs/channels.md: $ tcss-audit notify --test': {
    env: ({ webhooks }) => ({ AUDIT_WEBHOOKS: `${webhooks.slack} ${webhooks.wecom}` }),
    prepare: (simulator) => {
      const body = JSON.stringify({ errcode: 93000, errmsg: 'invalid webhook url' });
      simulator.setChatFault('wecom', { kind: 'answer', body });
    },
    codes: [3, 0],
  },
  'docs/channels.md: $ tcss-audit notify --preview': {
    scenario: 'drift',
    env: ({ webhooks }) => ({ AUDIT_WEBHOOKS: webhooks.slack }),
    before: aBadNight,
  },
  "docs/configuration.md: export AUDIT_WEBHOOKS='": {
    before: aBadNight,
    scenario: 'drift',
    fill: () => ({ 'enqueue#secret=…': `enqueue#secret=${routingKey}`, 'whsec_…': hookSecret }),
    after: 'tcss-audit notify --preview --all --channel generic >&2',
  },
  "docs/configuration.md: export AUDIT_SIGNING_KEY='ssm://tcss-audit-signing@v1'": {
    prepare: (simulator) => {
      const { privateKey } = generateKeyPairSync('ed25519');
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      simulator.setSecret('tcss-audit-signing', 'v1', pem);
      simulator.setSecret('tcss-audit-webhooks', 'v3', simulator.webhooks.slack);
      simulator.setSecret('tcss-audit-dingtalk', 'v1', hookSecret);
      simulator.setSecret('tcss-audit-heartbeat', 'v1', simulator.heartbeat);
    },
    fill: ({ url }) => ({
      'https://oapi.dingtalk.com/robot/send?access_token=…': `${url}/hooks/plain`,
    }),
    after: 'tcss-audit run >&2',
  },
  'docs/deploy.md: npm ci && npm run build': { elsewhere: '.ci/run' },
  'docs/deploy.md: openssl genpkey -algorithm ed25519 -out audit.pem': {
    after: 'tcss-audit run >&2; tcss-audit verify --public-key audit.pub.pem >&2',
  },
  'docs/deploy.md: scf deploy': { cannot: 'needs a cloud account, and a tool that asks it' },
  'docs/deploy.md: npx tcss-audit verify --evidence file:/mnt/evidence --public-key audit.pub.pem --head <seq>:<sha256>':
    {
      before: aLog,
      fill: () => ({
        'file:/mnt/evidence': 'file:evidence',
        '<seq>:<sha256>': '12:e53c82d893390fa711f3745d99352ce7d5350e0edf73ac89b0fbda5a8a158fee',
      }),
    },
  'docs/evidence.md: cd evidence/simulated-*/': byHand,
  'docs/evidence.md: jq -r .payload $record | base64 -d > $work/payload.json': byHand,
  "docs/evidence.md: jq -r '.signatures[0].keyid' $record": byHand,
  'docs/evidence.md: jq -r \'.subject[] | "\\(.digest.sha256)  \\(.name)"\' $work/payload.json | sha256sum --check':
    byHand,
  'docs/evidence.md: previous=null': byHand,
  'docs/evidence.md: policies=$(jq -r \'.subject[].name | select(startswith("policies/"))\' $work/payload.json)':
    byHand,
  'docs/evidence.md: mkdir -p keys && tcss-audit keygen --out keys/': {
    after: 'test "$(stat -c %a keys/audit.pem)" = 600; test -s keys/audit.pub.pem',
  },
  'docs/evidence.md: openssl genpkey -algorithm ed25519 -out audit.pem': {
    after:
      'AUDIT_SIGNING_KEY=$(base64 -w0 audit.pem) tcss-audit run >&2; tcss-audit verify --public-key audit.pub.pem >&2',
  },
  'docs/evidence.md: tcss-audit verify --public-key old.pub.pem --public-key new.pub.pem': {
    before: twoKeys,
  },
  'docs/evidence.md: tcss-audit verify --retired-key old.pub.pem@120 --public-key new.pub.pem': {
    before: twoKeys,
    fill: () => ({ '@120': '@1' }),
  },
  "docs/evidence.md: tcss-audit run --evidence 'cos://audit-1250000000/tcss?region=ap-singapore'":
    {},
  'docs/exports.md: tcss-audit export --format csv   --out findings.csv    # a spreadsheet': {
    before: aLog,
    after: 'test -s findings.csv; test -s november.json; test -s tcss-audit.xml',
  },
  'docs/fix.md: tcss-audit fix --plan': { scenario: 'drift', before: aBadNight },
  'docs/policies.md: tcss-audit policy new --id platform-few-exclusions --pack platform --severity medium \\':
    { after: 'test -s policies/platform/platform-few-exclusions.json' },
  'docs/policies.md: tcss-audit policy lint': {
    before: `${newPolicy} >&2\ntccli tcss DescribeAssetImageScanSetting > answer.json`,
  },
  'docs/policies.md: tccli tcss DescribeAssetImageScanSetting > answer.json': {},
  'docs/report.md: tcss-audit report --out report.html --public-key audit.pub.pem': {
    before: aLog,
    after: 'grep -q "<!doctype html>" -i report.html',
  },
  'docs/waivers.md: tcss-audit waiver add --policy image-scan-no-exclusions --targets 100000000001 --until 2027-01-31 \\':
    {
      fill: () => ({ '2027-01-31': inDays(68) }),
      after: 'tcss-audit policy lint >&2; grep -q SEC-482 policies/waivers.json',
    },
  'docs/waivers.md: $ tcss-audit waiver list': {
    scenario: 'drift',
    fill: () => ({ '2027-01-31': inDays(68), '2027-03-01': inDays(97) }),
    before: `cat > policies/waivers.json <<'END'\n${JSON.stringify(waiversInForce())}\nEND\n${aBadNight}`,
  },
};

function waiversInForce() {
  const common = { approvedBy: 'ciso', from: inDays(-20) };
  return [
    {
      id: 'W-2026-014',
      policy: 'image-scan-no-exclusions',
      targets: ['100000000001'],
      reason:
        "The vendor's appliance image makes the scanner time out; it is scanned by hand each month.",
      ...common,
      until: inDays(68),
    },
    {
      id: 'W-2026-009',
      policy: 'image-scan-period',
      targets: ['tag:legacy'],
      reason: 'Scanned monthly by contract.',
      ...common,
      until: inDays(97),
    },
  ];
}

function pageBlocks(): readonly Block[] {
  const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)];
  return pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => blocksIn(page, readFileSync(page, 'utf8')));
}

function blockOf(page: string, start: string): string {
  const found = pageBlocks().find((block) => block.page === page && block.text.startsWith(start));
  if (found === undefined) throw new Error(`${page} has no block that begins with ${start}`);
  return found.text;
}

const shown = pageBlocks().filter(({ language }) => /^(sh|console)$/.test(language));

it('every block of commands is on the list, and nothing else is', () => {
  expect(shown.map(({ name }) => name).sort()).toEqual(Object.keys(plans).sort());
});

it('no block of commands hides under another name', () => {
  const hidden = pageBlocks().filter(
    ({ language, text }) =>
      /^(bash|shell|zsh|shell-session|terminal)$/.test(language) ||
      (language === '' && /^(\$ |tcss-audit |npm |npx |node |openssl |curl |tccli )/m.test(text)),
  );
  expect(hidden.map(({ name }) => name)).toEqual([]);
});

const runs = Object.entries(plans);
it.each(runs.flatMap(([name, plan]) => ('elsewhere' in plan ? [[name, plan] as const] : [])))(
  'another file runs %s',
  (_name, { elsewhere }) => {
    const text = readFileSync(elsewhere, 'utf8');
    expect(text).toMatch(
      elsewhere === '.ci/run' ? /npm ci[^]*npm run[^]*npm test[^]*npm start/ : /docs\/evidence\.md/,
    );
  },
);

it.each(runs.flatMap(([name, plan]) => ('cannot' in plan ? [[name, plan] as const] : [])))(
  'cannot be run, for a reason: %s',
  (_name, { cannot }) => {
    expect(cannot).toMatch(/^needs /);
  },
);

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** A checkout of the reader's own, built: what a command writes is not written into this one. */
function checkOut(folder: string): string {
  const own = join(folder, 'checkout');
  mkdirSync(join(own, 'bin'), { recursive: true });
  const copied = ['dist', 'policies'];
  for (const name of copied) cpSync(name, join(own, name), { recursive: true });
  const rest = readdirSync('.').filter((name) => ![...copied, 'evidence', '.git'].includes(name));
  for (const name of rest) symlinkSync(resolve(name), join(own, name));
  const script = (name: string, text: string) => {
    writeFileSync(join(own, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  };
  script('tcss-audit', `exec node ${join(own, 'dist/cli/index.js')} "$@"`);
  // Tencent's own command line, which asks the cloud.
  const { settings } = JSON.parse(readFileSync(exampleOfSettings(), 'utf8')) as {
    settings: object;
  };
  script('tccli', `echo '${JSON.stringify({ Response: { ...settings, RequestId: 'r' } })}'`);
  return own;
}

function exampleOfSettings(): string {
  const folder = 'policies/examples/image-scan-no-exclusions';
  const name = readdirSync(folder).find((file) => file.startsWith('pass-'));
  return join(folder, name ?? '');
}

/**
 * What a command does in this checkout, which is installed and built already: `npm start` builds first, and
 * that is what CI does before.
 */
function inThisCheckout(command: string): string {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const script = /^npm (?:run )?(\w+)$/.exec(command.replace(/^npm ci && /, ''))?.[1];
  if (script === undefined) return command;
  return (scripts[script] ?? '').replace(/^npm run --silent build && /, '');
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((whole, [from, to]) => {
    expect(whole).toContain(from);
    return whole.replaceAll(from, to);
  }, text);
}

const runnable = shown.flatMap((block) => {
  const plan = plans[block.name];
  return plan === undefined || 'elsewhere' in plan || 'cannot' in plan
    ? []
    : [[block.name, block, plan] as const];
});

it.each(runnable)('%s', { timeout: 120_000 }, async (_name, block, plan) => {
  stage = await setStage({ scenario: plan.scenario ?? 'good' });
  const { simulator, env } = stage;
  plan.prepare?.(simulator);
  const own = checkOut(stage.folder);
  const { AUDIT_EVIDENCE: _elsewhere, ...account } = env;
  const readers = {
    PATH: `${join(own, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: join(own, 'home'),
    ...account,
    ...plan.env?.(simulator),
  };
  /** Both streams in the order in which a terminal shows them. */
  const run = async (script: string) => {
    const child = spawn('bash', ['-c', `exec 2>&1; set -euo pipefail\n${script}`], {
      cwd: own,
      env: readers,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  };

  const text = filled(block.text, plan.fill?.(simulator) ?? {});
  if (block.language === 'sh') {
    const script = [plan.before ?? '', text, plan.after ?? ''].join('\n');
    const { code, output } = await run(script);
    expect(code, output).toBe(plan.codes?.[0] ?? 0);
    return;
  }
  if (plan.before !== undefined) {
    const { code, output } = await run(plan.before);
    expect(code, output).toBe(0);
  }
  for (const [index, { command, output: expected }] of examplesIn(text).entries()) {
    const { code, output } = await run(inThisCheckout(command));
    expect(code, output).toBe(plan.codes?.[index] ?? 0);
    expect(lackOf(output, expected), output).toBeUndefined();
  }
});
