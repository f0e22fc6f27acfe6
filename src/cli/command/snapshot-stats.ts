// How much of an archive is what: its records counted and measured by type, and keys by how they begin.

import { readAny } from '../../msgpack/any.js';
import { MsgpackReader } from '../../msgpack/reader.js';
import { recordName } from './record-names.js';
import type { TakeRecord } from './snapshot-file.js';

export interface Measured {
  readonly name: string;
  bytes: number;
  count: number;
}

export interface KeyGrouping {
  /** How many parts of a key, divided by slashes, make its group. */
  readonly depth: number;
  /** Only keys that begin so; "" = all. */
  readonly prefix: string;
}

const KVS = 2;

export class SnapshotStats {
  readonly #keys: KeyGrouping | null;
  readonly #types = new Map<string, Measured>();
  readonly #groups = new Map<string, Measured>();

  /** `keys` is null where nobody asks for them. */
  constructor(keys: KeyGrouping | null) {
    this.#keys = keys;
  }

  readonly take: TakeRecord = (type, value) => {
    const bytes = value.byteLength + 1;
    add(this.#types, recordName(type), bytes);
    return type === KVS && this.#keys !== null ? this.#takeKey(this.#keys, value, bytes) : null;
  };

  /** The largest first. */
  get types(): readonly Measured[] {
    return largestFirst(this.#types);
  }

  get groups(): readonly Measured[] {
    return largestFirst(this.#groups);
  }

  #takeKey({ depth, prefix }: KeyGrouping, value: Uint8Array, bytes: number): string | null {
    const reader = new MsgpackReader(value);
    const entry = readAny(reader) as { readonly Key?: unknown } | null;
    if (reader.problem !== null) return reader.problem;
    const key = entry?.Key;
    if (typeof key !== 'string') return 'a key without a name';
    if (key.startsWith(prefix)) add(this.#groups, key.split('/').slice(0, depth).join('/'), bytes);
    return null;
  }
}

export function totalBytes(measured: readonly Measured[]): number {
  return measured.reduce((sum, { bytes }) => sum + bytes, 0);
}

function add(to: Map<string, Measured>, name: string, bytes: number): void {
  let measured = to.get(name);
  if (measured === undefined) {
    measured = { name, bytes: 0, count: 0 };
    to.set(name, measured);
  }
  measured.bytes += bytes;
  measured.count += 1;
}

function largestFirst(from: ReadonlyMap<string, Measured>): readonly Measured[] {
  return [...from.values()].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}
