/** One function of SCF as its API is documented: what requests make of it, and what is told of it then. */
import { createHash } from 'node:crypto';

import { actualOf } from '../../cli/deploy/actual.ts';
import type { Actual } from '../../cli/deploy/state.ts';
import type { JsonObject } from '../../shared/model.ts';

type Told = Record<string, unknown>;

export interface FakeScf {
  readonly send: (action: string, request: JsonObject) => void;
  readonly actual: () => Actual | undefined;
  /** As somebody might by hand. */
  readonly change: (change: (fn: Told, triggers: Told[]) => void) => void;
}

const unsaid = {
  ...{ Status: 'Active', StatusReasons: [], AvailableStatus: 'Available', Description: '' },
  ...{ MemorySize: 128, Timeout: 3, InitTimeout: 65, Role: '', InstallDependency: 'FALSE' },
  ...{ Environment: { Variables: [] }, VpcConfig: { VpcId: '', SubnetId: '' }, Layers: [] },
  ...{ ClsLogsetId: '', ClsTopicId: '', CfsConfig: { CfsInsList: [] }, Tags: [] },
  DeadLetterConfig: { Type: '', Name: '', FilterType: '' },
  PublicNetConfig: { PublicNetStatus: 'ENABLE', EipConfig: { EipStatus: 'DISABLE' } },
};

export function createFakeScf(): FakeScf {
  let fn: Told | undefined;
  let sha256 = '';
  let retries: unknown = { RetryConfig: [{ RetryNum: 2 }], MsgTTL: 21_600 };
  let triggers: Told[] = [];

  const configure = ({ Code: _, CodeSource: __, Publish: ___, ...request }: Told): void => {
    const { Environment: environment, Layers: layers, PublicNetConfig: net, ...rest } = request;
    fn = { ...fn, ...rest };
    const { Variables: variables = [] } = (environment ?? {}) as { Variables?: Told[] };
    // All of them at once, or none; one without a name empties the list.
    if (variables.length > 0)
      fn['Environment'] = { Variables: variables.filter(({ Key }) => Key !== '') };
    if (layers !== undefined)
      fn['Layers'] = (layers as Told[]).filter(({ LayerName }) => LayerName !== '');
    if (net !== undefined)
      fn['PublicNetConfig'] = { ...(fn['PublicNetConfig'] as Told), ...(net as Told) };
  };
  const code = (request: Told): void => {
    const { ZipFile: zip } = request['Code'] as { ZipFile: string };
    sha256 = createHash('sha256').update(Buffer.from(zip, 'base64')).digest('base64');
  };
  const actions: Readonly<Record<string, (request: Told) => void>> = {
    CreateFunction: (request) => {
      if (fn !== undefined) throw new Error('There is one already');
      fn = structuredClone(unsaid);
      triggers = [];
      configure(request);
      code(request);
    },
    UpdateFunctionCode: (request) => {
      fn = { ...fn, Handler: request['Handler'] };
      code(request);
    },
    UpdateFunctionConfiguration: configure,
    UpdateFunctionEventInvokeConfig: ({ AsyncTriggerConfig: config }) => {
      retries = config;
    },
    CreateTrigger: (request) => {
      if (triggers.some(({ TriggerName: name }) => name === request['TriggerName']))
        throw new Error('There is one of that name already');
      triggers.push(told(request));
    },
    UpdateTrigger: (request) => {
      const isMeant = (one: Told) =>
        one['TriggerName'] === request['TriggerName'] && one['Qualifier'] === request['Qualifier'];
      if (!triggers.some(isMeant)) throw new Error('There is none of that name and version');
      triggers = triggers.map((one) => (isMeant(one) ? { ...one, ...told(request) } : one));
    },
    DeleteFunction: () => {
      fn = undefined;
    },
  };
  return {
    send: (action, request) => {
      const act = actions[action];
      if (act === undefined) throw new Error(`No action ${action}`);
      act(structuredClone(request));
    },
    actual: () =>
      fn === undefined
        ? undefined
        : actualOf(
            structuredClone({
              fn,
              address: { Url: '', CodeSha256: sha256 },
              retries: { AsyncTriggerConfig: retries },
              triggers,
            }) as unknown as Parameters<typeof actualOf>[0],
          ),
    change: (change) => {
      if (fn === undefined) throw new Error('There is none');
      change(fn, triggers);
    },
  };
}

/** Read otherwise than written. */
function told({ Enable: enable, TriggerDesc: cron, ...rest }: Told): Told {
  return { ...rest, Enable: enable === 'OPEN' ? 1 : 0, TriggerDesc: JSON.stringify({ cron }) };
}
