/** A deployment over what goes wrong on the way: roles that nobody knows yet, busy functions, answers that differ. */
import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import { apply } from '../../cli/deploy/apply.ts';
import type { Cloud } from '../../cli/deploy/cloud.ts';
import type { Desired } from '../../cli/deploy/plan.ts';
import { changesOf } from '../../cli/deploy/text.ts';
import { CloudError } from '../../shared/errors.ts';
import { createFakeScf } from '../support/fake-scf.ts';
import { createManualClock } from '../support/manual-clock.ts';

const zip = new TextEncoder().encode('code');
const desired: Desired = {
  ...{ file: 'serverless.yml', region: 'ap-x', namespace: 'default', name: 'audit' },
  ...{ runtime: 'Nodejs20.19', handler: 'index.main_handler', settings: { role: 'audit' } },
  ...{ variables: {}, tags: undefined, retries: {}, left: [], warnings: [], remove: [] },
  timers: [{ name: 'nightly', cron: '0 23 3 * * * *', isOpen: true, qualifier: '$DEFAULT' }],
  code: { zip, sha256: createHash('sha256').update(zip).digest('hex'), files: ['index.js'] },
};

/** @param refusals by action, one for each time that it is sent */
function setup(refusals: Readonly<Record<string, readonly CloudError[]>>) {
  const scf = createFakeScf();
  const clock = createManualClock(0);
  const sent: string[] = [];
  const said: string[] = [];
  const left = new Map(Object.entries(refusals).map(([action, errors]) => [action, [...errors]]));
  const cloud: Cloud = {
    read: () => Promise.resolve(scf.actual()),
    find: () => Promise.reject(new Error('nobody asks')),
    write: (action, request) => {
      sent.push(action);
      const refusal = left.get(action)?.shift();
      if (refusal !== undefined) return Promise.reject(refusal);
      scf.send(action, request);
      return Promise.resolve({});
    },
  };
  const deps = { cloud, clock, say: (line: string) => said.push(line) };
  return { scf, clock, sent, said, deps };
}

const times = (n: number, code: string, message = 'no') =>
  Array.from({ length: n }, () => new CloudError(code, `CreateFunction: ${message}`));

it('waits for a role that was made a moment ago, and for no other', async () => {
  const refusals = { CreateFunction: times(4, 'InvalidParameterValue.Role') };
  const { deps, clock, sent, said } = setup(refusals);
  const { left } = await apply(deps, desired, true);
  expect(changesOf(left)).toEqual([]);
  expect(clock.slept).toEqual([3_000, 3_000, 3_000, 3_000]);
  expect(sent).toEqual([...Array.from({ length: 5 }, () => 'CreateFunction'), 'CreateTrigger']);
  expect(said[1]).toBe(
    'audit: its new role is not known everywhere yet (InvalidParameterValue.Role)',
  );

  await expect(apply(setup(refusals).deps, desired, false)).rejects.toThrow('CreateFunction: no');
});

it('gives up on a role that is never known', async () => {
  const { deps, clock } = setup({ CreateFunction: times(20, 'ResourceNotFound.Role') });
  await expect(apply(deps, desired, true)).rejects.toThrow('CreateFunction: no');
  expect(clock.slept).toHaveLength(10);
});

it('tries again where the function was busy, and not for ever', async () => {
  const { deps, sent } = setup({ CreateTrigger: times(2, 'FailedOperation.CreateTrigger') });
  expect(changesOf((await apply(deps, desired, false)).left)).toEqual([]);
  expect(sent).toEqual(['CreateFunction', 'CreateTrigger', 'CreateTrigger', 'CreateTrigger']);

  const { deps: busy } = setup({ CreateTrigger: times(3, 'FailedOperation.CreateTrigger') });
  await expect(apply(busy, desired, false)).rejects.toThrow('CreateFunction: no');
});

it('takes for done what an earlier try made, and nothing else that is in use', async () => {
  const { deps, sent } = setup({});
  const { write } = deps.cloud;
  const twice: Cloud['write'] = async (action, request) => {
    await write(action, request);
    throw new CloudError(`ResourceInUse.${action}`, `${action}: no`);
  };
  const cloud = { ...deps.cloud, write: twice };
  expect(changesOf((await apply({ ...deps, cloud }, desired, false)).left)).toEqual([]);
  expect(sent).toEqual(['CreateFunction', 'CreateTrigger']);

  const larger = { ...desired, settings: { ...desired.settings, memoryMb: 256 } };
  await expect(apply({ ...deps, cloud }, larger, false)).rejects.toThrow(
    'UpdateFunctionConfiguration: no',
  );
});

const refusedRuntimes: Readonly<Record<string, CloudError>> = {
  'by its code': new CloudError('InvalidParameterValue.Runtime', 'CreateFunction: no'),
  'by its message alone': new CloudError(
    'InvalidParameterValue',
    'CreateFunction: Runtime is wrong',
  ),
};
it.each(Object.entries(refusedRuntimes))(
  'takes an older runtime where one is refused %s',
  async (_name, refusal) => {
    const { deps, scf } = setup({ CreateFunction: [refusal] });
    const { left } = await apply(deps, desired, false);
    expect(scf.actual()?.runtime).toBe('Nodejs18.15');
    expect(left.notes.map(({ kind }) => kind)).toEqual(['differs']);
  },
);

it('goes down from a runtime that it does not know', async () => {
  const { deps, scf } = setup({ CreateFunction: times(2, 'InvalidParameterValue.Runtime') });
  await apply(deps, { ...desired, runtime: 'Nodejs24.11' }, false);
  expect(scf.actual()?.runtime).toBe('Nodejs20.19');
});

it('says what SCF took and tells otherwise, and sends it once', async () => {
  const { deps, scf, sent } = setup({});
  await apply(deps, desired, false);
  const read = () => Promise.resolve({ ...scf.actual(), codeSha256: 'another' } as never);
  const { changes, left } = await apply(
    { ...deps, cloud: { ...deps.cloud, read } },
    { ...desired, settings: { memoryMb: 64 } },
    false,
  );
  expect(sent.slice(2)).toEqual(['UpdateFunctionCode', 'UpdateFunctionConfiguration']);
  expect(changes.map(({ what }) => what)).toEqual(['code', 'memory']);
  expect(changesOf(left).map(({ what }) => what)).toEqual(['code']);
});
