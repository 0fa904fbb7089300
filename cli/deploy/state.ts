/** A function of SCF: how it is to be, and how it is. */

export interface FunctionPlace {
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
}

/** What can be changed once the function is there, one by one. */
export interface Settings {
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly initTimeoutSeconds: number;
  /** The name of the execution role; empty: none. */
  readonly role: string;
  readonly publicAccess: boolean;
  /** An address of its own that does not change. */
  readonly eip: boolean;
  readonly installDependency: boolean;
  readonly vpc: { readonly vpcId: string; readonly subnetId: string };
  readonly cls: { readonly logsetId: string; readonly topicId: string };
  readonly deadLetter: {
    readonly type: string;
    readonly name: string;
    readonly filterType: string;
  };
  readonly layers: readonly { readonly name: string; readonly version: number }[];
  readonly cfs: readonly Mount[];
}

export interface Mount {
  readonly cfsId: string;
  readonly mountInsId: string;
  readonly localMountDir: string;
  readonly remoteMountDir: string;
  readonly userId: string;
  readonly userGroupId: string;
}

export interface Timer {
  readonly name: string;
  /** Seven fields. */
  readonly cron: string;
  readonly isOpen: boolean;
  /** The version of the function, or its alias, that it fires. */
  readonly qualifier: string;
  /** What the function is told. */
  readonly argument?: string;
}

/** Of a run that the platform started and that failed. */
export interface Retries {
  readonly count: number;
  readonly ttlSeconds: number;
}

/** As the cloud tells it; what it does not tell is left out. */
export interface Actual {
  readonly status: string;
  /** What it says went wrong. */
  readonly reasons: readonly string[];
  readonly runtime: string;
  readonly handler: string;
  readonly settings: Partial<Settings>;
  readonly variables: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Without one, SCF runs nothing. */
  readonly hasBalance: boolean;
  /** In hex or base64: which of them is not documented. */
  readonly codeSha256: string;
  readonly retries: Partial<Retries>;
  readonly timers: readonly Timer[];
  /** Triggers that are no timers, by kind and name. */
  readonly others: readonly { readonly type: string; readonly name: string }[];
}
