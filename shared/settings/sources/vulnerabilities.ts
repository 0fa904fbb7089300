/** Vulnerabilities: the defence against their use, and those that are let through. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, totalCount, type FieldsOf } from './row.ts';

const defenceFields = {
  IsEnabled: {
    type: 'integer',
    meaning: 'Vulnerability defence: 0 off, 1 on.',
    values: [0, 1],
  },
  Scope: {
    type: 'integer',
    meaning: 'Which hosts are defended: 0 selected ones, 1 all.',
    values: [0, 1],
  },
  HostCount: { type: 'integer', meaning: 'How many hosts are defended.', volatile: true },
  ExceptionHostCount: {
    type: 'integer',
    meaning: 'On how many of them the defence does not work.',
    volatile: true,
  },
  HostIDs: { type: 'string[]', meaning: 'The hosts selected (Scope 0).' },
  HostTotalCount: {
    type: 'integer',
    meaning: 'How many hosts have container security.',
    volatile: true,
  },
  SupportDefenseVulCount: {
    type: 'integer',
    meaning: 'How many vulnerabilities can be defended against.',
    volatile: true,
  },
  HostNodeCount: {
    type: 'integer',
    meaning: 'How many ordinary nodes are defended.',
    volatile: true,
  },
  SuperScope: {
    type: 'integer',
    meaning: 'Which super nodes are defended: 0 selected ones, 1 all.',
    values: [0, 1],
  },
  SuperNodeCount: {
    type: 'integer',
    meaning: 'How many super nodes are defended.',
    volatile: true,
  },
  SuperNodeIds: { type: 'string[]', meaning: 'The super nodes selected (SuperScope 0).' },
  NodeTotalCount: {
    type: 'integer',
    meaning: 'How many super nodes have container security.',
    volatile: true,
  },
} satisfies FieldsOf<tcss_models.DescribeVulDefenceSettingResponse>;

const ignoredFields = {
  TotalCount: totalCount,
  List: {
    type: 'object[]',
    meaning: 'The vulnerabilities that scans do not report.',
    item: {
      VulName: { type: 'string', meaning: 'Name of the vulnerability.' },
      CVEID: { type: 'string', meaning: 'Its CVE id.' },
      PocID: { type: 'string', meaning: 'Its id in TCSS.' },
      RegistryImageCount: {
        type: 'integer',
        meaning: 'In how many registry images it is ignored.',
        volatile: true,
      },
      UpdateTime: { type: 'string', meaning: 'When this was last changed.' },
      IsIgnoreAll: {
        type: 'integer',
        meaning: 'It is ignored in all images: 0 no, 1 yes.',
        values: [0, 1],
      },
      LocalImageCount: {
        type: 'integer',
        meaning: 'In how many local images it is ignored.',
        volatile: true,
      },
    },
  },
} satisfies FieldsOf<tcss_models.DescribeScanIgnoreVulListResponse>;

const raspFields = {
  List: {
    type: 'object[]',
    meaning: 'The rules that let requests through the vulnerability defence.',
    item: {
      Id: { type: 'integer', meaning: 'Id of the rule.' },
      URLRegexp: { type: 'string', meaning: 'The URLs it covers, as a regular expression.' },
      VulVulsID: { type: 'integer', meaning: 'Id of the vulnerability.' },
      VulVulsName: { type: 'string', meaning: 'Name of the vulnerability.' },
      CveID: { type: 'string', meaning: 'Its CVE id.' },
      SupportDefense: {
        type: 'integer',
        meaning: 'How it is defended against: 1 in the component, 2 by regular expression.',
        values: [1, 2],
      },
      WhiteType: {
        type: 'integer',
        meaning:
          'Which requests pass: all, or those of URLRegexp. The SDK says 0 is all where it reads and 1 is all where it writes.',
        values: [0, 1],
      },
      Status: { type: 'integer', meaning: 'Whether the rule counts: 0 it does.' },
      CreateTime: { type: 'string', meaning: 'When it was made.' },
      ModifyTime: { type: 'string', meaning: 'When it was last changed.' },
    },
  },
  TotalCount: totalCount,
} satisfies FieldsOf<tcss_models.DescribeRaspRulesResponse>;

export const vulnerabilitySources = [
  row({
    action: 'DescribeVulDefenceSetting',
    title: 'Vulnerability defence settings',
    fields: defenceFields,
    facts: {
      hostCoveragePercent: {
        type: 'number',
        meaning:
          'The share of hosts that are defended, rounded down; absent where there is no host.',
        from: ['HostCount', 'HostNodeCount', 'HostTotalCount'],
      },
      undefendedHostCount: {
        type: 'integer',
        meaning: 'How many hosts with container security are not defended.',
        from: ['HostCount', 'HostNodeCount', 'HostTotalCount'],
      },
      undefendedSuperNodeCount: {
        type: 'integer',
        meaning: 'How many super nodes with container security are not defended.',
        from: ['SuperNodeCount', 'NodeTotalCount'],
      },
    },
  }),
  row({
    action: 'DescribeScanIgnoreVulList',
    title: 'Ignored vulnerabilities',
    fields: ignoredFields,
    paging: { list: 'List', key: 'PocID' },
    facts: {
      ignoredCount: {
        type: 'integer',
        meaning: 'How many vulnerabilities are ignored in some image.',
        from: ['TotalCount', 'List'],
      },
      ignoredInAllImages: {
        type: 'string[]',
        meaning: 'Those that are ignored in all images: CVE ids, names where there is none.',
        from: ['List'],
      },
    },
  }),
  row({
    action: 'DescribeRaspRules',
    title: 'Vulnerability defence white list',
    sites: ['cn'],
    fields: raspFields,
    paging: { list: 'List', key: 'Id' },
    facts: {
      ruleCount: {
        type: 'integer',
        meaning: 'How many rules there are.',
        from: ['TotalCount', 'List'],
      },
    },
  }),
];
