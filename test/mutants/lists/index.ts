// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { checks } from './checks.js';
import { conformance } from './conformance.js';
import { durability } from './durability.js';
import { gossip } from './gossip.js';
import { localAgent } from './local-agent.js';
import { processes } from './processes.js';
import { replication } from './replication.js';

export const mutants: readonly Mutant[] = [
  ...checks,
  ...conformance,
  ...durability,
  ...gossip,
  ...localAgent,
  ...processes,
  ...replication,
];
