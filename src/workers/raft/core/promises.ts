// What must be durable before it is spoken of: term and vote, entries, and the messages that wait for them. One write at a
// time; what arrives while it runs shares the next one.

import type { HardState, Term } from './entry.js';
import type { RaftLog } from './log.js';
import type { Outgoing } from './message.js';
import { Outbox } from './outbox.js';
import type { Persist } from './ready.js';

export class Promises {
  readonly outbox = new Outbox();
  readonly #log: RaftLog;
  #hardState: HardState;
  #hardStateChanged = false;
  #persisting: Persist | null = null;

  constructor(hardState: HardState, log: RaftLog) {
    this.#hardState = hardState;
    this.#log = log;
  }

  get term(): Term {
    return this.#hardState.term;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#hardStateChanged = true;
  }

  /** It leaves when everything that this server has taken up so far is durable. */
  sendWhenDurable(message: Outgoing): void {
    this.outbox.sendWhenDurable(message, this.#hasUnwritten, this.#persisting !== null);
  }

  /** Promises nothing about entries: only term and vote must be durable. */
  sendInTerm(message: Outgoing): void {
    const isWritingIt = this.#persisting !== null && this.#persisting.hardState !== null;
    this.outbox.sendWhenDurable(message, this.#hardStateChanged, isWritingIt);
  }

  /** The next write begins; null while one runs, or when nothing is to be written. */
  take(): Persist | null {
    if (this.#persisting !== null || !this.#hasUnwritten) return null;
    const hardState = this.#hardStateChanged ? this.#hardState : null;
    this.#persisting = { hardState, ...this.#log.takeWaiting() };
    this.#hardStateChanged = false;
    this.outbox.writeBegins();
    return this.#persisting;
  }

  /** The write that {@link take} began is durable. Throws when there is none. */
  written(): Persist {
    const done = this.#persisting;
    if (done === null) throw new Error('advance without a persist under way');
    this.#persisting = null;
    this.#log.written();
    this.outbox.writeEnded();
    return done;
  }

  get #hasUnwritten(): boolean {
    return this.#hardStateChanged || this.#log.hasWaiting;
  }
}
