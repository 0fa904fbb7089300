/** The members of an organisation, as Tencent's client sees them. */
import { expect, it } from 'vitest';
import { allPermissions, createEstate } from '../../simulator/simulator.ts';
import { failed, organizationClient, outcomeOf } from '../support/sim-client.ts';
import { requestId, simulators } from '../support/sim-start.ts';

const start = simulators();

const one = {
  MemberUin: 100_000_000_002,
  Name: 'member-100000000002',
  NickName: 'member-100000000002',
  MemberType: 'Create',
  OrgPolicyType: 'Financial',
  OrgPolicyName: 'Financial management',
  OrgPermission: [{ Id: 1, Name: 'View bills' }],
  NodeId: 1,
  NodeName: 'Root',
  Remark: '',
  CreateTime: '2026-01-05 08:00:00',
  UpdateTime: '2026-01-05 08:00:00',
  IsAllowQuit: 'Denied',
  PayUin: '',
  PayName: '',
  OrgIdentity: [],
  BindStatus: 'Success',
  PermissionStatus: 'Confirmed',
  Tags: [],
};

it('lists the other accounts', async () => {
  const simulator = await start({ accounts: createEstate(1) });
  const answer = await organizationClient(simulator).DescribeOrganizationMembers({
    Offset: 0,
    Limit: 50,
  });
  expect(answer).toEqual({ Items: [one], Total: 1, RequestId: requestId });
});

it('lists the members that it is told of, with all they have', async () => {
  const simulator = await start({
    organization: {
      members: [
        {
          uin: '200000000001',
          name: 'payments',
          memberType: 'Invite',
          nodeId: 7,
          nodeName: 'Production',
          permissionStatus: 'UnConfirmed',
          tags: { pci: 'yes' },
        },
      ],
    },
  });
  const answer = await organizationClient(simulator).DescribeOrganizationMembers({
    Offset: 0,
    Limit: 1,
    Lang: 'en',
  });
  expect(answer.Items).toEqual([
    {
      ...one,
      MemberUin: 200_000_000_001,
      Name: 'payments',
      NickName: 'payments',
      MemberType: 'Invite',
      NodeId: 7,
      NodeName: 'Production',
      PermissionStatus: 'UnConfirmed',
      Tags: [{ TagKey: 'pci', TagValue: 'yes' }],
    },
  ]);
});

it('comes in pages', async () => {
  const simulator = await start({ accounts: createEstate(120) });
  const client = organizationClient(simulator);
  const pages = await Promise.all(
    [0, 50, 100, 150].map((Offset) => client.DescribeOrganizationMembers({ Offset, Limit: 50 })),
  );
  expect(pages.map(({ Items, Total }) => [Items?.length, Total])).toEqual([
    [50, 120],
    [50, 120],
    [20, 120],
    [0, 120],
  ]);
  const uins = pages.flatMap(({ Items = [] }) => Items.map(({ MemberUin }) => MemberUin));
  expect(uins).toEqual(Array.from({ length: 120 }, (_, index) => 100_000_000_002 + index));
});

const filters: Record<string, { readonly filter: object; readonly found: readonly string[] }> = {
  'a part of the name': { filter: { SearchKey: 'pay' }, found: ['payments'] },
  'a part of the uin': { filter: { SearchKey: '000002' }, found: ['shop'] },
  'a node': { filter: { NodeId: 7 }, found: ['payments', 'shop'] },
  'the name of a node': { filter: { NodeName: 'Root' }, found: ['lab'] },
  'a tag': {
    filter: { Tags: [{ TagKey: 'pci', TagValue: 'yes' }] },
    found: ['payments'],
  },
};

it.each(Object.entries(filters))('finds by %s', async (_name, { filter, found }) => {
  const node = { nodeId: 7, nodeName: 'Production' };
  const simulator = await start({
    organization: {
      members: [
        { uin: '200000000001', name: 'payments', tags: { pci: 'yes' }, ...node },
        { uin: '200000000002', name: 'shop', tags: { pci: 'no' }, ...node },
        { uin: '200000000003', name: 'lab' },
      ],
    },
  });
  const call = { Offset: 0, Limit: 50, ...filter };
  const answer = await organizationClient(simulator).DescribeOrganizationMembers(call);
  expect(answer.Items?.map(({ Name }) => Name)).toEqual(found);
  expect(answer.Total).toBe(found.length);
});

const refusals: Record<string, { readonly call: object; readonly refusal: unknown }> = {
  'an offset that is no multiple of the limit': {
    call: { Offset: 25, Limit: 50 },
    refusal: failed('The parameter `Offset` is incorrect.', 'InvalidParameter'),
  },
  'a limit of 51': {
    call: { Offset: 0, Limit: 51 },
    refusal: failed('The parameter `Limit` is incorrect.', 'InvalidParameter'),
  },
  'a limit of 0': {
    call: { Offset: 0, Limit: 0 },
    refusal: failed('The parameter `Limit` is incorrect.', 'InvalidParameter'),
  },
  'no limit': {
    call: { Offset: 0, Limit: undefined },
    refusal: failed('The request is missing a required parameter `Limit`.', 'MissingParameter'),
  },
  'a filter that only Tencent has': {
    call: { Offset: 0, Limit: 10, AuthName: 'Shop Ltd' },
    refusal: failed('The operation is not supported: `AuthName`.', 'UnsupportedOperation'),
  },
};

it.each(Object.entries(refusals))('refuses %s', async (_name, { call, refusal }) => {
  const simulator = await start({ accounts: createEstate(60) });
  const client = organizationClient(simulator);
  expect(
    await outcomeOf(client.DescribeOrganizationMembers(call as { Offset: number; Limit: number })),
  ).toEqual(refusal);
});

const page = { Offset: 0, Limit: 10 };

it('answers to the administrator only', async () => {
  const simulator = await start({
    accounts: createEstate(1),
    organization: { adminUin: '100000000002' },
  });
  expect(await outcomeOf(organizationClient(simulator).DescribeOrganizationMembers(page))).toEqual(
    failed('The resource `100000000001` does not exist.', 'ResourceNotFound.OrganizationNotExist'),
  );
});

it('wants the permission', async () => {
  const [admin, ...members] = createEstate(1);
  const wanted = 'organization:DescribeOrganizationMembers';
  const permissions = allPermissions.filter((permission) => permission !== wanted);
  const simulator = await start({ accounts: [{ ...admin, permissions }, ...members] });
  expect(await outcomeOf(organizationClient(simulator).DescribeOrganizationMembers(page))).toEqual(
    failed(
      `you are not authorized to perform operation (${wanted}) resource (*) has no permission`,
      'AuthFailure.UnauthorizedOperation',
    ),
  );
});
