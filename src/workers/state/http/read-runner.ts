// How a read is answered: parameters, datacenter, leader and consistency, then the result at once or, blocking, when it is
// newer than the client's index (spec/http.md, sections 2 and 3; spec/rpc.md, section 4). A plain default read on the
// leader takes no promise and no timer.

import type { Consensus } from '../consensus.js';
import type { ReadResult, StoreReads } from '../store/read-api.js';
import type { ApiCall } from './api-call.js';
import { deadlines } from './deadline-queue.js';
import { failedRead, isReply, type PreparedRead, type Read, type ReadOptions, text } from './endpoint.js';
import { type CacheState, ReadCache } from './read-cache.js';
import { readHeaders } from './read-headers.js';
import { shownIndex, WaitingRead } from './waiting-read.js';

export const NO_SERVERS = 'No known Consul servers';
export const NO_DATACENTER = 'No path to datacenter';
const NO_LEADER = 'No cluster leader';
const NOT_READY = 'Not ready to serve consistent reads';
/** Waits between two tries start at a sixteenth of rpc_hold_timeout. */
const HOLD_STEPS = 16;

export class ReadRunner {
  readonly #store: StoreReads;
  readonly #consensus: Consensus;
  readonly #cache = new ReadCache();
  #waiting = 0;
  #stopping = false;

  constructor(store: StoreReads, consensus: Consensus) {
    this.#store = store;
    this.#consensus = consensus;
  }

  /** Blocking queries that wait right now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** From now on nothing waits: for a change, or for a leader. */
  stop(): void {
    this.#stopping = true;
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
    if (call.datacenter !== call.site.datacenter) {
      fail(call, read, NO_DATACENTER);
      return;
    }
    const run = new ReadRun(call, read, prepared, options);
    if (options.cached && read.cacheable) run.cache = this.#cache.look(call);
    if (run.cache?.hit || (options.consistency !== 'consistent' && this.#mayServe(options))) {
      this.#read(run);
    } else {
      void this.#hold(run);
    }
  }

  #mayServe(options: ReadOptions): boolean {
    const { leadership } = this.#consensus;
    if (options.consistency === 'stale') {
      if (!leadership.hadLeader) return false;
      // Too old an answer is asked again of the leader.
      return options.maxStaleMs <= 0 || leadership.lastContactMs <= options.maxStaleMs || leadership.mayServe;
    }
    return leadership.mayServe;
  }

  /** Waits for a leader (and a quorum's word) up to rpc_hold_timeout, trying again after growing, random pauses. */
  async #hold<T>(run: ReadRun<T>): Promise<void> {
    const { call, options } = run;
    const until = deadlines.now() + call.site.holdMs + (options.minIndex > 0 ? options.waitMs : 0);
    let pauseMs = 0;
    for (let attempt = 0; ; attempt++) {
      let failure = NO_LEADER;
      if (this.#mayServe(options)) {
        if (options.consistency !== 'consistent' || (await this.#consensus.verifyLeader())) {
          this.#read(run);
          return;
        }
        failure = NOT_READY;
      }
      if (this.#stopping || deadlines.now() >= until) {
        fail(call, run.read, failure);
        return;
      }
      const longest = (call.site.holdMs / HOLD_STEPS) * 2 ** attempt;
      pauseMs += Math.random() * Math.max(0, longest - pauseMs);
      const isThere = await pause(Math.min(until, deadlines.now() + pauseMs), call);
      if (!isThere) return;
    }
  }

  #read<T>(run: ReadRun<T>): void {
    const result = run.prepared.read();
    const { minIndex, waitMs } = run.options;
    if (minIndex === 0 || shownIndex(result) > minIndex || this.#stopping) {
      this.#answer(run, result);
      return;
    }
    run.call.forgetHead();
    this.#waiting += 1;
    const waiting = new WaitingRead(this.#store, run.prepared, result, minIndex, waitMs, (latest) => {
      this.#waiting -= 1;
      if (run.options.consistency === 'consistent') void this.#confirm(run, latest);
      else this.#answer(run, latest);
    });
    run.call.onAbort(() => {
      this.#waiting -= 1;
      waiting.abandon();
    });
  }

  async #confirm<T>(run: ReadRun<T>, result: ReadResult<T>): Promise<void> {
    if (await this.#consensus.verifyLeader()) this.#answer(run, result);
    else fail(run.call, run.read, NOT_READY);
  }

  #answer<T>(run: ReadRun<T>, result: ReadResult<T>): void {
    const { call, read, prepared, options } = run;
    const { leadership } = this.#consensus;
    let headers = readHeaders({
      index: shownIndex(result),
      knownLeader: leadership.hasLeader,
      lastContactMs: leadership.lastContactMs,
      streaming: prepared.streaming === true && (options.minIndex > 0 || run.cache !== null),
      consistency: read.effectiveConsistency ? options.consistency : null,
    });
    if (run.cache !== null) headers += run.cache.headers;
    call.finish(prepared.reply(result), headers);
  }
}

/** What belongs together while a read runs. */
class ReadRun<T> {
  readonly call: ApiCall;
  readonly read: Read<T>;
  readonly prepared: PreparedRead<T>;
  readonly options: ReadOptions;
  cache: CacheState | null = null;

  constructor(call: ApiCall, read: Read<T>, prepared: PreparedRead<T>, options: ReadOptions) {
    this.call = call;
    this.read = read;
    this.prepared = prepared;
    this.options = options;
  }
}

function fail(call: ApiCall, read: Read<unknown>, message: string): void {
  call.finish(read.failureHeaders ? failedRead(message) : text(500, message));
}

/** False when the client hung up meanwhile. */
function pause(at: number, call: ApiCall): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline = { at, slot: -1, expire: () => resolve(true) };
    deadlines.add(deadline);
    call.onAbort(() => {
      deadlines.remove(deadline);
      resolve(false);
    });
  });
}
