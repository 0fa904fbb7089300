/** The licence, without which nothing else works. */
import type { tcss_models } from '../tencent/sdk.ts';
import { row, type FieldsOf } from './row.ts';

const purchaseFields = {
  State: {
    type: 'integer',
    meaning:
      '0 a trial can be asked for, 1 can only be bought, 2 on trial, 3 professional edition, 4 professional edition ended.',
    values: [0, 1, 2, 3, 4],
  },
  AllCoresCnt: {
    type: 'integer',
    meaning: 'All cores: those that are protected and those that are not.',
    volatile: true,
  },
  CoresCnt: {
    type: 'integer',
    meaning: 'Protected cores: bought, on trial and by use.',
    volatile: true,
  },
  UndefendCoresCnt: {
    type: 'integer',
    meaning: 'Cores without protection.',
    volatile: true,
  },
  AuthorizedCoresCnt: { type: 'integer', meaning: 'Cores bought.' },
  GivenAuthorizedCoresCnt: { type: 'integer', meaning: 'Cores given for the trial.' },
  CurrentFlexibleCoresCnt: {
    type: 'integer',
    meaning: 'Cores that are paid by use at present.',
    volatile: true,
  },
  ImageCnt: { type: 'integer', meaning: 'Images.', volatile: true },
  AuthorizedImageCnt: { type: 'integer', meaning: 'Images that have a licence.', volatile: true },
  ExpirationTime: {
    type: 'string',
    meaning: 'When the licence ends; read in AUDIT_TIMEZONE where it names no zone.',
  },
  PurchasedAuthorizedCnt: { type: 'integer', meaning: 'Image licences bought.' },
  AutomaticRenewal: {
    type: 'integer',
    meaning: 'The licence renews itself: 0 nobody has said, 1 yes, 2 no.',
    values: [0, 1, 2],
  },
  GivenAuthorizedCnt: {
    type: 'integer',
    meaning: 'Image licences given for the trial, which may end.',
  },
  BeginTime: { type: 'string', meaning: 'When the licence began.' },
  SubState: {
    type: 'string',
    meaning: 'Of State 4: ISOLATE it rests, DESTROED it is gone. Means nothing elsewhere.',
  },
  InquireKey: { type: 'string', meaning: 'What the price list calls it. No credential.' },
  DefendPolicy: { type: 'string', meaning: 'How cores are chosen for protection.' },
  FlexibleCoresLimit: { type: 'integer', meaning: 'At most so many cores are paid by use.' },
  DefendClusterCoresCnt: {
    type: 'integer',
    meaning: 'Protected cores in clusters.',
    volatile: true,
  },
  DefendHostCoresCnt: { type: 'integer', meaning: 'Protected cores of hosts.', volatile: true },
  TrialCoresCnt: { type: 'integer', meaning: 'Cores on trial.' },
  NoContainerCoresCnt: {
    type: 'integer',
    meaning: 'Cores of hosts without containers.',
    volatile: true,
  },
} satisfies FieldsOf<tcss_models.DescribePurchaseStateInfoResponse>;

export const licenceSources = [
  row({
    action: 'DescribePurchaseStateInfo',
    title: 'Licence',
    fields: purchaseFields,
    facts: {
      daysUntilExpiry: {
        type: 'integer',
        meaning: 'Whole days until the licence ends; negative when it has.',
        from: ['ExpirationTime'],
      },
      unlicensedImageCount: {
        type: 'integer',
        meaning: 'How many images have no licence.',
        from: ['ImageCnt', 'AuthorizedImageCnt'],
      },
      unusedImageLicenceCount: {
        type: 'integer',
        meaning:
          'How many image licences, bought or given, no image has; negative where more are in use.',
        from: ['PurchasedAuthorizedCnt', 'GivenAuthorizedCnt', 'AuthorizedImageCnt'],
      },
      coreCoveragePercent: {
        type: 'number',
        meaning: 'The share of cores that are protected, rounded down; absent where there is none.',
        from: ['CoresCnt', 'UndefendCoresCnt', 'AllCoresCnt'],
      },
      undefendedCoreCount: {
        type: 'integer',
        meaning: 'How many cores are not protected.',
        from: ['CoresCnt', 'UndefendCoresCnt', 'AllCoresCnt'],
      },
    },
  }),
];
