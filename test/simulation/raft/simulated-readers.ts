// The readers beside a simulated server's state: replicas of their own, attached to its raft worker as in an agent, each of which
// hears the log as late as chance has it. A read goes to any thread of the server, and what a reader doesn't answer itself, to
// the first one.

import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import type { AppliedProgress } from '../../../src/wire/raft/applied-progress.js';
import type { RaftToState, StateToRaft } from '../../../src/wire/raft/raft-port.js';
import type { BlockingRead } from '../../../src/workers/state/calls/blocking-read.js';
import type { Calls, ReadCall } from '../../../src/workers/state/calls/calls.js';
import type { Consistency } from '../../../src/workers/state/calls/read-settings.js';
import { ReaderCalls } from '../../../src/workers/state/calls/reader-calls.js';
import type { Asker } from '../../../src/workers/state/methods/contract/asker.js';
import type { WriteMethod } from '../../../src/workers/state/methods/contract/method.js';
import type { Refusal } from '../../../src/workers/state/methods/contract/refusal.js';
import { noAcls } from '../../../src/workers/state/methods/contract/token-resolver.js';
import { KeepingUp } from '../../../src/workers/state/replica/keeping-up.js';
import { RaftClient } from '../../../src/workers/state/replica/raft-client.js';
import { StoreApplier } from '../../../src/workers/state/replica/replica.js';
import { StateStore } from '../../../src/workers/state/replica/state-store.js';
import type { Random } from '../../random.js';
import type { Life } from './life.js';
import type { Asked } from './server-of-clients.js';

/** A reader is this late at most, and often not at all. */
const LATEST_MS = 300;
const LATE = 0.4;

class SimulatedReader {
  readonly calls: ReaderCalls;
  readonly #life: Life;
  readonly #random: Random;
  #nowMs = 0;
  #unheard: { readonly atMs: number; readonly message: RaftToState }[] = [];
  #hear: (message: RaftToState) => void = () => {};
  #take: (message: StateToRaft) => void = () => {};

  constructor(life: Life, progress: AppliedProgress, random: Random, failed: (text: string) => void) {
    this.#life = life;
    this.#random = random;
    const store = new StateStore();
    const keepingUp = new KeepingUp(progress);
    const applier = new StoreApplier(store, new Logger('fsm', new LogSink('error', () => {})), keepingUp);
    const port = {
      on: (_: 'message', listener: (message: RaftToState) => void) => {
        this.#hear = listener;
      },
      postMessage: (message: StateToRaft) => {
        queueMicrotask(() => {
          if (!life.isOver) this.#take(message);
        });
      },
    };
    const events = { started: () => {}, role: () => {}, fatal: failed };
    const client = new RaftClient(port, life.leadership, applier, events, 0);
    this.calls = new ReaderCalls(store, client, keepingUp, noAcls, new Metrics());
    life.server.replicas.attach({
      listen: (take) => {
        this.#take = take;
      },
      post: (message) => this.#tell(message),
      close: () => {},
    });
  }

  /** Hears what has waited long enough. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    while (this.#unheard[0] && this.#unheard[0].atMs <= nowMs) {
      const message = this.#unheard.shift()?.message;
      if (!this.#life.isOver && message) this.#hear(message);
    }
  }

  #tell(message: RaftToState): void {
    const delayMs = this.#random.chance(LATE) ? this.#random.below(LATEST_MS) : 0;
    if (delayMs === 0 && this.#unheard.length === 0) {
      queueMicrotask(() => {
        if (!this.#life.isOver) this.#hear(message);
      });
    } else this.#unheard.push({ atMs: Math.max(this.#unheard.at(-1)?.atMs ?? 0, this.#nowMs + delayMs), message });
  }
}

/** All threads of a server, as its clients see them. */
export class ManyThreads implements Asked {
  readonly #life: Life;
  readonly #primary: Asked;
  readonly #readers: readonly SimulatedReader[];
  readonly #random: Random;

  constructor(life: Life, primary: Asked, progress: AppliedProgress, random: Random, failed: (text: string) => void) {
    this.#life = life;
    this.#primary = primary;
    this.#random = random;
    this.#readers = [1, 2].map(() => new SimulatedReader(life, progress, random, failed));
  }

  tick(nowMs: number): void {
    for (const reader of this.#readers) reader.tick(nowMs);
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    this.#threadFor(call.settings.consistency).read(run, call);
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    asker: Asker,
  ): Promise<Reply | Refusal> {
    return this.#primary.write(method, request, datacenter, asker);
  }

  #threadFor(consistency: Consistency): Pick<Calls, 'read'> {
    const { mayServe, hadLeader } = this.#life.leadership;
    const isServed = consistency !== 'consistent' && (mayServe || (consistency === 'stale' && hadLeader));
    const reader = this.#readers[this.#random.below(this.#readers.length + 1)];
    return isServed && reader ? reader.calls : this.#primary;
  }
}
