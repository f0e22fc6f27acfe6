// Breakages of the server port: yamux, streams of requests, and what is asked of the leader again or not.

import type { Mutant } from '../mutant.js';

const YAMUX = ['unit/rpc/yamux'];
const REQUESTS = ['unit/rpc/request-stream'];
const CLIENT = ['unit/calls/client-calls'];
const KEPT = ['unit/calls/kept-reads'];
const SHARED = ['unit/calls/shared-reads'];

export const rpc: readonly Mutant[] = [
  {
    name: 'a restore is answered before the leader began anew',
    file: 'workers/state/leader/leader-duties.ts',
    find: '        // What was written at the beginning is gone with the old state.\n        this.#established = false;',
    replace: '',
    tests: ['unit/leader/leader-duties'],
  },
  {
    name: 'yamux: more than the window is taken',
    file: 'workers/state/rpc/yamux/stream.ts',
    find: 'if (length > this.#receiveWindow) return false;',
    replace: '',
    tests: YAMUX,
  },
  {
    name: 'yamux: more is sent than was allowed',
    file: 'workers/state/rpc/yamux/stream.ts',
    find: 'Math.min(first?.length ?? 0, most, this.#sendWindow)',
    replace: 'Math.min(first?.length ?? 0, most)',
    tests: YAMUX,
  },
  {
    name: 'yamux: any number of streams',
    file: 'workers/state/rpc/yamux/session.ts',
    find: ' && this.#streams.size < this.#limits.streams',
    replace: '',
    tests: YAMUX,
  },
  {
    name: 'yamux: nobody is missed',
    file: 'workers/state/sockets/keepalive.ts',
    find: "if (this.#asked !== null) return 'lost';",
    replace: '',
    tests: YAMUX,
  },
  {
    name: 'rpc: a request overtakes the one under way',
    file: 'workers/state/rpc/server/request-stream.ts',
    find: 'this.#exchange === null && !this.#isOver && this.#channel.unsent',
    replace: '!this.#isOver && this.#channel.unsent',
    tests: REQUESTS,
  },
  {
    name: 'rpc: replies pile up that nobody fetches',
    file: 'workers/state/rpc/server/request-stream.ts',
    find: ' && this.#channel.unsent <= MOST_UNFETCHED',
    replace: '',
    tests: REQUESTS,
  },
  {
    name: 'rpc: work goes on for those who have gone',
    file: 'workers/state/rpc/server/request-stream.ts',
    find: 'exchange.work?.abort();',
    replace: '',
    tests: REQUESTS,
  },
  {
    name: 'rpc: unfinished requests take any memory',
    file: 'workers/state/rpc/server/byte-budget.ts',
    find: 'if (bytes > this.#left) return false;',
    replace: '',
    tests: REQUESTS,
  },
  {
    name: 'rpc: calls beyond the streams that may be opened fail',
    file: 'workers/state/rpc/pool/peer.ts',
    find: ' && !connection.isClosing) return;',
    replace: ' && connection.isClosing) return;',
    tests: ['unit/rpc/pool'],
  },
  {
    name: 'client: a write whose answer was lost is made again',
    file: 'workers/state/calls/asked-failure.ts',
    find: "kind === 'lost' && isRepeatable",
    replace: "kind === 'lost'",
    tests: CLIENT,
  },
  {
    name: 'client: a server that can not be reached stays the first',
    file: 'workers/state/calls/client-calls.ts',
    find: 'if (speaksAgainstServer(failure)) this.#options.servers.failed(server);',
    replace: '',
    tests: CLIENT,
  },
  {
    name: 'client: a query goes on when nobody waits for it',
    file: 'workers/state/calls/shared-reads.ts',
    find: '      query.work.cancel();',
    replace: '',
    tests: SHARED,
  },
  {
    name: 'client: each caller has a query of its own',
    file: 'workers/state/calls/shared-reads.ts',
    find: 'this.#queries.get(key) ?? this.#begin',
    replace: 'this.#begin',
    tests: SHARED,
  },
  {
    name: 'client: what is kept is fetched each time',
    file: 'workers/state/calls/cached-read.ts',
    find: '  if (found !== null) {',
    replace: '  if (found !== null && found.isOver) {',
    tests: KEPT,
  },
  {
    name: 'client: what is kept does not follow its server',
    file: 'workers/state/calls/kept-reads.ts',
    find: '    setImmediate(() => kept.follow());\n',
    replace: '',
    tests: KEPT,
  },
  {
    name: 'client: the cache has a number and no size',
    file: 'workers/state/calls/kept-reads.ts',
    find: 'this.#bytes <= this.#bounds.bytes && ',
    replace: '',
    tests: KEPT,
  },
  {
    name: 'client: an answer that left the cache goes on being asked for',
    file: 'workers/state/calls/kept-reads.ts',
    find: '      this.#forget(key, entry);\n      entry.kept.stop();',
    replace: '      this.#forget(key, entry);',
    tests: KEPT,
  },
  {
    name: 'client: a flood of questions takes what is in use from the cache',
    file: 'workers/state/calls/kept-reads.ts',
    find: 'entry.kept.askedMs > entry.movedMs',
    replace: 'entry.kept.askedMs < 0',
    tests: KEPT,
  },
  {
    name: 'client: an answer of the cache is as old as ever when its server is back',
    file: 'workers/state/calls/kept-read.ts',
    find: '    this.#lostMs = null;\n    this.#failures = 0;',
    replace: '    this.#failures = 0;',
    tests: KEPT,
  },
  {
    name: 'client: whoever waits for a kept answer is not told of another',
    file: 'workers/state/calls/kept-read.ts',
    find: '    if (isChanged) this.#tell(isRestored);\n',
    replace: '',
    tests: KEPT,
  },
];
