// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { conformance } from './conformance.js';
import { durability } from './durability.js';
import { registration } from './registration.js';
import { replication } from './replication.js';

export const mutants: readonly Mutant[] = [...conformance, ...durability, ...registration, ...replication];
