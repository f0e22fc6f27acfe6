// A request's body piece by piece, for what is too large for memory. The client is read no faster than the pieces are taken.

import type { BodySink, Exchange } from '../engine/engine.js';

export type BodyPieces = AsyncIterable<Uint8Array>;

/** Pieces that wait to be taken before the client is no longer read. */
const MAX_WAITING_BYTES = 1024 * 1024;

export function bodyPieces(exchange: Exchange): BodyPieces {
  const body = new BodyStream(exchange);
  exchange.receive(body);
  return body;
}

class BodyStream implements BodySink, BodyPieces {
  readonly #exchange: Exchange;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #end: 'open' | 'whole' | 'cut' = 'open';
  /** Nobody takes any more: what still comes is dropped. */
  #isLeft = false;
  #wake: (() => void) | null = null;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  chunk(bytes: Uint8Array): void {
    if (this.#isLeft) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    if (this.#waitingBytes > MAX_WAITING_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#exchange.pauseBody();
    }
    this.#wake?.();
  }

  end(): void {
    this.#end = 'whole';
    this.#wake?.();
  }

  aborted(): void {
    this.#end = 'cut';
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        for (const piece of this.#take()) yield piece;
        if (this.#waiting.length > 0) continue;
        if (this.#end === 'cut') throw new Error('unexpected EOF');
        if (this.#end === 'whole') return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      // Whoever isn't read is read again when the answer goes out.
      this.#isLeft = true;
      this.#waiting = [];
    }
  }

  #take(): readonly Uint8Array[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#isPaused && this.#end === 'open') this.#exchange.resumeBody();
    this.#isPaused = false;
    return taken;
  }
}
