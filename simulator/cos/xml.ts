/** COS's documents. */
import type { CosBucket, Listing } from './bucket.ts';

export interface ListQuery {
  readonly prefix: string;
  readonly marker: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Names as in an address, since XML cannot hold every character. */
  readonly isUrlEncoded: boolean;
}

export function errorXml(code: string, message: string, requestId: string, resource = '/'): string {
  return document(
    'Error',
    [
      ['Code', code],
      ['Message', message],
      ['Resource', resource],
      ['RequestId', requestId],
      ['TraceId', Buffer.from(requestId).toString('base64')],
    ]
      .map(([name = '', value = '']) => element(name, value))
      .join(''),
  );
}

export function listXml(bucket: CosBucket, query: ListQuery, listing: Listing): string {
  const named = (name: string) => (query.isUrlEncoded ? encodeURIComponent(name) : name);
  const { keys, commonPrefixes, nextMarker } = listing;
  const contents = keys.map((key) => {
    const object = bucket.objects.get(key);
    const fields = [
      element('Key', named(key)),
      element('LastModified', object?.at ?? ''),
      element('ETag', object?.etag ?? ''),
      element('Size', String(object?.bytes.length ?? 0)),
      `<Owner>${element('ID', '1250000000')}${element('DisplayName', '1250000000')}</Owner>`,
      element('StorageClass', 'STANDARD'),
    ];
    return `<Contents>${fields.join('')}</Contents>`;
  });
  return document(
    'ListBucketResult',
    [
      element('Name', bucket.name),
      query.isUrlEncoded ? element('EncodingType', 'url') : '',
      element('Prefix', named(query.prefix)),
      element('Marker', named(query.marker)),
      element('MaxKeys', String(query.maxKeys)),
      query.delimiter === '' ? '' : element('Delimiter', named(query.delimiter)),
      element('IsTruncated', String(nextMarker !== undefined)),
      nextMarker === undefined ? '' : element('NextMarker', named(nextMarker)),
      ...contents,
      ...commonPrefixes.map(
        (name) => `<CommonPrefixes>${element('Prefix', named(name))}</CommonPrefixes>`,
      ),
    ].join(''),
  );
}

export function versioningXml({ versioning }: CosBucket): string {
  const root = 'VersioningConfiguration';
  // Of a bucket that never had it the document is empty.
  return versioning === undefined
    ? `<?xml version="1.0" encoding="UTF-8"?>\n<${root}/>\n`
    : document(root, element('Status', versioning));
}

export function objectLockXml(days: number): string {
  const retention = element('Mode', 'COMPLIANCE') + element('Days', String(days));
  return document(
    'ObjectLockConfiguration',
    `${element('ObjectLockEnabled', 'Enabled')}<Rule><DefaultRetention>${retention}</DefaultRetention></Rule>`,
  );
}

function document(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>\n`;
}

function element(name: string, value: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return `<${name}>${value.replace(/[&<>]/g, (character) => escapes[character] ?? '')}</${name}>`;
}
