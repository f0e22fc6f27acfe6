// Breakages of the rules that the shell and the core keep together, noticed by the simulation of whole servers: what costs an
// acknowledged write, a second vote, a stale read or a second answer.

import type { Mutant } from '../../mutant.js';

const SIMULATION = ['simulation/raft/cluster'];
const DELIVERY = ['unit/workers/raft/delivery', ...SIMULATION];
const REPLICAS = ['unit/workers/raft/replicas'];
const FOLLOWER = ['unit/workers/raft/follower', ...SIMULATION];
const VOTES = ['unit/workers/raft/votes', ...SIMULATION];

export const raftShell: readonly Mutant[] = [
  {
    name: 'shell: term and vote are not written',
    file: 'workers/raft/store/log-store.ts',
    find: 'if (work.hardState) puts.push(',
    replace: 'if (work.hardState && work.runs.length > 0) puts.push(',
    tests: SIMULATION,
  },
  {
    name: 'shell: delivery without a look at the term',
    file: 'workers/raft/delivery.ts',
    find: 'last <= committed && this.#parts.log.termAt(last) === term;',
    replace: 'last <= committed && term > 0;',
    tests: DELIVERY,
  },
  {
    name: 'shell: what was proposed in a lost term is kept',
    file: 'workers/raft/raft-server.ts',
    find: '    delivery.disown(core.log.committed);\n',
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'shell: what is committed is answered before the shared words count it',
    file: 'workers/raft/raft-server.ts',
    find: '        board.refresh();\n        replicas',
    replace: '        replicas',
    tests: SIMULATION,
  },
  {
    name: 'shell: a lease counts from the answer on',
    file: 'workers/raft/core/followers.ts',
    find: '?.ackedSentMs ??',
    replace: '?.lastContactMs ??',
    tests: SIMULATION,
  },
  {
    name: 'shell: a leader that is never named',
    file: 'workers/raft/leadership-board.ts',
    find: "if (leader !== null && leaderAddress === '') this.#placeless = soft;",
    replace: '',
    tests: ['unit/workers/raft/leadership-board'],
  },
  {
    name: 'shell: a lease that goes on is told of once',
    file: 'workers/raft/leadership-board.ts',
    find: 'if (endMs === this.#leaseEndMs && endMs > now()) return;',
    replace: 'if (this.#leaseEndMs > now()) return;',
    tests: ['unit/workers/raft/leadership-board'],
  },
  {
    name: 'shell: the words of a commit index stay as they were',
    file: 'workers/raft/leadership-board.ts',
    find: 'if (committed === this.#committed && lastIndex === this.#lastIndex) return;',
    replace: 'if (lastIndex === this.#lastIndex) return;',
    tests: ['unit/workers/raft/leadership-board'],
  },
  {
    name: 'shell: a lease without end',
    file: 'workers/raft/leadership-board.ts',
    find: 'const isUnbounded = endMs === Number.POSITIVE_INFINITY;',
    replace: 'const isUnbounded = endMs > 0;',
    tests: SIMULATION,
  },
  {
    name: 'shell: a vote while a lease may run',
    file: 'workers/raft/core/elections.ts',
    find: 'request.isTransfer || !contact.forbids(request.from, nowMs)',
    replace: 'nowMs >= 0',
    tests: VOTES,
  },
  {
    name: 'shell: a restarted server votes at once',
    file: 'workers/raft/core/elections.ts',
    find: 'if (!this.#wasAlone) this.#parts.contact.started(nowMs);',
    replace: '',
    tests: VOTES,
  },
  {
    name: 'shell: an append is acknowledged before its sync',
    file: 'workers/raft/core/following.ts',
    find: 'if (answer.success) promises.sendWhenDurable(answer);',
    replace: 'if (answer.success) promises.sendInTerm(answer);',
    tests: SIMULATION,
  },
  {
    name: 'shell: a change before the last one is committed',
    file: 'workers/raft/core/leading.ts',
    find: 'if (membership.committed(log.committed) === null || log.committed < this.termBegin) {',
    replace: 'if (membership.committed(log.committed) === null && log.committed < 0) {',
    tests: ['unit/workers/raft/orders', ...SIMULATION],
  },
  {
    name: 'shell: a snapshot without its configuration',
    file: 'workers/raft/core/following.ts',
    find: '      membership.restart(configuration);\n',
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'shell: a snapshot deletes what was acknowledged after it',
    file: 'workers/raft/core/log.ts',
    find: '(!this.isUnproven && index <= this.sure) || this.termAt(index) === term;',
    replace: 'index <= this.#committed && term > 0;',
    tests: FOLLOWER,
  },
  {
    name: 'shell: two answers to a proposal',
    file: 'workers/raft/delivery.ts',
    find: '    this.#own = own.filter(isKept);\n',
    replace: '',
    tests: DELIVERY,
  },
  {
    name: 'shell: leadership is confirmed by answers to older questions',
    file: 'workers/raft/core/confirmations.ts',
    find: '    this.#round += 1;\n',
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'shell: entries being dropped are taken for damage',
    file: 'workers/raft/peer-sender.ts',
    find: 'order.previous.index < store.begin',
    replace: 'order.previous.index < core.log.begin',
    tests: ['unit/workers/raft/peer-sender'],
  },
  {
    name: 'shell: a reader whose next entries were dropped reads on',
    file: 'workers/raft/delivery.ts',
    find: '    if (!this.#isCutOff) await this.#catchUp();\n',
    replace: '',
    tests: REPLICAS,
  },
  {
    name: 'shell: a snapshot reaches the proposer alone',
    file: 'workers/raft/replicas.ts',
    find: '    for (const { delivery } of this.#readers) delivery.install(snapshot);\n',
    replace: '',
    tests: REPLICAS,
  },
  {
    name: 'shell: a reader gets more than its credit',
    file: 'workers/raft/delivery.ts',
    find: 'this.#credit -= entries.byteLength;',
    replace: '',
    tests: REPLICAS,
  },
];
