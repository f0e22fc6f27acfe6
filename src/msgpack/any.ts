// Free-form values (a proxy's Config and the like): no table says what they hold. Numbers are written as float64, as all
// numbers that came from JSON are (spec/fsm.md, section 1); a bigint is written as an integer. Reading takes every number
// as a number while it is exact, so an integral float and an integer read alike.

import { setProperty } from '../gotext/json-scan.js';
import { MAX_NESTING } from '../gotext/nesting.js';
import type { Dynamic } from '../wire/records.js';
import { EncodeError } from './errors.js';
import type { MsgpackReader } from './reader.js';
import type { MsgpackWriter } from './writer.js';

function isFloat(mark: number): boolean {
  return mark === 0xca || mark === 0xcb;
}

function isText(mark: number): boolean {
  return (mark >= 0xa0 && mark <= 0xbf) || (mark >= 0xd9 && mark <= 0xdb) || (mark >= 0xc4 && mark <= 0xc6);
}

function isMap(mark: number): boolean {
  return (mark >= 0x80 && mark <= 0x8f) || mark === 0xde || mark === 0xdf;
}

function isArray(mark: number): boolean {
  return (mark >= 0x90 && mark <= 0x9f) || mark === 0xdc || mark === 0xdd;
}

/** Any value: text and bytes as text, maps with text keys as objects. `depth`: containers around it. */
export function readAny(reader: MsgpackReader, depth = 0): Dynamic {
  const mark = reader.peek();
  if (isText(mark)) return reader.text(true);
  if (isFloat(mark)) return reader.float();
  if (mark === 0xc0) {
    reader.nil();
    return null;
  }
  if (mark === 0xc2 || mark === 0xc3) return reader.bool();
  if (isMap(mark)) return readMembers(reader, depth + 1);
  if (isArray(mark)) return readItems(reader, depth + 1);
  return reader.integer();
}

function readItems(reader: MsgpackReader, depth: number): Dynamic {
  if (depth > reader.limits.depth) reader.fail('too-deep');
  const items: Dynamic[] = [];
  const count = reader.array() ?? 0;
  for (let i = 0; i < count && reader.problem === null; i += 1) items.push(readAny(reader, depth));
  return items;
}

function readMembers(reader: MsgpackReader, depth: number): Dynamic {
  if (depth > reader.limits.depth) reader.fail('too-deep');
  const members: { [key: string]: Dynamic } = {};
  const count = reader.map() ?? 0;
  for (let i = 0; i < count && reader.problem === null; i += 1) {
    if (!isText(reader.peek())) reader.fail();
    setProperty(members, reader.text(true), readAny(reader, depth));
  }
  return members;
}

/** Throws {@link EncodeError}. */
export function writeAny(writer: MsgpackWriter, value: Dynamic, depth = 0): void {
  if (value === null) writer.nil();
  else if (typeof value === 'string') writer.text(value);
  else if (typeof value === 'number') writer.float(value);
  else if (typeof value === 'boolean') writer.bool(value);
  else if (typeof value === 'bigint') writer.signed(value);
  else if (typeof value !== 'object') throw new EncodeError('not-encodable');
  else if (depth >= MAX_NESTING) throw new EncodeError('too-deep');
  else if (Array.isArray(value)) {
    writer.array(value.length);
    for (const item of value as readonly Dynamic[]) writeAny(writer, item, depth + 1);
  } else writeMembers(writer, value as { readonly [key: string]: Dynamic }, depth + 1);
}

function writeMembers(writer: MsgpackWriter, value: { readonly [key: string]: Dynamic }, depth: number): void {
  const entries = Object.entries(value);
  writer.map(entries.length);
  for (const [key, item] of entries) {
    writer.text(key);
    writeAny(writer, item, depth);
  }
}
