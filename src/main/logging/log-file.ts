// The log file: appended, rotated by size and age, old archives deleted (spec/agent.md section 1, "log_file"). Written
// behind: the lines that came while a write was under way go out together in the next one.

import fs from 'node:fs';
import path from 'node:path';

export interface RotationRules {
  readonly file: string;
  /** 0: no limit. */
  readonly rotateBytes: number;
  readonly rotateDurationMs: number;
  /** 0 keeps all archives, a negative number none. */
  readonly rotateMaxFiles: number;
}

const DEFAULT_NAME = 'consul.log';
const MODE = 0o640;
/** Lines that wait beyond this are dropped: a dead disk must not eat the memory. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

export class LogFile {
  readonly #rules: RotationRules;
  readonly #path: string;
  #handle: fs.promises.FileHandle | null = null;
  #created = 0;
  #written = 0;
  #pending: string[] = [];
  #pendingBytes = 0;
  #dropped = 0;
  #flushing: Promise<void> | null = null;

  constructor(rules: RotationRules) {
    this.#rules = rules;
    this.#path = rules.file.endsWith('/') ? path.join(rules.file, DEFAULT_NAME) : rules.file;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#pendingBytes + bytes > MAX_PENDING_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#pending.push(line);
    this.#pendingBytes += bytes;
    this.#flushing ??= this.#flush();
  }

  /** Resolves when everything written so far is in the file. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#handle?.close();
    this.#handle = null;
  }

  async #flush(): Promise<void> {
    // Lines of the same turn belong together.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#pending.length > 0) await this.#writeBatch();
    } catch {
      // A log that can't be written must not stop the agent: the lines are on stdout too.
      this.#pending = [];
      this.#pendingBytes = 0;
      this.#handle = null;
    } finally {
      this.#flushing = null;
    }
  }

  async #writeBatch(): Promise<void> {
    const handle = await this.#current();
    // A size limit is kept line by line; without one everything that waits goes out in one write.
    const count = this.#rules.rotateBytes > 0 ? 1 : this.#pending.length;
    const lines = this.#pending.splice(0, count);
    if (this.#dropped > 0) {
      lines.push(`(${this.#dropped} log lines were dropped)\n`);
      this.#dropped = 0;
    }
    const chunk = Buffer.from(lines.join(''));
    this.#pendingBytes = Math.max(0, this.#pendingBytes - chunk.length);
    await handle.appendFile(chunk);
    this.#written += chunk.length;
  }

  async #current(): Promise<fs.promises.FileHandle> {
    if (this.#handle !== null && !this.#isDue()) return this.#handle;
    if (this.#handle !== null) await this.#rotate(this.#handle);
    this.#handle = await fs.promises.open(this.#path, 'a', MODE);
    this.#created = Date.now();
    this.#written = 0;
    return this.#handle;
  }

  #isDue(): boolean {
    const { rotateBytes, rotateDurationMs } = this.#rules;
    const isFull = rotateBytes > 0 && this.#written >= rotateBytes;
    return isFull || Date.now() - this.#created >= rotateDurationMs;
  }

  async #rotate(handle: fs.promises.FileHandle): Promise<void> {
    await handle.close();
    this.#handle = null;
    const { dir, stem, extension } = this.#parts();
    const stamp = BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
    await fs.promises.rename(this.#path, path.join(dir, `${stem}-${stamp}${extension}`));
    await this.#prune();
  }

  #parts(): { dir: string; stem: string; extension: string } {
    const extension = path.extname(this.#path) || '.log';
    return { dir: path.dirname(this.#path), stem: path.basename(this.#path, extension), extension };
  }

  async #prune(): Promise<void> {
    const keep = this.#rules.rotateMaxFiles;
    if (keep === 0) return;
    const { dir, stem, extension } = this.#parts();
    const isArchive = (name: string): boolean =>
      name.startsWith(`${stem}-`) &&
      name.endsWith(extension) &&
      /^\d+$/.test(name.slice(stem.length + 1, name.length - extension.length));
    const archives = (await fs.promises.readdir(dir)).filter(isArchive).sort();
    const surplus = archives.slice(0, Math.max(0, archives.length - Math.max(keep, 0)));
    for (const name of surplus) await fs.promises.unlink(path.join(dir, name));
  }
}
