// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { conformance } from './conformance.js';
import { faults } from './faults.js';
import { replication } from './replication.js';

export const mutants: readonly Mutant[] = [...conformance, ...faults, ...replication];
