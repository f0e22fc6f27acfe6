// Writes of a server's own datacenter: decided and proposed where it leads, asked of the leader where another one does, and held
// while an election runs (spec/rpc.md, section 4, "Forwarding").

import { deadlines } from '../../../deadlines/deadline-queue.js';
import { type Authorizer, allowAll } from '../acl/access.js';
import type { LeaderView, Proposal, Settled, WriteMethod } from '../methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import { type Caller, judge, type TokenResolver } from '../methods/contract/token-resolver.js';
import type { Consensus, ProposeFailure, ProposeOutcome } from '../replica/consensus.js';
import type { KeepingUp } from '../replica/keeping-up.js';
import { mayAskLeaderAgain, refusalOf } from './asked-failure.js';
import type { CallMetrics } from './call-metrics.js';
import type { Elsewhere } from './elsewhere.js';
import type { PassingOn } from './passing-on.js';
import { growingPauses } from './pauses.js';

/** A write that meets a hand-over is tried again after so long. */
const TRANSFER_POLL_MS = 20;

export interface ServerWritesOptions {
  readonly leader: LeaderView;
  readonly consensus: Consensus;
  readonly elsewhere: Elsewhere;
  /** Milliseconds; `rpc_hold_timeout`. */
  readonly holdMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** null: no other thread answers reads from a replica of its own. */
  readonly keepingUp: KeepingUp | null;
  readonly tokens: TokenResolver;
}

export class ServerWrites {
  readonly #options: ServerWritesOptions;
  readonly #passingOn: PassingOn;
  readonly #metrics: CallMetrics;

  constructor(options: ServerWritesOptions, passingOn: PassingOn, metrics: CallMetrics) {
    this.#options = options;
    this.#passingOn = passingOn;
    this.#metrics = metrics;
  }

  /** Without async functions on the way of a write that has a leader: they cost more than what it does here. */
  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    const { keepingUp } = this.#options;
    // A rule that answers by itself answers from this store.
    if (keepingUp?.isBehind === true) return keepingUp.wait().then(() => this.#write(method, request, caller));
    return this.#write(method, request, caller);
  }

  #write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    const { consensus } = this.#options;
    // A rule is judged by a store that holds everything acknowledged: before that nobody leads.
    if (consensus.obstacle !== null) return this.#writeWhenLed(method, request, caller);
    return this.#writeNow(method, request, caller);
  }

  async #writeWhenLed<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    const { consensus, elsewhere, holdMs } = this.#options;
    const sinceMs = deadlines.now();
    const pauses = growingPauses(holdMs(), 0);
    // Told as soon as this server leads or stops, and after rpc_hold_timeout at the latest. Nothing waits while the leader
    // answers: what it answers in the hold time would leave more behind than may wait for an election.
    let led: Promise<ProposeFailure | 'leads'> | null = null;
    for (;;) {
      if (elsewhere.canAsk(method.name)) {
        const answer = await elsewhere.write(method, request, caller.token);
        if (answer.ok) return answer.value;
        if (!mayAskLeaderAgain(answer, method.isRepeatable === true)) return refusalOf(answer);
      }
      led ??= consensus.awaitLeader(sinceMs).then((failure) => failure ?? 'leads');
      const next = await Promise.race([led, elsewhere.leaderKnown(pauses.next() ?? holdMs())]);
      if (next === 'leads') return this.#writeNow(method, request, caller);
      if (next !== undefined) return refusal(next);
    }
  }

  #writeNow<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    const judged = method.isOpen === true ? allowAll : judge(this.#options.tokens, caller);
    if (judged instanceof Promise)
      return judged.then((authorizer) => this.#writeAs(method, request, caller, authorizer));
    return this.#writeAs(method, request, caller, judged);
  }

  #writeAs<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    caller: Caller,
    authorizer: Authorizer | Refusal,
  ): Promise<Reply | Refusal> {
    if (isRefusal(authorizer)) return Promise.resolve(authorizer);
    const { leader, consensus } = this.#options;
    const startedMs = performance.now();
    const took = this.#metrics.timed(method.name);
    const decision = method.decide(leader, request, { token: caller.token, authorizer });
    if (isRefusal(decision)) return Promise.resolve(decision);
    if (!('command' in decision)) {
      took?.add(performance.now() - startedMs);
      return 'passTo' in decision
        ? this.#passingOn.write(method, request, decision.passTo, caller)
        : this.#known(decision.reply);
    }
    return consensus.propose(decision.command).then((outcome) => {
      if (!outcome.ok && outcome.code === 'transferring') return this.#writeWhenHandedOver(method, request, caller);
      took?.add(performance.now() - startedMs);
      return replyOf(decision, outcome);
    });
  }

  /** Nothing was taken, and the hand-over ends soon, whichever way. */
  async #writeWhenHandedOver<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    await this.#options.pause(TRANSFER_POLL_MS);
    return this.write(method, request, caller);
  }

  /** A reply that needs no command is a read of this store: who was deposed without having heard of it must not give it. */
  #known<Reply>(reply: Settled<Reply>['reply']): Promise<Reply | Refusal> {
    const { consensus } = this.#options;
    if (consensus.leadership.mayServe) return Promise.resolve(reply);
    return consensus.verifyLeader().then((isLeader) => (isLeader ? reply : refusal('no-leader')));
  }
}

function replyOf<Reply>(proposal: Proposal<Reply>, outcome: ProposeOutcome): Reply | Refusal {
  if (!outcome.ok) return refusal(outcome.code, outcome.text);
  const { result, index } = outcome;
  if (result.kind === 'error') return refusal('failed', `${proposal.errorPrefix}${result.text}`);
  return proposal.reply(result, index);
}
