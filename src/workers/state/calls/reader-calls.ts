// Calls on a reader: a thread beside a server's state worker that answers reads from a replica of its own. Only what it may answer
// by itself gets here (http/hand-over): a read of this datacenter, by a leader with its lease or of any age. A read waits until
// its replica is as far as what anybody has shown when it came in; that this server may answer was so then, too, so that it
// misses nothing that was acknowledged before, whatever becomes of the leadership meanwhile.

import type { Metrics } from '../../../observe/metrics.js';
import type { Authorizer } from '../acl/access.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import type { Consensus } from '../replica/consensus.js';
import type { KeepingUp } from '../replica/keeping-up.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { BlockingRead, ReadContext } from './blocking-read.js';
import { CallMetrics } from './call-metrics.js';
import type { Calls, ReadCall } from './calls.js';
import { judgeAnew, judgeRead, serveJudged } from './judged-read.js';

export class ReaderCalls implements Calls {
  readonly obstacle = null;
  readonly #context: ReadContext;
  readonly #keepingUp: KeepingUp;
  readonly #tokens: TokenResolver;
  readonly #metrics: CallMetrics;

  constructor(store: StoreReads, consensus: Consensus, keepingUp: KeepingUp, tokens: TokenResolver, metrics: Metrics) {
    this.#metrics = new CallMetrics(metrics);
    this.#context = { store, consensus, others: null, waiting: 0, stopping: false };
    this.#keepingUp = keepingUp;
    this.#tokens = tokens;
  }

  get waiting(): number {
    return this.#context.waiting;
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    this.#metrics.asked();
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

  #serve<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    const judged = judgeRead(this.#tokens, this.#context.store, call);
    // Most are judged at once, and need no closure.
    if (judged instanceof Promise) serveJudged(run, judged, (authorizer) => this.#serveAs(run, call, authorizer));
    else this.#serveAs(run, call, judged);
  }

  #serveAs<Request, Value>(
    run: BlockingRead<Value>,
    call: ReadCall<Request, Value>,
    authorizer: Authorizer | Refusal,
  ): void {
    if (isRefusal(authorizer)) {
      run.refused(call.method.ofUnknownToken?.(authorizer) ?? authorizer);
      return;
    }
    const { method, request, settings, caller } = call;
    const { store } = this.#context;
    this.#metrics.read(method, request);
    const prepared = method.prepare(store, request, authorizer);
    if (isRefusal(prepared)) run.refused(prepared);
    else run.start(this.#context, prepared, settings.waitMs, caller, judgeAnew(this.#tokens, store, call, authorizer));
  }
}
