/** The actions that the simulated cloud serves. */
import type { Action } from './action.ts';
import { cam } from './cam.ts';
import { organization } from './organization.ts';
import { ok } from './outcome.ts';
import type { BadParameter } from './parameters.ts';
import { functionActions } from './scf/function-actions.ts';
import { invokeActions } from './scf/invoke-actions.ts';
import { triggerActions } from './scf/trigger-actions.ts';
import { account as accountProducts } from './settings/account.ts';
import type { Product, Values } from './settings/product.ts';
import { rules } from './settings/rules.ts';
import { scans } from './settings/scans.ts';
import { ssm } from './ssm.ts';
import { sts } from './sts.ts';

export type Settings = Values;

export const scanSettingAction = 'DescribeAssetImageScanSetting';
export const scanSettingPermission = permissionFor(scanSettingAction);

/** Every settings action but the image scan's, whose settings a scenario names itself. */
export const products: Readonly<Record<string, Product>> = {
  ...scans,
  ...rules,
  ...accountProducts,
};

/** The settings of the product. */
const reads: Readonly<Record<string, Action>> = {
  [scanSettingAction]: {
    version: '2020-11-01',
    permission: scanSettingPermission,
    faultOf: (parameters) => badParameter(undefined, parameters),
    answer: ({ settings }) => ok(settings()),
  },
  ...Object.fromEntries(
    Object.entries(products).map(([name, product]): [string, Action] => [
      name,
      {
        version: '2020-11-01',
        permission: permissionFor(name),
        faultOf: (parameters) => badParameter(product, parameters),
        answer: ({ settings, parameters }) => ok(pageOf(product, settings(), parameters)),
      },
    ]),
  ),
};

/** By the name alone: no two services have an action of the same name. */
export const actions: ReadonlyMap<string, Action> = new Map(
  Object.entries({
    ...reads,
    ...{ ...sts, ...organization, ...ssm, ...cam },
    ...{ ...functionActions, ...triggerActions, ...invokeActions },
  }),
);

/** What a role may do that says nothing else. */
export const readPermissions: readonly string[] = permissionsOf(Object.values(reads));

/** What an account needs to do everything. */
export const allPermissions: readonly string[] = [
  ...permissionsOf([...actions.values()]),
  // Nobody calls it: it is asked for when a function is given a role.
  'cam:PassRole',
];

function permissionsOf(some: readonly Action[]): readonly string[] {
  return some.flatMap(({ permission }) => permission ?? []);
}

function permissionFor(action: string): string {
  return `tcss:${action}`;
}

const defaultLimit = 10;
const maxLimit = 100;

/** The first thing wrong with the parameters, as the API refuses it. */
function badParameter(
  product: Product | undefined,
  parameters: Settings,
): BadParameter | undefined {
  const choices = product?.parameters ?? {};
  const paging = product?.lists === undefined ? [] : ['Offset', 'Limit'];
  for (const [name, value] of Object.entries(parameters)) {
    if (paging.includes(name)) {
      const most = name === 'Limit' ? maxLimit : Infinity;
      const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
      if (!isCount || value > most) return { code: 'InvalidParameter', name };
    } else if (!Object.hasOwn(choices, name)) return { code: 'UnknownParameter', name };
    else if (choices[name]?.includes(value) !== true) return { code: 'InvalidParameter', name };
  }
  const missing = Object.keys(choices).find((name) => !Object.hasOwn(parameters, name));
  return missing === undefined ? undefined : { code: 'MissingParameter', name: missing };
}

/** A slice of every list, and how many there are; what is no list stays as it is. */
function pageOf({ lists }: Product, settings: Settings, parameters: Settings): Settings {
  if (lists === undefined) return settings;
  const offset = Number(parameters['Offset'] ?? 0);
  const limit = Number(parameters['Limit'] ?? defaultLimit);
  const whole = lists.flatMap((name) => {
    const list: unknown = settings[name];
    return Array.isArray(list) ? [[name, list as readonly unknown[]] as const] : [];
  });
  const [first] = whole;
  return {
    ...(first !== undefined && { TotalCount: first[1].length }),
    ...settings,
    ...Object.fromEntries(whole.map(([name, list]) => [name, list.slice(offset, offset + limit)])),
  };
}
