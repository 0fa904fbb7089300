/** Simulators that a test file starts and that end with each test. */
import { afterEach } from 'vitest';
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/simulator.ts';

/** Whole seconds. Tencent's client signs with the machine's clock, so this is about now; it stands still. */
export const startMs = Math.floor(Date.now() / 1000) * 1000;
export const requestId = '00000000-0000-4000-8000-000000000000';

/** Nothing to complain about, at `startMs`. */
export const goodSettings = {
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
  LastScanTime: eightHoursBefore(startMs),
  ScanResult: 'Success',
  ClusterIDs: [],
  RequestId: requestId,
};

/** As Shanghai's clocks write it. */
function eightHoursBefore(epochMs: number): string {
  // Swedes write dates as the API does.
  return new Date(epochMs - 8 * 3_600_000).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
}

export const temporaryAccount = {
  secretId: 'TEMPORARY-ID',
  secretKey: 'TEMPORARY-KEY',
  token: 'TOKEN',
  uin: '100000000002',
  permissions: ['tcss:DescribeAssetImageScanSetting'],
};

export function simulators(): (options?: SimulatorOptions) => Promise<Simulator> {
  const started: Simulator[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((simulator) => simulator.close()));
  });
  return async (options) => {
    const standing = { now: () => startMs, newRequestId: () => requestId };
    const simulator = await startSimulator({ ...standing, ...options });
    started.push(simulator);
    return simulator;
  };
}
