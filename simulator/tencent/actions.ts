/** The actions that the simulated cloud serves. Both take no parameters. */
export interface Account {
  readonly secretId: string;
  readonly secretKey: string;
  /** Temporary keys have one, and are refused without it. */
  readonly token?: string;
  readonly uin: string;
  /** For example `tcss:DescribeAssetImageScanSetting`. */
  readonly permissions: readonly string[];
}

export type Settings = Readonly<Record<string, unknown>>;

export interface Action {
  readonly version: string;
  readonly permission?: string;
  answer(account: Account, settings: Settings): Settings;
}

export const scanSettingAction = 'DescribeAssetImageScanSetting';
export const scanSettingPermission = `tcss:${scanSettingAction}`;

export const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  [
    scanSettingAction,
    {
      version: '2020-11-01',
      permission: scanSettingPermission,
      answer: (_account, settings) => settings,
    },
  ],
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
