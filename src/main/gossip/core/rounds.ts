// What happens again and again (spec/gossip.md, sections 7 and 8): a probe, a round of gossip, an exchange with somebody.

import type { NodeRecord } from './node.js';
import { isSelf, type Pool } from './pool.js';
import type { Prober } from './prober.js';
import { nextPushPullMs } from './scale.js';
import type { Sender } from './sender.js';

export class Rounds {
  readonly #pool: Pool;
  readonly #sender: Sender;
  readonly #prober: Prober;
  /** How many members were known at the last exchange. */
  #knownBefore = 0;
  /** What was waited for it. */
  #exchangeMs = 0;

  constructor(pool: Pool, sender: Sender, prober: Prober) {
    this.#pool = pool;
    this.#sender = sender;
    this.#prober = prober;
  }

  /** The first of each comes after a random part of its interval: pools that start together don't beat together. */
  start(nowMs: number): void {
    const { random, settings, out } = this.#pool;
    const { probeIntervalMs, gossipIntervalMs, pushPullIntervalMs } = settings;
    this.#every(nowMs + random() * probeIntervalMs, probeIntervalMs, (now) => this.#prober.tick(now));
    this.#every(nowMs + random() * gossipIntervalMs, gossipIntervalMs, (now) => {
      this.#gossip(now);
      out.event({ kind: 'done', what: 'gossip', sinceMs: now });
    });
    this.#knownBefore = this.#pool.table.size;
    this.#exchangeMs = pushPullIntervalMs;
    if (pushPullIntervalMs > 0) {
      this.#pool.timers.set(nowMs + random() * pushPullIntervalMs, (now) => this.#exchange(now));
    }
  }

  /** Like a Go ticker: what was missed is not made up for, and the beat stays. */
  #every(atMs: number, intervalMs: number, run: (nowMs: number) => void): void {
    this.#pool.timers.set(atMs, (nowMs) => {
      run(nowMs);
      const missed = Math.floor((nowMs - atMs) / intervalMs);
      this.#every(atMs + (missed + 1) * intervalMs, intervalMs, run);
    });
  }

  #gossip(nowMs: number): void {
    const pool = this.#pool;
    const { table, settings } = pool;
    const hears = (node: NodeRecord): boolean => {
      if (isSelf(pool, node) || node.state === 'left') return false;
      return node.state !== 'dead' || nowMs - node.changedMs <= settings.gossipToTheDeadMs;
    };
    for (const node of table.pick(settings.gossipNodes, hears)) {
      if (!this.#sender.sendGossip(node)) return;
    }
  }

  #exchange(nowMs: number): void {
    const pool = this.#pool;
    const { table, settings, timers, out } = pool;
    const [other] = table.pick(1, (node) => node.state === 'alive' && !isSelf(pool, node));
    if (other !== undefined) out.stream({ kind: 'pushPull', to: other.address, name: other.name, isJoin: false });
    const { pushPullIntervalMs } = settings;
    this.#exchangeMs = nextPushPullMs(pushPullIntervalMs, table.size, this.#knownBefore, this.#exchangeMs);
    this.#knownBefore = table.size;
    timers.set(nowMs + this.#exchangeMs, (now) => this.#exchange(now));
  }
}
