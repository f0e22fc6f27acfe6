// Orders from the state worker that take their time: a change of the membership is answered when it is committed, a hand-over
// when somebody else may lead, the beginning of a cluster when it is durable. Changes go one at a time, in the order they came
// (the core takes no second one before); each order is answered once, with null or with what went wrong.

import type { RaftConfiguration, RaftOrder } from '../../wire/raft/raft-orders.js';
import { changed, type MembershipOrder } from './core/changes.js';
import type { LogIndex, Term } from './core/entry.js';
import type { RaftCore } from './core/raft.js';
import type { TransferResult } from './core/transfer.js';

/** More than gossip, autopilot and operators have under way together, by far. */
const MAX_WAITING = 1024;

export const NOT_LEADER = 'node is not the leader';
const LOST = 'leadership lost while committing log';
export const TRANSFERRING = 'leadership transfer in progress';

const REFUSED_TRANSFER: { readonly [reason in Exclude<TransferResult, { ok: true }>['reason']]: string } = {
  'not-leader': NOT_LEADER,
  transferring: TRANSFERRING,
  self: 'cannot transfer leadership to itself',
  'no-peer': 'cannot find peer',
};

interface Change {
  readonly request: number;
  readonly order: MembershipOrder;
}

/** Under way since an index was given to it in a term. */
interface Appended {
  readonly request: number;
  readonly index: LogIndex;
  readonly term: Term;
}

export type Answer = (request: number, error: string | null) => void;

export class Orders {
  readonly #core: RaftCore;
  readonly #answer: Answer;
  readonly #waiting: Change[] = [];
  #appended: Appended | null = null;
  #transfer: { readonly request: number; readonly term: Term } | null = null;
  /** Those who wait for the first entry to be durable. */
  #bootstrap: number | null = null;

  constructor(core: RaftCore, answer: Answer) {
    this.#core = core;
    this.#answer = answer;
  }

  take(request: number, order: RaftOrder, nowMs: number): void {
    switch (order.order) {
      case 'transfer':
        this.#handOver(request, order.id, nowMs);
        return;
      case 'bootstrap':
        this.#begin(request, { servers: order.peers });
        return;
      default:
        if (this.#waiting.length >= MAX_WAITING) this.#answer(request, 'too many changes of the membership wait');
        else this.#waiting.push({ request, order });
    }
  }

  /** After everything else in a turn: begins what may begin, answers what is done. True: the core got something. */
  turn(nowMs: number): boolean {
    if (this.#bootstrap !== null) this.#settleBootstrap();
    if (this.#transfer !== null) this.#settleTransfer();
    if (this.#appended !== null) this.#settleAppended();
    while (this.#appended === null && this.#waiting.length > 0) if (!this.#next(nowMs)) return false;
    return this.#appended !== null;
  }

  /** Nothing more will be done. */
  stop(): void {
    const requests = [this.#appended?.request, this.#transfer?.request, this.#bootstrap ?? undefined];
    this.#appended = null;
    this.#transfer = null;
    this.#bootstrap = null;
    for (const request of requests) if (request !== undefined) this.#answer(request, LOST);
    for (const { request } of this.#waiting.splice(0)) this.#answer(request, NOT_LEADER);
  }

  #begin(request: number, configuration: Parameters<RaftCore['bootstrap']>[0]): void {
    const problem = this.#core.bootstrap(configuration);
    if (problem !== null) this.#answer(request, problem);
    else this.#bootstrap = request;
  }

  #handOver(request: number, target: string | null, nowMs: number): void {
    const result = this.#core.transfer(target, nowMs);
    if (!result.ok) this.#answer(request, REFUSED_TRANSFER[result.reason]);
    else this.#transfer = { request, term: this.#core.term };
  }

  /** False: the one that is next must wait. */
  #next(nowMs: number): boolean {
    const core = this.#core;
    const change = this.#waiting[0];
    if (!change) return false;
    const next = changed(core.configuration, change.order);
    if (core.role === 'leader' && next === core.configuration && core.committedConfiguration !== null) {
      return this.#done(change, null);
    }
    const result = core.proposeConfiguration(next, nowMs);
    if (result.ok) {
      this.#waiting.shift();
      this.#appended = { request: change.request, index: result.index, term: result.term };
      return true;
    }
    switch (result.reason) {
      case 'change-under-way':
        return false;
      case 'not-leader':
        return this.#done(change, NOT_LEADER);
      case 'transferring':
        return this.#done(change, TRANSFERRING);
      case 'invalid':
        return this.#done(change, result.text);
    }
  }

  #done({ request }: Change, error: string | null): true {
    this.#waiting.shift();
    this.#answer(request, error);
    return true;
  }

  #settleAppended(): void {
    const appended = this.#appended;
    if (appended === null) return;
    const { log } = this.#core;
    const leads = this.#leads(appended.term);
    const isOurs = leads || log.termAt(appended.index) === appended.term;
    if (log.committed >= appended.index && isOurs) this.#end(null);
    // Whoever leads next may keep the entry or not: nobody here can say.
    else if (!leads) this.#end(LOST);
  }

  #end(error: string | null): void {
    const request = this.#appended?.request;
    this.#appended = null;
    if (request !== undefined) this.#answer(request, error);
  }

  #settleTransfer(): void {
    const transfer = this.#transfer;
    if (transfer === null) return;
    const hasLost = !this.#leads(transfer.term);
    if (!hasLost && this.#core.isTransferring) return;
    this.#transfer = null;
    this.#answer(transfer.request, hasLost ? null : 'leadership transfer timeout');
  }

  #settleBootstrap(): void {
    const request = this.#bootstrap;
    if (request === null || this.#core.log.durable === 0) return;
    this.#bootstrap = null;
    this.#answer(request, null);
  }

  #leads(term: Term): boolean {
    return this.#core.role === 'leader' && this.#core.term === term;
  }
}

/** As operators see it. */
export function configurationOf({ configuration, configurationIndex }: RaftCore): RaftConfiguration {
  return { index: configurationIndex, peers: configuration.servers };
}
