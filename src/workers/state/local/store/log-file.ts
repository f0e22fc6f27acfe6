// One append-only file whose writes are on disk when they are done. A write that fails (disk full) is taken back, so that
// what was written before stays readable and the next write may succeed. The file is opened with O_DSYNC and kept ahead of
// its data with zeros: a write is then one call that leaves the file's size alone, which takes half the time of a write
// that grows the file and a sync behind it.

import { constants, write } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../../../../wire/sync-directory.js';
import { MAGIC } from './log-frames.js';

const FILE_MODE = 0o600;
const { O_RDWR, O_CREAT, O_TRUNC, O_DSYNC } = constants;
/** How far the zeros go beyond the data. */
const AHEAD_BYTES = 1024 * 1024;

/** With a callback: a promise of node:fs costs more than the step. */
function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const writeFrom = (done: number): void => {
      write(handle.fd, bytes, done, bytes.length - done, position + done, (error, count) => {
        if (error) reject(error);
        else if (done + count < bytes.length) writeFrom(done + count);
        else resolve();
      });
    };
    writeFrom(0);
  });
}

export class LogFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #size: number;
  /** Up to here the file exists; zeros behind `#size`. */
  #allocated: number;
  /** A failed write may have left bytes behind `#size`. */
  #dirty = false;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.#size = size;
    this.#allocated = size;
  }

  /** A new file, or an existing one emptied. */
  static async create(path: string): Promise<LogFile> {
    const handle = await open(path, O_RDWR | O_CREAT | O_TRUNC | O_DSYNC, FILE_MODE);
    try {
      await writeAll(handle, MAGIC, 0);
      await handle.sync();
      await syncDirectory(dirname(path));
    } catch (error) {
      await handle.close();
      await unlink(path).catch(() => undefined);
      throw error;
    }
    return new LogFile(path, handle, MAGIC.length);
  }

  /** An existing file; what lies behind `size` is cut. From now on it has a marker, also where an older agent wrote it. */
  static async reopen(path: string, size: number): Promise<LogFile> {
    const handle = await open(path, O_RDWR | O_DSYNC, FILE_MODE);
    try {
      await writeAll(handle, MAGIC, 0);
      await handle.truncate(Math.max(size, MAGIC.length));
      await handle.sync();
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new LogFile(path, handle, Math.max(size, MAGIC.length));
  }

  get size(): number {
    return this.#size;
  }

  /** One at a time. On disk when resolved; when rejected, nothing of it counts. */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#dirty) await this.#takeBack();
    this.#dirty = true;
    if (this.#size + bytes.length > this.#allocated) await this.#goAhead(this.#size + bytes.length + AHEAD_BYTES);
    try {
      await writeAll(this.#handle, bytes, this.#size);
    } catch (error) {
      await this.#takeBack().catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
    this.#allocated = Math.max(this.#allocated, this.#size);
    this.#dirty = false;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Zeros up to `end`. Where the disk has no room for them, the data may still have. */
  async #goAhead(end: number): Promise<void> {
    try {
      await writeAll(this.#handle, new Uint8Array(end - this.#allocated), this.#allocated);
      this.#allocated = end;
    } catch {
      await this.#handle.truncate(this.#size).catch(() => undefined);
      this.#allocated = this.#size;
    }
  }

  async #takeBack(): Promise<void> {
    await this.#handle.truncate(this.#size);
    await this.#handle.datasync();
    this.#allocated = this.#size;
    this.#dirty = false;
  }
}
