import { readFileSync } from 'node:fs';

import { invalid } from '../../shared/errors.ts';
import { camPolicyOf, watchdogNeeds } from '../../shared/settings/cam-policy.ts';
import { camNeedsOf } from '../cam-needs.ts';
import { printJson, type ExitCode, type Io } from '../io.ts';
import { readLibrary } from '../library.ts';
import { policiesOption, type AddCommand } from '../options.ts';

interface CamPolicyOptions {
  readonly policies?: string;
  readonly watchdog: boolean;
  readonly function?: string;
  readonly namespace: string;
}

export const addCamPolicy: AddCommand = (program, choose) => {
  program
    .command('cam-policy')
    .description('print the least CAM policy that the audit needs, by the environment it will have')
    .option(...policiesOption)
    .option('--watchdog', 'that of the watchdog, which reads the evidence and nothing else', false)
    .option('--function <name>', 'the function, which invokes itself where AUDIT_TARGETS is long')
    .option('--namespace <name>', 'its namespace', 'default')
    .action((options: CamPolicyOptions) => {
      choose((io) => camPolicy(io, options));
    });
};

/** What it reads of the environment: no targets, no policies, no key. */
function watchdogEnv({ AUDIT_EVIDENCE, AUDIT_REGION, AUDIT_WEBHOOKS }: Io['env']): Io['env'] {
  return { AUDIT_EVIDENCE, AUDIT_REGION, AUDIT_WEBHOOKS };
}

function camPolicy(io: Io, options: CamPolicyOptions): ExitCode {
  const { policies } = readLibrary(options.policies);
  const region = io.env['AUDIT_REGION']?.trim() ?? '';
  const { function: name } = options;
  const place = { region, namespace: options.namespace, functionName: name ?? '' };
  const needs = camNeedsOf({
    variables: options.watchdog ? watchdogEnv(io.env) : io.env,
    policies,
    readFile: (path) => readFileSync(path, 'utf8'),
    ...(name !== undefined && { place }),
  });
  if (!needs.ok) throw invalid('CONFIG_INVALID', 'Config is not valid', needs.problems);
  printJson(io, camPolicyOf(options.watchdog ? watchdogNeeds(needs.value) : needs.value));
  return 0;
}
