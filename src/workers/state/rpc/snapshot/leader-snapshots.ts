// Snapshots on a server: its own while it leads or any will do, else the leader's (spec/rpc.md, section 6).

import type { SaveCall, SavedArchive, SnapshotCall, Snapshots } from '../../calls/snapshots.js';
import type { Refusal } from '../../methods/refusal.js';

export interface LeaderSnapshotsOptions {
  readonly own: Snapshots;
  readonly leader: Snapshots;
  readonly datacenter: string;
  /** Another server is known to lead. */
  readonly isElsewhere: () => boolean;
}

export class LeaderSnapshots implements Snapshots {
  readonly #options: LeaderSnapshotsOptions;

  constructor(options: LeaderSnapshotsOptions) {
    this.#options = options;
  }

  save(call: SaveCall): Promise<SavedArchive | Refusal> {
    const { own } = this.#options;
    return call.stale ? own.save(call) : this.#responsible(call).save(call);
  }

  restore(call: SnapshotCall, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    return this.#responsible(call).restore(call, archive);
  }

  /** One that doesn't lead either says so. */
  #responsible({ datacenter }: SnapshotCall): Snapshots {
    const { own, leader, isElsewhere } = this.#options;
    return datacenter === this.#options.datacenter && isElsewhere() ? leader : own;
  }
}
