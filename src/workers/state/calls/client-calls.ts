// Calls on a client agent: each goes to the first server of its list, and is tried again as the rules say (spec/rpc.md, "Client
// agent retries"). A server that can't be reached goes to the end of the list; a call that it never saw goes on to the others.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import type { Metrics, Series } from '../../../observe/metrics.js';
import type { DirectMethod, WriteMethod } from '../methods/contract/method.js';
import { type Refusal, refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import { type AskedFailure, isCutOff, mayAskElsewhere, refusalOf, speaksAgainstServer } from './asked-failure.js';
import type { BlockingRead } from './blocking-read.js';
import { answerFromCache } from './cached-read.js';
import type { Calls, ReadCall } from './calls.js';
import type { AskedRead, AskedValue, Server, ServerAsking } from './elsewhere.js';
import { KeptReads } from './kept-reads.js';
import { growingPauses, type Pauses } from './pauses.js';
import type { Question } from './question.js';
import { type Rate, RateLimit } from './rate-limit.js';
import { type ReadSettings, waitingUntil } from './read-settings.js';
import { SharedReads } from './shared-reads.js';

/** The servers in the order they are asked. */
export interface Servers {
  readonly size: number;
  /** null when none is known. */
  readonly first: Server | null;
  /** It goes to the end, if it is still the first. */
  failed(server: Server): void;
}

export interface ClientCallsOptions {
  readonly servers: Servers;
  readonly asking: ServerAsking;
  /** Milliseconds; `rpc_hold_timeout`. */
  readonly holdMs: () => number;
  readonly rate: () => Rate;
  readonly metrics: Metrics;
  /** A call was given up because no server could be reached, or none knew a leader. */
  readonly unreachable: () => void;
}

const NO_SERVERS = refusal('no-servers');
const TOO_MANY = refusal('rate-limited');

export class ClientCalls implements Calls {
  readonly #options: ClientCallsOptions;
  readonly #shared: SharedReads;
  /** Answers for callers that take what a cache has. */
  readonly kept: KeptReads;
  readonly #limit = new RateLimit();
  readonly #asked: Series;
  readonly #exceeded: Series;
  #isStopping = false;

  constructor(options: ClientCallsOptions) {
    this.#options = options;
    this.#shared = new SharedReads(options.asking);
    this.#asked = options.metrics.counter('client.rpc');
    this.#exceeded = options.metrics.counter('client.rpc.exceeded');
    this.kept = new KeptReads({
      sources: {
        asking: options.asking,
        next: () => this.#next(),
        failed: (server, failure) => this.#blame(server, failure),
      },
      fetch: (question, maxStaleMs) => this.#fetch(question, maxStaleMs),
    });
  }

  get obstacle(): Refusal | null {
    return this.#options.servers.first === null ? NO_SERVERS : null;
  }

  /** Servers hold a read themselves until they can answer it. */
  awaitReadable(): Promise<Refusal | null> {
    return Promise.resolve(this.obstacle);
  }

  get waiting(): number {
    return this.#shared.waiting + this.kept.waiting;
  }

  flush(): void {}

  stop(): void {
    this.#isStopping = true;
    this.#shared.stop();
    this.kept.stop();
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    const fromServer = (): void => {
      this.#read(run, call).catch((error: unknown) => run.crashed(error));
    };
    if (call.cached === 'none') fromServer();
    else answerFromCache(this.kept, run, call, fromServer);
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    return this.#send(method, request, datacenter, caller);
  }

  direct<Request, Reply>(
    method: DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    return this.#send(method, request, datacenter, caller);
  }

  async #send<Request, Reply>(
    method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    { token }: Caller,
  ): Promise<Reply | Refusal> {
    const tries = this.#tries(0);
    for (;;) {
      const server = this.#next();
      if ('refused' in server) return server;
      const answer = await this.#options.asking.write(server.address, method, request, datacenter, token);
      if (answer.ok) return answer.value;
      const pauseMs = this.#pauseAfter(answer, server, method.isRepeatable === true, tries);
      if (pauseMs === null) return this.#givenUp(answer);
      if (pauseMs > 0) await this.#pause(pauseMs);
    }
  }

  async #read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): Promise<void> {
    const answer = await this.#answer<Value>(
      call.settings,
      (server, settings) => this.#ask(run, server, call, settings),
      (ms) => run.pauseUntil(deadlines.now() + ms),
    );
    if (answer === null) return;
    if ('refused' in answer) run.refused(answer);
    else run.answerFrom(answer.origin, answer.value, answer.index);
  }

  /** For nobody in particular: whoever asked for it may have gone when it comes. */
  async #fetch<Request, Value>(
    { method, request, datacenter, token }: Question<Request, Value>,
    maxStaleMs: number,
  ): Promise<AskedValue<Value> | Refusal> {
    const answer = await this.#answer<Value>(
      { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs },
      ({ address }, settings) =>
        new Promise((resolve) => {
          this.#options.asking.read(address, method, request, settings, datacenter, token, resolve);
        }),
      async (ms) => {
        await this.#pause(ms);
        return true;
      },
    );
    return answer ?? refusal('stopping');
  }

  /** Asks the servers as the rules say; null when the asker has gone. `pause` says whether he is still there after it. */
  async #answer<Value>(
    wanted: ReadSettings,
    ask: (server: Server, settings: ReadSettings) => Promise<AskedRead<Value>>,
    pause: (ms: number) => Promise<boolean>,
  ): Promise<AskedValue<Value> | Refusal | null> {
    const { waitMs, maxStaleMs, minIndex } = wanted;
    const tries = this.#tries(minIndex > 0 ? waitMs : 0);
    const untilMs = deadlines.now() + waitMs;
    let settings = wanted;
    for (;;) {
      const server = this.#next();
      if ('refused' in server) return server;
      const answer = await ask(server, settings);
      if (answer.ok) {
        const isTooOld = settings.consistency === 'stale' && maxStaleMs > 0 && answer.origin.lastContactMs > maxStaleMs;
        if (!isTooOld) return answer;
        settings = waitingUntil({ ...settings, consistency: 'default' }, untilMs);
        continue;
      }
      const pauseMs = this.#pauseAfter(answer, server, true, tries);
      if (pauseMs === null) return this.#givenUp(answer);
      if (pauseMs > 0 && !(await pause(pauseMs))) return null;
      settings = waitingUntil(settings, untilMs);
    }
  }

  #ask<Request, Value>(
    run: BlockingRead<Value>,
    { address }: Server,
    { method, request, datacenter, caller: { token } }: ReadCall<Request, Value>,
    settings: ReadSettings,
  ): Promise<AskedRead<Value>> {
    return new Promise((resolve) => {
      if (settings.minIndex === 0) {
        run.askElsewhere(this.#options.asking.read(address, method, request, settings, datacenter, token, resolve));
        return;
      }
      run.askElsewhere(this.#shared.read({ address, method, request, settings, datacenter, token }, resolve));
    });
  }

  /** Whom to ask now, or why nobody is. */
  #next(): Server | Refusal {
    const { first } = this.#options.servers;
    if (first === null) return NO_SERVERS;
    this.#asked.add(1);
    const { perSecond, burst } = this.#options.rate();
    if (this.#limit.take(perSecond, burst)) return first;
    this.#exceeded.add(1);
    return TOO_MANY;
  }

  #tries(moreMs: number): Tries {
    const { servers, holdMs } = this.#options;
    return { unasked: servers.size, pauses: growingPauses(holdMs(), moreMs) };
  }

  /** Milliseconds until the next try; null when there is none. */
  #pauseAfter(failure: AskedFailure, server: Server, isRepeatable: boolean, tries: Tries): number | null {
    this.#blame(server, failure);
    if (this.#isStopping) return null;
    if (failure.kind !== 'unsent') return mayAskElsewhere(failure, isRepeatable) ? tries.pauses.next() : null;
    tries.unasked -= 1;
    return tries.unasked > 0 && tries.pauses.next() !== null ? 0 : null;
  }

  #blame(server: Server, failure: AskedFailure): void {
    const { servers, metrics } = this.#options;
    metrics.increment('client.rpc.failed', 1, [['server', server.name]]);
    if (speaksAgainstServer(failure)) servers.failed(server);
  }

  #givenUp(failure: AskedFailure): Refusal {
    if (isCutOff(failure) && !this.#isStopping) this.#options.unreachable();
    return refusalOf(failure);
  }

  /** Over when the agent stops, as every deadline is. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      deadlines.add({ dueMs: Math.ceil(deadlines.now() + ms), slot: -1, order: 0, expire: resolve });
    });
  }
}

interface Tries {
  /** Servers that a call which nobody saw goes on to. */
  unasked: number;
  readonly pauses: Pauses;
}
