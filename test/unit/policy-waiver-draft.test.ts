import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Waiver } from '../../shared/model.ts';
import { parseWaivers } from '../../shared/policy/parse.ts';
import {
  appendWaiver,
  waiverOf,
  type DraftContext,
  type WaiverDraft,
} from '../../shared/policy/waiver-draft.ts';

const nowMs = Date.parse('2026-11-24T10:00:00Z');
const context: DraftContext = { policyIds: ['image-scan-period'], waivers: [], nowMs };
const draft: WaiverDraft = {
  policy: 'image-scan-period',
  targets: '100000000001',
  reason: 'Made up.',
  approvedBy: 'ciso',
  from: '',
  until: '2027-01-31',
  ticket: '',
};
const waiver: Waiver = {
  id: 'W-20261124-image-scan-period',
  policy: 'image-scan-period',
  targets: ['100000000001'],
  reason: 'Made up.',
  approvedBy: 'ciso',
  from: '2026-11-24',
  until: '2027-01-31',
};

describe('waiverOf', () => {
  it('makes a waiver that begins today', () => {
    expect(waiverOf(draft, context)).toEqual({ ok: true, value: waiver });
  });

  it('takes patterns by commas or blanks, each once, and makes one line of a reason', () => {
    const given = {
      ...draft,
      targets: ' alias:prod, tag:pci tag:pci,',
      reason: ' a\nb\u202e ',
      ticket: 'SEC-1',
    };
    expect(waiverOf(given, context)).toEqual({
      ok: true,
      value: { ...waiver, targets: ['alias:prod', 'tag:pci'], reason: 'a b', ticket: 'SEC-1' },
    });
  });

  const idOf = (ids: readonly string[], policy = draft.policy) => {
    const waivers = ids.map((id) => ({ ...waiver, id }));
    const made = waiverOf({ ...draft, policy }, { ...context, policyIds: [policy], waivers });
    return made.ok ? made.value.id : undefined;
  };
  const ids: Record<string, [given: string | undefined, id: string]> = {
    'numbers an id that is taken': [idOf([waiver.id]), `${waiver.id}-2`],
    'numbers on': [idOf([waiver.id, `${waiver.id}-2`]), `${waiver.id}-3`],
    'cuts an id to 64 characters': [
      idOf([], `a${'-bc'.repeat(21)}`),
      `W-20261124-a${'-bc'.repeat(17)}`,
    ],
  };
  it.each(Object.entries(ids))('%s', (_name, [given, id]) => {
    expect(given).toBe(id);
    expect(id.length).toBeLessThanOrEqual(64);
  });

  const day = 'day (YYYY-MM-DD) or instant (YYYY-MM-DDTHH:mm:ssZ) of the calendar, in UTC';
  const forms = 'uins, alias:<name> or tag:<name>, separated by commas; or * alone, for all';
  const bad: Record<string, [change: Partial<WaiverDraft>, where: string, what: string]> = {
    'a policy that is not there': [
      { policy: 'image-scan' },
      'policy',
      'is "image-scan", which is no policy: there are image-scan-period',
    ],
    'no target': [{ targets: ' , ' }, 'targets', `is empty: give ${forms}`],
    'a target of no form': [{ targets: '1,prod' }, 'targets', `has "prod": give ${forms}`],
    'all accounts and one more': [
      { targets: '*,1' },
      'targets',
      'has "*" beside others: it stands alone',
    ],
    'a reason of blanks': [
      { reason: ' \t' },
      'reason',
      'is empty: say why it is acceptable, for an auditor',
    ],
    'no approver': [
      { approvedBy: '' },
      'approvedBy',
      'is empty: name who approved it, by role or name',
    ],
    'no end': [{ until: '' }, 'until', `is "", which is no ${day}`],
    'an end of another form': [
      { until: '31.1.2027' },
      'until',
      `is "31.1.2027", which is no ${day}`,
    ],
    'an end on 30 February': [
      { until: '2027-02-30' },
      'until',
      `is "2027-02-30", which is no ${day}`,
    ],
    'an end that is past': [
      { from: '2026-11-01', until: '2026-11-23' },
      'until',
      'is "2026-11-23", which is past: it would waive nothing',
    ],
    'an end in this very second': [
      { from: '2026-11-01', until: '2026-11-24T10:00:00Z' },
      'until',
      'is "2026-11-24T10:00:00Z", which is past: it would waive nothing',
    ],
    'an end before its start': [
      { from: '2026-12-24', until: '2026-12-23' },
      'until',
      'is "2026-12-23", before it begins on 2026-12-24',
    ],
    'an end more than a year away': [
      { until: '2027-11-25' },
      'until',
      'is "2027-11-25", more than a year after 2026-11-24: end it by the same day of the next year, and renew it then',
    ],
    'a start on no day': [{ from: 'soon' }, 'from', `is "soon", which is no ${day}`],
  };
  it.each(Object.entries(bad))('refuses %s', (_name, [change, where, what]) => {
    expect(waiverOf({ ...draft, ...change }, context)).toEqual({
      ok: false,
      problems: [{ where, what }],
    });
  });

  it('takes the last day on which it may end, and today', () => {
    for (const until of ['2027-11-24', '2026-11-24', '2026-11-24T10:00:01Z']) {
      expect(waiverOf({ ...draft, until }, context)).toEqual({
        ok: true,
        value: { ...waiver, until },
      });
    }
  });

  it('names every problem at once', () => {
    const nothing = {
      policy: '',
      targets: '',
      reason: '',
      approvedBy: '',
      from: '',
      until: '',
      ticket: '',
    };
    const made = waiverOf(nothing, context);
    expect(made.ok ? [] : made.problems.map(({ where }) => where)).toEqual([
      ...['policy', 'targets', 'reason', 'approvedBy', 'until'],
    ]);
  });
});

describe('appendWaiver', () => {
  const lines = (indent: string) =>
    [
      '{',
      `${indent}"id": "W-20261124-image-scan-period",`,
      `${indent}"policy": "image-scan-period",`,
      `${indent}"targets": ["100000000001"],`,
      `${indent}"reason": "Made up.",`,
      `${indent}"approvedBy": "ciso",`,
      `${indent}"from": "2026-11-24",`,
      `${indent}"until": "2027-01-31"`,
      '}',
    ].map((line) => indent + line);
  const item = lines('  ').join('\n');
  const files: Record<string, [before: string, after: string]> = {
    'an empty list': ['[]\n', `[\n${item}\n]\n`],
    'an empty list of several lines': ['[\n]', `[\n${item}\n]`],
    'a list that has one': [`[\n${item}\n]\n`, `[\n${item},\n${item}\n]\n`],
    'a list indented by tabs': [
      '[\n\t{ "id": "a" }\n]',
      `[\n\t{ "id": "a" },\n${lines('\t').join('\n')}\n]`,
    ],
    'a list of odd white space': ['\n[ {"id" :"a"  } ]', `\n[ {"id" :"a"  },\n${item} ]`],
    'a list with the line ends of Windows': [
      '[\r\n  {}\r\n]\r\n',
      `[\r\n  {},\r\n${lines('  ').join('\r\n')}\r\n]\r\n`,
    ],
  };
  it.each(Object.entries(files))(
    'adds to %s, and changes nothing else',
    (_name, [before, after]) => {
      expect(appendWaiver(before, waiver)).toBe(after);
    },
  );

  it('gives what reads as the list with the waiver after it, whatever is written in it', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const target = fc.string().map((name) => `tag:${name}`);
    fc.assert(
      fc.property(fc.array(text), text, target, (reasons, reason, pattern) => {
        const before = reasons.map((one): Waiver => ({ ...waiver, reason: one }));
        const added: Waiver = { ...waiver, reason, targets: [pattern, '1'] };
        for (const space of [0, 2, '\t']) {
          const after = appendWaiver(JSON.stringify(before, null, space), added);
          expect(JSON.parse(after)).toEqual([...before, added]);
        }
      }),
    );
  });

  it('gives what lint reads', () => {
    expect(parseWaivers({ file: 'waivers.json', text: appendWaiver('[]', waiver) })).toEqual({
      ok: true,
      value: [waiver],
    });
  });
});
