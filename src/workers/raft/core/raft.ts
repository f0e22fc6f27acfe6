// The consensus core of one server: pure and deterministic, without I/O, clock or randomness of its own (architecture,
// "Pure cores, thin shells"; the shape is etcd-io/raft's, the rules are hashicorp/raft's: spec/raft.md). Inputs are `tick`,
// `step` and `propose`; `ready` says what to do, `advance` that a write is durable. A sole voter is the same thing with a
// majority of one.

import { type Configuration, isSoleVoter, type PlacedConfiguration, votersOf } from './configuration.js';
import { Candidacy, type Electorate, isHeard, mayGrant } from './election.js';
import {
  after,
  EntryType,
  emptyPayload,
  type HardState,
  type LogIndex,
  type Position,
  type ServerId,
  type Term,
  term,
} from './entry.js';
import { Followers } from './followers.js';
import { RaftLog, type RecoveredLog } from './log.js';
import { Membership } from './membership.js';
import type { AppendAnswer, AppendRequest, Incoming, VoteAnswer, VoteRequest } from './message.js';
import { Outbox } from './outbox.js';
import { hasQuorum, quorumIndex } from './quorum.js';
import type { Persist, Ready, Role, RoleChange } from './ready.js';
import { configurationOf, takeEntries } from './replication.js';

export interface Timing {
  readonly heartbeatTimeoutMs: number;
  readonly electionTimeoutMs: number;
  readonly leaderLeaseMs: number;
}

export interface CoreStart {
  readonly id: ServerId;
  readonly hardState: HardState;
  readonly log: RecoveredLog;
  /** The configurations of snapshot and log, ascending, committed or not. */
  readonly configurations: readonly PlacedConfiguration[];
  readonly timing: Timing;
  /** In [0, 1): spreads the timeouts of servers that started together. */
  readonly random: () => number;
}

export interface Proposal {
  readonly type: EntryType;
  /** Number of entries packed in `payload`. */
  readonly count: number;
  readonly payload: Uint8Array;
  readonly appendedAtMs: number;
}

export type ProposeResult =
  | { readonly ok: true; readonly firstIndex: LogIndex; readonly term: Term }
  | { readonly ok: false; readonly reason: 'not-leader' };

const NOT_LEADER: ProposeResult = { ok: false, reason: 'not-leader' };

export class RaftCore {
  readonly id: ServerId;
  readonly log: RaftLog;
  readonly #membership: Membership;
  readonly #timing: Timing;
  readonly #random: () => number;
  readonly #outbox = new Outbox();
  #hardState: HardState;
  #hardStateChanged = false;
  #role: Role = 'follower';
  #leader: ServerId | null = null;
  #candidacy: Candidacy | null = null;
  /** New with each term that this server leads; null otherwise. */
  #followers: Followers | null = null;
  /** Only entries from here on are committed by counting (spec/raft.md section 4, "Commit"). */
  #termBegin: LogIndex | null = null;
  #lastContactMs = Number.NEGATIVE_INFINITY;
  #deadlineMs: number | null = null;
  #persisting: Persist | null = null;
  #handedOut: LogIndex;
  #roles: RoleChange[] = [];

  constructor(start: CoreStart) {
    this.id = start.id;
    this.log = new RaftLog(start.log);
    this.#hardState = start.hardState;
    this.#membership = new Membership(start.configurations);
    this.#timing = start.timing;
    this.#random = start.random;
    this.#handedOut = this.log.committed;
  }

  get role(): Role {
    return this.#role;
  }

  get term(): Term {
    return this.#hardState.term;
  }

  get leader(): ServerId | null {
    return this.#leader;
  }

  get configuration(): Configuration {
    return this.#membership.latest;
  }

  /** The newest configuration, once it is committed; null until then. */
  get committedConfiguration(): PlacedConfiguration | null {
    return this.#membership.committed(this.log.committed);
  }

  /** First index of the leader's own term; null when not leading. */
  get termBegin(): LogIndex | null {
    return this.#termBegin;
  }

  /** Lets time-driven rules run. `nowMs` is of a monotonic clock, the same for all inputs. */
  tick(nowMs: number): void {
    if (this.#followers) {
      this.#checkLease(this.#followers, nowMs);
      this.#followers?.tick(nowMs);
      return;
    }
    // A sole voter has nobody to hear from, so it stands at once instead of waiting out the timeout.
    if (this.#role === 'follower' && isSoleVoter(this.configuration, this.id)) this.#campaign(nowMs, false);
    else if (this.#deadlineMs === null) this.#resetDeadline(nowMs);
    else if (nowMs >= this.#deadlineMs) this.#timeout(nowMs);
  }

  step(message: Incoming, nowMs: number): void {
    switch (message.kind) {
      case 'pre-vote':
      case 'vote':
        this.#answerVote(message, nowMs);
        return;
      case 'pre-vote-answer':
      case 'vote-answer':
        this.#countVote(message, nowMs);
        return;
      case 'append':
        this.#answerAppend(message, nowMs);
        return;
      case 'append-answer':
        this.#learnProgress(message, nowMs);
        return;
    }
  }

  propose(proposal: Proposal): ProposeResult {
    if (this.#role !== 'leader') return NOT_LEADER;
    const firstIndex = after(this.log.last.index);
    const run = { ...proposal, firstIndex, term: this.term };
    this.log.append(run);
    // It takes effect at once here too; whom this leader serves stays as it was when it was elected.
    const configuration = configurationOf(run);
    if (configuration) this.#membership.append(firstIndex, configuration);
    return { ok: true, firstIndex, term: this.term };
  }

  /** null when there is nothing to do. */
  ready(): Ready | null {
    const persist = this.#takePersist();
    const through = Math.min(this.log.committed, this.log.durable) as LogIndex;
    const roles = this.#roles;
    if (persist === null && through <= this.#handedOut && roles.length === 0 && this.#outbox.isEmpty) return null;
    const committed = through > this.#handedOut ? { from: after(this.#handedOut), through } : null;
    if (committed) this.#handedOut = through;
    this.#roles = [];
    return { persist, messages: this.#outbox.take(), committed, roles };
  }

  /** The last `persist` is durable. */
  advance(nowMs: number): void {
    const done = this.#persisting;
    if (done === null) throw new Error('advance without a persist under way');
    this.#persisting = null;
    this.log.written();
    this.#outbox.writeEnded();
    this.#countCommit();
    this.#followers?.sendEntries(nowMs);
    const candidacy = this.#candidacy;
    if (candidacy && !candidacy.isPreVote && done.hardState?.term === candidacy.term) {
      candidacy.count(this.id, true);
      if (candidacy.won) this.#lead(candidacy, nowMs);
    }
  }

  /** A snapshot of everything through `position` exists; the store keeps entries after `begin`. */
  compact(position: Position, begin: LogIndex): void {
    this.log.compact(position, begin);
  }

  #takePersist(): Persist | null {
    if (this.#persisting !== null || !this.#hasUnwritten) return null;
    const { truncateAfter, runs } = this.log.takeWaiting();
    this.#persisting = { hardState: this.#hardStateChanged ? this.#hardState : null, truncateAfter, runs };
    this.#hardStateChanged = false;
    this.#outbox.writeBegins();
    return this.#persisting;
  }

  get #hasUnwritten(): boolean {
    return this.#hardStateChanged || this.log.hasWaiting;
  }

  get #electorate(): Electorate {
    const { configuration, log } = this;
    return { configuration, hardState: this.#hardState, leader: this.#leader, last: log.last };
  }

  /** A follower's or candidate's time is up. */
  #timeout(nowMs: number): void {
    this.#resetDeadline(nowMs);
    const isHearing = nowMs - this.#lastContactMs < this.#timing.heartbeatTimeoutMs;
    if (this.#role === 'follower' && isHearing) return;
    this.#leader = null;
    if (votersOf(this.configuration).includes(this.id))
      this.#campaign(nowMs, !isSoleVoter(this.configuration, this.id));
  }

  #campaign(nowMs: number, isPreVote: boolean): void {
    const next = term(this.#hardState.term + 1);
    const candidacy = new Candidacy(next, votersOf(this.configuration), isPreVote);
    this.#candidacy = candidacy;
    if (isPreVote) candidacy.count(this.id, true);
    else this.#setHardState({ term: next, vote: this.id });
    this.#become('candidate', 0);
    this.#resetDeadline(nowMs);
    for (const to of votersOf(this.configuration)) {
      if (to === this.id) continue;
      const kind = isPreVote ? 'pre-vote' : 'vote';
      this.#sendWhenDurable({ kind, from: this.id, to, term: next, last: this.log.last });
    }
  }

  #answerVote(request: VoteRequest, nowMs: number): void {
    const isReal = request.kind === 'vote';
    let granted = isHeard(this.#electorate, request);
    if (granted && isReal && request.term > this.term) this.#follow(request.term, nowMs);
    granted &&= mayGrant(this.#electorate, request);
    if (granted && isReal) {
      this.#setHardState({ term: request.term, vote: request.from });
      this.#lastContactMs = nowMs;
    }
    const kind = isReal ? 'vote-answer' : 'pre-vote-answer';
    const answerTerm = isReal ? this.term : (Math.max(this.term, request.term) as Term);
    const { from: to, term: round } = request;
    this.#sendWhenDurable({ kind, from: this.id, to, term: answerTerm, round, granted });
  }

  #countVote(answer: VoteAnswer, nowMs: number): void {
    const candidacy = this.#candidacy;
    const isPreVote = answer.kind === 'pre-vote-answer';
    // An answer to a pre-vote echoes the term that was asked for, and nobody may ever have stood in that. It may come when
    // this server follows a leader again, so it isn't the candidacy that says which term was asked for.
    const bound = isPreVote ? Math.max(this.term, answer.round) : this.term;
    if (answer.term > bound) {
      this.#follow(answer.term, nowMs);
      return;
    }
    if (!candidacy || candidacy.isPreVote !== isPreVote || answer.round !== candidacy.term) return;
    candidacy.count(answer.from, answer.granted);
    if (!candidacy.won) return;
    if (isPreVote) this.#campaign(nowMs, false);
    else this.#lead(candidacy, nowMs);
  }

  #lead(candidacy: Candidacy, nowMs: number): void {
    this.#candidacy = null;
    this.#leader = this.id;
    const { id, term, log } = this;
    const outbox = this.#outbox;
    const view = { id, term, log, outbox, heartbeatTimeoutMs: this.#timing.heartbeatTimeoutMs, random: this.#random };
    const peers = this.configuration.servers.map((server) => server.id).filter((peer) => peer !== id);
    this.#followers = new Followers(view, peers, nowMs);
    this.#become('leader', candidacy.tally);
    this.#termBegin = after(log.last.index);
    this.propose({ type: EntryType.noop, count: 1, payload: emptyPayload(), appendedAtMs: 0 });
    this.#followers.tick(nowMs);
  }

  /** Becomes (or stays) a follower, in `newTerm` if that is higher; forgets the leader. */
  #follow(newTerm: Term, nowMs: number): void {
    if (newTerm > this.term) this.#setHardState({ term: newTerm, vote: null });
    this.#leader = null;
    this.#candidacy = null;
    this.#termBegin = null;
    this.#followers = null;
    this.#resetDeadline(nowMs);
    if (this.#role !== 'follower') this.#become('follower', 0);
  }

  #answerAppend(request: AppendRequest, nowMs: number): void {
    const last = this.log.last.index;
    let through: LogIndex | null = null;
    if (request.term >= this.term) {
      if (request.term > this.term || this.#role !== 'follower') this.#follow(request.term, nowMs);
      this.#leader = request.from;
      this.#lastContactMs = nowMs;
      through = takeEntries(this.log, this.#membership, request);
      if (through !== null) this.#commit(Math.min(request.commit, through) as LogIndex);
    }
    this.#sendWhenDurable({
      kind: 'append-answer',
      from: this.id,
      to: request.from,
      term: this.term,
      success: through !== null,
      last,
      through: through ?? request.previous.index,
      previous: request.previous.index,
    });
  }

  #learnProgress(answer: AppendAnswer, nowMs: number): void {
    if (answer.term > this.term) {
      this.#follow(answer.term, nowMs);
      return;
    }
    if (this.#followers === null || answer.term !== this.term) return;
    this.#followers.learn(answer, nowMs);
    this.#countCommit();
    this.#followers.sendEntries(nowMs);
  }

  /** A leader that doesn't hear from a majority steps down: another one may lead by now. */
  #checkLease(followers: Followers, nowMs: number): void {
    const heard = followers.heardSince(nowMs - this.#timing.leaderLeaseMs);
    if (!hasQuorum(votersOf(this.configuration), heard)) this.#follow(this.term, nowMs);
  }

  #countCommit(): void {
    if (this.#followers === null || this.#termBegin === null) return;
    const index = quorumIndex(votersOf(this.configuration), this.#followers.match());
    if (index >= this.#termBegin) this.#commit(index);
  }

  #commit(index: LogIndex): void {
    this.log.commitThrough(index);
    this.#membership.commit(this.log.committed);
  }

  #setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#hardStateChanged = true;
  }

  #sendWhenDurable(message: Parameters<Outbox['sendWhenDurable']>[0]): void {
    this.#outbox.sendWhenDurable(message, this.#hasUnwritten, this.#persisting !== null);
  }

  /** Every timeout is drawn from [t, 2t). */
  #resetDeadline(nowMs: number): void {
    const { heartbeatTimeoutMs, electionTimeoutMs } = this.#timing;
    const timeoutMs = this.#role === 'candidate' ? electionTimeoutMs : heartbeatTimeoutMs;
    this.#deadlineMs = nowMs + timeoutMs * (1 + this.#random());
  }

  #become(role: Role, tally: number): void {
    this.#role = role;
    this.#roles.push({ role, term: this.term, tally });
  }
}
