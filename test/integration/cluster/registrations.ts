// Somebody who registers and deregisters with the tutorial's shell loops at one agent, without a pause, and keeps the books:
// what was acknowledged last of every service.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../../data.js';
import type { Random } from '../../random.js';
import type { Host } from './hosts.js';

/** The agent on the loop's own host. */
const AGENT = '127.0.0.1:8500';
/** Words of one run of a loop. */
const AT_ONCE = 20;
/** With more than these, as many are taken away as come. */
const MOST_STANDING = 600;

export interface RegistrationOptions {
  readonly host: Host;
  /** For the files that the loops read. */
  readonly folder: string;
  /** Of the services, in turn. */
  readonly addresses: readonly string[];
  readonly checkPort: number;
  readonly checkInterval: string;
  readonly random: Random;
}

export class Registrations {
  /** The addresses of the services whose registration was acknowledged, and nothing after it, by service ID. */
  readonly standing = new Map<string, string>();
  /** Calls that were acknowledged. */
  acknowledged = 0;
  readonly #options: RegistrationOptions;
  /** Those that were taken away: some are registered again. */
  readonly #gone: string[] = [];
  #words = 0;
  #isOver = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** {@link end} has to follow, whatever happens. */
  begin(): void {
    this.#work = this.#run();
    // Who ends it is told; until then nobody waits for it.
    this.#work.catch(() => undefined);
  }

  /** Resolves when its last call is answered. */
  end(): Promise<void> {
    this.#isOver = true;
    return this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const taken = this.#someStanding();
      const words = this.#nextWords();
      await Promise.all([this.#register(words), this.#deregister(taken)]);
    }
  }

  #nextWords(): string[] {
    const { addresses, random } = this.#options;
    return Array.from({ length: AT_ONCE }, () => {
      if (random.chance(0.1)) {
        const again = this.#gone.shift();
        if (again !== undefined) return again;
      }
      this.#words += 1;
      return `${addresses[this.#words % addresses.length]}-tomcat-${8000 + this.#words}`;
    });
  }

  #someStanding(): string[] {
    const { random } = this.#options;
    const share = this.standing.size > MOST_STANDING ? AT_ONCE / this.standing.size : 0.05;
    return [...this.standing.keys()].filter(() => random.chance(share));
  }

  async #register(words: readonly string[]): Promise<void> {
    const { checkPort, checkInterval } = this.#options;
    for (const id of await this.#loop('register', words, String(checkPort), checkInterval)) {
      this.standing.set(id, addressOf(wordOf(id)));
    }
  }

  async #deregister(ids: readonly string[]): Promise<void> {
    for (const id of await this.#loop('deregister', ids)) {
      this.standing.delete(id);
      this.#gone.push(wordOf(id));
    }
  }

  /** The service IDs, all of them acknowledged: the agent lives, whatever the servers do. */
  async #loop(what: 'register' | 'deregister', lines: readonly string[], ...more: readonly string[]) {
    const { host, folder } = this.#options;
    const file = path.join(folder, `${what}.txt`);
    fs.writeFileSync(file, `${lines.join('\n')}\n`);
    const script = path.join(repositoryRoot, `test/interop/${what}-loop.sh`);
    const { stdout } = await host.run(script, [file, AGENT, ...more]);
    const told = stdout.split('\n').filter((line) => line !== '');
    assert.equal(told.length, lines.length, stdout);
    this.acknowledged += told.length;
    return told.map((line) => {
      const [id = '', status = ''] = line.split(' ');
      assert.equal(status, '200', `${what} ${line}`);
      return id;
    });
  }
}

const PREFIX = 'prometheus-system-monitor-';

function wordOf(id: string): string {
  return id.slice(PREFIX.length);
}

function addressOf(word: string): string {
  return word.slice(0, word.indexOf('-'));
}
