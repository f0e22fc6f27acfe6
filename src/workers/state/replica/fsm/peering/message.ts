// Protobuf messages as lists of fields: one is looked up or replaced, and all others stay as they came, also those that nothing here
// knows of.

import { readVarint } from '../../chunks/varint.js';

export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Without its tag, and without its length. */
  readonly content: Uint8Array;
}

export type Message = readonly Field[];

const VARINT = 0;
const BYTES = 2;
/** No field has a higher one. */
const MAX_NUMBER = 2 ** 29 - 1;
/** Bytes of the wire types of a fixed size. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

function malformed(): Error {
  return new Error('a protobuf message is malformed');
}

/** Throws for what is none. The fields are views of `bytes`. */
export function readMessage(bytes: Uint8Array): Message {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === null) throw malformed();
    const wireType = Number(tag.value & 7n);
    const number = Number(tag.value >> 3n);
    if (number === 0 || number > MAX_NUMBER) throw malformed();
    const [start, end] = extent(bytes, tag.next, wireType);
    if (end > bytes.length) throw malformed();
    fields.push({ number, wireType, content: bytes.subarray(start, end) });
    at = end;
  }
  return fields;
}

/** Where the content of a field begins and ends. */
function extent(bytes: Uint8Array, at: number, wireType: number): readonly [number, number] {
  const size = FIXED.get(wireType);
  if (size !== undefined) return [at, at + size];
  const read = wireType === VARINT || wireType === BYTES ? readVarint(bytes, at) : null;
  if (read === null) throw malformed();
  return wireType === VARINT ? [at, read.next] : [read.next, read.next + Number(read.value)];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export function writeMessage(message: Message): Uint8Array {
  const parts = message.flatMap(({ number, wireType, content }) => [
    varint(number * 8 + wireType),
    ...(wireType === BYTES ? [varint(content.length)] : []),
    content,
  ]);
  return new Uint8Array(Buffer.concat(parts));
}

/** Of a field that is there several times the last counts; null: it isn't there. */
export function bytesOf(message: Message, number: number): Uint8Array | null {
  return message.findLast((field) => field.number === number && field.wireType === BYTES)?.content ?? null;
}

/** "" where it isn't there. */
export function textOf(message: Message, number: number): string {
  const content = bytesOf(message, number);
  return content === null ? '' : Buffer.from(content).toString('utf8');
}

/** An empty message where it isn't there. */
export function messageOf(message: Message, number: number): Message {
  return readMessage(bytesOf(message, number) ?? new Uint8Array());
}

/** 0 where it isn't there. */
export function numberOf(message: Message, number: number): number {
  const field = message.findLast((one) => one.number === number && one.wireType === VARINT);
  return field === undefined ? 0 : Number(readVarint(field.content, 0)?.value ?? 0n);
}

export function has(message: Message, number: number): boolean {
  return message.some((field) => field.number === number);
}

/** The fields in the order of their numbers, those of this number replaced; none: it is taken out. */
export function withFields(message: Message, number: number, fields: readonly Field[]): Message {
  return [...message.filter((field) => field.number !== number), ...fields].sort((a, b) => a.number - b.number);
}

/** 0 is as good as nothing. */
export function withNumber(message: Message, number: number, value: number): Message {
  return withFields(message, number, value === 0 ? [] : [{ number, wireType: VARINT, content: varint(value) }]);
}

export function withBytes(message: Message, number: number, ...contents: readonly Uint8Array[]): Message {
  return withFields(
    message,
    number,
    contents.map((content) => ({ number, wireType: BYTES, content })),
  );
}
