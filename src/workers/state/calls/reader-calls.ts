// Calls on a reader: a thread beside a server's state worker that answers reads from a replica of its own. Only what it may answer
// by itself gets here (http/hand-over): a read of this datacenter, by a leader with its lease or of any age. A read waits until
// its replica is as far as what anybody has shown when it came in; that this server may answer was so then, too, so that it
// misses nothing that was acknowledged before, whatever becomes of the leadership meanwhile.

import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import type { Consensus } from '../replica/consensus.js';
import type { KeepingUp } from '../replica/keeping-up.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { BlockingRead, ReadContext } from './blocking-read.js';
import type { Calls, ReadCall } from './calls.js';

export class ReaderCalls implements Calls {
  readonly obstacle = null;
  readonly #context: ReadContext;
  readonly #keepingUp: KeepingUp;

  constructor(store: StoreReads, consensus: Consensus, keepingUp: KeepingUp) {
    this.#context = { store, consensus, others: null, waiting: 0, stopping: false };
    this.#keepingUp = keepingUp;
  }

  get waiting(): number {
    return this.#context.waiting;
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    if (!this.#keepingUp.isBehind) {
      this.#serve(run, call);
      return;
    }
    run
      .settleFirst(this.#keepingUp.wait().then(() => true))
      .then((isThere) => {
        if (isThere !== null) this.#serve(run, call);
      })
      .catch((error: unknown) => run.crashed(error));
  }

  stop(): void {
    this.#context.stopping = true;
  }

  flush(): void {}

  write(): Promise<never> {
    return Promise.reject(new Error('a reader was asked to write'));
  }

  direct(): never {
    throw new Error('a reader was asked what only its server knows');
  }

  awaitReadable(): Promise<Refusal | null> {
    return Promise.resolve(null);
  }

  #serve<Request, Value>(
    run: BlockingRead<Value>,
    { method, request, settings, authorizer }: ReadCall<Request, Value>,
  ) {
    const prepared = method.prepare(this.#context.store, request, authorizer);
    if (isRefusal(prepared)) run.refused(prepared);
    else run.start(this.#context, prepared, settings.waitMs);
  }
}
