// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { msgpack } from './msgpack.js';
import { replication } from './replication.js';

export const mutants: readonly Mutant[] = [...msgpack, ...replication];
