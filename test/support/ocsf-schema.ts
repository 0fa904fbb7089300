/**
 * JSON Schema of OCSF's Compliance Finding (2003), written from the class and object definitions of
 * ocsf/ocsf-schema: the attributes that 1.4.0 to 1.8.0 have in common, and every one that any of 1.3.0 to
 * 1.8.0 requires. Profiles add attributes; `record_integrity` is the only one used.
 */
const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
/** Milliseconds: what is a time in seconds lies in 1970. */
const time = { type: 'integer', minimum: 1_000_000_000_000 } as const;
const enumOf = (...ids: readonly number[]) => ({ type: 'integer', enum: ids });

const object = (required: readonly string[], properties: Readonly<Record<string, unknown>>) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

const fingerprint = object(['algorithm_id', 'value'], {
  algorithm: text,
  algorithm_id: enumOf(0, 1, 2, 3, 4, 5, 6, 7, 99),
  encoding: text,
  encoding_id: enumOf(0, 1, 2, 3, 99),
  serialization: text,
  serialization_id: enumOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 99),
  value: text,
});

const attestation = {
  ...object([], {
    uid: text,
    authority_uid: text,
    chain_uid: text,
    fingerprint,
    prev_event: object(['uid'], { uid: text, type_uid: { type: 'integer' }, fingerprint }),
    signatures: { type: 'array', items: { type: 'object' } },
  }),
  anyOf: [{ required: ['fingerprint'] }, { required: ['signatures'] }],
};

const required = [
  ...['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'],
  ...['finding_info', 'compliance'],
];

const attributes = {
  activity_id: enumOf(0, 1, 2, 3, 99),
  activity_name: text,
  category_name: { const: 'Findings' },
  category_uid: { const: 2 },
  class_name: { const: 'Compliance Finding' },
  class_uid: { const: 2003 },
  comment: text,
  compliance: object(['standards'], {
    control: text,
    requirements: texts,
    standards: { ...texts, minItems: 1 },
    status: text,
    status_code: text,
    status_id: enumOf(0, 1, 2, 3, 99),
  }),
  count: { type: 'integer' },
  end_time: time,
  finding_info: object(['title', 'uid'], {
    analytic: object(['type_id'], {
      category: text,
      desc: text,
      name: text,
      type: text,
      type_id: enumOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99),
      uid: text,
      version: text,
    }),
    created_time: time,
    data_sources: texts,
    desc: text,
    first_seen_time: time,
    last_seen_time: time,
    modified_time: time,
    src_url: text,
    title: { ...text, minLength: 1 },
    types: texts,
    uid: { ...text, minLength: 1 },
  }),
  message: text,
  metadata: object(['product', 'version'], {
    correlation_uid: text,
    event_code: text,
    labels: texts,
    log_name: text,
    logged_time: time,
    original_time: text,
    product: object(['vendor_name'], {
      feature: { type: 'object' },
      lang: text,
      name: text,
      uid: text,
      url_string: text,
      vendor_name: text,
      version: text,
    }),
    profiles: texts,
    sequence: { type: 'integer' },
    uid: text,
    version: { ...text, pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$' },
  }),
  remediation: object(['desc'], { desc: text, references: texts }),
  resources: {
    type: 'array',
    items: {
      ...object([], {
        data: true,
        labels: texts,
        name: text,
        namespace: text,
        region: text,
        type: text,
        uid: text,
        version: text,
      }),
      anyOf: [{ required: ['name'] }, { required: ['uid'] }],
    },
  },
  severity: text,
  severity_id: enumOf(0, 1, 2, 3, 4, 5, 6, 99),
  start_time: time,
  status: text,
  status_code: text,
  status_detail: text,
  status_id: enumOf(0, 1, 2, 3, 4, 5, 6, 99),
  time,
  timezone_offset: { type: 'integer' },
  type_name: text,
  type_uid: enumOf(200300, 200301, 200302, 200303, 200399),
  unmapped: { type: 'object' },
};

/** New in 1.4.0. */
const evidences = {
  type: 'array',
  minItems: 1,
  items: object(['data'], { data: true }),
};

/** Without `evidences`, which 1.3.0 does not have in this class. */
export const complianceFinding13 = object(required, attributes);
export const complianceFinding = object(required, { ...attributes, evidences });
export const attestedFinding = object([...required, 'attestation_list'], {
  ...attributes,
  evidences,
  attestation_list: { type: 'array', minItems: 1, items: attestation },
});
