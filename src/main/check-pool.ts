// The pool of check workers: each runs one long task, a shard of the agent's checks, from its first check to the end. The
// pool starts no thread before a shard is asked for. A shard whose task ends by itself is reported, so that its owner
// sends its checks again over a new port. A pool one of whose threads can't be started (no memory, no thread left) is given
// up, since piscina would keep the task waiting for ever; the next shard opens another.

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { CheckShardTask } from '../wire/checks/check-port.js';
import type { StringMap } from '../wire/records.js';
import type { LogLevel, WorkerToMain } from '../wire/thread-port.js';
import { YOUNG_GENERATION_MB } from './young-generations.js';

export interface CheckPoolOptions {
  readonly maxThreads: number;
  readonly logLevel: () => LogLevel;
  readonly environment: StringMap;
  readonly onMessage: (message: WorkerToMain) => void;
  readonly onLost: (shard: number, reason: string) => void;
}

/** A worker that ends sooner than this is started again only after a pause: a start that always fails must cost little. */
const SHORT_LIFE_MS = 5_000;
const RESTART_PAUSE_MS = 1_000;

export class CheckPool {
  readonly #options: CheckPoolOptions;
  #pool: Promise<Piscina> | null = null;
  /** Why a thread could not be started. */
  #startFailure: string | null = null;
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
    const startedMs = performance.now();
    let reason = 'its task ended';
    try {
      const pool = await this.#open();
      await pool.run(task, { transferList: [port, port2] });
    } catch (error) {
      reason = this.#startFailure ?? (error instanceof Error ? error.message : String(error));
    } finally {
      this.#controls.delete(port1);
      port1.close();
    }
    if (performance.now() - startedMs < SHORT_LIFE_MS) await pause(RESTART_PAUSE_MS);
    if (!this.#stopping) this.#options.onLost(shard, reason);
  }

  /** Ends every thread; the shards were told to stop over their own ports before. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const pool = await this.#pool;
    await pool?.destroy();
  }

  #open(): Promise<Piscina> {
    this.#startFailure = null;
    this.#pool ??= import('piscina').then(({ Piscina: Pool }) => {
      const pool = new Pool({
        filename: new URL('../workers/checks/worker.js', import.meta.url).href,
        minThreads: 0,
        maxThreads: this.#options.maxThreads,
        concurrentTasksPerWorker: 1,
        idleTimeout: 0,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
        // The read end of a script's pipe is opened by number and given to a socket, which closes it. Node wouldn't see that:
        // it would warn when the number comes again, and close it, whoever's it is by then, when the thread ends.
        trackUnmanagedFds: false,
      });
      pool.on('error', (error: Error) => this.#giveUp(pool, error.message));
      pool.on('workerDestroy', () =>
        setImmediate(() => {
          if (pool.queueSize > 0) this.#giveUp(pool, 'its thread ended while it was being started');
        }),
      );
      return pool;
    });
    return this.#pool;
  }

  /** Fails every task of the pool. */
  #giveUp(pool: Piscina, reason: string): void {
    if (this.#stopping) return;
    this.#startFailure = reason;
    this.#pool = null;
    void pool.destroy();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
