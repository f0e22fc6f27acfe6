// Intents of members that aren't known yet (spec/gossip.md, section 11): the news of a join may come later than the intent.

import type { Uint64 } from '../../../../wire/uint64.js';

export type IntentType = 'join' | 'leave';

interface RecentIntent {
  readonly type: IntentType;
  readonly lTime: Uint64;
  readonly sinceMs: number;
}

/** Anybody may make up names: the oldest go when there are too many, and longer names than these belong to nobody. */
const MOST_INTENTS = 16_384;
const MOST_NAME_LENGTH = 512;

export class RecentIntents {
  /** Oldest first. */
  readonly #byName = new Map<string, RecentIntent>();

  get size(): number {
    return this.#byName.size;
  }

  /** Whether it is news, and so worth passing on. */
  remember(name: string, type: IntentType, lTime: Uint64, nowMs: number): boolean {
    if (name.length > MOST_NAME_LENGTH) return false;
    const known = this.#byName.get(name);
    if (known !== undefined && lTime <= known.lTime) return false;
    this.#byName.delete(name);
    this.#byName.set(name, { type, lTime, sinceMs: nowMs });
    if (this.#byName.size > MOST_INTENTS) {
      for (const oldest of this.#byName.keys()) {
        this.#byName.delete(oldest);
        break;
      }
    }
    return true;
  }

  get(name: string): { readonly type: IntentType; readonly lTime: Uint64 } | undefined {
    return this.#byName.get(name);
  }

  expire(beforeMs: number): void {
    for (const [name, { sinceMs }] of this.#byName) {
      if (sinceMs >= beforeMs) break;
      this.#byName.delete(name);
    }
  }
}
