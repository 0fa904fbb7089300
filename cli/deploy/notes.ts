/** What a deployment leaves as it is, and what differs and cannot be changed. */
import { labelOf, settingKeys, shownSetting } from './settings.ts';
import type { Desired, Note } from './plan.ts';
import type { LeftOut } from './section.ts';
import type { Actual } from './state.ts';

export function notesOf(desired: Desired, actual: Actual): readonly Note[] {
  const { settings } = desired;
  const kept = (['vpc', 'cfs', 'layers', 'deadLetter'] as const).flatMap((key): readonly Note[] => {
    const shown = shownSetting(actual.settings, key);
    const isThere = shown !== undefined && shown !== 'none' && settings[key] === undefined;
    return isThere
      ? [{ kind: 'kept', text: `kept: ${labelOf(key)} ${shown} (not in ${desired.file})` }]
      : [];
  });
  const untold = settingKeys.filter(
    (key) => settings[key] !== undefined && actual.settings[key] === undefined,
  );
  return [
    ...variableNotes(desired, actual.variables),
    ...untold.map((key): Note => {
      const wanted = `${labelOf(key)} ${shownSetting(settings, key) ?? ''}`;
      return { kind: 'kept', text: `not told by SCF, so not compared: ${wanted}` };
    }),
    ...kept,
    ...triggerNotes(desired, actual),
    ...differences(desired, actual),
  ];
}

export function variableNotes(desired: Desired, before: Actual['variables']): readonly Note[] {
  const { file, left, remove, variables } = desired;
  const isThere = (name: string) => Object.hasOwn(before, name);
  const isBlock = ({ what }: LeftOut) => what.startsWith('inputs.') || blocks.includes(what);
  const unset = left.filter((one) => !isBlock(one)).map(({ what }) => what);
  const unknown = Object.keys(before).filter(
    (name) => !Object.hasOwn(variables, name) && !unset.includes(name) && !remove.includes(name),
  );
  const kept = (names: readonly string[], why: string): readonly Note[] =>
    names.length === 0 ? [] : [{ kind: 'kept', text: `kept: ${names.join(', ')} (${why})` }];
  const absent = unset.filter((name) => !isThere(name));
  return [
    ...kept(unknown, `not in ${file}`),
    ...kept(unset.filter(isThere), 'not set here'),
    ...(absent.length === 0
      ? []
      : [{ kind: 'kept', text: `not set, neither here nor there: ${absent.join(', ')}` } as const]),
    ...left.filter(isBlock).map(({ what, names }): Note => {
      const why = `${names.map((name) => `env:${name}`).join(', ')} not set here`;
      return { kind: 'kept', text: `kept: ${what.replace(/^inputs\./, '')} (${why})` };
    }),
  ];
}

const blocks = ['vpcConfig', 'cls', 'deadLetter', 'layers', 'cfs'];

function triggerNotes({ timers, file }: Desired, actual: Actual): readonly Note[] {
  if (timers === undefined) return [];
  const ours = new Set(timers.map(({ name }) => name));
  return [
    ...actual.timers
      .filter(({ name }) => !ours.has(name))
      .map(({ name, cron, isOpen }): Note => {
        const fires = isOpen ? 'it fires, too' : 'it is off';
        return { kind: 'kept', text: `kept: timer ${name} "${cron}" (not in ${file}): ${fires}` };
      }),
    ...actual.others.map(({ type, name }): Note => {
      return { kind: 'kept', text: `kept: ${type} trigger ${name} (not in ${file})` };
    }),
  ];
}

/** What SCF changes in no function that is there. */
function differences(desired: Desired, actual: Actual): readonly Note[] {
  const again = 'to change it, tcss-audit undeploy and deploy again: the evidence stays';
  const differs = (text: string): Note => ({ kind: 'differs', text });
  return [
    ...(actual.hasBalance
      ? []
      : [differs('the account has no balance left: SCF runs nothing until it is topped up')]),
    ...(desired.runtime === actual.runtime
      ? []
      : [
          differs(
            `runtime is ${actual.runtime}, and ${desired.file} says ${desired.runtime}: SCF changes no function's runtime; ${again}`,
          ),
        ]),
    ...(desired.timers ?? []).flatMap((timer) => {
      const before = actual.timers.find(({ name }) => name === timer.name);
      return before === undefined || before.qualifier === timer.qualifier
        ? []
        : [
            differs(
              `timer ${timer.name} fires ${before.qualifier}, and ${desired.file} says ${timer.qualifier}: SCF changes that of no timer; delete it in the console and deploy again`,
            ),
          ];
    }),
    ...Object.entries(desired.tags ?? {})
      .filter(([key, value]) => actual.tags[key] !== value)
      .map(([key, value]) =>
        differs(`tag ${key} is not ${value}: set it in the console, SCF's API does not`),
      ),
  ];
}
