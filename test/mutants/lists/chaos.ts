// Breakages that five real servers under faults must show to their clients.
import type { Mutant } from '../mutant.js';

const NOTICED = { tests: ['integration/cluster/chaos/chaos'], environment: { LICTOR_CHAOS_MS: '30000' } };

export const chaos: readonly Mutant[] = [
  {
    name: 'chaos: a leader acknowledges what it alone holds',
    file: 'workers/raft/core/quorum.ts',
    find: '  return held[majority(voters.length) - 1] ?? (0 as LogIndex);',
    replace: '  return held[0] ?? (0 as LogIndex);',
    ...NOTICED,
  },
  {
    name: 'chaos: a server that led reads on when it was stopped',
    file: 'wire/leadership.ts',
    find: 'return ((Atomics.load(this.#words, LEASE_EXPIRES) - this.now()) | 0) > 0;',
    replace: 'return true;',
    ...NOTICED,
  },
];
