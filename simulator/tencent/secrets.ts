/** What the secret manager keeps: values by account, name and version. */

/** Bytes are handed out in base64. */
export type SecretValue = string | Uint8Array;

export interface Secrets {
  /** @returns undefined where there is no such secret, in any version */
  readonly versionsOf: (uin: string, name: string) => ReadonlyMap<string, SecretValue> | undefined;
  /** @param value undefined: the version is gone, and with its last version the secret */
  readonly set: (
    uin: string,
    name: string,
    version: string,
    value: SecretValue | undefined,
  ) => void;
}

export function createSecrets(): Secrets {
  const versionsByName = new Map<string, Map<string, SecretValue>>();
  return {
    versionsOf: (uin, name) => versionsByName.get(`${uin} ${name}`),
    set: (uin, name, version, value) => {
      const key = `${uin} ${name}`;
      const versions = versionsByName.get(key) ?? new Map<string, SecretValue>();
      if (value === undefined) versions.delete(version);
      else versions.set(version, value);
      if (versions.size === 0) versionsByName.delete(key);
      else versionsByName.set(key, versions);
    },
  };
}
