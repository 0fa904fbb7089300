/** A policy and a waiver as a file holds them, with nothing wrong. */
import type { JsonObject } from '../../shared/model.ts';

export const policy = {
  id: 'made-up',
  title: 'Made up',
  severity: 'low',
  source: 'DescribeAssetImageScanSetting',
  rationale: 'Made up.',
  remediation: { text: 'Make it up.' },
  controls: ['NIST-800-53r5/RA-5(3)'],
  require: { properties: { Enable: { const: true } } },
} as const satisfies JsonObject;

export const waiver = {
  id: 'W-1',
  policy: 'made-up',
  targets: ['100000000001'],
  reason: 'Made up.',
  approvedBy: 'ciso',
  from: '2026-11-01',
  until: '2026-11-30',
} as const satisfies JsonObject;
