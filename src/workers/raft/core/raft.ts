// The consensus core of one server: pure and deterministic, without I/O, clock or randomness of its own (architecture,
// "Pure cores, thin shells"; the shape is etcd-io/raft's, the rules are hashicorp/raft's: spec/raft.md). A sole voter is the
// same thing with a majority of one. The rules are in its parts: `elections.ts`, `leading.ts`, `following.ts`; what this
// file holds is which of them an input is for, and what it means to change from one to the other.
//
// How it is driven, from one thread: after any inputs (`tick`, `step`, `propose` and so on, in any order and number) `ready`
// is asked until it answers null, and what it says is done in the order of its fields. While a `persist` is under way inputs
// go on; no other write is handed out before `advance`.

import { beginCluster } from './bootstrap.js';
import { type Configuration, isSoleVoter, type PlacedConfiguration } from './configuration.js';
import { Confirmations } from './confirmations.js';
import type { Candidacy } from './election.js';
import { Elections } from './elections.js';
import { after, type HardState, type LogIndex, type Position, type ServerId, type Term } from './entry.js';
import { Following, type OfferResult } from './following.js';
import { LeaderContact } from './leader-contact.js';
import { Leading } from './leading.js';
import { RaftLog, type RecoveredLog } from './log.js';
import { Membership } from './membership.js';
import type { AppendAnswer, HeartbeatAnswer, Incoming, InstallAnswer, SnapshotOffer } from './message.js';
import { type CoreParts, type Office, readLeaseMs, type Timing } from './parts.js';
import type { Lost } from './progress.js';
import { Promises } from './promises.js';
import { type ChangeResult, NOT_LEADER, type Proposal, type ProposeResult } from './proposal.js';
import type { Ready, Role } from './ready.js';
import { Standing } from './standing.js';
import type { TransferResult } from './transfer.js';

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

export class RaftCore {
  readonly id: ServerId;
  readonly log: RaftLog;
  readonly #parts: CoreParts;
  readonly #office: Office;
  readonly #elections: Elections;
  readonly #following: Following;
  readonly #confirmations = new Confirmations();
  /** null when this server doesn't lead. */
  #leading: Leading | null = null;
  /** Of the last input that had a time. */
  #nowMs = 0;
  #handedOut: LogIndex;

  constructor(start: CoreStart) {
    const { id, hardState, timing, random, configurations } = start;
    this.id = id;
    this.log = new RaftLog(start.log);
    this.#handedOut = this.log.committed;
    this.#parts = {
      id,
      timing,
      random,
      log: this.log,
      membership: new Membership(configurations),
      promises: new Promises(hardState, this.log),
      standing: new Standing(hardState.term),
      contact: new LeaderContact(readLeaseMs(timing)),
    };
    this.#office = {
      follow: (newTerm, nowMs) => this.#follow(newTerm, nowMs),
      hearLeader: (from, led, nowMs) => this.#hearLeader(from, led, nowMs),
      lead: (won, nowMs) => this.#lead(won, nowMs),
    };
    const wasAlone = configurations.every(({ configuration }) => isSoleVoter(configuration, id));
    this.#elections = new Elections(this.#parts, this.#office, wasAlone);
    this.#following = new Following(this.#parts, this.#office);
  }

  get role(): Role {
    return this.#parts.standing.role;
  }

  get term(): Term {
    return this.#parts.promises.term;
  }

  get leader(): ServerId | null {
    return this.#parts.standing.leader;
  }

  get configuration(): Configuration {
    return this.#parts.membership.latest;
  }

  /** Of the entry that {@link configuration} came from. */
  get configurationIndex(): LogIndex {
    return this.#parts.membership.latestIndex;
  }

  /** The newest configuration, once it is committed; null until then. */
  get committedConfiguration(): PlacedConfiguration | null {
    return this.#parts.membership.committed(this.log.committed);
  }

  /** First index of the leader's own term; null when not leading. */
  get termBegin(): LogIndex | null {
    return this.#leading?.termBegin ?? null;
  }

  /** When this server last heard of a leader, or took part in electing one. */
  get lastContactMs(): number {
    return this.#parts.contact.lastMs;
  }

  /**
   * Until then nobody else can be elected without this leader's help, so that it may answer reads by itself; counted from
   * when it asked its followers, not from when they answered. Infinity for a sole voter, -Infinity for who doesn't lead.
   */
  get leaseEndMs(): number {
    return this.#leading?.leaseEndMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Lets time-driven rules run. `nowMs` is of a monotonic clock, the same for all inputs; it never goes back. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#leading) this.#leading.tick(nowMs);
    else this.#elections.tick(nowMs);
  }

  /**
   * Takes what another server sent (spec/raft.md, section 3): any message, of any age, in any order, any number of times; one
   * that is of no use changes nothing. Answers nothing itself: {@link ready} has the answer, when it may leave. An append's
   * payloads are the core's until they are durable, and nobody may change them. Throws when the message contradicts what is
   * committed here, or holds a configuration that can't be read: then the log is another one than its leader's, and the
   * server must stop.
   */
  step(message: Incoming, nowMs: number): void {
    this.#nowMs = nowMs;
    switch (message.kind) {
      case 'pre-vote':
      case 'vote':
        this.#elections.answerVote(message, nowMs);
        return;
      case 'pre-vote-answer':
      case 'vote-answer':
        this.#elections.countVote(message, nowMs);
        return;
      case 'append':
        this.#following.answerAppend(message, nowMs);
        return;
      case 'append-answer':
      case 'heartbeat-answer':
      case 'install-answer':
        this.#learn(message, nowMs);
        return;
      case 'heartbeat':
        this.#following.answerHeartbeat(message, nowMs);
        return;
      case 'timeout-now':
        this.#elections.standInstead(message, nowMs);
        return;
    }
  }

  /**
   * Appends entries at `firstIndex` and after, or refuses them and keeps nothing. Appended isn't committed: they are when a
   * {@link ready} hands out that index while this server leads the same term, and may be replaced when it doesn't (the Raft
   * paper, 5.3 and 5.4). The payload is the core's until a later `persist` that holds it is durable; it isn't copied, and
   * nobody may change it. `count` is believed. Never throws.
   */
  propose(proposal: Proposal): ProposeResult {
    return this.#leading?.propose(proposal) ?? NOT_LEADER;
  }

  /**
   * One change at a time, of one server's vote at most, and none before an entry of the own term is committed
   * (spec/raft.md, section 6). It takes effect at once, here and wherever it arrives.
   */
  proposeConfiguration(configuration: Configuration, nowMs: number): ChangeResult {
    return this.#leading?.proposeConfiguration(configuration, nowMs) ?? NOT_LEADER;
  }

  /** Hands leadership to `target`, or to the voter that holds most; new proposals are refused until it is over. */
  transfer(target: ServerId | null, nowMs: number): TransferResult {
    return this.#leading?.transfer(target, nowMs) ?? NOT_LEADER;
  }

  get isTransferring(): boolean {
    return this.#leading?.isTransferring === true;
  }

  /** Begins a cluster of these; null, or why that can't be (spec/raft.md, section 7). */
  bootstrap(configuration: Configuration): string | null {
    const problem = beginCluster(this.#parts, configuration);
    // Nobody has ever led it.
    if (problem === null) this.#elections.hasten(this.#nowMs);
    return problem;
  }

  /**
   * `leader` can't be there any more, as far as anybody can tell; null: no leader is known, at a server's start. The server
   * stands soon, and believes no leader until then. A wrong word does no harm: votes are given as ever, no lease is cut short,
   * and who hears of the leader again follows it on.
   */
  leaderGone(leader: ServerId | null, nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#leading === null && this.#parts.standing.leader === leader) this.#elections.hasten(nowMs);
  }

  /**
   * The gossip pool suspects `leader`. Answers whether this server believes it, having missed several of its words; then that is
   * {@link leaderGone}.
   */
  leaderSuspected(leader: ServerId, nowMs: number): boolean {
    this.#nowMs = nowMs;
    const isFollowed = this.#leading === null && this.#parts.standing.leader === leader;
    return isFollowed && this.#elections.suspect(nowMs);
  }

  /** Something of `server` has arrived that is no whole message yet: a long one, on a slow way. */
  stirs(server: ServerId, nowMs: number): void {
    if (this.#parts.standing.leader === server) this.#elections.stirs(nowMs);
  }

  /** Requests to this server got lost, as the transport knows: it needn't wait for answers. */
  lost(to: ServerId, kind: Lost, nowMs: number): void {
    this.#leading?.lost(to, kind, nowMs);
  }

  /** Asks a quorum whether this server leads; the answer comes with a ready, under `request`. */
  confirmLeadership(request: number, nowMs: number): void {
    const leading = this.#leading;
    if (leading === null || isSoleVoter(this.configuration, this.id)) {
      this.#confirmations.answer(request, leading !== null);
      return;
    }
    this.#confirmations.ask(request);
    leading.heartbeat(nowMs);
  }

  /**
   * A leader offers a snapshot. `wanted`: the shell brings it on the disk and then calls {@link install}; otherwise it is
   * answered already.
   */
  offer(message: SnapshotOffer, nowMs: number): OfferResult {
    this.#nowMs = nowMs;
    return this.#following.offer(message, nowMs);
  }

  /**
   * The offered snapshot is durable here. Answers whether the state must be restored from it, once it is committed: not when
   * the log caught up meanwhile. Throws in another term than the offer's, and while a write is under way: the next
   * {@link ready} has the one that starts the log anew.
   */
  install(message: SnapshotOffer): boolean {
    const isNeeded = this.#following.install(message);
    // What was handed out beyond an older one comes again, for a replica that has less; the others know what they have.
    if (isNeeded) this.#handedOut = Math.min(this.#handedOut, message.position.index) as LogIndex;
    return isNeeded;
  }

  /**
   * A durable snapshot that an operator brought takes the place of the whole log, as `position` of this leader's term, under
   * the configuration that there is; whoever follows gets it, since their next entries are gone. Answers the index of the entry
   * behind it, with which it is committed. Throws when this server doesn't lead that term, and while a write is under way.
   */
  restore(position: Position): LogIndex {
    const leading = this.#leading;
    if (leading === null || position.term !== this.term) throw new Error('only the leader of the term restores');
    return leading.restore(position);
  }

  /**
   * What is to be done now, once: nothing in it comes again. null when there is nothing. What it holds is the caller's, but
   * for the payloads, which both only read. Never throws.
   */
  ready(): Ready | null {
    const { promises, standing } = this.#parts;
    const { outbox } = promises;
    const persist = promises.take();
    // Others write at the same time.
    if (persist) this.#leading?.sendEntries(this.#nowMs);
    const through = Math.min(this.log.committed, this.log.durable) as LogIndex;
    const isIdle = persist === null && through <= this.#handedOut && !standing.hasChanges;
    const soft = standing.takeSoft(promises.term);
    if (isIdle && soft === null && outbox.isEmpty && !this.#confirmations.hasAnswers) return null;
    const committed = through > this.#handedOut ? { from: after(this.#handedOut), through } : null;
    if (committed) this.#handedOut = through;
    const roles = standing.takeChanges();
    return { persist, messages: outbox.take(), committed, roles, soft, confirmations: this.#confirmations.take() };
  }

  /**
   * The last `persist` is durable, all of it, and survives a loss of power. A write that failed is never acknowledged: nobody
   * knows then what is on the disk. Throws when no write is under way.
   */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    const done = this.#parts.promises.written();
    this.#leading?.written(nowMs);
    this.#elections.written(done, nowMs);
  }

  /** A snapshot of everything through `position` exists; the store keeps entries after `begin`. */
  compact(position: Position, begin: LogIndex): void {
    this.log.compact(position, begin);
  }

  #learn(answer: AppendAnswer | HeartbeatAnswer | InstallAnswer, nowMs: number): void {
    if (answer.term > this.term) {
      this.#follow(answer.term, nowMs);
      return;
    }
    const leading = this.#leading;
    if (leading === null || answer.term !== this.term) return;
    // Whoever answers late what a leader asked in an earlier term refuses it, in the term that it has come to since.
    if (answer.sentMs >= leading.sinceMs) leading.learn(answer, nowMs);
  }

  #lead(won: Candidacy, nowMs: number): void {
    const { standing, promises } = this.#parts;
    this.#elections.close();
    this.#elections.calm(nowMs);
    standing.leader = this.id;
    const leading = new Leading(this.#parts, this.#office, this.#confirmations, nowMs);
    this.#leading = leading;
    standing.become('leader', promises.term, won.tally);
    leading.begin(nowMs);
  }

  #follow(newTerm: Term, nowMs: number): void {
    const { standing, promises } = this.#parts;
    if (newTerm > promises.term) promises.setHardState({ term: newTerm, vote: null });
    standing.leader = null;
    this.#leading = null;
    this.#confirmations.fail();
    this.#elections.follow(nowMs);
    if (standing.role !== 'follower') standing.become('follower', promises.term, 0);
  }

  #hearLeader(from: ServerId, led: Term, nowMs: number): void {
    const { standing, promises, contact } = this.#parts;
    if (led > promises.term || standing.role !== 'follower') this.#follow(led, nowMs);
    standing.leader = from;
    contact.heard(from, nowMs);
    this.#elections.calm(nowMs);
  }
}
