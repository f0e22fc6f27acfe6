// msgpack decoding by an independent implementation, behind an optional type byte.

import { decode } from '@msgpack/msgpack';

/** Raw strings that are not text come out as hex, so that content compares. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

/** The value of one record: behind the type byte, or from the start for a stream's header. */
export function decodeMessage(bytes: Uint8Array): unknown {
  const isHeader = (bytes[0] ?? 0) >= 0x80 && (bytes[0] ?? 0) < 0x90;
  return plain(decode(isHeader ? bytes : bytes.subarray(1), { useBigInt64: true, rawStrings: false }));
}
