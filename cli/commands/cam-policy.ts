import { readFileSync } from 'node:fs';

import { invalid, messageOf } from '../../shared/errors.ts';
import { isArray, isObject, own, parseJson } from '../../shared/json.ts';
import { sites, type Problem } from '../../shared/model.ts';
import { camPolicyOf, type CosPlace } from '../../shared/settings/cam-policy.ts';
import { sources } from '../../shared/settings/sources.ts';
import { secretNamesIn } from '../../shared/settings/tencent/secrets.ts';
import { plainLine } from '../../shared/text.ts';
import { printJson, type ExitCode, type Io } from '../io.ts';
import { readLibrary } from '../library.ts';
import { policiesOption, type AddCommand } from '../options.ts';

interface CamPolicyOptions {
  readonly policies?: string;
  readonly watchdog: boolean;
}

export const addCamPolicy: AddCommand = (program, choose) => {
  program
    .command('cam-policy')
    .description('print the least CAM policy that the audit needs, by the environment it will have')
    .option(...policiesOption)
    .option('--watchdog', 'that of the watchdog, which reads the evidence and nothing else', false)
    .action((options: CamPolicyOptions) => {
      choose((io) => camPolicy(io, options));
    });
};

function camPolicy(io: Io, options: CamPolicyOptions): ExitCode {
  const { policies } = readLibrary(options.policies);
  const problems: Problem[] = [];
  const variable = (name: string) => io.env[name]?.trim() ?? '';

  const wanted = variable('AUDIT_POLICIES')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  for (const name of wanted) {
    if (!policies.some(({ pack, policy }) => pack === name || policy.id === name)) {
      const what = `names "${plainLine(name, 60)}", which is neither a pack nor a policy`;
      problems.push({ where: 'AUDIT_POLICIES', what });
    }
  }
  const chosen = policies.filter(
    ({ pack, policy }) =>
      wanted.length === 0 || wanted.includes(pack) || wanted.includes(policy.id),
  );
  const read = new Set(chosen.map(({ policy }) => policy.source));

  const siteName = variable('AUDIT_SITE');
  const site = siteName === '' ? 'intl' : sites.find((one) => one === siteName);
  if (site === undefined) {
    problems.push({
      where: 'AUDIT_SITE',
      what: `is "${plainLine(siteName, 60)}": give intl or cn`,
    });
  }
  const bucket = bucketOf(variable('AUDIT_EVIDENCE'), problems);
  const roleArns = roleArnsOf(variable('AUDIT_TARGETS'), problems);
  if (problems.length > 0 || site === undefined) {
    throw invalid('CONFIG_INVALID', 'Config is not valid', problems);
  }
  const needs = {
    sources: Object.values(sources).filter(({ id }) => read.has(id)),
    site,
    roleArns,
  };
  const region = regionOf(variable);
  const place = bucket !== undefined && { bucket };
  if (options.watchdog) {
    const { AUDIT_WEBHOOKS } = io.env;
    const secrets = { region, names: secretNamesIn({ AUDIT_WEBHOOKS }) };
    const none = { sources: [], roleArns: [], readsEvidenceOnly: true } as const;
    printJson(io, camPolicyOf({ ...none, site, secrets, ...place }));
    return 0;
  }
  const secrets = { region, names: secretNamesIn(io.env) };
  printJson(io, camPolicyOf({ ...needs, secrets, ...place }));
  return 0;
}

/** Where secrets are asked for; empty, which is everywhere, where that follows from where the function runs. */
function regionOf(variable: (name: string) => string): string {
  const region = variable('AUDIT_REGION');
  return /^[a-z0-9-]{1,40}$/.test(region) ? region : '';
}

function bucketOf(evidence: string, problems: Problem[]): CosPlace | undefined {
  if (!evidence.startsWith('cos:')) return undefined;
  const [, bucket, path = '', region] =
    /^cos:\/\/([a-z0-9-]+-\d+)(\/[^?#]*)?\?region=([a-z0-9-]+)$/.exec(evidence) ?? [];
  if (bucket === undefined || region === undefined) {
    const what = 'is no COS place: give cos://<bucket-appid>/<prefix>?region=<region>';
    problems.push({ where: 'AUDIT_EVIDENCE', what });
    return undefined;
  }
  return { bucket, region, prefix: path.replace(/^\/+|\/+$/g, '') };
}

/** The roles in the file of targets; a target without one is read with the audit's own credential. */
function roleArnsOf(file: string, problems: Problem[]): readonly string[] {
  if (file === '') return [];
  const complain = (what: string) => {
    problems.push({ where: 'AUDIT_TARGETS', what });
    return [];
  };
  try {
    const targets = parseJson(readFileSync(file, 'utf8'));
    if (!isArray(targets)) return complain(`${file} holds no list of targets`);
    return targets.flatMap((target) => {
      const arn = isObject(target) ? own(target, 'roleArn') : undefined;
      if (arn === undefined) return [];
      const isRole = typeof arn === 'string' && /^qcs::cam::uin\/\d+:role(Name)?\/\S+$/.test(arn);
      return isRole && !arn.includes('*')
        ? [arn]
        : complain(
            `${file} has a roleArn that names no one role: qcs::cam::uin/<uin>:roleName/<name>`,
          );
    });
  } catch (error) {
    return complain(`${file} cannot be read as JSON (${messageOf(error)})`);
  }
}
