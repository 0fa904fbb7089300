import { createHash } from 'node:crypto';

import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprintOf } from '../../shared/evidence/seal.ts';
import type { Json, SealedRun, Status } from '../../shared/model.ts';
import { ocsfLines, ocsfLinesOf, type OcsfOptions } from '../../shared/report/ocsf.ts';
import {
  anyNights,
  iterable,
  policyOf,
  sealNights,
  standardPolicies,
  textOf,
  type SealedNight,
} from '../support/nights.ts';
import { present } from '../support/log.ts';
import { attestedFinding, complianceFinding, complianceFinding13 } from '../support/ocsf-schema.ts';

interface Event {
  readonly activity_name: 'Create' | 'Update' | 'Close' | 'Assess';
  readonly status_id: number;
  readonly status_code: string;
  readonly type_uid: number;
  readonly compliance: { readonly status_id: number };
  readonly finding_info: Readonly<Record<string, Json>> & { readonly uid: string };
  readonly metadata: { readonly uid: string; readonly version: string };
  readonly attestation_list?: readonly Attestation[];
}

interface Attestation {
  readonly chain_uid: string;
  readonly fingerprint: { readonly value: string };
  readonly prev_event?: {
    readonly uid: string;
    readonly type_uid: number;
    readonly fingerprint: { readonly value: string };
  };
}

const uin = '100000000001';
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const ajv = new Ajv({ allErrors: true });
const validators = {
  finding: ajv.compile(complianceFinding),
  attested: ajv.compile(attestedFinding),
  oldest: ajv.compile(complianceFinding13),
};

function eventsIn(text: string): readonly Event[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}

async function exported(
  nights: readonly SealedRun[],
  options: Partial<OcsfOptions> = {},
  before?: SealedRun,
): Promise<readonly Event[]> {
  return eventsIn(await textOf(ocsfLines(iterable(nights), before, { fingerprintOf, ...options })));
}

/** One account, a night a row. */
const nightsOf = (...nights: readonly Readonly<Record<string, Status>>[]): readonly SealedNight[] =>
  nights.map((findings) => ({ targets: [{ uin, findings }] }));

describe('an event', () => {
  it('fits the class whatever the nights hold', async () => {
    await fc.assert(
      fc.asyncProperty(anyNights, async (nights) => {
        for (const event of await exported(await sealNights(nights))) {
          const { evidences: _, ...old } = event as Event & { readonly evidences?: Json };
          expect(validators.finding(event), ajv.errorsText(validators.finding.errors)).toBe(true);
          expect(validators.oldest(old), ajv.errorsText(validators.oldest.errors)).toBe(true);
          const ids = { Create: 1, Update: 2, Close: 3, Assess: 99 };
          expect(event.type_uid).toBe(200_300 + ids[event.activity_name]);
        }
      }),
    );
  });

  it('tells every finding of every night once, and closes what is not judged any more', async () => {
    await fc.assert(
      fc.asyncProperty(anyNights, async (nights) => {
        const runs = await sealNights(nights);
        const events = await exported(runs);
        const judged = runs.flatMap(({ head, reports }) =>
          reports.flatMap(({ target, findings }) =>
            findings.map(
              ({ policyId }) =>
                `${head.sha256}:${fingerprintOf(target.site, target.uin, policyId)}`,
            ),
          ),
        );
        const told = events.filter(({ status_code }) => status_code !== 'gone');
        expect(told.map(({ metadata }) => metadata.uid)).toEqual(judged);
        expect(new Set(events.map(({ metadata }) => metadata.uid)).size).toBe(events.length);
      }),
    );
  });

  const meanings: Record<Status, readonly [verdict: number, lifecycle: number]> = {
    pass: [1, 4],
    fail: [3, 1],
    waived: [3, 3],
    error: [2, 1],
    skip: [99, 5],
  };
  it.each(Object.entries(meanings))('has the ids of %s', async (status, [verdict, lifecycle]) => {
    const [event] = await exported(await sealNights(nightsOf({ a: status as Status })));
    expect(event).toMatchObject({
      status_code: status,
      status_id: lifecycle,
      compliance: { status_id: verdict, status_code: status },
    });
  });

  it('is whole', async () => {
    const [run] = await sealNights(nightsOf({ a: 'waived' }));
    const [event] = await exported(run === undefined ? [] : [run]);
    const fingerprint = fingerprintOf('intl', uin, 'a');
    expect(event).toEqual({
      category_uid: 2,
      category_name: 'Findings',
      class_uid: 2003,
      class_name: 'Compliance Finding',
      activity_id: 1,
      activity_name: 'Create',
      type_uid: 200_301,
      type_name: 'Compliance Finding: Create',
      time: Date.parse('2026-11-24T18:00:01Z'),
      severity_id: 4,
      severity: 'High',
      status_id: 3,
      status: 'Suppressed',
      status_code: 'waived',
      status_detail: '/ScanVul must be true, is false',
      message: 'WAIVED a 100000000001: /ScanVul must be true, is false',
      metadata: {
        version: '1.4.0',
        uid: `${run?.head.sha256 ?? ''}:${fingerprint}`,
        correlation_uid: 'nightly-20261124T180000Z',
        product: { name: 'tcss-audit', vendor_name: 'tcss-audit', version: '0.0.0-test' },
      },
      finding_info: {
        uid: fingerprint,
        title: 'Title of a',
        desc: 'Why a matters.',
        data_sources: ['DescribeAssetImageScanSetting'],
        analytic: { uid: 'a', name: 'Title of a', type_id: 1, type: 'Rule' },
        created_time: Date.parse('2026-11-24T18:00:00Z'),
        first_seen_time: Date.parse('2026-11-24T18:00:00Z'),
        last_seen_time: Date.parse('2026-11-24T18:00:01Z'),
        modified_time: Date.parse('2026-11-24T18:00:01Z'),
      },
      compliance: {
        standards: ['NIST-800-53r5', 'PCI-DSS-4.0.1'],
        requirements: ['NIST-800-53r5/RA-5(3)', 'PCI-DSS-4.0.1/11.3.1'],
        control: 'a',
        status_id: 3,
        status: 'Fail',
        status_code: 'waived',
      },
      remediation: { desc: 'Set a right.' },
      resources: [{ uid: uin, name: uin, type: 'Tencent Cloud account', labels: ['site:intl'] }],
      evidences: [
        {
          data: {
            source: 'DescribeAssetImageScanSetting',
            observedAt: '2026-11-24T18:00:01.000Z',
            requestId: '00000000-0000-4000-8000-000000000000',
            settings: { Enable: true, ScanVul: false },
            facts: { scanPeriodHours: 24 },
          },
        },
        {
          data: {
            violations: [
              {
                pointer: '/ScanVul',
                expected: true,
                actual: false,
                message: '/ScanVul must be true, is false',
              },
            ],
          },
        },
      ],
      unmapped: {
        record: run?.head,
        run: { id: 'nightly-20261124T180000Z', scheduledAt: '2026-11-24T18:00:00.000Z' },
        policyId: 'a',
        status: 'waived',
        source: 'DescribeAssetImageScanSetting',
        waiver: {
          id: 'W-1',
          policy: 'a',
          targets: [uin],
          reason: 'The vendor mends it in spring.',
          ticket: 'SEC-7',
          approvedBy: 'ciso',
          from: '2026-01-01',
          until: '2027-06-30',
        },
      },
    });
  });

  it('shows why settings could not be read', async () => {
    const error = { code: 'AuthFailure', message: 'no permission' };
    const observedAt = '2026-11-24T18:00:01.000Z';
    const settings = [{ source: 'DescribeAssetImageScanSetting', observedAt, error }];
    const nights = [{ targets: [{ uin, findings: { a: 'error' } as const, settings }] }];
    const [event] = await exported(await sealNights(nights));
    expect(event).toMatchObject({ evidences: [{ data: { observedAt, error } }] });
  });

  it('names a standard of its own where the policy supports none', async () => {
    const [event] = await exported(await sealNights(nightsOf({ c: 'fail' })));
    expect(event?.compliance).toMatchObject({ standards: ['tcss-audit policies'] });
  });

  it('holds nothing that steers a terminal', async () => {
    const steering =
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
    const text = '\u001b[31m\u009b\u202e\u2066\u200b\ufeff\u007f';
    const nights = [{ targets: [{ uin: text, findings: { a: 'fail' } as const }] }];
    const lines = ocsfLines(iterable(await sealNights(nights)), undefined, { fingerprintOf });
    expect(await textOf(lines)).not.toMatch(steering);
  });
});

describe('the life of a finding', () => {
  const lives: Record<
    string,
    { readonly nights: readonly SealedNight[]; readonly told: readonly string[] }
  > = {
    'is created when it opens, updated while it is open, closed when it passes': {
      nights: nightsOf({ a: 'pass' }, { a: 'fail' }, { a: 'fail' }, { a: 'pass' }, { a: 'pass' }),
      told: ['Assess pass', 'Create fail', 'Update fail', 'Close pass', 'Assess pass'],
    },
    'is created in the very first night': {
      nights: nightsOf({ a: 'fail' }),
      told: ['Create fail'],
    },
    'is updated when its status changes': {
      nights: nightsOf({ a: 'fail' }, { a: 'error' }, { a: 'waived' }),
      told: ['Create fail', 'Update error', 'Update waived'],
    },
    'is closed when its policy does not apply any more': {
      nights: nightsOf({ a: 'fail' }, { a: 'skip' }),
      told: ['Create fail', 'Close skip'],
    },
    'is closed when its policy is gone': {
      nights: [
        ...nightsOf({ a: 'fail' }),
        { targets: [{ uin, findings: { b: 'pass' } }], policies: [policyOf('b', [])] },
      ],
      told: ['Create fail', 'Assess pass', 'Close gone'],
    },
    'is closed once when its account is gone': {
      nights: [...nightsOf({ a: 'fail' }), { targets: [] }, { targets: [] }],
      told: ['Create fail', 'Close gone'],
    },
    'begins anew when it comes back': {
      nights: nightsOf({ a: 'fail' }, { a: 'pass' }, { a: 'fail' }),
      told: ['Create fail', 'Close pass', 'Create fail'],
    },
  };
  it.each(Object.entries(lives))('%s', async (_name, { nights, told }) => {
    const events = await exported(await sealNights(nights));
    expect(events.map((event) => `${event.activity_name} ${event.status_code}`)).toEqual(told);
  });

  it('goes on where an export begins in the middle of it', async () => {
    const [first, ...rest] = await sealNights(nightsOf({ a: 'fail', b: 'fail' }, { a: 'fail' }));
    const events = await exported(rest, {}, first);
    expect(events.map((event) => `${event.activity_name} ${event.status_code}`)).toEqual([
      'Update fail',
      'Close gone',
    ]);
  });

  it('says in milliseconds since when, and when it was last seen', async () => {
    const events = await exported(await sealNights(nightsOf({ a: 'fail' }, { a: 'pass' })));
    expect(events[1]?.finding_info).toMatchObject({
      first_seen_time: Date.parse('2026-11-24T18:00:00Z'),
      last_seen_time: Date.parse('2026-11-24T18:00:00Z'),
      modified_time: Date.parse('2026-11-25T18:00:01Z'),
    });
  });

  it('does not say of what is gone that it is resolved', async () => {
    const events = await exported(
      await sealNights([...nightsOf({ a: 'fail' }), { targets: [], policies: standardPolicies }]),
    );
    expect(events[1]).toMatchObject({
      activity_name: 'Close',
      status_id: 5,
      compliance: { status_id: 0 },
      finding_info: { title: 'Title of a' },
    });
  });
});

/** RFC 8785 for what these events hold, written without the product's own. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

function recomputed(event: Event): string {
  const { attestation_list: [attestation] = [], ...rest } = event;
  const { fingerprint: _, ...without } = present(attestation);
  return sha256(canonical({ ...rest, attestation_list: [without] }));
}

describe('an attestation', () => {
  const attested = async (nights: readonly SealedNight[]) =>
    exported(await sealNights(nights), { attestWith: sha256 });

  it('fits the profile, chains the events, and is what anyone recomputes', async () => {
    await fc.assert(
      fc.asyncProperty(anyNights, async (nights) => {
        let before: Event | undefined;
        for (const event of await attested(nights)) {
          expect(validators.attested(event), ajv.errorsText(validators.attested.errors)).toBe(true);
          const attestation = event.attestation_list?.[0];
          expect(attestation?.fingerprint.value).toBe(recomputed(event));
          expect(attestation?.prev_event).toEqual(
            before && {
              uid: before.metadata.uid,
              type_uid: before.type_uid,
              fingerprint: before.attestation_list?.[0]?.fingerprint,
            },
          );
          before = event;
        }
      }),
    );
  });

  it('is the same for the same nights, and goes on when there are more', async () => {
    const short = await attested(nightsOf({ a: 'fail' }));
    const long = await attested(nightsOf({ a: 'fail' }, { a: 'pass' }));
    expect(long.slice(0, short.length)).toEqual(short);
  });

  it('shows any edit', async () => {
    const [event] = await attested(nightsOf({ a: 'fail' }));
    expect(recomputed({ ...present(event), status_code: 'pass' })).not.toBe(
      recomputed(present(event)),
    );
  });
});

describe('the lines of tonight', () => {
  it('tell all that did not pass, without the settings', async () => {
    const [run] = await sealNights(nightsOf({ a: 'pass', b: 'skip', c: 'fail' }));
    const night = present(run);
    const linesOf = ocsfLinesOf(night, fingerprintOf);
    const events = eventsIn(night.reports.flatMap((report) => [...linesOf(report)]).join(''));
    expect(events.map(({ status_code }) => status_code)).toEqual(['skip', 'fail']);
    expect(events.filter((event) => !validators.finding(event))).toEqual([]);
    expect(JSON.stringify(events)).not.toContain('"settings"');
    expect(events[1]).toMatchObject({ evidences: [{ data: { violations: [{}] } }] });
  });
});
