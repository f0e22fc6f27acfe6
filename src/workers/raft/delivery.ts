// Hands committed entries to the state worker, each once and in index order. What was proposed here in this term is only
// named (`committed-own`: the proposer still has it); everything else is read back from the store in bounded pieces, no
// faster than the state worker gives credit.

import { COMMITTED_WINDOW_BYTES } from '../../wire/raft-port.js';
import { after, type EntryRun, EntryType, type LogIndex, lastIndexOf, logIndex, type Term } from './core/entry.js';
import { joinRuns } from './core/packed.js';
import type { StateChannel } from './state-port.js';

/** Payload read from the store at once. */
const PIECE_BYTES = 512 * 1024;

/** Something this server appended; `batch` is null for entries without a command. */
export interface OwnEntries {
  readonly batch: number | null;
  readonly firstIndex: LogIndex;
  readonly count: number;
  readonly term: Term;
}

export interface EntrySource {
  read(from: LogIndex, through: LogIndex, maxBytes: number): Promise<readonly EntryRun[]>;
}

export class Delivery {
  readonly #state: StateChannel;
  readonly #source: EntrySource;
  readonly #failed: (error: unknown) => void;
  #own: OwnEntries[] = [];
  #barriers: { readonly request: number; readonly index: LogIndex }[] = [];
  #delivered: LogIndex;
  #committed: LogIndex;
  #credit = COMMITTED_WINDOW_BYTES;
  #replaying: Promise<void> | null = null;
  #stopped = false;
  #resume: (() => void) | null = null;

  /** `from`: everything through it is in the state worker already (the restored snapshot). */
  constructor(state: StateChannel, source: EntrySource, from: LogIndex, failed: (error: unknown) => void) {
    this.#state = state;
    this.#source = source;
    this.#failed = failed;
    this.#delivered = from;
    this.#committed = from;
  }

  get delivered(): LogIndex {
    return this.#delivered;
  }

  /** To be told in the order of appending, before the entries are committed. */
  own(entries: OwnEntries): void {
    this.#own.push(entries);
  }

  /** Answers `request` once everything through `index` has been handed over. */
  barrier(request: number, index: LogIndex): void {
    this.#barriers.push({ request, index });
    this.#answerBarriers();
  }

  commit(through: LogIndex): void {
    this.#committed = through;
    if (!this.#replaying) this.#run();
  }

  /** Nothing is handed out any more, and the store is no longer read, once this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#resume?.();
    await this.#replaying;
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit <= 0) return;
    this.#resume?.();
    this.#resume = null;
  }

  #run(): void {
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
    if (this.#delivered < through) this.#startReplay(through);
  }

  #hand({ batch, firstIndex, count, term }: OwnEntries): void {
    if (batch === null) this.#postQuiet(lastIndexOf({ firstIndex, count }), term);
    else this.#state.post({ kind: 'committed-own', batch, firstIndex, count, term });
    this.#delivered = lastIndexOf({ firstIndex, count });
  }

  #startReplay(through: LogIndex): void {
    this.#replaying = this.#replay(through).then(
      () => {
        this.#replaying = null;
        if (!this.#stopped) this.#run();
      },
      (error: unknown) => this.#failed(error),
    );
  }

  async #replay(through: LogIndex): Promise<void> {
    while (this.#delivered < through && !this.#stopped) {
      if (this.#credit <= 0) {
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
        continue;
      }
      const runs = await this.#source.read(after(this.#delivered), through, PIECE_BYTES);
      for (const stretch of byTerm(runs)) this.#postStretch(stretch, through);
    }
  }

  #postStretch(runs: readonly EntryRun[], through: LogIndex): void {
    const last = runs.at(-1);
    if (!last) return;
    const commands = runs.filter((run) => run.type === EntryType.command);
    const { indexes, entries } = joinRuns(commands, last.term, after(this.#delivered), through);
    const end = logIndex(Math.min(lastIndexOf(last), through));
    this.#credit -= entries.byteLength;
    this.#state.post({ kind: 'committed', indexes, through: end, term: last.term, entries }, [entries, indexes.buffer]);
    this.#delivered = end;
  }

  #postQuiet(through: LogIndex, term: Term): void {
    const message = { kind: 'committed', indexes: new Float64Array(0), through, term } as const;
    this.#state.post({ ...message, entries: new ArrayBuffer(0) });
  }

  #answerBarriers(): void {
    while (this.#barriers[0] && this.#barriers[0].index <= this.#delivered) {
      const { request, index } = this.#barriers[0];
      this.#barriers.shift();
      this.#state.post({ kind: 'barrier-reached', request, index });
    }
  }
}

function byTerm(runs: readonly EntryRun[]): EntryRun[][] {
  const stretches: EntryRun[][] = [];
  for (const run of runs) {
    const stretch = stretches.at(-1);
    if (stretch?.[0]?.term === run.term) stretch.push(run);
    else stretches.push([run]);
  }
  return stretches;
}
