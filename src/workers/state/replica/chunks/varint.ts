// Protobuf's integers of up to 64 bits.

export interface Varint {
  readonly value: bigint;
  /** The offset behind it. */
  readonly next: number;
}

/** null when there is no whole one. */
export function readVarint(bytes: Uint8Array, at: number): Varint | null {
  let value = 0n;
  for (let shift = 0n, next = at; shift < 70n; shift += 7n, next += 1) {
    const byte = bytes[next];
    if (byte === undefined) return null;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: next + 1 };
  }
  return null;
}
