/** The accounts of an organisation. https://www.tencentcloud.com/zh/document/product/1031/52062 */
import { CloudError } from '../../errors.ts';
import { isArray, isObject, own } from '../../json.ts';
import type { Json } from '../../model.ts';
import { listProblem, readPages } from '../pages.ts';
import type { Api } from './api.ts';

export interface Member {
  readonly uin: string;
  /** As the organisation calls it: anything. */
  readonly name: string;
}

const action = 'DescribeOrganizationMembers';
const list = {
  id: action,
  paging: { total: 'Total', list: 'Items', key: 'MemberUin', pageSize: 50 },
} as const;
/** More than a list of targets is made for; an answer that never ends must end. */
const maxMembers = 200_000;

/**
 * All of them, in the order of the answers. Only the account that administers the organisation may ask.
 * @throws CloudError when the list is not whole, or changed while it was read
 */
export async function readMembers(api: Api, deadlineMs: number): Promise<readonly Member[]> {
  const answer = await readPages(
    list,
    (request) => api.call({ service: 'organization', action, request }, deadlineMs),
    maxMembers,
  );
  const problem = listProblem(list, answer);
  if (problem !== undefined) throw new CloudError('BadAnswer', `${action}: ${problem}`);
  const items = own(answer, list.paging.list) ?? [];
  return (isArray(items) ? items : []).map(memberOf);
}

function memberOf(item: Json, index: number): Member {
  const uin = isObject(item) ? own(item, 'MemberUin') : undefined;
  const name = isObject(item) ? own(item, 'Name') : undefined;
  if (typeof uin !== 'number' || !Number.isSafeInteger(uin) || uin <= 0) {
    throw new CloudError('BadAnswer', `${action}: item ${String(index)} has no MemberUin`);
  }
  return { uin: String(uin), name: typeof name === 'string' ? name : '' };
}
