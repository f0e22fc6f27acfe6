// Breakages of the server port: yamux, streams of requests, and what is asked of the leader again or not.

import type { Mutant } from '../mutant.js';

const YAMUX = ['unit/rpc/yamux'];
const REQUESTS = ['unit/rpc/request-stream'];
const CLIENT = ['unit/calls/client-calls'];
const SHARED = ['unit/calls/shared-reads'];

export const rpc: readonly Mutant[] = [
  {
    name: 'whom the leader answers waits for a leader all the same',
    file: 'workers/state/calls/server-calls.ts',
    find: "let led: Promise<ProposeFailure | 'leads'> | null = null;",
    replace:
      "let led: Promise<ProposeFailure | 'leads'> | null = consensus.awaitLeader(sinceMs).then((failure) => failure ?? 'leads');",
    tests: ['unit/calls/lost-answers'],
  },
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
    name: 'rpc: a connection is closed under a call that waits for long',
    file: 'workers/state/rpc/pool/peer.ts',
    find: 'if (this.#inProgress > 0) return;',
    replace: '',
    tests: ['unit/rpc/pool'],
  },
  {
    name: 'limits: what is over one goes on',
    file: 'workers/state/calls/request-limits.ts',
    find: "if (settings.mode === 'permissive') return null;",
    replace: 'return null;',
    tests: ['unit/calls/request-limits'],
  },
  {
    name: 'limits: what others ask over HTTP is not counted',
    file: 'workers/state/open-server.ts',
    find: 'askedCalls: new LimitedCalls(calls, limits)',
    replace: 'askedCalls: calls',
    tests: ['integration/agent/settings'],
  },
  {
    name: 'limits: a request is read whole before it is refused',
    file: 'workers/state/rpc/server/request-stream.ts',
    find: 'if (refused === null) return true;',
    replace: 'if (true) return true;',
    tests: REQUESTS,
  },
  {
    name: 'limits: a client agent takes a busy server for a lost cluster',
    file: 'workers/state/calls/client-calls.ts',
    find: 'if (isCutOff(failure) && ',
    replace: 'if (speaksAgainstServer(failure) && ',
    tests: CLIENT,
  },
  {
    name: 'limits.rpc_handshake_timeout: 0 leaves no time at all',
    file: 'workers/state/rpc/listener/server-port.ts',
    find: 'if (handshakeTimeoutMs > 0) deadlines.add(newcomer);',
    replace: 'deadlines.add(newcomer);',
    tests: ['unit/rpc/server-port'],
  },
  {
    name: 'rpc: who has a list already is sent it again',
    file: 'workers/state/rpc/rows/serve.ts',
    find: 'if (index === this.#knownIndex) this.#unchanged(index, origin);',
    replace: 'if (index === -1) this.#unchanged(index, origin);',
    tests: ['unit/rpc/not-modified'],
  },
  {
    name: 'rpc: whoever fires an event hears of a leader that there is not',
    file: 'workers/state/rpc/rows/event.ts',
    find: 'KnownLeader: hasLeader',
    replace: 'KnownLeader: hasLeader || true',
    tests: ['unit/rpc/event-fired'],
  },
  {
    name: 'a stale answer that aged while it was waited for is given',
    file: 'workers/state/calls/server-calls.ts',
    find: 'if (this.#context.stopping || this.#mayServe(call.settings)) return false;',
    replace: 'return false;',
    tests: ['unit/calls/max-stale'],
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
    find: 'if (speaksAgainstServer(failure)) servers.failed(server);',
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
    name: 'client: a restore wakes none of those who share a query',
    file: 'workers/state/calls/shared-reads.ts',
    find: 'query.hasRunOut = deadlines.now() >= query.endsMs - SAME_WAIT_MS;',
    replace: 'query.hasRunOut = true;',
    tests: SHARED,
  },
];
