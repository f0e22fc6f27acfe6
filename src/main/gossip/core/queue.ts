// Messages to be spread, each a limited number of times (spec/gossip.md, section 8): what was sent least goes first, then
// what is longest, then what is newest. A message replaces an older one with the same key.

import { type Broadcast, bytesOf } from './broadcast.js';
import { QueuedMessage, QueueTier } from './queue-tier.js';

export class BroadcastQueue {
  /** By the number of times sent. */
  readonly #tiers: QueueTier[] = [];
  readonly #byKey = new Map<string, QueuedMessage>();
  #nextNumber = 0;
  #count = 0;

  get length(): number {
    return this.#count;
  }

  queue(broadcast: Broadcast): void {
    const { key } = broadcast;
    const older = key === null ? undefined : this.#byKey.get(key);
    if (older !== undefined) {
      this.#tiers[older.transmits]?.remove(older);
      this.#count -= 1;
      this.#forget(older);
    }
    const entry = new QueuedMessage(broadcast, this.#nextNumber);
    this.#nextNumber += 1;
    if (key !== null) this.#byKey.set(key, entry);
    this.#insert(entry);
  }

  #insert(entry: QueuedMessage): void {
    while (this.#tiers.length <= entry.transmits) this.#tiers.push(new QueueTier());
    this.#tiers[entry.transmits]?.add(entry);
    this.#count += 1;
  }

  /** It is in no tier any more. */
  #forget(entry: QueuedMessage): void {
    if (entry.key !== null && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    entry.onFinished?.();
  }

  /**
   * Messages for one packet of `limit` bytes in which each costs `overhead` bytes more. One that has then been sent
   * `transmitLimit` times leaves the queue.
   */
  take(overhead: number, limit: number, transmitLimit: number): Uint8Array[] {
    if (this.#count === 0) return [];
    const taken: QueuedMessage[] = [];
    let free = limit - overhead;
    for (const tier of this.#tiers) {
      while (free > 0) {
        const entry = tier.takeFirst(free);
        if (entry === undefined) break;
        this.#count -= 1;
        taken.push(entry);
        free -= entry.message.length + overhead;
      }
    }
    // Only now: nothing goes twice into one packet.
    for (const entry of taken) {
      entry.transmits += 1;
      if (entry.transmits >= transmitLimit) this.#forget(entry);
      else this.#insert(entry);
    }
    return taken.map(({ message }) => bytesOf(message));
  }

  /** Drops all but the `keep` messages that would leave first. */
  prune(keep: number): void {
    for (let i = this.#tiers.length - 1; i >= 0 && this.#count > keep; i -= 1) {
      for (const entry of this.#tiers[i]?.takeLast(this.#count - keep) ?? []) {
        this.#count -= 1;
        this.#forget(entry);
      }
    }
  }
}
