// Struct schemas as the compiled module reads them (src/wasm/assembly/layout.ts): key text with its msgpack header,
// field kinds and the whole zero form of each struct, laid out once as one image that every instance gets at the same
// address.

import { fieldsOf, isLaterField, type Kind, type StructSchema } from '../wire/schema/kinds.js';
import { instantiate } from './module.js';

const NUMBERS = {
  string: 0,
  bytes: 1,
  bool: 2,
  int: 3,
  duration: 3,
  uint: 4,
  uint64: 4,
  float: 5,
  dynamic: 10,
  nil: 11,
} as const;
const STRUCT = 6;
const NULLABLE_STRUCT = 7;
const LIST = 8;
const MAP = 9;
const LATER_LIST = 12;

const FIELDS = 32;
const FIELD_SIZE = 16;
/** The module copies and compares in steps of 16 bytes and may look this far behind a piece of the image. */
const OVERHANG = 64;
/** Room for all schemas; the records of today take five eighths of it. */
const IMAGE_BYTES = 80 * 1024;

/** The same in both modules. */
export const imageStart = instantiate().firstFree();
const image = Buffer.alloc(IMAGE_BYTES);
let used = 0;
let version = 0;

/** Free memory of every instance starts here. */
export const AFTER_IMAGE = imageStart + IMAGE_BYTES;

/** Grows by one with each schema that is added. */
export function imageVersion(): number {
  return version;
}

export function copyImage(memory: WebAssembly.Memory): void {
  new Uint8Array(memory.buffer, imageStart, IMAGE_BYTES).set(image);
}

export interface ProgramKind {
  readonly number: number;
  readonly argument: number;
}

function place(bytes: Uint8Array): number {
  const at = used;
  const next = (at + bytes.length + OVERHANG + 15) & ~15;
  if (next > IMAGE_BYTES) throw new Error('the schemas of the message codec take more memory than is set aside');
  image.set(bytes, at);
  used = next;
  return imageStart + at;
}

function rawHeader(length: number): number[] {
  if (length < 32) return [0xa0 | length];
  return [0xda, length >> 8, length & 255];
}

function mapHeader(length: number): number[] {
  if (length < 16) return [0x80 | length];
  return [0xde, length >> 8, length & 255];
}

function keyBytes(name: string): number[] {
  return [...rawHeader(Buffer.byteLength(name)), ...Buffer.from(name)];
}

const keyPlaces = new Map<string, number>();

/** Fields of many structs have the same name: it is laid out once. */
function placeKey(name: string, bytes: readonly number[]): number {
  const known = keyPlaces.get(name);
  if (known !== undefined) return known;
  const address = place(Uint8Array.from(bytes));
  keyPlaces.set(name, address);
  return address;
}

/** Field names as they are on the wire: sorted bytewise. */
export function wireOrder(schema: StructSchema<object>): [string, Kind][] {
  return fieldsOf(schema).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function zeroValue(kind: Kind): number[] {
  if (typeof kind === 'object') {
    if (kind.kind === 'struct') return kind.nullable ? [0xc0] : zeroForm(kind.schema);
    return kind.kind === 'list' && !kind.nullable ? [0x90] : [0xc0];
  }
  if (kind === 'string') return [0xa0];
  if (kind === 'bool') return [0xc2];
  if (kind === 'float') return [0xcb, 0, 0, 0, 0, 0, 0, 0, 0];
  if (kind === 'int' || kind === 'uint' || kind === 'uint64' || kind === 'duration') return [0];
  return [0xc0];
}

const zeroForms = new Map<StructSchema<object>, number[]>();

/** Made once: structs contain each other, the deepest ones in many places. */
function zeroForm(schema: StructSchema<object>): number[] {
  let form = zeroForms.get(schema);
  if (form === undefined) {
    const fields = wireOrder(schema).filter(([, kind]) => !isLaterField(kind));
    form = [...mapHeader(fields.length), ...fields.flatMap(([name, kind]) => [...keyBytes(name), ...zeroValue(kind)])];
    zeroForms.set(schema, form);
  }
  return form;
}

const addresses = new Map<StructSchema<object>, number>();

export function structProgram(schema: StructSchema<object>): number {
  const known = addresses.get(schema);
  if (known !== undefined) return known;
  const fields = wireOrder(schema);
  const program = Buffer.alloc(FIELDS + fields.length * FIELD_SIZE);
  const zero = zeroForm(schema);
  const header = mapHeader(fields.length);
  // The module lowers the count for each field that it leaves out, in place.
  const fewest = fields.filter(([, kind]) => !isLaterField(kind)).length;
  if (mapHeader(fewest).length !== header.length) throw new Error(`${schema.name}: its headers have two forms`);
  program.writeUInt32LE(fields.length, 0);
  program.writeUInt32LE(place(Uint8Array.from(zero)), 4);
  program.writeUInt32LE(zero.length, 8);
  program.writeUInt32LE(header.length, 12);
  program.set(header, 16);
  fields.forEach(([name, kind], index) => {
    const at = FIELDS + index * FIELD_SIZE;
    const key = keyBytes(name);
    const { number, argument } = kindProgram(kind);
    program.writeUInt32LE(placeKey(name, key), at);
    program.writeUInt32LE(key.length, at + 4);
    program.writeInt32LE(number, at + 8);
    program.writeUInt32LE(argument, at + 12);
  });
  const address = place(program);
  addresses.set(schema, address);
  version += 1;
  return address;
}

export function kindProgram(kind: Kind): ProgramKind {
  if (typeof kind === 'string') return { number: NUMBERS[kind], argument: 0 };
  if (kind.kind === 'struct') {
    return { number: kind.nullable ? NULLABLE_STRUCT : STRUCT, argument: structProgram(kind.schema) };
  }
  const element = kindProgram(kind.of);
  const words = Buffer.alloc(8);
  words.writeInt32LE(element.number, 0);
  words.writeUInt32LE(element.argument, 4);
  version += 1;
  return { number: kind.kind === 'map' ? MAP : isLaterField(kind) ? LATER_LIST : LIST, argument: place(words) };
}
