import { describe, expect, it } from 'vitest';

import { readPolicyFiles } from '../../cli/policy-files.ts';
import type { ControlsCatalogue, Json } from '../../shared/model.ts';
import { controlsOf, unknownControls } from '../../shared/policy/controls.ts';
import { lint, type PolicyFiles } from '../../shared/policy/lint.ts';
import { sources } from '../../shared/settings/sources.ts';
import { unplaced } from '../support/problems.ts';
import { policy } from '../support/policy-json.ts';
import { library } from '../support/settings.ts';

const framework = {
  id: 'ACME-1',
  title: 'Acme 1',
  edition: 'First, made up',
  source: 'https://example.com/acme',
  controls: { A: 'About a', B: 'About b' },
};
const catalogue: ControlsCatalogue = { frameworks: [framework] };
const file = (json: Json, name = 'controls.json') => ({ file: name, text: JSON.stringify(json) });
const catalogueFile = (...frameworks: readonly Json[]) => file({ frameworks });

describe('the catalogue that we ship', () => {
  it('has every control that our policies name', () => {
    const named = library.policies.flatMap((packed) => packed.policy.controls);
    expect(unknownControls(named, library.controls)).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });

  it('names controls as policies may write them', () => {
    const pattern = /^[A-Za-z0-9.-]+\/[A-Za-z0-9.()-]+$/;
    const names = library.controls.frameworks.flatMap(({ id, controls }) =>
      Object.keys(controls).map((control) => `${id}/${control}`),
    );
    expect(names.filter((name) => !pattern.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('lists each control once in its file, which JSON itself would not mind', () => {
    const { controls = [] } = readPolicyFiles('policies');
    const text = controls[0]?.text ?? '';
    const lines = text.split('\n').filter((line) => /^ {8}"/.test(line));
    const count = library.controls.frameworks.reduce(
      (sum, { controls: own }) => sum + Object.keys(own).length,
      0,
    );
    expect(lines).toHaveLength(count);
  });
});

describe('unknownControls', () => {
  const cases: Record<string, [control: string, what: string | undefined]> = {
    'knows a control of the catalogue': ['ACME-1/A', undefined],
    'refuses another control of the framework': [
      'ACME-1/C',
      'is not among the controls of ACME-1 in controls.json',
    ],
    'refuses a control that differs in case': [
      'ACME-1/a',
      'is not among the controls of ACME-1 in controls.json',
    ],
    'refuses another framework': [
      'ACME-2/A',
      'is of a framework that controls.json does not have: it has ACME-1',
    ],
    'is not fooled by what objects have by birth': [
      'ACME-1/constructor',
      'is not among the controls of ACME-1 in controls.json',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [control, what]) => {
    expect(unknownControls([control], catalogue)).toEqual(
      what === undefined ? [] : [{ control, what }],
    );
  });
});

describe('controlsOf', () => {
  it('lets a folder add frameworks and controls to the catalogue that ships', () => {
    const own = { ...framework, id: 'ACME-2' };
    const more = { ...framework, title: 'Acme one', controls: { B: 'Better b', C: 'About c' } };
    expect(controlsOf([catalogueFile(framework), catalogueFile(more, own)])).toEqual({
      ok: true,
      value: {
        frameworks: [{ ...more, controls: { A: 'About a', B: 'Better b', C: 'About c' } }, own],
      },
    });
  });

  const broken: Record<string, [json: Json, what: readonly string[]]> = {
    'that is no catalogue': [[], ['must be object']],
    'without frameworks': [{}, ["must have required property 'frameworks'"]],
    'with a misspelt key': [
      { frameworks: [{ ...framework, controlls: {} }] },
      ['/frameworks/0 has the unknown key "controlls": did you mean "controls"?'],
    ],
    'with a framework of no name that a policy could write': [
      { frameworks: [{ ...framework, id: 'ACME 1' }] },
      ['/frameworks/0/id must match pattern "^[A-Za-z0-9.-]+$", is "ACME 1"'],
    ],
    'with a control that has no title': [
      { frameworks: [{ ...framework, controls: { A: '' } }] },
      ['/frameworks/0/controls/A must NOT have fewer than 1 characters, is ""'],
    ],
    'with a framework twice': [
      { frameworks: [framework, framework] },
      ['the framework "ACME-1" is given twice'],
    ],
  };
  it.each(Object.entries(broken))('refuses a file %s', (_name, [json, what]) => {
    expect(unplaced(controlsOf([file(json)]))).toEqual({
      ok: false,
      problems: what.map((one) => ({ where: 'controls.json', what: one })),
    });
  });
});

describe('lint', () => {
  const files: PolicyFiles = {
    policies: [
      {
        file: 'pack/made-up.json',
        text: JSON.stringify({ ...policy, controls: ['ACME-1/A', 'ACME-1/Z', 'ACME-9/A'] }),
        pack: 'pack',
        name: 'made-up',
      },
    ],
    examples: ['pass-on', 'fail-off'].map((name) => ({
      file: `examples/made-up/${name}.json`,
      text: JSON.stringify({ Enable: name === 'pass-on' }),
      policyId: 'made-up',
      name,
    })),
    waivers: undefined,
    controls: [catalogueFile(framework)],
  };

  it('refuses a control that is not in the catalogue', () => {
    expect(unplaced(lint(files, sources))).toEqual({
      ok: false,
      problems: [
        {
          where: 'pack/made-up.json',
          what: '/controls "ACME-1/Z" is not among the controls of ACME-1 in controls.json; did you mean "ACME-1/A"?',
        },
        {
          where: 'pack/made-up.json',
          what: '/controls "ACME-9/A" is of a framework that controls.json does not have: it has ACME-1; did you mean "ACME-1/A"?',
        },
      ],
    });
  });

  it('names a broken catalogue, not every control besides', () => {
    expect(unplaced(lint({ ...files, controls: [file({})] }, sources))).toEqual({
      ok: false,
      problems: [{ where: 'controls.json', what: "must have required property 'frameworks'" }],
    });
  });
});
