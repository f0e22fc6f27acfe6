// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { conformance } from './conformance.js';
import { processes } from './processes.js';
import { replication } from './replication.js';

export const mutants: readonly Mutant[] = [...conformance, ...processes, ...replication];
