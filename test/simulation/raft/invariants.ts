// What must be true of a cluster at every moment, whatever the network, the disks and crashes do. The cluster reports each
// input, message, write and restart; the first of them after which a rule is broken fails.

import assert from 'node:assert/strict';
import { type Configuration, describe, votersOf } from '../../../src/workers/raft/core/configuration.js';
import { decodeConfiguration } from '../../../src/workers/raft/core/configuration-codec.js';
import { type EntryRun, EntryType, type Position } from '../../../src/workers/raft/core/entry.js';
import { majority } from '../../../src/workers/raft/core/quorum.js';
import type { RaftCore } from '../../../src/workers/raft/core/raft.js';
import type { Persist, Role } from '../../../src/workers/raft/core/ready.js';
import type { Recovered } from '../../../src/workers/raft/store/log-recovery.js';
import type { PeerMessage } from '../../../src/workers/raft/transport/transport.js';
import { DurableCopy } from './durable-copy.js';
import { Requests } from './requests.js';

/** An entry that was committed, and the term it was in when that was first seen. */
interface Committed {
  readonly term: number;
  readonly seenIn: number;
}

/** What was seen of one life of a server; a restart begins a new one. What is as it was isn't looked at again. */
interface Life {
  readonly disk: DurableCopy;
  term: number;
  committed: number;
  handedOut: number;
  ledTerm: number;
  role: Role;
  durable: number;
  onDisk: number;
  last: Position | null;
  snapshot: Position | null;
  configuration: Configuration | null;
}

interface PlacedAnywhere {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  /** It came with a restored snapshot, and was committed before under another index. */
  readonly isRestored?: true;
}

export class Invariants {
  /** Index → what is there, for ever. */
  readonly committed = new Map<number, Committed>();
  readonly #disks = new Map<string, DurableCopy>();
  readonly #lives = new Map<string, Life>();
  readonly #leaders = new Map<number, string>();
  /** `term voter` → for whom. */
  readonly #votes = new Map<string, string>();
  /** `index term` → the term before it, and its bytes. */
  readonly #entries = new Map<string, string>();
  readonly #configurations: PlacedAnywhere[] = [];
  readonly #requests = new Requests();
  /** Terms that somebody stood in; no other is ever spoken of. */
  readonly #begun = new Set<number>();
  /** Terms that an index had before a restore took its place. */
  readonly #former = new Map<number, Set<number>>();
  /** Server → index → term, when it last was about to finish a snapshot. */
  readonly #beforeSnapshot = new Map<string, ReadonlyMap<number, number>>();
  /** The same of whoever restored a snapshot: a leader before it may still find out that it was committed. */
  readonly #restores: { readonly snapshot: Position; readonly before: ReadonlyMap<number, number> }[] = [];
  #highest = 0;
  elections = 0;
  /** The index of the last snapshot that an operator restored, and that is committed. */
  restoredThrough = 0;

  disk(id: string): DurableCopy {
    const known = this.#disks.get(id);
    if (known) return known;
    const disk = new DurableCopy();
    this.#disks.set(id, disk);
    return disk;
  }

  /** A server starts with what it found on its disk. */
  recovered(id: string, { hardState, log }: Recovered): void {
    const disk = this.disk(id);
    const before = [...disk.terms];
    disk.recover(hardState, log);
    this.#covered(disk, log.snapshot);
    for (const [index, { term }] of this.committed) {
      // It lies under what was restored, be that lost again or not.
      if (index < log.snapshot.index && this.#isRestore(log.snapshot)) continue;
      if (before[index] === term) assert.ok(disk.holds(index, term), `${id} lost the committed index ${index}`);
    }
    const { term } = hardState;
    const committed = log.isUnproven ? 0 : log.snapshot.index;
    this.#begun.add(term);
    const nothing = { last: null, snapshot: null, configuration: null, durable: -1, onDisk: -1 };
    this.#lives.set(id, { disk, term, committed, handedOut: committed, ledTerm: 0, role: 'follower', ...nothing });
  }

  /** A leader appended a configuration; it takes effect at once, and the one before is committed. */
  configurationAppended({ id, log }: RaftCore, index: number, term: number, configuration: Configuration): void {
    const others = this.#configurations.filter(
      (placed) => log.termAt(placed.index as typeof log.begin) === placed.term,
    );
    const early = others.find(
      (placed) => placed.index < index && !placed.isRestored && !this.committed.has(placed.index),
    );
    assert.equal(early, undefined, `${id} changes a configuration that isn't committed`);
    this.#configurations.push({ index, term, configuration });
  }

  /** A write is complete, whether its server lives to hear of it or not. */
  wrote(id: string, work: Persist): void {
    const disk = this.disk(id);
    const deleted = disk.write(work);
    for (const [index, term] of deleted) {
      assert.notEqual(this.committed.get(index)?.term, term, `${id} deleted the committed index ${index}`);
    }
    if (work.restart) this.#covered(disk, work.restart);
    const { hardState } = work;
    if (hardState?.vote) this.#vote(id, hardState.term, hardState.vote);
    for (const run of work.runs) this.#match(run, disk);
  }

  /** Around each input of a core. */
  step(core: RaftCore, message: PeerMessage, work: () => void): void {
    const { term, leader, log } = core;
    const { last } = log;
    work();
    if (message.kind === 'append' && message.term < term) {
      assert.deepEqual([log.last, core.leader], [last, leader], `${core.id} listens to a leader of an older term`);
    }
    if (message.kind === 'pre-vote') assert.equal(core.term, term, `${core.id}: a pre-vote changed the term`);
    this.after(core);
  }

  /** After anything that a core was told. */
  after(core: RaftCore): void {
    const life = this.#lives.get(core.id);
    assert.ok(life);
    const { term, role, configuration, log } = core;
    const { last, durable, snapshot } = log;
    const onDisk = life.disk.last;
    const isSameMember = role === life.role && configuration === life.configuration && log.committed === life.committed;
    const isSameLog = last === life.last && snapshot === life.snapshot;
    if (isSameMember && isSameLog && term === life.term && durable === life.durable && onDisk === life.onDisk) return;
    if (term !== life.term) this.#termChanged(core, life);
    if (snapshot !== life.snapshot && this.#isRestore(snapshot)) this.#placeRestored(core.id, snapshot, configuration);
    if (!isSameMember) checkVote(core);
    if (role === 'leader' && life.ledTerm !== term) this.#elected(core, life);
    if (log.committed !== life.committed) this.#committedMore(core, life);
    const held = Math.max(Math.min(last.index, onDisk), snapshot.index);
    if (durable > held) assert.fail(`${core.id} takes ${durable} for durable, holds ${held}`);
    if (last !== life.last) this.#checkConfiguration(core);
    life.role = role;
    life.durable = durable;
    life.onDisk = onDisk;
    life.last = last;
    life.snapshot = snapshot;
    life.configuration = configuration;
  }

  /** A snapshot is about to be finished; what is restored with it takes the place of the log. */
  finishesSnapshot(core: RaftCore): void {
    this.after(core);
    const { id, log } = core;
    const terms = new Map<number, number>();
    for (let index = log.begin + 1; index <= log.last.index; index += 1) {
      terms.set(index, log.termAt(index as typeof log.begin) ?? 0);
    }
    this.#beforeSnapshot.set(id, terms);
  }

  /** A snapshot is handed out in the place of what it holds. */
  handedOutSnapshot(id: string, index: number): void {
    const life = this.#lives.get(id);
    assert.ok(life && index >= life.handedOut);
    life.handedOut = index;
  }

  /** Entries are handed out: each once, in order, and when they are durable; `from` is known of a proposer's own. */
  handedOut({ id, log }: RaftCore, known: number | null, through: number): void {
    const life = this.#lives.get(id);
    assert.ok(life);
    const from = life.handedOut + 1;
    if (known !== null && known !== from) assert.fail(`${id} hands out from ${known}, after ${life.handedOut}`);
    assert.ok(through <= log.committed);
    for (let index = from; index <= through; index += 1) {
      const term = this.committed.get(index)?.term ?? 0;
      const isHeld = life.disk.holds(index, term) || this.#former.get(index)?.has(life.disk.terms[index] ?? -1);
      if (!isHeld) assert.fail(`${id} hands out index ${index} before it is durable`);
    }
    life.handedOut = through;
  }

  /** A message leaves: what it says must be durable. */
  sent(message: PeerMessage): void {
    const { from, to, term, kind } = message;
    const disk = this.disk(from);
    // A pre-vote speaks of a term that may never be.
    const isHypothetical = kind === 'pre-vote' || kind === 'pre-vote-answer';
    if (!isHypothetical && disk.term < term) assert.fail(`${from} speaks in term ${term} before it is durable`);
    const hasVoted = (whom: string): boolean => disk.term > term || disk.vote === whom;
    if (kind === 'vote') assert.ok(hasVoted(from), `${from} stands without its own vote`);
    if (kind === 'vote-answer' && message.granted) {
      assert.ok(hasVoted(to), `${from} tells ${to} of a vote that isn't durable`);
      this.#vote(from, term, to);
    }
    if ((kind === 'append-answer' || kind === 'install-answer') && message.success && disk.last < message.through) {
      assert.fail(`${from} acknowledges ${message.through} in an ${kind}, holds ${disk.last}`);
    }
    if (kind !== 'append' && kind !== 'heartbeat' && kind !== 'install' && kind !== 'timeout-now') return;
    if (this.#leaders.get(term) !== from) assert.fail(`${from} doesn't lead term ${term}`);
    if (kind === 'append') this.#requests.sent(message);
  }

  /** Every other snapshot ends with an entry, and stands for what was committed. */
  #isRestore({ index, term }: Position): boolean {
    return index > 0 && !this.#entries.has(`${index} ${term}`);
  }

  /** `id`: at the first time whoever restored it. */
  #placeRestored(id: string, snapshot: Position, configuration: Configuration): void {
    const { index, term } = snapshot;
    if (this.#configurations.some((placed) => placed.index === index && placed.term === term)) return;
    this.#restores.push({ snapshot, before: this.#beforeSnapshot.get(id) ?? new Map() });
    this.#configurations.push({ index, term, configuration, isRestored: true });
  }

  /** A snapshot stands for everything through its index; under one that was restored there is nothing that anybody had before. */
  #covered(disk: DurableCopy, position: Position): void {
    const { index } = position;
    if (this.#isRestore(position)) {
      for (let under = 1; under < index; under += 1) disk.terms[under] = -index;
      return;
    }
    for (let covered = 1; covered <= index; covered += 1) {
      const entry = this.committed.get(covered);
      assert.ok(entry, `a snapshot holds index ${covered}, which isn't committed`);
      // Its own term stays as it says: a restore may have been committed over it since it was taken.
      if (covered < index) disk.terms[covered] = entry.term;
    }
  }

  #termChanged(core: RaftCore, life: Life): void {
    assert.ok(core.term > life.term, `${core.id} goes back to term ${core.term}`);
    if (core.role === 'candidate') this.#begun.add(core.term);
    else assert.ok(this.#begun.has(core.term), `${core.id} is in term ${core.term}, in which nobody stood`);
    life.term = core.term;
  }

  #vote(voter: string, term: number, candidate: string): void {
    const key = `${term} ${voter}`;
    assert.equal(this.#votes.get(key) ?? candidate, candidate, `two votes of ${voter} in term ${term}`);
    this.#votes.set(key, candidate);
  }

  #elected(core: RaftCore, life: Life): void {
    const { id, term, log } = core;
    life.ledTerm = term;
    assert.equal(this.#leaders.get(term) ?? id, id, `two leaders in term ${term}`);
    this.#leaders.set(term, id);
    this.elections += 1;
    const voters = votersOf(core.configuration);
    const granted = voters.filter((voter) => this.#votes.get(`${term} ${voter}`) === id).length;
    assert.ok(granted >= majority(voters.length), `${id} leads term ${term} with ${granted} of ${voters.length} votes`);
    let newest = this.#highest;
    while (newest > 0 && (this.committed.get(newest)?.seenIn ?? 0) >= term) newest -= 1;
    const held = log.termAt(newest as typeof log.begin);
    // By log matching the newest one stands for all before it.
    const { snapshot } = log;
    const isOver = !this.#isRestore(snapshot) || (this.committed.get(newest)?.term ?? 0) <= snapshot.term;
    const isThere = newest <= log.begin ? isOver : held === (this.committed.get(newest)?.term ?? 0);
    assert.ok(isThere, `the leader of term ${term}, ${id}, lacks the committed index ${newest}`);
  }

  #committedMore(core: RaftCore, life: Life): void {
    const { id, log } = core;
    assert.ok(log.committed > life.committed, `${id}: the commit index goes back to ${log.committed}`);
    const { snapshot } = log;
    const isProof = life.committed < snapshot.index && this.#isRestore(snapshot);
    if (isProof && !this.#wasCommitted(snapshot)) this.#prove(core, life, snapshot);
    for (let index = life.committed + 1; index <= log.committed; index += 1) {
      const term = log.termAt(index as typeof log.begin);
      const known = this.committed.get(index);
      if (term !== null && !known) this.#commit(core, life, index, term);
      else if (!known || (term === null && index > log.snapshot.index))
        assert.fail(`${id}: ${index} is in no snapshot`);
      else if (term !== null && term !== known.term && !this.#former.get(index)?.has(term))
        assert.fail(`${id}: index ${index} was committed otherwise`);
    }
    life.committed = log.committed;
  }

  /** It is, or it was before a later restore took its place: who was away learns of them one after the other. */
  #wasCommitted({ index, term }: Position): boolean {
    return this.committed.get(index)?.term === term || this.#former.get(index)?.has(term) === true;
  }

  /** A restored snapshot is committed: from now on it is what lies at its index and before. */
  #prove(core: RaftCore, life: Life, { index, term }: Position): void {
    const lost = [...this.committed].find(([at, entry]) => at >= index || entry.term > term);
    assert.equal(lost, undefined, `${core.id} proves a snapshot of ${index} ${term} over what it can't hold`);
    this.#commit(core, life, index, term);
    this.restoredThrough = index;
    const restore = this.#restores.find(({ snapshot }) => snapshot.index === index && snapshot.term === term);
    for (let under = 1; under < index; under += 1) {
      const before = this.committed.get(under);
      const former = this.#former.get(under) ?? new Set();
      this.#former.set(under, former);
      if (before) former.add(before.term);
      const replaced = restore?.before.get(under);
      if (replaced !== undefined) former.add(replaced);
      this.committed.set(under, { term: -index, seenIn: core.term });
    }
  }

  /** Only a leader finds out first, and only what a majority holds. */
  #commit(core: RaftCore, life: Life, index: number, term: number): void {
    assert.equal(life.ledTerm, core.term, `${core.id} takes index ${index} for committed before any leader does`);
    const voters = votersOf(core.configuration);
    // A restored snapshot is on the disk before the log goes on after it.
    const isOwn = (voter: string): boolean => voter === core.id && index === core.log.snapshot.index;
    const holds = (voter: string): boolean =>
      this.disk(voter).holds(index, term) || isOwn(voter) || this.#liesUnderRestore(voter, index, term);
    const holding = voters.filter(holds).length;
    assert.ok(holding >= majority(voters.length), `index ${index} is held by ${holding} of ${voters.length}`);
    this.committed.set(index, { term, seenIn: core.term });
    this.#highest = Math.max(this.#highest, index);
  }

  /** A snapshot was restored over it since its holder told of it. */
  #liesUnderRestore(voter: string, index: number, term: number): boolean {
    const over = -(this.disk(voter).terms[index] ?? 0);
    return this.#restores.some(({ snapshot, before }) => snapshot.index === over && before.get(index) === term);
  }

  /** Log matching: an entry of the same index and term is the same everywhere, and so is the one before it. */
  #match(run: EntryRun, disk: DurableCopy): void {
    const { payload } = run;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    let at = 0;
    for (let i = 0; i < run.count; i += 1) {
      const end = at + 4 + bytes.readUInt32LE(at);
      const index = run.firstIndex + i;
      const what = `${disk.terms[index - 1]} ${run.type} ${bytes.toString('latin1', at, end)}`;
      const key = `${index} ${run.term}`;
      const known = this.#entries.get(key);
      if (known === undefined) this.#enter(key, what, run, index);
      else if (known !== what) assert.fail(`index ${index} of term ${run.term} is two things`);
      at = end;
    }
    assert.equal(at, bytes.length, 'a run holds what it says');
  }

  #enter(key: string, what: string, run: EntryRun, index: number): void {
    this.#entries.set(key, what);
    if (run.type !== EntryType.configuration) return;
    if (this.#configurations.some((placed) => placed.index === index && placed.term === run.term)) return;
    const configuration = decodeConfiguration(run.payload.subarray(4));
    assert.ok(configuration);
    this.#configurations.push({ index, term: run.term, configuration });
  }

  /** The newest configuration in the log is the one in effect. */
  #checkConfiguration({ id, log, configuration }: RaftCore): void {
    let newest: PlacedAnywhere | null = null;
    for (let i = 0; i < this.#configurations.length; i += 1) {
      const placed = this.#configurations[i] as PlacedAnywhere;
      if (newest !== null && placed.index <= newest.index) continue;
      const { index, term } = placed;
      const isKept = log.termAt(index as typeof log.begin) === term;
      if (isKept || (index <= log.begin && this.committed.get(index)?.term === term)) newest = placed;
    }
    if (newest === null) return;
    const [own, right] = [described(configuration), described(newest.configuration)];
    if (own !== right) assert.fail(`${id} goes by an old configuration: ${own}, not ${right}`);
  }
}

const descriptions = new WeakMap<Configuration, string>();

/** Asked at each change of a log, of configurations that nobody changes. */
function described(configuration: Configuration): string {
  const known = descriptions.get(configuration) ?? describe(configuration);
  descriptions.set(configuration, known);
  return known;
}

/** Who has no vote neither stands nor leads, but for a leader that is leaving. */
function checkVote(core: RaftCore): void {
  if (core.role === 'follower' || votersOf(core.configuration).includes(core.id)) return;
  const isLeaving = core.role === 'leader' && core.committedConfiguration === null;
  assert.ok(isLeaving, `${core.id} is ${core.role} without a vote`);
}
