/** The evidence holds policies, not the folders they came from: their ids tell what belongs together. */

/**
 * Those that begin with the same word, by all the words that they begin with, two at most: `image-scan` for
 * `image-scan-enabled` and `image-scan-period`, `malware` for `malware-kill-process` and `malware-scan-paths`.
 */
export function packsOf(ids: readonly string[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const [first = ''] = id.split('-');
    groups.set(first, [...(groups.get(first) ?? []), id]);
  }
  return new Map(
    [...groups].flatMap(([first, members]) => {
      const [second] = members.map((id) => twoWords(id));
      const isShared = second !== undefined && members.every((id) => twoWords(id) === second);
      return members.map((id) => [id, isShared ? second : first] as const);
    }),
  );
}

/** @returns undefined where nothing is left to tell the policy from others */
function twoWords(id: string): string | undefined {
  const words = id.split('-');
  return words.length > 2 ? words.slice(0, 2).join('-') : undefined;
}
