// A number for a structure as the public Go library hashstructure (its first format) makes it: FNV-1 with 64 bits of every name and
// value, joined so that the order of fields and of a map's entries doesn't matter. Clients know such numbers from Consul.

import type { Dynamic } from './dynamic.js';

const PRIME_LOW = 0x1b3;
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
const WORD = 2 ** 32;
const WORD_BITS = 32n;

/** A number is one of Go's integers; null is a pointer to nothing. */
export type Structural =
  | string
  | boolean
  | number
  | null
  | { readonly list: readonly Structural[] }
  | { readonly map: { readonly [key: string]: Structural } }
  | { readonly float: number }
  /** `type`: "" where it has no name. */
  | { readonly type: string; readonly fields: { readonly [name: string]: Structural } };

/** Two hashes, one behind the other, or one of eight bytes. */
const scratch = Buffer.alloc(16);
const word = scratch.subarray(0, 8);

/** 64 bits, unsigned. */
export function structureHash(value: Structural): bigint {
  if (typeof value === 'string') return fnv(Buffer.from(value));
  if (typeof value === 'boolean') return fnv(Uint8Array.of(value ? 1 : 0));
  if (typeof value === 'number' || value === null) {
    word.writeBigInt64LE(BigInt.asIntN(64, BigInt(Math.trunc(value ?? 0))));
    return fnv(word);
  }
  if ('float' in value) {
    word.writeDoubleLE(value.float);
    return fnv(word);
  }
  if ('list' in value) return value.list.reduce((hash, item) => both(hash, structureHash(item)), 0n);
  if ('map' in value) return entriesHash(0n, value.map);
  return entriesHash(structureHash(value.type), value.fields);
}

/** What JSON holds, as Go reads it where it knows no better type. */
export function structural(value: Dynamic): Structural {
  if (typeof value === 'number' || typeof value === 'bigint') return { float: Number(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return { list: value.map(structural) };
  return { map: mapped(value as { readonly [key: string]: Dynamic }, structural) };
}

/** `value` of each; the keys may be any. */
export function mapped<T>(
  map: { readonly [key: string]: T } | null,
  value: (item: T) => Structural,
): { readonly [key: string]: Structural } {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, item]) => [key, value(item)]));
}

function entriesHash(start: bigint, entries: { readonly [key: string]: Structural }): bigint {
  return Object.entries(entries).reduce(
    (hash, [key, value]) => hash ^ both(structureHash(key), structureHash(value)),
    start,
  );
}

function both(first: bigint, second: bigint): bigint {
  scratch.writeBigUInt64LE(first, 0);
  scratch.writeBigUInt64LE(second, 8);
  return fnv(scratch);
}

/** In halves of 32 bits, which numbers hold: a large value takes a hundred times as long with bigints. */
function fnv(bytes: Uint8Array): bigint {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  for (const byte of bytes) {
    // The prime is 2^40 + 0x1b3.
    const product = low * PRIME_LOW;
    high = (high * PRIME_LOW + low * 2 ** 8 + Math.floor(product / WORD)) % WORD;
    low = ((product % WORD) ^ byte) >>> 0;
  }
  return (BigInt(high) << WORD_BITS) | BigInt(low);
}
