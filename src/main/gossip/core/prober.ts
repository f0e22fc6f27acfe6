// Goes through the members and probes one after the other (spec/gossip.md, section 7), in an order that changes with each
// round: SWIM's round-robin selection, which bounds the time until a given member is probed.

import type { AckWaiters } from './ack-waiters.js';
import type { Membership } from './membership.js';
import { isGone, type NodeRecord } from './node.js';
import { isSelf, type Pool } from './pool.js';
import { Probe } from './probe.js';
import type { Sender } from './sender.js';

export class Prober {
  readonly #pool: Pool;
  readonly #sender: Sender;
  readonly #membership: Membership;
  readonly #waiters: AckWaiters;
  #index = 0;
  #current: Probe | null = null;
  /** Whether a tick came while the current probe ran: one is made up for, as with a Go ticker. */
  #isTickPending = false;

  constructor(pool: Pool, sender: Sender, membership: Membership, waiters: AckWaiters) {
    this.#pool = pool;
    this.#sender = sender;
    this.#membership = membership;
    this.#waiters = waiters;
  }

  /** Every probe interval. One probe runs at a time. */
  tick(nowMs: number): void {
    this.#isTickPending = this.#current !== null;
    if (this.#isTickPending) return;
    const node = this.#next(nowMs);
    if (node === null) return;
    const pool = this.#pool;
    const sender = this.#sender;
    const membership = this.#membership;
    const waiters = this.#waiters;
    const onEnd = (endMs: number) => {
      this.#current = null;
      if (this.#isTickPending) this.tick(endMs);
    };
    this.#current = new Probe({ pool, sender, membership, waiters, onEnd }, node, nowMs);
    this.#current.start();
  }

  #next(nowMs: number): NodeRecord | null {
    const { table, settings } = this.#pool;
    for (let passed = 0; passed < table.size; passed += 1) {
      const node = table.at(this.#index);
      if (node === undefined) {
        table.forgetAndShuffle(nowMs - settings.gossipToTheDeadMs);
        this.#index = 0;
        continue;
      }
      this.#index += 1;
      if (!isSelf(this.#pool, node) && !isGone(node)) return node;
    }
    return null;
  }

  /** The ping with this number could not be written. */
  packetFailed(seqNo: number): void {
    if (this.#current?.seqNo === seqNo) this.#current.sendFailed();
  }

  /** The stream ping with this number was answered in time. */
  streamAnswered(seqNo: number): void {
    if (this.#current?.seqNo === seqNo) this.#current.streamAnswered();
  }
}
