// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { raftCore } from './raft-core.js';

export const mutants: readonly Mutant[] = [...raftCore];
