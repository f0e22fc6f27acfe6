// Reads the fields of a protobuf message one after the other; what they mean is the caller's. Bytes that are no message end in
// null, wherever they came from.

/** What a field holds: a number (varint), or bytes. Fixed ones, which no request has, are passed over. */
export interface ReadField {
  readonly number: number;
  readonly value: number | Buffer;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/** null: not a message. A number beyond 2^53 is the nearest that there is. */
export function readFields(bytes: Buffer): ReadField[] | null {
  const fields: ReadField[] = [];
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(bytes, cursor);
    if (tag === null) return null;
    const number = Math.floor(tag / 8);
    if (number === 0) return null;
    const value = readValue(bytes, cursor, tag % 8);
    if (value === null) return null;
    if (value !== 'other') fields.push({ number, value });
  }
  return fields;
}

function readValue(bytes: Buffer, cursor: { at: number }, kind: number): number | Buffer | 'other' | null {
  switch (kind) {
    case VARINT:
      return readVarint(bytes, cursor);
    case DELIMITED: {
      const length = readVarint(bytes, cursor);
      return length === null ? null : take(bytes, cursor, length);
    }
    case FIXED64:
      return take(bytes, cursor, 8) && 'other';
    case FIXED32:
      return take(bytes, cursor, 4) && 'other';
    default:
      return null;
  }
}

function take(bytes: Buffer, cursor: { at: number }, length: number): Buffer | null {
  if (length > bytes.length - cursor.at) return null;
  const taken = bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return taken;
}

function readVarint(bytes: Buffer, cursor: { at: number }): number | null {
  let value = 0;
  let factor = 1;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[cursor.at];
    if (byte === undefined) return null;
    cursor.at += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 0x80;
  }
  return null;
}
