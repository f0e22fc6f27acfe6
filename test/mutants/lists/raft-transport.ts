// Breakages of what servers say to each other over TCP: noticed by the recorded messages of stock servers.

import type { Mutant } from '../mutant.js';

const VECTORS = ['unit/raft/transport/vectors'];

export const raftTransport: readonly Mutant[] = [
  {
    name: 'transport: a heartbeat with an empty list of entries',
    file: 'workers/raft/transport/requests.ts',
    find: 'NOTHING, NOTHING.index, null)',
    replace: 'NOTHING, NOTHING.index, [])',
    tests: VECTORS,
  },
  {
    name: 'transport: entries of a larger command pass for whole ones',
    file: 'workers/raft/transport/entries.ts',
    find: 'entry.Extensions.length > 0 && !isCheckpoint(entry)',
    replace: 'entry.Extensions.length < 0 && !isCheckpoint(entry)',
    tests: VECTORS,
  },
  {
    name: 'transport: any protocol version is taken',
    file: 'workers/raft/transport/requests.ts',
    find: 'ProtocolVersion >= PROTOCOL_VERSION - 1 && ProtocolVersion <= PROTOCOL_VERSION',
    replace: 'ProtocolVersion >= PROTOCOL_VERSION - 1',
    tests: VECTORS,
  },
  {
    name: 'transport: a length beyond the limit is waited for',
    file: 'workers/raft/transport/frame-buffer.ts',
    find: "      if (this.#at - this.#begin > this.#mostBytes) return this.#fail('message is too large');\n      if (this.#at >= this.#end) return false;",
    replace: '      if (this.#at >= this.#end) return false;',
    tests: VECTORS,
  },
  {
    name: 'shell: a leader without an address is not told of again',
    file: 'workers/raft/leadership-board.ts',
    find: "this.#addressOf(placeless.leader) !== ''",
    replace: 'placeless.leader === null',
    tests: ['unit/raft/leadership-board'],
  },
];
