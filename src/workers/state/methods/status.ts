// Status.*: who leads and who votes, as this server knows it: these answers need no leader (spec/rpc.md, "Rules of single
// methods").

import type { RaftStats } from '../../../wire/raft/raft-stats.js';
import type { DirectMethod } from './contract/method.js';

/** Whether anybody is there. */
export const statusPing: DirectMethod<null, Record<string, never>> = {
  isOpen: true,
  name: 'Status.Ping',
  isRepeatable: true,
  answer: () => ({}),
};

export const statusLeader: DirectMethod<null, string> = {
  isOpen: true,
  name: 'Status.Leader',
  isRepeatable: true,
  answer: ({ leaderAddress }) => leaderAddress(),
};

export const statusPeers: DirectMethod<null, readonly string[]> = {
  isOpen: true,
  name: 'Status.Peers',
  isRepeatable: true,
  answer: ({ peers }) => peers(),
};

export const statusRaftStats: DirectMethod<null, RaftStats> = {
  isOpen: true,
  name: 'Status.RaftStats',
  isRepeatable: true,
  answer: ({ raftStats }) => raftStats(),
};
