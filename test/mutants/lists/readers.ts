// Readers: answers that are behind what another thread has shown, requests that a reader must not answer, what the threads of a
// server count and close together.
import type { Mutant } from '../mutant.js';

const HISTORIES = { tests: ['simulation/raft/histories'], environment: { LICTOR_SEEDS: '200' } };

export const readers: readonly Mutant[] = [
  {
    name: 'readers: nobody waits for what another thread has shown',
    file: 'workers/state/replica/keeping-up.ts',
    find: 'return this.#progress.highest > this.#applied;',
    replace: 'return false;',
    ...HISTORIES,
  },
  {
    name: 'readers: the primary does not wait for what a reader has shown',
    file: 'workers/state/calls/server-calls.ts',
    find: 'if (keepingUp?.isBehind !== true) {',
    replace: 'if (keepingUp !== undefined) {',
    ...HISTORIES,
  },
  {
    name: 'readers: a reader does not wait',
    file: 'workers/state/calls/reader-calls.ts',
    find: 'if (!this.#keepingUp.isBehind) {',
    replace: 'if (this.#keepingUp !== undefined) {',
    ...HISTORIES,
  },
  {
    name: 'readers: what is applied is not said',
    file: 'workers/state/replica/keeping-up.ts',
    find: '    this.showing(index);\n',
    replace: '',
    tests: ['unit/state/keeping-up'],
  },
  {
    name: 'readers: who waits for a later index is released too soon',
    file: 'workers/state/replica/keeping-up.ts',
    find: 'waiter.index > index);',
    replace: 'waiter.index > index + 1);',
    tests: ['unit/state/keeping-up'],
  },
  {
    name: 'readers: a read that asks the cache is answered by a reader',
    file: 'workers/state/reader-serves.ts',
    find: " || query.has('cached')",
    replace: '',
    tests: ['unit/state/reader-serves'],
  },
  {
    name: 'readers: requests that are limited are not counted in one place',
    file: 'workers/state/reader-serves.ts',
    find: "if (limits.requestLimits.mode !== 'disabled') return false;",
    replace: '',
    tests: ['unit/state/reader-serves'],
  },
  {
    name: 'readers: clients that were displaced are not found when the one before them has left',
    file: 'workers/state/sockets/shared-counts.ts',
    find: '      this.#closeGap(slot);\n',
    replace: '',
    tests: ['unit/state/shared-counts'],
  },
  {
    name: 'readers: a client whose body nobody takes is read on',
    file: 'workers/state/http/hand-over/handing-over.ts',
    find: '    this.exchange.pauseBody();\n',
    replace: '',
    tests: ['unit/http/hand-over'],
  },
  {
    name: 'readers: a chunk that a slow client did not take is lost',
    file: 'workers/state/http/hand-over/handing-over.ts',
    find: '        setTimeout(() => this.#send(), RETRY_MS);\n        return;\n',
    replace: '',
    tests: ['unit/http/hand-over'],
  },
  {
    name: 'readers: the end of a reader is not noticed',
    file: 'main/threads.ts',
    find: 'onLost: (reason) => listener.lost(name, reason),',
    replace: 'onLost: () => {},',
    tests: ['unit/main/lost-reader'],
  },
  {
    name: 'readers: two replies for one question over DNS',
    file: 'workers/state/dns/handed-questions.ts',
    find: 'const id = this.#nextId++;',
    replace: 'const id = this.#nextId;',
    tests: ['unit/dns/reader-responder'],
  },
];
