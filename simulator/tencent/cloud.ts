/** The changeable state behind the API: which scenario, what somebody changed in it, what fails next. */
import { createFaultPlan } from '../fault-plan.ts';
import { scenarios, type ScenarioName } from '../scenarios.ts';
import { products, scanSettingAction, type Account, type Settings } from './actions.ts';
import type { ApiFault } from './faults.ts';

export type SettingsChange = (settings: Record<string, unknown>) => Settings;

export interface Cloud {
  readonly setScenario: (name: ScenarioName) => void;
  /** Of the image scan, unless another action is named. */
  readonly setSettings: (change: SettingsChange, action?: string) => void;
  readonly setFault: (
    fault: ApiFault | undefined,
    options?: { readonly action?: string; readonly times?: number },
  ) => void;
  readonly settings: (action: string) => Settings;
  readonly isPermitted: (account: Account, permission: string) => boolean;
  readonly takeFault: (action: string) => ApiFault | undefined;
}

export function createCloud(first: ScenarioName, now: () => number): Cloud {
  const scenarioFaults = createFaultPlan<ApiFault>();
  const wantedFaults = createFaultPlan<ApiFault>();
  let scenario = scenarios[first];
  let changes: readonly { readonly action: string; readonly change: SettingsChange }[] = [];
  const settingsOf = (action: string): Settings => {
    if (action === scanSettingAction) return scenario.settings(now());
    const good = products[action]?.settings(now()) ?? {};
    return scenario.others?.(good) ?? good;
  };
  const cloud: Cloud = {
    setScenario(name) {
      scenario = scenarios[name];
      changes = [];
      wantedFaults.set(undefined);
      scenarioFaults.set(scenario.fault?.fault, { ...scenario.fault, only: isSettings });
    },
    setSettings(change, action = scanSettingAction) {
      changes = [...changes, { action, change }];
    },
    setFault(fault, { action, ...options } = {}) {
      wantedFaults.set(fault, action === undefined ? options : { ...options, only: action });
    },
    settings: (action) =>
      changes
        .filter((made) => made.action === action)
        .reduce((settings, { change }) => change({ ...settings }), settingsOf(action)),
    isPermitted: ({ permissions }, permission) =>
      scenario.isDenied !== true && permissions.includes(permission),
    takeFault: (action) => wantedFaults.take(action) ?? scenarioFaults.take(action),
  };
  cloud.setScenario(first);
  return cloud;
}

function isSettings(action: string): boolean {
  return action === scanSettingAction || Object.hasOwn(products, action);
}
