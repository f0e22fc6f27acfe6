// Breakages that five real servers under faults must show to their clients.
import type { Mutant } from '../mutant.js';

const CHAOS = ['integration/cluster/chaos/chaos'];

export const chaos: readonly Mutant[] = [
  {
    name: 'chaos: a leader acknowledges what it alone holds',
    file: 'workers/raft/core/quorum.ts',
    find: 'Math.max(0, quorumValue(voters, held))',
    replace: 'Math.max(0, ...voters.map(held))',
    tests: CHAOS,
    environment: { LICTOR_CHAOS_MS: '5000', LICTOR_CHAOS_ONLY: 'leader cut off' },
  },
  {
    name: 'chaos: a follower answers as if it led',
    file: 'workers/state/calls/server-calls.ts',
    find: "if (consistency !== 'stale') return leadership.mayServe;",
    replace: "if (consistency !== 'stale') return consistency === 'default' || leadership.mayServe;",
    tests: CHAOS,
    environment: { LICTOR_CHAOS_MS: '10000', LICTOR_CHAOS_ONLY: 'follower cut off' },
  },
];
