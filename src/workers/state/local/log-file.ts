// One append-only file whose writes are on disk when they are done. A write that fails (disk full) is taken back, so that
// what was written before stays readable and the next write may succeed.

import { fdatasync, write } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MAGIC } from './log-frames.js';

const FILE_MODE = 0o600;

/** Makes a created, renamed or deleted name in `directory` survive a power loss. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** With callbacks: a promise of node:fs for each of the two steps costs more than the steps. */
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

function syncData(handle: FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(handle.fd, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

export class LogFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #size: number;
  /** A failed write may have left bytes behind `#size`. */
  #dirty = false;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /** A new file, or an existing one emptied. */
  static async create(path: string): Promise<LogFile> {
    const handle = await open(path, 'w', FILE_MODE);
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

  /** An existing file; what lies behind `size` is cut. */
  static async reopen(path: string, size: number): Promise<LogFile> {
    const handle = await open(path, 'r+', FILE_MODE);
    try {
      if (size < MAGIC.length) await writeAll(handle, MAGIC, 0);
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
    try {
      await writeAll(this.#handle, bytes, this.#size);
      await syncData(this.#handle);
    } catch (error) {
      await this.#takeBack().catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
    this.#dirty = false;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #takeBack(): Promise<void> {
    await this.#handle.truncate(this.#size);
    await syncData(this.#handle);
    this.#dirty = false;
  }
}
