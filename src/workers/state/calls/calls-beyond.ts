// Calls that are another datacenter's to answer: passed on to one of its servers, which finds its leader and does all the waiting
// itself (spec/rpc.md, section 9). One answer is the answer; only a server that never saw the call is no reason to give up.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import type { DirectMethod, WriteMethod } from '../methods/contract/method.js';
import { type Refusal, refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import { refusalOf } from './asked-failure.js';
import type { BlockingRead } from './blocking-read.js';
import type { ReadCall } from './calls.js';
import type { AskedRead, Server, ServerAsking } from './elsewhere.js';
import { waitingUntil } from './read-settings.js';

/** Of the servers of a datacenter: each that can't be reached costs its time. */
const MOST_TRIES = 3;

export interface CallsBeyondOptions {
  /** In the order they are to be asked; none when the datacenter isn't known. */
  readonly serversOf: (datacenter: string) => readonly Server[];
  readonly asking: ServerAsking;
  /** A token of this datacenter alone says nothing there: its holder is anonymous. */
  readonly isLocalToken: (secret: string) => boolean;
}

export class CallsBeyond {
  readonly #options: CallsBeyondOptions;

  constructor(options: CallsBeyondOptions) {
    this.#options = options;
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    this.#read(run, call).catch((error: unknown) => run.crashed(error));
  }

  async #read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): Promise<void> {
    const untilMs = deadlines.now() + call.settings.waitMs;
    let { settings } = call;
    let failure = refusal('no-datacenter');
    for (const server of this.#servers(call.datacenter)) {
      const answer = await this.#ask(run, server, { ...call, settings });
      if (answer.ok) {
        run.answerFrom(answer.origin, answer.value, answer.index);
        return;
      }
      failure = refusalOf(answer);
      if (answer.kind !== 'unsent') break;
      settings = waitingUntil(settings, untilMs);
    }
    run.refused(failure);
  }

  #ask<Request, Value>(
    run: BlockingRead<Value>,
    { address }: Server,
    { method, request, settings, datacenter, caller }: ReadCall<Request, Value>,
  ): Promise<AskedRead<Value>> {
    const token = this.#tokenOf(caller);
    return new Promise((resolve) => {
      run.askElsewhere(this.#options.asking.read(address, method, request, settings, datacenter, token, resolve));
    });
  }

  async write<Request, Reply>(
    method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    const token = this.#tokenOf(caller);
    let failure = refusal('no-datacenter');
    for (const { address } of this.#servers(datacenter)) {
      const answer = await this.#options.asking.write(address, method, request, datacenter, token);
      if (answer.ok) return answer.value;
      failure = refusalOf(answer);
      if (answer.kind !== 'unsent') break;
    }
    return failure;
  }

  #tokenOf({ token }: Caller): string {
    return token !== '' && this.#options.isLocalToken(token) ? '' : token;
  }

  #servers(datacenter: string): readonly Server[] {
    return this.#options.serversOf(datacenter).slice(0, MOST_TRIES);
  }
}
