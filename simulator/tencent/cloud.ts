/** The changeable state behind the API: which scenario, what somebody changed in it, what fails next. */
import { createFaultPlan, type FaultPlan } from '../fault-plan.ts';
import { scenarios, type ScenarioName } from '../scenarios.ts';
import { products, scanSettingAction, type Settings } from './actions.ts';
import type { ApiFault } from './faults.ts';

export type SettingsChange = (settings: Record<string, unknown>) => Settings;

export interface FaultOptions {
  /** Without it, of any action. */
  readonly action?: string;
  /** Without it, every request. */
  readonly times?: number;
  /**
   * The one account that is struck, beside what strikes all: that of the key; for AssumeRole that of
   * the role.
   */
  readonly uin?: string;
}

export interface Cloud {
  readonly setScenario: (name: ScenarioName) => void;
  /** Of the image scan, unless another action is named. An account's own changes come after those for all. */
  readonly setSettings: (change: SettingsChange, action?: string, uin?: string) => void;
  readonly setFault: (fault: ApiFault | undefined, options?: FaultOptions) => void;
  readonly settings: (action: string, uin: string) => Settings;
  /** A scenario may take away what an account has. */
  readonly isDenied: (permission: string) => boolean;
  /** @param uin asked for only where some account has a fault of its own */
  readonly takeFault: (action: string, uin: () => string) => ApiFault | undefined;
}

export function createCloud(first: ScenarioName, now: () => number): Cloud {
  const scenarioFaults = createFaultPlan<ApiFault>();
  const wantedFaults = createFaultPlan<ApiFault>();
  const faultsByUin = new Map<string, FaultPlan<ApiFault>>();
  let scenario = scenarios[first];
  /** By action, and by action and uin. */
  const changes = new Map<string, readonly SettingsChange[]>();
  const settingsOf = (action: string): Settings => {
    if (action === scanSettingAction) return scenario.settings(now());
    const good = products[action]?.settings(now()) ?? {};
    return scenario.others?.(good) ?? good;
  };
  const cloud: Cloud = {
    setScenario(name) {
      scenario = scenarios[name];
      changes.clear();
      faultsByUin.clear();
      wantedFaults.set(undefined);
      scenarioFaults.set(scenario.fault?.fault, { ...scenario.fault, only: isSettings });
    },
    setSettings(change, action = scanSettingAction, uin) {
      const key = keyOf(action, uin);
      changes.set(key, [...(changes.get(key) ?? []), change]);
    },
    setFault(fault, { action, uin, ...options } = {}) {
      const plan = uin === undefined ? wantedFaults : (faultsByUin.get(uin) ?? createFaultPlan());
      if (uin !== undefined) faultsByUin.set(uin, plan);
      plan.set(fault, action === undefined ? options : { ...options, only: action });
    },
    settings: (action, uin) =>
      [keyOf(action), keyOf(action, uin)]
        .flatMap((key) => changes.get(key) ?? [])
        .reduce((settings, change) => change({ ...settings }), settingsOf(action)),
    isDenied: (permission) => scenario.isDenied === true && permission.startsWith('tcss:'),
    takeFault: (action, uin) =>
      (faultsByUin.size === 0 ? undefined : faultsByUin.get(uin())?.take(action)) ??
      wantedFaults.take(action) ??
      scenarioFaults.take(action),
  };
  cloud.setScenario(first);
  return cloud;
}

function keyOf(action: string, uin = ''): string {
  return `${action} ${uin}`;
}

function isSettings(action: string): boolean {
  return action === scanSettingAction || Object.hasOwn(products, action);
}
