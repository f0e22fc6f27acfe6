// A server of a test's cluster as a process (cluster-child.ts): started, given orders, killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bootstrapWith } from '../../../src/workers/raft/core/bootstrap.js';
import type { Configuration } from '../../../src/workers/raft/core/configuration.js';
import { openStorage } from '../../../src/workers/raft/storage.js';
import { waitFor } from '../../agent-process.js';

export interface ServerPlace {
  readonly id: string;
  readonly port: number;
  readonly dataDir: string;
}

interface Event {
  readonly listens?: true;
  readonly leads?: boolean;
  readonly applied?: number;
  readonly dump?: readonly [number, string][];
  readonly lines?: readonly string[];
  readonly snapshot?: string;
}

type Program = readonly [string, ...string[]];

/** A lictor server; timeouts of 400 ms are fast enough for a test, longer ones leave others the first election. */
export function lictorServer({ dataDir, id, port }: ServerPlace, heartbeatTimeoutMs = 400): Program {
  const script = fileURLToPath(new URL('./cluster-child.js', import.meta.url));
  return [process.execPath, script, dataDir, id, String(port), String(heartbeatTimeoutMs)];
}

export class ServerProcess {
  readonly place: ServerPlace;
  leads = false;
  /** Commands that its state has. */
  applied = 0;
  #listens = false;
  #dump: readonly [number, string][] | null = null;
  #snapshots = 0;
  lines: readonly string[] = [];
  readonly #child: ChildProcess;

  /** `program`: another one than lictor's, which takes the same orders. */
  constructor(place: ServerPlace, program = lictorServer(place)) {
    this.place = place;
    const [file, ...args] = program;
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = this.#child.stdout;
    if (output === null) throw new Error('no output');
    createInterface({ input: output }).on('line', (line) => this.#take(JSON.parse(line) as Event));
  }

  async started(): Promise<this> {
    await waitFor(() => this.#listens, `${this.place.id} to listen`);
    return this;
  }

  propose(texts: readonly string[]): void {
    this.#order({ propose: texts });
  }

  /** Hands leadership to another server. */
  transfer({ id, port }: ServerPlace): void {
    this.#order({ transfer: { id, address: `127.0.0.1:${port}` } });
  }

  async snapshot(): Promise<void> {
    const before = this.#snapshots;
    this.#order({ snapshot: true });
    await waitFor(() => this.#snapshots > before, 'the snapshot');
  }

  /** Everything that its state has. */
  async dump(): Promise<readonly [number, string][]> {
    this.#dump = null;
    this.#order({ dump: true });
    await waitFor(() => this.#dump !== null, `what ${this.place.id} has`);
    return this.#dump ?? [];
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #order(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #take(event: Event): void {
    this.#listens ||= event.listens === true;
    this.leads = event.leads ?? this.leads;
    this.applied = event.applied ?? this.applied;
    this.#dump = event.dump ?? this.#dump;
    this.lines = event.lines ?? this.lines;
    if (event.snapshot) this.#snapshots += 1;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The same first entry for all of them, as a bootstrap writes it. */
export async function bootstrap(places: readonly ServerPlace[], configuration: Configuration): Promise<void> {
  for (const { dataDir } of places) {
    const { log } = await openStorage(dataDir, () => {});
    await log.persist(bootstrapWith(configuration));
    await log.close();
  }
}
