/** The actions that the simulated cloud serves. */
import { account as accountProducts } from './settings/account.ts';
import type { Product, Values } from './settings/product.ts';
import { rules } from './settings/rules.ts';
import { scans } from './settings/scans.ts';

export interface Account {
  readonly secretId: string;
  readonly secretKey: string;
  /** Temporary keys have one, and are refused without it. */
  readonly token?: string;
  readonly uin: string;
  /** For example `tcss:DescribeAssetImageScanSetting`. */
  readonly permissions: readonly string[];
}

export type Settings = Values;

/** What is wrong with a request's parameters. */
export interface BadParameter {
  readonly code: 'MissingParameter' | 'InvalidParameter' | 'UnknownParameter';
  readonly name: string;
}

export interface Action {
  readonly version: string;
  readonly permission?: string;
  readonly product?: Product;
  answer(account: Account, settings: Settings, parameters: Settings): Settings;
}

export const scanSettingAction = 'DescribeAssetImageScanSetting';
export const scanSettingPermission = permissionFor(scanSettingAction);

/** Every settings action but the image scan's, whose settings a scenario names itself. */
export const products: Readonly<Record<string, Product>> = {
  ...scans,
  ...rules,
  ...accountProducts,
};

export const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  [
    scanSettingAction,
    {
      version: '2020-11-01',
      permission: scanSettingPermission,
      answer: (_account, settings) => settings,
    },
  ],
  ...Object.entries(products).map(([name, product]): [string, Action] => [
    name,
    {
      version: '2020-11-01',
      permission: permissionFor(name),
      product,
      answer: (_account, settings, parameters) => pageOf(product, settings, parameters),
    },
  ]),
  [
    'GetCallerIdentity',
    {
      version: '2018-08-13',
      answer: ({ uin }) => ({
        Arn: `qcs::cam::uin/${uin}:uin/${uin}`,
        AccountId: uin,
        UserId: uin,
        PrincipalId: uin,
        Type: 'CAMUser',
      }),
    },
  ],
]);

/** What an account needs to read everything. */
export const allPermissions: readonly string[] = [...actions.values()].flatMap(
  ({ permission }) => permission ?? [],
);

function permissionFor(action: string): string {
  return `tcss:${action}`;
}

const defaultLimit = 10;
const maxLimit = 100;

/** The first thing wrong with the parameters, as the API refuses it. */
export function badParameter({ product }: Action, parameters: Settings): BadParameter | undefined {
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
