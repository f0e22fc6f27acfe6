// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { replication } from './replication.js';
import { settings } from './settings.js';
import { wholeAgent } from './whole-agent.js';

export const mutants: readonly Mutant[] = [...replication, ...settings, ...wholeAgent];
