/** One drawing for each verdict, in a square of 16: shape tells what colour tells, for who sees no colour. */
import type { Code } from './data.ts';

export const iconPaths: Readonly<Record<Code, string>> = {
  p: 'M3.5 8.5l3 3 6-7',
  f: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  w: 'M6 4.5v7M10 4.5v7',
  e: 'M5.6 6.2a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.8-1.1 1.6M8 12.2v.1',
  s: 'M4.5 8h7',
  '-': 'M8 8v.1',
};

/** The words of the style sheet for each verdict. */
export const classOf: Readonly<Record<Code, string>> = {
  p: 'pass',
  f: 'fail',
  w: 'waived',
  e: 'error',
  s: 'skip',
  '-': 'unchecked',
};
