/** The configuration as far as it can be trusted: one wrong setting spoils the checks that need it, and no other. */
import { parseConfig, type Config, type Env } from '../../shared/config.ts';
import type { Problem } from '../../shared/model.ts';
import type { Credential } from '../../shared/settings/tencent/credentials.ts';

export interface Settings {
  /** Every one. */
  readonly problems: readonly Problem[];
  /** Names of the settings that have one. */
  readonly broken: ReadonlySet<string>;
  /** With the default in the place of a broken setting: only for who asks `broken` first. */
  readonly config: Config;
}

export interface SettingsInput {
  readonly env: Env;
  readonly credential: Credential | undefined;
  readonly uin: string | undefined;
  readonly policyNames: ReadonlySet<string>;
}

export function readSettings(input: SettingsInput): Settings {
  const parsed = parseConfig(input);
  if (parsed.ok) return { problems: [], broken: new Set(), config: parsed.value };
  const { problems } = parsed;
  // `AUDIT_WEBHOOKS[1]` is AUDIT_WEBHOOKS.
  const broken = new Set(problems.map(({ where }) => where.replace(/\[\d+\]$/, '')));
  const kept = Object.entries(input.env).filter(([name]) => !broken.has(name));
  const rest = parseConfig({
    ...input,
    credential: input.credential ?? nobody,
    env: Object.fromEntries([
      ...kept,
      ...(broken.has('AUDIT_EVIDENCE') ? [['AUDIT_EVIDENCE', nowhere] as const] : []),
    ]),
  });
  if (!rest.ok) throw new Error('A configuration without its problems still has problems');
  return { problems, broken, config: rest.value };
}

/** Never used: its setting is broken. */
const nobody: Credential = { secretId: '', secretKey: '' };
const nowhere = 'file:./evidence';
