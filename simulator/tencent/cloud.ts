/** The changeable state behind the API: which scenario, what somebody changed in it, what fails next. */
import { createFaultPlan } from '../fault-plan.ts';
import { scenarios, type ScenarioName } from '../scenarios.ts';
import { scanSettingAction, type Account, type Settings } from './actions.ts';
import type { ApiFault } from './faults.ts';

export type SettingsChange = (settings: Record<string, unknown>) => Settings;

export interface Cloud {
  readonly setScenario: (name: ScenarioName) => void;
  readonly setSettings: (change: SettingsChange) => void;
  readonly setFault: (
    fault: ApiFault | undefined,
    options?: { readonly action?: string; readonly times?: number },
  ) => void;
  readonly settings: () => Settings;
  readonly isPermitted: (account: Account, permission: string) => boolean;
  readonly takeFault: (action: string) => ApiFault | undefined;
}

export function createCloud(first: ScenarioName, now: () => number): Cloud {
  const scenarioFaults = createFaultPlan<ApiFault>();
  const wantedFaults = createFaultPlan<ApiFault>();
  let scenario = scenarios[first];
  let changes: readonly SettingsChange[] = [];
  const cloud: Cloud = {
    setScenario(name) {
      scenario = scenarios[name];
      changes = [];
      wantedFaults.set(undefined);
      scenarioFaults.set(scenario.fault?.fault, { ...scenario.fault, only: scanSettingAction });
    },
    setSettings(change) {
      changes = [...changes, change];
    },
    setFault(fault, { action, ...options } = {}) {
      wantedFaults.set(fault, action === undefined ? options : { ...options, only: action });
    },
    settings: () =>
      changes.reduce((settings, change) => change({ ...settings }), scenario.settings(now())),
    isPermitted: ({ permissions }, permission) =>
      scenario.isDenied !== true && permissions.includes(permission),
    takeFault: (action) => wantedFaults.take(action) ?? scenarioFaults.take(action),
  };
  cloud.setScenario(first);
  return cloud;
}
