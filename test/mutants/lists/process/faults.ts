// Faults that must stay where they arise.

import type { Mutant } from '../../mutant.js';

export const faults: readonly Mutant[] = [
  {
    name: 'a number with an exponent is an integer',
    file: 'gotext/json-tokens.ts',
    find: '!integral && this.#keepsDecimals && Number.isInteger(value)',
    replace: 'false',
    tests: ['unit/gotext/json-numbers'],
  },
  {
    name: 'a duration may be beyond 64 bits',
    file: 'gotext/json-kinds.ts',
    find: 'if (nanoseconds < DURATION_LIMIT && nanoseconds >= -DURATION_LIMIT) return',
    replace: 'if (Number.isFinite(nanoseconds)) return',
    tests: ['unit/gotext/json-numbers'],
  },
  {
    name: 'behind an entry that cannot be applied the next ones are',
    file: 'workers/state/replica/raft-client.ts',
    find: 'if (this.#failed) return;',
    replace: '',
    tests: ['unit/workers/state/assembly/raft-client-failed'],
  },
  {
    name: 'a reader that throws keeps the others asleep',
    file: 'workers/state/replica/store/watches.ts',
    find: 'surprise(error);',
    replace: 'throw error;',
    tests: ['unit/workers/state/assembly/borders'],
  },
  {
    name: 'a deadline that throws keeps the others from theirs',
    file: 'deadlines/deadline-queue.ts',
    find: `    setImmediate(() => {
      throw error;
    });`,
    replace: '    throw error;',
    tests: ['unit/workers/state/assembly/borders'],
  },
  {
    name: 'a round of anti-entropy that throws is the last one',
    file: 'workers/state/local/sync/sync-rounds.ts',
    find: '    surprise(error);\n    return errorDetail(error);',
    replace: '    throw error;',
    tests: ['unit/workers/state/local/syncer'],
  },
  {
    name: 'a packet that the machine throws at ends the agent',
    file: 'main/gossip/shell/gossip-shell.ts',
    find: 'machine.receive(opened.packet, from, nowMs);\n    } catch (error) {',
    replace: 'machine.receive(opened.packet, from, nowMs);\n    } catch (error) {\n      throw error;',
    tests: ['unit/main/gossip/shell/borders'],
  },
];
