// Real pipes for scripts. Node gives a child socket pairs, one for stdout and one for stderr: the order of the two is lost,
// and a script that writes to /dev/stderr fails, because a socket can't be opened by name. A FIFO that both share has
// neither problem. They are made a few at a time by mkfifo(1) and unlinked when opened; without them scripts get Node's.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const BATCH = 16;

export interface ScriptPipe {
  readonly readFd: number;
  /** For the child's stdout and stderr; the parent closes its own copy after the start. */
  readonly writeFd: number;
}

type Taker = (pipe: ScriptPipe | null) => void;

export class ScriptPipes {
  #folder: string | null = null;
  #ready: string[] = [];
  #takers: Taker[] = [];
  #made = 0;
  #isMaking = false;
  #isUnavailable = false;

  /** Hands out a pipe that the taker then owns, null when there are none on this system. */
  take(taker: Taker): void {
    const file = this.#ready.pop();
    if (file !== undefined) taker(this.#open(file));
    else if (this.#isUnavailable) taker(null);
    else {
      this.#takers.push(taker);
      this.#make();
    }
  }

  /** Removes what wasn't used. */
  close(): void {
    this.#isUnavailable = true;
    this.#ready = [];
    if (this.#folder !== null) fs.rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  #make(): void {
    if (this.#isMaking) return;
    let files: string[];
    try {
      const folder = this.#folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-checks-'));
      this.#folder = folder;
      files = Array.from({ length: BATCH }, (_, at) => path.join(folder, String(this.#made + at)));
    } catch {
      this.#giveUp();
      return;
    }
    this.#isMaking = true;
    this.#made += BATCH;
    execFile('mkfifo', ['-m', '600', ...files], (error) => {
      this.#isMaking = false;
      if (error !== null || this.#folder === null) {
        this.#giveUp();
        return;
      }
      this.#ready.push(...files);
      const takers = this.#takers;
      this.#takers = [];
      for (const taker of takers) this.take(taker);
    });
  }

  #giveUp(): void {
    this.#isUnavailable = true;
    const takers = this.#takers;
    this.#takers = [];
    for (const taker of takers) taker(null);
  }

  #open(file: string): ScriptPipe | null {
    let readFd = -1;
    try {
      // Opening for reading without blocking first, then for writing: neither waits for the other.
      readFd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const writeFd = fs.openSync(file, fs.constants.O_WRONLY);
      fs.unlinkSync(file);
      return { readFd, writeFd };
    } catch {
      if (readFd !== -1) fs.closeSync(readFd);
      return null;
    }
  }
}
