/**
 * The organisation's members, version 2021-03-31. An account that is not the administrator's gets the
 * refusal that is documented for accounts without an organisation; whether Tencent says the same is not known.
 * @see https://www.tencentcloud.com/zh/document/product/1031/52062
 */
import { isObject } from '../json.ts';
import type { Action } from './action.ts';
import { ok, refused } from './outcome.ts';
import { isWhole, listOf, numberOf, parameterFault, textOf } from './parameters.ts';
import { inShanghai, type Values } from './settings/product.ts';
import type { OrganizationMember, World } from './world.ts';

const rootNode = { nodeId: 1, nodeName: 'Root' };
const since = inShanghai(Date.UTC(2026, 0, 5));

export const organization: Readonly<Record<string, Action>> = {
  DescribeOrganizationMembers: {
    version: '2021-03-31',
    permission: 'organization:DescribeOrganizationMembers',
    faultOf: (parameters) => {
      const fault = parameterFault(
        {
          needed: { Offset: 'number', Limit: 'number' },
          optional: {
            ...{ Lang: 'text', SearchKey: 'text', NodeId: 'number', NodeName: 'text' },
            ...{ Tags: 'list', AuthName: 'text', Product: 'text' },
          },
        },
        parameters,
      );
      if (fault !== undefined) return fault;
      const limit = numberOf(parameters, 'Limit') ?? 0;
      const offset = numberOf(parameters, 'Offset') ?? 0;
      if (!isWhole(limit, 1, 50)) return { code: 'InvalidParameter', name: 'Limit' };
      return isWhole(offset / limit, 0, Infinity)
        ? undefined
        : { code: 'InvalidParameter', name: 'Offset' };
    },
    answer: ({ caller, parameters, world }) => {
      if (caller.uin !== world.organization.adminUin) {
        return refused('ResourceNotFound.OrganizationNotExist', caller.uin);
      }
      for (const name of ['AuthName', 'Product']) {
        if (textOf(parameters, name) !== undefined) return refused('UnsupportedOperation', name);
      }
      const members = membersOf(world, parameters);
      const offset = numberOf(parameters, 'Offset') ?? 0;
      const limit = numberOf(parameters, 'Limit') ?? 0;
      const page = members.slice(offset, offset + limit);
      return ok({ Items: page.map(itemOf), Total: members.length });
    },
  },
};

/** Without a filter nothing is copied, so that the pages of a large organisation are cheap. */
function membersOf({ identities, organization }: World, filters: Values) {
  const members: readonly OrganizationMember[] =
    organization.members ?? othersOf(identities.accounts);
  const searchKey = textOf(filters, 'SearchKey');
  const nodeId = numberOf(filters, 'NodeId');
  const nodeName = textOf(filters, 'NodeName');
  const tags = listOf(filters, 'Tags');
  if ([searchKey, nodeId, nodeName, tags].every((filter) => filter === undefined)) return members;
  return members.filter((member) => {
    const node = { ...rootNode, ...member };
    return (
      (searchKey === undefined ||
        nameOf(member).includes(searchKey) ||
        member.uin.includes(searchKey)) &&
      (nodeId === undefined || node.nodeId === nodeId) &&
      (nodeName === undefined || node.nodeName === nodeName) &&
      (tags === undefined || tags.every((tag) => isTagged(member, tag)))
    );
  });
}

const othersByAccounts = new WeakMap<object, readonly OrganizationMember[]>();

function othersOf(accounts: readonly OrganizationMember[]): readonly OrganizationMember[] {
  const others = othersByAccounts.get(accounts) ?? accounts.slice(1);
  othersByAccounts.set(accounts, others);
  return others;
}

function nameOf({ uin, name }: OrganizationMember): string {
  return name ?? `member-${uin}`;
}

function isTagged({ tags = {} }: OrganizationMember, tag: unknown): boolean {
  if (!isObject(tag)) return false;
  const { TagKey: key, TagValue: value } = tag;
  return typeof key === 'string' && Object.hasOwn(tags, key) && tags[key] === value;
}

function itemOf(member: OrganizationMember): Values {
  const { nodeId, nodeName } = { ...rootNode, ...member };
  return {
    MemberUin: Number(member.uin),
    Name: nameOf(member),
    NickName: nameOf(member),
    MemberType: member.memberType ?? 'Create',
    OrgPolicyType: 'Financial',
    OrgPolicyName: 'Financial management',
    OrgPermission: [{ Id: 1, Name: 'View bills' }],
    NodeId: nodeId,
    NodeName: nodeName,
    Remark: '',
    CreateTime: since,
    UpdateTime: since,
    IsAllowQuit: 'Denied',
    PayUin: '',
    PayName: '',
    OrgIdentity: [],
    BindStatus: 'Success',
    PermissionStatus: member.permissionStatus ?? 'Confirmed',
    Tags: Object.entries(member.tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
  };
}
