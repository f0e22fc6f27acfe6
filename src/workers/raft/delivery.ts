// Hands committed entries to one replica, each once and in index order; another replica has a Delivery of its own, with its
// own place in the log. What the replica's proposer appended in a term that this server led to the commit is only named
// (`committed-own`: the proposer still has it); everything else is read back from the store in bounded pieces, no faster than
// the replica gives credit. A snapshot that takes the place of entries is handed over as a whole, also to a replica so far
// behind that its next entries were dropped.

import { COMMITTED_WINDOW_BYTES } from '../../wire/raft/raft-port.js';
import { after, type EntryRun, EntryType, type LogIndex, lastIndexOf, logIndex, type Term } from './core/entry.js';
import { joinRuns, onlyEntry } from './core/packed.js';
import type { Restore } from './restore.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import type { StateChannel } from './state-port.js';

/** With less credit the replica is asked how far it is. */
const LOW_CREDIT_BYTES = COMMITTED_WINDOW_BYTES / 2;
/** Payload read from the store at once. */
const PIECE_BYTES = 512 * 1024;

/** Something this server appended; `batch` is null for entries without a command. */
export interface OwnEntries {
  readonly batch: number | null;
  readonly firstIndex: LogIndex;
  readonly count: number;
  readonly term: Term;
}

interface Barrier {
  readonly request: number;
  readonly index: LogIndex;
  readonly term: Term;
}

export interface CommittedLog {
  /** The index before the first entry that can be read. */
  readonly begin: LogIndex;
  read(from: LogIndex, through: LogIndex, maxBytes: number): Promise<readonly EntryRun[]>;
  /** null when the index isn't in the log. */
  termAt(index: LogIndex): Term | null;
}

export interface DeliveryParts {
  readonly state: StateChannel;
  readonly log: CommittedLog;
  readonly restore: Restore;
  /** null when there is none. */
  readonly newestSnapshot: () => Promise<SnapshotDescription | null>;
  readonly failed: (error: unknown) => void;
  /** The replica says of each message that it is applied, and not only when its credit runs low. */
  readonly hearsOfEach?: boolean;
}

export class Delivery {
  readonly #parts: DeliveryParts;
  #own: OwnEntries[] = [];
  #barriers: Barrier[] = [];
  #delivered: LogIndex;
  #committed: LogIndex;
  #credit = COMMITTED_WINDOW_BYTES;
  #working: Promise<void> | null = null;
  #snapshot: SnapshotDescription | null = null;
  #stopped = false;
  #resume: (() => void) | null = null;

  /** `from`: everything through it is in the replica already (the restored snapshot). */
  constructor(parts: DeliveryParts, from: LogIndex) {
    this.#parts = parts;
    this.#delivered = from;
    this.#committed = from;
  }

  get delivered(): LogIndex {
    return this.#delivered;
  }

  /**
   * What the replica proposed was appended: to be told once for each append, in the order of the indexes, before
   * {@link commit} covers them, and of every entry of the term, those without a command included (`batch` is null), so that
   * none of them is read back. {@link disown} must be called when the term ends, before anything of the next one is told.
   * Each batch gets one answer: `committed-own` or `rejected`; nothing is kept of it afterwards. The entries' bytes stay with
   * the replica. Never throws.
   */
  own(entries: OwnEntries): void {
    this.#own.push(entries);
  }

  /** Answers `request` once everything through `index` has been handed over, with 0 when the term ends before. */
  barrier(request: number, index: LogIndex, term: Term): void {
    this.#barriers.push({ request, index, term });
    this.#answerBarriers();
  }

  /**
   * This server leads no more. Of what it appended, only what lies committed in the log is sure to stay: another leader may
   * put its own entries at the same indexes, or let these come through later, as anybody's.
   */
  disown(committed: LogIndex): void {
    const stays = (last: LogIndex, term: Term): boolean => last <= committed && this.#parts.log.termAt(last) === term;
    this.#forsake((own) => stays(lastIndexOf(own), own.term));
    const barriers = this.#barriers;
    this.#barriers = barriers.filter(({ index, term }) => stays(index, term));
    for (const { request, index, term } of barriers) if (!stays(index, term)) this.#postBarrier(request, 0);
  }

  commit(through: LogIndex): void {
    this.#committed = through;
    if (!this.#working) this.#run();
  }

  /**
   * A durable snapshot took the place of the log, and is handed over when {@link commit} covers it, unless the replica is
   * farther already; nothing else is before. `code` tells the proposer why its batches are lost.
   */
  install(snapshot: SnapshotDescription, code: 'leadership-lost' | 'restored' = 'leadership-lost'): void {
    this.#committed = logIndex(Math.min(this.#committed, snapshot.position.index));
    this.#expect(snapshot, code);
  }

  #expect(snapshot: SnapshotDescription, code: 'leadership-lost' | 'restored'): void {
    this.#snapshot = snapshot;
    // Nobody can say any more what became of them.
    this.#forsake(() => false, code);
    this.#wake();
    if (!this.#working) this.#run();
  }

  /** Nothing is handed out any more, and the store is no longer read, once this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#working;
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit > 0) this.#wake();
  }

  #wake(): void {
    this.#resume?.();
    this.#resume = null;
  }

  #forsake(isKept: (own: OwnEntries) => boolean, code: 'leadership-lost' | 'restored' = 'leadership-lost'): void {
    const own = this.#own;
    this.#own = own.filter(isKept);
    for (const one of own) {
      if (one.batch === null || isKept(one)) continue;
      const reason = { code } as const;
      this.#parts.state.post({ kind: 'rejected', batch: one.batch, count: one.count, reason });
    }
  }

  #run(): void {
    // Only a log that was given up for an older one leaves a replica that has more.
    if (this.#snapshot && this.#snapshot.position.index <= this.#delivered) this.#snapshot = null;
    if (this.#snapshot) {
      if (this.#snapshot.position.index <= this.#committed) this.#work(this.#install(this.#snapshot));
      return;
    }
    let taken = 0;
    while (this.#delivered < this.#committed) {
      const head = this.#own[taken];
      if (head === undefined || head.firstIndex !== this.#delivered + 1) break;
      if (lastIndexOf(head) > this.#committed) break;
      this.#hand(head);
      taken += 1;
    }
    if (taken > 0) this.#own.splice(0, taken);
    this.#answerBarriers();
    const next = this.#own[0]?.firstIndex ?? logIndex(this.#committed + 1);
    const through = logIndex(Math.min(this.#committed, next - 1));
    if (this.#delivered < through) this.#work(this.#replay(through));
  }

  #hand({ batch, firstIndex, count, term }: OwnEntries): void {
    if (batch === null) this.#postQuiet(lastIndexOf({ firstIndex, count }), term);
    else this.#parts.state.post({ kind: 'committed-own', batch, firstIndex, count, term });
    this.#delivered = lastIndexOf({ firstIndex, count });
  }

  #work(work: Promise<void>): void {
    this.#working = work.then(
      () => {
        this.#working = null;
        if (!this.#stopped) this.#run();
      },
      (error: unknown) => this.#parts.failed(error),
    );
  }

  async #install(snapshot: SnapshotDescription): Promise<void> {
    await this.#parts.restore.run(snapshot);
    if (this.#snapshot === snapshot) this.#snapshot = null;
    this.#delivered = snapshot.position.index;
  }

  async #replay(through: LogIndex): Promise<void> {
    while (this.#delivered < through && !this.#isCutOff) {
      if (this.#credit <= 0) {
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
        continue;
      }
      const runs = await this.#read(through);
      for (const stretch of stretchesOf(runs)) this.#postStretch(stretch, through);
    }
  }

  get #isCutOff(): boolean {
    return this.#stopped || this.#snapshot !== null;
  }

  async #read(through: LogIndex): Promise<readonly EntryRun[]> {
    const { log } = this.#parts;
    try {
      if (this.#delivered >= log.begin) {
        const runs = await log.read(after(this.#delivered), through, PIECE_BYTES);
        return this.#isCutOff ? [] : runs;
      }
    } catch (error) {
      // A snapshot has taken the place of what was to be read, or it was dropped meanwhile.
      if (!this.#isCutOff && this.#delivered >= log.begin) throw error;
    }
    if (!this.#isCutOff) await this.#catchUp();
    return [];
  }

  /** What comes next was dropped: only a snapshot holds it. */
  async #catchUp(): Promise<void> {
    const newest = await this.#parts.newestSnapshot();
    if (this.#isCutOff) return;
    if (newest === null || newest.position.index <= this.#delivered) {
      throw new Error(
        `no snapshot holds index ${this.#delivered + 1}, and the log begins after ${this.#parts.log.begin}`,
      );
    }
    this.#expect(newest, 'leadership-lost');
  }

  #postStretch(runs: readonly EntryRun[], through: LogIndex): void {
    const last = runs.at(-1);
    if (!last) return;
    if (isExtendedCommand(last)) {
      this.#postExtended(last);
      return;
    }
    const commands = runs.filter((run) => run.type === EntryType.command);
    const { indexes, entries } = joinRuns(commands, last.term, after(this.#delivered), through);
    const end = logIndex(Math.min(lastIndexOf(last), through));
    this.#credit -= entries.byteLength;
    const isAnswered = this.#credit <= LOW_CREDIT_BYTES || this.#parts.hearsOfEach === true;
    const message = { kind: 'committed', indexes, through: end, term: last.term, entries, isAnswered } as const;
    this.#parts.state.post(message, [entries, indexes.buffer]);
    this.#delivered = end;
  }

  #postExtended({ firstIndex: index, term, payload, extensions = new Uint8Array(0) }: EntryRun): void {
    const data = onlyEntry(payload);
    this.#credit -= data.byteLength;
    const message = { kind: 'committed-extended', index, term, data, extensions: extensions.slice() } as const;
    this.#parts.state.post(message, [data]);
    this.#delivered = index;
  }

  /** The term's first entry is among these: this server leads once the replica has it. */
  #postQuiet(through: LogIndex, term: Term): void {
    const nothing = { indexes: new Float64Array(0), entries: new ArrayBuffer(0) };
    this.#parts.state.post({ kind: 'committed', through, term, isAnswered: true, ...nothing });
  }

  #answerBarriers(): void {
    while (this.#barriers[0] && this.#barriers[0].index <= this.#delivered) {
      const { request, index } = this.#barriers[0];
      this.#barriers.shift();
      this.#postBarrier(request, index);
    }
  }

  #postBarrier(request: number, index: number): void {
    this.#parts.state.post({ kind: 'barrier-reached', request, index });
  }
}

/** The replica is told of such an entry alone. */
function isExtendedCommand({ type, extensions }: EntryRun): boolean {
  return type === EntryType.command && extensions !== undefined;
}

/** What one message holds: runs of one term. */
function stretchesOf(runs: readonly EntryRun[]): EntryRun[][] {
  const stretches: EntryRun[][] = [];
  for (const run of runs) {
    const stretch = stretches.at(-1);
    const first = stretch?.[0];
    const isOfIt = first?.term === run.term && !isExtendedCommand(first) && !isExtendedCommand(run);
    if (isOfIt) stretch?.push(run);
    else stretches.push([run]);
  }
  return stretches;
}
