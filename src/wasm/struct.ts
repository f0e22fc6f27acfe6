// Records of the snapshot stream (spec/fsm.md, section 13) and any other value with a schema, one by one or as a
// stream.

import type { ListKind, StructSchema } from '../wire/schema/kinds.js';
import { scanner } from './decoder.js';
import { type Codec, codecOf, structCodec } from './encoding.js';
import { encodeOne, Output } from './output.js';
import { plain } from './scanner.js';

const NO_TYPE = -1;

/** A value and the offset behind it. */
export interface Decoded<T> {
  readonly value: T;
  readonly next: number;
}

export function encodeStruct<T extends object>(schema: StructSchema<T>, value: T): Uint8Array {
  return encodeOne(NO_TYPE, structCodec(schema), value);
}

export function encodeList(kind: ListKind, value: readonly object[]): Uint8Array {
  return encodeOne(NO_TYPE, codecOf(kind), value);
}

function decode(codec: Codec, bytes: Uint8Array, offset: number): Decoded<unknown> {
  scanner.open(bytes);
  try {
    const next = scanner.scan(codec.number, codec.argument, offset, bytes.length);
    return { value: codec.read(), next };
  } finally {
    scanner.close();
  }
}

/**
 * The record at `offset`. Throws {@link DecodeError}; its code is `truncated` when `bytes` ends inside the record, so
 * that the reader of a stream can fetch more and try again. Byte values may be views of `bytes`.
 */
export function decodeStruct<T extends object>(schema: StructSchema<T>, bytes: Uint8Array, offset = 0): Decoded<T> {
  return decode(structCodec(schema), bytes, offset) as Decoded<T>;
}

/** The same for a bare list (coordinates). */
export function decodeList<T extends object>(kind: ListKind, bytes: Uint8Array, offset = 0): Decoded<readonly T[]> {
  return decode(codecOf(kind), bytes, offset) as Decoded<readonly T[]>;
}

/** Reads record after record from one buffer; cheaper than {@link decodeStruct} for each, which must find out anew what is loaded. */
export class StructReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = plain(bytes);
    this.offset = offset;
  }

  /** Whether all is read. */
  get isAtEnd(): boolean {
    return this.offset >= this.bytes.length;
  }

  /** The record's type byte. */
  typeByte(): number {
    const value = this.bytes[this.offset] ?? 0;
    this.offset += 1;
    return value;
  }

  struct<T extends object>(schema: StructSchema<T>): T {
    return this.#read(structCodec(schema)) as T;
  }

  list<T extends object>(kind: ListKind): readonly T[] {
    return this.#read(codecOf(kind)) as readonly T[];
  }

  #read(codec: Codec): unknown {
    if (scanner.source !== this.bytes) scanner.open(this.bytes);
    this.offset = scanner.scan(codec.number, codec.argument, this.offset, this.bytes.length);
    return codec.read();
  }

  /** Lets go of the buffer. */
  close(): void {
    if (scanner.source === this.bytes) scanner.close();
  }
}

/** Writes a stream of records into one growing buffer, taken from time to time. */
export class StructWriter {
  readonly #output = new Output();

  get byteLength(): number {
    return this.#output.byteLength;
  }

  /** One record: its type byte (left out when null) and the struct. */
  struct<T extends object>(typeByte: number | null, schema: StructSchema<T>, value: T): void {
    this.#output.append(typeByte ?? NO_TYPE, structCodec(schema), value, false);
  }

  /** One record that is a bare list. */
  list(typeByte: number | null, kind: ListKind, value: readonly object[]): void {
    this.#output.append(typeByte ?? NO_TYPE, codecOf(kind), value, false);
  }

  /** Bytes that are a record already. */
  raw(bytes: Uint8Array): void {
    this.#output.appendBytes(bytes);
  }

  /** Everything written since the last call; the buffer is the caller's. */
  take(): ArrayBuffer {
    return this.#output.take();
  }
}
