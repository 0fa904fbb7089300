/** The configuration as far as it can be trusted: one wrong setting spoils the checks that need it, and no other. */
import type { Config, Env } from '../../shared/config.ts';
import type { Problem, Result } from '../../shared/model.ts';
import type { Resolved } from '../../shared/settings/tencent/secrets.ts';

export interface Settings {
  /** Every one. */
  readonly problems: readonly Problem[];
  /** Names of the settings that have one. */
  readonly broken: ReadonlySet<string>;
  /** With a stand-in for every broken setting: only for who asks `broken` first. */
  readonly config: Config;
}

/**
 * @param env as it was set, with references to secrets
 * @param resolved the same with the secrets that could be read
 * @param read the configuration of an audit in that environment
 */
export function readSettings(
  env: Env,
  resolved: Resolved,
  read: (resolved: Resolved) => Result<Config, Problem>,
): Settings {
  const parsed = read(resolved);
  if (parsed.ok) return { problems: [], broken: new Set(), config: parsed.value };
  const { problems } = parsed;
  const unread = Object.keys(env).filter(
    (name) => env[name] !== undefined && resolved.env[name] === undefined,
  );
  const broken = new Set([...problems.map(settingOf), ...unread]);
  const mended = [...broken].flatMap(mend);
  const rest = read({
    ...resolved,
    problems: [],
    env: { ...resolved.env, ...Object.fromEntries(mended) },
  });
  if (!rest.ok) throw new Error('A configuration without its problems still has problems');
  return { problems, broken, config: rest.value };
}

/** `AUDIT_WEBHOOKS[1]` is about AUDIT_WEBHOOKS, and `targets.json[0].uin` about the setting that names the file. */
function settingOf({ where }: Problem): string {
  return /^(?:AUDIT|TENCENTCLOUD)_[A-Z_]+/.exec(where)?.[0] ?? 'AUDIT_TARGETS';
}

type Variable = readonly [name: string, value: string | undefined];

/** Stand-ins are never used; most settings do without a value. */
function mend(name: string): readonly Variable[] {
  switch (name) {
    case 'TENCENTCLOUD_SECRET_ID':
      return [
        ['TENCENTCLOUD_SECRET_ID', 'none'],
        ['TENCENTCLOUD_SECRET_KEY', 'none'],
      ];
    case 'AUDIT_EVIDENCE':
      return [[name, 'file:./evidence']];
    default:
      return [[name, undefined]];
  }
}
