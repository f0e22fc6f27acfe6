// An archive in a file, as the commands of `snapshot` take one: named, opened, read through and judged, its records handed out
// one by one.

import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type ReadArchive, readArchive, type StateSink } from '../../archive/archive-read.js';
import { errnoText } from '../../gotext/errno.js';
import { MsgpackReader } from '../../msgpack/reader.js';
import { UnreadBytes } from '../../msgpack/unread-bytes.js';
import type { Options } from './command.js';

/** No record is larger on a server, ours or another. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** A text that comes back says what is wrong with the record. */
export type TakeRecord = (type: number, value: Uint8Array) => string | null;

export type NamedFile = { readonly ok: true; readonly file: string } | { readonly ok: false; readonly error: string };

/** The one file that is to stand behind the options. */
export function namedFile({ words }: Options): NamedFile {
  const [file] = words;
  if (file === undefined) return { ok: false, error: 'Missing FILE argument' };
  if (words.length > 1) return { ok: false, error: `Too many arguments (expected 1, got ${words.length})` };
  return { ok: true, file };
}

export type OpenedFile =
  | { readonly ok: true; readonly content: Readable }
  /** As after "Error opening snapshot file: ". */
  | { readonly ok: false; readonly error: string };

/** Open, so that a file that can't be read is known of before anything else happens. A pipe is a file, too. */
export async function openFile(path: string): Promise<OpenedFile> {
  try {
    const handle = await open(path);
    if (!(await handle.stat()).isDirectory()) return { ok: true, content: handle.createReadStream() };
    await handle.close();
    return { ok: false, error: `read ${path}: is a directory` };
  } catch (error) {
    return { ok: false, error: `open ${path}: ${errnoText(error)}` };
  }
}

export function readRecords(content: AsyncIterable<Uint8Array>, take: TakeRecord): Promise<ReadArchive> {
  return readArchive(content, new RecordReader(take));
}

/** Finds where each record ends; the header, which comes first, is no record. */
class RecordReader implements StateSink {
  readonly #take: TakeRecord;
  readonly #unread = new UnreadBytes(MAX_RECORD_BYTES);
  #isBehindHeader = false;

  constructor(take: TakeRecord) {
    this.#take = take;
  }

  begin(): null {
    return null;
  }

  write(bytes: Uint8Array): string | null {
    this.#unread.add(bytes);
    const all = this.#unread.take();
    return all === null ? null : this.#read(all);
  }

  end(): string | null {
    const problem = this.#read(this.#unread.takeAll());
    if (problem !== null) return problem;
    return this.#unread.length > 0 ? 'failed to decode snapshot: unexpected EOF' : null;
  }

  #read(all: Uint8Array): string | null {
    let at = 0;
    while (at < all.length) {
      const start = this.#isBehindHeader ? at + 1 : at;
      const reader = new MsgpackReader(all, start);
      reader.skip();
      if (reader.problem === 'truncated') break;
      const problem =
        reader.problem ?? (this.#isBehindHeader ? this.#take(all[at] ?? 0, all.subarray(start, reader.offset)) : null);
      if (problem !== null) return `failed to decode snapshot: ${problem}`;
      this.#isBehindHeader = true;
      at = reader.offset;
    }
    if (all.length - at > MAX_RECORD_BYTES) return 'failed to decode snapshot: a record is too large';
    this.#unread.putBack(all.subarray(at));
    return null;
  }
}
