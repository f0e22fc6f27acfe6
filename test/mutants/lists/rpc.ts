// Breakages of the server port: yamux, streams of requests, and what is asked of the leader again or not.

import type { Mutant } from '../mutant.js';

const YAMUX = ['unit/rpc/yamux'];
const REQUESTS = ['unit/rpc/request-stream'];
const CLIENT = ['unit/calls/client-calls'];
const SHARED = ['unit/calls/shared-reads'];
const FORWARDING = ['unit/calls/forwarding'];
const FAILURES = ['unit/calls/asked-failure'];

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
    name: 'follower: that another server leads is in the way of every write',
    file: 'workers/state/calls/server-calls.ts',
    find: " || (obstacle === 'no-leader' && elsewhere.isKnown)",
    replace: '',
    tests: FORWARDING,
  },
  {
    name: 'follower: a server that stops takes registrations to the leader',
    file: 'workers/state/calls/server-calls.ts',
    find: "(obstacle === 'no-leader' && elsewhere.isKnown)",
    replace: 'elsewhere.isKnown',
    tests: FORWARDING,
  },
  {
    name: 'follower: every write that goes on waits for leadership here, too',
    file: 'workers/state/calls/server-calls.ts',
    find: "let led: Promise<ProposeFailure | 'leads'> | null = null;",
    replace:
      "let led: Promise<ProposeFailure | 'leads'> | null = consensus.awaitLeader().then((failure) => failure ?? 'leads');",
    tests: FORWARDING,
  },
  {
    name: 'follower: a cached answer of the leader is never hit',
    file: 'workers/state/http/http-read.ts',
    find: '    if (this.#cached !== null) this.#cache.served(this.#cached);\n    const reply',
    replace: '    const reply',
    tests: ['unit/http/reads'],
  },
  {
    name: 'client: an answer older than max_stale will do',
    file: 'workers/state/calls/client-calls.ts',
    find: ' && maxStaleMs > 0 && answer.origin.lastContactMs > maxStaleMs;',
    replace: ' && maxStaleMs < 0;',
    tests: CLIENT,
  },
  {
    name: 'follower: a filter is judged by whoever is asked',
    file: 'workers/state/calls/server-calls.ts',
    find: '    if (isServed) this.#serve(run, call);',
    replace:
      '    const judged = call.method.prepare(this.#context.store, call.request, call.authorizer);\n    if (isRefusal(judged)) run.refused(judged);\n    else if (isServed) this.#serve(run, call);',
    tests: FORWARDING,
  },
  {
    name: 'follower: a blocking read begins its wait anew at the next leader',
    file: 'workers/state/calls/server-calls.ts',
    find: '      call = { ...call, settings: waitingUntil(settings, untilMs) };',
    replace: '      call = { ...call, settings: waitingUntil(settings, deadlines.now() + waitMs) };',
    tests: FORWARDING,
  },
  {
    name: 'rpc: exported services have no row',
    file: 'workers/state/rpc/rows/internal.ts',
    find: '[all, one, exported]',
    replace: '[all, one, exported].slice(0, 2)',
    tests: ['unit/rpc/every-method'],
  },
  {
    name: 'client: a name that a user gave is taken for a word of the server',
    file: 'workers/state/calls/asked-failure.ts',
    find: 'return ends.some((end) => text.endsWith(end));',
    replace: 'return ends.some((end) => text.includes(end));',
    tests: FAILURES,
  },
  {
    name: 'client: a rate limit of the server is an error of its own',
    file: 'workers/state/calls/asked-failure.ts',
    find: "  [RATE_ELSEWHERE, 'rate-limited'],\n",
    replace: '',
    tests: FAILURES,
  },
  {
    name: 'client: what the log has no form for is an error of the server',
    file: 'workers/state/calls/asked-failure.ts',
    find: "  if (UNENCODABLE.test(text)) return 'unencodable';\n",
    replace: '',
    tests: [...FAILURES, 'unit/rpc/server-asker'],
  },
  {
    name: 'client: coordinates of all segments for those of one',
    file: 'workers/state/rpc/rows/coordinate.ts',
    find: 'return inSegment(Coordinates ?? [], request);',
    replace: 'return request.segment === undefined ? inSegment([], request) : (Coordinates ?? []);',
    tests: ['unit/rpc/segments'],
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
];
