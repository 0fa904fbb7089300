/** Accounts, the roles that they lend to others, and whoever signs a request. */

export interface Account {
  readonly secretId: string;
  readonly secretKey: string;
  /** Temporary keys have one, and are refused without it. */
  readonly token?: string;
  readonly uin: string;
  /** For example `tcss:DescribeAssetImageScanSetting`. */
  readonly permissions: readonly string[];
  readonly roles?: readonly LentRole[];
}

/** A role that is there from the start; CAM makes more. */
export interface LentRole {
  readonly name: string;
  /** The accounts that may take it, by uin, and services, for example `scf.qcloud.com`. */
  readonly trusts: readonly string[];
  readonly externalId?: string;
  /** Without them, the role may read all settings of the product. */
  readonly permissions?: readonly string[];
}

/** Whose key signed a request. */
export interface Caller {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
  /** The account that the key acts in. */
  readonly uin: string;
  /** Of an account's own key; those of a session are its role's at the time of the request. */
  readonly permissions?: readonly string[];
  readonly session?: Session;
}

/** What AssumeRole made, and what a function gets of its execution role. */
export interface Session {
  readonly roleName: string;
  readonly roleId: string;
  readonly name: string;
  /** The uin that asked for the keys. */
  readonly principal: string;
  readonly expiresAtMs: number;
}
