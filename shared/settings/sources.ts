/**
 * Every source as a row of data. A new source is a new row here and a new group of facts in facts.ts.
 * Field names and types: the SDK's `DescribeAssetImageScanSettingResponse` (tcss v20201101).
 */
import type { tcss_models } from './tencent/sdk.ts';
import type { Field, Source } from '../model.ts';

/** Holds a row to the SDK's types: a field that the SDK has and the row lacks does not compile. */
type FieldsOf<Response> = Record<Exclude<keyof Response, 'RequestId'>, Field>;

const imageScanFields = {
  Enable: { type: 'boolean', meaning: 'Scheduled image scanning is switched on.' },
  ScanTime: {
    type: 'string',
    meaning: 'When a scan starts, in UTC: HH:mm, HH:mm:ss or a full date-time.',
  },
  ScanPeriod: {
    type: 'integer',
    meaning: 'Scan interval, taken as days (the API page gives no unit).',
  },
  ScanVirus: { type: 'boolean', meaning: 'Scans look for trojans (malware).' },
  ScanRisk: { type: 'boolean', meaning: 'Scans look for sensitive information.' },
  ScanVul: { type: 'boolean', meaning: 'Scans look for vulnerabilities.' },
  All: {
    type: 'boolean',
    meaning: 'All images are scanned: the older form of ScanScope.',
    deprecated: true,
  },
  Images: { type: 'string[]', meaning: 'The images selected for scanning (ScanScope 1).' },
  ContainerRunning: {
    type: 'boolean',
    meaning: 'Only images that have running containers are scanned.',
  },
  ScanScope: {
    type: 'integer',
    meaning:
      'What is scanned: 0 all authorized images, 1 selected images, 2 recommended images, 3 images filtered by cluster.',
    values: [0, 1, 2, 3],
  },
  ScanEndTime: { type: 'string', meaning: 'When a scan must end, HH:mm in UTC.' },
  ExcludeImages: { type: 'string[]', meaning: 'The images that are never scanned.' },
  LastScanTime: {
    type: 'string',
    meaning: 'When the last scan ran; read in AUDIT_TIMEZONE where it names no zone.',
    volatile: true,
  },
  ScanResult: {
    type: 'string',
    meaning: 'How the last scan ended.',
    values: ['Success', 'InsufficientLicense', 'ImageNeedIsEmpty', 'InternalError'],
    volatile: true,
  },
  ClusterIDs: { type: 'string[]', meaning: 'The clusters whose images are scanned (ScanScope 3).' },
} satisfies FieldsOf<tcss_models.DescribeAssetImageScanSettingResponse>;

export const sources: Readonly<Record<string, Source>> = {
  DescribeAssetImageScanSetting: {
    action: 'DescribeAssetImageScanSetting',
    title: 'Image scan settings',
    camAction: 'tcss:DescribeAssetImageScanSetting',
    documentation: 'https://www.tencentcloud.com/document/product/1163/53151',
    fields: imageScanFields,
    facts: {
      hoursSinceLastScan: {
        type: 'number',
        meaning: 'Hours between the last scan and the reading.',
        from: ['LastScanTime'],
      },
      scanPeriodHours: {
        type: 'integer',
        meaning: 'The scan interval in hours.',
        from: ['ScanPeriod'],
      },
      scanOverdueHours: {
        type: 'number',
        meaning:
          'hoursSinceLastScan minus scanPeriodHours: at most 0 while the next scan is not due.',
        from: ['LastScanTime', 'ScanPeriod'],
      },
      scanWindowMinutes: {
        type: 'integer',
        meaning:
          'Minutes from ScanTime to ScanEndTime, over midnight where the end is earlier; equal times count as 0.',
        from: ['ScanTime', 'ScanEndTime'],
      },
      allImagesCovered: {
        type: 'boolean',
        meaning:
          'All authorized (ScanScope 0) or recommended (2) images are scanned; All decides where the answer has no ScanScope.',
        from: ['ScanScope', 'All'],
      },
      selectedCount: {
        type: 'integer',
        meaning: 'How many images (ScanScope 1) or clusters (ScanScope 3) are selected.',
        from: ['ScanScope', 'Images', 'ClusterIDs'],
      },
      excludedImageCount: {
        type: 'integer',
        meaning: 'How many images are never scanned.',
        from: ['ExcludeImages'],
      },
    },
  },
};
