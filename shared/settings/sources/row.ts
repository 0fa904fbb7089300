/** What all rows are made with. */
import type { Field, FieldType, JsonObject, Paging, Source } from '../../model.ts';

/**
 * Holds a row to the SDK's types, at every depth: a field that the SDK has and the row lacks does not
 * compile, nor does one of another type.
 */
export type FieldsOf<Response> = {
  readonly [Name in Exclude<keyof Response, 'RequestId'>]-?: FieldOf<NonNullable<Response[Name]>>;
};

type FieldOf<T> = Extract<Field, { readonly type: FieldType }> & ShapeOf<T>;

type ShapeOf<T> = [T] extends [boolean]
  ? { readonly type: 'boolean' }
  : [T] extends [number | bigint]
    ? { readonly type: 'integer' }
    : [T] extends [string]
      ? { readonly type: 'string' }
      : [T] extends [readonly (infer Item)[]]
        ? ListOf<Item>
        : { readonly type: 'object'; readonly fields: FieldsOf<T> };

type ListOf<Item> = [Item] extends [string]
  ? { readonly type: 'string[]' }
  : [Item] extends [number | bigint]
    ? { readonly type: 'integer[]' }
    : { readonly type: 'object[]'; readonly item: FieldsOf<Item> };

type Parts = Pick<Source, 'action' | 'title' | 'fields'> &
  Partial<Pick<Source, 'sites' | 'facts' | 'documentation'>> & {
    /** What the request chooses, where one action is read with several. */
    readonly choice?: string;
    readonly request?: JsonObject;
    readonly paging?: Omit<Paging, 'pageSize' | 'total'> & Partial<Pick<Paging, 'pageSize'>>;
  };

/** The largest page that the API's documentation allows. */
const maxPageSize = 100;

export function row(parts: Parts): Source {
  const { action, choice, sites = ['intl', 'cn'], facts = {}, paging, ...rest } = parts;
  const host = sites.includes('intl') ? 'tencentcloud.com' : 'cloud.tencent.com';
  return {
    documentation: `https://console.${host}/api/explorer?Product=tcss&Version=2020-11-01&Action=${action}`,
    ...rest,
    id: choice === undefined ? action : `${action}:${choice}`,
    action,
    camAction: `tcss:${action}`,
    sites,
    facts,
    ...(paging !== undefined && {
      paging: { total: 'TotalCount', pageSize: maxPageSize, ...paging },
    }),
  };
}

/** The field that counts a paged list. */
export const totalCount = {
  type: 'integer',
  meaning: 'How many items the whole list has.',
  volatile: true,
} as const;
