/** Every sentence that a notice can hold. The type is what other languages must fill in completely. */
import type { Severity } from '../../model.ts';

const count = (n: number, one: string, many: string) => `${String(n)} ${n === 1 ? one : many}`;

export const en = {
  title: {
    failing: (n: number) => count(n, 'new violation', 'new violations'),
    unchecked: (n: number) => `${String(n)} could not be checked`,
    waived: (n: number) => `${String(n)} waived`,
    resolved: (n: number) => `${String(n)} resolved`,
    dropped: (n: number) => `${String(n)} no longer checked`,
    stillOpen: (n: number) => `${String(n)} still open`,
    waivers: (n: number) => count(n, 'waiver to look at', 'waivers to look at'),
    drift: (n: number) => count(n, 'undocumented answer', 'undocumented answers'),
    nothing: 'no change',
    test: 'TEST message, nothing is wrong',
    failure: 'the audit FAILED',
    missed: (n: number) => count(n, 'scheduled run is missing', 'scheduled runs are missing'),
    watchdog: {
      missing: 'the audit DID NOT RUN',
      killed: 'the audit DID NOT FINISH',
      silent: 'the audit DOES NOT RUN',
      incomplete: 'the audit is incomplete',
      untold: 'the audit was not told',
      empty: 'there is NO AUDIT in the log',
      unreadable: 'the evidence log CANNOT BE READ',
    },
  },
  separator: ', ',
  heading: {
    failing: 'Violations',
    unchecked: 'Could not be checked',
    waived: 'Waived',
    resolved: 'Resolved',
    dropped: 'No longer checked',
    stillOpen: 'Still open',
    waivers: 'Waivers',
  },
  note: {
    test: 'Somebody is testing this channel. If you can read this, notices arrive here.',
    failure: 'No evidence was sealed, so nothing is known of tonight. What went wrong:',
    missed: (list: string) => `The timer should have fired and no run came of it: ${list}`,
  },
  watchdog: {
    what: {
      missing: (at: string) =>
        `The timer should have started an audit at ${at}, and the log has none.`,
      killed: (at: string) =>
        `The audit of ${at} began and left no record: it was killed, or ran out of time or memory.`,
      silent: (hours: number) => `No timer has started an audit for ${String(hours)} hours.`,
      incomplete: (at: string) => `The audit of ${at} ran out of time: not every account was read.`,
      untold: (at: string) =>
        `The audit of ${at} is sealed, and these channels have not heard of it:`,
      empty: 'The evidence log holds no audit.',
      unreadable: 'The evidence log cannot be read, so nothing is known of tonight:',
    },
    /** Where a person goes from there. */
    step: {
      missing: 'Look at the timer of the audit function, and at its last invocations.',
      killed: 'Look at the log of the audit function, and give it more time or memory.',
      silent: 'Look at the timer of the audit function, and at its last invocations.',
      incomplete: 'Give the audit function more time.',
      untold: 'The next audit tells what is missing. Until then: tcss-audit report.',
      empty:
        'Look at the timer of the audit function, and whether both functions have the same AUDIT_EVIDENCE.',
      unreadable: 'Check the log: tcss-audit verify.',
    },
    last: (at: string) => `The last one that a timer started is of ${at}.`,
    noLast: 'None that a timer started was found.',
    noAttempt: 'no attempt is recorded',
  },
  severity: {
    critical: 'CRITICAL',
    high: 'HIGH',
    medium: 'MEDIUM',
    low: 'LOW',
  } satisfies Record<Severity, string>,
  /** Said between a field, what it must be, and what it is. */
  must: 'must be',
  is: 'is',
  items: (comparison: string, n: string) => `${comparison} ${n} items`,
  empty: 'empty',
  present: 'present',
  since: (day: string) => `since ${day}`,
  fix: 'Fix',
  until: (end: string) => `until ${end}`,
  waiver: {
    ending: (end: string) => `ends soon, ${end}`,
    ended: (end: string) => `ended ${end}: it waives nothing any more`,
    unused: 'waives nothing: remove it, or correct its policy or targets',
  },
  drift: 'The API answered beyond its documentation',
  incomplete: 'The time of this invocation ran out: not every account was read.',
  counts: (pass: number, fail: number, waived: number, error: number, skip: number): string =>
    `${String(pass)} pass, ${String(fail)} fail, ${String(waived)} waived, ${String(error)} error, ${String(skip)} skip`,
  evidence: 'evidence',
  run: 'run',
  console: 'Open console',
  more: (n: number) =>
    `… and ${count(n, 'more entry', 'more entries')} in the evidence of this run`,
  accounts: (n: number) => `${String(n)} accounts`,
  andMore: (n: number) => `… and ${String(n)} more`,
};

export type Catalogue = typeof en;
