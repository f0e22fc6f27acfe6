// The recorded gossip vectors (test/data/gossip): `{"$hex": …}` is a byte string.

import { readJson } from '../../../data.js';

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as { readonly [key: string]: unknown };
  const hex = record['$hex'];
  if (typeof hex === 'string') return fromHex(hex);
  return Object.fromEntries(Object.entries(record).map(([key, member]) => [key, revive(member)]));
}

/** A plain Uint8Array, so that deepEqual compares it with one. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export interface VectorFile<C> {
  readonly cases: readonly C[];
}

export function readVectors<C extends object, F extends object = VectorFile<C>>(name: string): F & VectorFile<C> {
  return revive(readJson(`gossip/${name}.json`)) as F & VectorFile<C>;
}
