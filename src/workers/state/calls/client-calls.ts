// Calls on a client agent: each goes to the first server of its list, and is tried again as the rules say (spec/rpc.md, "Client
// agent retries"). A server that can't be reached goes to the end of the list; a call that it never saw goes on to the others.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import type { Metrics, Series } from '../../../observe/metrics.js';
import type { Asker, DirectMethod, WriteMethod } from '../methods/method.js';
import { type Refusal, refusal } from '../methods/refusal.js';
import { type AskedFailure, isCutOff, mayAskElsewhere, refusalOf, speaksAgainstServer } from './asked-failure.js';
import type { BlockingRead } from './blocking-read.js';
import type { Calls, ReadCall } from './calls.js';
import type { AskedRead, ServerAsking } from './elsewhere.js';
import { growingPauses, type Pauses } from './pauses.js';
import { type Rate, RateLimit } from './rate-limit.js';
import { type ReadSettings, waitingUntil } from './read-settings.js';
import { SharedReads } from './shared-reads.js';

export interface Server {
  readonly name: string;
  /** `host:port`. */
  readonly address: string;
}

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
  readonly #limit = new RateLimit();
  readonly #asked: Series;
  readonly #exceeded: Series;
  #isStopping = false;

  constructor(options: ClientCallsOptions) {
    this.#options = options;
    this.#shared = new SharedReads(options.asking);
    this.#asked = options.metrics.counter('client.rpc');
    this.#exceeded = options.metrics.counter('client.rpc.exceeded');
  }

  get obstacle(): Refusal | null {
    return this.#options.servers.first === null ? NO_SERVERS : null;
  }

  /** Servers hold a read themselves until they can answer it. */
  awaitReadable(): Promise<Refusal | null> {
    return Promise.resolve(this.obstacle);
  }

  get waiting(): number {
    return this.#shared.waiting;
  }

  flush(): void {}

  stop(): void {
    this.#isStopping = true;
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    this.#read(run, call).catch((error: unknown) => run.crashed(error));
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    asker: Asker,
  ): Promise<Reply | Refusal> {
    return this.#send(method, request, datacenter, asker);
  }

  direct<Request, Reply>(
    method: DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    asker: Asker,
  ): Promise<Reply | Refusal> {
    return this.#send(method, request, datacenter, asker);
  }

  async #send<Request, Reply>(
    method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    { token }: Asker,
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
    const { waitMs, maxStaleMs, minIndex } = call.settings;
    const tries = this.#tries(minIndex > 0 ? waitMs : 0);
    const untilMs = deadlines.now() + waitMs;
    let settings = call.takesAnyAge ? ofAnyAge(call.settings) : call.settings;
    for (;;) {
      const server = this.#next();
      if ('refused' in server) {
        run.refused(server);
        return;
      }
      const answer = await this.#ask(run, server, call, settings);
      if (answer.ok) {
        const isTooOld = settings.consistency === 'stale' && maxStaleMs > 0 && answer.origin.lastContactMs > maxStaleMs;
        if (!isTooOld) {
          run.answerFrom(answer.origin, answer.value, answer.index);
          return;
        }
        settings = { ...settings, consistency: 'default' };
        continue;
      }
      const pauseMs = this.#pauseAfter(answer, server, true, tries);
      if (pauseMs === null) {
        run.refused(this.#givenUp(answer));
        return;
      }
      if (pauseMs > 0 && !(await run.pauseUntil(deadlines.now() + pauseMs))) return;
      settings = waitingUntil(settings, untilMs);
    }
  }

  #ask<Request, Value>(
    run: BlockingRead<Value>,
    { address }: Server,
    { method, request, datacenter }: ReadCall<Request, Value>,
    settings: ReadSettings,
  ): Promise<AskedRead<Value>> {
    return new Promise((resolve) => {
      // What makes sure of its leader is nobody else's answer.
      if (settings.minIndex === 0 || settings.consistency === 'consistent') {
        run.askElsewhere(this.#options.asking.read(address, method, request, settings, datacenter, resolve));
        return;
      }
      run.askElsewhere(this.#shared.read({ address, method, request, settings, datacenter }, resolve));
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
    const { servers, metrics } = this.#options;
    metrics.increment('client.rpc.failed', 1, [['server', server.name]]);
    if (speaksAgainstServer(failure)) servers.failed(server);
    if (this.#isStopping) return null;
    if (failure.kind !== 'unsent') return mayAskElsewhere(failure, isRepeatable) ? tries.pauses.next() : null;
    tries.unasked -= 1;
    return tries.unasked > 0 && tries.pauses.next() !== null ? 0 : null;
  }

  #givenUp(failure: AskedFailure): Refusal {
    if (isCutOff(failure) && !this.#isStopping) this.#options.unreachable();
    return refusalOf(failure);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }
}

interface Tries {
  /** Servers that a call which nobody saw goes on to. */
  unasked: number;
  readonly pauses: Pauses;
}

function ofAnyAge(settings: ReadSettings): ReadSettings {
  return { ...settings, consistency: 'stale', maxStaleMs: 0 };
}
