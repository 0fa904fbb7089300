/** An organisation on a bad night: of every hundred accounts one refuses, one hangs, one has too many callers. */
import type { Counts } from '../../shared/model.ts';
import { audit, openOrganisation, readIdeally } from './organisation.ts';

export interface Faults {
  readonly targets: number;
  /** So many of each kind. */
  readonly ofEach: number;
  readonly wallMs: number;
  /** Tencent's clients alone, which give up a call that hangs after the same patience. */
  readonly idealWallMs: number;
  readonly wallRatio: number;
  readonly requests: number;
  readonly counts: Counts;
  readonly expected: Counts;
}

const action = 'DescribeAssetImageScanSetting';

export async function faultsRow(targets: number): Promise<Faults> {
  const organisation = await openOrganisation(targets);
  const { simulator, uins } = organisation;
  const struck = (rest: number) => uins.filter((_, index) => index % 100 === rest);
  const [refusing, hanging, busy] = [struck(10), struck(40), struck(70)];
  const strike = () => {
    for (const uin of refusing) {
      const code = 'UnauthorizedOperation';
      simulator.setApiFault({ kind: 'api-error', code }, { uin, action: 'AssumeRole' });
    }
    for (const uin of hanging) simulator.setApiFault({ kind: 'hang' }, { uin, action });
    for (const uin of busy) {
      const fault = { kind: 'api-error', code: 'RequestLimitExceeded' } as const;
      simulator.setApiFault(fault, { uin, action, times: 2 });
    }
  };
  try {
    strike();
    const ideal = await readIdeally(organisation, { isPaced: true });
    strike();
    const ours = await audit(organisation);
    const unread = refusing.length + hanging.length;
    if (ideal.refused !== unread) {
      throw new Error(`The ideal could not read ${String(ideal.refused)}, not ${String(unread)}`);
    }
    return {
      ...{ targets, ofEach: busy.length },
      wallMs: ours.wallMs,
      idealWallMs: ideal.wallMs,
      wallRatio: ours.wallMs / ideal.wallMs,
      requests: ours.requests,
      counts: ours.counts,
      expected: expectedOf(targets, unread, await healthyCounts()),
    };
  } finally {
    await organisation.close();
  }
}

/** What is found of one account that answers. */
async function healthyCounts(): Promise<Counts> {
  const organisation = await openOrganisation(1);
  try {
    return (await audit(organisation)).counts;
  } finally {
    await organisation.close();
  }
}

/** Of an account that could not be read every policy is an error. */
function expectedOf(targets: number, unread: number, one: Counts): Counts {
  const read = targets - unread;
  return {
    targets,
    pass: read * one.pass,
    fail: read * one.fail,
    waived: read * one.waived,
    error: read * one.error + unread * (one.pass + one.fail + one.waived + one.error + one.skip),
    skip: read * one.skip,
  };
}
