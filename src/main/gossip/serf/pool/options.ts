// What a Serf machine is made with (spec/gossip.md, sections 12, 13, 16 and 20). Times are in milliseconds.

import type { Random } from '../../../../random/random.js';
import type { NodeInfo } from '../../core/node.js';
import type { Identity } from '../../core/pool.js';
import type { GossipSettings } from '../../core/settings.js';
import type { Keyring } from '../../wire/keyring.js';
import type { PushPullNode } from '../../wire/messages.js';
import type { RestoredSnapshot } from './snapshot.js';

export interface SerfSettings {
  readonly reapIntervalMs: number;
  /** After this a failed member is forgotten. */
  readonly reconnectTimeoutMs: number;
  /** After this one that left is forgotten. */
  readonly tombstoneTimeoutMs: number;
  readonly reconnectIntervalMs: number;
  readonly queueCheckIntervalMs: number;
  /** A queue longer than this is worth a line in the log. */
  readonly queueDepthWarning: number;
  /** The most messages of a queue, whatever the pool's size. */
  readonly maxQueueDepth: number;
  /** When above 0, the most are twice the members, but not fewer than this. */
  readonly minQueueDepth: number;
  readonly broadcastTimeoutMs: number;
  readonly leavePropagateDelayMs: number;
  readonly recentIntentTimeoutMs: number;
  /** Bytes of a user event, name and payload, and of its message. */
  readonly userEventSizeLimit: number;
  readonly querySizeLimit: number;
  readonly queryResponseSizeLimit: number;
  /** Null: every event is told at once. */
  readonly coalesce: { readonly quietMs: number; readonly mostMs: number } | null;
  readonly userCoalesce: { readonly quietMs: number; readonly mostMs: number } | null;
  /** Whether a lost vote about our own name ends the pool here. */
  readonly isNameConflictResolved: boolean;
}

/** The library's own values. */
export const SERF: SerfSettings = {
  reapIntervalMs: 15_000,
  reconnectTimeoutMs: 24 * 3_600_000,
  tombstoneTimeoutMs: 24 * 3_600_000,
  reconnectIntervalMs: 30_000,
  queueCheckIntervalMs: 30_000,
  queueDepthWarning: 128,
  maxQueueDepth: 4096,
  minQueueDepth: 0,
  broadcastTimeoutMs: 5_000,
  leavePropagateDelayMs: 1_000,
  recentIntentTimeoutMs: 300_000,
  userEventSizeLimit: 512,
  querySizeLimit: 1024,
  queryResponseSizeLimit: 1024,
  coalesce: null,
  userCoalesce: null,
  isNameConflictResolved: true,
};

/** What Consul changes in them. */
export const CONSUL_SERF: SerfSettings = {
  ...SERF,
  reconnectTimeoutMs: 72 * 3_600_000,
  minQueueDepth: 4096,
  queueDepthWarning: 1_000_000,
  leavePropagateDelayMs: 3_000,
};

/** Who may be a member. */
export interface MergeRules {
  /** Why nobody is taken in by what a packet from there says, null when it may be. */
  refuseSource(ip: Uint8Array): string | null;
  /** Why a member isn't taken in, null when it is. `isJudged`: it is of a list that {@link refuseMerge} let pass. */
  refuseAlive(node: NodeInfo, isJudged: boolean): string | null;
  /** The same for all nodes of a push/pull that somebody joins by, in steps of a millisecond or two. */
  refuseMerge(nodes: readonly PushPullNode[]): Generator<void, string | null>;
}

/** What the parts of a machine need as long as it runs. */
export interface PoolOptions {
  readonly self: Identity;
  readonly gossip: GossipSettings;
  readonly serf: SerfSettings;
  /** Our own at the start. */
  readonly tags: ReadonlyMap<string, string>;
  readonly rules: MergeRules | null;
  readonly random: Random;
  readonly layerOverhead: () => number;
  /** Null: the pool isn't encrypted, key queries say so. */
  readonly keyring: Keyring | null;
}

export interface SerfOptions extends PoolOptions {
  /** What the snapshot file held; null when there is no file to keep. */
  readonly restored: RestoredSnapshot | null;
}
