// Breakages of packed requests between lictor servers.

import type { Mutant } from '../../mutant.js';

export const raftPacking: readonly Mutant[] = [
  {
    name: 'packing: whatever length is claimed gets room',
    file: 'wasm/snappy.ts',
    find: 'if (size > most)',
    replace: 'if (size < 0)',
    tests: ['unit/wasm/snappy'],
  },
  {
    name: 'packing: a block may be shorter than it claims',
    file: 'wasm/snappy.ts',
    find: 'exports.snappyDecode(input, length, output, size) === size',
    replace: 'exports.snappyDecode(input, length, output, size) <= size',
    tests: ['unit/wasm/snappy'],
  },
  {
    name: 'packing: what gains nothing is packed all the same',
    file: 'workers/raft/transport/packing.ts',
    find: 'packed.length < request.length * WORTH ? packed : request',
    replace: 'packed',
    tests: ['unit/workers/raft/transport/packing'],
  },
  {
    name: 'packing: other bytes leave as the ones before',
    file: 'workers/raft/transport/packing.ts',
    find: 'this.#plain === null || Buffer.compare(this.#plain, request) !== 0',
    replace: 'this.#plain === null',
    tests: ['unit/workers/raft/transport/packing'],
  },
  {
    name: 'packing: long requests hold up everybody',
    file: 'workers/raft/transport/packing.ts',
    find: ' || request.length > MOST_PLAIN_BYTES',
    replace: '',
    tests: ['unit/workers/raft/transport/packing'],
  },
  {
    name: 'packing: anything may come packed',
    file: 'workers/raft/transport/packing.ts',
    find: 'if (plain[0] !== RpcType.append) return',
    replace: 'if (plain.length < 0) return',
    tests: ['unit/workers/raft/transport/packing'],
  },
  {
    name: 'packing: what follows a packed request is dropped',
    file: 'workers/raft/transport/packing.ts',
    find: 'whole !== null && frames.size === 0',
    replace: 'whole !== null',
    tests: ['unit/workers/raft/transport/packing'],
  },
  {
    name: "packing: a stock server gets what it can't read",
    file: 'workers/raft/transport/tcp-transport.ts',
    find: 'this.#addresses.takesPacked(id) ? this.#packer.pack(plain) : plain',
    replace: 'this.#packer.pack(plain)',
    tests: ['unit/workers/raft/transport/tcp-transport'],
  },
  {
    name: 'a follower gets the entries that another one got',
    file: 'workers/raft/transport/append-encoder.ts',
    find: 'return a.length === b.length && a.every((run, i) => run === b[i]);',
    replace: 'return a.length === b.length;',
    tests: ['unit/workers/raft/transport/append-encoder'],
  },
  {
    name: 'a follower gets the commit index of an earlier request',
    file: 'workers/raft/transport/append-encoder.ts',
    find: 'a.commit === b.commit && ',
    replace: '',
    tests: ['unit/workers/raft/transport/append-encoder'],
  },
  {
    name: 'packing: clients see a tag that Consul has not',
    file: 'workers/state/gossip/members/member-view.ts',
    find: 'tagsText(takesPackedLog ? consulTags(tags) : tags)',
    replace: 'tagsText(tags)',
    tests: ['unit/workers/state/assembly/member-view'],
  },
];
