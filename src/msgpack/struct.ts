// Structs as data (spec/rpc.md, section 3; spec/gossip.md, section 2): a struct is a map whose keys are written in byte
// order; a receiver takes them in any order, passes over unknown ones, lets missing ones be zero, and also takes an array of
// the fields in the order of declaration.

import type { Kind } from './kinds.js';
import type { MsgpackReader } from './reader.js';
import { type CodedField, codedRead, codedWrite, type Members } from './struct-code.js';
import { type Form, MsgpackWriter } from './writer.js';

/**
 * What a struct may have beside its fields: later versions of a sender have a few more. Each costs a look at all names, and the
 * values in them the time to pass over them, in one go where the struct isn't read in slices.
 */
const MOST_UNKNOWN_FIELDS = 1024;
const MOST_UNKNOWN_VALUES = 65_536;

type Fields<T> = { readonly [K in keyof T]-?: Kind<T[K]> };

interface Field {
  readonly name: string;
  readonly key: Uint8Array;
  /** The key with its header. */
  readonly written: { readonly [form in Form]: Uint8Array };
  readonly kind: Kind<unknown>;
  readonly isOptional: boolean;
  /** Its place among the keys in order. */
  place: number;
}

/** Met so often, a struct gets code of its own (struct-code.ts), which costs some 50 µs and is optimized later. */
const OFTEN = 256;

const KEY_WRITERS = { raw: new MsgpackWriter('raw'), 'str-bin': new MsgpackWriter('str-bin') } as const;

function writtenKey(name: string, form: Form): Uint8Array {
  const writer = KEY_WRITERS[form];
  writer.text(name);
  return writer.take();
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function byKey(a: { readonly key: Uint8Array }, b: { readonly key: Uint8Array }): number {
  return Buffer.compare(a.key, b.key);
}

/**
 * All fields at their zero values. Made by JSON.parse and then filled: an object that is built by more than a dozen
 * computed names would be a hash table, and so would every copy of it.
 */
function zeroOf(names: readonly string[], kinds: ReadonlyMap<string, Kind<unknown>>): Members {
  const zero = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join(',')}}`) as Members;
  for (const [name, kind] of kinds) zero[name] = kind.zero;
  return zero;
}

class StructTable {
  readonly zero: Members;
  readonly #kinds: ReadonlyMap<string, Kind<unknown>>;
  readonly #optional: ReadonlySet<string>;
  readonly #hasOptional: boolean;
  /** Some fields are always written: those have code of their own, and what has others beside them is the table's. */
  readonly #hasAlways: boolean;
  #written = 0;
  #read = 0;
  #coded: { readonly [form in Form]: (writer: MsgpackWriter, record: Members) => void } | null = null;
  #codedRead: ((reader: MsgpackReader) => Members | null) | null = null;
  #isMade = false;
  #declared: readonly Field[] = [];
  #sorted: readonly Field[] = [];
  #always: readonly Field[] = [];
  #sometimes: readonly Field[] = [];

  constructor(kinds: ReadonlyMap<string, Kind<unknown>>, optional: ReadonlySet<string>) {
    const names = [...kinds.keys()];
    this.zero = zeroOf(names, kinds);
    this.#kinds = kinds;
    this.#optional = optional;
    this.#hasOptional = optional.size > 0;
    this.#hasAlways = names.length > optional.size;
  }

  /** With the first value: there are hundreds of structs, and a thread meets few of them while it starts. */
  #make(): void {
    this.#declared = Array.from(this.#kinds, ([name, kind]) => ({
      name,
      key: Buffer.from(name),
      written: { raw: writtenKey(name, 'raw'), 'str-bin': writtenKey(name, 'str-bin') },
      kind,
      isOptional: this.#optional.has(name),
      place: 0,
    }));
    this.#sorted = [...this.#declared].sort(byKey);
    for (const [place, field] of this.#sorted.entries()) field.place = place;
    this.#always = this.#sorted.filter((field) => !field.isOptional);
    this.#sometimes = this.#sorted.filter((field) => field.isOptional);
    this.#isMade = true;
  }

  #present(record: Members): readonly Field[] {
    if (!this.#isMade) this.#make();
    if (!this.#hasOptional) return this.#sorted;
    return this.#sorted.filter((field) => !(field.isOptional && field.kind.isEmpty(record[field.name])));
  }

  write(writer: MsgpackWriter, record: Members): void {
    if (this.#coded !== null && !this.#hasMore(record)) {
      this.#coded[writer.form](writer, record);
      return;
    }
    const present = this.#present(record);
    if (this.#coded === null && this.#hasAlways && ++this.#written > OFTEN) {
      this.#coded = { raw: codedWrite(this.#fieldsIn('raw')), 'str-bin': codedWrite(this.#fieldsIn('str-bin')) };
    }
    writer.map(present.length);
    for (const field of present) {
      writer.raw(field.written[writer.form]);
      field.kind.write(writer, record[field.name]);
    }
  }

  /** Whether a record has a value in a field that is often left out. */
  #hasMore(record: Members): boolean {
    for (const { name, kind } of this.#sometimes) if (!kind.isEmpty(record[name])) return true;
    return false;
  }

  /** Those that are always there. */
  #fieldsIn(form: Form): readonly CodedField[] {
    return this.#always.map(({ name, kind, written }) => ({ name, kind, key: written[form] }));
  }

  *writeSteps(writer: MsgpackWriter, record: Members): Generator<undefined, void> {
    const present = this.#present(record);
    writer.map(present.length);
    for (const { written, kind, name } of present) {
      writer.raw(written[writer.form]);
      if (kind.writeSteps === undefined) kind.write(writer, record[name]);
      else yield* kind.writeSteps(writer, record[name]);
    }
  }

  /** Most senders write the keys in order: the search starts at the field after the last one found. */
  #find(reader: MsgpackReader, from: number): number {
    const expected = this.#sorted[from];
    if (expected !== undefined && reader.takes(expected.written.raw)) return from;
    const key = reader.key();
    for (let i = 0; i < this.#sorted.length; i += 1) {
      const index = (from + i) % this.#sorted.length;
      const field = this.#sorted[index];
      if (field !== undefined && sameBytes(field.key, key)) return index;
    }
    return -1;
  }

  /** The field at this place of a map's or an array's order; undefined when it is unknown. */
  #field(index: number, isMap: boolean): Field | undefined {
    return isMap ? this.#sorted[index] : this.#declared[index];
  }

  #begin(): Members {
    if (!this.#isMade) this.#make();
    return { ...this.zero };
  }

  read(reader: MsgpackReader): Members {
    const coded = this.#codedRead?.(reader) ?? null;
    if (coded !== null) return coded;
    const record = this.#begin();
    if (this.#hasAlways && this.#codedRead === null && ++this.#read > OFTEN) {
      const rest = (of: MsgpackReader, begun: Members, done: number): void => this.#readRest(of, begun, done);
      this.#codedRead = codedRead(this.#fieldsIn('raw'), this.zero, rest);
    }
    const { form, length } = reader.structForm();
    if (length > this.#sorted.length + MOST_UNKNOWN_FIELDS) reader.fail('too-many-values');
    this.#readFields(reader, record, form === 'map', 0, length);
    return record;
  }

  /** Of a map with as many fields as are always there, in which something else stands behind the first `done` of them. */
  #readRest(reader: MsgpackReader, record: Members, done: number): void {
    const last = this.#always[done - 1];
    if (reader.problem === null) this.#readFields(reader, record, true, done, this.#always.length);
    else if (last !== undefined) reader.inside(last.name);
  }

  #readFields(reader: MsgpackReader, record: Members, isMap: boolean, done: number, length: number): void {
    let next = done;
    let room = MOST_UNKNOWN_VALUES;
    for (let i = done; i < length && reader.problem === null; i += 1) {
      const field = this.#field(isMap ? this.#find(reader, next) : i, isMap);
      if (field === undefined) {
        room -= reader.skip(room);
        continue;
      }
      record[field.name] = field.kind.read(reader);
      if (reader.problem !== null) reader.inside(field.name);
      next = field.place + 1;
    }
  }

  *readSteps(reader: MsgpackReader): Generator<undefined, Members> {
    const record = this.#begin();
    const { form, length } = reader.structForm();
    const isMap = form === 'map';
    if (length > this.#sorted.length + MOST_UNKNOWN_FIELDS) reader.fail('too-many-values');
    let next = 0;
    let room = MOST_UNKNOWN_VALUES;
    for (let i = 0; i < length && reader.problem === null; i += 1) {
      const field = this.#field(isMap ? this.#find(reader, next) : i, isMap);
      if (field === undefined) {
        room -= reader.skip(room);
        continue;
      }
      const { kind } = field;
      record[field.name] = kind.readSteps === undefined ? kind.read(reader) : yield* kind.readSteps(reader);
      if (reader.problem !== null) reader.inside(field.name);
      next = field.place + 1;
    }
    return record;
  }
}

/** `fields` in the order of declaration; those in `optional` are left out when empty. */
export function struct<T extends object>(fields: Fields<T>, optional: readonly (keyof T)[] = []): Kind<T> {
  const kinds = new Map(Object.entries(fields as { readonly [name: string]: Kind<unknown> }));
  const table = new StructTable(kinds, new Set(optional as readonly string[]));
  const isStepped = [...kinds.values()].some((kind) => kind.readSteps !== undefined);
  return {
    zero: table.zero as T,
    isEmpty: () => false,
    write: (writer, value) => table.write(writer, value as Members),
    read: (reader) => table.read(reader) as T,
    ...(isStepped && {
      readSteps: (reader: MsgpackReader) => table.readSteps(reader) as Generator<undefined, T>,
      writeSteps: (writer: MsgpackWriter, value: T) => table.writeSteps(writer, value as Members),
    }),
  };
}
