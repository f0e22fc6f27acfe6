// The probes of this agent's checks, spread over check workers: one worker up to a few thousand checks, then more, up to
// the cores. Only keys are kept: the tasks are asked for when they leave. A shard whose worker ended gets a new port and its
// tasks again, with the statuses known by then.

import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { surprise } from '../../../observe/surprise.js';
import type { ChecksToState, StateToChecks } from '../../../wire/checks/check-port.js';
import type { CheckTask } from '../../../wire/checks/check-task.js';
import { packTasks } from '../../../wire/checks/packed-tasks.js';
import type { TlsMaterial } from '../../../wire/config.js';
import type { LogLevel } from '../../../wire/thread-port.js';
import type { CheckOwner, CheckRunner } from '../local/checks/check-task.js';

/** A worker runs 5,000 HTTP checks of a 30-second interval on a fraction of a core; more than this start another. */
const TASKS_PER_SHARD = 8_000;
/** A host that drops packets holds a place for its whole timeout: a tenth of a full shard may do so. */
const CONCURRENCY_PER_SHARD = 2_048;

/** Orders that follow each other closely are sent together, this many milliseconds apart. */
const ORDER_INTERVAL_MS = 10;
/** More in one go would hold the thread's other work up. */
const TASKS_PER_ORDER = 512;

interface Shard {
  readonly number: number;
  port: MessagePort;
  readonly keys: Set<number>;
  /** Not sent yet: what to run, and what to end before that. */
  adding: Set<number>;
  removing: number[];
  stopped: (() => void) | null;
}

/** What a check's TLS trusts and shows; null: the system's roots, and nothing. */
export type CheckTls = Pick<TlsMaterial, 'ca' | 'cert' | 'key'> | null;

export interface CheckShardsOptions {
  readonly tls: CheckTls;
  /** Hands a shard's port to main, which runs the task in its pool. */
  readonly open: (shard: number, concurrency: number, port: MessagePort) => void;
}

export class CheckShards implements CheckRunner {
  readonly #options: CheckShardsOptions;
  readonly #shards: Shard[] = [];
  #scheduled = false;
  #owner: CheckOwner | null = null;
  #tls: CheckTls;
  readonly #maxShards = Math.max(1, availableParallelism());

  constructor(options: CheckShardsOptions) {
    this.#options = options;
    this.#tls = options.tls;
  }

  serve(owner: CheckOwner): void {
    this.#owner = owner;
  }

  run(key: number): void {
    const shard = this.#choose();
    shard.keys.add(key);
    shard.adding.add(key);
    this.#schedule();
  }

  end(key: number): void {
    for (const shard of this.#shards) {
      if (!shard.keys.delete(key)) continue;
      // What hasn't left yet needs no word.
      if (shard.adding.delete(key)) return;
      shard.removing.push(key);
      this.#schedule();
      return;
    }
  }

  /** The worker of this shard ended by itself. */
  lost(number: number): void {
    const shard = this.#shards[number];
    if (!shard) return;
    shard.port.close();
    shard.port = this.#openPort(shard.number);
    this.#attend(shard);
    shard.removing = [];
    shard.adding = new Set(shard.keys);
    this.#schedule();
  }

  setLevel(level: LogLevel): void {
    for (const shard of this.#shards) this.#send(shard, { kind: 'log-level', level });
  }

  /** After a reload: for connections to come. */
  setTls(tls: CheckTls): void {
    const before = this.#tls;
    this.#tls = tls;
    if (tls !== null || before !== null) for (const shard of this.#shards) this.#sendTls(shard.port);
  }

  /** Stops every probe; waits for the workers' word, at most `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    const words = this.#shards.map(
      (shard) =>
        new Promise<void>((resolve) => {
          shard.stopped = resolve;
          this.#send(shard, { kind: 'stop' });
        }),
    );
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs);
    });
    await Promise.race([Promise.all(words), deadline]);
    clearTimeout(timer);
    for (const shard of this.#shards) shard.port.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => this.#flush(), ORDER_INTERVAL_MS);
  }

  #flush(): void {
    this.#scheduled = false;
    for (const shard of this.#shards) {
      if (shard.removing.length > 0) this.#send(shard, { kind: 'remove', keys: shard.removing });
      shard.removing = [];
      if (shard.adding.size > 0) this.#send(shard, { kind: 'add', tasks: packTasks(this.#take(shard.adding)) });
      if (shard.adding.size > 0) this.#schedule();
    }
  }

  #take(adding: Set<number>): readonly CheckTask[] {
    const tasks: CheckTask[] = [];
    for (const key of adding) {
      if (tasks.length === TASKS_PER_ORDER) break;
      adding.delete(key);
      try {
        const task = this.#owner?.task(key);
        if (task) tasks.push(task);
      } catch (error) {
        // One that can't be made keeps no other from being run.
        surprise(error);
      }
    }
    return tasks;
  }

  #choose(): Shard {
    let best: Shard | undefined;
    for (const shard of this.#shards) if (!best || shard.keys.size < best.keys.size) best = shard;
    if (best && (best.keys.size < TASKS_PER_SHARD || this.#shards.length >= this.#maxShards)) return best;
    const number = this.#shards.length;
    const shard: Shard = {
      number,
      port: this.#openPort(number),
      keys: new Set(),
      adding: new Set(),
      removing: [],
      stopped: null,
    };
    this.#shards.push(shard);
    this.#attend(shard);
    return shard;
  }

  #openPort(number: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#options.open(number, CONCURRENCY_PER_SHARD, port2);
    // Ahead of every task.
    if (this.#tls !== null) this.#sendTls(port1);
    return port1;
  }

  #sendTls(port: MessagePort): void {
    const { ca, cert, key } = this.#tls ?? { ca: [], cert: '', key: '' };
    const message: StateToChecks = { kind: 'tls', ca, cert, key };
    port.postMessage(message);
  }

  #attend(shard: Shard): void {
    shard.port.on('message', (message: ChecksToState) => {
      if (message.kind === 'stopped') {
        shard.stopped?.();
        return;
      }
      this.#owner?.hear(message.results);
    });
  }

  #send(shard: Shard, message: StateToChecks): void {
    shard.port.postMessage(message);
  }
}
