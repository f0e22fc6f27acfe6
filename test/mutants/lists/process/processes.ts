// What a process must not do to its threads and files.

import type { Mutant } from '../../mutant.js';

export const processes: readonly Mutant[] = [
  {
    name: "node tracks the descriptors of scripts, and closes other people's",
    file: 'main/check-pool.ts',
    find: 'trackUnmanagedFds: false',
    replace: 'trackUnmanagedFds: true',
    tests: ['integration/checks/descriptors'],
  },
];
