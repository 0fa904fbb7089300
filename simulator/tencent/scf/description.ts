/** Functions and their triggers, as SCF tells of them. */
import { inShanghai, type Values } from '../settings/product.ts';
import type { ScfFunction, Trigger } from './function.ts';

export function summaryOf(target: ScfFunction): Values {
  const { name, namespace, id, runtime, description, status, kept } = target;
  return {
    FunctionName: name,
    FunctionId: id,
    Namespace: namespace,
    Runtime: runtime,
    Description: description,
    Type: 'Event',
    Status: status,
    StatusDesc: '',
    StatusReasons: reasonsOf(target),
    Tags: kept['Tags'],
    AddTime: inShanghai(target.addedAtMs),
    ModTime: inShanghai(target.changedAtMs),
    TotalProvisionedConcurrencyMem: null,
    ReservedConcurrencyMem: null,
    AsyncRunEnable: 'FALSE',
    TraceEnable: 'FALSE',
  };
}

export function descriptionOf(target: ScfFunction): Values {
  const { handler, code, timeoutSeconds, memoryMb, environment, role, kept, triggers } = target;
  return {
    ...kept,
    ...summaryOf(target),
    CodeInfo: '',
    Handler: handler,
    CodeSize: code.zip.length,
    CodeResult: 'success',
    CodeError: '',
    ErrNo: 0,
    Timeout: timeoutSeconds,
    MemorySize: memoryMb,
    FunctionVersion: '$LATEST',
    Qualifier: '$LATEST',
    UseGpu: 'FALSE',
    L5Enable: 'FALSE',
    OnsEnable: null,
    Environment: {
      Variables: Object.entries(environment).map(([Key, Value]) => ({ Key, Value })),
    },
    Role: role,
    Triggers: triggers.map(triggerOf),
    AvailableStatus: 'Available',
    EipConfig: { EipFixed: 'FALSE', Eips: [] },
    AccessInfo: { Host: '', Vip: '' },
    ImageConfig: null,
    ProtocolType: null,
    ProtocolParams: null,
    InstanceConcurrencyConfig: null,
    IntranetConfig: null,
  };
}

function reasonsOf({ statusReasons }: ScfFunction): readonly Values[] {
  return statusReasons.map(({ code, message }) => ({ ErrorCode: code, ErrorMessage: message }));
}

/** Otherwise than it was written: `Enable` as a number, the cron within JSON. */
export function triggerOf(trigger: Trigger): Values {
  const { name, cron, isOpen, qualifier, argument, description } = trigger;
  return {
    TriggerName: name,
    Type: 'timer',
    TriggerDesc: JSON.stringify({ cron }),
    Enable: isOpen ? 1 : 0,
    Qualifier: qualifier,
    CustomArgument: argument ?? null,
    Description: description ?? null,
    AvailableStatus: 'Available',
    AddTime: inShanghai(trigger.addedAtMs),
    ModTime: inShanghai(trigger.changedAtMs),
    BoundResources: '',
  };
}
