// An archive in a file, as the commands of `snapshot` take one: opened, read through and judged, its records handed out one by
// one.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ArchiveMeta } from '../../archive/archive-format.js';
import { readArchive, type StateSink } from '../../archive/archive-read.js';
import { errnoText } from '../../gotext/errno.js';
import { MsgpackReader } from '../../msgpack/reader.js';

/** No record is larger on a server, ours or another. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

export type TakeRecord = (type: number, value: Uint8Array) => void;

export type OpenedFile =
  | { readonly ok: true; readonly size: number }
  /** As after "open FILE: ". */
  | { readonly ok: false; readonly error: string };

/** Whether it is a file that can be read, and how long. */
export async function measureFile(path: string): Promise<OpenedFile> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { ok: false, error: `read ${path}: is a directory` };
    return { ok: true, size: found.size };
  } catch (error) {
    return { ok: false, error: `open ${path}: ${errnoText(error)}` };
  }
}

export type ReadFile =
  | { readonly ok: true; readonly meta: ArchiveMeta }
  | { readonly ok: false; readonly error: string };

export async function readSnapshotFile(path: string, take: TakeRecord): Promise<ReadFile> {
  try {
    return await readArchive(createReadStream(path), new RecordReader(take));
  } catch (error) {
    return { ok: false, error: `read ${path}: ${errnoText(error)}` };
  }
}

/** Finds where each record ends; the header, which comes first, is no record. */
class RecordReader implements StateSink {
  readonly #take: TakeRecord;
  #rest: Uint8Array = Buffer.alloc(0);
  #isBehindHeader = false;

  constructor(take: TakeRecord) {
    this.#take = take;
  }

  begin(): null {
    return null;
  }

  write(bytes: Uint8Array): string | null {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (at < all.length) {
      const start = this.#isBehindHeader ? at + 1 : at;
      const reader = new MsgpackReader(all, start);
      reader.skip();
      if (reader.problem === 'truncated') break;
      if (reader.problem !== null) return `failed to decode snapshot: ${reader.problem}`;
      if (this.#isBehindHeader) this.#take(all[at] ?? 0, all.subarray(start, reader.offset));
      this.#isBehindHeader = true;
      at = reader.offset;
    }
    this.#rest = all.subarray(at);
    return this.#rest.length > MAX_RECORD_BYTES ? 'failed to decode snapshot: a record is too large' : null;
  }

  end(): string | null {
    return this.#rest.length > 0 ? 'failed to decode snapshot: unexpected EOF' : null;
  }
}
