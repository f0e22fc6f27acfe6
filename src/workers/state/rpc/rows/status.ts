// The rows of Status.*: every server answers them from what it knows itself, whoever leads.

import { list } from '../../../../msgpack/collections.js';
import { int, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { RaftStats } from '../../../../wire/raft-stats.js';
import { statusLeader, statusPeers, statusPing, statusRaftStats } from '../../methods/status.js';
import type { DirectRow } from './row.js';
import { serveDirect } from './serve.js';

interface DatacenterArguments {
  readonly Datacenter: string;
}

const datacenterArguments = struct<DatacenterArguments>({ Datacenter: text });

const ping: DirectRow<DatacenterArguments, null, Record<string, never>> = {
  kind: 'direct',
  method: statusPing,
  arguments: struct<DatacenterArguments>({ Datacenter: text }),
  reply: struct<Record<string, never>>({}),
  request: () => null,
};

const leader: DirectRow<DatacenterArguments, null, string> = {
  kind: 'direct',
  method: statusLeader,
  arguments: datacenterArguments,
  reply: text,
  request: () => null,
};

const peers: DirectRow<DatacenterArguments, null, readonly string[] | null> = {
  kind: 'direct',
  method: statusPeers,
  arguments: datacenterArguments,
  reply: list(text),
  request: () => null,
};

const raftStats: DirectRow<DatacenterArguments, null, RaftStats> = {
  kind: 'direct',
  method: statusRaftStats,
  arguments: datacenterArguments,
  reply: struct<RaftStats>({ LastContact: text, LastTerm: int, LastIndex: int }),
  request: () => null,
};

export const statusMethods = [serveDirect(ping), serveDirect(leader), serveDirect(peers), serveDirect(raftStats)];
