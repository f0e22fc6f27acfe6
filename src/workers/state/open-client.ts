// What a client agent has in place of a server's parts: calls that know no server, and nothing of its own to read.

import { clientStats } from './agent-stats.js';
import { noServers } from './calls/calls.js';
import { nothingLocal } from './calls/local-reads.js';
import { noSnapshots } from './endpoints/snapshot.js';
import type { Mode } from './mode.js';
import type { Parts } from './parts.js';

export function openClient({ control, gossip }: Parts): Mode {
  return {
    calls: noServers,
    knowsServers: false,
    localReads: nothingLocal,
    snapshots: noSnapshots,
    recovered: Promise.resolve(),
    stats: () => clientStats(control, gossip),
    onServerUp: () => {},
    listen: () => Promise.resolve(),
    reload: () => {},
    rest: () => {},
    stop: () => {},
  };
}
