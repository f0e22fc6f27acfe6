// What the connections of others have sent of messages that aren't whole yet, all together: many that each begin a long one
// must not fill the memory.

/** Four messages of the largest size. */
const MOST_BYTES = 256 * 1024 * 1024;

export class UnfinishedBytes {
  #bytes = 0;

  /** One connection holds so many more, or fewer. Answers whether there is room for all. */
  change(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= MOST_BYTES;
  }
}
