/** Logs that an attacker made: each ends in a clear sentence, after work that its size bounds. */
import { describe, expect, it } from 'vitest';

import { judgePattern } from '../../cli/patterns.ts';
import { decodeRecord, keyOf, type RunRecord } from '../../shared/evidence/record.ts';
import { takeTurn } from '../../shared/evidence/turns.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { createReplay } from '../../shared/replay.ts';
import { sources } from '../../shared/settings/sources.ts';
import {
  buildJudgedLog,
  editLines,
  editPolicies,
  editPredicate,
  reseal,
  version,
} from '../support/judged-log.ts';
import {
  buildLog,
  bytesOf,
  decodedOf,
  editEnvelope,
  editStatement,
  present,
  publicKey,
  signer,
  type OpenStore,
} from '../support/log.ts';

const verify = (store: OpenStore) =>
  verifyLog(store, {
    publicKeys: [publicKey],
    replay: createReplay({ sources, version, judgePattern }),
  });

async function faultsOf(forge: (store: OpenStore) => void) {
  const store = await buildJudgedLog();
  forge(store);
  reseal(store);
  const { faults } = await verify(store);
  return faults.map(({ code, message }) => [code, message]);
}

const nested = (levels: number): unknown =>
  JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

describe('an envelope', () => {
  it('with one signature a hundred thousand times is no record', async () => {
    const store = await buildLog();
    editEnvelope(store, 1, ({ signatures: [signature], ...it }) => ({
      ...it,
      signatures: Array.from({ length: 100_000 }, () => present(signature)),
    }));
    expect(decodeRecord(present(store.files.get(keyOf(1))))).toBe('has two signatures of one key');
  });

  it('with signatures of a hundred thousand unknown keys is not signed', async () => {
    const store = await buildLog();
    editEnvelope(store, 1, ({ signatures: [signature], ...it }) => ({
      ...it,
      signatures: Array.from({ length: 100_000 }, (_, index) => ({
        keyid: index.toString(16).padStart(64, '0'),
        sig: present(signature).sig,
      })),
    }));
    const { faults } = await verifyLog(store, { publicKeys: [publicKey] });
    expect(faults[0]).toMatchObject({
      code: 'bad-signature',
      message: 'is not signed by any of the given keys',
    });
  });

  const strange: Record<string, readonly [Uint8Array, string]> = {
    'nested a hundred thousand deep': [bytesOf('['.repeat(100_000)), 'is not a JSON object'],
    'of nothing but NUL': [new Uint8Array(1_000_000), 'is not a JSON object'],
    'that is not UTF-8': [Uint8Array.of(0xff, 0xfe, 0x7b, 0x7d), 'is not a JSON object'],
    'with a key twice': [
      bytesOf('{"payloadType":"x","payloadType":"application/vnd.in-toto+json"}\n'),
      'has no payload',
    ],
    'of a prototype': [bytesOf('{"__proto__":{"payloadType":"x"}}\n'), 'has another payloadType'],
  };
  it.each(Object.entries(strange))('%s is no record', (_name, [bytes, why]) => {
    expect(decodeRecord(bytes)).toBe(why);
  });

  it('with a byte order mark is no record', async () => {
    const bytes = present((await buildLog()).files.get(keyOf(1)));
    expect(decodeRecord(Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), bytes]))).toBe(
      'is not written as a record is',
    );
  });
});

describe('a record', () => {
  it('that says something nested deep is none, so nobody walks it', async () => {
    const faults = await faultsOf((store) => {
      editPredicate(store, 1, (predicate) => ({ ...predicate, extra: nested(2_500) }));
    });
    expect(faults[0]).toEqual(['unreadable-record', 'has a payload that is nested too deep']);
  });

  it('with as many leftovers as files is looked through once', async () => {
    const store = await buildJudgedLog();
    const names = Array.from({ length: 50_000 }, (_, index) => `runs/x/${String(index)}`);
    editStatement(store, 1, (it) => ({
      ...it,
      subject: names.map((name) => ({ name, digest: { sha256: '0'.repeat(64) } })),
      predicate: { ...it.predicate, abandoned: names },
    }));
    const { faults } = await verify(store);
    expect(faults.filter(({ code }) => code === 'missing-file')).toHaveLength(50_000);
  });

  const names = [
    '../../etc/passwd',
    '/etc/passwd',
    'log/../x',
    'runs/a\u0000b',
    '..',
    'x'.repeat(1e5),
  ];
  it.each(names.map((name) => [name.slice(0, 20), name]))(
    'that seals %j seals nothing',
    async (_, name) => {
      const faults = await faultsOf((store) => {
        editStatement(store, 1, (it) => ({
          ...it,
          subject: [...it.subject, { name, digest: { sha256: '0'.repeat(64) } }],
        }));
      });
      expect(faults).toEqual([
        ['missing-file', 'is sealed by log/000000000001.json and is missing'],
      ]);
    },
  );
});

it('two hundred thousand turns taken keep nobody from the next', async () => {
  const store = await buildLog();
  const record = decodedOf(present(store.files.get(keyOf(5)))) as RunRecord;
  for (let index = 1; index <= 200_000; index += 1) {
    store.files.set(`claims/turns/${String(index).padStart(6, '0')}.json`, bytesOf('x'));
  }
  const turn = { nowMs: Date.parse('2026-11-27T18:00:00Z'), turnMs: 20_000 };
  expect(await takeTurn(store, record, signer, turn)).toBeDefined();
  expect(store.files.has('claims/turns/200001.json')).toBe(true);
});

describe('a policies file', () => {
  const requiring = (require: unknown) => (store: OpenStore) => {
    editPolicies(store, (file) => ({
      ...file,
      policies: file.policies.map((policy) => ({ ...policy, require })),
    }));
  };
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => {
      const next = { $ref: `#/$defs/a${String(index + 1)}` };
      return [`a${String(index)}`, { allOf: [next, next] }];
    }),
  );
  const refused: Record<string, readonly [(store: OpenStore) => void, string]> = {
    'with a pattern that never ends': [
      requiring({ properties: { ScanVul: { pattern: '^(a+)+$' } } }),
      "has the policy enabled, with a pattern that can take for ever: its time grows exponentially with the length of the text, for example of 'a' + 'a'.repeat(31) + '\\x00'",
    ],
    'with references that double forty times': [
      requiring({ $ref: '#/$defs/a0', $defs: { ...doubling, a40: { required: ['ScanVul'] } } }),
      'has the policy enabled, which takes too many steps to judge by',
    ],
    'that refers to itself': [
      requiring({ $ref: '#' }),
      'has the policy enabled, which uses $ref #',
    ],
    'that refers to itself by way of another': [
      requiring({
        $ref: '#/$defs/a',
        $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { anyOf: [{ $ref: '#/$defs/a' }] } },
      }),
      'has the policy enabled, which takes too many steps to judge by',
    ],
    'that refers to another machine': [
      requiring({ $ref: 'http://127.0.0.1:1/schema.json' }),
      'has the policy enabled, which uses $ref http://127.0.0.1:1/schema.json',
    ],
    'that takes the place of the schema of schemas': [
      requiring({ $id: 'https://json-schema.org/draft/2020-12/schema' }),
      'has the policy enabled, which uses $id',
    ],
    'that answers later': [
      requiring({ $async: true, required: ['ScanVul'] }),
      'has the policy enabled, which uses $async',
    ],
    'nested too deep': [requiring({ not: nested(2_500) }), 'is nested too deep'],
    'of more policies than a run has': [
      (store) => {
        editPolicies(store, ({ policies: [policy], ...file }) => ({
          ...file,
          policies: Array.from({ length: 5_001 }, (_, index) => ({ ...policy, id: String(index) })),
        }));
      },
      'has more than 5000 policies',
    ],
    'of more waivers than a run has': [
      (store) => {
        editPolicies(store, ({ waivers: [waiver], ...file }) => ({
          ...file,
          waivers: Array.from({ length: 10_001 }, () => waiver),
        }));
      },
      'has more than 10000 waivers',
    ],
  };
  it.each(Object.entries(refused))('%s judges nothing', async (_name, [forge, message]) => {
    expect((await faultsOf(forge))[0]).toEqual(['malformed-policies', message]);
  });

  it('does not spoil the one that comes after it', async () => {
    const store = await buildJudgedLog();
    requiring({ $id: 'https://json-schema.org/draft/2020-12/schema' })(store);
    reseal(store);
    const replay = createReplay({ sources, version, judgePattern });
    await verifyLog(store, { publicKeys: [], replay });
    expect((await verifyLog(await buildJudgedLog(), { publicKeys: [], replay })).faults).toEqual(
      [],
    );
  });
});

describe('a targets file', () => {
  it('with a fault in each of its many lines is given up after enough of them', async () => {
    const faults = await faultsOf((store) => {
      editLines(store, 1, () =>
        Array.from({ length: 20_000 }, (_, index) => ({
          target: { uin: String(index + 1), site: 'intl' },
          observations: [],
          findings: [],
        })),
      );
    });
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toEqual([
      'wrong-finding',
      'and 9904 faults more in the files of this run, and perhaps others: the rest was not looked at',
    ]);
  });

  it('of things that this version does not know notes each, however many', async () => {
    const store = await buildJudgedLog('0.9.0');
    editPolicies(store, (file) => ({
      ...file,
      policies: file.policies.map((policy) => ({ ...policy, source: 'Unknown' })),
    }));
    editLines(store, 1, ([line]) =>
      Array.from({ length: 40_000 }, (_, index) => ({
        target: { ...line.target, uin: String(index + 1) },
        observations: [],
        findings: [],
      })),
    );
    reseal(store);
    const { unchecked } = await verify(store);
    expect(unchecked.length).toBeGreaterThan(100_000);
  });
});
