// Bytes that come in pieces, one behind the other in memory. A client may send each byte alone, in a chunk or a segment of
// its own: kept as they come, a piece costs more than a hundred bytes. One piece alone stays the view it is.

const EMPTY = new Uint8Array(0);
const FIRST_CAPACITY = 1024;

export class GatheredBytes {
  length = 0;
  /** The only piece, or an own buffer of at most twice the bytes (or the first capacity). */
  #bytes: Uint8Array = EMPTY;
  #isOwn = false;

  /** Takes `bytes[start … end)`, which stay valid. */
  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = this.length + end - start;
    if (this.length === 0) {
      this.#bytes = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
      this.#isOwn = false;
    } else {
      if (!this.#isOwn || length > this.#bytes.length) this.#grow(length);
      if (end - start === 1) this.#bytes[this.length] = bytes[start] ?? 0;
      else this.#bytes.set(bytes.subarray(start, end), this.length);
    }
    this.length = length;
  }

  /** All bytes, in a buffer that holds nothing else if it was made here; nothing is left. */
  take(): Uint8Array {
    const { length } = this;
    let taken = this.#bytes;
    if (taken.length > length) taken = copyOf(taken, length, length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.length = 0;
    this.#bytes = EMPTY;
    this.#isOwn = false;
  }

  #grow(needed: number): void {
    this.#bytes = copyOf(this.#bytes, this.length, Math.max(needed, 2 * this.length, FIRST_CAPACITY));
    this.#isOwn = true;
  }
}

/** The first `length` bytes in a buffer of `capacity`, which shares its memory with nothing. */
function copyOf(bytes: Uint8Array, length: number, capacity: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(capacity);
  copy.set(bytes.length > length ? bytes.subarray(0, length) : bytes);
  return copy;
}
