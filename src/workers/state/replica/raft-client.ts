// The state worker's end of the raft port: batches this turn's commands into one proposal, applies what is committed in
// index order, streams snapshots out and in. A command proposed here is applied from the object it was made of, so a
// leader decodes nothing; what others proposed, or what recovery brings back, is decoded from the log's bytes.

import { surprise } from '../../../observe/surprise.js';
import { CommandBatch, decodePacked } from '../../../wasm/commands.js';
import type { ApplyResult, Command, OpaqueCommand } from '../../../wire/commands.js';
import { type Leadership, Role } from '../../../wire/raft/leadership.js';
import type { RaftConfiguration, RaftOrder } from '../../../wire/raft/raft-orders.js';
import type {
  KnownPeer,
  RaftRole,
  RaftToState,
  RejectReason,
  SnapshotMeta,
  StateToRaft,
} from '../../../wire/raft/raft-port.js';
import type { RaftStats } from '../../../wire/raft/raft-stats.js';
import type { ExtendedEntry } from './chunks/extended-entry.js';
import type { Consensus, ProposeFailure, ProposeOutcome } from './consensus.js';
import { LeadershipWait } from './leadership-wait.js';
import type { RaftPort } from './raft-port.js';
import { RaftQuestions } from './raft-questions.js';
import { type SnapshotSource, SnapshotStream } from './snapshot/snapshot-stream.js';

/** More commands than this waiting for the log are refused: each holds its request's memory. */
const MAX_PENDING = 65_536;
/** A batch is sent early when it reaches this size, so that one turn can't build an unbounded message. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

interface Pending {
  readonly command: Command;
  readonly settle: (outcome: ProposeOutcome) => void;
}

/** What the client needs of the store; the worker connects it. */
export interface Applier {
  apply(index: number, command: Command | OpaqueCommand): ApplyResult;
  /** Part of a command, or what a stock leader keeps in its log for itself. */
  applyExtended(entry: ExtendedEntry): void;
  /** Everything through `index` is applied, also entries that carried no command. */
  advance(index: number): void;
  /** Everything committed so far is applied: wake who waits. */
  flush(): void;
  /** Starts a stream of the state as it is now; pulls `next` until it answers null. */
  snapshot(): SnapshotSource;
  restoreBegin(): void;
  restoreChunk(bytes: Uint8Array): void;
  /** Everything arrived: the state is that of `index`. */
  restoreEnd(index: number): void;
}

export interface RaftEvents {
  started(): void;
  role(role: RaftRole, leaderAddress: string): void;
  /** The log brought something that can't be applied: this server must stop rather than diverge. */
  fatal(text: string): void;
}

export class RaftClient implements Consensus {
  readonly leadership: Leadership;
  readonly #port: RaftPort;
  readonly #applier: Applier;
  readonly #events: RaftEvents;
  readonly #batch = new CommandBatch();
  readonly #inFlight = new Map<number, Pending[]>();
  readonly #questions = new RaftQuestions((message) => this.#post(message));
  readonly #snapshots = new Map<number, SnapshotStream>();
  readonly #leading: LeadershipWait;
  #turn: Pending[] = [];
  #pendingCount = 0;
  #nextBatch = 1;
  #scheduled = false;
  #stopping = false;
  #restoreIndex = 0;
  /** Payload that was applied since the raft worker was last told how far this one is. */
  #untoldBytes = 0;
  /** The state can't be trusted any more: nothing is applied and nothing acknowledged until the process ends. */
  #failed = false;

  constructor(port: RaftPort, leadership: Leadership, applier: Applier, events: RaftEvents, holdMs: number) {
    this.leadership = leadership;
    this.#port = port;
    this.#applier = applier;
    this.#events = events;
    this.#leading = new LeadershipWait(holdMs, () => this.obstacle);
    port.on('message', (message: RaftToState) => this.#guarded(() => this.#receive(message)));
  }

  get obstacle(): ProposeFailure | null {
    if (this.#stopping) return 'stopping';
    return this.#leads ? null : 'no-leader';
  }

  awaitLeader(sinceMs: number): Promise<ProposeFailure | null> {
    return new Promise((resolve) => this.#leading.wait(sinceMs, resolve));
  }

  propose(command: Command): Promise<ProposeOutcome> {
    return new Promise((resolve) => this.#enqueue({ command, settle: resolve }));
  }

  flush(): void {
    this.#send();
  }

  verifyLeader(): Promise<boolean> {
    if (this.leadership.role !== Role.leader) return Promise.resolve(false);
    return this.#questions
      .ask((request) => ({ kind: 'verify', request }))
      .then((answer) => answer.kind === 'verified' && answer.ok);
  }

  /** True when everything committed before the call is applied here, false when this server doesn't lead until then. */
  async barrier(): Promise<boolean> {
    const answer = await this.#questions.ask((request) => ({ kind: 'barrier', request }));
    return answer.kind === 'barrier-reached' && answer.index > 0;
  }

  async stats(): Promise<{ readonly [name: string]: string }> {
    const answer = await this.#questions.ask((request) => ({ kind: 'stats', request }));
    return answer.kind === 'stats' ? answer.stats : {};
  }

  /** null once it is done, else what went wrong. */
  async order(order: RaftOrder): Promise<string | null> {
    const answer = await this.#questions.ask((request) => ({ kind: 'order', request, order }));
    return answer.kind === 'ordered' ? answer.error : 'no answer';
  }

  /** Who is in the cluster, as this server knows it. */
  async configuration(): Promise<RaftConfiguration> {
    const answer = await this.#questions.ask((request) => ({ kind: 'configuration', request }));
    return answer.kind === 'configuration' ? answer.configuration : { index: 0, peers: [] };
  }

  /** Addresses of all in the cluster. */
  async peers(): Promise<readonly string[]> {
    return (await this.configuration()).peers.map(({ address }) => address);
  }

  /** What gossip says of servers, by ID. */
  tellPeers(peers: ReadonlyMap<string, KnownPeer>): void {
    this.#post({ kind: 'peers', peers });
  }

  /** Gossip suspects this server. */
  tellSuspected(id: string): void {
    this.#post({ kind: 'peer-suspected', id });
  }

  async raftStats(): Promise<RaftStats> {
    const stats = await this.stats();
    return {
      LastContact: stats['last_contact'] ?? 'never',
      LastTerm: Number(stats['last_log_term'] ?? 0),
      LastIndex: Number(stats['last_log_index'] ?? 0),
    };
  }

  async forceSnapshot(): Promise<{ readonly meta: SnapshotMeta | null; readonly error: string | null }> {
    const answer = await this.#questions.ask((request) => ({ kind: 'force-snapshot', request }));
    return answer.kind === 'snapshot-taken' ? answer : { meta: null, error: 'no answer' };
  }

  /** Writes the newest snapshot as an archive to a file that doesn't exist yet. */
  async saveArchive(path: string): Promise<{ readonly index: number; readonly error: string | null }> {
    const answer = await this.#questions.ask((request) => ({ kind: 'save-archive', request, path }));
    return answer.kind === 'archive-saved' ? answer : { index: 0, error: 'no answer' };
  }

  /** Puts the state in a file, which was found sound, in place of everything; null when that is done, else why not. */
  async restoreState(path: string, index: number): Promise<string | null> {
    const answer = await this.#questions.ask((request) => ({ kind: 'restore-state', request, path, index }));
    if (answer.kind === 'restore-refused') return answer.error;
    const isDone = answer.kind === 'barrier-reached' && answer.index > 0;
    return isDone ? null : 'leadership lost while committing log';
  }

  /** New proposals are refused from now on; those under way are still answered. */
  stop(): void {
    this.#stopping = true;
    this.#leading.look();
  }

  get #leads(): boolean {
    return this.leadership.role === Role.leader;
  }

  #enqueue(pending: Pending): void {
    if (this.#stopping) {
      pending.settle({ ok: false, code: 'stopping' });
      return;
    }
    if (!this.#leads) {
      this.#leading.wait(performance.now(), (failure) => {
        if (failure === null) this.#enqueue(pending);
        else pending.settle({ ok: false, code: failure });
      });
      return;
    }
    if (this.#pendingCount >= MAX_PENDING) {
      pending.settle({ ok: false, code: 'queue-full' });
      return;
    }
    // Encoded before it counts: a command that has no form on the wire is nobody else's trouble.
    try {
      this.#batch.append(pending.command);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      pending.settle({ ok: false, code: 'unencodable', text });
      return;
    }
    this.#pendingCount += 1;
    this.#turn.push(pending);
    if (this.#batch.byteLength >= MAX_BATCH_BYTES) this.#send();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#send());
    }
  }

  #send(): void {
    this.#scheduled = false;
    const count = this.#turn.length;
    if (count === 0) return;
    const batch = this.#nextBatch++;
    this.#inFlight.set(batch, this.#turn);
    this.#turn = [];
    const entries = this.#batch.take();
    this.#post({ kind: 'propose', batch, count, entries }, [entries]);
  }

  #post(message: StateToRaft, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #receive(message: RaftToState): void {
    if (this.#failed) return;
    switch (message.kind) {
      case 'committed-own':
        this.#applyOwn(message.batch, message.firstIndex, message.count);
        return;
      case 'committed':
        this.#applyForeign(message);
        return;
      case 'committed-extended':
        this.#applyExtended(message);
        return;
      case 'rejected':
        this.#refuse(message.batch, failureOf(message.reason.code));
        return;
      case 'role':
        this.#tellRole(message.role, message.leaderAddress);
        if (message.role === 'leader') this.#leading.look();
        return;
      case 'started':
        this.#events.started();
        return;
      case 'verified':
      case 'barrier-reached':
      case 'snapshot-taken':
      case 'ordered':
      case 'configuration':
      case 'archive-saved':
      case 'restore-refused':
      case 'stats':
        this.#questions.answered(message.request, message);
        return;
      case 'take-snapshot':
        this.#startSnapshot(message.request);
        return;
      case 'snapshot-credit':
        this.#snapshots.get(message.request)?.credit(message.bytes);
        return;
      case 'restore-begin':
        this.#restoreIndex = message.meta.index;
        this.#applier.restoreBegin();
        return;
      case 'restore-chunk':
        this.#applier.restoreChunk(new Uint8Array(message.bytes));
        this.#post({ kind: 'restore-credit', bytes: message.bytes.byteLength });
        return;
      case 'restore-end':
        this.#applier.restoreEnd(this.#restoreIndex);
        this.#post({ kind: 'restored', index: this.#restoreIndex });
        return;
    }
  }

  #tellRole(role: RaftRole, leaderAddress: string): void {
    try {
      this.#events.role(role, leaderAddress);
    } catch (error) {
      // What is done by whoever leads has no part in the replicated state.
      surprise(error);
    }
  }

  #applyOwn(batch: number, firstIndex: number, count: number): void {
    const all = this.#inFlight.get(batch);
    if (!all) {
      this.#events.fatal(`batch ${batch} is committed, but was answered before`);
      return;
    }
    const pending = count < all.length ? all.splice(0, count) : all;
    if (pending === all) this.#inFlight.delete(batch);
    this.#pendingCount -= pending.length;
    const results: ApplyResult[] = new Array(pending.length);
    try {
      for (let i = 0; i < pending.length; i += 1) {
        const one = pending[i];
        if (one) results[i] = this.#applier.apply(firstIndex + i, one.command);
      }
    } catch (error) {
      // Some of them are applied; what became of each can't be said.
      for (const one of pending) one.settle({ ok: false, code: 'leadership-lost' });
      throw error;
    }
    for (let i = 0; i < pending.length; i += 1) {
      const result = results[i];
      if (result) pending[i]?.settle({ ok: true, index: firstIndex + i, result });
    }
    this.#applier.flush();
  }

  #applyForeign({ indexes, through, entries, isAnswered }: Extract<RaftToState, { kind: 'committed' }>): void {
    this.#untoldBytes += entries.byteLength;
    const commands = decodePacked(entries);
    for (let i = 0; i < commands.length; i += 1) {
      const command = commands[i];
      const index = indexes[i];
      if (command && index !== undefined) this.#applier.apply(index, command);
    }
    this.#applier.advance(through);
    this.#applier.flush();
    if (isAnswered) this.#tellApplied(through);
  }

  #applyExtended({ index, term, data, extensions }: Extract<RaftToState, { kind: 'committed-extended' }>): void {
    this.#untoldBytes += data.byteLength;
    this.#applier.applyExtended({ index, term, data: new Uint8Array(data), extensions });
    this.#applier.flush();
    this.#tellApplied(index);
  }

  #tellApplied(index: number): void {
    const bytes = this.#untoldBytes;
    this.#untoldBytes = 0;
    this.#post({ kind: 'applied', index, bytes });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** This server must stop rather than diverge, and until then it tells nobody that something was done. */
  #fail(error: unknown): void {
    this.#failed = true;
    this.stop();
    for (const batch of [...this.#inFlight.keys()]) this.#refuse(batch, 'leadership-lost');
    this.#events.fatal(`cannot apply the replicated state: ${error instanceof Error ? error.message : String(error)}`);
  }

  #refuse(batch: number, code: ProposeFailure): void {
    const pending = this.#inFlight.get(batch);
    if (!pending) return;
    this.#inFlight.delete(batch);
    this.#pendingCount -= pending.length;
    for (const one of pending) one.settle({ ok: false, code });
  }

  #startSnapshot(request: number): void {
    const done = (): void => {
      this.#snapshots.delete(request);
    };
    this.#snapshots.set(request, new SnapshotStream(this.#port, request, this.#applier.snapshot(), done));
  }
}

function failureOf(code: RejectReason['code']): ProposeFailure {
  return code === 'not-leader' ? 'no-leader' : code;
}
