/** Findings are recomputed: a holder of the key who lies consistently is caught by his own evidence. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { findRun } from '../../shared/evidence/seal.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import {
  verifyLog,
  type Fault,
  type FaultCode,
  type RunToReplay,
} from '../../shared/evidence/verify.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { judgePattern } from '../../cli/patterns.ts';
import { createReplay } from '../../shared/replay.ts';
import { sources } from '../../shared/settings/sources.ts';
import {
  buildJudgedLog,
  editFinding,
  editLines,
  editObservation,
  editPolicies,
  editPredicate,
  recordOf,
  reseal,
  targetsOf,
  version,
} from '../support/judged-log.ts';
import { source, uin } from '../support/fake-ports.ts';
import {
  bytesOf,
  createOpenStore,
  editStatement,
  judgedRoot,
  present,
  publicKey,
  signer,
  type OpenStore,
} from '../support/log.ts';

const verify = (store: EvidenceStore, by = version) =>
  verifyLog(store, {
    publicKeys: [publicKey],
    replay: createReplay({ sources, version: by, judgePattern }),
  });

const honest = await buildJudgedLog();
const other = '0.9.0';
const honestOfOther = await buildJudgedLog(other);
const codesOf = (faults: readonly Fault[]) => [...new Set(faults.map(({ code }) => code))];

type Forgery = (store: OpenStore) => void;
async function forged(forge: Forgery, base = honest, by = version) {
  const store = createOpenStore(base.files);
  forge(store);
  reseal(store);
  return verify(store, by);
}

// ---- Honest logs ------------------------------------------------------------------------------

it('recomputes every finding of a log as it was written', async () => {
  expect(await verify(honest)).toMatchObject({
    runs: 6,
    findings: 24,
    faults: [],
    unchecked: [],
    versions: { [version]: 6 },
  });
});

it('resealing by itself makes no fault: what follows is found by replay alone', async () => {
  expect(await forged(() => undefined)).toMatchObject({ findings: 24, faults: [] });
});

it('recomputes the findings of a log that another version wrote', async () => {
  expect(await verify(honestOfOther)).toMatchObject({
    findings: 24,
    faults: [],
    unchecked: [],
    versions: { [other]: 6 },
  });
});

it('recomputes, for ever, the committed log that real runs wrote in November 2026', async () => {
  expect(await verify(createFileStore(judgedRoot))).toMatchObject({
    records: 12,
    runs: 6,
    findings: 72,
    faults: [],
    unchecked: [],
    versions: { '0.0.9': 6 },
  });
});

it('replays nothing where it is not asked to', async () => {
  const store = createOpenStore(honest.files);
  editFinding(store, 2, 'vulnerabilities', (it) => ({ ...it, status: 'pass', violations: [] }));
  reseal(store);
  const { faults, findings } = await verifyLog(store, { publicKeys: [publicKey] });
  expect({ faults, findings }).toEqual({ faults: [], findings: undefined });
});

it('replays the runs of the span only', async () => {
  const store = createOpenStore(honest.files);
  editFinding(store, 2, 'vulnerabilities', (it) => ({ ...it, status: 'pass', violations: [] }));
  reseal(store);
  const replay = createReplay({ sources, version, judgePattern });
  const sinceMs = Date.parse('2026-11-26T00:00:00Z');
  const span = { sinceMs, untilMs: Infinity };
  const { faults, findings } = await verifyLog(store, { publicKeys: [publicKey], replay, span });
  expect({ faults, findings }).toEqual({ faults: [], findings: 16 });
});

it('holds a run that was sealed again against its first record, and replays it once', async () => {
  const store = createOpenStore(honest.files);
  const left = targetsOf(6).replace('targets-0000', 'targets-0001');
  store.files.set(left, bytesOf('{"half":'));
  await findRun(store, openLog(store, signer), 'nightly-20261129T180000Z');
  expect(await verify(store)).toMatchObject({ records: 13, runs: 7, findings: 24, faults: [] });

  editPredicate(store, 7, (it) => ({ ...it, counts: { ...it.counts, fail: 3 } }));
  reseal(store);
  const { faults } = await verify(store);
  expect(faults).toEqual([
    {
      code: 'wrong-repeat',
      key: keyOf(13),
      message: `seals the files of ${keyOf(11)} again and says otherwise`,
    },
  ]);
});

// ---- Lies that everything else agrees with ----------------------------------------------------

const pass = (it: object) => ({ ...it, status: 'pass', violations: [], reason: null });

interface Lie {
  readonly forge: Forgery;
  readonly codes: readonly FaultCode[];
  /** Of the first fault. */
  readonly first: Partial<Omit<Fault, 'code'>>;
}

const lies: Record<string, Lie> = {
  'a fail that became a pass': {
    forge: (store) => {
      editFinding(store, 2, 'vulnerabilities', pass);
    },
    codes: ['wrong-finding', 'wrong-counts', 'wrong-open'],
    first: {
      key: targetsOf(2),
      line: 1,
      target: uin,
      policyId: 'vulnerabilities',
      message: 'vulnerabilities is pass, its settings give fail (/ScanVul must be true, is false)',
    },
  },
  'a fail that became a pass everywhere': {
    forge: (store) => {
      editFinding(store, 2, 'vulnerabilities', pass);
      editPredicate(store, 2, (it) => ({
        ...it,
        counts: { ...it.counts, pass: it.counts.pass + 1, fail: it.counts.fail - 1 },
        open: it.open.filter(({ policyId }) => policyId !== 'vulnerabilities'),
      }));
      // What was not open yesterday is open since today.
      editPredicate(store, 3, (it) => ({
        ...it,
        open: it.open.map((one) => ({ ...one, since: '2026-11-26T18:00:00.000Z' })),
      }));
    },
    codes: ['wrong-finding', 'wrong-open'],
    first: { policyId: 'vulnerabilities' },
  },
  'an error that became a pass': {
    forge: (store) => {
      editFinding(store, 4, 'enabled', pass);
    },
    codes: ['wrong-finding', 'wrong-counts', 'wrong-open'],
    first: {
      message: 'enabled is pass, its settings give error (Timeout: no answer in time)',
      expected: {
        policyId: 'enabled',
        severity: 'critical',
        status: 'error',
        violations: [],
        reason: 'Timeout: no answer in time',
      },
    },
  },
  'a fail that became waived': {
    forge: (store) => {
      const waiver = { id: 'W-1', until: '2026-12-05' };
      editFinding(store, 2, 'vulnerabilities', (it) => ({ ...it, status: 'waived', waiver }));
    },
    codes: ['wrong-finding', 'wrong-counts', 'wrong-open'],
    first: {
      message:
        'vulnerabilities is waived (/ScanVul must be true, is false; waived by W-1 until 2026-12-05), its settings give fail (/ScanVul must be true, is false)',
    },
  },
  'a waiver that another finding names': {
    forge: (store) => {
      const waiver = { id: 'W-2', until: '2026-12-05' };
      editFinding(store, 3, 'vulnerabilities', (it) => ({ ...it, waiver }));
    },
    codes: ['wrong-finding'],
    first: { policyId: 'vulnerabilities' },
  },
  'a lower severity': {
    forge: (store) => {
      editFinding(store, 2, 'vulnerabilities', (it) => ({ ...it, severity: 'low' }));
    },
    codes: ['wrong-finding', 'wrong-open'],
    first: { policyId: 'vulnerabilities' },
  },
  'another actual value': {
    forge: (store) => {
      editFinding(store, 2, 'period', (it) => ({
        ...it,
        violations: it.violations.map((one) => ({ ...one, actual: 8 })),
      }));
    },
    codes: ['wrong-finding'],
    first: { policyId: 'period' },
  },
  'another message': {
    forge: (store) => {
      editFinding(store, 2, 'period', (it) => ({
        ...it,
        violations: it.violations.map((one) => ({ ...one, message: 'nothing much' })),
      }));
    },
    codes: ['wrong-finding'],
    first: {
      message:
        'period is fail (nothing much), its settings give fail (/ScanPeriod must be at most 7, is 30)',
    },
  },
  'another reason': {
    forge: (store) => {
      editFinding(store, 4, 'enabled', (it) => ({ ...it, reason: 'all is well' }));
    },
    codes: ['wrong-finding'],
    first: { policyId: 'enabled' },
  },
  'a key more in a finding': {
    forge: (store) => {
      editFinding(store, 1, 'enabled', (it) => ({ ...it, note: 'approved' }));
    },
    codes: ['wrong-finding'],
    first: { policyId: 'enabled' },
  },
  'settings changed, and the finding left': {
    forge: (store) => {
      editObservation(store, 1, (it) => ({ ...it, settings: { ...it.settings, Enable: false } }));
    },
    codes: ['wrong-finding'],
    first: {
      policyId: 'enabled',
      message: 'enabled is pass, its settings give fail (/Enable must be true, is false)',
    },
  },
  'a finding taken out': {
    forge: (store) => {
      editLines(store, 2, ([line]) => [
        { ...line, findings: line.findings.filter((it) => it.policyId !== 'period') },
      ]);
    },
    codes: ['wrong-finding', 'wrong-counts', 'wrong-open'],
    first: {
      policyId: 'period',
      message:
        'has no finding of period, its settings give fail (/ScanPeriod must be at most 7, is 30)',
    },
  },
  'a finding of a policy that did not judge': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [
        { ...line, findings: [...line.findings, { ...line.findings[0], policyId: 'more' }] },
      ]);
    },
    codes: ['wrong-finding', 'wrong-counts'],
    first: {
      policyId: 'more',
      message: 'has a finding of more, which is none of its policies',
    },
  },
  'a finding twice': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [
        { ...line, findings: [...line.findings, line.findings[0]] },
      ]);
    },
    codes: ['wrong-finding', 'wrong-counts'],
    first: { policyId: 'enabled', message: 'has two findings of enabled' },
  },
  'a finding twice in the place of another': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [
        { ...line, findings: [line.findings[0], ...line.findings.slice(0, -1)] },
      ]);
    },
    codes: ['wrong-finding'],
    first: { policyId: 'enabled', message: 'has two findings of enabled' },
  },
  'a fact that says a fresher scan': {
    forge: (store) => {
      editObservation(store, 1, (it) => ({
        ...it,
        facts: { ...it.facts, hoursSinceLastScan: 1 },
      }));
    },
    codes: ['wrong-facts'],
    first: {
      message: `${source}: hoursSinceLastScan is 1, its settings give 24.01`,
      expected: 24.01,
      found: 1,
    },
  },
  'a fact taken out': {
    forge: (store) => {
      editObservation(store, 1, ({ facts: { scanPeriodHours: _, ...facts }, ...it }) => ({
        ...it,
        facts,
      }));
    },
    codes: ['wrong-facts'],
    first: { message: `${source}: scanPeriodHours is absent, its settings give 24` },
  },
  'a fact put in': {
    forge: (store) => {
      editObservation(store, 1, (it) => ({ ...it, facts: { ...it.facts, isFine: true } }));
    },
    codes: ['wrong-facts'],
    first: { message: `${source}: isFine is true, its settings give absent` },
  },
  'another time of reading': {
    forge: (store) => {
      editObservation(store, 1, (it) => ({ ...it, observedAt: '2026-11-24T19:00:02.000Z' }));
    },
    codes: ['wrong-facts'],
    first: { line: 1 },
  },
  'another zone': {
    forge: (store) => {
      editPredicate(store, 1, (it) => ({ ...it, timezone: 'UTC' }));
    },
    codes: ['wrong-facts'],
    first: { line: 1 },
  },
  'a zone that there is not': {
    forge: (store) => {
      editPredicate(store, 1, (it) => ({ ...it, timezone: 'Mars/Olympus' }));
    },
    codes: ['wrong-facts', 'wrong-finding'],
    first: { message: `${source}: hoursSinceLastScan is 24.01, its settings give absent` },
  },
  'drift that is hidden': {
    forge: (store) => {
      editObservation(store, 2, ({ drift: _, ...it }) => it);
    },
    codes: ['wrong-facts'],
    first: { message: `${source}: what left the documentation is not what is stored` },
  },
  'settings that no run would have taken': {
    forge: (store) => {
      editObservation(store, 1, (it) => ({ ...it, settings: { Other: 1 }, facts: {} }));
    },
    codes: ['wrong-facts', 'wrong-finding'],
    first: {
      message: `${source}: these settings would have been refused: ${source}: the answer has none of the documented fields, so it holds no settings`,
    },
  },
  'a target twice': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [line, line]);
    },
    codes: ['duplicate-target', 'wrong-counts'],
    first: { key: targetsOf(1), line: 2, target: uin, message: `is a second report of ${uin}` },
  },
  'a target taken out': {
    forge: (store) => {
      editLines(store, 1, () => []);
    },
    codes: ['wrong-counts'],
    first: {
      key: keyOf(recordOf(1)),
      message:
        'counts {"targets":1,"pass":4,"fail":0,"waived":0,"error":0,"skip":0}, its files hold {"targets":0,"pass":0,"fail":0,"waived":0,"error":0,"skip":0}',
    },
  },
  'a line that is garbage': {
    forge: (store) => {
      editLines(store, 1, (lines) => [...lines, 'garbage']);
    },
    codes: ['malformed-report'],
    first: { key: targetsOf(1), line: 2, message: 'is not a JSON object' },
  },
  'a line without findings': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [{ ...line, findings: undefined }]);
    },
    codes: ['malformed-report'],
    first: { line: 1, message: 'has malformed findings' },
  },
  'a line that is nested as deep as no settings are': {
    forge: (store) => {
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      editLines(store, 1, ([line]) => [
        JSON.stringify(line).replace('"ScanVul":true', `"ScanVul":${deep}`),
      ]);
    },
    codes: ['malformed-report'],
    first: { line: 1, message: 'is nested too deep' },
  },
  'two observations of one source': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [
        { ...line, observations: [...line.observations, ...line.observations] },
      ]);
    },
    codes: ['malformed-report'],
    first: { line: 1, message: `has two observations of ${source}` },
  },
  'an observation that no policy reads': {
    forge: (store) => {
      editLines(store, 1, ([line]) => [
        {
          ...line,
          observations: [...line.observations, { ...line.observations[0], source: 'constructor' }],
        },
      ]);
    },
    codes: ['malformed-report'],
    first: { message: 'has an observation of constructor, which none of its policies reads' },
  },
  'a policy made laxer': {
    forge: (store) => {
      editPolicies(store, (file) => ({
        ...file,
        policies: file.policies.map((policy) =>
          policy.id === 'period' ? { ...policy, require: {} } : policy,
        ),
      }));
    },
    codes: ['wrong-finding'],
    first: { key: targetsOf(2), policyId: 'period' },
  },
  'a policy put in': {
    forge: (store) => {
      editPolicies(store, (file) => ({
        ...file,
        policies: [...file.policies, { ...file.policies[0], id: 'more' }],
      }));
    },
    codes: ['wrong-finding'],
    first: { policyId: 'more' },
  },
  'a policy twice': {
    forge: (store) => {
      editPolicies(store, (file) => ({
        ...file,
        policies: [...file.policies, file.policies[0]],
      }));
    },
    codes: ['malformed-policies'],
    first: { message: 'has the policy enabled twice' },
  },
  'a policy that does not compile': {
    forge: (store) => {
      editPolicies(store, (file) => ({
        ...file,
        policies: file.policies.map((policy) => ({ ...policy, require: { type: 5 } })),
      }));
    },
    codes: ['malformed-policies'],
    first: { message: 'has the policy enabled, which is no JSON Schema' },
  },
  'a policies file that is garbage': {
    forge: (store) => {
      editPolicies(store, () => 'garbage');
    },
    codes: ['malformed-policies'],
    first: { message: 'is not a JSON object' },
  },
  'a policies file without policies': {
    forge: (store) => {
      editPolicies(store, () => ({ policies: [{}], waivers: [] }));
    },
    codes: ['malformed-policies'],
    first: { message: 'has malformed policies' },
  },
  'a waiver without targets': {
    forge: (store) => {
      editPolicies(store, (file) => ({ ...file, waivers: [{ ...file.waivers[0], targets: uin }] }));
    },
    codes: ['malformed-policies'],
    first: { message: 'has malformed waivers' },
  },
  'no policies file': {
    forge: (store) => {
      editStatement(store, 1, (it) => ({
        ...it,
        subject: it.subject.filter(({ name }) => name.startsWith('runs/')),
      }));
    },
    codes: ['malformed-policies'],
    first: { key: keyOf(1), message: 'seals 0 policies files, and must seal one' },
  },
  'a waiver that ran earlier': {
    forge: (store) => {
      editPolicies(store, (file) => ({
        ...file,
        waivers: [{ ...file.waivers[0], from: '2026-11-01' }],
      }));
    },
    codes: ['wrong-waivers', 'wrong-finding'],
    first: {
      key: keyOf(1),
      message:
        'says of its waivers [{"id":"W-1","policy":"vulnerabilities","until":"2026-12-05","state":"pending"}], its files give [{"id":"W-1","policy":"vulnerabilities","until":"2026-12-05","state":"unused"}]',
    },
  },
  counts: {
    forge: (store) => {
      editPredicate(store, 2, (it) => ({ ...it, counts: { ...it.counts, fail: 0 } }));
    },
    codes: ['wrong-counts'],
    first: { key: keyOf(recordOf(2)) },
  },
  'a count more': {
    forge: (store) => {
      editPredicate(store, 1, (it) => ({ ...it, counts: { ...it.counts, great: 1 } }));
    },
    codes: ['wrong-counts'],
    first: { key: keyOf(recordOf(1)) },
  },
  'an open finding taken out': {
    forge: (store) => {
      editPredicate(store, 2, (it) => ({
        ...it,
        open: it.open.filter(({ policyId }) => policyId !== 'period'),
      }));
    },
    codes: ['wrong-open'],
    first: {
      key: keyOf(recordOf(2)),
      policyId: 'period',
      target: uin,
      message: `period of ${uin} is open and not in the record`,
    },
  },
  'an open finding put in': {
    forge: (store) => {
      editPredicate(store, 1, (it) => ({
        ...it,
        open: [
          {
            ...{ fingerprint: 'f'.repeat(64), target: uin, policyId: 'enabled' },
            ...{ severity: 'critical', status: 'fail', since: '2026-11-24T18:00:00.000Z' },
          },
        ],
      }));
    },
    codes: ['wrong-open'],
    first: { message: `enabled of ${uin} is open by the record, and not by its files` },
  },
  'an open finding twice': {
    forge: (store) => {
      editPredicate(store, 2, (it) => ({ ...it, open: [...it.open, it.open[0]] }));
    },
    codes: ['wrong-open'],
    first: { message: `vulnerabilities of ${uin} is open twice` },
  },
  'since when it is open': {
    forge: (store) => {
      editPredicate(store, 3, (it) => ({
        ...it,
        open: it.open.map((one) => ({ ...one, since: '2026-11-26T18:00:00.000Z' })),
      }));
    },
    codes: ['wrong-open'],
    first: { key: keyOf(recordOf(3)), policyId: 'vulnerabilities' },
  },
  'what it was when it could last be checked': {
    forge: (store) => {
      editPredicate(store, 4, (it) => ({
        ...it,
        open: it.open.map(({ lastStatus: _, ...one }) => one),
      }));
    },
    codes: ['wrong-open'],
    first: { policyId: 'vulnerabilities' },
  },
};

it.each(Object.entries(lies))('is not fooled by %s', async (_name, { forge, codes, first }) => {
  const { faults, unchecked } = await forged(forge);
  expect(codesOf(faults)).toEqual(codes);
  expect(faults[0]).toMatchObject(first);
  expect(unchecked).toEqual([]);
  for (const { message } of faults) expect(message).not.toMatch(/undefined|NaN|\[object/);
});

it('names a hundred faults of one run, and how many more there are', async () => {
  const { faults } = await forged((store) => {
    editLines(store, 1, ([line]) =>
      Array.from({ length: 200 }, (_, index) => ({
        ...line,
        target: { ...line.target, uin: String(index) },
        findings: line.findings.map((it) => ({ ...it, severity: 'medium' })),
      })),
    );
  });
  expect(faults).toHaveLength(101);
  expect(faults[100]).toEqual({
    code: 'wrong-finding',
    key: keyOf(1),
    message: 'and 701 faults more in the files of this run',
  });
});

it('names a line that no one can work through, and goes on behind it', async () => {
  const registries = Array.from({ length: 200_000 }, () => ({
    LatestSyncTime: '2026-11-24 02:00',
  }));
  const { faults, findings } = await forged((store) => {
    editLines(store, 1, ([line]) => [
      {
        ...line,
        observations: line.observations.map((it) => ({
          ...it,
          source: 'DescribeAssetImageRegistryRegistryList',
          settings: { List: registries },
        })),
      },
    ]);
  }, honestOfOther);
  expect(faults).toEqual([
    {
      ...{ code: 'malformed-report', key: targetsOf(1), line: 1, target: uin },
      message: 'cannot be judged: Maximum call stack size exceeded',
    },
  ]);
  expect(findings).toBe(20);
});

it('says the same of a run, however many policies files were seen before and since', async () => {
  const replay = createReplay({ sources, version, judgePattern });
  const runs: RunToReplay[] = [];
  await verifyLog(honest, {
    publicKeys: [publicKey],
    replay: (run) => {
      runs.push(run);
      return replay(run);
    },
  });
  const run = present(runs[0]);
  const expected = { findings: 4, faults: [], unchecked: [] };
  for (const index of [...Array(20).keys(), 0, 19, 7]) {
    const policies = run.policies.map((file) => ({
      ...file,
      key: `policies/${String(index)}.json`,
    }));
    expect(replay({ ...run, policies })).toEqual(expected);
  }
  expect(runs.map((each) => replay(each).faults)).toEqual(runs.map(() => []));
});

// ---- Since when, where a record is missing ----------------------------------------------------

it('does not know since when a finding is open where the run before cannot be read', async () => {
  const store = createOpenStore(honest.files);
  store.files.set(keyOf(recordOf(2)), bytesOf('garbage'));
  const { faults } = await verify(store);
  expect(codesOf(faults)).toEqual(['unreadable-record', 'wrong-previous', 'wrong-delivery']);
});

// ---- Another version --------------------------------------------------------------------------

/** Of another version's log: lies in what decides are found, other words and other facts are no lies. */
const otherwise: Record<string, readonly [Forgery, readonly FaultCode[]]> = {
  'other words': [
    (store) => {
      editFinding(store, 2, 'period', (it) => ({
        ...it,
        violations: it.violations.map((one) => ({ ...one, message: 'too long' })),
      }));
      editFinding(store, 4, 'enabled', (it) => ({ ...it, reason: 'it took too long' }));
    },
    [],
  ],
  'a fact that it did not know yet and no policy reads': [
    (store) => {
      editObservation(store, 1, ({ facts: { scanPeriodHours: _, ...facts }, ...it }) => ({
        ...it,
        facts,
      }));
    },
    [],
  ],
  'a fact that is not known any more and no policy reads': [
    (store) => {
      editObservation(store, 1, (it) => ({ ...it, facts: { ...it.facts, isFine: true } }));
    },
    [],
  ],
  'more to say of counts, waivers and what is open': [
    (store) => {
      editPredicate(store, 2, (it) => ({
        ...it,
        counts: { ...it.counts, unreachable: 0 },
        waivers: it.waivers.map((one) => ({ ...one, approvedBy: 'ciso' })),
        open: it.open.map((one) => ({ ...one, title: 'x' })),
      }));
    },
    [],
  ],
  'a fact that a policy reads': [
    (store) => {
      editObservation(store, 1, ({ facts: { hoursSinceLastScan: _, ...facts }, ...it }) => ({
        ...it,
        facts,
      }));
    },
    ['wrong-facts'],
  ],
  'another value of a fact': [
    (store) => {
      editObservation(store, 1, (it) => ({ ...it, facts: { ...it.facts, scanPeriodHours: 1 } }));
    },
    ['wrong-facts'],
  ],
  'another verdict': [
    (store) => {
      editFinding(store, 2, 'vulnerabilities', pass);
    },
    ['wrong-finding', 'wrong-counts', 'wrong-open'],
  ],
  'another actual value': [
    (store) => {
      editFinding(store, 2, 'period', (it) => ({
        ...it,
        violations: it.violations.map((one) => ({ ...one, actual: 8 })),
      }));
    },
    ['wrong-finding'],
  ],
};
it.each(Object.entries(otherwise))(
  'of a log that another version wrote: %s',
  async (_name, [forge, codes]) => {
    const { faults, unchecked } = await forged(forge, honestOfOther);
    expect(codesOf(faults)).toEqual(codes);
    expect(unchecked).toEqual([]);
  },
);

it('says which versions speak where their verdicts differ', async () => {
  const { faults } = await forged((store) => {
    editFinding(store, 2, 'vulnerabilities', pass);
  }, honestOfOther);
  expect(faults[0]?.message).toBe(
    'vulnerabilities is pass, its settings give fail (/ScanVul must be true, is false) (sealed by version 0.9.0, recomputed by 1.2.3)',
  );
});

const unknown: Record<string, readonly [Forgery, string]> = {
  'a fact that a policy reads and this version does not know': [
    (store) => {
      editPolicies(store, (file) => ({
        ...file,
        policies: file.policies.map((policy) =>
          policy.id === 'fresh'
            ? {
                ...policy,
                require: { properties: { facts: { properties: { isNew: { const: true } } } } },
              }
            : policy,
        ),
      }));
      editObservation(store, 1, (it) => ({ ...it, facts: { ...it.facts, isNew: true } }));
    },
    `${source}: this version does not know the fact isNew of ${uin} (line 1)`,
  ],
  'a source that this version does not know': [
    (store) => {
      editPolicies(store, (file) => ({
        ...file,
        policies: file.policies.map((policy) =>
          policy.id === 'fresh' ? { ...policy, source: 'constructor' } : policy,
        ),
      }));
    },
    'this version does not know the source constructor of the policy fresh',
  ],
};
it.each(Object.entries(unknown))('could not tell of %s', async (_name, [forge, message]) => {
  const { unchecked } = await forged(forge, honestOfOther);
  expect(unchecked[0]).toEqual({ key: targetsOf(1), message });
});

it('could not tell of a source that no version of its own name knows', async () => {
  const { faults, unchecked } = await forged((store) => {
    editPolicies(store, (file) => ({
      ...file,
      policies: file.policies.map((policy) =>
        policy.id === 'fresh' ? { ...policy, source: 'constructor' } : policy,
      ),
    }));
  });
  expect(faults).toEqual([]);
  expect(unchecked[0]).toEqual({
    key: targetsOf(1),
    message: 'this version does not know the source constructor of the policy fresh',
  });
});

/** The policies of a sealed file are in no order: which of two absent properties is named first, none knows. */
const reasons: Record<string, readonly [reason: string | null, codes: readonly FaultCode[]]> = {
  'the first': ['no A here', ['wrong-counts']],
  'the second': ['no B here', ['wrong-counts']],
  none: [null, ['wrong-finding', 'wrong-counts']],
};
it.each(Object.entries(reasons))(
  'of two properties whose absence lets skip, a reason may name %s',
  async (_name, [reason, codes]) => {
    const { faults } = await forged((store) => {
      const properties = { A: { const: 1 }, B: { const: 1 } };
      editPolicies(store, (file) => ({
        ...file,
        policies: file.policies.map((policy) =>
          policy.id === 'fresh'
            ? { ...policy, onMissing: 'skip', require: { properties } }
            : policy,
        ),
      }));
      editFinding(store, 1, 'fresh', (it) => ({ ...it, status: 'skip', violations: [], reason }));
    });
    const ofFirst = faults.filter(({ key }) => key === targetsOf(1) || key === keyOf(1));
    expect(codesOf(ofFirst)).toEqual(codes);
  },
);

// ---- Laws -------------------------------------------------------------------------------------

it('law: no lines whatever make the replay throw', async () => {
  const replay = createReplay({ sources, version, judgePattern });
  const anything = fc.oneof(
    fc.json().map((json) => `${json}\n`),
    fc
      .record(
        {
          target: fc.oneof(fc.constant({ uin, site: 'intl' }), fc.jsonValue()),
          observations: fc.oneof(
            fc.array(
              fc.record({
                source: fc.constantFrom(source, 'constructor', '__proto__'),
                observedAt: fc.constantFrom('2026-11-24T18:00:00Z', 'x'),
                requestId: fc.constant(''),
                settings: fc.dictionary(
                  fc.constantFrom('Enable', 'ScanVul', 'LastScanTime', '__proto__'),
                  fc.jsonValue(),
                ),
                facts: fc.dictionary(fc.string(), fc.jsonValue()),
              }),
            ),
            fc.jsonValue(),
          ),
          findings: fc.oneof(fc.constant([]), fc.jsonValue()),
        },
        { requiredKeys: [] },
      )
      .map((line) => `${JSON.stringify(line)}\n`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 4 }), async (lines) => {
      const store = createOpenStore(honest.files);
      store.files.set(targetsOf(1), bytesOf(lines.join('')));
      reseal(store);
      const { faults } = await verifyLog(store, { publicKeys: [publicKey], replay });
      // The honest line is gone, whatever came in its place.
      expect(faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 50 },
  );
});

it('law: a setting that decides cannot be changed without a fault', async () => {
  const flips = fc.constantFrom('Enable', 'ScanVul', 'ScanPeriod', 'LastScanTime');
  const values = fc.oneof(fc.boolean(), fc.integer(), fc.constant(null), fc.string());
  const replay = createReplay({ sources, version, judgePattern });
  await fc.assert(
    fc.asyncProperty(flips, values, async (name, value) => {
      const store = createOpenStore(honest.files);
      editObservation(store, 1, (it) => ({ ...it, settings: { ...it.settings, [name]: value } }));
      reseal(store);
      const { faults } = await verifyLog(store, { publicKeys: [publicKey], replay });
      const isAsItWas = value === (name === 'ScanPeriod' ? 1 : true) && name !== 'LastScanTime';
      expect(faults.length > 0).toBe(!isAsItWas);
    }),
    { numRuns: 50 },
  );
});
