// A number for a structure, as the public Go library hashstructure (its first format) makes it: FNV-1 over 64 bits of every name
// and value, joined so that the order of fields doesn't matter. Proxies and tests know such numbers from Consul.

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const INTEGER_BYTES = 8;

export interface Structure {
  /** "" where the type has none. */
  readonly type: string;
  readonly fields: { readonly [name: string]: StructureValue };
}

/** A bigint is an integer of 64 bits. */
export type StructureValue = string | bigint | Structure;

/** 64 bits, unsigned. */
export function structureHash(value: StructureValue): bigint {
  if (typeof value === 'string') return fnv(Buffer.from(value));
  if (typeof value === 'bigint') return fnv(littleEndian(value));
  let hash = structureHash(value.type);
  for (const [name, field] of Object.entries(value.fields)) {
    hash ^= fnv(Buffer.concat([littleEndian(structureHash(name)), littleEndian(structureHash(field))]));
  }
  return hash;
}

function fnv(bytes: Uint8Array): bigint {
  let hash = OFFSET;
  for (const byte of bytes) hash = BigInt.asUintN(64, hash * PRIME) ^ BigInt(byte);
  return hash;
}

function littleEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(INTEGER_BYTES);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
}
