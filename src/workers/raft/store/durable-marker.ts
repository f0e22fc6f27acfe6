// How far the log is known to be durable, kept outside of it. LevelDB drops a damaged piece at the end of its own log
// without a word, exactly as it drops a torn last write: only a second witness can tell acknowledged entries that were
// lost from a write that never finished. The marker is written after each sync and not synced itself, so it may lag behind
// after a power failure but never run ahead: it can miss a loss, it can't invent one. Only its making is synced: from then on
// it is overwritten in place, inside one sector, so that a marker that is missing, cut or unreadable was damaged.

import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from '../../../wasm/crc.js';
import { syncDirectoryNow } from '../../../wire/sync-directory.js';
import { type LogIndex, logIndex } from '../core/entry.js';
import { StorageFailure } from './storage-failure.js';

export interface DurableMarker {
  /** The last index known to be durable; null while there is no marker. */
  readonly index: LogIndex | null;
  /** Makes the marker; it and the names beside it are durable when this returns. */
  begin(): void;
  advance(index: LogIndex): void;
  /** To be called before entries after `index` are deleted; durable when it returns. */
  retreat(index: LogIndex): void;
  close(): void;
}

const BYTES = 16;
const MAGIC = 0x314d_524c;

/** One 16-byte record: magic, index, CRC-32. */
export class MarkerFile implements DurableMarker {
  readonly #path: string;
  readonly #record = Buffer.alloc(BYTES);
  /** Null until something is written: a start that is refused leaves the directory as it was. */
  #descriptor: number | null = null;
  #index: LogIndex | null;

  /** Throws a StorageFailure when it is damaged, and what node:fs throws. */
  constructor(path: string) {
    this.#path = path;
    this.#index = readMarker(path);
  }

  get index(): LogIndex | null {
    return this.#index;
  }

  begin(): void {
    this.advance(logIndex(0));
    fsyncSync(this.#open());
    syncDirectoryNow(dirname(this.#path));
  }

  advance(index: LogIndex): void {
    this.#index = index;
    this.#record.writeUInt32LE(MAGIC, 0);
    this.#record.writeUInt32LE(index >>> 0, 4);
    this.#record.writeUInt32LE(Math.floor(index / 2 ** 32), 8);
    this.#record.writeUInt32LE(crc32(this.#record.subarray(0, 12)), 12);
    writeSync(this.#open(), this.#record, 0, BYTES, 0);
  }

  retreat(index: LogIndex): void {
    if (this.#index === null || index >= this.#index) return;
    this.advance(index);
    fsyncSync(this.#open());
  }

  close(): void {
    if (this.#descriptor === null) return;
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    return this.#descriptor;
  }
}

/** Null when there is none, or one whose making was cut off. Whether one has to be there is the log's to say. */
function readMarker(path: string): LogIndex | null {
  const record = contentOf(path);
  if (record.length === 0) return null;
  const damaged = (what: string): StorageFailure =>
    new StorageFailure('damaged', `raft log is damaged: durable marker ${path}: ${what}`);
  if (record.length !== BYTES) throw damaged(`${record.length} bytes where ${BYTES} were written`);
  if (record.readUInt32LE(0) !== MAGIC) throw damaged('not a durable marker');
  if (record.readUInt32LE(12) !== crc32(record.subarray(0, 12))) throw damaged('checksum mismatch');
  return logIndex(record.readUInt32LE(8) * 2 ** 32 + record.readUInt32LE(4));
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Without a disk nothing outlives the process, so there is nothing to witness. */
export class NoMarker implements DurableMarker {
  index: LogIndex = logIndex(0);

  advance(index: LogIndex): void {
    this.index = index;
  }

  retreat(index: LogIndex): void {
    if (index < this.index) this.index = index;
  }

  begin(): void {}

  close(): void {}
}
