/** json-rules-engine: one engine a source, one rule a policy. The rule holds where the policy does not fail. */
import { Engine, type RuleResult } from 'json-rules-engine';

import { translate, type Conditions } from '../conditions.ts';
import { groupedBySource, type Judge, type Prepare, type Rule, type Status } from '../side.ts';

export const prepare: Prepare = (read) => {
  const refused: { policyId: string; why: string }[] = [];
  const judges = [...groupedBySource(read())].map(([source, rules]): [string, Judge] => {
    // What is not there is undefined, of which no comparison holds.
    const engine = new Engine([], { allowUndefinedFacts: true });
    for (const rule of rules) {
      const conditions = conditionsOf(rule);
      if (typeof conditions === 'string') refused.push({ policyId: rule.id, why: conditions });
      else engine.addRule({ name: rule.id, conditions, event: { type: 'holds' } });
    }
    return [source, judgeOf(engine, rules)];
  });
  return { bySource: new Map(judges), refused };
};

function conditionsOf({ when, require }: Rule): { any: Conditions[] } | string {
  const needed = translate(require);
  const applies = when && translate(when);
  if (typeof needed === 'string') return needed;
  if (typeof applies === 'string') return applies;
  return { any: [...(applies === undefined ? [] : [{ not: applies }]), needed] };
}

function judgeOf(engine: Engine, rules: readonly Rule[]): Judge {
  const indexById = new Map(rules.map(({ id }, index) => [id, index]));
  return async (document) => {
    const { results, failureResults } = await engine.run(document);
    const statuses = new Array<Status | undefined>(rules.length).fill(undefined);
    for (const result of results) statuses[indexById.get(result.name) ?? 0] = heldBy(result);
    for (const { name } of failureResults) statuses[indexById.get(name) ?? 0] = 'fail';
    return statuses;
  };
}

function heldBy({ conditions }: RuleResult): Status {
  const [first] = 'any' in conditions ? conditions.any : [];
  const isUnapplied = first !== undefined && 'not' in first && first.result === true;
  const hasWhen = 'any' in conditions && conditions.any.length > 1;
  return hasWhen && isUnapplied ? 'skip' : 'pass';
}
