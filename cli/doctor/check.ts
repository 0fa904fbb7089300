/** What a check is given, and how all of them are made: side by side, in bounded time, none of them throwing. */
import type { Config } from '../../shared/config.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Problem, Result, Source } from '../../shared/model.ts';
import type { Accounts, Clock, Http } from '../../shared/ports.ts';
import type { CamPolicy } from '../../shared/settings/cam-policy.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import { plainLine, redact } from '../../shared/text.ts';
import type { Description } from '../deploy/description.ts';
import type { Package } from '../deploy/package.ts';
import type { Identity } from './credentials.ts';
import type { StoreFound } from './evidence.ts';
import type { Deployed } from './function.ts';
import type { Settings } from './settings.ts';
import type { Tail } from './tail.ts';
import { error, skip, type Line, type Told, type Verdict } from './verdict.ts';

/** The deployment as a check sees it. What several checks ask is read once. */
export interface Ward {
  readonly settings: Settings;
  /** Where the settings come from, as a person would say it. */
  readonly origin: string;
  /** Of the secret manager. */
  readonly secretNames: readonly string[];
  readonly audit: FunctionWard;
  /** What the audit's role must be allowed, by the settings of the function. */
  readonly neededBy: (deployed: Deployed) => Result<CamPolicy, Problem>;
  readonly watchdog: FunctionWard;
  /** As a person would say where the evidence lies. */
  readonly place: string;
  /** What the chosen policies read on the site. */
  readonly sources: readonly Source[];
  /** What those that judge the target read. */
  readonly sourcesOf: (target: AuditTarget) => readonly Source[];
  readonly accounts: Accounts;
  /** Post a test notice to each channel. */
  readonly isSending: boolean;
  readonly nodeVersion: string;
  readonly clock: Clock;
  readonly http: Http;
  /** Never to be called where the credentials are broken. */
  readonly api: Api;
  /** Epoch milliseconds: when every check must be over. */
  readonly deadlineMs: number;
  readonly identity: () => Promise<Told<Identity>>;
  readonly store: () => Promise<Told<StoreFound>>;
  readonly tail: () => Promise<Told<Tail>>;
  /** What no line may show, as far as it is known by then. */
  readonly secrets: () => readonly string[];
}

/** A function that is deployed from here, or why none is known. */
export type FunctionWard =
  | { readonly isKnown: false; readonly verdict: Verdict }
  | {
      readonly isKnown: true;
      readonly description: Description;
      /** In its region. */
      readonly api: Api;
      /** Undefined where there is no such function. */
      readonly deployed: () => Promise<Told<Deployed | undefined>>;
      /** Its code as it is built here. */
      readonly pack: () => Result<Package, Problem>;
    };

export interface Check {
  readonly name: string;
  /** The settings without which there is nothing to check. */
  readonly needs: (config: Config) => readonly string[];
  readonly examine: (ward: Ward) => Promise<readonly Verdict[]>;
}

/** @returns the lines in the order of the checks */
export async function examine(checks: readonly Check[], ward: Ward): Promise<readonly Line[]> {
  const verdicts = await Promise.all(
    checks.map(async (check) => ({ check, found: await bounded(check, ward) })),
  );
  const secrets = ward.secrets();
  return verdicts.flatMap(({ check, found }) =>
    found.map((verdict) => ({ check: check.name, ...cleaned(verdict, secrets) })),
  );
}

async function bounded(check: Check, ward: Ward): Promise<readonly Verdict[]> {
  const { settings, clock, deadlineMs } = ward;
  const broken = check.needs(settings.config).filter((name) => settings.broken.has(name));
  if (broken.length > 0) return [skip(`${broken.join(' and ')} must be right first`)];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Verdict[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([error('it took too long to be told', 'try again; check the network')]);
    }, deadlineMs - clock.now());
  });
  try {
    return await Promise.race([check.examine(ward), late]);
  } catch (fault) {
    // What one check did not foresee must not hide what the others found.
    const what = 'this is a fault of tcss-audit: report it';
    return [error(`the check itself failed: ${messageOf(fault)}`, what)];
  } finally {
    clearTimeout(timer);
  }
}

/** Half of it was written by others: the cloud, a chat platform, whoever can write to the log. */
function cleaned({ status, message, advice }: Verdict, secrets: readonly string[]): Verdict {
  const clean = (text: string) => plainLine(redact(text, secrets), 600);
  return {
    status,
    message: clean(message),
    ...(advice !== undefined && { advice: clean(advice) }),
  };
}
