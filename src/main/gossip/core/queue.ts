// Messages to be spread, each a limited number of times (spec/gossip.md, section 8): what was sent least goes first, then
// what is longest, then what is newest. A message replaces an older one with the same key.

export interface Broadcast {
  readonly message: Uint8Array;
  /** Null: replaces nothing. */
  readonly key: string | null;
  /** Called once, when the message was replaced, dropped, or sent for the last time. */
  readonly onFinished?: () => void;
}

interface Entry {
  readonly message: Uint8Array;
  readonly key: string | null;
  readonly onFinished: (() => void) | undefined;
  readonly id: number;
  transmits: number;
}

/** Where `entry` belongs among entries of the same count, which are in the order of leaving. */
function placeOf(tier: readonly Entry[], length: number, id: number): number {
  let low = 0;
  let high = tier.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = tier[middle];
    if (other === undefined) break;
    const isBefore = other.message.length > length || (other.message.length === length && other.id > id);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class BroadcastQueue {
  /** By the number of times sent. */
  readonly #tiers: Entry[][] = [];
  readonly #byKey = new Map<string, Entry>();
  #nextId = 0;
  #count = 0;

  get length(): number {
    return this.#count;
  }

  queue(broadcast: Broadcast): void {
    const { key, message, onFinished } = broadcast;
    const older = key === null ? undefined : this.#byKey.get(key);
    if (older !== undefined) this.#finish(older);
    const entry: Entry = { message, key, onFinished, id: this.#nextId, transmits: 0 };
    this.#nextId += 1;
    if (key !== null) this.#byKey.set(key, entry);
    this.#insert(entry);
  }

  #insert(entry: Entry): void {
    while (this.#tiers.length <= entry.transmits) this.#tiers.push([]);
    const tier = this.#tiers[entry.transmits];
    tier?.splice(placeOf(tier, entry.message.length, entry.id), 0, entry);
    this.#count += 1;
  }

  #remove(entry: Entry): void {
    const tier = this.#tiers[entry.transmits];
    tier?.splice(placeOf(tier, entry.message.length, entry.id), 1);
    this.#count -= 1;
  }

  /** Takes a queued entry out for good. */
  #finish(entry: Entry): void {
    this.#remove(entry);
    this.#forget(entry);
  }

  #forget(entry: Entry): void {
    if (entry.key !== null && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    entry.onFinished?.();
  }

  /**
   * Messages for one packet of `limit` bytes in which each costs `overhead` bytes more. One that has then been sent
   * `transmitLimit` times leaves the queue.
   */
  take(overhead: number, limit: number, transmitLimit: number): Uint8Array[] {
    const taken: Entry[] = [];
    let free = limit - overhead;
    for (const tier of this.#tiers) {
      while (free > 0 && tier.length > 0) {
        const place = placeOf(tier, free, Number.POSITIVE_INFINITY);
        const entry = tier[place];
        if (entry === undefined) break;
        tier.splice(place, 1);
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
    return taken.map((entry) => entry.message);
  }

  /** Drops all but the `keep` messages that would leave first. */
  prune(keep: number): void {
    for (let i = this.#tiers.length - 1; i >= 0 && this.#count > keep; i -= 1) {
      const tier = this.#tiers[i] ?? [];
      while (tier.length > 0 && this.#count > keep) {
        const last = tier.at(-1);
        if (last !== undefined) this.#finish(last);
      }
    }
  }
}
