// A disk for the simulator. A synced write is durable when the simulator completes it; a crash before that loses it, keeps
// it, or tears it. Unsynced removals may be undone by a crash, key by key, until the next write; the marker may fall back to an older value. It
// can also be damaged on purpose, and can refuse a write.

import type { LogIndex } from '../../../src/workers/raft/core/entry.js';
import { logIndex } from '../../../src/workers/raft/core/entry.js';
import type { DurableMarker } from '../../../src/workers/raft/store/durable-marker.js';
import type { KeyValueStore, Put } from '../../../src/workers/raft/store/key-value-store.js';
import type { Random } from '../../random.js';

/** A key as text, and the value's bytes: {@link VirtualDisk} keeps both. */
interface Row {
  readonly key: string;
  readonly value: Uint8Array;
}

interface PendingWrite {
  readonly puts: readonly Row[];
  readonly removals: readonly string[];
  /** What was removed without a sync before it: durable with it, as in a log that is written in order. */
  readonly settles: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function text(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

export class VirtualDisk implements KeyValueStore, DurableMarker {
  readonly #random: Random;
  #rows = new Map<string, Uint8Array>();
  /** Removed without a sync since the last crash; a crash may bring each back. */
  #removed = new Map<string, Uint8Array>();
  #pending: PendingWrite[] = [];
  #marker: LogIndex = logIndex(0);
  #markerBefore: LogIndex = logIndex(0);
  syncs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get isWriting(): boolean {
    return this.#pending.length > 0;
  }

  get index(): LogIndex {
    return this.#marker;
  }

  /** The disk as one life of a server has it: what it still wants once that is over happens no more. */
  attach(isOver: () => boolean): KeyValueStore & DurableMarker {
    const never = new Promise<never>(() => {});
    const { index } = this;
    return {
      index,
      begin: () => {},
      advance: (to) => (isOver() ? undefined : this.advance(to)),
      retreat: (to) => (isOver() ? undefined : this.retreat(to)),
      write: (puts, removals) => (isOver() ? never : this.write(puts, removals)),
      get: (key) => this.get(key),
      scan: (from, before) => this.scan(from, before),
      removeRange: (from, before) => (isOver() ? never : this.removeRange(from, before)),
      close: async () => {},
    };
  }

  begin(): void {}

  advance(index: LogIndex): void {
    this.#marker = index;
  }

  retreat(index: LogIndex): void {
    this.#marker = Math.min(this.#marker, index) as LogIndex;
    this.#markerBefore = Math.min(this.#markerBefore, index) as LogIndex;
  }

  write(puts: readonly Put[], removals: readonly Uint8Array[]): Promise<void> {
    const copies = puts.map(({ key, value }) => ({ key: text(key), value: new Uint8Array(value) }));
    const settles = [...this.#removed.keys()];
    return new Promise((resolve, reject) =>
      this.#pending.push({ puts: copies, removals: removals.map(text), settles, resolve, reject }),
    );
  }

  /** The oldest write becomes durable. */
  complete(): void {
    const write = this.#pending.shift();
    if (!write) return;
    this.syncs += 1;
    this.#apply(write, write.puts.length);
    write.resolve();
  }

  /** The oldest write fails; nothing of it is kept. */
  refuse(): void {
    this.#pending.shift()?.reject(new Error('IO error: log: No space left on device'));
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    return this.#rows.get(text(key)) ?? null;
  }

  async *scan(from: Uint8Array, before: Uint8Array): AsyncIterable<Put> {
    for (const key of this.#keys(from, before)) {
      const value = this.#rows.get(key);
      if (value) yield { key: Buffer.from(key, 'latin1'), value: new Uint8Array(value) };
    }
  }

  async removeRange(from: Uint8Array, before: Uint8Array): Promise<void> {
    for (const key of this.#keys(from, before)) {
      const value = this.#rows.get(key);
      if (value) this.#removed.set(key, value);
      this.#rows.delete(key);
    }
  }

  async close(): Promise<void> {}

  /** Power is lost: writes under way are lost, kept or torn, the oldest first; nobody hears of them again. */
  crash(): void {
    for (const write of this.#pending) {
      const fate = this.#random.below(3);
      if (fate === 0) break;
      if (fate === 1) {
        this.#apply(write, write.puts.length);
        continue;
      }
      this.#tear(write);
      break;
    }
    this.#pending = [];
    for (const [key, value] of this.#removed) if (this.#random.chance(0.5)) this.#rows.set(key, value);
    this.#removed.clear();
    if (this.#random.chance(0.5)) this.#marker = this.#markerBefore;
    this.#markerBefore = this.#marker;
  }

  /** Record keys, ascending. */
  records(): string[] {
    return [...this.#rows.keys()].filter((key) => key.startsWith('e')).sort();
  }

  flipByte(key: string): void {
    const value = this.#rows.get(key);
    if (!value) throw new Error('no such record');
    const at = this.#random.below(value.length);
    const copy = new Uint8Array(value);
    copy[at] = (copy[at] ?? 0) ^ (1 << this.#random.below(8));
    this.#rows.set(key, copy);
  }

  drop(key: string): void {
    this.#rows.delete(key);
  }

  /** For tests that go on from here in two ways. */
  copy(): VirtualDisk {
    const other = new VirtualDisk(this.#random);
    other.#rows = new Map(this.#rows);
    other.#marker = this.#marker;
    other.#markerBefore = this.#marker;
    return other;
  }

  #keys(from: Uint8Array, before: Uint8Array): string[] {
    const low = text(from);
    const high = text(before);
    const keys: string[] = [];
    for (const key of this.#rows.keys()) if (key >= low && key < high) keys.push(key);
    return keys.sort();
  }

  #apply(write: PendingWrite, count: number): void {
    for (const key of write.settles) this.#removed.delete(key);
    for (const key of write.removals) this.#rows.delete(key);
    for (const { key, value } of write.puts.slice(0, count)) {
      this.#rows.set(key, value);
      this.#removed.delete(key);
    }
  }

  /** Some of its rows reach the disk, the last of them not whole. Only an append can be torn: it has nothing to replace. */
  #tear(write: PendingWrite): void {
    const isAppend =
      write.removals.length === 0 && !write.puts.some(({ key }) => key[0] === 'e' && this.#rows.has(key));
    if (!isAppend) return;
    const count = this.#random.below(write.puts.length);
    this.#apply(write, count);
    const torn = write.puts[count];
    // Only the log's records are long enough to be torn; the small values beside them fit in a sector.
    if (torn?.key.startsWith('e')) {
      this.#rows.set(torn.key, torn.value.slice(0, this.#random.below(torn.value.length)));
    }
  }
}
