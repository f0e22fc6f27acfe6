// How far the log is known to be durable, kept outside of it. LevelDB drops a damaged piece at the end of its own log
// without a word, exactly as it drops a torn last write: only a second witness can tell acknowledged entries that were
// lost from a write that never finished. The marker is written after each sync and not synced itself, so it may lag behind
// after a power failure but never run ahead: it can miss a loss, it can't invent one.

import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from '../../../wasm/crc.js';
import { type LogIndex, logIndex } from '../core/entry.js';

export interface DurableMarker {
  /** The last index known to be durable; 0 when unknown. */
  readonly index: LogIndex;
  advance(index: LogIndex): void;
  /** To be called before entries after `index` are deleted; durable when it returns. */
  retreat(index: LogIndex): void;
  close(): void;
}

const BYTES = 16;
const MAGIC = 0x314d_524c;

/** One 16-byte record, overwritten in place: magic, index, CRC-32. A torn one reads as unknown. */
export class MarkerFile implements DurableMarker {
  readonly #descriptor: number;
  readonly #record = Buffer.alloc(BYTES);
  #index: LogIndex;

  /** Throws what node:fs throws. */
  constructor(path: string) {
    this.#descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#index = this.#read();
  }

  get index(): LogIndex {
    return this.#index;
  }

  advance(index: LogIndex): void {
    this.#index = index;
    this.#record.writeUInt32LE(MAGIC, 0);
    this.#record.writeUInt32LE(index >>> 0, 4);
    this.#record.writeUInt32LE(Math.floor(index / 2 ** 32), 8);
    this.#record.writeUInt32LE(crc32(this.#record.subarray(0, 12)), 12);
    writeSync(this.#descriptor, this.#record, 0, BYTES, 0);
  }

  retreat(index: LogIndex): void {
    if (index >= this.#index) return;
    this.advance(index);
    fsyncSync(this.#descriptor);
  }

  close(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  #read(): LogIndex {
    const record = Buffer.alloc(BYTES);
    const isWhole = readSync(this.#descriptor, record, 0, BYTES, 0) === BYTES;
    if (!isWhole || record.readUInt32LE(0) !== MAGIC) return logIndex(0);
    if (record.readUInt32LE(12) !== crc32(record.subarray(0, 12))) return logIndex(0);
    return logIndex(record.readUInt32LE(8) * 2 ** 32 + record.readUInt32LE(4));
  }
}

/** Without a disk nothing outlives the process, so there is nothing to witness. */
export class NoMarker implements DurableMarker {
  index: LogIndex = logIndex(0);

  advance(index: LogIndex): void {
    this.index = index;
  }

  retreat(index: LogIndex): void {
    this.index = index;
  }

  close(): void {}
}
