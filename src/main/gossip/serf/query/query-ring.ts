// Which queries have come already (spec/gossip.md, section 13): their IDs by Lamport time.

import type { Uint64 } from '../../../../wire/uint64.js';
import { slotOf } from '../protocol/lamport-clock.js';

export const QUERY_SLOTS = 512;
/** Queries of one Lamport time; a pool has a few. */
const MOST_IDS = 1024;

export class QueryRing {
  readonly #slots: ({ readonly lTime: Uint64; readonly ids: Set<number> } | null)[] = new Array(QUERY_SLOTS).fill(null);

  /** False when it is known, or when there are too many to tell. */
  remember(lTime: Uint64, id: number): boolean {
    const place = slotOf(lTime, QUERY_SLOTS);
    let slot = this.#slots[place] ?? null;
    if (slot?.lTime !== lTime) {
      slot = { lTime, ids: new Set() };
      this.#slots[place] = slot;
    }
    if (slot.ids.has(id) || slot.ids.size >= MOST_IDS) return false;
    slot.ids.add(id);
    return true;
  }
}
