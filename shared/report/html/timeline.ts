/** What one policy said of one target over the nights, run-length encoded and shared where it is the same. */
import type { Code } from './data.ts';

/** `code` from the night `fromNight` on, after what `before` says. Never changed once made. */
export interface Timeline {
  readonly code: Code;
  readonly fromNight: number;
  readonly before: Timeline | undefined;
  /** How many changes it holds. */
  readonly length: number;
}

/** What flickers every night for years is kept for its latest changes only. */
const maxLength = 64;

export interface TimelineStep {
  /** The timeline with this night added; the same object where nothing changed. */
  readonly next: (timeline: Timeline | undefined, code: Code) => Timeline;
}

/** One night. Timelines that were the same and become the same stay one object. */
export function stepAt(night: number): TimelineStep {
  const fresh = new Map<Code, Timeline>();
  const following = new Map<Timeline, Map<Code, Timeline>>();
  return {
    next: (timeline, code) => {
      if (timeline?.code === code) return timeline;
      const made =
        timeline === undefined ? fresh : (following.get(timeline) ?? new Map<Code, Timeline>());
      if (timeline !== undefined) following.set(timeline, made);
      const known = made.get(code);
      if (known !== undefined) return known;
      const isFull = timeline !== undefined && timeline.length >= maxLength;
      const before = isFull ? undefined : timeline;
      const next = { code, fromNight: night, before, length: (before?.length ?? 0) + 1 };
      made.set(code, next);
      return next;
    },
  };
}

/** `[night, letter, night, letter, …]`, oldest first. */
export function encodeTimeline(timeline: Timeline): readonly (number | string)[] {
  const pairs: (number | string)[] = [];
  for (let at: Timeline | undefined = timeline; at !== undefined; at = at.before) {
    pairs.unshift(at.fromNight, at.code);
  }
  return pairs;
}
