// The cache of a client agent, for callers that take what it has (`?cached`, `dns_config.use_cache`): answers that are kept
// current, by what was asked. What nobody asks for any more goes first when there are too many, by bytes or by number; each is
// a query that a server holds, too.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import type { AskedValue } from './elsewhere.js';
import { KeptRead, type Sources } from './kept-read.js';
import { keyOf, type Question } from './question.js';

// biome-ignore lint/suspicious/noExplicitAny: the answers to all kinds of questions; a key leads to one of its own kind
type AnyKept = KeptRead<any, any>;

interface Entry {
  readonly kept: AnyKept;
  bytes: number;
  /** When it was put behind all others. */
  movedMs: number;
}

export interface KeptBounds {
  readonly answers: number;
  readonly bytes: number;
}

/** What somebody gets who asked for it. `kept`: null where it is too large to be kept. */
export interface Had<Request, Value> {
  readonly answer: AskedValue<Value>;
  readonly kept: KeptRead<Request, Value> | null;
}

export interface KeptReadsOptions {
  readonly sources: Sources;
  /** Asks a server, and again as the rules say; an answer older than `maxStaleMs` is asked of the leader, 0: it may be of any age. */
  readonly fetch: <Request, Value>(
    question: Question<Request, Value>,
    maxStaleMs: number,
  ) => Promise<AskedValue<Value> | Refusal>;
  readonly bounds?: KeptBounds;
}

const BOUNDS: KeptBounds = { answers: 4096, bytes: 32 * 1024 * 1024 };
/** As stock keeps what nobody asks for. */
const IDLE_MS = 20 * 60_000;
/** Records take about so many times the bytes that they had on the wire, with the texts that are made of them. */
const GROWTH = 8;
/** The query that stands behind an answer, and what an empty one takes. */
const ENTRY_BYTES = 2_048;

export class KeptReads {
  readonly #options: KeptReadsOptions;
  readonly #bounds: KeptBounds;
  /** Those that were kept, or spared, longest ago first. */
  readonly #entries = new Map<string, Entry>();
  readonly #fetching = new Map<string, Promise<unknown>>();
  #bytes = 0;
  #isStopping = false;

  constructor(options: KeptReadsOptions) {
    this.#options = options;
    this.#bounds = options.bounds ?? BOUNDS;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** About. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Callers that wait for a change. */
  get waiting(): number {
    let waiting = 0;
    for (const { kept } of this.#entries.values()) waiting += kept.waiters.size;
    return waiting;
  }

  find<Request, Value>(question: Question<Request, Value>): KeptRead<Request, Value> | null {
    const kept = this.#entries.get(keyOf(question))?.kept ?? null;
    kept?.asked();
    return kept;
  }

  /** Asks for it, whatever is kept, and keeps the answer. Those who ask the same at the same time share it. */
  fetch<Request, Value>(
    question: Question<Request, Value>,
    maxStaleMs: number,
  ): Promise<Had<Request, Value> | Refusal> {
    const key = keyOf(question);
    const shared = `${maxStaleMs} ${key}`;
    const running = this.#fetching.get(shared) as Promise<Had<Request, Value> | Refusal> | undefined;
    if (running !== undefined) return running;
    const begun = this.#options
      .fetch(question, maxStaleMs)
      .then((answer) => (isRefusal(answer) ? answer : { answer, kept: this.#keep(key, question, answer) }))
      .finally(() => this.#fetching.delete(shared));
    this.#fetching.set(shared, begun);
    return begun;
  }

  /** From now on nothing is kept. */
  stop(): void {
    this.#isStopping = true;
    for (const { kept } of this.#entries.values()) kept.stop();
    this.#entries.clear();
    this.#bytes = 0;
  }

  #keep<Request, Value>(
    key: string,
    question: Question<Request, Value>,
    answer: AskedValue<Value>,
  ): KeptRead<Request, Value> | null {
    if (this.#isStopping) return null;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.kept.asked();
      known.kept.confirm(answer);
      return known.kept.isOver ? null : known.kept;
    }
    const admit = (changed: KeptRead<Request, Value>): boolean => this.#admit(key, changed);
    const withdraw = (denied: KeptRead<Request, Value>): void => this.#withdraw(key, denied);
    const kept = new KeptRead(answer, { question, sources: this.#options.sources, admit, withdraw });
    this.#entries.set(key, { kept, bytes: 0, movedMs: kept.askedMs });
    if (!this.#admit(key, kept)) return null;
    setImmediate(() => kept.follow());
    return kept;
  }

  /** Takes its bytes in as they are now; false when it is kept no longer. */
  #admit(key: string, kept: AnyKept): boolean {
    const entry = this.#entries.get(key);
    if (entry?.kept !== kept) return false;
    const bytes = ENTRY_BYTES + 2 * key.length + GROWTH * kept.answer.bytes;
    if (bytes > this.#bounds.bytes || deadlines.now() - kept.askedMs > IDLE_MS) {
      this.#forget(key, entry);
      return false;
    }
    this.#bytes += bytes - entry.bytes;
    entry.bytes = bytes;
    this.#makeRoom(entry);
    return true;
  }

  #withdraw(key: string, kept: AnyKept): void {
    const entry = this.#entries.get(key);
    if (entry?.kept === kept) this.#forget(key, entry);
  }

  /** Whoever was asked for since his turn came last is spared once. */
  #makeRoom(admitted: Entry): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#bounds.bytes && this.#entries.size <= this.#bounds.answers) return;
      if (entry === admitted) continue;
      if (entry.kept.askedMs > entry.movedMs) {
        entry.movedMs = entry.kept.askedMs;
        this.#entries.delete(key);
        this.#entries.set(key, entry);
        continue;
      }
      this.#forget(key, entry);
      entry.kept.stop();
    }
  }

  #forget(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
