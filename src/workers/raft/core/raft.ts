// The consensus core of one server: pure and deterministic, without I/O, clock or randomness of its own (architecture,
// "Pure cores, thin shells"; the shape is etcd-io/raft's, the rules are hashicorp/raft's: spec/raft.md). Inputs are `tick`,
// `step` and `propose`; `ready` says what to do, `advance` that a write is durable. A sole voter is the same thing with a
// majority of one.

import { type Configuration, isSoleVoter, type PlacedConfiguration, problemOf } from './configuration.js';
import { encodeConfiguration } from './configuration-codec.js';
import { Confirmations } from './confirmations.js';
import { Candidacy, type Electorate, isHeard, mayGrant } from './election.js';
import {
  after,
  type EntryRun,
  EntryType,
  emptyPayload,
  type HardState,
  type LogIndex,
  type Position,
  type ServerId,
  singlePayload,
  type Term,
  term,
} from './entry.js';
import { Followers } from './followers.js';
import { LeaderContact } from './leader-contact.js';
import { RaftLog, type RecoveredLog } from './log.js';
import { Membership } from './membership.js';
import type {
  AppendAnswer,
  AppendRequest,
  Heartbeat,
  HeartbeatAnswer,
  Incoming,
  InstallAnswer,
  SnapshotOffer,
  TimeoutNow,
  VoteAnswer,
  VoteRequest,
} from './message.js';
import { Outbox } from './outbox.js';
import { hasQuorum, quorumIndex } from './quorum.js';
import type { Persist, Ready, Role, RoleChange, SoftState } from './ready.js';
import { takeEntries } from './replication.js';
import { Transfer, type TransferResult } from './transfer.js';

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
  /** A configuration has a way of its own: {@link RaftCore.proposeConfiguration}. */
  readonly type: Exclude<EntryType, typeof EntryType.configuration>;
  /** Number of entries packed in `payload`. */
  readonly count: number;
  readonly payload: Uint8Array;
  readonly appendedAtMs: number;
}

export type ProposeResult =
  | { readonly ok: true; readonly firstIndex: LogIndex; readonly term: Term }
  | { readonly ok: false; readonly reason: 'not-leader' | 'transferring' };

export type ChangeResult =
  | { readonly ok: true; readonly index: LogIndex; readonly term: Term }
  | { readonly ok: false; readonly reason: 'not-leader' | 'transferring' | 'change-under-way' }
  | { readonly ok: false; readonly reason: 'invalid'; readonly text: string };

export type OfferResult = 'wanted' | 'refused' | 'held';

const NOT_LEADER = { ok: false, reason: 'not-leader' } as const;
const TRANSFERRING = { ok: false, reason: 'transferring' } as const;

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
  #transfer: Transfer | null = null;
  readonly #contact: LeaderContact;
  readonly #wasAlone: boolean;
  readonly #confirmations = new Confirmations();
  #deadlineMs: number | null = null;
  #persisting: Persist | null = null;
  #told: SoftState;
  /** Of the last input that had a time. */
  #nowMs = 0;
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
    this.#wasAlone = start.configurations.every(({ configuration }) => isSoleVoter(configuration, start.id));
    this.#contact = new LeaderContact(start.timing.leaderLeaseMs);
    this.#told = { role: 'follower', term: this.term, leader: null };
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

  /** When this server last heard of a leader, or took part in electing one. */
  get lastContactMs(): number {
    return this.#contact.lastMs;
  }

  /**
   * Until then nobody else can be elected without this leader's help, so that it may answer reads by itself; counted from
   * when it asked its followers, not from when they answered. Infinity for a sole voter.
   */
  get leaseEndMs(): number {
    if (this.#followers === null || this.#transfer?.isOrdered) return Number.NEGATIVE_INFINITY;
    return this.#followers.confirmedMs(this.#membership.voters) + this.#timing.leaderLeaseMs;
  }

  /** Lets time-driven rules run. `nowMs` is of a monotonic clock, the same for all inputs. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#followers) {
      this.#checkLease(this.#followers, nowMs);
      this.#checkTransfer(nowMs);
      this.#followers?.tick(nowMs);
      if (this.#confirmations.isWaiting) this.#followers?.repeatHeartbeat(this.#confirmations.round, nowMs);
      return;
    }
    // Who was alone all along can't have acknowledged anything.
    if (this.#deadlineMs === null && !this.#wasAlone) this.#contact.started(nowMs);
    // A sole voter has nobody to hear from, so it stands at once instead of waiting out the timeout.
    if (this.#mayStandAlone(nowMs)) this.#campaign(nowMs, 'alone');
    else if (this.#deadlineMs === null) this.#resetDeadline(nowMs);
    else if (nowMs >= this.#deadlineMs) this.#timeout(nowMs);
  }

  /**
   * Takes what another server sent; any message, of any age, in any order. `ready` says afterwards what to do. An append's
   * payloads are kept until they are durable.
   */
  step(message: Incoming, nowMs: number): void {
    this.#nowMs = nowMs;
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
      case 'heartbeat-answer':
      case 'install-answer':
        this.#learn(message, nowMs);
        return;
      case 'heartbeat':
        this.#answerHeartbeat(message, nowMs);
        return;
      case 'timeout-now':
        this.#standInstead(message, nowMs);
        return;
    }
  }

  /** Appends entries; the payload is this core's until it is durable, and nobody may change it. */
  propose(proposal: Proposal): ProposeResult {
    if (this.#role !== 'leader') return NOT_LEADER;
    if (this.#transfer) return TRANSFERRING;
    return { ok: true, firstIndex: this.#append(proposal), term: this.term };
  }

  /**
   * One change at a time, of one server's vote at most, and none before an entry of the own term is committed
   * (spec/raft.md, section 6). It takes effect at once, here and wherever it arrives.
   */
  proposeConfiguration(configuration: Configuration, nowMs: number): ChangeResult {
    const followers = this.#followers;
    if (followers === null || this.#termBegin === null) return NOT_LEADER;
    if (this.#transfer) return TRANSFERRING;
    const problem = problemOf(configuration) ?? this.#membership.stepTo(configuration);
    if (problem !== null) return { ok: false, reason: 'invalid', text: problem };
    const { committedConfiguration, log } = this;
    if (committedConfiguration === null || log.committed < this.#termBegin) {
      return { ok: false, reason: 'change-under-way' };
    }
    const payload = singlePayload(encodeConfiguration(configuration));
    const index = this.#append({ type: EntryType.configuration, count: 1, payload, appendedAtMs: 0 });
    this.#membership.append(index, configuration);
    followers.configure(this.#peers, nowMs);
    followers.sendEntries(nowMs);
    return { ok: true, index, term: this.term };
  }

  /** Hands leadership to `target`, or to the voter that holds most; new proposals are refused until it is over. */
  transfer(target: ServerId | null, nowMs: number): TransferResult {
    if (this.#followers === null) return NOT_LEADER;
    if (this.#transfer) return TRANSFERRING;
    if (target === this.id) return { ok: false, reason: 'self' };
    const { voters } = this.#membership;
    const to = target ?? this.#followers.mostAdvanced(voters);
    if (to === null || !voters.includes(to)) return { ok: false, reason: 'no-peer' };
    this.#transfer = new Transfer(to, nowMs + this.#timing.electionTimeoutMs);
    this.#checkTransfer(nowMs);
    return { ok: true, to };
  }

  /** Asks a quorum whether this server leads; the answer comes with a ready, under `request`. */
  confirmLeadership(request: number, nowMs: number): void {
    const alone = isSoleVoter(this.configuration, this.id);
    if (this.#followers === null || alone) {
      this.#confirmations.answer(request, this.#followers !== null);
      return;
    }
    this.#confirmations.ask(request);
    this.#followers.heartbeat(this.#confirmations.round, nowMs);
  }

  /**
   * A leader offers a snapshot. `wanted`: the shell brings it on the disk and then calls {@link install}; otherwise it is
   * answered already.
   */
  offer(message: SnapshotOffer, nowMs: number): OfferResult {
    this.#nowMs = nowMs;
    if (message.term < this.term) {
      this.#answerInstall(message, false);
      return 'refused';
    }
    this.#hearLeader(message, nowMs);
    if (!this.#holds(message.position)) return 'wanted';
    this.#commit(message.position.index);
    this.#answerInstall(message, true);
    return 'held';
  }

  /**
   * The offered snapshot is durable here. Answers whether the state must be restored from it: not when the log caught up
   * meanwhile. No write may be under way.
   */
  install(message: SnapshotOffer): boolean {
    const { position, configuration } = message;
    const isNeeded = position.index > this.log.committed && !this.#holds(position);
    if (isNeeded) {
      this.log.restart(position);
      this.#membership.restart(configuration);
      this.#handedOut = position.index;
    } else this.#commit(position.index);
    this.#answerInstall(message, true);
    return isNeeded;
  }

  /** null when there is nothing to do. */
  ready(): Ready | null {
    const persist = this.#takePersist();
    const through = Math.min(this.log.committed, this.log.durable) as LogIndex;
    const roles = this.#roles;
    const soft = this.#takeSoft();
    const isIdle = persist === null && through <= this.#handedOut && roles.length === 0 && soft === null;
    if (isIdle && this.#outbox.isEmpty && !this.#confirmations.hasAnswers) return null;
    const committed = through > this.#handedOut ? { from: after(this.#handedOut), through } : null;
    if (committed) this.#handedOut = through;
    this.#roles = [];
    const confirmations = this.#confirmations.take();
    return { persist, messages: this.#outbox.take(), committed, roles, soft, confirmations };
  }

  /** The last `persist` is durable. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
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
    const hardState = this.#hardStateChanged ? this.#hardState : null;
    this.#persisting = { hardState, ...this.log.takeWaiting() };
    this.#hardStateChanged = false;
    this.#outbox.writeBegins();
    // Others write at the same time.
    this.#followers?.sendEntries(this.#nowMs);
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
    const isHearing = nowMs - this.#contact.lastMs < this.#timing.heartbeatTimeoutMs;
    if (this.#role === 'follower' && isHearing) return;
    this.#leader = null;
    if (!this.#membership.voters.includes(this.id)) return;
    this.#campaign(nowMs, isSoleVoter(this.configuration, this.id) ? 'alone' : 'pre-vote');
  }

  #campaign(nowMs: number, why: 'pre-vote' | 'alone' | 'elected' | 'transfer'): void {
    const isPreVote = why === 'pre-vote';
    const next = term(this.#hardState.term + 1);
    const { voters } = this.#membership;
    const candidacy = new Candidacy(next, voters, isPreVote);
    this.#candidacy = candidacy;
    if (isPreVote) candidacy.count(this.id, true);
    else this.#setHardState({ term: next, vote: this.id });
    this.#become('candidate', 0);
    this.#resetDeadline(nowMs);
    const kind = isPreVote ? 'pre-vote' : 'vote';
    const isTransfer = why === 'transfer';
    for (const to of voters) {
      if (to === this.id) continue;
      this.#sendWhenDurable({ kind, from: this.id, to, term: next, last: this.log.last, isTransfer });
    }
  }

  #answerVote(request: VoteRequest, nowMs: number): void {
    const isReal = request.kind === 'vote';
    let granted = isHeard(this.#electorate, request);
    granted &&= request.isTransfer || !this.#contact.forbids(request.from, nowMs);
    if (granted && isReal && request.term > this.term) this.#follow(request.term, nowMs);
    granted &&= mayGrant(this.#electorate, request);
    if (granted && isReal) {
      this.#setHardState({ term: request.term, vote: request.from });
      this.#contact.granted(nowMs);
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
    if (isPreVote) this.#campaign(nowMs, 'elected');
    else this.#lead(candidacy, nowMs);
  }

  #lead(candidacy: Candidacy, nowMs: number): void {
    this.#candidacy = null;
    this.#leader = this.id;
    const { id, term, log } = this;
    const outbox = this.#outbox;
    const view = { id, term, log, outbox, heartbeatTimeoutMs: this.#timing.heartbeatTimeoutMs, random: this.#random };
    this.#followers = new Followers(view, this.#peers, nowMs);
    this.#become('leader', candidacy.tally);
    this.#termBegin = after(log.last.index);
    this.#append({ type: EntryType.noop, count: 1, payload: emptyPayload(), appendedAtMs: 0 });
    this.#followers.tick(nowMs);
  }

  /** Becomes (or stays) a follower, in `newTerm` if that is higher; forgets the leader. */
  #follow(newTerm: Term, nowMs: number): void {
    if (newTerm > this.term) this.#setHardState({ term: newTerm, vote: null });
    this.#leader = null;
    this.#candidacy = null;
    this.#termBegin = null;
    this.#followers = null;
    this.#transfer = null;
    this.#confirmations.fail();
    this.#resetDeadline(nowMs);
    if (this.#role !== 'follower') this.#become('follower', 0);
  }

  #answerAppend(request: AppendRequest, nowMs: number): void {
    const last = this.log.last.index;
    let through: LogIndex | null = null;
    if (request.term >= this.term) {
      this.#hearLeader(request, nowMs);
      through = takeEntries(this.log, this.#membership, request);
      if (through !== null) this.#commit(Math.min(request.commit, through) as LogIndex);
    }
    const answer: AppendAnswer = {
      kind: 'append-answer',
      from: this.id,
      to: request.from,
      term: this.term,
      success: through !== null,
      last,
      through: through ?? request.previous.index,
      previous: request.previous.index,
      sentMs: request.sentMs,
    };
    if (answer.success) this.#sendWhenDurable(answer);
    else this.#sendInTerm(answer);
  }

  #answerHeartbeat({ from, term: asked, sentMs, readRound }: Heartbeat, nowMs: number): void {
    const success = asked >= this.term;
    if (success) this.#hearLeader({ from, term: asked }, nowMs);
    const { id, term: own } = this;
    this.#sendInTerm({ kind: 'heartbeat-answer', from: id, to: from, term: own, success, sentMs, readRound });
  }

  /** The leader hands over: whoever has a vote stands at once, without asking first. */
  #standInstead(message: TimeoutNow, nowMs: number): void {
    if (message.term !== this.term || this.#leader !== message.from) return;
    if (this.#followers !== null || !this.#membership.voters.includes(this.id)) return;
    this.#leader = null;
    this.#campaign(nowMs, 'transfer');
  }

  /** Somebody leads a term that isn't over here. */
  #hearLeader({ from, term: led }: { readonly from: ServerId; readonly term: Term }, nowMs: number): void {
    if (led > this.term || this.#role !== 'follower') this.#follow(led, nowMs);
    this.#leader = from;
    this.#contact.heard(from, nowMs);
  }

  #answerInstall({ from, position, sentMs }: SnapshotOffer, success: boolean): void {
    const answer = { from: this.id, to: from, term: this.term, success, through: position.index, sentMs } as const;
    this.#sendWhenDurable({ kind: 'install-answer', ...answer });
  }

  /** Everything through `position` is in this log, or in what came before it. */
  #holds({ index, term: of }: Position): boolean {
    return index <= this.log.committed || this.log.termAt(index) === of;
  }

  #learn(answer: AppendAnswer | HeartbeatAnswer | InstallAnswer, nowMs: number): void {
    if (answer.term > this.term) {
      this.#follow(answer.term, nowMs);
      return;
    }
    if (this.#followers === null || answer.term !== this.term) return;
    if (answer.kind === 'append-answer') this.#followers.learn(answer, nowMs);
    else this.#followers.hear(answer, nowMs);
    if (this.#confirmations.isWaiting) {
      this.#confirmations.confirm(this.#followers.confirmedRound(this.#membership.voters));
    }
    this.#countCommit();
    this.#followers?.sendEntries(nowMs);
    this.#checkTransfer(nowMs);
  }

  /** Orders the target to stand once it has everything; gives up when it doesn't come to that. */
  #checkTransfer(nowMs: number): void {
    const transfer = this.#transfer;
    if (transfer === null || this.#followers === null) return;
    const { id, term: own, log } = this;
    if (!transfer.isOrdered && this.#followers.matchOf(transfer.to) === log.last.index) {
      transfer.isOrdered = true;
      this.#outbox.send({ kind: 'timeout-now', from: id, to: transfer.to, term: own });
    }
    if (nowMs < transfer.untilMs) return;
    this.#transfer = null;
    // The order may still arrive and depose this leader whatever its lease says: this term can't be led on with one.
    if (transfer.isOrdered) this.#follow(own, nowMs);
  }

  #mayStandAlone(nowMs: number): boolean {
    const isAlone = this.#role === 'follower' && isSoleVoter(this.configuration, this.id);
    return isAlone && !this.#contact.forbids(this.id, nowMs);
  }

  /** A leader that doesn't hear from a majority steps down: another one may lead by now. */
  #checkLease(followers: Followers, nowMs: number): void {
    const heard = followers.heardSince(nowMs - this.#timing.leaderLeaseMs);
    if (!hasQuorum(this.#membership.voters, heard)) this.#follow(this.term, nowMs);
  }

  #countCommit(): void {
    if (this.#followers === null || this.#termBegin === null) return;
    const { voters } = this.#membership;
    const index = quorumIndex(voters, this.#followers.match());
    if (index >= this.#termBegin) this.#commit(index);
    // It led on without a vote until the others had agreed to that.
    if (this.committedConfiguration !== null && !voters.includes(this.id)) this.#follow(this.term, this.#nowMs);
  }

  #commit(index: LogIndex): void {
    this.log.commitThrough(index);
    this.#membership.commit(this.log.committed);
  }

  #append(proposal: Omit<EntryRun, 'firstIndex' | 'term'>): LogIndex {
    const firstIndex = after(this.log.last.index);
    this.log.append({ ...proposal, firstIndex, term: this.term });
    return firstIndex;
  }

  get #peers(): readonly ServerId[] {
    return this.configuration.servers.map((server) => server.id).filter((peer) => peer !== this.id);
  }

  #takeSoft(): SoftState | null {
    const { role, term: now, leader } = this;
    const told = this.#told;
    if (told.role === role && told.term === now && told.leader === leader) return null;
    this.#told = { role, term: now, leader };
    return this.#told;
  }

  #setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#hardStateChanged = true;
  }

  #sendWhenDurable(message: Parameters<Outbox['sendWhenDurable']>[0]): void {
    this.#outbox.sendWhenDurable(message, this.#hasUnwritten, this.#persisting !== null);
  }

  /** Promises nothing about entries: only term and vote must be durable. */
  #sendInTerm(message: Parameters<Outbox['sendWhenDurable']>[0]): void {
    const isWritingIt = this.#persisting !== null && this.#persisting.hardState !== null;
    this.#outbox.sendWhenDurable(message, this.#hardStateChanged, isWritingIt);
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
