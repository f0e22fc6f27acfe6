// Join and leave intents (spec/gossip.md, section 11): what a member means to do, told before it does it. Of two, the one
// with the larger Lamport time counts.

import { encode } from '../../../../msgpack/codec.js';
import type { MemberRecord } from '../pool/members.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { JOIN, type JoinIntent, joinIntent, type LeaveIntent } from '../protocol/messages.js';
import type { MemberRules } from './member-rules.js';
import type { RecentIntents } from './recent-intents.js';

export class Intents {
  readonly #pool: SerfPool;
  readonly #recent: RecentIntents;
  readonly #rules: MemberRules;
  /** Members to be forgotten as soon as all may have heard that they leave. */
  readonly #pruned = new Set<MemberRecord>();

  constructor(pool: SerfPool, recent: RecentIntents, rules: MemberRules) {
    this.#pool = pool;
    this.#recent = recent;
    this.#rules = rules;
  }

  /** Whether it is to be passed on, here and below. */
  join(intent: JoinIntent, nowMs: number): boolean {
    const { clocks, members, out } = this.#pool;
    clocks.member.witness(intent.LTime);
    const member = members.get(intent.Node);
    if (member === undefined) return this.#recent.remember(intent.Node, 'join', intent.LTime, nowMs);
    if (intent.LTime <= member.statusLTime) return false;
    members.date(member, intent.LTime);
    if (member.status !== 'leaving') return true;
    member.status = 'alive';
    out.tell({ kind: 'stayed', member });
    return true;
  }

  leave(intent: LeaveIntent, nowMs: number): boolean {
    const { clocks, members, options, out } = this.#pool;
    clocks.member.witness(intent.LTime);
    const member = members.get(intent.Node);
    if (member === undefined) return this.#recent.remember(intent.Node, 'leave', intent.LTime, nowMs);
    if (intent.LTime <= member.statusLTime) return false;
    if (intent.Node === options.self.name && this.#pool.state === 'alive') {
      out.log('debug', 'Refuting an older leave intent');
      this.announceJoin(nowMs);
      return false;
    }
    members.date(member, intent.LTime);
    if (member.status === 'alive') member.status = 'leaving';
    else if (member.status === 'failed') this.#rules.pronouncedLeft(member);
    if (intent.Prune) this.#prune(member, nowMs);
    return true;
  }

  /** Tells everybody that we are here to stay. */
  announceJoin(nowMs: number): void {
    const { clocks, broadcasts, options } = this.#pool;
    const intent: JoinIntent = { LTime: clocks.member.time, Node: options.self.name };
    this.join(intent, nowMs);
    broadcasts.spread('intents', encode(joinIntent, intent, JOIN));
  }

  /** One that is still leaving gets the time in which its leave is told; one that came back by then stays. */
  #prune(member: MemberRecord, nowMs: number): void {
    if (member.status !== 'leaving') {
      this.#rules.forget(member, ' (forced)');
      return;
    }
    if (this.#pruned.has(member)) return;
    this.#pruned.add(member);
    const { members, options, timers } = this.#pool;
    const { broadcastTimeoutMs, leavePropagateDelayMs } = options.serf;
    timers.set(nowMs + broadcastTimeoutMs + leavePropagateDelayMs, () => {
      this.#pruned.delete(member);
      const isThere = members.get(member.name) === member;
      if (isThere && member.status !== 'alive') this.#rules.forget(member, ' (forced)');
    });
  }
}
