/** The timers of a function that serverless.yml describes. */
import { Cron } from 'croner';

import { isObject, own, parseJson } from '../../shared/json.ts';
import { plainLine } from '../../shared/text.ts';
import type { Section } from './section.ts';
import type { Timer } from './state.ts';

/** Of the component, beside `timer`. */
const otherTriggers = ['apigw', 'cos', 'cmq', 'ckafka', 'cls', 'mps', 'clb', 'http'];

/**
 * @param usualName of a timer that has none of its own
 * @returns undefined: triggers are none of our business
 */
export function timersOf(
  inputs: Section,
  usualName: string,
  warnings: string[],
): readonly Timer[] | undefined {
  const isIgnored = inputs.flag('ignoreTriggers') === true;
  const timers = inputs
    .sections('events', ['timer', ...otherTriggers])
    ?.flatMap((event) => timerOf(event, usualName, warnings));
  const names = timers?.map(({ name }) => name) ?? [];
  for (const name of new Set(names)) {
    if (names.filter((one) => one === name).length > 1)
      inputs.complain('events', `names two timers ${name}: give each a name of its own`, 'key');
  }
  return isIgnored ? undefined : timers;
}

function timerOf(event: Section, usualName: string, warnings: string[]): readonly Timer[] {
  for (const [kind] of event.entries()) {
    if (!otherTriggers.includes(kind)) continue;
    event.complain(kind, 'is no trigger that this command deploys: it does timers', 'key');
  }
  const timer = event.section('timer', ['name', 'parameters']);
  if (timer === undefined) return [];
  timer.need('parameters', 'give cronExpression and enable');
  const parameters = timer.section('parameters', [
    ...['name', 'qualifier', 'cronExpression', 'argument', 'enable'],
  ]);
  if (parameters === undefined) return [];
  parameters.need('cronExpression', 'give seven fields, such as "0 23 3 * * * *"');
  const name = nameIn(parameters) ?? nameIn(timer) ?? usualName;
  const cron = cronOf(parameters);
  const argument = argumentOf(parameters, cron);
  const isOpen = parameters.flag('enable');
  if (isOpen === undefined) {
    const what = `timer ${name} does not say enable: it is switched on here, and Tencent's tool switches it off`;
    warnings.push(`${what}: write enable: true`);
  }
  if (cron === undefined) return [];
  const qualifier = parameters.text('qualifier') ?? '$DEFAULT';
  const told = argument === undefined ? {} : { argument };
  return [{ name, cron, isOpen: isOpen ?? true, qualifier, ...told }];
}

function nameIn(section: Section): string | undefined {
  const advice = 'give letters, digits, hyphens and underscores, with a letter first';
  return section.text('name', /^[A-Za-z][\w-]{0,59}$/, advice);
}

function cronOf(parameters: Section): string | undefined {
  const advice = 'give seven fields: second minute hour day month weekday year';
  const cron = parameters.text('cronExpression', /./, advice)?.trim().replace(/\s+/g, ' ');
  if (cron === undefined) return undefined;
  try {
    if (cron.split(' ').length !== 7) throw new Error('not seven');
    new Cron(cron, { paused: true });
    return cron;
  } catch {
    parameters.complain('cronExpression', `is "${plainLine(cron, 60)}": ${advice}`);
    return undefined;
  }
}

/** The function's own business; but where it tells a schedule, that must be the timer's. */
function argumentOf(parameters: Section, cron: string | undefined): string | undefined {
  const argument = parameters.text('argument', /^.*$/s, 'give a text, JSON in quotes');
  if (argument === undefined || cron === undefined) return argument;
  if (Buffer.byteLength(argument) > 4096) parameters.complain('argument', 'is over 4 KB');
  const told = cronIn(argument);
  if (told !== undefined && told !== cron) {
    parameters.complain(
      'argument',
      `tells the function "${plainLine(told, 60)}", and the timer fires by "${cron}": give the same in both, or nights would be missed that were none`,
    );
  }
  return argument;
}

function cronIn(argument: string): string | undefined {
  try {
    const parsed = parseJson(argument);
    const cron = isObject(parsed) ? own(parsed, 'cron') : undefined;
    return typeof cron === 'string' ? cron.trim().replace(/\s+/g, ' ') : undefined;
  } catch {
    return undefined;
  }
}
