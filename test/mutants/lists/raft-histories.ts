// Breakages that the simulation must find by itself: what a unit test holds today may be held by none after it is rewritten.

import type { Mutant } from '../mutant.js';

const SIMULATION = ['simulation/raft/cluster'];

export const raftHistories: readonly Mutant[] = [
  {
    name: 'simulated: Figure 8',
    file: 'workers/raft/core/leading.ts',
    find: 'if (index >= this.termBegin) commitThrough(this.#parts, index);',
    replace: 'commitThrough(this.#parts, index);',
    tests: SIMULATION,
  },
  {
    name: 'simulated: votes of older rounds',
    file: 'workers/raft/core/elections.ts',
    find: ' || answer.round !== candidacy.term',
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a late answer to a pre-vote raises the term',
    file: 'workers/raft/core/elections.ts',
    find: 'isPreVote ? Math.max(own, answer.round) : own',
    replace: 'candidacy?.isPreVote ? candidacy.term : own',
    tests: SIMULATION,
  },
  {
    name: 'simulated: an append of an older term',
    file: 'workers/raft/core/following.ts',
    find: 'if (request.term >= promises.term) {',
    replace: 'if (request.term > 0) {',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a vote leaves before it is durable',
    file: 'workers/raft/core/elections.ts',
    find: 'promises.sendWhenDurable({ kind, from: id, to, term: answerTerm, round, granted });',
    replace: 'promises.outbox.send({ kind, from: id, to, term: answerTerm, round, granted });',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a follower commits beyond what a request showed',
    file: 'workers/raft/core/following.ts',
    find: 'Math.min(request.commit, through)',
    replace: 'Math.min(request.commit, log.last.index)',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a follower acknowledges its whole log',
    file: 'workers/raft/core/following.ts',
    find: 'through: through ?? previous.index',
    replace: 'through: log.last.index',
    tests: SIMULATION,
  },
  {
    name: 'simulated: copies of non-voters are counted',
    file: 'workers/raft/core/leading.ts',
    find: 'quorumIndex(voters, ',
    replace: 'quorumIndex(membership.latest.servers.map((server) => server.id), ',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a stranger is heard',
    file: 'workers/raft/core/election.ts',
    find: 'if (configuration.servers.length > 0 && !isKnown) return false;',
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'simulated: logs are compared by index only',
    file: 'workers/raft/core/election.ts',
    find: 'request.last.term > last.term || (request.last.term === last.term && request.last.index >= last.index)',
    replace: 'request.last.index >= last.index',
    tests: SIMULATION,
  },
  {
    name: 'simulated: two votes in a term',
    file: 'workers/raft/core/election.ts',
    find: "if (request.kind === 'vote' && hardState.vote !== null && hardState.vote !== request.from) return false;",
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'simulated: votes of strangers and non-voters are counted',
    file: 'workers/raft/core/election.ts',
    find: 'return hasQuorum(this.#voters, this.#granted);',
    replace: 'return this.#granted.size > this.#voters.length / 2;',
    tests: SIMULATION,
  },
  {
    name: 'simulated: half of the voters is a majority',
    file: 'workers/raft/core/quorum.ts',
    find: 'Math.floor(voters / 2) + 1',
    replace: 'Math.ceil(voters / 2)',
    tests: SIMULATION,
  },
  {
    name: 'simulated: the own copy counts before it is durable',
    file: 'workers/raft/core/followers.ts',
    find: 'return this.#leader.log.durable;',
    replace: 'return this.#leader.log.last.index;',
    tests: SIMULATION,
  },
  {
    name: 'simulated: membership not cut back with the log',
    file: 'workers/raft/core/replication.ts',
    find: '      membership.truncateAfter(keep);\n',
    replace: '',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a shorter request cuts the log',
    file: 'workers/raft/core/replication.ts',
    find: '  return through;\n',
    replace: '  if (through < log.last.index) log.truncateAfter(through);\n  return through;\n',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a promise leaves with the write before it',
    file: 'workers/raft/core/outbox.ts',
    find: 'if (hasUnwritten) this.#withNext.push(message);',
    replace: 'if (hasUnwritten) (isWriting ? this.#withRunning : this.#withNext).push(message);',
    tests: SIMULATION,
  },
  {
    name: 'simulated: a refusal goes to the end of the log only',
    file: 'workers/raft/core/progress.ts',
    find: 'Math.min(previous, last + 1)',
    replace: '(last + 1)',
    tests: SIMULATION,
  },
];
