// The bytes of a stream of values that nobody says the lengths of, cut anywhere. What a value lacks is waited for, and the value
// isn't tried again before twice as much of it is there: a long one costs its length, not the square of it.

export class UnreadBytes {
  readonly #most: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #enough = 0;

  /** No value is longer than `most` bytes: with more than that there is always something to read, or to refuse. */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes must not change afterwards. */
  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  /** All that is there, in one piece; null as long as trying it again isn't worth while. */
  take(): Uint8Array | null {
    return this.#length < this.#enough ? null : this.takeAll();
  }

  /** The same at the end of the stream. */
  takeAll(): Uint8Array {
    const [only] = this.#chunks;
    const all = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    this.#enough = 0;
    return all;
  }

  /** The beginning of a value whose end has not arrived, out of what was taken. */
  putBack(rest: Uint8Array): void {
    if (rest.byteLength === 0) return;
    this.add(rest);
    this.#enough = Math.min(2 * rest.byteLength, this.#most + 1);
  }
}
