// The little that the log needs of a storage engine: ordered keys, atomic durable writes, ordered scans. LevelDB gives it
// on disk, an array gives it in memory (-dev), a simulated disk in tests.

export interface Put {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface KeyValueStore {
  /**
   * Writes all or nothing; durable once resolved. Key and value bytes are copied before this returns, so the caller may
   * reuse them at once.
   */
  write(puts: readonly Put[], removals: readonly Uint8Array[]): Promise<void>;
  get(key: Uint8Array): Promise<Uint8Array | null>;
  /** Ascending; keys from `from` on, below `before`. */
  scan(from: Uint8Array, before: Uint8Array): AsyncIterable<Put>;
  /** Removes keys from `from` on, below `before`; durable with the next {@link write} at the latest. */
  removeRange(from: Uint8Array, before: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
