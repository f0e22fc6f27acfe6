// What a probe keeps of a body or of a script's output: the last N bytes, whatever came before (spec/agent.md section 3).
// Memory follows what really arrived and never exceeds the limit.

const FIRST_ALLOCATION = 512;

export class OutputRing {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the oldest kept byte is; 0 until the ring has wrapped. */
  #start = 0;
  #used = 0;
  #total = 0;

  /** @param limit Bytes to keep; below 1 nothing is kept. */
  constructor(limit: number) {
    this.#limit = Math.max(0, Math.floor(limit));
  }

  /** All bytes ever written. */
  get total(): number {
    return this.#total;
  }

  /** Copies what it keeps: the caller may reuse `chunk`. */
  write(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#total += chunk.length;
    if (chunk.length >= this.#limit) {
      this.#reserve(this.#limit);
      chunk.copy(this.#bytes, 0, chunk.length - this.#limit);
      this.#start = 0;
      this.#used = this.#limit;
      return;
    }
    this.#reserve(Math.min(this.#limit, this.#used + chunk.length));
    const size = this.#bytes.length;
    const at = (this.#start + this.#used) % size;
    const first = Math.min(chunk.length, size - at);
    chunk.copy(this.#bytes, at, 0, first);
    if (first < chunk.length) chunk.copy(this.#bytes, 0, first);
    const overwritten = Math.max(0, this.#used + chunk.length - size);
    this.#start = (this.#start + overwritten) % size;
    this.#used = Math.min(size, this.#used + chunk.length);
  }

  /** The kept bytes as text; what isn't UTF-8 shows as U+FFFD. */
  text(): string {
    if (this.#start + this.#used <= this.#bytes.length) {
      return this.#bytes.toString('utf8', this.#start, this.#start + this.#used);
    }
    const tail = (this.#start + this.#used) % this.#bytes.length;
    return Buffer.concat([this.#bytes.subarray(this.#start), this.#bytes.subarray(0, tail)]).toString('utf8');
  }

  /** {@link text}, with a notice before it when something is missing. */
  textWithNotice(): string {
    if (this.#total <= this.#limit) return this.text();
    return `Captured ${this.#limit} of ${this.#total} bytes\n...\n${this.text()}`;
  }

  /** Grows to at least `size` bytes. The ring only wraps at its full size, so growing never has to unroll it. */
  #reserve(size: number): void {
    if (this.#bytes.length >= size) return;
    const grown = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(size, this.#bytes.length * 2, FIRST_ALLOCATION)));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
  }
}
