import { describe, expect, it } from 'vitest';

import { AuditError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { subjectOf, type RunRecord } from '../../shared/evidence/record.ts';
import {
  bytesAt,
  encodePolicies,
  encodeReport,
  openReports,
  readPolicies,
  readReports,
  targetsKey,
} from '../../shared/evidence/run-files.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import type { Finding, Policy, TargetReport, Waiver } from '../../shared/model.ts';
import { policies } from '../support/fake-ports.ts';
import {
  bytesOf,
  createOpenStore,
  findingOf,
  nightOf,
  nights,
  policiesFile,
  reportOf,
  seal,
  signer,
  violation,
} from '../support/log.ts';

const runId = 'nightly-20261124T180000Z';
const [first, second] = [targetsKey(runId, 0), targetsKey(runId, 1)];
const uins = ['100000000001', '100000000002', '100000000003'] as const;

/** As a reader gets it: with every key of a finding. */
const asRead = ({ findings, ...rest }: TargetReport) => ({
  ...rest,
  findings: findings.map((finding) => ({ violations: [], reason: null, ...finding })),
});
const reports = uins.map((uin) => asRead(reportOf([findingOf('enabled', 'pass')], uin)));
const lines = uins.map((uin) => encodeReport(reportOf([findingOf('enabled', 'pass')], uin)));
const [one = '', two = '', three = ''] = lines;

/** A run that sealed these files, whatever they are, and no others. */
async function sealedWith(
  files: Readonly<Record<string, string | Uint8Array>>,
  abandoned: readonly string[] = [],
) {
  const store = createOpenStore();
  const night = { at: nights[0], report: nightOf() };
  const { predicate, ...record } = await seal(store, openLog(store, signer), night);
  const subject = Object.entries(files).map(([name, content]) => {
    const bytes = typeof content === 'string' ? bytesOf(content) : content;
    store.files.set(name, bytes);
    return subjectOf(name, bytes);
  });
  const sealed: RunRecord = { ...record, predicate: { ...predicate, abandoned }, subject };
  return { store, record: sealed };
}

const targetsOf = (given: readonly TargetReport[]) => given.map(({ target }) => target.uin);

async function all(given: AsyncIterable<TargetReport>) {
  const read: TargetReport[] = [];
  for await (const report of given) read.push(report);
  return read;
}

// ---- What is written --------------------------------------------------------------------------

it('names the files of a run by its id and their number', () => {
  expect([first, targetsKey('x', 12)]).toEqual([
    'runs/nightly-20261124T180000Z/targets-0000.jsonl',
    'runs/x/targets-0012.jsonl',
  ]);
});

const rows: Record<Finding['status'], string> = {
  pass: '{"policyId":"p","severity":"high","status":"pass","violations":[],"reason":null}',
  fail: `{"policyId":"p","severity":"high","status":"fail","violations":[${JSON.stringify(violation)}],"reason":null}`,
  waived: `{"policyId":"p","severity":"high","status":"waived","violations":[${JSON.stringify(violation)}],"waiver":{"id":"W-1","until":"2027-06-30"},"reason":null}`,
  error:
    '{"policyId":"p","severity":"high","status":"error","reason":"made up error","violations":[]}',
  skip: '{"policyId":"p","severity":"high","status":"skip","reason":"made up skip","violations":[]}',
};
it.each(Object.entries(rows))('writes every key of a finding: %s', (status, row) => {
  const report = reportOf([findingOf('p', status as Finding['status'])]);
  const { target, observations } = report;
  expect(encodeReport(report)).toBe(
    `{"target":${JSON.stringify(target)},"observations":${JSON.stringify(observations)},"findings":[${row}]}`,
  );
});

describe('the policies file', () => {
  const [a, b, c] = policies.map(({ policy }) => policy) as [Policy, Policy, Policy];
  const waiver: Waiver = {
    id: 'W-1',
    policy: a.id,
    targets: ['*'],
    reason: 'why',
    approvedBy: 'ciso',
    from: '2026-11-01',
    until: '2026-12-01',
  };

  const encode = (judging: readonly Policy[], waivers: readonly Waiver[]) =>
    encodePolicies(
      judging.map((policy) => ({ policy })),
      waivers,
    );

  it('is named by its hash, and the same on every night', () => {
    const { key, bytes } = encode([a, b, c], [waiver]);
    expect(key).toBe(`policies/${sha256(bytes)}.json`);
    const orders = [
      [a, b, c],
      [c, b, a],
      [b, a, c],
      [b, c, a],
    ];
    for (const order of orders) {
      const reversed = order.map(
        (policy) => Object.fromEntries(Object.entries(policy).reverse()) as unknown as Policy,
      );
      expect(encode(reversed, [waiver]).key).toBe(key);
    }
    expect(encode([a, b, c], []).key).not.toBe(key);
  });

  it('is a line of JSON with both lists', () => {
    const text = Buffer.from(encode([b, a], [waiver]).bytes).toString();
    const sorted = [a, b].sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual({ policies: sorted, waivers: [waiver] });
  });
});

// ---- What is read -----------------------------------------------------------------------------

it('reads the files of the run, in their order and line by line', async () => {
  const { store, record } = await sealedWith({
    [first]: `${one}\n${two}\n`,
    [second]: `${three}\n`,
    'runs/nightly-20261123T180000Z/targets-0000.jsonl': `${one}\n`,
    [policiesFile.key]: policiesFile.bytes,
  });
  expect(await readReports(store, record)).toEqual(reports);
});

it('reads nothing that a killed attempt left', async () => {
  const { store, record } = await sealedWith({ [first]: 'left\n', [second]: `${two}\n` }, [first]);
  expect(targetsOf(await readReports(store, record))).toEqual([uins[1]]);
});

describe('reports opened once', () => {
  const counted = (store: ReturnType<typeof createOpenStore>) => {
    const read: string[] = [];
    const get = (key: string) => {
      read.push(key);
      return store.get(key);
    };
    return { read, watched: { ...store, get } };
  };

  it('of one file are read once', async () => {
    const { store, record } = await sealedWith({ [first]: `${one}\n${two}\n` });
    const { read, watched } = counted(store);
    const open = await openReports(watched, record);
    expect(targetsOf(await all(open()))).toEqual([uins[0], uins[1]]);
    expect(targetsOf(await all(open((uin) => uin === uins[1])))).toContain(uins[1]);
    expect(read).toEqual([first]);
  });

  it('of several files are read when they are asked for, and only those of the wanted', async () => {
    const { store, record } = await sealedWith({
      [first]: `${one}\n${two}\n`,
      [second]: `${three}\n`,
    });
    const { read, watched } = counted(store);
    const open = await openReports(watched, record);
    expect(read).toEqual([]);
    expect(targetsOf(await all(open()))).toEqual(uins);
    expect(targetsOf(await all(open((uin) => uin !== uins[0])))).toEqual([uins[1], uins[2]]);
    expect(read).toEqual([first, second, first, second]);
  });

  it('miss no line of which nobody can tell whose it is', async () => {
    const { store, record } = await sealedWith({ [first]: `${one}\n`, [second]: ` ${two}\n` });
    const open = await openReports(store, record);
    expect(targetsOf(await all(open(() => false)))).toEqual([uins[1]]);
  });
});

it('gives the policies and waivers that judged', async () => {
  const { store, record } = await sealedWith({ [policiesFile.key]: policiesFile.bytes });
  const ids = (await readPolicies(store, record)).policies.map(({ id }) => id);
  expect(ids).toEqual(policies.map(({ policy }) => policy.id).sort());
});

const broken: Record<string, readonly [string, string | Uint8Array, string]> = {
  'a line that is no report': [first, `${one}\n{}\n`, `${first}: a line has no target`],
  'lines that are no text': [first, Uint8Array.of(0xff), `${first} is not UTF-8`],
  'policies that are none': [
    'policies/a.json',
    '{"policies":{}}',
    'policies/a.json has malformed policies',
  ],
  'a name with a line break': [
    'policies/a\n.json',
    '{}',
    'policies/a .json has malformed policies',
  ],
};
it.each(Object.entries(broken))('names %s', async (_name, [key, content, message]) => {
  const { store, record } = await sealedWith({ [key]: content });
  const reading = key === first ? readReports(store, record) : readPolicies(store, record);
  await expect(reading).rejects.toMatchObject({
    code: 'EVIDENCE_BROKEN',
    message: `Evidence ${message}: run tcss-audit verify.`,
  });
});

it('says so where a run names no policies', async () => {
  const { store, record } = await sealedWith({ [first]: `${one}\n` });
  await expect(readPolicies(store, record)).rejects.toMatchObject({
    code: 'EVIDENCE_BROKEN',
    message: 'Evidence record 1 names no policies file.',
  });
});

it('finds no file where a link or a pipe lies, and lets every other trouble through', async () => {
  const failing = (error: Error) => ({ ...createOpenStore(), get: () => Promise.reject(error) });
  const { store } = await sealedWith({ [first]: 'x' });
  expect(await bytesAt(store, first)).toEqual(bytesOf('x'));
  expect(await bytesAt(store, second)).toBeNull();
  expect(await bytesAt(failing(new AuditError('EVIDENCE_BROKEN', 'a link')), first)).toBe(
    'no file',
  );
  for (const error of [new AuditError('EVIDENCE_UNREADABLE', 'EACCES'), new TypeError('a bug')]) {
    await expect(bytesAt(failing(error), first)).rejects.toBe(error);
  }
});
