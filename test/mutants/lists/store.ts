// What the replicated state must not do, and its way to the log.

import type { Mutant } from '../mutant.js';

const STORE = 'workers/state/store';

export const store: readonly Mutant[] = [
  {
    name: 'a prefix watch misses the key that is the prefix',
    file: `${STORE}/watches.ts`,
    find: 'if (length <= key.length) this.#collect',
    replace: 'if (length < key.length) this.#collect',
    tests: ['unit/store/watches'],
  },
  {
    name: 'the lock delay of a command that failed starts with the next one',
    file: `${STORE}/lock-delay.ts`,
    find: `  discard(): void {
    this.#pending = [];`,
    replace: '  discard(): void {',
    tests: ['unit/fsm/sessions'],
  },
  {
    name: 'any number of commands waits for the log',
    file: 'workers/state/raft-client.ts',
    find: 'if (this.#pendingCount >= MAX_PENDING)',
    replace: 'if (this.#pendingCount < 0)',
    tests: ['unit/state/raft-client'],
  },
  {
    name: 'any number of commands waits for a leader',
    file: 'workers/state/raft-client.ts',
    find: ' || this.#waiting.size >= MAX_PENDING',
    replace: '',
    tests: ['unit/state/raft-client'],
  },
  {
    name: 'committed commands count as waiting for ever',
    file: 'workers/state/raft-client.ts',
    find: `    if (pending === all) this.#inFlight.delete(batch);
    this.#pendingCount -= pending.length;`,
    replace: '    if (pending === all) this.#inFlight.delete(batch);',
    tests: ['unit/state/raft-client'],
  },
  {
    name: 'refused commands count as waiting for ever',
    file: 'workers/state/raft-client.ts',
    find: `    this.#inFlight.delete(batch);
    this.#pendingCount -= pending.length;
    for (const one of pending) one.settle({ ok: false, code });`,
    replace: `    this.#inFlight.delete(batch);
    for (const one of pending) one.settle({ ok: false, code });`,
    tests: ['unit/state/raft-client'],
  },
];
