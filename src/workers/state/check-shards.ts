// The probes of this agent's checks, spread over check workers: one worker up to a few thousand checks, then more, up to
// the cores. A shard whose worker ended gets a new port and its tasks again, with the statuses known by then.

import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { CheckResult, ChecksToState, CheckTask, StateToChecks } from '../../wire/check-port.js';
import type { LogLevel } from '../../wire/thread-port.js';
import type { CheckRunner } from './local/checks/check-task.js';

/** A worker runs 5,000 HTTP checks of a 30-second interval on a fraction of a core; more than this start another. */
const TASKS_PER_SHARD = 8_000;
/** A host that drops packets holds a place for its whole timeout: a tenth of a full shard may do so. */
const CONCURRENCY_PER_SHARD = 2_048;

/** Orders that follow each other closely are sent together, this many milliseconds apart. */
const ORDER_INTERVAL_MS = 10;

interface Shard {
  readonly number: number;
  port: MessagePort;
  readonly tasks: Map<number, CheckTask>;
  /** Not sent yet: what to run (the latest of each key), and what to end before that. */
  adding: Map<number, CheckTask>;
  removing: number[];
  stopped: (() => void) | null;
}

export interface CheckShardsOptions {
  /** Hands a shard's port to main, which runs the task in its pool. */
  readonly open: (shard: number, concurrency: number, port: MessagePort) => void;
}

export class CheckShards implements CheckRunner {
  readonly #options: CheckShardsOptions;
  readonly #shards: Shard[] = [];
  readonly #shardOf = new Map<number, Shard>();
  #scheduled = false;
  #hear: (results: readonly CheckResult[]) => void = () => {};
  readonly #maxShards = Math.max(1, availableParallelism());

  constructor(options: CheckShardsOptions) {
    this.#options = options;
  }

  listen(hear: (results: readonly CheckResult[]) => void): void {
    this.#hear = hear;
  }

  add(tasks: readonly CheckTask[]): void {
    for (const task of tasks) {
      const shard = this.#shardOf.get(task.key) ?? this.#choose();
      shard.tasks.set(task.key, task);
      shard.adding.set(task.key, task);
      this.#shardOf.set(task.key, shard);
    }
    this.#schedule();
  }

  remove(keys: readonly number[]): void {
    for (const key of keys) {
      const shard = this.#shardOf.get(key);
      if (!shard) continue;
      this.#shardOf.delete(key);
      shard.tasks.delete(key);
      shard.adding.delete(key);
      shard.removing.push(key);
    }
    this.#schedule();
  }

  /** The worker of this shard ended by itself. */
  lost(number: number): void {
    const shard = this.#shards[number];
    if (!shard) return;
    shard.port.close();
    shard.port = this.#openPort(shard.number);
    this.#attend(shard);
    shard.removing = [];
    shard.adding = new Map(shard.tasks);
    this.#schedule();
  }

  setLevel(level: LogLevel): void {
    for (const shard of this.#shards) this.#send(shard, { kind: 'log-level', level });
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
      if (shard.adding.size > 0) this.#send(shard, { kind: 'add', tasks: [...shard.adding.values()] });
      shard.removing = [];
      shard.adding = new Map();
    }
  }

  #choose(): Shard {
    let best: Shard | undefined;
    for (const shard of this.#shards) if (!best || shard.tasks.size < best.tasks.size) best = shard;
    if (best && (best.tasks.size < TASKS_PER_SHARD || this.#shards.length >= this.#maxShards)) return best;
    const number = this.#shards.length;
    const shard: Shard = {
      number,
      port: this.#openPort(number),
      tasks: new Map(),
      adding: new Map(),
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
    return port1;
  }

  #attend(shard: Shard): void {
    shard.port.on('message', (message: ChecksToState) => {
      if (message.kind === 'stopped') {
        shard.stopped?.();
        return;
      }
      for (const { key, status, output } of message.results) {
        const task = shard.tasks.get(key);
        if (task) shard.tasks.set(key, { ...task, status, output });
      }
      this.#hear(message.results);
    });
  }

  #send(shard: Shard, message: StateToChecks): void {
    shard.port.postMessage(message);
  }
}
