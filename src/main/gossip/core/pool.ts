// What the parts of the core share: who we are, what we know, what is to be sent.

import type { Random } from '../../../random/random.js';
import type { Awareness } from './awareness.js';
import type { GossipHooks } from './hooks.js';
import { type Address, isSameAddress, type NodeInfo, type NodeRecord } from './node.js';
import type { NodeTable } from './node-table.js';
import type { Outbox } from './output.js';
import type { BroadcastQueue } from './queue.js';
import type { GossipSettings } from './settings.js';
import type { Timers } from './timers.js';

/** How this node presents itself. */
export interface Identity {
  readonly name: string;
  /** What others are told. */
  readonly address: Address;
  /** Minimum, maximum, current protocol; the same of the delegate. */
  readonly versionBytes: Uint8Array;
  /** Where we listen; stands in for a port of 0 in messages. */
  readonly bindPort: number;
}

export interface Pool {
  readonly self: Identity;
  readonly settings: GossipSettings;
  readonly hooks: GossipHooks;
  readonly random: Random;
  readonly table: NodeTable;
  readonly broadcasts: BroadcastQueue;
  readonly awareness: Awareness;
  readonly timers: Timers;
  readonly out: Outbox;
  /** What the label and encryption add to a packet, in bytes; a keyring may change while the pool runs. */
  readonly layerOverhead: () => number;
}

export function isSelf(pool: Pool, node: NodeRecord): boolean {
  return node.name === pool.self.name;
}

/** Whether two descriptions of a member are of different places. */
export function isElsewhere(a: NodeInfo, b: NodeInfo): boolean {
  return !isSameAddress(a.address, b.address);
}
