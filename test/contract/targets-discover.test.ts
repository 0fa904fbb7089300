/** `targets discover` against the simulated organisation. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { draftTargets } from '../../cli/targets-draft.ts';
import { parseTargets } from '../../shared/targets.ts';
import {
  createEstate,
  startSimulator,
  type OrganizationMember,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/simulator.ts';
import { tcssAudit } from '../support/command-line.ts';
import { hostile } from '../support/log.ts';

let folder: string;
let simulator: Simulator;
const start = async (options: SimulatorOptions) => {
  simulator = await startSimulator(options);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-targets-'));
});
afterEach(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const own = '100000000001';
const discover = (argv: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  tcssAudit(['targets', 'discover', ...argv], {
    env: {
      TENCENTCLOUD_SECRET_ID: simulator.credentials.secretId,
      TENCENTCLOUD_SECRET_KEY: simulator.credentials.secretKey,
      AUDIT_ENDPOINT: simulator.url,
      ...env,
    },
  });
const withMembers = (...members: readonly OrganizationMember[]) =>
  start({ organization: { members } });
const arnOf = (uin: string, role = 'TcssAudit') => `qcs::cam::uin/${uin}:roleName/${role}`;
const asked = () =>
  simulator.requests.filter(({ action }) => action === 'DescribeOrganizationMembers').length;
const fileOf = (targets: unknown) => {
  const file = join(folder, 'targets.json');
  writeFileSync(file, JSON.stringify(targets));
  return file;
};

describe('a new file', () => {
  it('has the own account without a role, and each member with one, by uin', async () => {
    await withMembers(
      { uin: '200000000010', name: 'payments' },
      { uin: '90000000009', name: 'dev' },
    );
    const { code, stdout, stderr } = await discover();
    expect(code).toBe(0);
    expect(stdout).toBe(`[
  {
    "uin": "90000000009",
    "alias": "dev",
    "site": "intl",
    "roleArn": "qcs::cam::uin/90000000009:roleName/TcssAudit"
  },
  {
    "uin": "100000000001",
    "site": "intl"
  },
  {
    "uin": "200000000010",
    "alias": "payments",
    "site": "intl",
    "roleArn": "qcs::cam::uin/200000000010:roleName/TcssAudit"
  }
]
`);
    expect(stderr).toBe('3 accounts: 3 new, 0 gone.\n');
  });

  it('has the role, the external id and the site that it is told', async () => {
    await withMembers({ uin: '200000000010', name: 'payments' });
    const { stdout } = await discover(['--role', 'Reader@2', '--external-id', 'audit-7f3a'], {
      AUDIT_SITE: 'cn',
    });
    expect(JSON.parse(stdout)).toEqual([
      { uin: own, site: 'cn' },
      {
        uin: '200000000010',
        alias: 'payments',
        site: 'cn',
        roleArn: arnOf('200000000010', 'Reader@2'),
        externalId: 'audit-7f3a',
      },
    ]);
  });

  it('has the own account once where the organisation lists it', async () => {
    await withMembers({ uin: own, name: 'platform' }, { uin: '200000000010', name: 'payments' });
    const { stdout } = await discover();
    expect(JSON.parse(stdout)).toMatchObject([
      { uin: own, alias: 'platform' },
      { uin: '200000000010' },
    ]);
    expect(stdout).not.toContain(arnOf(own));
  });

  it('has all of them, fifty at a time, and is a file that an audit takes', async () => {
    await start({ accounts: createEstate(120) });
    const file = join(folder, 'targets.json');
    const { code, stdout, stderr } = await discover(['--out', file]);
    expect([code, stdout, stderr]).toEqual([0, '', `121 accounts in ${file}: 121 new, 0 gone.\n`]);
    expect(asked()).toBe(3);
    const parsed = parseTargets({
      file,
      text: readFileSync(file, 'utf8'),
      site: 'intl',
      policyNames: new Set(),
    });
    expect(parsed.ok ? parsed.value.map(({ uin }) => uin) : parsed.problems).toEqual(
      Array.from({ length: 121 }, (_, index) => String(100_000_000_001 + index)),
    );
    expect(readdirSync(folder)).toEqual(['targets.json']);
  });

  it.each([49, 50, 51, 100])('of %i members is whole', async (members) => {
    await start({ accounts: createEstate(members) });
    expect(JSON.parse((await discover()).stdout)).toHaveLength(members + 1);
  });

  it('of an organisation without members is the own account', async () => {
    await withMembers();
    expect(JSON.parse((await discover()).stdout)).toEqual([{ uin: own, site: 'intl' }]);
  });

  it('gives no alias that two accounts would share: a waiver for one would cover the other', async () => {
    await withMembers(
      { uin: '200000000010', name: 'payments' },
      { uin: '200000000011', name: ' payments\u200b' },
      { uin: '200000000012', name: 'dev' },
    );
    const { stdout, stderr } = await discover();
    expect((JSON.parse(stdout) as { alias?: string }[]).map(({ alias }) => alias)).toEqual([
      undefined,
      undefined,
      undefined,
      'dev',
    ]);
    expect(stderr).toBe(
      [
        '4 accounts: 4 new, 0 gone.',
        '200000000010 gets no alias: another account is called payments, and waivers go by it',
        '200000000011 gets no alias: another account is called payments, and waivers go by it',
        '',
      ].join('\n'),
    );
  });
});

describe('a file that is there', () => {
  const known = [
    { uin: own, alias: 'platform', tags: ['core'] },
    {
      uin: '200000000010',
      policies: ['image-scan'],
      externalId: 'by-hand',
      roleArn: arnOf('200000000010', 'ByHand'),
      alias: 'prod',
    },
    { uin: '200000000099', alias: 'left', roleArn: arnOf('200000000099') },
    { uin: '300000000001', site: 'cn', roleArn: arnOf('300000000001') },
  ];
  const members = [
    { uin: '200000000010', name: 'renamed meanwhile' },
    { uin: '200000000020', name: 'prod' },
    { uin: '200000000021', name: 'new' },
  ];
  const kept = [
    { uin: own, alias: 'platform', site: 'intl', tags: ['core'] },
    {
      uin: '200000000010',
      alias: 'prod',
      site: 'intl',
      roleArn: arnOf('200000000010', 'ByHand'),
      externalId: 'by-hand',
      policies: ['image-scan'],
    },
  ];
  const added = [
    // Its name is the alias of another.
    { uin: '200000000020', site: 'intl', roleArn: arnOf('200000000020') },
    { uin: '200000000021', alias: 'new', site: 'intl', roleArn: arnOf('200000000021') },
  ];
  const left = { ...known[2], site: 'intl' };
  const ambiguous =
    '200000000020 gets no alias: another account is called prod, and waivers go by it';

  it('keeps what it says, gets what is new, and says what is gone', async () => {
    await withMembers(...members);
    const file = fileOf(known);
    const { code, stdout, stderr } = await discover(['--out', file]);
    expect([code, stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([...kept, ...added, left, known[3]]);
    expect(stderr).toBe(
      [
        `6 accounts in ${file}: 2 new, 1 gone.`,
        'new   200000000020',
        'new   200000000021 new',
        'gone  200000000099 left (kept, and an error each night until --prune takes it out: no member any more)',
        ambiguous,
        '',
      ].join('\n'),
    );
    const again = await discover(['--out', file]);
    expect(again.stderr).toMatch(/: 0 new, 1 gone\.\n/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([...kept, ...added, left, known[3]]);
  });

  it('loses those that are gone with --prune, of this site alone', async () => {
    await withMembers(...members);
    const { stdout, stderr } = await discover(['--merge', fileOf(known), '--prune']);
    expect(JSON.parse(stdout)).toEqual([...kept, ...added, known[3]]);
    expect(stderr).toContain('gone  200000000099 left (taken out)\n');
  });

  it('named by --merge is read, and not written', async () => {
    await withMembers(...members);
    const [file, out] = [fileOf(known), join(folder, 'out.json')];
    const before = readFileSync(file, 'utf8');
    await discover(['--merge', file, '--out', out]);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toHaveLength(6);
  });

  it('says no more than a person reads', async () => {
    await start({ accounts: createEstate(60) });
    const { stderr } = await discover(['--merge', fileOf([{ uin: own }])]);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      '61 accounts: 60 new, 0 gone.',
      'new   100000000002 member-100000000002',
    ]);
    expect([lines.length, lines.at(-1)]).toEqual([22, '… and 40 more']);
  });

  const unusable: Readonly<Record<string, readonly [string, string]>> = {
    'is not JSON': ['{', 'targets.json  is not JSON: give a list of targets'],
    'has a mistake': ['[{"uin": "1", "rolearn": "x"}]', 'targets.json[0].rolearn'],
  };
  it.each(Object.entries(unusable))('that %s is left alone', async (_name, [text, says]) => {
    await withMembers();
    const file = join(folder, 'targets.json');
    writeFileSync(file, text);
    const { code, stderr } = await discover(['--out', file]);
    expect(code).toBe('CONFIG_INVALID');
    expect(stderr).toContain(says);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(asked()).toBe(0);
  });
});

describe('an answer that is not the whole', () => {
  const items = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ MemberUin: from + index, Name: 'x' }));
  const first: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, string]>> = {
    'whose length changes on the way': [
      { Items: items(500_000_000_000, 50), Total: 61 },
      'the list changed while it was read: Total was 61 and is 60',
    ],
    'with a page that is short': [
      { Items: items(500_000_000_000, 49), Total: 60 },
      'the page at 0 of 60 has 49 items, and must have 50',
    ],
    'with a member twice': [
      { Items: items(100_000_000_052, 50), Total: 60 },
      'Items has an item twice: 100000000052',
    ],
    'without a length': [
      { Items: items(500_000_000_000, 50) },
      'the answer does not say in Total how long the list is',
    ],
    'that never ends': [
      { Items: items(500_000_000_000, 50), Total: 1e9 },
      'the list has 1000000000 items, more than can be read',
    ],
    'without a list': [
      { Items: 'none', Total: 60 },
      'the page at 0 of 60 has no Items, and must have 50',
    ],
    'with a member that is none': [
      { Items: [{ MemberUin: -1 }], Total: 1 },
      'item 0 has no MemberUin',
    ],
    'with a member whose number is nobody’s': [
      { Items: [{ MemberUin: 0, Name: 'x' }], Total: 1 },
      'item 0 has no MemberUin',
    ],
    'with a member whose number JSON cannot hold': [
      { Items: [{ MemberUin: 2 ** 60, Name: 'x' }], Total: 1 },
      'item 0 has no MemberUin',
    ],
  };
  it.each(Object.entries(first))(
    '%s is an error, and no file is written',
    async (_name, [answer, says]) => {
      await start({ accounts: createEstate(60) });
      const body = JSON.stringify({ Response: { ...answer, RequestId: 'x' } });
      const fault = { kind: 'http-status', status: 200, body } as const;
      simulator.setApiFault(fault, { action: 'DescribeOrganizationMembers', times: 1 });
      const file = fileOf([{ uin: own, tags: ['core'] }]);
      const before = readFileSync(file, 'utf8');
      const { code, stdout, stderr } = await discover(['--out', file]);
      expect([code, stdout, stderr]).toEqual([
        'CLOUD_FAILED',
        '',
        `DescribeOrganizationMembers: ${says}\n`,
      ]);
      expect(readFileSync(file, 'utf8')).toBe(before);
    },
  );

  it('of an account that does not administer it says who may ask', async () => {
    await start({ organization: { adminUin: '999' } });
    const { code, stderr } = await discover();
    expect([code, stderr]).toEqual([
      'CLOUD_FAILED',
      'DescribeOrganizationMembers: The resource `100000000001` does not exist; use a key of the account that administers the organization\n',
    ]);
  });

  it('is asked for again where it is too much at once', async () => {
    await start({ accounts: createEstate(60) });
    const fault = { kind: 'api-error', code: 'RequestLimitExceeded' } as const;
    simulator.setApiFault(fault, { action: 'DescribeOrganizationMembers', times: 2 });
    expect(JSON.parse((await discover()).stdout)).toHaveLength(61);
    expect(asked()).toBe(4);
  });
});

describe('names that others wrote', () => {
  it('steer no terminal, break no file, and are no secret of a waiver', async () => {
    await withMembers(
      ...hostile.map((name, index) => ({ uin: String(500_000_000_000 + index), name })),
    );
    const file = fileOf([{ uin: own }]);
    const { code, stdout, stderr } = await discover(['--out', file]);
    const text = readFileSync(file, 'utf8');
    expect([code, stdout]).toEqual([0, '']);
    expect(
      (stderr + text).match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/g),
    ).toBeNull();
    expect(parseTargets({ file, text, site: 'intl', policyNames: new Set() })).toMatchObject({
      ok: true,
    });
  });

  it('law: whatever they are, an audit takes the file', () => {
    const anyMember = fc.record({
      uin: fc.integer({ min: 1, max: 2 ** 40 }).map(String),
      name: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom('', ' ', 'x', 'x ', '\ud800', '界'.repeat(200), ...hostile),
      ),
    });
    const anyMembers = fc.uniqueArray(anyMember, { selector: ({ uin }) => uin, maxLength: 20 });
    fc.assert(
      fc.property(anyMembers, (members) => {
        const { targets } = draftTargets({
          ...{ members, ownUin: own, site: 'intl', role: 'TcssAudit', known: [], prune: false },
        });
        const text = JSON.stringify(targets);
        const parsed = parseTargets({ file: 'f', text, site: 'intl', policyNames: new Set() });
        expect(parsed).toEqual({ ok: true, value: targets });
        const aliases = targets.flatMap(({ alias = [] }) => alias);
        expect(new Set(aliases).size).toBe(aliases.length);
        expect(new Set(targets.map(({ uin }) => uin))).toEqual(
          new Set([own, ...members.map(({ uin }) => uin)]),
        );
      }),
    );
  });
});

describe('arguments', () => {
  it('are all named at once, and no external id is shown', async () => {
    await withMembers();
    const { code, stderr } = await discover(
      ['--role', '../x', '--external-id', 'CANARY CANARY', '--merge', join(folder, 'none.json')],
      { AUDIT_SITE: 'mars', TENCENTCLOUD_SECRET_ID: '' },
    );
    expect(code).toBe('CONFIG_INVALID');
    expect(stderr.split('\n').map((line) => line.replace(folder, ''))).toEqual([
      'Arguments are not valid:',
      '  --role                  is "../x": give the name of a CAM role, such as TcssAudit',
      '  --external-id           is not as STS takes it: give 2 to 128 letters, digits or +=,.@:/_-',
      '  TENCENTCLOUD_SECRET_ID  and TENCENTCLOUD_SECRET_KEY are not set: on SCF give the function an execution role, elsewhere set both or write ~/.tencentcloud/credentials',
      '  AUDIT_SITE              is "mars": give intl or cn',
      expect.stringMatching(/^ {2}--merge {17}\/none\.json cannot be read \(ENOENT/) as string,
      '',
    ]);
    expect(stderr).not.toContain('CANARY');
  });

  it('name a file that cannot be written', async () => {
    await withMembers();
    const out = join(folder, 'no', 'targets.json');
    const { code, stderr } = await discover(['--out', out]);
    expect(code).toBe('CONFIG_INVALID');
    expect(stderr).toContain(`--out  ${out} cannot be written (ENOENT`);
  });
});
