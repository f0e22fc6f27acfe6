// Calls on a server, over its own replica and log.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import type { Metrics } from '../../../observe/metrics.js';
import { type Authorizer, allowAll } from '../acl/access.js';
import type { DirectMethod, ServerView, WriteMethod } from '../methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import { type Caller, judge } from '../methods/contract/token-resolver.js';
import { mayAskLeaderAgain, refusalOf } from './asked-failure.js';
import type { BlockingRead, ReadContext } from './blocking-read.js';
import { CallMetrics } from './call-metrics.js';
import type { Calls, ReadCall } from './calls.js';
import type { CallsBeyond } from './calls-beyond.js';
import type { AskedRead } from './elsewhere.js';
import { judgeAnew, judgeRead, serveJudged } from './judged-read.js';
import { OthersOfServer } from './other-datacenters.js';
import { PassingOn } from './passing-on.js';
import { growingPauses } from './pauses.js';
import { atOnce, type ReadSettings, waitingUntil } from './read-settings.js';
import { ServerWrites, type ServerWritesOptions } from './server-writes.js';

/** Between two looks whether any leader was heard of yet. */
const READABLE_POLL_MS = 20;

export interface ServerCallsOptions extends ServerWritesOptions {
  readonly server: ServerView;
  /** Of other datacenters. */
  readonly beyond: CallsBeyond;
  readonly metrics: Metrics;
}

export class ServerCalls implements Calls {
  readonly #options: ServerCallsOptions;
  readonly #context: ReadContext;
  readonly #passingOn: PassingOn;
  readonly #writes: ServerWrites;
  readonly #metrics: CallMetrics;

  constructor(options: ServerCallsOptions) {
    this.#options = options;
    const { leader, consensus, beyond } = options;
    this.#passingOn = new PassingOn(leader, beyond);
    this.#metrics = new CallMetrics(options.metrics);
    options.metrics.gaugeOf('rpc.queries_blocking', () => this.waiting);
    this.#writes = new ServerWrites(options, this.#passingOn, this.#metrics);
    const others = new OthersOfServer(this, options.server);
    this.#context = { store: leader.store, consensus, others, waiting: 0, stopping: false };
  }

  get obstacle(): Refusal | null {
    const { consensus, elsewhere } = this.#options;
    const { obstacle } = consensus;
    // What another server can be asked for isn't in the way of anything.
    if (obstacle === null || (obstacle === 'no-leader' && elsewhere.isKnown)) return null;
    return refusal(obstacle);
  }

  /** Before this server heard of a leader its store would be empty, and wrong. */
  async awaitReadable(): Promise<Refusal | null> {
    const until = deadlines.now() + this.#options.holdMs();
    while (!this.#context.consensus.leadership.hadLeader) {
      if (until <= deadlines.now() || this.#context.stopping) return refusal('no-leader');
      await this.#options.pause(READABLE_POLL_MS);
    }
    return null;
  }

  get waiting(): number {
    return this.#context.waiting;
  }

  stop(): void {
    this.#context.stopping = true;
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    this.#metrics.asked();
    if (call.datacenter !== this.#options.leader.datacenter) {
      this.#options.beyond.read(run, call);
      return;
    }
    const { keepingUp } = this.#options;
    if (keepingUp?.isBehind !== true) {
      this.#read(run, call);
      return;
    }
    run
      .settleFirst(keepingUp.wait().then(() => true))
      .then((isThere) => {
        if (isThere !== null) this.#read(run, call);
      })
      .catch((error: unknown) => run.crashed(error));
  }

  #read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    const { settings } = call;
    const { hadLeader } = this.#context.consensus.leadership;
    const mayServe = this.#mayServe(settings);
    const isServed = (call.cached === 'again' && hadLeader) || (settings.consistency !== 'consistent' && mayServe);
    if (isServed) this.#serve(run, call);
    else if (!mayServe && this.#options.elsewhere.canAsk(call.method.name)) this.#passOn(run, call);
    else this.#hold(run, call, deadlines.now(), null);
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    this.#metrics.asked();
    const { leader, beyond } = this.#options;
    if (datacenter !== leader.datacenter) return beyond.write(method, request, datacenter, caller);
    return this.#writes.write(method, request, caller);
  }

  flush(): void {
    this.#options.consensus.flush();
  }

  direct<Request, Reply>(
    method: DirectMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Reply | Refusal | Promise<Reply | Refusal> {
    this.#metrics.asked();
    const { server, beyond, tokens } = this.#options;
    if (datacenter !== server.datacenter) return beyond.write(method, request, datacenter, caller);
    const judged = method.isOpen === true ? allowAll : judge(tokens, caller);
    if (judged instanceof Promise)
      return judged.then((authorizer) => this.#directAs(method, request, caller, authorizer));
    return this.#directAs(method, request, caller, judged);
  }

  #directAs<Request, Reply>(
    method: DirectMethod<Request, Reply>,
    request: Request,
    caller: Caller,
    authorizer: Authorizer | Refusal,
  ): Reply | Refusal | Promise<Reply | Refusal> {
    if (isRefusal(authorizer)) return authorizer;
    const { server, beyond } = this.#options;
    return method.answer(server, request, { token: caller.token, authorizer }, (asked, elsewhere) =>
      beyond.write(method, asked, elsewhere, caller),
    );
  }

  #mayServe({ consistency, maxStaleMs }: ReadSettings): boolean {
    const { leadership } = this.#context.consensus;
    if (consistency !== 'stale') return leadership.mayServe;
    if (!leadership.hadLeader) return false;
    // Too old an answer is asked again of the leader.
    return maxStaleMs <= 0 || leadership.lastContactMs <= maxStaleMs || leadership.mayServe;
  }

  /** From this server's own store. Not before it is this server's to answer: a bad filter is judged by whoever answers. */
  #serve<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    const judged = judgeRead(this.#options.tokens, this.#context.store, call);
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
    if (this.#passingOn.takes(method, request)) {
      this.#passingOn.read(run, call);
      return;
    }
    this.#metrics.read(method, request);
    const startedMs = method.isOnce === true ? performance.now() : 0;
    const prepared = method.prepare(store, request, authorizer);
    if (isRefusal(prepared)) {
      run.refused(prepared);
      return;
    }
    const { consistency, maxStaleMs, minIndex } = settings;
    const mayAge =
      method.isOnce !== true && call.cached !== 'again' && consistency === 'stale' && maxStaleMs > 0 && minIndex > 0;
    const waitMs = method.isOnce === true ? 0 : settings.waitMs;
    const anew = judgeAnew(this.#options.tokens, store, call, authorizer);
    run.start(this.#context, prepared, waitMs, caller, anew, mayAge ? this.#whenAged(run, call) : null);
    if (method.isOnce === true) this.#metrics.timed(method.name)?.add(performance.now() - startedMs);
  }

  /** Apart, since a closure costs the function around it a context each time, be it made or not. */
  #whenAged<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): () => boolean {
    const untilMs = deadlines.now() + call.settings.waitMs;
    return () => this.#hasAged(run, call, untilMs);
  }

  /** Whether the answer has become too old while it was waited for: then the leader is asked, for what is left of the wait. */
  #hasAged<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>, untilMs: number): boolean {
    if (this.#context.stopping || this.#mayServe(call.settings)) return false;
    const settings = waitingUntil({ ...call.settings, consistency: 'default', maxStaleMs: 0 }, untilMs);
    this.#hold(run, { ...call, settings }, deadlines.now(), null);
    return true;
  }

  /** To the leader, which answers at once mostly: no promise is made for that. */
  #passOn<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    const { method, request, settings } = call;
    const sinceMs = deadlines.now();
    let isAnswered = false;
    const asked = this.#options.elsewhere.read(method, request, settings, call.caller.token, (answer) => {
      isAnswered = true;
      try {
        if (answer.ok) run.answerFrom(answer.origin, answer.value, answer.index);
        else if (mayAskLeaderAgain(answer, true)) this.#hold(run, call, sinceMs, refusalOf(answer));
        else run.refused(refusalOf(answer));
      } catch (error) {
        run.crashed(error);
      }
    });
    if (!isAnswered) run.askElsewhere(asked);
  }

  #hold<Request, Value>(
    run: BlockingRead<Value>,
    call: ReadCall<Request, Value>,
    sinceMs: number,
    failure: Refusal | null,
  ): void {
    this.#holdAsync(run, call, sinceMs, failure).catch((error: unknown) => run.crashed(error));
  }

  /**
   * Waits for a leader (and a quorum's word) up to rpc_hold_timeout, trying again after growing, random pauses. A leader that is
   * another server is asked. `first`: why it was tried in vain before; null: it wasn't.
   */
  async #holdAsync<Request, Value>(
    run: BlockingRead<Value>,
    asked: ReadCall<Request, Value>,
    sinceMs: number,
    first: Refusal | null,
  ): Promise<void> {
    const { minIndex, waitMs } = asked.settings;
    const pauses = growingPauses(this.#options.holdMs(), minIndex > 0 ? waitMs : 0, sinceMs);
    const untilMs = sinceMs + waitMs;
    let call = asked;
    let failure = first ?? (await this.#attempt(run, call));
    while (failure !== null) {
      if (this.#context.stopping && call.settings.minIndex > 0) {
        // The stop has ended its wait: it gets what there is, as who waited here does.
        call = { ...call, settings: atOnce(call.settings) };
        failure = await this.#attempt(run, call);
        continue;
      }
      const pauseMs = this.#context.stopping ? null : pauses.next();
      if (pauseMs === null) {
        run.refused(failure);
        return;
      }
      const forget = this.#options.elsewhere.onLeader(() => run.endPause());
      const isThere = await run.pauseUntil(deadlines.now() + pauseMs);
      forget();
      if (!isThere) return;
      call = { ...call, settings: waitingUntil(call.settings, untilMs) };
      failure = await this.#attempt(run, call);
    }
  }

  /** Why it is to be tried again later; null: it has its answer, or its asker is gone. */
  async #attempt<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): Promise<Refusal | null> {
    const { settings, method } = call;
    if (this.#mayServe(settings)) {
      const { consensus } = this.#context;
      const leads = settings.consistency !== 'consistent' || (await run.settleFirst(consensus.verifyLeader()));
      if (leads === false) return refusal('not-ready');
      if (leads) this.#serve(run, call);
      return null;
    }
    if (!this.#options.elsewhere.canAsk(method.name)) return refusal('no-leader');
    const answer = await this.#askElsewhere(run, call);
    if (!answer.ok && mayAskLeaderAgain(answer, true)) return refusalOf(answer);
    if (answer.ok) run.answerFrom(answer.origin, answer.value, answer.index);
    else run.refused(refusalOf(answer));
    return null;
  }

  #askElsewhere<Request, Value>(
    run: BlockingRead<Value>,
    { method, request, settings, caller }: ReadCall<Request, Value>,
  ): Promise<AskedRead<Value>> {
    return new Promise((resolve) => {
      run.askElsewhere(this.#options.elsewhere.read(method, request, settings, caller.token, resolve));
    });
  }
}
