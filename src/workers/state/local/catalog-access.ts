// How anti-entropy reads what the catalog has of this node: from the store on a server, from a server on a client agent.

import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../wire/records.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { Clock } from './clock.js';

export interface CatalogNode {
  readonly node: NodeRecord;
  readonly services: readonly ServiceRecord[];
  readonly checks: readonly CheckRecord[];
}

type CatalogNodeOutcome =
  /** `value` is null when the catalog does not know the node. */
  { readonly ok: true; readonly value: CatalogNode | null } | { readonly ok: false; readonly error: string };

export interface CatalogAccess {
  /** Waits until the catalog can be read, a while at most; the error when it can't, else null. */
  awaitReadable(): Promise<string | null>;
  /** The node of this name with everything on it; up to 2 s old. */
  readNode(name: string): Promise<CatalogNodeOutcome>;
}

const NO_SERVERS = 'No known Consul servers';
const NO_LEADER = 'No cluster leader';

/** On an agent that knows no server. */
export const noServersCatalog: CatalogAccess = {
  awaitReadable: () => Promise.resolve(NO_SERVERS),
  readNode: () => Promise.resolve({ ok: false, error: NO_SERVERS }),
};

const POLL_MS = 20;

/**
 * On a server: its own store, once it has heard of a leader (before that it would be empty, and wrong); waits for that at
 * most `holdMs`, as a request to the leader would.
 */
export function storeCatalog(store: StoreReads, hadLeader: () => boolean, clock: Clock, holdMs: number): CatalogAccess {
  return {
    awaitReadable: async () => {
      const deadline = clock.monotonic() + holdMs;
      while (!hadLeader()) {
        if (clock.monotonic() >= deadline) return NO_LEADER;
        await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
      }
      return null;
    },
    readNode: (name) => {
      const outcome: CatalogNodeOutcome = hadLeader()
        ? { ok: true, value: store.catalog.nodeDump(name) }
        : { ok: false, error: NO_LEADER };
      return Promise.resolve(outcome);
    },
  };
}
