// Snapshots on a server: its own while it leads or any will do, else the leader's, or a server's of another datacenter (spec/rpc.md,
// section 6).

import type { SaveCall, SavedArchive, SnapshotCall, Snapshots } from '../../calls/snapshots.js';
import type { Refusal } from '../../methods/contract/refusal.js';

export interface LeaderSnapshotsOptions {
  readonly own: Snapshots;
  /** Of the leader, or of other datacenters. */
  readonly remote: Snapshots;
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
    const { own, datacenter } = this.#options;
    return call.stale && call.datacenter === datacenter ? own.save(call) : this.#responsible(call).save(call);
  }

  restore(call: SnapshotCall, archive: AsyncIterable<Uint8Array>): Promise<null | Refusal> {
    return this.#responsible(call).restore(call, archive);
  }

  /** One that doesn't lead either says so. */
  #responsible({ datacenter }: SnapshotCall): Snapshots {
    const { own, remote, isElsewhere } = this.#options;
    return datacenter !== this.#options.datacenter || isElsewhere() ? remote : own;
  }
}
