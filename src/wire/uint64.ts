// Unsigned 64-bit integers as they appear in Consul's messages: a number while it is exact, a bigint above 2^53 - 1.
// Flags, lock indexes and query indexes come from users and may use the whole range; everything else fits a number.

/** 0 … 2^64 - 1. Always a number when it is a safe integer, a bigint otherwise: equal values compare equal with `===`. */
export type Uint64 = number | bigint;

/** Brings a bigint into the canonical form of {@link Uint64}. */
export function uint64(value: bigint): Uint64 {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
