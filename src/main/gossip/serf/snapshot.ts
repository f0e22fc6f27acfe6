// The snapshot file as text (spec/gossip.md, section 16): who was alive and what the clocks said, so that a restarted agent
// finds its pool again.

import type { Uint64 } from '../../../wire/uint64.js';

export interface RestoredSnapshot {
  /** Members that were alive, in the order of the file; `address` is `ip:port`. */
  readonly members: readonly { readonly name: string; readonly address: string }[];
  readonly clock: Uint64;
  readonly eventClock: Uint64;
  readonly queryClock: Uint64;
}
