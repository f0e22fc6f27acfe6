// Public messages as tables of fields: by them they are read, written and told of by reflection, so that the three can't differ.

import type { StringMap } from '../../../../wire/records.js';
import { beginFrame, endFrame } from '../../rpc/grpc/frame.js';
import { readFields } from '../../rpc/grpc/protobuf/reader.js';
import { ProtoWriter } from '../../rpc/grpc/protobuf/writer.js';
import { type About, type Enumeration, FieldType, type Kind, many, text } from './kinds.js';

/** By name. */
export interface Fields {
  readonly [name: string]: readonly [number: number, kind: Kind<unknown>];
}

export type RowOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends readonly [number, Kind<infer Value>] ? Value : never;
};

/** The rows of a message. */
export type RowIn<M> = M extends Message<infer Row> ? Row : never;

export interface Message<Row> {
  /** With its package. */
  readonly name: string;
  readonly fields: Fields;
  /** One that says nothing. */
  readonly zero: Row;
  write(writer: ProtoWriter, row: Row): void;
  /** null: bytes that aren't one. */
  read(bytes: Buffer): Row | null;
}

export function message<F extends Fields>(name: string, fields: F): Message<RowOf<F>> {
  const all = Object.entries(fields).map(([field, [number, kind]]) => ({ field, number, kind }));
  const byNumber = new Map(all.map((one) => [one.number, one]));
  const zero = Object.fromEntries(all.map(({ field, kind }) => [field, kind.zero])) as RowOf<F>;
  return {
    name,
    fields,
    zero,
    write(writer, row) {
      for (const { field, number, kind } of all) kind.write(writer, number, row[field]);
    },
    read(bytes) {
      const found = readFields(bytes);
      if (found === null) return null;
      const row: { [field: string]: unknown } = { ...zero };
      for (const { number, value } of found) {
        const known = byNumber.get(number);
        if (known === undefined) continue;
        const read = known.kind.read(value, row[known.field]);
        if (read === undefined) return null;
        row[known.field] = read;
      }
      return row as RowOf<F>;
    },
  };
}

/** A message within another. */
function within<Row>(of: Message<Row>, zero: Row): Kind<Row> {
  return {
    about: { type: FieldType.message, typeName: of.name },
    zero,
    write(writer, number, row) {
      const begun = writer.begin(number);
      of.write(writer, row);
      writer.end(begun);
    },
    read: (value) => (typeof value === 'number' ? undefined : (of.read(value) ?? undefined)),
  };
}

/** null: there is none. */
export function inner<Row>(of: Message<Row>): Kind<Row | null> {
  const { about, write, read } = within(of, of.zero);
  return {
    about,
    zero: null,
    write(writer, number, row) {
      if (row !== null) write(writer, number, row);
    },
    read: (value) => read(value, of.zero),
  };
}

export function inners<Row>(of: Message<Row>): Kind<readonly Row[]> {
  const kind = within(of, of.zero);
  return many(kind, kind.write);
}

const pair = message('', { key: [1, text], value: [2, text] });

/** Texts by texts. */
export const textMap: Kind<StringMap> = {
  about: { type: FieldType.message, isRepeated: true, mapOf: text.about },
  zero: Object.freeze(Object.create(null)) as StringMap,
  write(writer, number, map) {
    for (const [key, value] of Object.entries(map)) {
      const begun = writer.begin(number);
      pair.write(writer, { key, value });
      writer.end(begun);
    }
  },
  read(value, before) {
    const read = typeof value === 'number' ? null : pair.read(value);
    if (read === null) return undefined;
    const map = before === textMap.zero ? (Object.create(null) as { [key: string]: string }) : before;
    return Object.assign(map, { [read.key]: read.value });
  },
};

/** As it is sent: with the header that tells its length. */
export function framed<Row>(of: Message<Row>, row: Row): Buffer {
  const writer = new ProtoWriter();
  const begun = beginFrame(writer);
  of.write(writer, row);
  endFrame(writer, begun);
  return writer.copy(0);
}

/** A method of a service: what is asked, and what is answered. */
export interface Method<In, Out> extends DescribedMethod {
  readonly input: Message<In>;
  readonly output: Message<Out>;
}

/** What HTTP/2 asks for. */
export function pathOf({ service, name }: DescribedMethod): string {
  return `/${service}/${name}`;
}

/** A message as reflection tells of it. */
export interface DescribedMessage {
  readonly name: string;
  readonly fields: { readonly [name: string]: readonly [number: number, kind: { readonly about: About }] };
}

/** What belongs together, as a file of protobuf would have it. */
export interface ProtoFile {
  readonly path: string;
  readonly package: string;
  readonly imports: readonly ProtoFile[];
  readonly messages: readonly DescribedMessage[];
  readonly enums: readonly Enumeration[];
  readonly methods: readonly DescribedMethod[];
}

/** A method, as reflection tells of it. */
export interface DescribedMethod {
  /** With its package. */
  readonly service: string;
  readonly name: string;
  readonly input: Pick<DescribedMessage, 'name'>;
  readonly output: Pick<DescribedMessage, 'name'>;
  /** More than one message each way. */
  readonly asksMany?: true;
  readonly answersMany?: true;
}
