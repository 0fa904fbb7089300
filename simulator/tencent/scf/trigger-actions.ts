/**
 * Triggers of functions: timers.
 * @see https://cloud.tencent.com/document/api/583/18589
 */
import type { Action, Call } from '../action.ts';
import { ok, refused, type Refusal } from '../outcome.ts';
import { textOf, type Taken } from '../parameters.ts';
import type { Values } from '../settings/product.ts';
import { isRefusal } from './checks.ts';
import { parseCron } from './cron.ts';
import type { ScfFunction, Trigger } from './function.ts';
import { triggerOf } from './description.ts';
import { onFunction, pageIn } from './on-function.ts';

const maxTimers = 10;
const maxArgumentBytes = 4096;
const qualifiers = ['$LATEST', '$DEFAULT'];
const named: Taken['needed'] = { TriggerName: 'text', Type: 'text' };
const described: Taken['optional'] = {
  ...{ TriggerDesc: 'text', Qualifier: 'text', Enable: 'text' },
  ...{ CustomArgument: 'text', Description: 'text' },
};

export const triggerActions: Readonly<Record<string, Action>> = {
  CreateTrigger: onFunction(
    'CreateTrigger',
    { needed: named, optional: described },
    (target, call) => {
      const { parameters, nowMs } = call;
      if (target.status !== 'Active') {
        return refused('FailedOperation.CreateTrigger', target.status);
      }
      const name = textOf(parameters, 'TriggerName') ?? '';
      if (!/^[A-Za-z][\w-]{0,99}$/.test(name)) {
        return refused('InvalidParameterValue.TriggerName', 'TriggerName');
      }
      if (target.triggers.some((trigger) => trigger.name === name)) {
        return refused('ResourceInUse.TriggerName', name);
      }
      if (target.triggers.length >= maxTimers) return refused('LimitExceeded.Trigger', 'timer');
      const made = triggerIn(parameters, {
        ...{ name, cron: '', isOpen: true, qualifier: '$LATEST' },
        ...{ argument: undefined, description: undefined },
        ...{ addedAtMs: nowMs, changedAtMs: nowMs },
      });
      if (isRefusal(made)) return made;
      put(call, target, [...target.triggers, made]);
      return ok({ TriggerInfo: triggerOf(made) });
    },
  ),
  UpdateTrigger: onTrigger('UpdateTrigger', { needed: named, optional: described }),
  UpdateTriggerStatus: onTrigger('UpdateTriggerStatus', {
    needed: { ...named, Enable: 'text' },
    optional: { Qualifier: 'text', TriggerDesc: 'text' },
  }),
  DeleteTrigger: onFunction(
    'DeleteTrigger',
    { needed: named, optional: { Qualifier: 'text', TriggerDesc: 'text' } },
    (target, call) => {
      const trigger = wantedTrigger(target, call.parameters);
      if (isRefusal(trigger)) return trigger;
      put(
        call,
        target,
        target.triggers.filter((one) => one !== trigger),
      );
      return ok();
    },
  ),
  ListTriggers: onFunction(
    'ListTriggers',
    {
      optional: {
        ...{ Offset: 'number', Limit: 'number', OrderBy: 'text', Order: 'text' },
        Filters: 'list',
      },
    },
    ({ triggers }, { parameters }) => {
      const page = pageIn(parameters);
      if (isRefusal(page)) return page;
      if (parameters['Filters'] !== undefined) return refused('UnsupportedOperation', 'Filters');
      const isByAdding = textOf(parameters, 'OrderBy') === 'add_time';
      const timeOf = (one: Trigger) => (isByAdding ? one.addedAtMs : one.changedAtMs);
      const direction = textOf(parameters, 'Order') === 'ASC' ? 1 : -1;
      const inOrder = [...triggers].sort((a, b) => direction * (timeOf(a) - timeOf(b)));
      return ok({
        TotalCount: triggers.length,
        Triggers: page.of(inOrder).map((trigger) => triggerOf(trigger)),
      });
    },
  ),
};

function onTrigger(name: string, taken: Taken): Action {
  return onFunction(name, taken, (target, call) => {
    const present = wantedTrigger(target, call.parameters);
    if (isRefusal(present)) return present;
    const changed = triggerIn(call.parameters, present);
    if (isRefusal(changed)) return changed;
    put(
      call,
      target,
      target.triggers.map((one) =>
        one === present ? { ...changed, changedAtMs: call.nowMs } : one,
      ),
    );
    return ok();
  });
}

function put({ world }: Call, target: ScfFunction, triggers: readonly Trigger[]): void {
  world.scf.functions.put({ ...target, triggers });
}

function wantedTrigger({ triggers }: ScfFunction, parameters: Values): Trigger | Refusal {
  const name = textOf(parameters, 'TriggerName') ?? '';
  const qualifier = textOf(parameters, 'Qualifier') ?? '$LATEST';
  const trigger = triggers.find((one) => one.name === name && one.qualifier === qualifier);
  if (textOf(parameters, 'Type') !== 'timer') return refused('InvalidParameterValue.Type', 'Type');
  return trigger ?? refused('ResourceNotFound.Trigger', name);
}

function triggerIn(parameters: Values, present: Trigger): Trigger | Refusal {
  if (textOf(parameters, 'Type') !== 'timer') return refused('InvalidParameterValue.Type', 'Type');
  const cron = textOf(parameters, 'TriggerDesc') ?? present.cron;
  if (parseCron(cron) === undefined) {
    return refused('InvalidParameterValue.TriggerDesc', 'TriggerDesc');
  }
  const enable = textOf(parameters, 'Enable') ?? (present.isOpen ? 'OPEN' : 'CLOSE');
  if (enable !== 'OPEN' && enable !== 'CLOSE') {
    return refused('InvalidParameterValue.Enable', 'Enable');
  }
  const qualifier = textOf(parameters, 'Qualifier') ?? present.qualifier;
  if (!qualifiers.includes(qualifier)) return refused('ResourceNotFound.Qualifier', qualifier);
  const argument = textOf(parameters, 'CustomArgument') ?? present.argument;
  if (Buffer.byteLength(argument ?? '') > maxArgumentBytes) {
    return refused('InvalidParameterValue.CustomArgument', 'CustomArgument');
  }
  return {
    ...present,
    ...{ cron, isOpen: enable === 'OPEN', qualifier, argument },
    description: textOf(parameters, 'Description') ?? present.description,
  };
}
