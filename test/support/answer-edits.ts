/** Good answers spoilt: what JSON and HTTP allow, and what they do not. */
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import type { Json, Source } from '../../shared/model.ts';

// ---- JSON that JavaScript has no value for ------------------------------------------------------

/** JSON as it is written: keys may come twice, and numbers may be too large for any value. */
export type Tree =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly entries: readonly Entry[] };
type Entry = readonly [key: string, value: Tree];

export function treeOf(value: Json): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: (value as readonly Json[]).map(treeOf) };
  if (typeof value !== 'object' || value === null) return text(JSON.stringify(value));
  return {
    kind: 'object',
    entries: Object.entries(value as Readonly<Record<string, Json>>).map(([key, child]): Entry => [
      key,
      treeOf(child),
    ]),
  };
}

function write(tree: Tree): string {
  switch (tree.kind) {
    case 'text':
      return tree.text;
    case 'list':
      return `[${tree.items.map(write).join(',')}]`;
    case 'object':
      return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(',')}}`;
  }
}

/** Whether some object says one thing twice: then nobody can tell what it says. */
function saysTwice(tree: Tree): boolean {
  if (tree.kind === 'text') return false;
  if (tree.kind === 'list') return tree.items.some(saysTwice);
  const names = tree.entries.map(([key]) => key);
  return new Set(names).size < names.length || tree.entries.some(([, value]) => saysTwice(value));
}

const text = (written: string): Tree => ({ kind: 'text', text: written });

// ---- Edits --------------------------------------------------------------------------------------

/** What is put in the place of a value. */
const others: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '1', '2', '3', '-1', '1.5', '7', '20', '180', '1e2'],
  ...['1e999', '-1e999', '1e-999', '9007199254740993', '1e21', '0.1e1', '123456789012345678901234'],
  ...['""', '" "', '"true"', '"false"', '"1"', '"0"', '"null"', '"ON"', '"OFF"', '"Success"'],
  ...['[]', '{}', '[null]', '[[]]', '[{}]', '[true]', '["a"]', '[0]', '{"0":true}', '{"length":0}'],
  ...['"\\ud800"', '"\\udc00x"', '"\\u0000"', '"__proto__"', '"constructor"', '"toString"'],
  ...['{"__proto__":{}}', '{"constructor":{"prototype":{}}}', '{"toString":1}', '{"valueOf":true}'],
  ...['"2026-11-24 09:00:00"', '"2026-11-24T01:00:00Z"', '"2027-06-30 00:00:00"', '"00:00"', '"1"'],
  ...['"2026-02-30 00:00:00"', '"0000-00-00 00:00:00"', '"9999-12-31 23:59:59"', '"24:00"'],
  `${'['.repeat(60)}${']'.repeat(60)}`,
  `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
  `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
  JSON.stringify('x'.repeat(5_000)),
];

const births = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'facts', ''];

/** How one entry of an object, or one item of a list, is spoilt. */
type Edit =
  | { readonly kind: 'remove' | 'twist' | 'wrap' | 'unwrap' | 'as-text' | 'repeat' | 'null' }
  | { readonly kind: 'replace' | 'beside' | 'twice' | 'twice-before'; readonly other: string }
  | { readonly kind: 'hide' | 'rename'; readonly key: string };

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      ...(['remove', 'null', 'twist', 'wrap', 'unwrap', 'as-text', 'repeat'] as const),
    ),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('replace', 'replace', 'beside', 'twice', 'twice-before'),
      other: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...others) },
        { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
      ),
    }),
  },
  fc.record({
    kind: fc.constantFrom('hide', 'rename'),
    key: fc.oneof(fc.constantFrom(...births), fc.string({ unit: 'binary', maxLength: 3 })),
  }),
);

/** How many places there are to spoil: entries of objects and items of lists, at any depth. */
function sizeOf(tree: Tree): number {
  return childrenOf(tree).reduce((sum, child) => sum + 1 + sizeOf(child), 0);
}

function childrenOf(tree: Tree): readonly Tree[] {
  if (tree.kind === 'object') return tree.entries.map(([, value]) => value);
  return tree.kind === 'list' ? tree.items : [];
}

/** @param place counts in the order in which they are written */
function editAt(tree: Tree, place: number, edit: Edit): Tree {
  const children = childrenOf(tree);
  let before = 0;
  for (const [index, child] of children.entries()) {
    const size = 1 + sizeOf(child);
    if (place < before + size) {
      const at = place - before;
      const changed =
        at === 0
          ? spoilt(edit, tree.kind === 'object' ? (tree.entries[index]?.[0] ?? '') : '', child)
          : undefined;
      const inside = changed ?? [['', editAt(child, at - 1, edit)] as const];
      return put(tree, index, inside, changed === undefined);
    }
    before += size;
  }
  return tree;
}

function put(tree: Tree, index: number, parts: readonly Entry[], keepsKey: boolean): Tree {
  if (tree.kind === 'list') {
    const items = parts.map(([, value]) => value);
    return { ...tree, items: tree.items.flatMap((item, at) => (at === index ? items : [item])) };
  }
  if (tree.kind === 'text') return tree;
  return {
    ...tree,
    entries: tree.entries.flatMap((entry, at): readonly Entry[] => {
      if (at !== index) return [entry];
      return keepsKey ? parts.map(([, value]): Entry => [entry[0], value]) : parts;
    }),
  };
}

/** What stands in the place of one entry afterwards. */
function spoilt(edit: Edit, key: string, value: Tree): readonly Entry[] {
  switch (edit.kind) {
    case 'remove':
      return [];
    case 'null':
      return [[key, text('null')]];
    case 'twist':
      return [[key, twisted(value)]];
    case 'wrap':
      return [[key, { kind: 'list', items: [value] }]];
    case 'unwrap':
      return [[key, childrenOf(value)[0] ?? { kind: 'object', entries: [[key, value]] }]];
    case 'as-text':
      return [[key, text(JSON.stringify(write(value)))]];
    case 'repeat':
      return [
        [key, value],
        [key, value],
      ];
    case 'replace':
      return [[key, text(edit.other)]];
    case 'beside':
      return [
        [key, value],
        [`${key} `, text(edit.other)],
      ];
    case 'twice':
      return [
        [key, value],
        [key, text(edit.other)],
      ];
    case 'twice-before':
      return [
        [key, text(edit.other)],
        [key, value],
      ];
    case 'hide':
      return [[edit.key, { kind: 'object', entries: [[key, value]] }]];
    case 'rename':
      return [[edit.key, value]];
  }
}

/** Another value of the same type. */
function twisted(value: Tree): Tree {
  if (value.kind === 'list') return { ...value, items: value.items.slice(1) };
  if (value.kind === 'object') return { ...value, entries: value.entries.slice(1) };
  const parsed = JSON.parse(safe(value.text)) as Json;
  if (typeof parsed === 'boolean') return text(String(!parsed));
  if (typeof parsed === 'number') return text(JSON.stringify(parsed + 1));
  if (typeof parsed !== 'string') return value;
  const digit = /\d(?=\D*$)/.exec(parsed);
  const other =
    digit === null
      ? `${parsed.toLowerCase()}x`
      : parsed.slice(0, digit.index) +
        String((Number(digit[0]) + 1) % 10) +
        parsed.slice(digit.index + 1);
  return text(JSON.stringify(other));
}

/** What is too deep or too large to parse cheaply twists into nothing. */
function safe(written: string): string {
  return written.length > 1_000 ? 'null' : written;
}

// ---- HTTP ---------------------------------------------------------------------------------------

export interface Answer {
  readonly bytes: Buffer;
  /** The body, where a client that is exact sees a whole answer of status 200 in JSON. */
  readonly seen: string | undefined;
}

export type Frame =
  | { readonly kind: 'whole'; readonly length: 'told' | 'chunked' | 'to the end' | 'gzip' }
  | { readonly kind: 'status'; readonly status: number }
  | {
      readonly kind: 'cut';
      /** Of the body, in thousandths. */
      readonly at: number;
      readonly length: 'told' | 'chunked' | 'to the end' | 'gzip' | 'too long';
    }
  | { readonly kind: 'stream' }
  | { readonly kind: 'around'; readonly before: string; readonly after: string };

const frames: fc.Arbitrary<Frame> = fc.oneof(
  { weight: 14, arbitrary: fc.constant<Frame>({ kind: 'whole', length: 'told' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('whole' as const),
      length: fc.constantFrom('chunked', 'to the end', 'gzip'),
    }),
  },
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.oneof(
      fc.constantFrom(201, 202, 203, 206, 226, 300, 301, 302, 304, 400, 401, 403, 404, 429),
      fc.constantFrom(500, 502, 503, 504, 599, 999),
    ),
  }),
  fc.record({
    kind: fc.constant('cut' as const),
    at: fc.integer({ min: 0, max: 999 }),
    length: fc.constantFrom('told', 'chunked', 'to the end', 'gzip', 'too long'),
  }),
  fc.constant<Frame>({ kind: 'stream' }),
  fc.record({
    kind: fc.constant('around' as const),
    before: fc.constantFrom('\ufeff', '<html>', '0', ")]}'", '{"Response":{}}'),
    after: fc.constantFrom('', ' ', '}', '<!-- -->', '{"Response":{}}', '\u0000'),
  }),
);

/** @param tree of the body; written as it is */
export function answerOf(frame: Frame, tree: Tree): Answer {
  const body = write(tree);
  const seen = saysTwice(tree) ? undefined : body;
  switch (frame.kind) {
    case 'whole':
      return { bytes: framed(200, frame.length, Buffer.from(body)), seen };
    case 'status':
      return { bytes: framed(frame.status, 'told', Buffer.from(body)), seen: undefined };
    case 'cut': {
      const part = (bytes: Buffer) =>
        bytes.subarray(0, Math.floor((bytes.length * frame.at) / 1000));
      const whole = Buffer.from(body);
      const bytes =
        frame.length === 'too long'
          ? head(200, `content-length: ${String(whole.length)}`, part(whole))
          : frame.length === 'gzip'
            ? head(200, 'content-encoding: gzip', part(gzipSync(whole)))
            : frame.length === 'chunked'
              ? head(200, 'transfer-encoding: chunked', part(chunked(whole)))
              : framed(200, frame.length, part(whole));
      return { bytes, seen: undefined };
    }
    case 'stream': {
      const type = `content-type: text/event-stream\r\ncontent-length: ${String(Buffer.byteLength(body))}`;
      return { bytes: head(200, type, Buffer.from(body)), seen: undefined };
    }
    case 'around': {
      const all = `${frame.before}${body}${frame.after}`;
      return { bytes: framed(200, 'told', Buffer.from(all)), seen: undefined };
    }
  }
}

function framed(status: number, length: 'told' | 'chunked' | 'to the end' | 'gzip', body: Buffer) {
  switch (length) {
    case 'told':
      return head(status, `content-length: ${String(body.length)}`, body);
    case 'chunked':
      return head(status, 'transfer-encoding: chunked', chunked(body));
    case 'to the end':
      return head(status, 'x: y', body);
    case 'gzip': {
      const packed = gzipSync(body);
      const headers = `content-encoding: gzip\r\ncontent-length: ${String(packed.length)}`;
      return head(status, headers, packed);
    }
  }
}

function head(status: number, headers: string, body: Buffer): Buffer {
  const start = `HTTP/1.1 ${String(status)} X\r\nconnection: close\r\nlocation: /\r\n${headers}\r\n\r\n`;
  return Buffer.concat([Buffer.from(start), body]);
}

function chunked(body: Buffer): Buffer {
  const middle = body.length >> 1;
  const parts = [body.subarray(0, middle), body.subarray(middle)].filter(
    ({ length }) => length > 0,
  );
  const chunks = parts.flatMap((part) => [
    Buffer.from(`${part.length.toString(16)}\r\n`),
    part,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
}

// ---- Answers ------------------------------------------------------------------------------------

export interface Spoilt {
  readonly frame: Frame;
  readonly tree: Tree;
}

/** A good answer with up to three edits, framed in some way. */
export function spoiltAnswers(goods: readonly Json[]): fc.Arbitrary<Spoilt> {
  const bases = goods.map(
    (settings) => ({ kind: 'object', entries: [['Response', treeOf(settings)]] }) as const,
  );
  return fc
    .record({
      base: fc.nat({ max: bases.length - 1 }),
      spoils: fc.array(fc.record({ place: fc.nat(), edit: edits }), { maxLength: 3 }),
      frame: frames,
    })
    .map(({ base, spoils, frame }) => ({
      frame,
      tree: spoils.reduce<Tree>(
        (tree, { place, edit }) => editAt(tree, place % Math.max(1, sizeOf(tree)), edit),
        bases[base] ?? text('null'),
      ),
    }));
}

/** Anything at all, in the place of the settings or of the whole body. */
export function anyAnswers(source: Source): fc.Arbitrary<Spoilt> {
  const names = [...Object.keys(source.fields), 'Response', 'Error', 'RequestId', ...births];
  const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...others).map(text),
      fc.array(tie('tree'), { maxLength: 4 }).map((items): Tree => ({ kind: 'list', items })),
      fc
        .array(fc.tuple(fc.constantFrom(...names), tie('tree')), { maxLength: 6 })
        .map((entries): Tree => ({ kind: 'object', entries })),
    ),
  })).tree;
  return fc.record({
    frame: frames,
    tree: fc.oneof(
      tree,
      tree.map((settings): Tree => ({ kind: 'object', entries: [['Response', settings]] })),
    ),
  });
}
