// Bytes of requests that have to wait for the answer to the one before.

export class ReadAhead {
  bytes = 0;
  readonly #chunks: Buffer[] = [];

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Puts back what was taken too early. */
  addFirst(chunk: Buffer): void {
    this.#chunks.unshift(chunk);
    this.bytes += chunk.length;
  }

  take(): Buffer {
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    return only ?? Buffer.concat(this.#chunks);
  }
}
