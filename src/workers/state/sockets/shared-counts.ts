// Counts of clients that several threads keep together, in one SharedArrayBuffer: a table with open addressing under a lock that
// is held for less than a microsecond, once a connection. An address is known by 64 bits of a hash whose seed is drawn by each
// process, so that nobody can look for another one's. Where the table is full, further addresses aren't counted.

import { randomInt } from 'node:crypto';
import { SharedLock } from '../../../wire/shared-lock.js';
import type { ClientCounts } from './client-counts.js';

const SLOTS = 16_384;
/** A table that is fuller is slow to look through. */
const MAX_USED = SLOTS * 0.75;
const WORDS_A_SLOT = 3;
const LOCK = 0;
const TOTAL = 1;
const SEED = 2;
const USED = 3;
const FIRST_SLOT = 4;

function mixed(hash: number, code: number): number {
  const product = Math.imul(hash ^ code, 0x85ebca6b);
  return product ^ (product >>> 13);
}

export class SharedCounts implements ClientCounts {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #lock: SharedLock;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer((FIRST_SLOT + SLOTS * WORDS_A_SLOT) * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.buffer);
    this.#lock = new SharedLock(this.#words, LOCK);
    if (buffer === undefined) this.#words[SEED] = randomInt(2 ** 31);
  }

  get total(): number {
    return Atomics.load(this.#words, TOTAL);
  }

  of(client: string): number {
    return this.#locked(() => {
      const [high, low] = this.#hash(client);
      return this.#word(this.#find(high, low), 2);
    });
  }

  enter(client: string, max: number): boolean {
    return this.#locked(() => {
      const [high, low] = this.#hash(client);
      const slot = this.#find(high, low);
      const open = this.#word(slot, 2);
      if (max > 0 && open >= max) return false;
      if (open === 0) {
        if (this.#at(USED) >= MAX_USED) return true;
        this.#words[USED] = this.#at(USED) + 1;
      }
      this.#set(slot, high, low, open + 1);
      Atomics.add(this.#words, TOTAL, 1);
      return true;
    });
  }

  leave(client: string): void {
    this.#locked(() => {
      const [high, low] = this.#hash(client);
      const slot = this.#find(high, low);
      const open = this.#word(slot, 2);
      if (open === 0) return;
      Atomics.sub(this.#words, TOTAL, 1);
      this.#set(slot, high, low, open - 1);
      if (open > 1) return;
      this.#words[USED] = this.#at(USED) - 1;
      this.#closeGap(slot);
    });
  }

  #locked<Result>(work: () => Result): Result {
    this.#lock.take();
    try {
      return work();
    } finally {
      this.#lock.release();
    }
  }

  #hash(client: string): readonly [number, number] {
    let high = this.#at(SEED);
    let low = ~high;
    for (let at = 0; at < client.length; at += 1) {
      const code = client.charCodeAt(at);
      high = mixed(high, code);
      low = mixed(low, code + 0x100);
    }
    return [high | 0, low | 0];
  }

  /** Where it is, or the empty slot where it would be. */
  #find(high: number, low: number): number {
    let slot = (high >>> 0) % SLOTS;
    while (this.#word(slot, 2) !== 0 && (this.#word(slot, 0) !== high || this.#word(slot, 1) !== low)) {
      slot = (slot + 1) % SLOTS;
    }
    return slot;
  }

  /** What was put behind the slot because it was taken moves up, or it wouldn't be found any more. */
  #closeGap(emptied: number): void {
    let gap = emptied;
    for (let slot = (gap + 1) % SLOTS; this.#word(slot, 2) !== 0; slot = (slot + 1) % SLOTS) {
      const wanted = (this.#word(slot, 0) >>> 0) % SLOTS;
      if ((slot - wanted + SLOTS) % SLOTS < (slot - gap + SLOTS) % SLOTS) continue;
      this.#set(gap, this.#word(slot, 0), this.#word(slot, 1), this.#word(slot, 2));
      this.#set(slot, 0, 0, 0);
      gap = slot;
    }
  }

  #word(slot: number, which: number): number {
    return this.#at(FIRST_SLOT + slot * WORDS_A_SLOT + which);
  }

  #at(place: number): number {
    return this.#words[place] ?? 0;
  }

  #set(slot: number, high: number, low: number, count: number): void {
    const place = FIRST_SLOT + slot * WORDS_A_SLOT;
    this.#words[place] = high;
    this.#words[place + 1] = low;
    this.#words[place + 2] = count;
  }
}
