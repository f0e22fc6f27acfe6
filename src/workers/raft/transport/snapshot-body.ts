// The bytes of a snapshot behind an InstallSnapshot request, as whoever writes them to the disk takes them: no faster than that
// are they read from the connection.

/** What the connection has received, and what becomes of it. */
export interface BodySource {
  /** Up to `most` bytes that are there, which are used up; none when there are none. */
  take(most: number): Uint8Array;
  /** The snapshot was given up, and gets no answer: the connection is of no use any more. */
  abandoned(): void;
}

export class SnapshotBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodySource;
  #left: number;
  #isCut = false;
  #wake: (() => void) | null = null;

  constructor(source: BodySource, size: number) {
    this.#source = source;
    this.#left = size;
  }

  get isComplete(): boolean {
    return this.#left === 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#left > 0) {
      const value = this.#source.take(this.#left);
      this.#left -= value.byteLength;
      if (value.byteLength > 0) return { done: false, value };
      if (this.#isCut) throw new Error('short read');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#source.abandoned();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** More bytes are there. */
  received(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** Nothing more will come. */
  cut(): void {
    this.#isCut = true;
    this.received();
  }

  /** Nobody wants what is there. */
  discard(): void {
    while (this.#left > 0) {
      const { byteLength } = this.#source.take(this.#left);
      if (byteLength === 0) return;
      this.#left -= byteLength;
    }
  }
}
