/** What an audit must be allowed to do, by the environment that it will have. */
import type { Env } from '../shared/config.ts';
import { messageOf } from '../shared/errors.ts';
import { isArray, isObject, own, parseJson } from '../shared/json.ts';
import { sites, type Problem, type Result } from '../shared/model.ts';
import type { PackedPolicy } from '../shared/policy/compile.ts';
import type { CamNeeds, CosPlace, FunctionPlace } from '../shared/settings/cam-policy.ts';
import { sources } from '../shared/settings/sources.ts';
import { secretNamesIn } from '../shared/settings/tencent/secrets.ts';
import { plainLine } from '../shared/text.ts';

export interface CamInput {
  readonly variables: Env;
  readonly policies: readonly PackedPolicy[];
  /** @throws where it cannot be read */
  readonly readFile: (path: string) => string;
  /** The function that the audit runs in. */
  readonly place?: FunctionPlace;
}

export function camNeedsOf(input: CamInput): Result<CamNeeds, Problem> {
  const { variables, policies, readFile, place } = input;
  const problems: Problem[] = [];
  const variable = (name: string) => variables[name]?.trim() ?? '';

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
    const what = `is "${plainLine(siteName, 60)}": give intl or cn`;
    problems.push({ where: 'AUDIT_SITE', what });
  }
  const bucket = bucketOf(variable('AUDIT_EVIDENCE'), problems);
  const targets = variable('AUDIT_TARGETS');
  const roleArns = roleArnsOf(targets, readFile, problems);
  const [first, ...rest] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...rest] };
  return {
    ok: true,
    value: {
      sources: Object.values(sources).filter(({ id }) => read.has(id)),
      site: site ?? 'intl',
      roleArns,
      secrets: { region: regionOf(variable('AUDIT_REGION')), names: secretNamesIn(variables) },
      ...(bucket !== undefined && { bucket }),
      // One account is never too much for one invocation.
      ...(place !== undefined && targets !== '' && { selfInvoke: place }),
    },
  };
}

/** Where secrets are asked for; empty, which is everywhere, where that follows from where the function runs. */
function regionOf(region: string): string {
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
function roleArnsOf(
  file: string,
  readFile: CamInput['readFile'],
  problems: Problem[],
): readonly string[] {
  if (file === '') return [];
  const complain = (what: string) => {
    problems.push({ where: 'AUDIT_TARGETS', what });
    return [];
  };
  try {
    const targets = parseJson(readFile(file));
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
