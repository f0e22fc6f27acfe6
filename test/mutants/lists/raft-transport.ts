// Breakages of what servers say to each other over TCP: noticed by the recorded messages of stock servers.

import type { Mutant } from '../mutant.js';

const VECTORS = ['unit/raft/transport/vectors'];
const SERVED = ['unit/raft/transport/served-connection'];
const CHUNKS = ['unit/store/chunks'];

export const raftTransport: readonly Mutant[] = [
  {
    name: 'transport: a heartbeat with an empty list of entries',
    file: 'workers/raft/transport/requests.ts',
    find: 'NOTHING, NOTHING.index, null)',
    replace: 'NOTHING, NOTHING.index, [])',
    tests: VECTORS,
  },
  {
    name: 'transport: extensions of entries are left out',
    file: 'workers/raft/transport/entries.ts',
    find: 'Data: data, Extensions, AppendedAt',
    replace: 'Data: data, Extensions: Extensions?.subarray(0, 0) ?? null, AppendedAt',
    tests: VECTORS,
  },
  {
    name: 'transport: an entry with extensions shares a run',
    file: 'workers/raft/transport/entries.ts',
    find: ' || isExtended(a) || isExtended(b)',
    replace: '',
    tests: VECTORS,
  },
  {
    name: 'transport: the time of entries in milliseconds',
    file: 'workers/raft/transport/appended-at.ts',
    find: '+ (rest?.nanoseconds ?? 0)',
    replace: '',
    tests: VECTORS,
  },
  {
    name: 'log: extensions share a record',
    file: 'workers/raft/core/entry.ts',
    find: '    a.extensions === undefined &&\n',
    replace: '',
    tests: ['unit/raft/recovery'],
  },
  {
    name: 'log: entries of other times share a record',
    file: 'workers/raft/core/entry.ts',
    find: '    a.appendedAtMs === b.appendedAtMs &&\n',
    replace: '',
    tests: ['unit/raft/recovery'],
  },
  {
    name: 'log: extensions are not read back',
    file: 'workers/raft/store/record.ts',
    find: 'if (record.readUInt8(41) === 0) return',
    replace: 'if (record.readUInt8(41) <= 1) return',
    tests: ['unit/raft/record'],
  },
  {
    name: 'transport: unfinished messages without a bound for all connections',
    file: 'workers/raft/transport/served-connection.ts',
    find: 'this.#count(this.#frames.size)',
    replace: 'this.#count(0)',
    tests: SERVED,
  },
  {
    name: 'transport: what a connection held is never given back',
    file: 'workers/raft/transport/served-connection.ts',
    find: '    this.#count(0);\n',
    replace: '',
    tests: SERVED,
  },
  {
    name: 'transport: a snapshot that was cut passes for a whole one',
    file: 'workers/raft/transport/snapshot-body.ts',
    find: "if (this.#isCut) throw new Error('short read');",
    replace: 'if (this.#isCut) return { done: true, value: undefined };',
    tests: SERVED,
  },
  {
    name: 'transport: requests are taken without end',
    file: 'workers/raft/transport/served-connection.ts',
    find: ' && this.#questions.length < MOST_UNANSWERED',
    replace: '',
    tests: SERVED,
  },
  {
    name: 'delivery: a part of a command passes for a whole one',
    file: 'workers/raft/delivery.ts',
    find: 'return type === EntryType.command && extensions !== undefined;',
    replace: 'return type !== EntryType.command && extensions !== undefined;',
    tests: ['unit/raft/delivery'],
  },
  {
    name: 'chunks: parts outlive their term',
    file: 'workers/state/replica/chunks/kept-chunks.ts',
    find: 'if (term !== this.#term) this.#forgetAll();',
    replace: 'if (term < this.#term) this.#forgetAll();',
    tests: CHUNKS,
  },
  {
    name: 'chunks: no bound',
    file: 'workers/state/replica/chunks/kept-chunks.ts',
    find: 'if (this.#bytes <= MOST_BYTES) break;',
    replace: 'if (this.#bytes > 0) break;',
    tests: CHUNKS,
  },
  {
    name: 'chunks: joined as they came',
    file: 'workers/state/replica/chunks/kept-chunks.ts',
    find: '.sort(([a], [b]) => a - b)',
    replace: '',
    tests: CHUNKS,
  },
  {
    name: "chunks: a leader's sum passes for a part",
    file: 'workers/state/replica/replica.ts',
    find: 'isCheckpoint(entry) ? null : this.#join(',
    replace: 'isCheckpoint(entry) ? this.#join(index, term, data, extensions) : this.#join(',
    tests: CHUNKS,
  },
  {
    name: 'chunks: a snapshot leaves them out',
    file: 'workers/state/replica/snapshot/snapshot-write.ts',
    find: 'writeChunks(operations, term)',
    replace: 'writeChunks(operations.slice(operations.length), term)',
    tests: CHUNKS,
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
    find: 'if (end - this.#begin > this.#mostBytes)',
    replace: 'if (end <= this.#end && end - this.#begin > this.#mostBytes)',
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
