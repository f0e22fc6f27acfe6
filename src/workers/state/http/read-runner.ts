// How a read is started: parameters, datacenter, leader and consistency (spec/http.md, sections 2 and 3; spec/rpc.md,
// section 4). A plain default read on the leader takes no promise and no timer.

import type { Consensus } from '../consensus.js';
import type { StoreReads } from '../store/read-api.js';
import type { ApiCall } from './api-call.js';
import { type Deadline, deadlines } from './deadline-queue.js';
import { isReply, type Read, type ReadOptions } from './endpoint.js';
import { ReadCache } from './read-cache.js';
import { NOT_READY, type ReadContext, ReadRun } from './read-run.js';

export const NO_SERVERS = 'No known Consul servers';
export const NO_DATACENTER = 'No path to datacenter';
const NO_LEADER = 'No cluster leader';
/** Waits between two tries start at a sixteenth of rpc_hold_timeout. */
const HOLD_STEPS = 16;

export class ReadRunner {
  readonly #context: ReadContext;
  readonly #cache = new ReadCache();

  constructor(store: StoreReads, consensus: Consensus, failed: ReadContext['failed']) {
    this.#context = { store, consensus, waiting: 0, stopping: false, failed };
  }

  /** Blocking queries that wait right now. */
  get waiting(): number {
    return this.#context.waiting;
  }

  /** From now on nothing waits: for a change, or for a leader. */
  stop(): void {
    this.#context.stopping = true;
  }

  run<T>(call: ApiCall, read: Read<T>): void {
    const options = call.readOptions(read.discovery === true);
    if (isReply(options)) {
      call.finish(options);
      return;
    }
    const prepared = read.prepare(call);
    if (isReply(prepared)) {
      call.finish(prepared);
      return;
    }
    const run = new ReadRun(this.#context, call, read, prepared, options);
    if (call.datacenter !== call.site.datacenter) {
      run.fail(NO_DATACENTER);
      return;
    }
    if (options.cached && read.cacheable) run.cache = this.#cache.look(call);
    if (run.cache?.hit || (options.consistency !== 'consistent' && this.#mayServe(options))) this.#start(run, options);
    else this.#hold(run, options).catch((error: unknown) => this.#context.failed(call, error));
  }

  #start<T>(run: ReadRun<T>, options: ReadOptions): void {
    if (run.cache !== null) this.#cache.served(run.cache);
    run.start(options.waitMs);
  }

  #mayServe(options: ReadOptions): boolean {
    const { leadership } = this.#context.consensus;
    if (options.consistency !== 'stale') return leadership.mayServe;
    if (!leadership.hadLeader) return false;
    // Too old an answer is asked again of the leader.
    return options.maxStaleMs <= 0 || leadership.lastContactMs <= options.maxStaleMs || leadership.mayServe;
  }

  /** Waits for a leader (and a quorum's word) up to rpc_hold_timeout, trying again after growing, random pauses. */
  async #hold<T>(run: ReadRun<T>, options: ReadOptions): Promise<void> {
    const { holdMs } = run.call.site;
    const until = deadlines.now() + holdMs + (options.minIndex > 0 ? options.waitMs : 0);
    let pauseMs = 0;
    for (let attempt = 0; ; attempt++) {
      let failure = NO_LEADER;
      if (this.#mayServe(options)) {
        if (options.consistency !== 'consistent' || (await this.#context.consensus.verifyLeader())) {
          this.#start(run, options);
          return;
        }
        failure = NOT_READY;
      }
      if (this.#context.stopping || deadlines.now() >= until) {
        run.fail(failure);
        return;
      }
      const longest = (holdMs / HOLD_STEPS) * 2 ** attempt;
      pauseMs += Math.random() * Math.max(0, longest - pauseMs);
      const isThere = await pause(Math.min(until, deadlines.now() + pauseMs), run.call);
      if (!isThere) return;
    }
  }
}

/** False when the client hung up meanwhile. */
function pause(at: number, call: ApiCall): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline: Deadline = { at, slot: -1, expire: () => resolve(true) };
    deadlines.add(deadline);
    call.waiter = {
      aborted: () => {
        deadlines.remove(deadline);
        resolve(false);
      },
    };
  });
}
