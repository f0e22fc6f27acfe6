// Takes an archive apart into a file with its state, and judges all of it on the way: the archive's own form, whether the state
// can be read as one (into tables that are thrown away), and whether there is room for it. A state that couldn't be read would
// end this server, and every later start of it.

import { type FileHandle, open, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname } from 'node:path';
import { type ReadArchive, readArchive, type StateSink } from '../../../archive/archive-read.js';
import { type RestoreTarget, SnapshotReader } from '../replica/snapshot/snapshot-read.js';

/** Read at once: large enough that a long record isn't put together from many, small enough not to hold the thread up. */
const PIECE_BYTES = 256 * 1024;
/** The state is written twice before the old one can go. */
const COPIES_ON_DISK = 2;
/** What is restored needs about this much more memory than its bytes, beside the present state. */
const MEMORY_FACTOR = 2;
/** Indexes beyond it would leave none to go on with. */
const MAX_INDEX = 2 ** 52;

export async function checkArchive(
  archive: AsyncIterable<Uint8Array>,
  path: string,
  tables: Pick<RestoreTarget, 'makeTables'>,
): Promise<ReadArchive> {
  const file = await open(path, 'wx', 0o600);
  try {
    const state = new CheckedState(file, dirname(path), tables);
    const read = await readArchive(archive, state);
    if (!read.ok) return read;
    const problem = state.finish(read.meta.index) ?? (read.meta.index > MAX_INDEX ? 'its index is too high' : null);
    if (problem !== null) return { ok: false, error: `failed to restore snapshot: ${problem}` };
    return read;
  } finally {
    await file.close();
  }
}

class CheckedState implements StateSink {
  readonly #file: FileHandle;
  readonly #directory: string;
  readonly #reader: SnapshotReader;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(file: FileHandle, directory: string, tables: Pick<RestoreTarget, 'makeTables'>) {
    this.#file = file;
    this.#directory = directory;
    this.#reader = new SnapshotReader({ makeTables: () => tables.makeTables(), replaceTables: () => {} });
  }

  async begin(size: number): Promise<string | null> {
    const { bavail, bsize } = await statfs(this.#directory);
    if (size * COPIES_ON_DISK > bavail * bsize) return `no space left on device for a state of ${size} bytes`;
    if (size * MEMORY_FACTOR > freemem()) return `not enough memory for a state of ${size} bytes`;
    return null;
  }

  async write(bytes: Uint8Array): Promise<string | null> {
    this.#pieces.push(bytes);
    this.#bytes += bytes.byteLength;
    return this.#bytes < PIECE_BYTES ? null : this.#flush();
  }

  /** The state stood for `index` where it was saved. */
  finish(index: number): string | null {
    try {
      return this.#reader.end() > index ? 'it holds indexes beyond its own' : null;
    } catch (error) {
      return textOf(error);
    }
  }

  async #flush(): Promise<string | null> {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    try {
      this.#reader.push(bytes);
    } catch (error) {
      return `failed to restore snapshot: ${textOf(error)}`;
    }
    await this.#file.writeFile(bytes);
    return null;
  }

  /** The last pieces. */
  async end(): Promise<string | null> {
    return this.#bytes === 0 ? null : this.#flush();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
