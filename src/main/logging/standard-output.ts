// Standard output without waiting for it: Node writes to pipes and terminals synchronously, so a reader that stalls would
// hold the main thread, which must not miss a probe. Writes go through the thread pool instead, one at a time.

import fs from 'node:fs';

const DESCRIPTOR = 1;
/** A pipe that is full and doesn't block is tried again after this time. */
const RETRY_MS = 20;

/** Where finished lines go. */
export interface LineOutput {
  /** Characters that wait to be written. */
  readonly backlog: number;
  write(text: string): void;
  /** Resolves when all is written, or can't be. */
  close(): Promise<void>;
}

export class StandardOutput implements LineOutput {
  #waiting = '';
  #writing: Promise<void> | null = null;

  get backlog(): number {
    return this.#waiting.length;
  }

  write(text: string): void {
    this.#waiting += text;
    this.#writing ??= this.#drain();
  }

  async close(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #drain(): Promise<void> {
    // Lines of one turn go out in one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting !== '') {
      const chunk = Buffer.from(this.#waiting);
      this.#waiting = '';
      await writeAll(chunk);
    }
    this.#writing = null;
  }
}

/** Gives up silently when nobody reads any more: the log is no reason to end the agent. */
async function writeAll(chunk: Buffer): Promise<void> {
  let at = 0;
  while (at < chunk.length) {
    const outcome = await writeOnce(chunk.subarray(at));
    if (typeof outcome === 'number') at += outcome;
    else if (outcome === 'full') await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    else return;
  }
}

function writeOnce(chunk: Buffer): Promise<number | 'full' | 'gone'> {
  return new Promise((resolve) => {
    fs.write(DESCRIPTOR, chunk, 0, chunk.length, null, (error, written) => {
      if (error === null) resolve(written);
      else resolve(error.code === 'EAGAIN' ? 'full' : 'gone');
    });
  });
}
