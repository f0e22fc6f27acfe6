// Breakages of gRPC on the server port: what subscribers are told, when they must begin anew, and who is hung up on.

import type { Mutant } from '../../mutant.js';

const RECORDED = ['unit/workers/state/rpc/grpc/recorded-subscription'];
const SUBSCRIBE = ['integration/rpc/subscribe'];
const PEER_WATCH = ['unit/workers/state/rpc/grpc/peer-watch'];
const PASSED_ON = ['unit/workers/state/rpc/grpc/passed-on-subscription'];

export const rpcGrpc: readonly Mutant[] = [
  {
    name: 'subscribe: a restored state is told as a change',
    file: 'workers/state/calls/followed-reads.ts',
    find: 'this.#generation = generation;\n      this.#follower.restored();',
    replace: 'this.#generation = generation;\n      this.#follower.changed();',
    tests: RECORDED,
  },
  {
    name: 'subscribe: what is gone is not told',
    file: 'workers/state/rpc/grpc/subscribe/subject.ts',
    find: 'if (!items.has(key)) events.push({ item, isGone: true });',
    replace: '',
    tests: RECORDED,
  },
  {
    name: 'subscribe: all instances are told with each change',
    file: 'workers/state/rpc/grpc/subscribe/subject.ts',
    find: 'if (former === undefined || !isSame(former, item)) events.push',
    replace: 'events.push',
    tests: RECORDED,
  },
  {
    name: 'subscribe: any index is taken for the one of now',
    file: 'workers/state/rpc/grpc/subscribe/subject.ts',
    find: 'index > 0 && index === this.#told.index && ',
    replace: 'index > 0 && ',
    tests: SUBSCRIBE,
  },
  {
    name: 'subscribe: a token of this datacenter alone goes to another',
    file: 'workers/state/rpc/grpc/subscribe/passed-on.ts',
    find: "this.#parts.isLocalToken(token) ? '' : token",
    replace: 'this.#parts.isLocalToken(token) ? token : token',
    tests: PASSED_ON,
  },
  {
    name: 'subscribe: a connection to another datacenter is never given back',
    file: 'workers/state/rpc/grpc/subscribe/passed-on.ts',
    find: '      release();\n',
    replace: '',
    tests: PASSED_ON,
  },
  {
    name: 'gRPC: a connection that broke the rules is kept until the question is overdue',
    file: 'workers/state/rpc/grpc/peer-watch.ts',
    find: 'if (isTaken && id === null) setImmediate(() => this.#hangUpIfUnsent());',
    replace: '',
    tests: PEER_WATCH,
  },
  {
    name: 'gRPC: who has not answered within a second is hung up on',
    file: 'workers/state/rpc/grpc/peer-watch.ts',
    find: '!this.#hasAnswered && (session.state.outboundQueueSize ?? 0) > 0',
    replace: '!this.#hasAnswered',
    tests: PEER_WATCH,
  },
];
