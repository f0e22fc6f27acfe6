// A snapshot that took the place of a log and that a majority may never have had: what a server takes and refuses with it, how a
// restart finds it, and how its leader helps.

import type { Mutant } from '../../mutant.js';

const FOLLOWER = ['unit/workers/raft/follower'];
const FAILOVER = ['unit/workers/raft/failover'];
const RECOVERY = ['unit/workers/raft/recovery'];
const REPLICAS = ['unit/workers/raft/replicas'];
const SIMULATION = ['simulation/raft/cluster'];
const DESCENT = ['unit/workers/raft/descent'];
const MAJORITY = ['simulation/raft/restore-majority'];
const SENDER = ['unit/workers/raft/peer-sender'];

export const raftUnproven: readonly Mutant[] = [
  {
    name: 'unproven snapshot: what it cannot be compared with is taken',
    file: 'workers/raft/core/replication.ts',
    find: 'previous.index <= log.sure && !log.isUnproven;',
    replace: 'previous.index <= log.committed;',
    tests: FOLLOWER,
  },
  {
    name: 'unproven snapshot: its place is taken by an older one of the same term',
    file: 'workers/raft/core/following.ts',
    find: 'return !log.isUnproven || isNewer(position, log.snapshot) || term > log.last.term;',
    replace: 'return term > 0 && position.index >= 0;',
    tests: FOLLOWER,
  },
  {
    name: 'unproven snapshot: its place is taken in the term of another leader',
    file: 'workers/raft/core/following.ts',
    find: 'if (term !== promises.term) throw',
    replace: 'if (term < 0) throw',
    tests: FOLLOWER,
  },
  {
    name: 'unproven snapshot: an older commit index proves a part of it',
    file: 'workers/raft/core/log.ts',
    find: '    if (this.isUnproven && index < this.#snapshot.index) return;\n',
    replace: '',
    tests: FOLLOWER,
  },
  {
    name: 'unproven snapshot: the disk never hears that it is proven',
    file: 'workers/raft/core/log.ts',
    find: 'const isProven = this.#isMarked && !this.isUnproven && this.#restart === null;',
    replace: 'const isProven = this.#isMarked && this.isUnproven && this.#restart === null;',
    tests: FOLLOWER,
  },
  {
    name: 'unproven snapshot: it is handed over before it is committed',
    file: 'workers/raft/delivery.ts',
    find: 'if (this.#snapshot.position.index <= this.#committed) this.#work',
    replace: 'if (this.#committed >= 0) this.#work',
    tests: REPLICAS,
  },
  {
    name: 'unproven snapshot: a restart takes it for committed',
    file: 'workers/raft/store/log-store.ts',
    find: '    puts.push({ key: UNPROVEN_KEY, value: encodeUnproven(snapshot) });\n',
    replace: '',
    tests: RECOVERY,
  },
  {
    name: 'unproven snapshot: a restart takes it for unproven for ever',
    file: 'workers/raft/store/log-store.ts',
    find: 'if (work.isProven) removals =',
    replace: 'if (work.isProven && work.restart) removals =',
    tests: RECOVERY,
  },
  {
    name: 'unproven snapshot: one that only came to be visible counts as committed',
    file: 'workers/raft/store/log-recovery.ts',
    find: 'await store.write(isUnproven ? [begins, mark] : [begins], removals',
    replace: 'await store.write([begins], removals',
    tests: RECOVERY,
  },
  {
    name: 'unproven snapshot: what took its place is damage',
    file: 'workers/raft/store/log-recovery.ts',
    find: 'unproven !== null && snapshot.term > unproven.term && snapshot.index <= begin;',
    replace: 'unproven !== null && snapshot.index < 0;',
    tests: RECOVERY,
  },
  {
    name: 'unproven snapshot: who has one is asked for the origin for ever',
    file: 'workers/raft/core/followers.ts',
    find: '(index === 0 && progress.refusesOrigin)',
    replace: '(index < 0 && progress.refusesOrigin)',
    tests: FAILOVER,
  },
  {
    name: 'unproven snapshot: who refuses a snapshot gets it again',
    file: 'workers/raft/core/followers.ts',
    find: '      progress.refusedSnapshot = true;\n',
    replace: '',
    tests: FAILOVER,
  },
  {
    name: 'unproven snapshot: nobody takes the snapshot that is wanted',
    file: 'workers/raft/peer-sender.ts',
    find: 'newest === null || (isRefused && newest.position.term < core.term)',
    replace: 'newest === null',
    tests: SENDER,
  },
  {
    name: 'unproven snapshot: the leader asks for entry after entry of a log that is gone',
    file: 'workers/raft/core/replication.ts',
    find: 'if (log.isUnproven && previous.index <= log.snapshot.index) return ORIGIN.index;',
    replace: '',
    tests: ['unit/workers/raft/follower'],
  },
  {
    name: 'simulated: entries are taken behind a restore that their leader lacks',
    file: 'workers/raft/core/replication.ts',
    find: 'previous.index <= log.sure && !log.isUnproven;',
    replace: 'previous.index <= log.committed;',
    tests: SIMULATION,
  },
  {
    name: 'given up: an older snapshot is never taken',
    file: 'workers/raft/core/following.ts',
    find: 'isNewer(position, log.snapshot) || term > log.last.term;',
    replace: 'isNewer(position, log.snapshot) || term < 0;',
    tests: MAJORITY,
  },
  {
    name: 'given up: a vote for less than was acknowledged',
    file: 'workers/raft/core/elections.ts',
    find: 'leader: standing.leader, last: log.pledge };',
    replace: 'leader: standing.leader, last: log.last };',
    tests: FOLLOWER,
  },
  {
    name: 'given up: who has less than it acknowledged stands',
    file: 'workers/raft/core/elections.ts',
    find: 'return log.pledge !== log.last;',
    replace: 'return log.isUnproven && log.pledge === null;',
    tests: FOLLOWER,
  },
  {
    name: 'given up: what is committed counts as here',
    file: 'workers/raft/core/log.ts',
    find: 'return Math.min(this.#committed, this.#last.index) as LogIndex;',
    replace: 'return this.#committed;',
    tests: FOLLOWER,
  },
  {
    name: 'given up: entries that a start removed come back',
    file: 'workers/raft/store/log-recovery.ts',
    find: '[begins], removals);',
    replace: '[begins], []);\n    await store.removeRange(RECORDS_FROM, RECORDS_BEFORE);',
    tests: DESCENT,
  },
  {
    name: 'given up: entries that a start removed are missed at the next',
    file: 'workers/raft/store/log-recovery.ts',
    find: 'marker.retreat(snapshot.index);',
    replace: '',
    tests: DESCENT,
  },
  {
    name: 'given up: a restart forgets the floor',
    file: 'workers/raft/store/log-recovery.ts',
    find: 'return descent !== null && isNewer(descent.floor, last) ? descent.floor : null;',
    replace: 'return descent !== null && isNewer(last, descent.floor) ? descent.floor : null;',
    tests: DESCENT,
  },
  {
    name: 'given up: the newer snapshot comes back',
    file: 'workers/raft/storage.ts',
    find: 'if (descent !== null) await snapshots.giveUp(',
    replace: 'if (descent?.to === null) await snapshots.giveUp(',
    tests: DESCENT,
  },
  {
    name: 'given up: the state goes back to the older snapshot',
    file: 'workers/raft/delivery.ts',
    find: 'this.#snapshot.position.index <= this.#delivered) this.#snapshot = null;',
    replace: 'this.#snapshot.position.index < 0) this.#snapshot = null;',
    tests: MAJORITY,
  },
];
