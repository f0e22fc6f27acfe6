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
  /** A leader that hasn't heard of a majority for so long steps down. */
  readonly leaderLeaseMs: number;
}

/** However long a leader stays in office without a word of a majority: it reads by itself no longer than this after its word. */
const MOST_READ_LEASE_MS = 1_000;

/**
 * For so long a leader may answer reads by itself, and who acknowledged gives nobody else a vote: no election after a leader's
 * death can be over sooner. A leader asks its followers many times in that time.
 */
export function readLeaseMs({ leaderLeaseMs }: Timing): number {
  return Math.min(leaderLeaseMs, MOST_READ_LEASE_MS);
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
