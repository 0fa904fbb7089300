import { existsSync, readFileSync } from 'node:fs';

import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprintOf } from '../../shared/evidence/seal.ts';
import type { ControlsCatalogue, SealedRun, Status } from '../../shared/model.ts';
import { oscalChunks } from '../../shared/report/oscal.ts';
import { anyNights, iterable, policyOf, sealNights, textOf } from '../support/nights.ts';

interface Prop {
  readonly name: string;
  readonly value: string;
}

interface Result {
  readonly uuid: string;
  readonly observations?: readonly {
    readonly uuid: string;
    readonly props: readonly Prop[];
    readonly 'relevant-evidence': readonly {
      readonly href: string;
      readonly props: readonly Prop[];
    }[];
  }[];
  readonly risks?: readonly {
    readonly uuid: string;
    readonly status: string;
    readonly deadline?: string;
    readonly props: readonly Prop[];
    readonly remediations: readonly { readonly description: string }[];
  }[];
  readonly findings?: readonly {
    readonly title: string;
    readonly target: {
      readonly 'target-id': string;
      readonly status: { readonly state: string; readonly reason: string };
    };
    readonly 'related-observations': readonly { readonly 'observation-uuid': string }[];
    readonly 'related-risks'?: readonly { readonly 'risk-uuid': string }[];
  }[];
  readonly 'reviewed-controls': { readonly 'control-selections': readonly unknown[] };
}

const uin = '100000000001';
const catalogue: ControlsCatalogue = {
  frameworks: [
    {
      id: 'PCI-DSS-4.0.1',
      title: 'PCI DSS 4.0.1',
      edition: '4.0.1',
      source: 'https://www.pcisecuritystandards.org/',
      controls: { '11.3.1': 'Internal vulnerability scans' },
    },
  ],
};

async function documentOf(runs: readonly SealedRun[]): Promise<string> {
  return textOf(oscalChunks(iterable(runs), { fingerprintOf, catalogue }));
}

async function resultsOf(runs: readonly SealedRun[]): Promise<readonly Result[]> {
  const parsed = JSON.parse(await documentOf(runs)) as {
    readonly 'assessment-results': { readonly results: readonly Result[] };
  };
  return parsed['assessment-results'].results;
}

async function resultOf(...targets: readonly Readonly<Record<string, Status>>[]): Promise<Result> {
  const night = {
    targets: targets.map((findings, index) => ({ uin: `${uin}${String(index)}`, findings })),
  };
  const [result] = await resultsOf(await sealNights([night]));
  if (result === undefined) throw new Error('no result');
  return result;
}

const schemaFile = new URL(
  '../../../shared/data/oscal_assessment-results_schema.json',
  import.meta.url,
);

describe.skipIf(!existsSync(schemaFile))(
  'the schema of NIST (skipped without ../shared/data/oscal_assessment-results_schema.json)',
  () => {
    it('accepts whatever the nights hold, the controls that are nowhere among it', async () => {
      const ajv = new Ajv({ allErrors: false, strict: false });
      formats.default(ajv);
      const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, unknown>;
      const validate = ajv.compile(schema);
      await fc.assert(
        fc.asyncProperty(anyNights, async (nights) => {
          const document: unknown = JSON.parse(await documentOf(await sealNights(nights)));
          expect(validate(document), ajv.errorsText(validate.errors)).toBe(true);
        }),
        { numRuns: 60 },
      );
    });
  },
);

describe('a document', () => {
  it('has a result a run, and is the same whenever it is made', async () => {
    const runs = await sealNights([
      { targets: [{ uin, findings: { a: 'fail' } }] },
      { targets: [{ uin, findings: { a: 'pass' } }] },
    ]);
    expect(await resultsOf(runs)).toHaveLength(2);
    expect(await documentOf(runs)).toBe(await documentOf(runs));
  });

  it('names no uuid twice, and none that is not there', async () => {
    await fc.assert(
      fc.asyncProperty(anyNights, async (nights) => {
        for (const { observations = [], risks = [], findings = [] } of await resultsOf(
          await sealNights(nights),
        )) {
          const seen = new Set(observations.map(({ uuid }) => uuid));
          const risky = new Set(risks.map(({ uuid }) => uuid));
          expect(seen.size).toBe(observations.length);
          for (const finding of findings) {
            for (const one of finding['related-observations'])
              expect(seen).toContain(one['observation-uuid']);
            for (const one of finding['related-risks'] ?? [])
              expect(risky).toContain(one['risk-uuid']);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is refused without a run, which the schema has no form for', async () => {
    await expect(documentOf([])).rejects.toThrow('OSCAL results without a run');
  });
});

describe('a finding', () => {
  const cases: Record<
    string,
    {
      readonly targets: readonly Readonly<Record<string, Status>>[];
      readonly states: Readonly<Record<string, readonly string[]>>;
    }
  > = {
    'is satisfied where every policy of the control passed on every target': {
      targets: [
        { a: 'pass', b: 'pass' },
        { a: 'pass', b: 'pass' },
      ],
      states: {
        'pci-dss-4.0.1_11.3.1_smt': ['satisfied', 'pass'],
        'ra-5.3_smt': ['satisfied', 'pass'],
      },
    },
    'is not satisfied where one failed': {
      targets: [
        { a: 'pass', b: 'pass' },
        { a: 'pass', b: 'fail' },
      ],
      states: {
        'pci-dss-4.0.1_11.3.1_smt': ['not-satisfied', 'fail'],
        'ra-5.3_smt': ['satisfied', 'pass'],
      },
    },
    'is not satisfied where the failure is waived': {
      targets: [{ a: 'waived', b: 'pass' }],
      states: {
        'pci-dss-4.0.1_11.3.1_smt': ['not-satisfied', 'other'],
        'ra-5.3_smt': ['not-satisfied', 'other'],
      },
    },
    'is not there where one could not be judged': {
      targets: [{ a: 'error', b: 'pass' }],
      states: {},
    },
    'is not there where nothing applied': { targets: [{ a: 'skip', b: 'skip' }], states: {} },
  };
  it.each(Object.entries(cases))('%s', async (_name, { targets, states }) => {
    const { findings = [] } = await resultOf(...targets);
    const found = findings.map(({ target }) => [
      target['target-id'],
      [target.status.state, target.status.reason],
    ]);
    expect(Object.fromEntries(found)).toEqual(states);
  });

  it('has the title of the catalogue, or the name where it is not in it', async () => {
    const { findings = [] } = await resultOf({ a: 'pass', b: 'pass' });
    expect(findings.map(({ title }) => title)).toEqual([
      'PCI DSS 4.0.1: 11.3.1 Internal vulnerability scans',
      'NIST-800-53r5: RA-5(3)',
    ]);
  });
});

describe('what was seen', () => {
  const propOf = (props: readonly Prop[], wanted: string) =>
    props.find(({ name }) => name === wanted)?.value;

  it('is an observation each, the errors marked', async () => {
    const { observations = [] } = await resultOf({ a: 'error', b: 'pass', c: 'skip' });
    expect(observations.map(({ props }) => propOf(props, 'status'))).toEqual([
      'error',
      'pass',
      'skip',
    ]);
  });

  it('points at the sealed file and the record, with their hashes', async () => {
    const [run] = await sealNights([{ targets: [{ uin, findings: { a: 'pass' } }] }]);
    const [result] = await resultsOf(run === undefined ? [] : [run]);
    const [observation] = result?.observations ?? [];
    const hashes = observation?.['relevant-evidence'].map(({ href, props }) => [
      href,
      propOf(props, 'sha256'),
    ]);
    const sealed = run?.files.find(({ name }) => name.startsWith('runs/'));
    expect(hashes).toEqual([
      [sealed?.name, sealed?.sha256],
      ['log/000000000001.json', run?.head.sha256],
    ]);
  });

  it('is a risk where it failed, approved where it is waived', async () => {
    const { risks = [] } = await resultOf({ a: 'waived', b: 'fail', c: 'error' });
    expect(risks).toMatchObject([
      {
        status: 'deviation-approved',
        deadline: '2027-06-30T23:59:59.999Z',
        remediations: [{ description: 'Set a right.' }],
      },
      { status: 'open', remediations: [{ description: 'Set b right.' }] },
    ]);
    expect(propOf(risks[0]?.props ?? [], 'waiver-reason')).toBe('The vendor mends it in spring.');
    expect(propOf(risks[0]?.props ?? [], 'waiver-approved-by')).toBe('ciso');
  });

  it('reviews no control where no policy supports any', async () => {
    const policies = [policyOf('c', [])];
    const runs = await sealNights([{ targets: [{ uin, findings: { c: 'fail' } }], policies }]);
    const [result] = await resultsOf(runs);
    expect(result?.['reviewed-controls']['control-selections']).toEqual([
      {
        description: 'No policy of this run supports a control.',
        'include-controls': [{ 'control-id': 'tcss-audit_none' }],
      },
    ]);
    expect(result?.findings).toBeUndefined();
  });
});
