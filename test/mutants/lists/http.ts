// What the HTTP API must not do.

import type { Mutant } from '../mutant.js';

const HTTP = 'workers/state/http';

export const http: readonly Mutant[] = [
  {
    name: 'deadlines lose their order when one is taken back: the moved one does not sink',
    file: `${HTTP}/deadline-queue.ts`,
    find: 'this.#sink(last.slot, last);',
    replace: '',
    tests: ['unit/http/deadline-queue'],
  },
  {
    name: 'deadlines lose their order when one is taken back: the moved one does not rise',
    file: `${HTTP}/deadline-queue.ts`,
    find: 'this.#rise(slot, last);',
    replace: 'this.#sink(slot, last);',
    tests: ['unit/http/deadline-queue'],
  },
  {
    name: 'wait is not capped',
    file: `${HTTP}/read-options.ts`,
    find: 'else if (waitMs > limits.maxQueryTimeMs) waitMs = limits.maxQueryTimeMs;',
    replace: '',
    tests: ['unit/http/read-options'],
  },
  {
    name: 'a wait of 0 is none rather than the default',
    file: `${HTTP}/read-options.ts`,
    find: 'if (waitMs <= 0) waitMs = limits.defaultQueryTimeMs;',
    replace: 'if (waitMs < 0) waitMs = limits.defaultQueryTimeMs;',
    tests: ['unit/http/read-options'],
  },
  {
    name: 'waits have no share of chance',
    file: `${HTTP}/read-options.ts`,
    find: 'return waitMs + (Math.random() * waitMs) / JITTER;',
    replace: 'return waitMs;',
    tests: ['unit/http/read-options'],
  },
  {
    name: 'who was refused for too many connections frees a place',
    file: `${HTTP}/net/net-engine.ts`,
    find: `      refuseCrowd(socket);
      return;`,
    replace: `      refuseCrowd(socket);
      this.#clients.leave(client);
      return;`,
    tests: ['integration/http/limits'],
  },
  {
    name: 'a body that is announced as too large is read all the same',
    file: `${HTTP}/body.ts`,
    find: 'if (exchange.bodyLength > limit) return',
    replace: 'if (exchange.bodyLength < 0) return',
    tests: ['unit/http/api'],
  },
];
