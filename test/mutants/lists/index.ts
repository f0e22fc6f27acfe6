// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { checks } from './checks.js';
import { conformance } from './conformance.js';
import { dns } from './dns.js';
import { durability } from './durability.js';
import { endpoints } from './endpoints.js';
import { gossip } from './gossip.js';
import { gossipOldNews } from './gossip-old-news.js';
import { http } from './http.js';
import { localAgent } from './local-agent.js';
import { processes } from './processes.js';
import { raftCore } from './raft-core.js';
import { raftElections } from './raft-elections.js';
import { raftHistories } from './raft-histories.js';
import { raftLog } from './raft-log.js';
import { raftReplication } from './raft-replication.js';
import { store } from './store.js';

export const mutants: readonly Mutant[] = [
  ...checks,
  ...conformance,
  ...dns,
  ...durability,
  ...endpoints,
  ...gossipOldNews,
  ...gossip,
  ...http,
  ...localAgent,
  ...processes,
  ...raftCore,
  ...raftElections,
  ...raftHistories,
  ...raftLog,
  ...raftReplication,
  ...store,
];
