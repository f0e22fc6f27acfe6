// A server's parts with one method, which answers when it is told to.

import type { AskedServer } from '../../../../../src/workers/state/rpc/rows/row.js';
import { ByteBudget } from '../../../../../src/workers/state/rpc/server/byte-budget.js';
import type { RpcMethod, RpcReply } from '../../../../../src/workers/state/rpc/server/method.js';
import type { RpcServerParts } from '../../../../../src/workers/state/rpc/server/request-stream.js';
import { noServers } from '../calls/no-servers.js';

export const NOT_ASKED: RpcMethod['asking'] = {
  readBody: () => null,
  readAnswer: () => null,
  *readLongAnswer() {
    yield;
    return null;
  },
  writeBody: () => null,
  writeAnswer: () => null,
};

export const ASKED_SERVER: AskedServer = { allowsUnnamedConnections: () => true };

/** Who asks `Test.Wait` is put into `open`. */
export function serverParts(open: RpcReply[]): RpcServerParts {
  const name = 'Test.Wait';
  const wait = {
    name,
    asking: NOT_ASKED,
    answer(_body: Uint8Array, _context: unknown, reply: RpcReply) {
      open.push(reply);
      return null;
    },
  };
  return {
    methods: new Map([[name, wait]]),
    limits: { refuse: () => null },
    context: {
      calls: noServers,
      datacenter: 'dc1',
      reaches: () => false,
      waits: () => ({ defaultQueryTimeMs: 1, maxQueryTimeMs: 1 }),
      ...ASKED_SERVER,
    },
    budget: new ByteBudget(1_000_000),
    crashed: () => {},
  };
}
