// What the parts of a core share, and what they ask of the core: to change what the server is.

import type { Candidacy } from './election.js';
import type { LogIndex, ServerId, Term } from './entry.js';
import type { LeaderContact } from './leader-contact.js';
import type { RaftLog } from './log.js';
import type { Membership } from './membership.js';
import type { Promises } from './promises.js';
import type { Standing } from './standing.js';

export interface Timing {
  readonly heartbeatTimeoutMs: number;
  readonly electionTimeoutMs: number;
  readonly leaderLeaseMs: number;
}

export interface CoreParts {
  readonly id: ServerId;
  readonly log: RaftLog;
  readonly membership: Membership;
  readonly promises: Promises;
  readonly standing: Standing;
  readonly contact: LeaderContact;
  readonly timing: Timing;
  /** In [0, 1): spreads the timeouts of servers that started together. */
  readonly random: () => number;
}

/** Whoever calls one of these is no longer what it was, and looks at what it held before with care. */
export interface Office {
  /** Becomes (or stays) a follower, in `newTerm` if that is higher; forgets the leader. */
  follow(newTerm: Term, nowMs: number): void;
  /** Somebody leads a term that isn't over here. */
  hearLeader(from: ServerId, led: Term, nowMs: number): void;
  /** Leads the term that the candidacy was won in. */
  lead(won: Candidacy, nowMs: number): void;
}

/** Everything through `index`, which is in the log, is committed. */
export function commitThrough({ log, membership }: CoreParts, index: LogIndex): void {
  log.commitThrough(index);
  membership.commit(log.committed);
}
