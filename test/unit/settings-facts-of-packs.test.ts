import { expect, it } from 'vitest';

import type { Json, JsonObject } from '../../shared/model.ts';
import { deriveFacts } from '../../shared/settings/facts.ts';
import { observedAtMs, timezone } from '../support/settings.ts';

const factsOf = (source: string, settings: JsonObject) =>
  deriveFacts(source, settings, observedAtMs, timezone);

const rule = (Group: Json, IsEnable: Json) => ({ Type: 'any', Name: '', Group, IsEnable });
const allGroups = ['RISK_CONTAINER', 'PROCESS_PRIVILEGE', 'CONTAINER_ESCAPE'];
const allOn = allGroups.map((group) => rule(group, true));

const ruleGroups: Record<string, [rules: Json, off: Json | undefined]> = {
  'none is off where every group has rules and all are on': [allOn, []],
  'one is off where one of its rules is': [
    [...allOn, rule('RISK_CONTAINER', false)],
    ['RISK_CONTAINER'],
  ],
  'one that has no rule is off': [allOn.slice(1), ['RISK_CONTAINER']],
  'all are off where there is no rule': [[], [...allGroups].sort()],
  'one that nobody documented counts too': [[...allOn, rule('NEWER', false)], ['NEWER']],
  'nobody can tell where a rule has no switch': [[...allOn, rule('NEWER', null)], undefined],
  'nobody can tell where a rule has no group': [[...allOn, rule(null, true)], undefined],
  'nobody can tell where there is no list': [null, undefined],
};
it.each(Object.entries(ruleGroups))('groups of escape rules: %s', (_name, [RuleSet, off]) => {
  expect(factsOf('DescribeEscapeRuleInfo', { RuleSet })['ruleGroupsOff']).toEqual(off);
});

const log = (LogType: Json, parts: JsonObject) => ({
  LogType,
  IsJoined: true,
  ...parts,
});
const k8s = log('k8s_api', { ClusterCount: 1 });
const bash = log('container_bash', { Count: 0, SuperNodeCount: 1 });
const launch = log('container_launch', { Count: 1 });

const silentLogs: Record<string, [logs: Json, silent: Json | undefined]> = {
  'none where each comes from somewhere': [[k8s, bash, launch], []],
  'one that is on and comes from nowhere': [
    [log('k8s_api', { Count: 0, SuperNodeCount: 0, ClusterCount: 0 }), bash, launch],
    ['k8s_api'],
  ],
  'one that is off, whatever it counts': [[{ ...k8s, IsJoined: false }, bash, launch], ['k8s_api']],
  'one that the answer lacks': [[bash, launch], ['k8s_api']],
  'all where the list is empty': [[], ['container_bash', 'container_launch', 'k8s_api']],
  'a count that is null does not count': [
    [log('k8s_api', { Count: null, ClusterCount: 2 }), bash, launch],
    [],
  ],
  'nobody can tell without any count': [[log('k8s_api', {}), bash, launch], undefined],
  'nobody can tell by a count below 0': [
    [log('k8s_api', { Count: -1, ClusterCount: 2 }), bash, launch],
    undefined,
  ],
  'nobody can tell without a switch': [[{ ...k8s, IsJoined: null }, bash, launch], undefined],
  'nobody can tell without a list': [null, undefined],
};
it.each(Object.entries(silentLogs))('silent logs: %s', (_name, [List, silent]) => {
  expect(factsOf('DescribeSecLogJoinTypeList', { List })['silentLogTypes']).toEqual(silent);
});
