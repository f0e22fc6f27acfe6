// What the Raft core, and the delivery of what it committed, must not do.

import type { Mutant } from '../../mutant.js';
import { raftElections } from './raft-elections.js';
import { raftFailover } from './raft-failover.js';
import { raftHistories } from './raft-histories.js';
import { raftLog } from './raft-log.js';
import { raftPacking } from './raft-packing.js';
import { raftReplication } from './raft-replication.js';
import { raftShell } from './raft-shell.js';
import { raftTransport } from './raft-transport.js';
import { raftUnproven } from './raft-unproven.js';

export const raftCore: readonly Mutant[] = [
  ...raftElections,
  ...raftFailover,
  ...raftPacking,
  ...raftReplication,
  ...raftShell,
  ...raftTransport,
  ...raftLog,
  ...raftHistories,
  ...raftUnproven,
];
