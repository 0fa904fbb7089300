/** What a request may say of a function, and how it is refused. */
import { isObject } from '../../json.ts';
import type { Call } from '../action.ts';
import { refused, type Refusal } from '../outcome.ts';
import { isWhole, listOf, numberOf, objectOf, textOf } from '../parameters.ts';
import { isTrustedService } from '../roles.ts';
import type { Values } from '../settings/product.ts';
import { reservedPrefixes } from './environment.ts';
import {
  codeOf,
  type Code,
  type FunctionConfig,
  type FunctionPlace,
  type ScfFunction,
} from './function.ts';
import { settled } from './scf.ts';
import { unzip } from './zip.ts';

const maxEnvironmentBytes = 4096;
const service = 'scf.qcloud.com';

/** What is kept and told again without a look, with what it is where nobody says. */
export const keptParameters: Readonly<
  Record<string, { readonly kind: 'text' | 'object' | 'list' | 'number'; readonly unless: unknown }>
> = {
  VpcConfig: { kind: 'object', unless: { VpcId: '', SubnetId: '' } },
  InstallDependency: { kind: 'text', unless: 'FALSE' },
  ClsLogsetId: { kind: 'text', unless: '' },
  ClsTopicId: { kind: 'text', unless: '' },
  Layers: { kind: 'list', unless: [] },
  DeadLetterConfig: { kind: 'object', unless: { Type: '', Name: '', FilterType: '' } },
  PublicNetConfig: {
    kind: 'object',
    unless: { PublicNetStatus: 'ENABLE', EipConfig: { EipStatus: 'DISABLE', EipAddress: [] } },
  },
  CfsConfig: { kind: 'object', unless: { CfsInsList: [] } },
  InitTimeout: { kind: 'number', unless: 65 },
  DnsCache: { kind: 'text', unless: 'FALSE' },
};

export function placeOf({ caller, region, parameters }: Call): FunctionPlace {
  return {
    uin: caller.uin,
    region,
    namespace: textOf(parameters, 'Namespace') ?? 'default',
    name: textOf(parameters, 'FunctionName') ?? '',
  };
}

/** For CAM. */
export function resourceOf(call: Call): string {
  const { uin, region, namespace, name } = placeOf(call);
  return `qcs::scf:${region}:uin/${uin}:namespace/${namespace}/function/${name}`;
}

/** The function that a request is about, as it is now. */
export function wantedFunction(call: Call): ScfFunction | Refusal {
  const { functions, rules } = call.world.scf;
  const place = placeOf(call);
  if (!rules.namespaces.includes(place.namespace)) {
    return refused('ResourceNotFound.Namespace', place.namespace);
  }
  const target = functions.get(place);
  if (target === undefined) return refused('ResourceNotFound.FunctionName', place.name);
  return settled(target, rules, call.nowMs);
}

export function isRefusal(value: object): value is Refusal {
  return 'kind' in value && value.kind === 'refused';
}

export function codeIn(call: Call, parameters: Values, maxBytes: number): Code | Refusal {
  const zipFile = textOf(parameters, 'ZipFile');
  const key = textOf(parameters, 'CosObjectName');
  const bucket = textOf(parameters, 'CosBucketName');
  if (zipFile === undefined && (key === undefined || bucket === undefined)) {
    return refused('MissingParameter.Code', 'Code');
  }
  if (zipFile !== undefined && !isBase64(zipFile)) {
    return refused('InvalidParameterValue.ZipFileBase64BinasciiError', 'ZipFile');
  }
  const zip =
    zipFile === undefined
      ? call.world.scf.objectOf(bucket ?? '', (key ?? '').replace(/^\//, ''))
      : Buffer.from(zipFile, 'base64');
  if (zip === undefined) return refused('ResourceNotFound.Cos', key);
  if (zip.length > maxBytes || (unzip(zip)?.size ?? 0) === 0) {
    return refused('InvalidParameterValue.ZipFile', 'ZipFile');
  }
  return codeOf(zip);
}

function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

/** @param present what stays where the request does not say */
export function configIn(call: Call, present: FunctionConfig): FunctionConfig | Refusal {
  const { parameters } = call;
  const handler = textOf(parameters, 'Handler') ?? present.handler;
  if (!/^[A-Za-z][\w/-]*\.[A-Za-z][\w-]*$/.test(handler) || handler.length > 121) {
    return refused('InvalidParameterValue.Handler', 'Handler');
  }
  const description = textOf(parameters, 'Description') ?? present.description;
  if (description.length > 1000) return refused('InvalidParameterValue.Description', 'Description');
  const memoryMb = numberOf(parameters, 'MemorySize') ?? present.memoryMb;
  if (memoryMb > 3072) return refused('LimitExceeded.Memory', 'MemorySize');
  if (memoryMb !== 64 && !isWhole(memoryMb / 128, 1, 24)) {
    return refused('InvalidParameterValue.MemorySize', 'MemorySize');
  }
  const timeoutSeconds = numberOf(parameters, 'Timeout') ?? present.timeoutSeconds;
  if (timeoutSeconds > 900) return refused('LimitExceeded.Timeout', 'Timeout');
  if (!isWhole(timeoutSeconds, 1, 900)) return refused('InvalidParameterValue', 'Timeout');
  const environment = environmentIn(objectOf(parameters, 'Environment'), present.environment);
  if (isRefusal(environment)) return environment;
  const role = textOf(parameters, 'Role') ?? present.role;
  const roleRefusal = role === present.role ? undefined : refusalOfRole(call, role);
  if (roleRefusal !== undefined) return roleRefusal;
  const kept = Object.entries(keptParameters).map(([name, { unless }]): [string, unknown] => [
    name,
    parameters[name] ?? present.kept[name] ?? unless,
  ]);
  return {
    ...{ handler, description, memoryMb, timeoutSeconds, environment: environment.variables, role },
    kept: { ...present.kept, ...Object.fromEntries(kept) },
  };
}

interface Variables {
  readonly variables: Readonly<Record<string, string>>;
}

/** The whole environment is replaced; one variable without a name and a value empties it. */
function environmentIn(
  given: Values | undefined,
  present: Readonly<Record<string, string>>,
): Variables | Refusal {
  const list = given === undefined ? [] : (listOf(given, 'Variables') ?? []);
  if (list.length === 0) return { variables: present };
  const pairs = list.map((item): readonly [string, string] => {
    const variable = isObject(item) ? item : {};
    return [textOf(variable, 'Key') ?? '', textOf(variable, 'Value') ?? ''];
  });
  const named = pairs.filter(([key, value]) => key !== '' || value !== '');
  for (const [key] of named) {
    if (!/^[A-Za-z]\w*$/.test(key)) return refused('InvalidParameterValue.Environment', key);
    if (reservedPrefixes.some((prefix) => key.startsWith(prefix))) {
      return refused('InvalidParameterValue.EnvironmentSystemProtect', key);
    }
  }
  const bytes = named.reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  return bytes > maxEnvironmentBytes
    ? refused('InvalidParameterValue.EnvironmentExceededLimit', 'Environment')
    : { variables: Object.fromEntries(named) };
}

/** Whoever gives a function a role needs the right to pass it on. */
function refusalOfRole(call: Call, name: string): Refusal | undefined {
  if (name === '') return undefined;
  const { caller, isPermitted, world } = call;
  const role = world.identities.roleNamed(caller.uin, name);
  if (role === undefined) return refused('ResourceNotFound.Role', name);
  if (!isTrustedService(role, service)) return refused('InvalidParameter.RoleCheck', 'Role');
  return isPermitted('cam:PassRole', `qcs::cam::uin/${caller.uin}:roleName/${name}`)
    ? undefined
    : refused('AuthFailure.UnauthorizedOperation', 'cam:PassRole');
}
