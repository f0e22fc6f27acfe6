// The consensus core of one server: pure and deterministic, without I/O, clock or randomness (architecture, "Pure cores,
// thin shells"; the shape is etcd-io/raft's, the rules are hashicorp/raft's: spec/raft.md). Inputs are `tick` and
// `propose`; `ready` says what to do, `advance` that it is durable. With one voter every rule of election and commit runs
// through the same majority arithmetic that more voters use.

import { type Configuration, isSoleVoter, type PlacedConfiguration, votersOf } from './configuration.js';
import { Candidacy } from './election.js';
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
import { RaftLog, type RecoveredLog } from './log.js';
import { quorumIndex } from './quorum.js';
import type { Persist, Ready, Role, RoleChange } from './ready.js';

export interface CoreStart {
  readonly id: ServerId;
  readonly hardState: HardState;
  readonly log: RecoveredLog;
  /** The newest configuration in snapshot or log, committed or not. */
  readonly latest: PlacedConfiguration;
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
  #hardState: HardState;
  #hardStateChanged = false;
  #latest: PlacedConfiguration;
  #role: Role = 'follower';
  #candidacy: Candidacy | null = null;
  /** What each voter holds durably; the leader's knowledge, new with each term. */
  #match = new Map<ServerId, LogIndex>();
  /** Only entries from here on are committed by counting (spec/raft.md section 4, "Commit"). */
  #termBegin: LogIndex | null = null;
  #persisting: Persist | null = null;
  #handedOut: LogIndex;
  #roles: RoleChange[] = [];

  constructor(start: CoreStart) {
    this.id = start.id;
    this.log = new RaftLog(start.log);
    this.#hardState = start.hardState;
    this.#latest = start.latest;
    this.#handedOut = this.log.committed;
  }

  get role(): Role {
    return this.#role;
  }

  get term(): Term {
    return this.#hardState.term;
  }

  get configuration(): Configuration {
    return this.#latest.configuration;
  }

  /** The newest configuration known to be committed; null while the latest isn't. */
  get committedConfiguration(): PlacedConfiguration | null {
    return this.#latest.index <= this.log.committed ? this.#latest : null;
  }

  /** First index of the leader's own term; null when not leading. */
  get termBegin(): LogIndex | null {
    return this.#termBegin;
  }

  /**
   * Lets time-driven rules run. A sole voter has nobody to hear from, so it stands at once instead of waiting out the
   * election timeout; a server that isn't the sole voter waits.
   */
  tick(nowMs: number): void {
    if (this.#role === 'follower' && isSoleVoter(this.configuration, this.id)) this.#campaign(nowMs);
  }

  propose(proposal: Proposal): ProposeResult {
    if (this.#role !== 'leader') return NOT_LEADER;
    const firstIndex = after(this.log.last.index);
    this.log.append({ ...proposal, firstIndex, term: this.term });
    return { ok: true, firstIndex, term: this.term };
  }

  /** null when there is nothing to do. */
  ready(): Ready | null {
    const persist = this.#takePersist();
    const { committed } = this.log;
    const roles = this.#roles;
    if (persist === null && committed === this.#handedOut && roles.length === 0) return null;
    const from = after(this.#handedOut);
    this.#handedOut = committed;
    this.#roles = [];
    return { persist, committed: from <= committed ? { from, through: committed } : null, roles };
  }

  /** The last `persist` is durable. `nowMs` stamps what follows from it (a won election's first entry). */
  advance(nowMs: number): void {
    const done = this.#persisting;
    if (done === null) throw new Error('advance without a persist under way');
    this.#persisting = null;
    if (done.runs.length > 0) {
      this.log.written();
      this.#countCommit();
    }
    if (done.hardState && this.#candidacy?.term === done.hardState.term && done.hardState.vote === this.id) {
      this.#candidacy.grant(this.id);
      if (this.#candidacy.won) this.#lead(this.#candidacy, nowMs);
    }
  }

  /** A snapshot of everything through `position` exists; the store keeps entries after `begin`. */
  compact(position: Position, begin: LogIndex): void {
    this.log.compact(position, begin);
  }

  #takePersist(): Persist | null {
    if (this.#persisting !== null) return null;
    const runs = this.log.takeWaiting();
    if (runs.length === 0 && !this.#hardStateChanged) return null;
    this.#persisting = { hardState: this.#hardStateChanged ? this.#hardState : null, runs };
    this.#hardStateChanged = false;
    return this.#persisting;
  }

  #campaign(_nowMs: number): void {
    const next = term(this.#hardState.term + 1);
    this.#hardState = { term: next, vote: this.id };
    this.#hardStateChanged = true;
    this.#candidacy = new Candidacy(next, votersOf(this.configuration));
    this.#become('candidate', 0);
  }

  #lead(candidacy: Candidacy, nowMs: number): void {
    this.#candidacy = null;
    this.#match = new Map([[this.id, this.log.durable]]);
    this.#become('leader', candidacy.tally);
    this.#termBegin = after(this.log.last.index);
    this.propose({ type: EntryType.noop, count: 1, payload: emptyPayload(), appendedAtMs: nowMs });
  }

  #countCommit(): void {
    if (this.#termBegin === null) return;
    this.#match.set(this.id, this.log.durable);
    const index = quorumIndex(votersOf(this.configuration), this.#match);
    if (index >= this.#termBegin) this.log.commitThrough(index);
  }

  #become(role: Role, tally: number): void {
    this.#role = role;
    this.#roles.push({ role, term: this.term, tally });
  }
}
