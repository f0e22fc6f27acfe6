// One server of a protocol script: the core that ships, on a disk that completes a write at once or when the script says so.
// What it does is told in lines.

import type { Configuration, PlacedConfiguration } from '../../../src/workers/raft/core/configuration.js';
import { encodeConfiguration } from '../../../src/workers/raft/core/configuration-codec.js';
import {
  type EntryRun,
  EntryType,
  type HardState,
  isNewer,
  type LogIndex,
  lastIndexOf,
  logIndex,
  ORIGIN,
  type Position,
  singlePayload,
  term,
} from '../../../src/workers/raft/core/entry.js';
import type { Outgoing, SnapshotOffer } from '../../../src/workers/raft/core/message.js';
import { sliceRun } from '../../../src/workers/raft/core/packed.js';
import { RaftCore } from '../../../src/workers/raft/core/raft.js';
import type { Persist } from '../../../src/workers/raft/core/ready.js';
import { configurationOf } from '../../../src/workers/raft/core/replication.js';
import { ORIGIN_SNAPSHOT } from '../../../src/workers/raft/snapshot/meta.js';

export const TIMEOUT_MS = 100;

/** As on the wire: an append with its entries, a snapshot with what it covers. */
export type ScriptMessage = Parameters<RaftCore['step']>[0] | SnapshotOffer;

export class ScriptedServer {
  readonly id: string;
  core: RaftCore;
  isRunning = true;
  isSlow = false;
  readonly #spread: number;
  #hardState: HardState;
  #runs: EntryRun[];
  #snapshot: { readonly position: Position; readonly configuration: PlacedConfiguration } | null = null;
  #isUnproven = false;
  #floor: Position | null = null;
  #writing: Persist | null = null;

  /** `terms`: of each entry; the first holds the configuration. `spread`: what each timeout is stretched by. */
  constructor(id: string, configuration: Configuration, terms: readonly number[], now: number, spread: number) {
    this.id = id;
    this.#spread = spread;
    this.#hardState = { term: term(now), vote: null };
    this.#runs = terms.map((of, i) => {
      const type = i === 0 ? EntryType.configuration : EntryType.command;
      const payload = singlePayload(i === 0 ? encodeConfiguration(configuration) : Buffer.from(`${i + 1}.${of}`));
      return { firstIndex: logIndex(i + 1), count: 1, term: term(of), type, appendedAtMs: 0, payload };
    });
    this.core = this.#start();
  }

  restart(): void {
    this.#writing = null;
    this.isRunning = true;
    this.core = this.#start();
  }

  /** `1.1 2.1 3.2`: the index and term of each entry that is durable, in short. */
  get log(): string {
    const begin = this.#snapshot ? [`snapshot ${name(this.#snapshot.position)}`] : [];
    const entries = this.#runs.flatMap((run) =>
      Array.from({ length: run.count }, (_, i) => `${run.firstIndex + i}.${run.term}`),
    );
    return [...begin, ...entries].join(' ');
  }

  /** Does what the core is ready for; answers what leaves. */
  work(nowMs: number, say: (line: string) => void): ScriptMessage[] {
    const sent: ScriptMessage[] = [];
    for (let ready = this.core.ready(); ready !== null; ready = this.core.ready()) {
      for (const { role, term: of } of ready.roles) say(`${this.id} is ${role} of term ${of}`);
      if (ready.soft?.leader && ready.soft.leader !== this.id) say(`${this.id} follows ${ready.soft.leader}`);
      if (ready.persist) say(`${this.id} writes ${describeWrite(ready.persist)}`);
      for (const message of ready.messages) sent.push(...this.#filled(message));
      if (ready.committed) say(`${this.id} hands out ${ready.committed.from}..${ready.committed.through}`);
      for (const { request, ok } of ready.confirmations)
        say(`${this.id} ${ok ? 'leads' : "doesn't lead"} (${request})`);
      if (!ready.persist) continue;
      this.#writing = ready.persist;
      if (!this.isSlow) this.complete(nowMs);
    }
    return sent;
  }

  /** The write under way is durable. */
  complete(nowMs: number): void {
    const work = this.#writing;
    if (!work) return;
    this.#writing = null;
    if (work.hardState) this.#hardState = work.hardState;
    const end = work.truncateAfter;
    if (work.restart) this.#isUnproven = true;
    else if (work.isProven) this.#isUnproven = false;
    if (work.restart) this.#runs = [];
    else if (end !== null) this.#runs = this.#part(logIndex(1), end);
    this.#runs.push(...work.runs);
    this.core.advance(nowMs);
  }

  /** Takes a snapshot at the commit index and drops everything before it. */
  compact(): string {
    const { log, committedConfiguration } = this.core;
    const of = log.termAt(log.committed);
    if (of === null || committedConfiguration === null) return 'nothing to compact';
    const position = { index: log.committed, term: of };
    this.#snapshot = { position, configuration: committedConfiguration };
    this.core.compact(position, position.index);
    this.#runs = this.#part(logIndex(position.index + 1), log.last.index);
    return `${this.id} has a snapshot of ${name(position)}`;
  }

  /** An operator's snapshot that stood for `index` takes the place of everything. */
  restore(index: number): string {
    const { log, committedConfiguration, term: of } = this.core;
    if (committedConfiguration === null) return 'not now';
    const position = { index: logIndex(Math.max(index, log.last.index) + 1), term: of };
    const entry = this.core.restore(position);
    this.#snapshot = { position, configuration: committedConfiguration };
    return `${this.id} restores ${name(position)}, index ${entry}`;
  }

  receive(message: ScriptMessage, nowMs: number, say: (line: string) => void): void {
    if (message.kind !== 'install') {
      this.core.step(message, nowMs);
      return;
    }
    if (this.core.offer(message, nowMs) !== 'wanted') return;
    const { pledge } = this.core.log;
    this.#snapshot = message.position.index > 0 ? message : null;
    if (isNewer(pledge, message.position)) this.#floor = pledge;
    if (this.core.install(message)) say(`${this.id} restores ${name(message.position)}`);
  }

  #start(): RaftCore {
    const snapshot = this.#snapshot?.position ?? ORIGIN;
    const last = this.#runs.at(-1);
    const placed = this.#runs.flatMap((run) => {
      const configuration = configurationOf(run);
      return configuration ? [{ index: run.firstIndex, configuration }] : [];
    });
    return new RaftCore({
      id: this.id,
      hardState: this.#hardState,
      log: {
        snapshot,
        begin: snapshot.index,
        terms: this.#runs.map(({ firstIndex, term: of }) => ({ firstIndex, term: of })),
        last: last ? { index: lastIndexOf(last), term: last.term } : snapshot,
        isUnproven: this.#isUnproven,
        floor:
          this.#floor !== null && isNewer(this.#floor, last ? { index: lastIndexOf(last), term: last.term } : snapshot)
            ? this.#floor
            : null,
      },
      configurations: this.#snapshot ? [this.#snapshot.configuration, ...placed] : placed,
      timing: { heartbeatTimeoutMs: TIMEOUT_MS, electionTimeoutMs: TIMEOUT_MS, leaderLeaseMs: TIMEOUT_MS / 2 },
      random: () => this.#spread,
    });
  }

  #filled(message: Outgoing): ScriptMessage[] {
    if (message.kind === 'install') {
      if (this.#snapshot === null && !message.isRefused && this.core.log.begin === 0) {
        return [{ ...message, ...ORIGIN_SNAPSHOT }];
      }
      if (this.#snapshot === null || (message.isRefused && this.#snapshot.position.term < this.core.term))
        this.compact();
      return this.#snapshot ? [{ ...message, ...this.#snapshot }] : [];
    }
    if (message.kind !== 'append') return [message];
    const { through, ...order } = message;
    const from = logIndex(order.previous.index + 1);
    const runs = [...this.#part(from, through), ...this.core.log.inMemory(from, through)];
    return [{ ...order, runs }];
  }

  /** Of what is durable. */
  #part(from: LogIndex, through: LogIndex): EntryRun[] {
    return this.#runs.map((run) => sliceRun(run, from, through)).filter((run) => run !== null);
  }
}

export function name({ index, term: of }: Position): string {
  return `${index}.${of}`;
}

function describeWrite({ hardState, truncateAfter, restart, runs }: Persist): string {
  const parts: string[] = [];
  if (hardState) parts.push(`term ${hardState.term}${hardState.vote ? ` vote ${hardState.vote}` : ''}`);
  if (truncateAfter !== null) parts.push(`nothing after ${truncateAfter}`);
  if (restart) parts.push(`a log after ${name(restart)}`);
  if (runs.length > 0) parts.push(describeRuns(runs));
  return parts.join(', ');
}

export function describeRuns(runs: readonly EntryRun[]): string {
  return runs.map((run) => `${run.firstIndex}${run.count > 1 ? `-${lastIndexOf(run)}` : ''}.${run.term}`).join(' ');
}
