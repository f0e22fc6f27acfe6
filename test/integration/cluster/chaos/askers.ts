// The test's side of the asking programs (asker.ts), one a host.

import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { repositoryRoot } from '../../../data.js';
import type { Host } from '../hosts.js';

const PROGRAM = path.join(repositoryRoot, 'dist/test/integration/cluster/chaos/asker.js');

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export interface AskedQuestion extends Question {
  readonly id: number;
}

/** `status` 0: none came, and `text` is the error's code. `index`: X-Consul-Index, or 0. */
export interface Told {
  readonly status: number;
  readonly text: string;
  readonly index: number;
}

export interface AskedAnswer extends Told {
  readonly id: number;
}

export class Asker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (told: Told) => void>();
  #nextId = 1;

  constructor(host: Host) {
    this.#child = host.spawn(process.execPath, [PROGRAM], 'pipe');
    this.#child.stderr?.pipe(process.stderr);
    if (this.#child.stdout === null) throw new Error('an asker without an output');
    readline.createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as AskedAnswer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#child.on('exit', () => {
      for (const settle of this.#waiting.values()) settle({ status: 0, text: 'the asker has ended', index: 0 });
      this.#waiting.clear();
    });
  }

  ask(question: Question): Promise<Told> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin?.write(`${JSON.stringify({ id, ...question } satisfies AskedQuestion)}\n`);
    });
  }

  async get(target: string): Promise<Told> {
    return this.ask({ method: 'GET', path: target });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.on('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
