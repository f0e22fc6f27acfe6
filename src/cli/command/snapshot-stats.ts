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
    if (type === KVS && this.#keys !== null) this.#takeKey(this.#keys, value, bytes);
  };

  /** The largest first. */
  get types(): readonly Measured[] {
    return largestFirst(this.#types);
  }

  get groups(): readonly Measured[] {
    return largestFirst(this.#groups);
  }

  #takeKey({ depth, prefix }: KeyGrouping, value: Uint8Array, bytes: number): void {
    const entry = readAny(new MsgpackReader(value), 0);
    const { Key: key } = entry as { readonly Key?: unknown };
    if (typeof key !== 'string' || !key.startsWith(prefix)) return;
    add(this.#groups, key.split('/').slice(0, depth).join('/'), bytes);
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
