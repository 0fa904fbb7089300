/** What is taken away again: what this command made, and nothing else. */
import type { Step } from './plan.ts';
import type { PolicyFound, RoleFound } from './role.ts';
import type { FunctionPlace, Timer } from './state.ts';

export interface Removal {
  readonly steps: readonly Step[];
  /** Sentences: what stays, or goes besides. */
  readonly remarks: readonly string[];
}

/** As far as it matters here: it need not be well. */
export interface FoundFunction {
  readonly timers: readonly Pick<Timer, 'name' | 'qualifier'>[];
  readonly others: readonly { readonly type: string; readonly name: string }[];
}

/** @param ours the timers that are described; they go first, so that none fires what is half gone */
export function functionRemoval(
  place: FunctionPlace,
  ours: readonly string[],
  found: FoundFunction | undefined,
): Removal {
  if (found === undefined) return { steps: [], remarks: [`${place.name} is not there.`] };
  const named = { FunctionName: place.name, Namespace: place.namespace };
  const timers = found.timers.filter(({ name }) => ours.includes(name));
  const foreign = [...found.timers.filter((timer) => !timers.includes(timer)), ...found.others].map(
    ({ name }) => name,
  );
  return {
    steps: [
      ...timers.map(({ name, qualifier }): Step => ({
        action: 'DeleteTrigger',
        timer: name,
        request: () => ({ ...named, TriggerName: name, Type: 'timer', Qualifier: qualifier }),
        changes: [{ sign: '-', what: `timer ${name}` }],
      })),
      {
        action: 'DeleteFunction',
        request: () => named,
        changes: [{ sign: '-', what: 'function' }],
      },
    ],
    remarks:
      foreign.length === 0
        ? []
        : [
            `${place.name} has triggers that are not described, which go with it: ${foreign.join(', ')}.`,
          ],
  };
}

export function roleRemoval(
  name: string,
  role: RoleFound,
  policy: PolicyFound | undefined,
): Removal {
  const step = (action: string, request: Step['request'], what: string): Step => {
    return { action, request, changes: [{ sign: '-', what: `${what} ${name}` }] };
  };
  const isRoleOurs = role.kind === 'there' && role.isOurs;
  const isPolicyOurs = policy?.isOurs === true;
  const foreign = 'was not made by tcss-audit deploy: it stays';
  return {
    steps: [
      ...(isPolicyOurs && policy.isAttached
        ? [
            step(
              'DetachRolePolicy',
              () => ({ PolicyId: policy.id, DetachRoleName: name }),
              'policy of the role',
            ),
          ]
        : []),
      ...(isRoleOurs ? [step('DeleteRole', () => ({ RoleName: name }), 'role')] : []),
      ...(isPolicyOurs ? [step('DeletePolicy', () => ({ PolicyId: [policy.id] }), 'policy')] : []),
    ],
    remarks: [
      ...(role.kind === 'absent' && policy === undefined ? [`The role ${name} is not there.`] : []),
      ...(role.kind === 'there' && !role.isOurs ? [`The role ${name} ${foreign}.`] : []),
      ...(role.kind === 'unknown' ? [`The role ${name} stays: ${role.reason}.`] : []),
      ...(policy !== undefined && !isPolicyOurs ? [`The policy ${name} ${foreign}.`] : []),
    ],
  };
}
