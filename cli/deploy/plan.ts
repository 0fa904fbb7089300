/** What has to be done so that a function becomes what serverless.yml says: nothing, where it is that already. */
import type { JsonObject } from '../../shared/model.ts';
import { countOf } from '../io.ts';
import type { Description } from './description.ts';
import type { LeftOut } from './section.ts';
import { isSameCode, type Package } from './package.ts';
import { problemOfAll } from './read-variables.ts';
import {
  isSameSetting,
  labelOf,
  settingKeys,
  settingsRequest,
  shownSetting,
  type SettingKey,
} from './settings.ts';
import type { Actual, FunctionPlace, Retries, Timer } from './state.ts';

export interface Desired extends Omit<Description, 'folder' | 'exclude'> {
  readonly code: Package;
  /** Variables to take away. */
  readonly remove: readonly string[];
}

/** One request that writes. */
export interface Step {
  readonly action: string;
  /** The timer that it is about. */
  readonly timer?: string;
  /** Made when it is sent: it may hold the whole code. */
  readonly request: () => JsonObject;
  readonly changes: readonly Change[];
}

export interface Change {
  readonly sign: '+' | '-' | '~';
  readonly what: string;
  /** Neither is there for a variable: its value may be a secret. */
  readonly from?: string;
  readonly to?: string;
}

/** What stays as it is. */
export interface Note {
  /** `differs`: and ought not to, but this command cannot change it. */
  readonly kind: 'kept' | 'differs';
  readonly text: string;
}

export interface Plan {
  /** In their order. */
  readonly steps: readonly Step[];
  readonly notes: readonly Note[];
}

/** @param actual undefined: there is no such function */
export function planOf(desired: Desired, actual: Actual | undefined): Plan {
  // A function that could not be made can only be deleted.
  if (actual?.status === 'CreateFailed') {
    const { steps, notes } = planOf(desired, undefined);
    return { steps: [deletion(desired), ...steps], notes };
  }
  if (actual === undefined) {
    return {
      steps: [
        creation(desired),
        ...retrySteps(withUsualRetries(desired), {}),
        ...(desired.timers ?? []).map((timer) => timerCreation(desired, timer)),
      ],
      notes: variableNotes(desired, {}),
    };
  }
  return {
    steps: [
      ...codeSteps(desired, actual),
      ...configurationSteps(desired, actual),
      ...retrySteps(desired, actual.retries),
      ...timerSteps(desired, actual),
    ],
    notes: notesOf(desired, actual),
  };
}

/** The variables that the function will have. */
export function variablesAfter(
  desired: Pick<Desired, 'variables' | 'remove'>,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = Object.entries({ ...before, ...desired.variables });
  return Object.fromEntries(all.filter(([name]) => !desired.remove.includes(name)));
}

/** @returns what SCF would refuse, as the end of a sentence */
export function variablesProblem(desired: Desired, actual: Actual | undefined): string | undefined {
  return problemOfAll(variablesAfter(desired, actual?.variables ?? {}));
}

function deletion(place: FunctionPlace): Step {
  return {
    action: 'DeleteFunction',
    request: () => named(place),
    changes: [{ sign: '-', what: 'function', from: 'its creation failed' }],
  };
}

function creation(desired: Desired): Step {
  const { runtime, handler, settings, variables, tags, code } = desired;
  // What the component takes where the file does not say.
  const all = { publicAccess: true, ...settings };
  const keys = settingKeys.filter((key) => all[key] !== undefined);
  return {
    action: 'CreateFunction',
    request: () => ({
      ...named(desired),
      Type: 'Event',
      Runtime: runtime,
      Handler: handler,
      CodeSource: 'ZipFile',
      Code: { ZipFile: base64(code) },
      ...settingsRequest(all, keys, {}),
      ...(Object.keys(variables).length > 0 && { Environment: environmentOf(variables) }),
      ...(tags !== undefined && {
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    }),
    changes: [
      { sign: '+', what: 'function', to: `${runtime}, ${handler}` },
      { sign: '+', what: 'code', to: shownCode(code) },
      ...keys.map((key): Change => ({ sign: '+', what: labelOf(key), ...to(all, key) })),
      ...Object.keys(variables).map((name): Change => ({ sign: '+', what: `variable ${name}` })),
      ...Object.entries(tags ?? {}).map(([key, value]): Change => {
        return { sign: '+', what: `tag ${key}`, to: value };
      }),
    ],
  };
}

function to(settings: Desired['settings'], key: SettingKey): Pick<Change, 'to'> {
  const shown = shownSetting(settings, key);
  return shown === undefined ? {} : { to: shown };
}

function codeSteps(desired: Desired, actual: Actual): readonly Step[] {
  const { code, handler } = desired;
  const isNew = !isSameCode(actual.codeSha256, code.sha256);
  const changes: readonly Change[] = [
    ...(isNew ? [{ sign: '~', what: 'code', to: shownCode(code) } as const] : []),
    ...(handler === actual.handler
      ? []
      : [{ sign: '~', what: 'handler', from: actual.handler, to: handler } as const]),
  ];
  if (changes.length === 0) return [];
  const request = () => ({
    ...named(desired),
    Handler: handler,
    CodeSource: 'ZipFile',
    Code: { ZipFile: base64(code) },
  });
  return [{ action: 'UpdateFunctionCode', request, changes }];
}

function configurationSteps(desired: Desired, actual: Actual): readonly Step[] {
  const { settings } = desired;
  const keys = settingKeys.filter(
    (key) => settings[key] !== undefined && !isSameSetting(settings, actual.settings, key),
  );
  const variables = variableChanges(desired, actual.variables);
  if (keys.length === 0 && variables.length === 0) return [];
  return [
    {
      action: 'UpdateFunctionConfiguration',
      request: () => ({
        ...named(desired),
        ...settingsRequest(settings, keys, actual.settings),
        // SCF replaces all of them, or none.
        ...(variables.length > 0 && {
          Environment: environmentOf(variablesAfter(desired, actual.variables)),
        }),
      }),
      changes: [
        ...keys.map((key): Change => ({
          sign: '~',
          what: labelOf(key),
          from: shownSetting(actual.settings, key) ?? 'unknown',
          ...to(settings, key),
        })),
        ...variables,
      ],
    },
  ];
}

function variableChanges(desired: Desired, before: Actual['variables']): readonly Change[] {
  return [
    ...Object.entries(desired.variables).flatMap(([name, value]): readonly Change[] => {
      const what = `variable ${name}`;
      if (!Object.hasOwn(before, name)) return [{ sign: '+', what }];
      return before[name] === value ? [] : [{ sign: '~', what }];
    }),
    ...desired.remove
      .filter((name) => Object.hasOwn(before, name))
      .map((name): Change => ({ sign: '-', what: `variable ${name}` })),
  ];
}

/** SCF takes both or neither; these are its own. */
function withUsualRetries(desired: Desired): Desired {
  const { retries } = desired;
  if (Object.keys(retries).length === 0) return desired;
  return { ...desired, retries: { count: 2, ttlSeconds: 21_600, ...retries } };
}

function retrySteps(desired: Desired, actual: Partial<Retries>): readonly Step[] {
  const wanted = { ...actual, ...desired.retries };
  const { count, ttlSeconds } = wanted;
  if (count === undefined || ttlSeconds === undefined) return [];
  if (count === actual.count && ttlSeconds === actual.ttlSeconds) return [];
  const before = shownRetries(actual);
  const change = { what: 'retries', to: shownRetries(wanted) ?? '' };
  return [
    {
      action: 'UpdateFunctionEventInvokeConfig',
      request: () => ({
        ...named(desired),
        AsyncTriggerConfig: { RetryConfig: [{ RetryNum: count }], MsgTTL: ttlSeconds },
      }),
      changes: [
        before === undefined ? { sign: '+', ...change } : { sign: '~', ...change, from: before },
      ],
    },
  ];
}

function shownRetries({ count, ttlSeconds }: Partial<Retries>): string | undefined {
  return count === undefined || ttlSeconds === undefined
    ? undefined
    : `${String(count)}, for ${String(ttlSeconds)} s`;
}

function timerSteps(desired: Desired, actual: Actual): readonly Step[] {
  return (desired.timers ?? []).flatMap((timer): readonly Step[] => {
    const before = actual.timers.find(({ name }) => name === timer.name);
    if (before === undefined) return [timerCreation(desired, timer)];
    const changes = timerChanges(timer, before);
    if (changes.length === 0) return [];
    // In place: without its timer a function would miss a night.
    const request = () =>
      timerRequest(desired, { ...before, ...timer, qualifier: before.qualifier });
    return [{ action: 'UpdateTrigger', timer: timer.name, request, changes }];
  });
}

function timerCreation(place: FunctionPlace, timer: Timer): Step {
  const { name, cron, isOpen, qualifier, argument } = timer;
  const what = `timer ${name}`;
  return {
    action: 'CreateTrigger',
    timer: name,
    request: () => timerRequest(place, timer),
    changes: [
      { sign: '+', what, to: `"${cron}", ${isOpen ? 'on' : 'off'}, ${qualifier}` },
      ...(argument === undefined
        ? []
        : [{ sign: '+', what: `${what} message`, to: argument } as const]),
    ],
  };
}

function timerRequest(place: FunctionPlace, timer: Timer): JsonObject {
  const { name, cron, isOpen, qualifier, argument } = timer;
  return {
    ...named(place),
    TriggerName: name,
    Type: 'timer',
    TriggerDesc: cron,
    Enable: isOpen ? 'OPEN' : 'CLOSE',
    Qualifier: qualifier,
    ...(argument !== undefined && { CustomArgument: argument }),
  };
}

function timerChanges(wanted: Timer, actual: Timer): readonly Change[] {
  const what = `timer ${wanted.name}`;
  const changed = (part: string, from: string, next: string): readonly Change[] =>
    from === next ? [] : [{ sign: '~', what: `${what} ${part}`, from: from || 'none', to: next }];
  return [
    ...changed('cron', actual.cron, wanted.cron),
    ...changed('switch', actual.isOpen ? 'on' : 'off', wanted.isOpen ? 'on' : 'off'),
    ...(wanted.argument === undefined
      ? []
      : changed('message', actual.argument ?? '', wanted.argument)),
  ];
}

function notesOf(desired: Desired, actual: Actual): readonly Note[] {
  const { settings } = desired;
  const kept = (['vpc', 'cfs', 'layers', 'deadLetter'] as const).flatMap((key): readonly Note[] => {
    const shown = shownSetting(actual.settings, key);
    const isThere = shown !== undefined && shown !== 'none' && settings[key] === undefined;
    return isThere
      ? [{ kind: 'kept', text: `kept: ${labelOf(key)} ${shown} (not in ${desired.file})` }]
      : [];
  });
  return [
    ...variableNotes(desired, actual.variables),
    ...kept,
    ...triggerNotes(desired, actual),
    ...differences(desired, actual),
  ];
}

function variableNotes(desired: Desired, before: Actual['variables']): readonly Note[] {
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

function named({ namespace, name }: FunctionPlace): JsonObject {
  return { FunctionName: name, Namespace: namespace };
}

function environmentOf(variables: Readonly<Record<string, string>>): JsonObject {
  const list = Object.entries(variables).map(([Key, Value]) => ({ Key, Value }));
  // An empty list changes nothing.
  return { Variables: list.length > 0 ? list : [{ Key: '', Value: '' }] };
}

function base64({ zip }: Package): string {
  return Buffer.from(zip).toString('base64');
}

function shownCode({ zip, sha256, files }: Package): string {
  const kB = String(Math.ceil(zip.length / 1000));
  return `${countOf(files.length, 'file')}, ${kB} kB, sha256 ${sha256.slice(0, 12)}…`;
}
