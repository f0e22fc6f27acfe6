// The whole state as operators save and restore it, whoever is asked: a server that leads, one that knows who does, an agent
// that knows servers. Neither way is it ever in memory as a whole.

import type { Refusal } from '../methods/contract/refusal.js';

export interface SnapshotCall {
  readonly datacenter: string;
  readonly token: string;
}

export interface SaveCall extends SnapshotCall {
  /** Any server's state will do. */
  readonly stale: boolean;
}

/** An archive ready to be sent. What it stands on is freed when the last piece was taken, or none is wanted any more. */
export interface SavedArchive {
  readonly index: number;
  readonly knownLeader: boolean;
  readonly lastContactMs: number;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** In place of taking the pieces. */
  discard(): Promise<void>;
}

export interface Snapshots {
  save(call: SaveCall): Promise<SavedArchive | Refusal>;
  /** null: the state is the archive's, here and wherever it is replicated. */
  restore(call: SnapshotCall, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal>;
}
