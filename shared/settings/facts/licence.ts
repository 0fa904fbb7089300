import { own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import { countAt, daysUntil, percentOf, restOf, type Derive } from './derive.ts';

export const licenceFacts: Readonly<Record<string, Derive>> = {
  DescribePurchaseStateInfo: (settings, reading) => {
    const all = countAt(settings, 'AllCoresCnt');
    const undefended = undefendedCores(settings, all);
    return {
      daysUntilExpiry: daysUntil(own(settings, 'ExpirationTime'), reading),
      unlicensedImageCount: restOf(
        countAt(settings, 'ImageCnt'),
        countAt(settings, 'AuthorizedImageCnt'),
      ),
      unusedImageLicenceCount: unusedLicences(settings),
      coreCoveragePercent: percentOf(restOf(all, undefended), all, 'down'),
      undefendedCoreCount: undefended,
    };
  },
};

/** Told outright or as the difference to all cores: the larger one where both can be told. */
function undefendedCores(settings: JsonObject, all: number | undefined): number | undefined {
  const protectedCores = countAt(settings, 'CoresCnt');
  const told = countAt(settings, 'UndefendCoresCnt');
  if (all === undefined || protectedCores === undefined) return told;
  // More cores may be paid for than there are.
  return Math.max(told ?? 0, all - protectedCores);
}

function unusedLicences(settings: JsonObject): number | undefined {
  const used = countAt(settings, 'AuthorizedImageCnt');
  const bought = countAt(settings, 'PurchasedAuthorizedCnt');
  const given = countAt(settings, 'GivenAuthorizedCnt');
  return used === undefined || bought === undefined || given === undefined
    ? undefined
    : bought + given - used;
}
