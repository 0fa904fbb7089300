import { own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import {
  countAt,
  every,
  isCount,
  itemsAt,
  namesOf,
  percentOf,
  restOf,
  textAt,
  type Derive,
} from './derive.ts';

export const vulnerabilityFacts: Readonly<Record<string, Derive>> = {
  DescribeVulDefenceSetting: (settings) => {
    const total = countAt(settings, 'HostTotalCount');
    const defended = defendedHosts(settings);
    const undefended = restOf(total, defended);
    return {
      hostCoveragePercent:
        undefended === undefined ? undefined : percentOf(defended, total, 'down'),
      undefendedHostCount: undefended,
      undefendedSuperNodeCount: restOf(
        countAt(settings, 'NodeTotalCount'),
        countAt(settings, 'SuperNodeCount'),
      ),
    };
  },

  DescribeScanIgnoreVulList: (settings) => {
    const ignored = itemsAt(settings, 'List', 'TotalCount');
    const everywhere = every(ignored, (item) => {
      const isAll = own(item, 'IsIgnoreAll');
      const [cve, name] = [textAt(item, 'CVEID') ?? '', textAt(item, 'VulName') ?? ''];
      if (isAll === 0) return [];
      return isAll === 1 && `${cve}${name}` !== '' ? [cve === '' ? name : cve] : undefined;
    });
    return {
      ignoredCount: ignored?.length,
      ignoredInAllImages: everywhere && namesOf(everywhere.flat()),
    };
  },

  DescribeRaspRules: (settings) => ({
    ruleCount: itemsAt(settings, 'List', 'TotalCount')?.length,
  }),
};

/** HostCount may count super nodes among the hosts and HostNodeCount does not: the smaller one is safe. */
function defendedHosts(settings: JsonObject): number | undefined {
  const counts = ['HostCount', 'HostNodeCount']
    .map((name) => own(settings, name) ?? null)
    .filter((count) => count !== null);
  return counts.length > 0 && counts.every(isCount) ? Math.min(...counts) : undefined;
}
