/** What the actions on functions have in common. */
import type { Action, Call } from '../action.ts';
import { refused, type Outcome, type Refusal } from '../outcome.ts';
import { isWhole, numberOf, parameterFault, type Taken } from '../parameters.ts';
import type { Values } from '../settings/product.ts';
import { isRefusal, resourceOf, wantedFunction } from './checks.ts';
import type { ScfFunction } from './function.ts';

export const scfVersion = '2018-04-16';

/** An action on one function. */
export function onFunction(
  name: string,
  taken: Taken,
  answer: (target: ScfFunction, call: Call) => Outcome,
): Action {
  return {
    version: scfVersion,
    permission: `scf:${name}`,
    needsRegion: true,
    resource: resourceOf,
    faultOf: (parameters) =>
      parameterFault(
        {
          needed: { FunctionName: 'text', ...taken.needed },
          optional: { Namespace: 'text', ...taken.optional },
        },
        parameters,
      ),
    answer: (call) => {
      const target = wantedFunction(call);
      return isRefusal(target) ? target : answer(target, call);
    },
  };
}

/** `Offset` and `Limit` as SCF's lists take them. */
export function pageIn(
  parameters: Values,
): { readonly of: <T>(list: readonly T[]) => readonly T[] } | Refusal {
  const offset = numberOf(parameters, 'Offset') ?? 0;
  const limit = numberOf(parameters, 'Limit') ?? 20;
  if (!isWhole(offset, 0, Infinity)) return refused('InvalidParameterValue.Offset', 'Offset');
  if (!isWhole(limit, 1, 10_000 - offset)) return refused('InvalidParameterValue.Limit', 'Limit');
  return { of: (list) => list.slice(offset, offset + limit) };
}
