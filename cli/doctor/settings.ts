/** The configuration as far as it can be trusted: one wrong setting spoils the checks that need it, and no other. */
import type { Config, Env } from '../../shared/config.ts';
import type { Problem, Result } from '../../shared/model.ts';

export interface Settings {
  /** Every one. */
  readonly problems: readonly Problem[];
  /** Names of the settings that have one. */
  readonly broken: ReadonlySet<string>;
  /** With a stand-in for every broken setting: only for who asks `broken` first. */
  readonly config: Config;
}

/** @param read the configuration of an audit in that environment */
export function readSettings(env: Env, read: (env: Env) => Result<Config, Problem>): Settings {
  const parsed = read(env);
  if (parsed.ok) return { problems: [], broken: new Set(), config: parsed.value };
  const { problems } = parsed;
  const broken = new Set(problems.map(settingOf));
  const mended = [...broken].map((name) => [name, standIns[name]] as const);
  const rest = read({ ...env, ...Object.fromEntries(mended.flatMap(expand)) });
  if (!rest.ok) throw new Error('A configuration without its problems still has problems');
  return { problems, broken, config: rest.value };
}

/** `AUDIT_WEBHOOKS[1]` is about AUDIT_WEBHOOKS, and `targets.json[0].uin` about the setting that names the file. */
function settingOf({ where }: Problem): string {
  return /^(?:AUDIT|TENCENTCLOUD)_[A-Z_]+/.exec(where)?.[0] ?? 'AUDIT_TARGETS';
}

/** Never used; any other setting does without a value. */
const standIns: Readonly<Record<string, string>> = {
  TENCENTCLOUD_SECRET_ID: 'none',
  AUDIT_EVIDENCE: 'file:./evidence',
};

function expand([name, value]: readonly [string, string | undefined]) {
  return name === 'TENCENTCLOUD_SECRET_ID'
    ? [[name, value] as const, ['TENCENTCLOUD_SECRET_KEY', value] as const]
    : [[name, value] as const];
}
