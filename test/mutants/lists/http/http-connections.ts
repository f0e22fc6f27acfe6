// What the net engine's quick ways of reading, writing and finding a row must not do.

import type { Mutant } from '../../mutant.js';

const HTTP = 'workers/state/http';
const SHARED = ['unit/workers/state/http/shared-bytes'];
const DIRECT = ['unit/workers/state/http/direct-write'];

export const httpConnections: readonly Mutant[] = [
  {
    name: 'the head of a request that waits is left in the buffer that all connections are read into',
    file: `${HTTP}/net/connection.ts`,
    find: '    this.#parser?.keepHead();\n',
    replace: '',
    tests: SHARED,
  },
  {
    name: 'a body is left in the buffer that all connections are read into',
    file: `${HTTP}/net/request-parser.ts`,
    find: 'else this.untaken.add(kept(this.#chunk.subarray(start, start + length)));',
    replace: 'else this.untaken.add(this.#chunk.subarray(start, start + length));',
    tests: SHARED,
  },
  {
    name: 'a request behind another one is left in the buffer that all connections are read into',
    file: `${HTTP}/net/read-ahead.ts`,
    find: `    this.#bytes = new GatheredBytes();
    this.#bytes.add(kept(chunk));`,
    replace: `    this.#bytes = new GatheredBytes();
    this.#bytes.add(chunk);`,
    tests: SHARED,
  },
  {
    name: 'a kept head has the places of the piece it came in',
    file: `${HTTP}/net/request-head.ts`,
    find: `    const start = this.#start;
    if (start === 0)`,
    replace: `    const start = 0;
    if (start === 0)`,
    tests: SHARED,
  },
  {
    name: 'a direct write overtakes what waits in the stream',
    file: `${HTTP}/net/answer-buffer.ts`,
    find: 'if (socket.writableLength > 0 || ',
    replace: 'if (',
    tests: DIRECT,
  },
  {
    name: 'what is written directly and not yet taken is not counted',
    file: `${HTTP}/net/direct-write.ts`,
    find: '  request.oncomplete = done;\n',
    replace: '',
    tests: DIRECT,
  },
  {
    name: 'TLS is written to directly',
    file: `${HTTP}/net/direct-write.ts`,
    find: "if (Request === null || 'encrypted' in socket) return false;",
    replace: 'if (Request === null) return false;',
    tests: DIRECT,
  },
  {
    name: 'the row found last is taken for paths that have a row of their own',
    file: `${HTTP}/router.ts`,
    find: 'if (!table.some(isAbove)) this.#leaves.add(route);',
    replace: 'this.#leaves.add(route);',
    tests: ['unit/workers/state/http/router'],
  },
  {
    name: 'a connection is ended before the answer that was held back until the end of the turn',
    file: `${HTTP}/net/connection.ts`,
    find: `    this.#out.flush();
    this.#socket.end();
  }`,
    replace: `    this.#socket.end();
  }`,
    tests: ['unit/workers/state/http/busy-turns'],
  },
  {
    name: 'the answers of busy turns are written one by one',
    file: 'workers/state/sockets/busy-turns.ts',
    find: 'this.#busy = this.#answers >= BUSY;',
    replace: 'this.#busy = false;',
    tests: ['unit/workers/state/http/busy-turns'],
  },
];
