/** States of the simulated cloud, as data. */
import { isObject } from './json.ts';
import type { Settings } from './tencent/actions.ts';
import type { ApiFault } from './tencent/faults.ts';
import { inShanghai } from './tencent/settings/product.ts';

export const scenarioNames = [
  'good',
  'drift',
  'disabled',
  'denied',
  'flaky',
  'outage',
  'hang',
  'html',
  'nulls',
  'legacy',
  'hostile',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface Scenario {
  /** Of the image scan. */
  settings(nowMs: number): Settings;
  /** What becomes of the good settings of the other actions. */
  others?(good: Settings): Settings;
  /** The account may not read its settings. */
  readonly isDenied?: true;
  /** Befalls the reading of settings, as when one product of the cloud is down. */
  readonly fault?: { readonly fault: ApiFault; readonly times?: number };
}

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  good: { settings: good },
  drift: {
    settings: (nowMs) => ({
      ...good(nowMs),
      ScanVul: false,
      ScanPeriod: 30,
      ExcludeImages: [image('a'), image('b')],
    }),
  },
  disabled: { settings: (nowMs) => ({ ...good(nowMs), Enable: false }) },
  denied: { settings: good, isDenied: true },
  flaky: {
    settings: good,
    fault: { fault: { kind: 'api-error', code: 'RequestLimitExceeded' }, times: 2 },
  },
  outage: { settings: good, fault: { fault: { kind: 'http-status', status: 500 } } },
  hang: { settings: good, fault: { fault: { kind: 'hang' } } },
  html: { settings: good, fault: { fault: { kind: 'html' } } },
  nulls: {
    settings: (nowMs) => nulls(good(nowMs)),
    others: nulls,
  },
  legacy: { settings: () => pageExample },
  hostile: { settings: hostile, others: withHostileNames },
};

export function isScenarioName(name: string): name is ScenarioName {
  return scenarioNames.some((known) => known === name);
}

/** The fields of the API's page of 2026-06-10, and nothing to complain about. */
function good(nowMs: number): Settings {
  return {
    Enable: true,
    ScanTime: '02:00:00',
    ScanPeriod: 1,
    ScanVirus: true,
    ScanRisk: true,
    ScanVul: true,
    Images: [],
    ContainerRunning: false,
    ScanScope: 0,
    ScanEndTime: '06:00',
    ExcludeImages: [],
    LastScanTime: inShanghai(nowMs - 8 * 3_600_000),
    ScanResult: 'Success',
    ClusterIDs: [],
  };
}

/** The example on the API's page, with the `All` that the page no longer lists. */
const pageExample: Settings = {
  All: false,
  Enable: true,
  Images: ['sha256:f8d1d3fe96d0bb9d04eab9043b53ed5280a409db58f2506e9f65caa11bb39ad1'],
  ScanPeriod: 1,
  ScanRisk: false,
  ScanTime: '11:05:00',
  ScanVirus: true,
  ScanVul: false,
};

/** Strings that mention everybody, make links, format, or are no text at all. */
function hostile(nowMs: number): Settings {
  return {
    ...good(nowMs),
    ScanVul: false,
    ScanScope: 1,
    Images: ['<!channel> <!here> <@U012AB3CD> <https://evil.example|Success>', '@all <@all>'],
    ExcludeImages: [
      '<at id=all></at><at user_id="all">all</at>',
      '<font color="warning">**owned**</font> [Sign in](https://evil.example) `code` ``` # h1',
      'line\nfeed\r\u0000\u0007\u001b[31m\u007f\u0085',
      'registry/\u202egpj.exe\u202c',
      'half\ud83d and other half\ude00',
      '"}],"errcode":0,{"\\',
      '<script>alert(1)</script>&amp;',
      '=HYPERLINK("https://evil.example")',
    ],
    ClusterIDs: ['cls-<!everyone>', '__proto__'],
    ScanResult: 'Success <!channel> @all\n# passed **everything** \u202e[ok](https://evil.example)',
  };
}

function image(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

function nulls(settings: Settings): Settings {
  return Object.fromEntries(Object.keys(settings).map((field) => [field, null]));
}

/** Whatever a person of the account may name. */
function withHostileNames(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, hostileIn(name, value)]),
  );
}

function hostileIn(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => hostileIn(name, item));
  if (isObject(value)) return withHostileNames(value);
  return typeof value === 'string' && /Name$|^(Remark|ErrMsg|Description|User)$/.test(name)
    ? `${value} <!channel> @all **owned** [ok](https://evil.example) \u202e`
    : value;
}
