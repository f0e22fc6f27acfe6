// The rows of Status.*: every server answers them from what it knows itself, whoever leads.

import { list } from '../../../../msgpack/collections.js';
import { int, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { RaftStats } from '../../../../wire/raft/raft-stats.js';
import { EVERYTHING } from '../../methods/contract/narrowing.js';
import { statusLeader, statusPeers, statusPing, statusRaftStats } from '../../methods/status.js';
import { askNarrowed, type DatacenterArguments, datacenterArguments } from './arguments.js';
import { type Nothing, nothing } from './nothing.js';
import type { DirectRow, Row } from './row.js';

const ping: DirectRow<object, Nothing, null, Nothing> = {
  kind: 'direct',
  method: statusPing,
  arguments: nothing,
  reply: nothing,
  request: () => null,
  ask: () => nothing.zero,
  show: (pong) => pong,
  value: (pong) => pong,
};

const leader: DirectRow<DatacenterArguments, string, null, string> = {
  kind: 'direct',
  method: statusLeader,
  arguments: datacenterArguments,
  reply: text,
  request: () => null,
  ask: (_leader, options) => askNarrowed(EVERYTHING, options),
  show: (address) => address,
  value: (address) => address,
};

const peers: DirectRow<DatacenterArguments, readonly string[] | null, null, readonly string[]> = {
  kind: 'direct',
  method: statusPeers,
  arguments: datacenterArguments,
  reply: list(text),
  request: () => null,
  ask: (_peers, options) => askNarrowed(EVERYTHING, options),
  show: (addresses) => addresses,
  value: (addresses) => addresses ?? [],
};

const raftStats: DirectRow<object, RaftStats, null, RaftStats> = {
  kind: 'direct',
  method: statusRaftStats,
  arguments: nothing,
  reply: struct<RaftStats>({ LastContact: text, LastTerm: int, LastIndex: int }),
  request: () => null,
  ask: () => nothing.zero,
  show: (stats) => stats,
  value: (stats) => stats,
};

export const statusRows: readonly Row[] = [ping, leader, peers, raftStats];
