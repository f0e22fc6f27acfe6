// Lamport time (spec/gossip.md, section 11): what is said with a larger time was said knowing what has a smaller one. 64
// bits, wrapping as Go's do.

import { type Uint64, uint64 } from '../../../../wire/uint64.js';

export function timeAfter(time: Uint64): Uint64 {
  if (typeof time === 'number' && time < Number.MAX_SAFE_INTEGER) return time + 1;
  return uint64(BigInt.asUintN(64, BigInt(time) + 1n));
}

export function timeBefore(time: Uint64): Uint64 {
  if (typeof time === 'number' && time > 0) return time - 1;
  return uint64(BigInt.asUintN(64, BigInt(time) - 1n));
}

/** Where a time belongs in a ring of `slots`. */
export function slotOf(time: Uint64, slots: number): number {
  return typeof time === 'number' ? time % slots : Number(time % BigInt(slots));
}

/** Whether `time` is more than `range` before `now`. */
export function isBeyond(time: Uint64, now: Uint64, range: number): boolean {
  if (now <= range) return false;
  return typeof now === 'number' ? time < now - range : time < now - BigInt(range);
}

export class LamportClock {
  #current: Uint64 = 0;
  #revision = 0;

  get time(): Uint64 {
    return this.#current;
  }

  /** Grows whenever the time does. */
  get revision(): number {
    return this.#revision;
  }

  /** Goes one step on; what was the time before it. */
  advance(): Uint64 {
    const before = this.#current;
    this.#set(timeAfter(before));
    return before;
  }

  /** Something with this time has been heard of: whatever comes from here is later. */
  witness(time: Uint64): void {
    if (time >= this.#current) this.#set(timeAfter(time));
  }

  #set(time: Uint64): void {
    this.#current = time;
    this.#revision += 1;
  }
}
