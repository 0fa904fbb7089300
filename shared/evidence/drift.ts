/** What a run says of drift: the API's, not an account's, so each way of drifting once. */
import type { SeenDrift, TargetReport } from '../model.ts';

/**
 * @param before what the run before said: of a source that no account could read tonight it still holds,
 * so that a night that could not look makes no news of the next
 */
export function driftOf(
  reports: readonly TargetReport[],
  before: readonly SeenDrift[],
): readonly SeenDrift[] {
  const observed = reports.flatMap(({ target, observations }) =>
    observations.map((observation) => ({ target, observation })),
  );
  const seen = observed.flatMap(({ target, observation }) =>
    ('drift' in observation ? observation.drift : []).map(({ pointer, kind }): SeenDrift => ({
      target: target.uin,
      source: observation.source,
      pointer: pointer.replace(/\/\d+(?=\/|$)/g, '/*'),
      kind,
    })),
  );
  const sources = (isRead: boolean) =>
    new Set(
      observed
        .filter(({ observation }) => 'settings' in observation === isRead)
        .map(({ observation }) => observation.source),
    );
  const [read, unread] = [sources(true), sources(false)];
  const kept = before.filter(({ source }) => unread.has(source) && !read.has(source));
  const ways = new Set<string>();
  return [...seen, ...kept].filter((drift) => ways.size < ways.add(wayOf(drift)).size);
}

function wayOf({ source, pointer, kind }: SeenDrift): string {
  return JSON.stringify([source, pointer, kind]);
}
