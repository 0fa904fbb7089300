/** Answers that policies pass, of every source: the simulator's good account, and the policies' own examples. */
import type { JsonObject, Source } from '../../shared/model.ts';
import { account } from '../../simulator/tencent/settings/account.ts';
import type { Product } from '../../simulator/tencent/settings/product.ts';
import { rules } from '../../simulator/tencent/settings/rules.ts';
import { scans } from '../../simulator/tencent/settings/scans.ts';
import { goodSettings, library, observedAtMs, scanSource } from './settings.ts';

const products: Readonly<Record<string, Product>> = { ...account, ...rules, ...scans };
const policySource = new Map(library.policies.map(({ policy }) => [policy.id, policy.source]));

export function goodAnswers(source: Source): readonly JsonObject[] {
  const product = products[source.action];
  const settings =
    source.id === scanSource.id ? goodSettings : (product?.settings(observedAtMs) as JsonObject);
  const examples = library.examples.filter(
    ({ policyId, expect, observedAt }) =>
      policySource.get(policyId) === source.id &&
      expect === 'pass' &&
      Date.parse(observedAt ?? '') === observedAtMs,
  );
  return [settings, ...examples.map((example) => example.settings)].map((answer) =>
    counted(source, { ...answer, RequestId: '00000000-0000-4000-8000-000000000000' }),
  );
}

function counted({ paging }: Source, answer: JsonObject): JsonObject {
  const list = paging === undefined ? undefined : answer[paging.list];
  if (paging === undefined || Object.hasOwn(answer, paging.total)) return answer;
  return { [paging.total]: Array.isArray(list) ? list.length : 0, ...answer };
}
