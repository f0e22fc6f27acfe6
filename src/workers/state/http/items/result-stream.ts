// An answer that grows while the request is worked on: one JSON value for each item, in an array or one a line. Written as fast as the
// client takes it. Many clients send all before they read a word, so a good part of it may wait, but what waits has a bound: whoever
// adds asks for room, and a client that takes nothing for a long while is left.

import type { StreamBody } from '../message/reply.js';
import type { ItemForm } from './item-stream.js';

/** What may wait of one answer, in characters: the results of some 300,000 items. */
const MAX_WAITING = 16 * 1024 * 1024;
/** What may wait of all of them; each may have a little, whatever the others have. */
const MAX_WAITING_OF_ALL = 64 * 1024 * 1024;
const ALWAYS_MAY_WAIT = 256 * 1024;
/** Written in one go. */
const PIECE_LENGTH = 64 * 1024;
/** A client that doesn't keep up is tried again after this long. */
const RETRY_MS = 5;
/** And is left after this long in which it took nothing. */
const PATIENCE_MS = 60_000;

let waitingOfAll = 0;

export class ResultStream implements StreamBody {
  readonly #form: ItemForm;
  /** Pieces that the client hasn't taken; the last one still grows. */
  #pieces: string[] = [];
  #waiting = 0;
  #count = 0;
  #isComplete = false;
  #isGone = false;
  #write: ((chunk: string) => boolean) | null = null;
  #end: () => void = () => {};
  #timer: NodeJS.Timeout | null = null;
  #takenAtMs = 0;
  #wake: (() => void) | null = null;
  readonly begun: Promise<void>;
  #begin: () => void = () => {};

  constructor(form: ItemForm) {
    this.#form = form;
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** Nobody reads it any more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Adds the texts of the next values. */
  add(values: readonly string[]): void {
    if (values.length === 0 || this.#isGone) return;
    const isArray = this.#form === 'array';
    const before = isArray ? (this.#count === 0 ? '[' : ',') : '';
    this.#count += values.length;
    this.#put(before + values.join(isArray ? ',' : '\n') + (isArray ? '' : '\n'));
  }

  /** No further value comes. */
  complete(): void {
    if (this.#form === 'array') this.#put(this.#count === 0 ? '[]' : ']');
    this.#isComplete = true;
    this.#begin();
    this.#send();
  }

  /** Resolves when more may be added, or nobody reads it any more. */
  async room(): Promise<void> {
    while (!this.#hasRoom()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  start(write: (chunk: string) => boolean, end: () => void): () => void {
    this.#write = write;
    this.#end = end;
    this.#takenAtMs = performance.now();
    this.#send();
    return () => this.#leave();
  }

  #hasRoom(): boolean {
    if (this.#isGone || this.#waiting <= ALWAYS_MAY_WAIT) return true;
    return this.#waiting <= MAX_WAITING && waitingOfAll <= MAX_WAITING_OF_ALL;
  }

  #put(text: string): void {
    if (this.#isGone) return;
    this.#waiting += text.length;
    waitingOfAll += text.length;
    const last = this.#pieces.length - 1;
    const grown = this.#pieces[last];
    if (grown !== undefined && grown.length < PIECE_LENGTH) this.#pieces[last] = grown + text;
    else this.#pieces.push(text);
    this.#begin();
    if (this.#timer === null) this.#send();
  }

  #send(): void {
    const write = this.#write;
    if (write === null || this.#isGone) return;
    let taken = 0;
    for (const piece of this.#pieces) {
      if (!write(piece)) break;
      taken += 1;
      this.#waiting -= piece.length;
      waitingOfAll -= piece.length;
    }
    if (taken > 0) {
      this.#pieces = this.#pieces.slice(taken);
      this.#takenAtMs = performance.now();
    }
    if (this.#pieces.length > 0) this.#retry();
    else if (this.#isComplete) this.#finish();
    this.#wakeUp();
  }

  #retry(): void {
    if (performance.now() - this.#takenAtMs > PATIENCE_MS) {
      this.#finish();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#send();
    }, RETRY_MS);
  }

  #finish(): void {
    const end = this.#end;
    this.#leave();
    end();
  }

  #leave(): void {
    this.#isGone = true;
    this.#pieces = [];
    waitingOfAll -= this.#waiting;
    this.#waiting = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#begin();
    this.#wakeUp();
  }

  #wakeUp(): void {
    if (!this.#hasRoom()) return;
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
