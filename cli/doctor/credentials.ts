/** Whose keys they are. */
import { CloudError } from '../../shared/errors.ts';
import { own } from '../../shared/json.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { ok, verdictOf, type Told, type Verdict } from './verdict.ts';

export interface Identity {
  readonly uin: string;
  /** Who in that account: a user, or a role that was taken. Written by the other side. */
  readonly arn: string;
}

/** @throws CloudError */
export async function readIdentity(api: Api, deadlineMs: number): Promise<Identity> {
  const action = 'GetCallerIdentity';
  const answer = await api.call({ service: 'sts', action }, deadlineMs);
  const [uin, arn] = [own(answer, 'AccountId'), own(answer, 'Arn')];
  if (typeof uin === 'string' && /^\d{1,20}$/.test(uin)) {
    return { uin, arn: typeof arn === 'string' ? arn : 'nobody that the answer names' };
  }
  throw new CloudError('BadAnswer', `${action}: the answer names no account`);
}

export function judgeCredentials(identity: Told<Identity>, isTemporary: boolean): Verdict {
  if (!identity.ok) return verdictOf(identity.error);
  const { uin, arn } = identity.value;
  return ok(
    `the keys are ${isTemporary ? 'temporary ones' : 'permanent ones'} of account ${uin}, ${arn}`,
  );
}
