// Breakages of what happens when a leader is gone, or is only said to be.

import type { Mutant } from '../mutant.js';

const FAILOVER = ['unit/raft/failover'];
const WATCH = ['unit/raft/transport/leader-watch'];
const KNOWN = ['unit/cluster/known-leader'];

export const raftFailover: readonly Mutant[] = [
  {
    name: 'failover: a word about the leader is not heard',
    file: 'workers/raft/core/raft.ts',
    find: 'if (this.#leading === null && this.#parts.standing.leader === leader)',
    replace: 'if (nowMs < 0)',
    tests: FAILOVER,
  },
  {
    name: 'failover: a word about anybody is taken for one about the leader',
    file: 'workers/raft/core/raft.ts',
    find: 'if (this.#leading === null && this.#parts.standing.leader === leader)',
    replace: 'if (this.#leading === null || leader === null)',
    tests: FAILOVER,
  },
  {
    name: 'failover: a word about the leader frees the vote',
    file: 'workers/raft/core/elections.ts',
    find: '    standing.leader = null;\n    if (this.#haste.isOn) return;',
    replace:
      "    standing.leader = null;\n    contact.heard('', Number.NEGATIVE_INFINITY);\n    if (this.#haste.isOn) return;",
    tests: FAILOVER,
  },
  {
    name: 'failover: votes are asked for while nobody may give one',
    file: 'workers/raft/core/elections.ts',
    find: 'Math.max(nowMs, contact.boundUntilMs) + this.#haste.begin()',
    replace: 'nowMs + this.#haste.begin()',
    tests: FAILOVER,
  },
  {
    name: 'failover: a leader that is heard again is deserted all the same',
    file: 'workers/raft/core/raft.ts',
    find: '    contact.heard(from, nowMs);\n    this.#elections.calm(nowMs);\n',
    replace: '    contact.heard(from, nowMs);\n',
    tests: FAILOVER,
  },
  {
    name: 'failover: who gave a vote stands at once',
    file: 'workers/raft/core/elections.ts',
    find: 'if (granted && this.#haste.isOn) this.#resetDeadline(nowMs);',
    replace: '',
    tests: FAILOVER,
  },
  {
    name: 'failover: a leader that asks for votes is waited for',
    file: 'workers/raft/core/elections.ts',
    find: 'if (request.from === standing.leader && request.term > promises.term) this.hasten(nowMs);',
    replace: '',
    tests: FAILOVER,
  },
  {
    name: 'failover: an old question of the leader counts against it',
    file: 'workers/raft/core/elections.ts',
    find: ' && request.term > promises.term) this.hasten(nowMs);',
    replace: ') this.hasten(nowMs);',
    tests: FAILOVER,
  },
  {
    name: 'failover: haste at a start forgets what may have been promised',
    file: 'workers/raft/core/elections.ts',
    find: '    this.#begin(nowMs);\n    const { contact, standing } = this.#parts;',
    replace: '    const { contact, standing } = this.#parts;',
    tests: FAILOVER,
  },
  {
    name: 'failover: a lease for reads as long as a leader stays in office',
    file: 'workers/raft/core/parts.ts',
    find: 'Math.min(leaderLeaseMs, MOST_READ_LEASE_MS)',
    replace: 'leaderLeaseMs',
    tests: FAILOVER,
  },
  {
    name: 'failover: nobody in a new cluster is in haste',
    file: 'workers/raft/core/raft.ts',
    find: 'if (problem === null) this.#elections.hasten(this.#nowMs);',
    replace: '',
    tests: FAILOVER,
  },
  {
    name: 'failover: a lost append is waited for',
    file: 'workers/raft/core/followers.ts',
    find: "if (kind === 'append') progress.lost();",
    replace: "if (kind === 'append') return;",
    tests: FAILOVER,
  },
  {
    name: 'failover: a snapshot that was cut off is waited for',
    file: 'workers/raft/core/followers.ts',
    find: 'const INSTALL_AGAIN = 1 / 5;',
    replace: 'const INSTALL_AGAIN = 5;',
    tests: FAILOVER,
  },
  {
    name: 'failover: a leader is asked for that was heard since',
    file: 'workers/raft/transport/leader-watch.ts',
    find: 'leader() !== id || contactMs() > sinceMs;',
    replace: 'leader() !== id;',
    tests: WATCH,
  },
  {
    name: 'failover: another leader in the place of one that is known is not told of',
    file: 'workers/state/known-leader.ts',
    find: "const hasChanged = this.#address !== address && address !== '';",
    replace: 'const hasChanged = hasAppeared;',
    tests: KNOWN,
  },
];
