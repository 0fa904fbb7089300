import { defaultEvidence, pathOfEvidence } from '../shared/config.ts';
import type { Problem } from '../shared/model.ts';
import type { Io } from './io.ts';

/**
 * The evidence folder: what --evidence says, else AUDIT_EVIDENCE, else the default.
 * @returns its path, or what is wrong with the URL
 */
export function evidencePathOf(io: Io, option: string | undefined): string | Problem {
  const fromEnv = io.env['AUDIT_EVIDENCE']?.trim() ?? '';
  const path = pathOfEvidence(option ?? (fromEnv === '' ? defaultEvidence : fromEnv));
  if (typeof path === 'string') return path;
  return { where: option === undefined ? 'AUDIT_EVIDENCE' : '--evidence', what: path.problem };
}
