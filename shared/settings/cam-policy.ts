/** The least that the audit's role must be allowed: what a run calls, and nothing else. */
import type { Site, Source } from '../model.ts';

export interface CamStatement {
  readonly effect: 'allow';
  readonly action: readonly string[];
  readonly resource: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface CamPolicy {
  readonly version: '2.0';
  readonly statement: readonly CamStatement[];
}

export interface CamNeeds {
  /** Those that the chosen policies read. */
  readonly sources: readonly Source[];
  readonly site: Site;
  /** Roles of other accounts that the audit takes. */
  readonly roleArns: readonly string[];
  /** The evidence bucket, where there is one. */
  readonly bucket?: CosPlace;
  /** The function itself, where an audit is too large for one invocation of it. */
  readonly selfInvoke?: FunctionPlace;
  /** Of the secret manager, where the configuration names any; an empty region is every region. */
  readonly secrets?: { readonly region: string; readonly names: readonly string[] };
  /** The watchdog's: it writes no evidence. */
  readonly readsEvidenceOnly?: true;
}

/** Of the same deployment: the watchdog reads the evidence and tells; it reads no settings, and takes no role. */
export function watchdogNeeds({ selfInvoke: _, ...needs }: CamNeeds): CamNeeds {
  return { ...needs, sources: [], roleArns: [], readsEvidenceOnly: true };
}

export interface FunctionPlace {
  readonly region: string;
  /** Its account; the one that the policy belongs to where it is not said. */
  readonly uin?: string;
  readonly namespace: string;
  readonly functionName: string;
}

export interface CosPlace {
  /** With the account's number at its end: `evidence-1250000000`. */
  readonly bucket: string;
  readonly region: string;
  /** Without a slash at its ends; may be empty. */
  readonly prefix: string;
}

/** What CAM takes of one policy, in characters: https://cloud.tencent.com/document/product/598/10603 */
export const maxPolicyChars = 6_144;
/** Of them, for the roles of targets; beyond it, roles of one name are one resource. */
const maxRoleChars = 3_000;

export function camPolicyOf(needs: CamNeeds): CamPolicy {
  const { sources, site, roleArns, bucket, selfInvoke, secrets } = needs;
  const { readsEvidenceOnly = false } = needs;
  const reads = sources.filter((source) => source.sites.includes(site));
  const actions = [...new Set(reads.map(({ camAction }) => camAction))].sort();
  return {
    version: '2.0',
    statement: [
      // TCSS is authorized by operation: naming a resource would grant nothing.
      ...statement(actions, ['*']),
      ...statement(roleArns.length > 0 ? ['name/sts:AssumeRole'] : [], rolesOf(roleArns)),
      ...(selfInvoke === undefined ? [] : [selfInvokeStatement(selfInvoke)]),
      ...(secrets === undefined ? [] : secretStatements(secrets)),
      ...(bucket === undefined
        ? []
        : readsEvidenceOnly
          ? readingStatements(bucket)
          : evidenceStatements(bucket)),
    ],
  };
}

function statement(
  action: readonly string[],
  resource: readonly string[],
): readonly CamStatement[] {
  return action.length === 0 ? [] : [{ effect: 'allow', action, resource }];
}

/** That CAM takes `*` for the account of a role is a guess: it was not tried. */
function rolesOf(roleArns: readonly string[]): readonly string[] {
  const each = [...new Set(roleArns)];
  if (each.join().length <= maxRoleChars) return each;
  return [...new Set(each.map((arn) => arn.replace(/:uin\/\d+:/, ':uin/*:')))].sort();
}

/**
 * SCF's page on CAM has InvokeFunction for "synchronously or asynchronously", the API an action Invoke besides,
 * which is the one that is called: which of the two names is asked for was not tried, so both are granted.
 * https://www.tencentcloud.com/document/product/583/18014
 */
function selfInvokeStatement(place: FunctionPlace): CamStatement {
  const { region, uin, namespace, functionName } = place;
  const account = uin === undefined ? '' : `uin/${uin}`;
  return {
    effect: 'allow',
    action: ['scf:Invoke', 'scf:InvokeFunction'],
    resource: [`qcs::scf:${region}:${account}:namespace/${namespace}/function/${functionName}`],
  };
}

/**
 * Made by anyone of the account: that CAM takes `*` for the maker is a guess, which was not tried.
 * https://www.tencentcloud.com/document/product/1078/38612
 */
function secretStatements({
  region,
  names,
}: NonNullable<CamNeeds['secrets']>): readonly CamStatement[] {
  const resources = names.map((name) => `qcs::ssm:${region}::secret/creatorUin/*/${name}`);
  return statement(resources.length > 0 ? ['ssm:GetSecretValue'] : [], resources);
}

function readingStatements(place: CosPlace): readonly CamStatement[] {
  const { whole, objects } = resourcesOf(place);
  return [
    { effect: 'allow', action: ['name/cos:GetObject'], resource: [objects] },
    { effect: 'allow', action: ['name/cos:GetBucket'], resource: [`${whole}*`] },
  ];
}

function resourcesOf({ bucket, region, prefix }: CosPlace) {
  const appId = /-(\d+)$/.exec(bucket)?.[1] ?? '*';
  const whole = `qcs::cos:${region}:uid/${appId}:${bucket}/`;
  return { whole, objects: `${whole}${prefix === '' ? '' : `${prefix}/`}*` };
}

function evidenceStatements(place: CosPlace): readonly CamStatement[] {
  const { whole, objects } = resourcesOf(place);
  return [
    {
      effect: 'allow',
      action: ['name/cos:PutObject'],
      resource: [objects],
      // A stolen key cannot overwrite what is sealed.
      condition: { string_equal: { 'cos:x-cos-forbid-overwrite': 'true' } },
    },
    { effect: 'allow', action: ['name/cos:GetObject'], resource: [objects] },
    {
      effect: 'allow',
      action: [
        'name/cos:GetBucket',
        'name/cos:GetBucketVersioning',
        'name/cos:GetBucketObjectLockConfiguration',
      ],
      resource: [`${whole}*`],
    },
  ];
}
