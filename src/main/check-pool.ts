// The pool of check workers: each runs one long task, a shard of the agent's checks, from its first check to the end. The
// pool starts no thread before a shard is asked for. A shard whose task ends by itself is reported, so that its owner
// sends its checks again over a new port.

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { CheckShardTask } from '../wire/check-port.js';
import type { StringMap } from '../wire/records.js';
import type { LogLevel, WorkerToMain } from '../wire/thread-port.js';

export interface CheckPoolOptions {
  readonly maxThreads: number;
  readonly logLevel: () => LogLevel;
  readonly environment: StringMap;
  readonly onMessage: (message: WorkerToMain) => void;
  readonly onLost: (shard: number, reason: string) => void;
}

export class CheckPool {
  readonly #options: CheckPoolOptions;
  #pool: Promise<Piscina> | null = null;
  #stopping = false;
  readonly #controls = new Set<MessagePort>();

  constructor(options: CheckPoolOptions) {
    this.#options = options;
  }

  /** Runs a shard over `port` (transferred) until the port's owner stops it. */
  async run(shard: number, concurrency: number, port: MessagePort): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const name = `checks-${shard}`;
    port1.on('message', (message: WorkerToMain) => this.#options.onMessage(message));
    this.#controls.add(port1);
    const task: CheckShardTask = {
      port,
      shard,
      concurrency,
      environment: this.#options.environment,
      control: { name, port: port2, logLevel: this.#options.logLevel() },
    };
    let reason = 'its task ended';
    try {
      const pool = await this.#open();
      await pool.run(task, { transferList: [port, port2] });
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    } finally {
      this.#controls.delete(port1);
      port1.close();
    }
    if (!this.#stopping) this.#options.onLost(shard, reason);
  }

  /** Ends every thread; the shards were told to stop over their own ports before. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const pool = await this.#pool;
    await pool?.destroy();
  }

  #open(): Promise<Piscina> {
    this.#pool ??= import('piscina').then(
      ({ Piscina: Pool }) =>
        new Pool({
          filename: new URL('../workers/checks/worker.js', import.meta.url).href,
          minThreads: 0,
          maxThreads: this.#options.maxThreads,
          concurrentTasksPerWorker: 1,
          idleTimeout: 0,
        }),
    );
    return this.#pool;
  }
}
