// What the Raft core must not do.

import type { Mutant } from '../mutant.js';

const CORE = ['unit/raft/core', 'unit/raft/replication', 'unit/raft/quorum', 'simulation/raft/cluster'];

export const raftCore: readonly Mutant[] = [
  {
    name: 'an entry of an older term is committed by counting (Figure 8)',
    file: 'workers/raft/core/raft.ts',
    find: 'if (index >= this.#termBegin) this.#commit(index);',
    replace: 'this.#commit(index);',
    tests: CORE,
  },
];
