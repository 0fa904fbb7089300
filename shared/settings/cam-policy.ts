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
  /** The watchdog's: it writes no evidence. */
  readonly readsEvidenceOnly?: true;
  /** Of the secret manager, where the configuration names any. */
  readonly secrets?: { readonly region: string; readonly names: readonly string[] };
}

export interface CosPlace {
  /** With the account's number at its end: `evidence-1250000000`. */
  readonly bucket: string;
  readonly region: string;
  /** Without a slash at its ends; may be empty. */
  readonly prefix: string;
}

export function camPolicyOf(needs: CamNeeds): CamPolicy {
  const { sources, site, roleArns, bucket, readsEvidenceOnly = false, secrets } = needs;
  const reads = sources.filter((source) => source.sites.includes(site));
  const actions = [...new Set(reads.map(({ camAction }) => camAction))].sort();
  return {
    version: '2.0',
    statement: [
      // TCSS is authorized by operation: naming a resource would grant nothing.
      ...statement(actions, ['*']),
      ...statement(roleArns.length > 0 ? ['name/sts:AssumeRole'] : [], [...new Set(roleArns)]),
      ...(bucket === undefined
        ? []
        : readsEvidenceOnly
          ? readingStatements(bucket)
          : evidenceStatements(bucket)),
      ...(secrets === undefined ? [] : secretStatements(secrets)),
    ],
  };
}

function statement(
  action: readonly string[],
  resource: readonly string[],
): readonly CamStatement[] {
  return action.length === 0 ? [] : [{ effect: 'allow', action, resource }];
}

/**
 * Whoever created them: they are found by their names.
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
