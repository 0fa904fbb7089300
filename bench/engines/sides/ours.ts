/** Ours: the checks that `npm run build` puts into the function. */
import { policies } from 'virtual:policies';

import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { byChecks, type Prepare } from '../side.ts';

export const prepare: Prepare = () => {
  // Their code is read at the first check.
  policies[0]?.require.check({});
  return byChecks(
    policies.map(({ policy, when, require }) => ({
      source: policy.source,
      when: when && yesOrNo(when),
      require: yesOrNo(require),
    })),
  );
};

/** For the whole judgement. */
export const compiled: readonly CompiledPolicy[] = policies;

function yesOrNo({ check }: CompiledPolicy['require']) {
  return (document: unknown) => check(document) === true;
}
