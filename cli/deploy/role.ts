/** Roles and policies as CAM tells of them. */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own, parseJson } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { isNotServed } from './deployer.ts';
import { numberOf, textOf } from './settings.ts';

export type RoleFound =
  | { readonly kind: 'absent' }
  /** The one who deploys may not look: then the deployment tells. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'there';
      readonly isOurs: boolean;
      /** Services that may take it; undefined where its document says something else. */
      readonly carriers: readonly string[] | undefined;
    };

/** Of the name that the role has. */
export interface PolicyFound {
  readonly id: number;
  readonly isOurs: boolean;
  readonly isAttached: boolean;
  readonly document: string;
}

/** https://cloud.tencent.com/document/product/583/32389 */
export const carrier = 'scf.qcloud.com';
export const trustPolicy = {
  version: '2.0',
  statement: [
    { action: 'name/sts:AssumeRole', effect: 'allow', principal: { service: [carrier] } },
  ],
} as const;
/** By it, what this command made is known again. */
export const madeByUs = 'Made by tcss-audit deploy';

const patienceMs = 60_000;
const pageSize = 200;
const maxPages = 50;

export interface Cam {
  readonly role: (name: string) => Promise<RoleFound>;
  /** @throws CloudError */
  readonly policy: (name: string) => Promise<PolicyFound | undefined>;
  /** @throws CloudError */
  readonly write: (action: string, request: JsonObject) => Promise<JsonObject>;
}

export function createCam(clock: Clock, api: Api): Cam {
  const call = (action: string, request: JsonObject) =>
    api.call({ service: 'cam', action, request }, clock.now() + patienceMs);
  const isAttached = async (name: string): Promise<boolean> => {
    try {
      return await pages(
        (page) => call('ListAttachedRolePolicies', { ...page, RoleName: name, Keyword: name }),
        (policy) => own(policy, 'PolicyName') === name,
      ).then((found) => found !== undefined);
    } catch (error) {
      if (isNoRole(error)) return false;
      throw error;
    }
  };
  return {
    role: async (name) => {
      try {
        const answer = own(await call('GetRole', { RoleName: name }), 'RoleInfo') ?? null;
        return isObject(answer)
          ? roleOf(answer)
          : { kind: 'unknown', reason: 'GetRole: the answer holds no role' };
      } catch (error) {
        if (isNoRole(error)) return { kind: 'absent' };
        if (isNotServed(error)) return { kind: 'unknown', reason: error.message };
        throw error;
      }
    },
    policy: async (name) => {
      const listed = await pages(
        (page) => call('ListPolicies', { ...page, Scope: 'Local', Keyword: name }),
        (policy) => own(policy, 'PolicyName') === name,
      );
      const id = listed && numberOf(listed, 'PolicyId');
      if (id === undefined) return undefined;
      const policy = await call('GetPolicy', { PolicyId: id });
      return {
        id,
        isOurs: textOf(policy, 'Description') === madeByUs,
        isAttached: await isAttached(name),
        document: textOf(policy, 'PolicyDocument') ?? '',
      };
    },
    write: call,
  };
}

/** The first of all pages that fits. */
async function pages(
  read: (page: JsonObject) => Promise<JsonObject>,
  isFit: (item: JsonObject) => boolean,
): Promise<JsonObject | undefined> {
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await read({ Page: page, Rp: pageSize });
    const list = own(answer, 'List');
    const items = isArray(list) ? list.filter(isObject) : [];
    const found = items.find(isFit);
    if (found !== undefined || page * pageSize >= (numberOf(answer, 'TotalNum') ?? 0)) return found;
  }
  return undefined;
}

function isNoRole(error: unknown): boolean {
  return error instanceof CloudError && error.apiCode.includes('RoleNotExist');
}

function roleOf(role: JsonObject): RoleFound {
  const isOurs = textOf(role, 'Description') === madeByUs;
  return { kind: 'there', isOurs, carriers: carriersIn(textOf(role, 'PolicyDocument') ?? '') };
}

function carriersIn(document: string): readonly string[] | undefined {
  const parsed = parsedOr(document, null);
  const statements = isObject(parsed) ? own(parsed, 'statement') : undefined;
  if (!isArray(statements)) return undefined;
  return statements.filter(isObject).flatMap((statement) => {
    const principal = own(statement, 'principal') ?? null;
    const services = isObject(principal) ? (own(principal, 'service') ?? []) : [];
    return (isArray(services) ? services : [services]).filter((one) => typeof one === 'string');
  });
}

export function parsedOr(text: string, otherwise: Json): Json {
  try {
    return parseJson(text);
  } catch {
    return otherwise;
  }
}
