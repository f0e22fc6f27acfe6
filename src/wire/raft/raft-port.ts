// The port between the state worker and the raft worker: entries are opaque bytes here. One message per event-loop turn
// and direction under load; every payload buffer is transferred, so its sender must not touch it afterwards. Streams are
// bounded by credit: a sender starts with the window below, spends it on payload bytes, and sends while any is left.

import type { RaftConfiguration, RaftOrder } from './raft-orders.js';

/** Payload of `restore-chunk` in flight before the state worker gives credit back. */
export const RESTORE_WINDOW_BYTES = 1024 * 1024;
/** Payload of `committed` in flight before the state worker gives credit back with `applied`, which it is asked for from half on. */
export const COMMITTED_WINDOW_BYTES = 4 * 1024 * 1024;
/** Payload of `snapshot-chunk` in flight before the raft worker gives credit back. */
export const SNAPSHOT_WINDOW_BYTES = 1024 * 1024;
/** Payload of `propose` the raft worker holds before it is durable; what goes beyond is rejected as `queue-full`. */
export const MAX_UNPERSISTED_BYTES = 64 * 1024 * 1024;

/** Packed entries: for each one a little-endian uint32 length and that many bytes. */
export type PackedEntries = ArrayBuffer;

export interface SnapshotMeta {
  readonly id: string;
  readonly index: number;
  readonly term: number;
  /** Bytes of state.bin. */
  readonly size: number;
}

export type RaftRole = 'follower' | 'candidate' | 'leader';

/** A server as gossip shows it. */
export interface KnownPeer {
  /** `host:port` */
  readonly address: string;
  /** Requests with entries may be packed (workers/raft/transport/packing.ts). */
  readonly takesPacked: boolean;
}

export type StateToRaft =
  /** Proposes `count` command entries, in order. Answered by one `committed-own` or `rejected` per batch (or part of it). */
  | { readonly kind: 'propose'; readonly batch: number; readonly count: number; readonly entries: PackedEntries }
  /** Asks that leadership be confirmed by a quorum now (consistent reads); answered by `verified`. */
  | { readonly kind: 'verify'; readonly request: number }
  /**
   * Appends a barrier entry and asks to be told when it is committed and everything before it has been sent; answered by
   * `barrier-reached`.
   */
  | { readonly kind: 'barrier'; readonly request: number }
  /** Asked for: everything through `index` is applied, and `bytes` of `committed` payload since the last one. */
  | { readonly kind: 'applied'; readonly index: number; readonly bytes: number }
  /** Answer to `take-snapshot`: the stream of the state as of `index` (spec/fsm.md, section 13). */
  | { readonly kind: 'snapshot-begin'; readonly request: number; readonly index: number }
  | { readonly kind: 'snapshot-chunk'; readonly request: number; readonly bytes: ArrayBuffer }
  | { readonly kind: 'snapshot-end'; readonly request: number }
  | { readonly kind: 'snapshot-failed'; readonly request: number; readonly reason: string }
  /** Credit for `restore-chunk`, in bytes. */
  | { readonly kind: 'restore-credit'; readonly bytes: number }
  | { readonly kind: 'restored'; readonly index: number }
  /** Asks for a snapshot now, whatever the threshold; answered by `snapshot-taken`. */
  | { readonly kind: 'force-snapshot'; readonly request: number }
  /** What gossip says of the servers of this datacenter, by ID. What was told before is forgotten. */
  | { readonly kind: 'peers'; readonly peers: ReadonlyMap<string, KnownPeer> }
  /** Gossip suspects this server, or takes it for failed. */
  | { readonly kind: 'peer-suspected'; readonly id: string }
  /** Answered by `ordered`, which may take long. */
  | { readonly kind: 'order'; readonly request: number; readonly order: RaftOrder }
  /** Asks who is in the cluster; answered by `configuration`. */
  | { readonly kind: 'configuration'; readonly request: number }
  /** Asks that the newest snapshot be written as an archive to a file that doesn't exist yet; answered by `archive-saved`. */
  | { readonly kind: 'save-archive'; readonly request: number; readonly path: string }
  /**
   * Asks that the state in this file take the place of everything: it was found sound, and stood for `index` where it was
   * saved. Answered by `barrier-reached` once it is in place and an entry behind it committed, or by `restore-refused`.
   */
  | { readonly kind: 'restore-state'; readonly request: number; readonly path: string; readonly index: number }
  /** Asks for figures for `info`, metrics and operators; answered by `stats`. */
  | { readonly kind: 'stats'; readonly request: number };

export type RejectReason =
  | { readonly code: 'not-leader' }
  /** More than the raft worker's bound of unpersisted bytes is waiting; nothing was taken. */
  | { readonly code: 'queue-full' }
  /** The term ended first: the batch may be committed all the same, or never. */
  | { readonly code: 'leadership-lost' }
  /** An operator's snapshot took the place of the log first: the batch may have been committed before it. */
  | { readonly code: 'restored' }
  /** Leadership is being handed over; nothing was taken. */
  | { readonly code: 'transferring' }
  | { readonly code: 'stopping' };

export type RaftToState =
  /**
   * Recovery is done and a term may begin; `restore-*` messages came before it when there was a snapshot. They may come again
   * at any time, when a leader sends a snapshot in the place of entries.
   */
  | { readonly kind: 'started'; readonly lastIndex: number; readonly lastTerm: number }
  /**
   * In every term, and whenever the leader is known or forgotten (''). `leader` is told only after `applied` covers the term's
   * first entry: its holder has then all that was committed before.
   */
  | {
      readonly kind: 'role';
      readonly role: RaftRole;
      readonly term: number;
      readonly leaderAddress: string;
      readonly leaderId: string;
    }
  /** The batch got the consecutive indexes from `firstIndex` on, and all are durable and committed. `term` is their term. */
  | {
      readonly kind: 'committed-own';
      readonly batch: number;
      readonly firstIndex: number;
      readonly count: number;
      readonly term: number;
    }
  /**
   * Committed command entries that this state worker did not propose in this term (recovery, another leader).
   * `indexes[i]` belongs to the i-th packed entry; `through` also covers entries that carry no command.
   */
  | {
      readonly kind: 'committed';
      readonly indexes: Float64Array;
      readonly through: number;
      readonly term: number;
      readonly entries: PackedEntries;
      /** To be answered by `applied`: what every message got would wake this side with each group of a busy leader's. */
      readonly isAnswered: boolean;
    }
  /**
   * One committed command entry with what its leader said beside its data. It is told alone, and answered by `applied`;
   * `data.byteLength` counts as `committed` payload.
   */
  | {
      readonly kind: 'committed-extended';
      readonly index: number;
      readonly term: number;
      readonly data: ArrayBuffer;
      readonly extensions: Uint8Array;
    }
  | { readonly kind: 'rejected'; readonly batch: number; readonly count: number; readonly reason: RejectReason }
  | { readonly kind: 'verified'; readonly request: number; readonly ok: boolean }
  /** `index` is the barrier's; 0 when this server doesn't lead, or stopped leading before the barrier was committed. */
  | { readonly kind: 'barrier-reached'; readonly request: number; readonly index: number }
  | { readonly kind: 'take-snapshot'; readonly request: number }
  | { readonly kind: 'snapshot-credit'; readonly request: number; readonly bytes: number }
  | {
      readonly kind: 'snapshot-taken';
      readonly request: number;
      readonly meta: SnapshotMeta | null;
      readonly error: string | null;
    }
  | {
      readonly kind: 'archive-saved';
      readonly request: number;
      readonly index: number;
      readonly error: string | null;
    }
  | { readonly kind: 'restore-refused'; readonly request: number; readonly error: string }
  | { readonly kind: 'restore-begin'; readonly meta: SnapshotMeta }
  | { readonly kind: 'restore-chunk'; readonly bytes: ArrayBuffer }
  | { readonly kind: 'restore-end' }
  /** null: done. */
  | { readonly kind: 'ordered'; readonly request: number; readonly error: string | null }
  | { readonly kind: 'configuration'; readonly request: number; readonly configuration: RaftConfiguration }
  | { readonly kind: 'stats'; readonly request: number; readonly stats: { readonly [name: string]: string } };
