// Keeps the Serf snapshot (spec/gossip.md, section 16) in its file. Only opening waits for the disk; afterwards lines are
// gathered and written behind the main thread's back. Whenever the process dies, the file holds whole lines of the past:
// they are only ever appended, and a shorter file replaces the old one under its name once it is on the disk.

import fs from 'node:fs';
import path from 'node:path';
import { syncDirectory } from '../../../wire/sync-directory.js';
import {
  compactedSnapshot,
  hasLeaveLine,
  LEAVE_LINE,
  parseSnapshot,
  type RestoredSnapshot,
  type SnapshotState,
} from '../serf/pool/snapshot.js';

export interface SnapshotSource {
  /** How many members {@link state} would have, or a few more. */
  aliveCount(): number;
  /** The pool as it is when it is looked at, everything in it that was appended by then. */
  state(): SnapshotState;
  /** A problem for the log; the file goes on trying. */
  warn(text: string): void;
}

export interface SnapshotLimits {
  readonly flushIntervalMs: number;
  /** After an error, compactions are tried this far apart. */
  readonly retryIntervalMs: number;
  /** A file up to this size is never compacted. */
  readonly leastCompactedBytes: number;
  /** Lines that wait for the disk; beyond it they are dropped, and a compaction writes what they said. */
  readonly mostPendingBytes: number;
}

export const SNAPSHOT_LIMITS: SnapshotLimits = {
  flushIntervalMs: 500,
  retryIntervalMs: 30_000,
  leastCompactedBytes: 128 * 1024,
  mostPendingBytes: 1024 * 1024,
};

export type OpenedSnapshot =
  | { readonly ok: true; readonly file: SnapshotFile; readonly restored: RestoredSnapshot }
  | { readonly ok: false; readonly error: string };

/** What a member costs in the file, on average and generously; twice that is worth a compaction. */
const BYTES_PER_MEMBER = 2 * 128;
/** Far more than the largest pool leaves in a file: of a larger one only the end is read. */
const MOST_READ_BYTES = 64 * 1024 * 1024;
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const LINE_FEED = 0x0a;

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reads the whole lines at the end of the file and cuts off a torn one, to which the next line would be glued. */
function readLines(file: number): { readonly content: Buffer; readonly size: number } {
  const { size } = fs.fstatSync(file);
  const start = Math.max(0, size - MOST_READ_BYTES);
  const bytes = Buffer.alloc(size - start);
  let length = 0;
  while (length < bytes.length) {
    const count = fs.readSync(file, bytes, length, bytes.length - length, start + length);
    if (count === 0) break;
    length += count;
  }
  const end = bytes.subarray(0, length).lastIndexOf(LINE_FEED) + 1;
  if (start + end < size) fs.ftruncateSync(file, start + end);
  // Read from the middle, the first line is most likely a part of one.
  const first = start === 0 ? 0 : bytes.indexOf(LINE_FEED) + 1;
  return { content: bytes.subarray(first, end), size: start + end };
}

export class SnapshotFile {
  readonly #path: string;
  readonly #source: SnapshotSource;
  readonly #limits: SnapshotLimits;
  #handle: fs.promises.FileHandle | null = null;
  #size: number;
  #pending = '';
  #mustSync = false;
  #hasLeft = false;
  /** The file lacks something that was told, or ends in a part of a line: nothing may be appended before a compaction. */
  #isBehind = false;
  #hasFailed = false;
  #compactedSize = 0;
  #nextFlushMs = 0;
  /** No compaction before this. */
  #nextCompactionMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> | null = null;
  #isClosed = false;

  private constructor(file: string, size: number, source: SnapshotSource, limits: SnapshotLimits) {
    this.#path = file;
    this.#size = size;
    this.#source = source;
    this.#limits = limits;
  }

  /** Reads what an earlier run left and makes the file ready, with its directory; waits for the disk. */
  static open(
    file: string,
    keepsAfterLeave: boolean,
    source: SnapshotSource,
    limits: SnapshotLimits = SNAPSHOT_LIMITS,
  ): OpenedSnapshot {
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: DIRECTORY_MODE });
      const descriptor = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, FILE_MODE);
      try {
        const { content, size } = readLines(descriptor);
        const restored = parseSnapshot(content, keepsAfterLeave);
        return { ok: true, restored, file: new SnapshotFile(file, size, source, limits) };
      } finally {
        fs.closeSync(descriptor);
      }
    } catch (error) {
      return { ok: false, error: `failed to open snapshot: ${message(error)}` };
    }
  }

  /** Whole lines, each with its line feed. `isSynced`: they are brought onto the disk at once. Never waits. */
  append(lines: string, isSynced: boolean): void {
    if (this.#isClosed) return;
    this.#hasLeft ||= hasLeaveLine(lines);
    this.#mustSync ||= isSynced;
    // A file that is behind gets these lines, too, with the compaction.
    if (!this.#isBehind) this.#pending += lines;
    if (this.#pending.length > this.#limits.mostPendingBytes) this.#fallBehind();
    this.#schedule();
  }

  /** Writes what is pending. Resolves when that is done or has failed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#clearTimer();
    await this.#work;
    await this.#flush(Number.POSITIVE_INFINITY);
    await this.#closeHandle();
  }

  #fallBehind(): void {
    this.#isBehind = true;
    this.#pending = '';
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** When the disk may be asked next; while it is at work, the end of the work asks again. */
  #schedule(): void {
    if (this.#work !== null || this.#isClosed) return;
    if (this.#pending === '' && !this.#isBehind && !this.#mustSync) return;
    const isUrgent = this.#mustSync && !this.#isBehind;
    if (this.#timer !== null && !isUrgent) return;
    this.#clearTimer();
    const atMs = this.#isBehind ? Math.max(this.#nextFlushMs, this.#nextCompactionMs) : this.#nextFlushMs;
    this.#timer = setTimeout(() => this.#start(), isUrgent ? 0 : Math.max(0, atMs - performance.now()));
  }

  #start(): void {
    this.#timer = null;
    this.#work = this.#flush(performance.now()).finally(() => {
      this.#work = null;
      this.#schedule();
    });
  }

  #isTooLarge(added: number): boolean {
    const size = this.#size + added;
    // Where names are long, the state alone takes more than that: compacting must still halve the file to be worth it.
    if (size <= this.#limits.leastCompactedBytes || size <= 2 * this.#compactedSize) return false;
    return size > BYTES_PER_MEMBER * this.#source.aliveCount();
  }

  async #flush(nowMs: number): Promise<void> {
    this.#nextFlushMs = nowMs + this.#limits.flushIntervalMs;
    if (!this.#isBehind) await this.#writePending();
    if (this.#isBehind && nowMs >= this.#nextCompactionMs) await this.#compact(nowMs);
  }

  async #writePending(): Promise<void> {
    const lines = Buffer.from(this.#pending);
    const isSynced = this.#mustSync;
    if (this.#isTooLarge(lines.length)) return this.#fallBehind();
    if (lines.length === 0 && !isSynced) return;
    this.#pending = '';
    this.#mustSync = false;
    try {
      this.#handle ??= await fs.promises.open(this.#path, 'a', FILE_MODE);
      await this.#handle.appendFile(lines);
      if (isSynced) await this.#handle.datasync();
      this.#size += lines.length;
    } catch (error) {
      this.#source.warn(`failed to update snapshot ${this.#path}: ${message(error)}`);
      this.#mustSync ||= isSynced;
      this.#hasFailed = true;
      this.#fallBehind();
    }
  }

  /** Writes the state as a new file. What is appended meanwhile goes to the end of that one. */
  async #compact(nowMs: number): Promise<void> {
    const pieces = compactedSnapshot(this.#source.state());
    const end = this.#hasLeft ? LEAVE_LINE : '';
    const isSynced = this.#mustSync;
    this.#pending = '';
    this.#mustSync = false;
    this.#isBehind = false;
    if (this.#hasFailed) this.#nextCompactionMs = nowMs + this.#limits.retryIntervalMs;
    this.#hasFailed = false;
    try {
      await this.#closeHandle();
      this.#size = await this.#replace(pieces, end);
      this.#compactedSize = this.#size;
    } catch (error) {
      this.#source.warn(`failed to compact snapshot ${this.#path}: ${message(error)}`);
      this.#nextCompactionMs = nowMs + this.#limits.retryIntervalMs;
      this.#hasFailed = true;
      this.#mustSync ||= isSynced;
      this.#fallBehind();
    }
  }

  /** The new file's size. It is written piece by piece: the thread is never held for the whole of a large pool. */
  async #replace(pieces: Iterable<string>, end: string): Promise<number> {
    let size = 0;
    const shorter = `${this.#path}.compact`;
    const handle = await fs.promises.open(shorter, 'w', FILE_MODE);
    try {
      const write = async (lines: string): Promise<void> => {
        const bytes = Buffer.from(lines);
        await handle.appendFile(bytes);
        size += bytes.length;
      };
      for (const piece of pieces) await write(piece);
      await write(end);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(shorter, this.#path);
    await syncDirectory(path.dirname(this.#path));
    return size;
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    try {
      await handle?.close();
    } catch (error) {
      this.#source.warn(`failed to close snapshot ${this.#path}: ${message(error)}`);
    }
  }
}
