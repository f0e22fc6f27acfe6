// Tells the other threads who leads, with whose address, and for how long this server may answer reads by itself: in the
// shared words, and to the state worker by message. A leader is told of only once the state worker holds everything committed
// before its term: until then it would answer reads without writes that were acknowledged.

import type { Logger } from '../../observe/logger.js';
import { type Leadership, Role as SharedRole } from '../../wire/raft/leadership.js';
import type { RaftCore } from './core/raft.js';
import type { RoleChange, SoftState } from './core/ready.js';
import type { StateChannel } from './state-port.js';

export interface BoardParts {
  readonly core: RaftCore;
  readonly leadership: Leadership;
  readonly state: StateChannel;
  readonly logger: Logger;
  readonly serverAddress: string;
  /** The clock that the core is driven by. */
  readonly now: () => number;
}

export class LeadershipBoard {
  readonly #parts: BoardParts;
  /** The term in which this server was told of as the leader. */
  #announcedTerm = 0;
  #isUnbounded = false;
  /** What the shared words say already. */
  #leaseEndMs = Number.NaN;
  #committed = -1;
  #lastIndex = -1;
  #contactMs = Number.NEGATIVE_INFINITY;
  /** The leader is known, and not where it is: the entry that says so hasn't come yet. */
  #placeless: SoftState | null = null;

  constructor(parts: BoardParts) {
    this.#parts = parts;
  }

  log({ role, term, tally }: RoleChange): void {
    const { logger, serverAddress } = this.#parts;
    const node = `Node at ${serverAddress} [${role[0]?.toUpperCase()}${role.slice(1)}]`;
    if (role === 'leader') {
      logger.info('election won', 'term', term, 'tally', tally);
      logger.info('entering leader state', 'leader', node);
    } else logger.info(`entering ${role} state`, 'node', node, 'term', term);
  }

  /** Another role, term or leader. */
  changed(soft: SoftState): void {
    const { role, term, leader } = soft;
    this.#placeless = null;
    if (role === 'leader') return;
    const { leadership, state } = this.#parts;
    leadership.setRole(SharedRole[role], term, leader !== null);
    const leaderAddress = this.#addressOf(leader);
    if (leader !== null && leaderAddress === '') this.#placeless = soft;
    state.post({ kind: 'role', role, term, leaderAddress, leaderId: leader ?? '' });
  }

  /** Everything through `index` is in the state worker. */
  applied(index: number): void {
    const { core, leadership, state, serverAddress } = this.#parts;
    const first = core.termBegin;
    if (first === null || this.#announcedTerm === core.term || index < first) return;
    this.#announcedTerm = core.term;
    this.refresh();
    leadership.setRole(SharedRole.leader, core.term, true);
    state.post({ kind: 'role', role: 'leader', term: core.term, leaderAddress: serverAddress, leaderId: core.id });
  }

  /** After each turn: what changes with every message. */
  refresh(): void {
    const { core, leadership, now } = this.#parts;
    this.#setProgress(core.log.committed, core.log.last.index);
    const placeless = this.#placeless;
    if (placeless !== null && this.#addressOf(placeless.leader) !== '') this.changed(placeless);
    if (core.role === 'leader') {
      this.#setLease(core.leaseEndMs, now);
    } else if (core.lastContactMs > this.#contactMs) {
      this.#contactMs = core.lastContactMs;
      leadership.setLastContact();
    }
  }

  #setProgress(committed: number, lastIndex: number): void {
    if (committed === this.#committed && lastIndex === this.#lastIndex) return;
    this.#committed = committed;
    this.#lastIndex = lastIndex;
    this.#parts.leadership.setProgress(committed, lastIndex);
  }

  #addressOf(id: string | null): string {
    return this.#parts.core.configuration.servers.find((server) => server.id === id)?.address ?? '';
  }

  #setLease(endMs: number, now: () => number): void {
    const { leadership } = this.#parts;
    const isUnbounded = endMs === Number.POSITIVE_INFINITY;
    // One that is over, as while a term is handed over, is told anew each time: a word in the past would come back to the future.
    if (endMs === this.#leaseEndMs && endMs > now()) return;
    this.#leaseEndMs = endMs;
    if (!isUnbounded) leadership.setLease(leadership.now() + Math.max(0, Math.floor(endMs - now())));
    if (isUnbounded === this.#isUnbounded) return;
    this.#isUnbounded = isUnbounded;
    leadership.setUnboundedLease(isUnbounded);
  }
}
