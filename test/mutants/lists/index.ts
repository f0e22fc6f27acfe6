// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { checks } from './checks.js';
import { gossip } from './gossip.js';
import { localAgent } from './local-agent.js';
import { replication } from './replication.js';

export const mutants: readonly Mutant[] = [...replication, ...checks, ...gossip, ...localAgent];
