/**
 * Functions: made, changed, listed and deleted.
 * @see https://cloud.tencent.com/document/api/583/18586
 */
import type { Action, Call } from '../action.ts';
import { ok, refused, type Outcome } from '../outcome.ts';
import { objectOf, parameterFault, textOf, type Taken } from '../parameters.ts';
import { codeIn, configIn, isRefusal, keptParameters, placeOf, resourceOf } from './checks.ts';
import type { ScfFunction } from './function.ts';
import { settled } from './scf.ts';
import { descriptionOf, summaryOf } from './description.ts';
import { onFunction, pageIn, scfVersion } from './on-function.ts';

const maxNewZipBytes = 50 * 1024 * 1024;
const maxZipBytes = 20 * 1024 * 1024;
const configParameters: Taken['optional'] = {
  ...{ Namespace: 'text', Description: 'text', MemorySize: 'number', Timeout: 'number' },
  ...{ Environment: 'object', Role: 'text', Runtime: 'text', Publish: 'text', L5Enable: 'text' },
  ...{ ProtocolParams: 'object', InstanceConcurrencyConfig: 'object', IntranetConfig: 'object' },
  ...Object.fromEntries(Object.entries(keptParameters).map(([name, { kind }]) => [name, kind])),
};

/** What SCF takes where a new function does not say. */
const unsaid = {
  ...{ handler: 'index.main_handler', description: '', memoryMb: 128, timeoutSeconds: 3 },
  ...{ environment: {}, role: '', kept: {} },
};

export const functionActions: Readonly<Record<string, Action>> = {
  CreateFunction: {
    version: scfVersion,
    permission: 'scf:CreateFunction',
    needsRegion: true,
    resource: resourceOf,
    faultOf: (parameters) =>
      parameterFault(
        {
          needed: { FunctionName: 'text', Code: 'object' },
          optional: {
            ...configParameters,
            ...{ Handler: 'text', Type: 'text', CodeSource: 'text', Tags: 'list' },
            ...{ AsyncRunEnable: 'text', TraceEnable: 'text', AutoDeployClsTopicIndex: 'text' },
            ...{ AutoCreateClsTopic: 'text', ProtocolType: 'text' },
          },
        },
        parameters,
      ),
    answer: createFunction,
  },
  GetFunction: onFunction(
    'GetFunction',
    { optional: { Qualifier: 'text', ShowCode: 'text' } },
    (target, { world }) => {
      const { functions } = world.scf;
      if (target.status !== 'Active') {
        functions.put({ ...target, pollsLeft: target.pollsLeft - 1 });
      }
      return ok(descriptionOf(target));
    },
  ),
  UpdateFunctionCode: onFunction(
    'UpdateFunctionCode',
    {
      optional: {
        ...{ Handler: 'text', ZipFile: 'text', CosBucketName: 'text', CosObjectName: 'text' },
        ...{ CosBucketRegion: 'text', InstallDependency: 'text', EnvId: 'text', Publish: 'text' },
        ...{ Code: 'object', CodeSource: 'text' },
      },
    },
    (target, call) => {
      if (target.status !== 'Active') {
        return refused('FailedOperation.UpdateFunctionCode', target.status);
      }
      const { parameters } = call;
      const code = codeIn(call, objectOf(parameters, 'Code') ?? parameters, maxZipBytes);
      if (isRefusal(code)) return code;
      const config = configIn(call, target);
      return isRefusal(config) ? config : change(call, { ...target, ...config, code });
    },
  ),
  UpdateFunctionConfiguration: onFunction(
    'UpdateFunctionConfiguration',
    { optional: { ...configParameters, IgnoreSysLog: 'flag' } },
    (target, call) => {
      if (target.status !== 'Active') {
        return refused('FailedOperation.UpdateFunctionConfiguration', target.status);
      }
      const runtime = textOf(call.parameters, 'Runtime') ?? target.runtime;
      if (runtime !== target.runtime) return refused('InvalidParameterValue.Runtime', 'Runtime');
      const config = configIn(call, target);
      return isRefusal(config) ? config : change(call, { ...target, ...config });
    },
  ),
  DeleteFunction: onFunction(
    'DeleteFunction',
    { optional: { Qualifier: 'text' } },
    (target, { world }) => {
      if (target.status === 'Creating' || target.status === 'Updating') {
        return refused('FailedOperation.DeleteFunction', target.status);
      }
      world.scf.functions.remove(target);
      return ok();
    },
  ),
  GetFunctionAddress: onFunction(
    'GetFunctionAddress',
    { optional: { Qualifier: 'text' } },
    ({ code }, { world }) => ok({ Url: world.scf.urlOf(code.sha256), CodeSha256: code.sha256 }),
  ),
  ListFunctions: {
    version: scfVersion,
    permission: 'scf:ListFunctions',
    needsRegion: true,
    faultOf: (parameters) =>
      parameterFault(
        {
          optional: {
            ...{ Order: 'text', Orderby: 'text', Offset: 'number', Limit: 'number' },
            ...{ SearchKey: 'text', Namespace: 'text', Description: 'text' },
          },
        },
        parameters,
      ),
    answer: listFunctions,
  },
};

function createFunction(call: Call): Outcome {
  const { parameters, world, nowMs } = call;
  const { functions, rules } = world.scf;
  const place = placeOf(call);
  if (!/^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$/.test(place.name)) {
    return refused('InvalidParameterValue.FunctionName', 'FunctionName');
  }
  if (!rules.namespaces.includes(place.namespace)) {
    return refused('ResourceNotFound.Namespace', place.namespace);
  }
  if (functions.get(place) !== undefined) return refused('ResourceInUse.FunctionName', place.name);
  const runtime = textOf(parameters, 'Runtime') ?? 'Python2.7';
  if (!rules.runtimes.includes(runtime)) return refused('InvalidParameterValue.Runtime', 'Runtime');
  if ((textOf(parameters, 'Type') ?? 'Event') !== 'Event') {
    return refused('UnsupportedOperation', 'Type');
  }
  const code = codeIn(call, objectOf(parameters, 'Code') ?? {}, maxNewZipBytes);
  if (isRefusal(code)) return code;
  const config = configIn(call, unsaid);
  if (isRefusal(config)) return config;
  functions.put({
    ...place,
    ...config,
    kept: { ...config.kept, Tags: parameters['Tags'] ?? [] },
    id: `lam-${world.identities.newId().toString(36)}`,
    runtime,
    code,
    status: 'Creating',
    statusReasons: [],
    pollsLeft: rules.settlePolls,
    triggers: [],
    asyncConfig: { retries: 2, ttlSeconds: 21_600 },
    addedAtMs: nowMs,
    changedAtMs: nowMs,
  });
  return ok();
}

function change({ world, nowMs }: Call, changed: ScfFunction): Outcome {
  const { functions, rules } = world.scf;
  const pollsLeft = rules.settlePolls;
  functions.put({ ...changed, status: 'Updating', pollsLeft, changedAtMs: nowMs });
  return ok();
}

function listFunctions({ caller, region, parameters, world, nowMs }: Call): Outcome {
  const { functions, rules } = world.scf;
  const namespace = textOf(parameters, 'Namespace') ?? 'default';
  if (!rules.namespaces.includes(namespace)) {
    return refused('ResourceNotFound.Namespace', namespace);
  }
  const page = pageIn(parameters);
  if (isRefusal(page)) return page;
  const [searchKey, description] = ['SearchKey', 'Description'].map(
    (name) => textOf(parameters, name) ?? '',
  );
  const found = functions
    .all()
    .filter(
      (one) =>
        one.uin === caller.uin &&
        one.region === region &&
        one.namespace === namespace &&
        one.name.includes(searchKey ?? '') &&
        one.description.includes(description ?? ''),
    )
    .map((one) => settled(one, rules, nowMs));
  return ok({ Functions: page.of(found).map(summaryOf), TotalCount: found.length });
}
