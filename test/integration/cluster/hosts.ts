// Hosts in network namespaces of their own, joined by a bridge in another: each has one address, its own loopback and the
// ports every agent uses by default. Programs run on a host by `ip netns exec`; nothing of it is to be seen outside.

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../data.js';

const COMMAND_DEADLINE_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const LICTOR = path.join(repositoryRoot, 'lictor');
const run = promisify(execFile);

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: COMMAND_DEADLINE_MS });
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One host: an address in a namespace. */
export class Host {
  readonly address: string;
  readonly #namespace: string;

  constructor(namespace: string, address: string) {
    this.#namespace = namespace;
    this.address = address;
  }

  spawn(program: string, args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.#namespace, program, ...args], { stdio: [stdin, 'pipe', 'pipe'] });
  }

  /** Runs a program to its end, whatever its exit code. */
  async run(program: string, args: readonly string[]): Promise<Ran> {
    try {
      const options = { timeout: COMMAND_DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES };
      const { stdout, stderr } = await run('ip', ['netns', 'exec', this.#namespace, program, ...args], options);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== 'number') throw error;
      return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
    }
  }

  lictor(...args: readonly string[]): Promise<Ran> {
    return this.run(LICTOR, args);
  }

  agent(...args: readonly string[]): ChildProcess {
    return this.spawn(LICTOR, ['agent', ...args]);
  }

  /** As a user on this host asks an agent on any. `method` and a body are curl's. */
  async http(method: string, url: string, body?: string): Promise<{ status: number; text: string }> {
    const data = body === undefined ? [] : ['--data-binary', body];
    const asked = await this.run('curl', ['-s', '-m', '30', '-w', '\n%{http_code}', '-X', method, ...data, url]);
    const end = asked.stdout.lastIndexOf('\n');
    return { status: Number(asked.stdout.slice(end + 1)), text: asked.stdout.slice(0, end) };
  }

  /** Cuts it off from all others, or lets it back in; its loopback goes on. */
  cut(isCut: boolean): void {
    ip('-n', this.#namespace, 'link', 'set', 'eth0', isCut ? 'down' : 'up');
  }
}

export class Hosts {
  readonly #name: string;
  readonly hosts: readonly Host[];

  /** `name` tells the networks of one process apart. {@link remove} has to follow {@link create}, whatever happens. */
  constructor(name: string, count: number) {
    this.#name = `lictor-${name}-${process.pid}`;
    this.hosts = Array.from({ length: count }, (_, i) => new Host(`${this.#name}-${i}`, `10.78.0.${i + 1}`));
  }

  create(): void {
    const hub = `${this.#name}-hub`;
    ip('netns', 'add', hub);
    ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
    ip('-n', hub, 'link', 'set', 'bridge', 'up');
    for (const [i, { address }] of this.hosts.entries()) {
      const namespace = `${this.#name}-${i}`;
      ip('netns', 'add', namespace);
      ip('-n', hub, 'link', 'add', `host-${i}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('-n', hub, 'link', 'set', `host-${i}`, 'master', 'bridge', 'up');
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      ip('-n', namespace, 'link', 'set', 'eth0', 'up');
      ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    }
  }

  /** Takes away what there is of it. */
  remove(): void {
    for (const part of ['hub', ...this.hosts.keys()]) {
      try {
        ip('netns', 'del', `${this.#name}-${part}`);
      } catch {
        // The creation didn't come so far.
      }
    }
  }
}
