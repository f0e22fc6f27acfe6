// A server's calls for what comes over HTTP, counted before anything is done for it. What comes over RPC is counted where it is
// read, and what the agent asks for itself isn't: it must not lose its place in the catalog because others ask much.

import type { DirectMethod, WriteMethod } from '../methods/contract/method.js';
import type { Refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import type { BlockingRead } from './blocking-read.js';
import type { Calls, ReadCall } from './calls.js';
import type { Requester, RequestLimits } from './request-limits.js';

/** Who it was is known to HTTP alone. */
const OVER_HTTP: Requester = { address: '' };

export class LimitedCalls implements Calls {
  readonly #calls: Calls;
  readonly #limits: RequestLimits;

  constructor(calls: Calls, limits: RequestLimits) {
    this.#calls = calls;
    this.#limits = limits;
  }

  get obstacle(): Refusal | null {
    return this.#calls.obstacle;
  }

  get waiting(): number {
    return this.#calls.waiting;
  }

  awaitReadable(): Promise<Refusal | null> {
    return this.#calls.awaitReadable();
  }

  flush(): void {
    this.#calls.flush();
  }

  stop(): void {
    this.#calls.stop();
  }

  /** An answer that was given before and is given again asks no server anything. */
  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    const refused = call.cached === 'again' ? null : this.#limits.refuse(call.method.name, OVER_HTTP);
    if (refused === null) this.#calls.read(run, call);
    else run.refused(refused);
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    const refused = this.#limits.refuse(method.name, OVER_HTTP);
    return refused === null ? this.#calls.write(method, request, datacenter, caller) : Promise.resolve(refused);
  }

  direct<Request, Reply>(
    method: DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Reply | Refusal | Promise<Reply | Refusal> {
    return this.#limits.refuse(method.name, OVER_HTTP) ?? this.#calls.direct(method, request, datacenter, caller);
  }
}
