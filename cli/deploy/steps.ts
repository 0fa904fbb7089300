/** The requests that a deployment sends, and what each of them changes. */
import type { JsonObject } from '../../shared/model.ts';
import { countOf } from '../io.ts';
import { isSameCode, type Package } from './package.ts';
import type { Change, Desired, Step } from './plan.ts';
import {
  isSameSetting,
  labelOf,
  settingKeys,
  settingsRequest,
  shownSetting,
  type SettingKey,
} from './settings.ts';
import type { Actual, FunctionPlace, Retries, Timer } from './state.ts';

/** The variables that the function will have. */
export function variablesAfter(
  desired: Pick<Desired, 'variables' | 'remove'>,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = Object.entries({ ...before, ...desired.variables });
  return Object.fromEntries(all.filter(([name]) => !desired.remove.includes(name)));
}

export function deletion(place: FunctionPlace): Step {
  return {
    action: 'DeleteFunction',
    request: () => named(place),
    changes: [{ sign: '-', what: 'function', from: 'its creation failed' }],
  };
}

export function creation(desired: Desired): Step {
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

export function codeSteps(desired: Desired, actual: Actual): readonly Step[] {
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

export function configurationSteps(desired: Desired, actual: Actual): readonly Step[] {
  const { settings } = desired;
  const described = settingKeys.filter((key) => settings[key] !== undefined);
  const changed = described.filter(
    (key) => isTold(actual, key) && !isSameSetting(settings, actual.settings, key),
  );
  const variables = variableChanges(desired, actual.variables);
  if (changed.length === 0 && variables.length === 0) return [];
  // What is not told is said again while one is at it.
  const sent = described.filter((key) => changed.includes(key) || !isTold(actual, key));
  return [
    {
      action: 'UpdateFunctionConfiguration',
      request: () => ({
        ...named(desired),
        ...settingsRequest(settings, sent, actual.settings),
        // SCF replaces all of them, or none.
        ...(variables.length > 0 && {
          Environment: environmentOf(variablesAfter(desired, actual.variables)),
        }),
      }),
      changes: [
        ...changed.map((key): Change => ({
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

function isTold({ settings }: Actual, key: SettingKey): boolean {
  return settings[key] !== undefined;
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
export function withUsualRetries(desired: Desired): Desired {
  const { retries } = desired;
  if (Object.keys(retries).length === 0) return desired;
  return { ...desired, retries: { count: 2, ttlSeconds: 21_600, ...retries } };
}

export function retrySteps(desired: Desired, actual: Partial<Retries>): readonly Step[] {
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

export function timerSteps(desired: Desired, actual: Actual): readonly Step[] {
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

export function timerCreation(place: FunctionPlace, timer: Timer): Step {
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
