// Finds where a msgpack value ends, whatever it holds: a snapshot's records carry no length, and those of uninterpreted
// types are kept as they came.

/** The value does not end within the bytes. */
export const TRUNCATED = -1;
/** A byte that begins no msgpack value. */
export const MALFORMED = -2;

/** Payload sizes of the types with a fixed one, from 0xc0 on; 0 where there is none or it varies. */
function fixedSize(byte: number): number {
  switch (byte) {
    case 0xcc:
    case 0xd0:
      return 1;
    case 0xcd:
    case 0xd1:
    case 0xd4:
      return 2;
    case 0xd5:
      return 3;
    case 0xca:
    case 0xce:
    case 0xd2:
      return 4;
    case 0xd6:
      return 5;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 8;
    case 0xd7:
      return 9;
    case 0xd8:
      return 17;
    default:
      return 0;
  }
}

/** Bytes of the length that follows a type byte of variable size; 0 for all others. */
function lengthSize(byte: number): number {
  switch (byte) {
    case 0xc4:
    case 0xc7:
    case 0xd9:
      return 1;
    case 0xc5:
    case 0xc8:
    case 0xda:
    case 0xdc:
    case 0xde:
      return 2;
    case 0xc6:
    case 0xc9:
    case 0xdb:
    case 0xdd:
    case 0xdf:
      return 4;
    default:
      return 0;
  }
}

function readLength(bytes: Uint8Array, at: number, size: number): number {
  let length = 0;
  for (let i = 0; i < size; i += 1) length = length * 256 + (bytes[at + i] ?? 0);
  return length;
}

/** The offset behind the value at `offset`, or {@link TRUNCATED} or {@link MALFORMED}. */
export function skipValue(bytes: Uint8Array, offset: number): number {
  let at = offset;
  for (let values = 1; values > 0; values -= 1) {
    const byte = bytes[at];
    if (byte === undefined) return TRUNCATED;
    if (byte === 0xc1) return MALFORMED;
    at += 1;
    if (byte >= 0xe0 || byte < 0x80) continue;
    if (byte < 0x90) values += (byte & 0x0f) * 2;
    else if (byte < 0xa0) values += byte & 0x0f;
    else if (byte < 0xc0) at += byte & 0x1f;
    else {
      const size = lengthSize(byte);
      if (at + size > bytes.length) return TRUNCATED;
      const length = size === 0 ? fixedSize(byte) : readLength(bytes, at, size);
      at += size;
      if (byte === 0xdc || byte === 0xdd) values += length;
      else if (byte === 0xde || byte === 0xdf) values += length * 2;
      // An ext value has its own type byte before the data.
      else at += byte >= 0xc7 && byte <= 0xc9 ? length + 1 : length;
    }
  }
  return at <= bytes.length ? at : TRUNCATED;
}
