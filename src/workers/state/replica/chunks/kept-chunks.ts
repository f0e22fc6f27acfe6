// Parts of commands whose other parts are still to come. They are replicated state: every server keeps the same ones, and
// they go into snapshots. All are of one term, since who proposed the rest has lost its office with the next (spec/raft.md,
// section 11). What is kept is bounded; beyond it the operation that began first is given up.

import type { ChunkPlace } from './extended-entry.js';

/** A snapshot holds all of them in one record, of which a reader takes 64 MiB. */
const MOST_BYTES = 56 * 1024 * 1024;

/** More parts than that no command has: they would be more than a message may hold. */
const MOST_PARTS = 1024;

/** What has come of one command, by its place. */
export interface PartialCommand {
  readonly operation: bigint;
  readonly count: number;
  readonly parts: ReadonlyMap<number, Uint8Array>;
}

export class KeptChunks {
  #term = 0;
  readonly #operations = new Map<bigint, PartialCommand>();
  #bytes = 0;

  get term(): number {
    return this.#term;
  }

  /** As of now: it doesn't change afterwards. */
  freeze(): readonly PartialCommand[] {
    return [...this.#operations.values()];
  }

  /** Takes one part; the whole command when it was the last one that was missing. `data` must not change afterwards. */
  take(term: number, { operation, sequence, count }: ChunkPlace, data: Uint8Array): Uint8Array | null {
    if (term !== this.#term) this.#forgetAll();
    this.#term = term;
    const known = this.#operations.get(operation);
    const of = known?.count ?? count;
    // Parts that aren't among those that they say there are make no command.
    if (sequence >= of || of > MOST_PARTS) return null;
    const parts = new Map(known?.parts).set(sequence, data);
    this.#bytes += data.byteLength - (known?.parts.get(sequence)?.byteLength ?? 0);
    this.#operations.set(operation, { operation, count: of, parts });
    if (parts.size === of) return this.#join(operation, parts);
    for (const oldest of this.#operations.keys()) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#forget(oldest);
    }
    return null;
  }

  #join(operation: bigint, parts: ReadonlyMap<number, Uint8Array>): Uint8Array {
    this.#forget(operation);
    const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, data]) => data);
    return new Uint8Array(Buffer.concat(inOrder));
  }

  #forget(operation: bigint): void {
    for (const data of this.#operations.get(operation)?.parts.values() ?? []) this.#bytes -= data.byteLength;
    this.#operations.delete(operation);
  }

  #forgetAll(): void {
    this.#operations.clear();
    this.#bytes = 0;
  }
}
