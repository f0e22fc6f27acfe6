// Finds the pool again after a restart (spec/gossip.md, section 16): one member of the snapshot after the other is tried,
// until states were exchanged with anybody.

import { shuffle } from '../../../../random/random.js';
import { type Address, addressText } from '../../core/node.js';
import type { Timer } from '../../core/timers.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { readEndpoint } from '../protocol/endpoint.js';

/** A dead address doesn't say so: the next one is tried after this. */
const PATIENCE_MS = 5000;

export class Rejoin {
  readonly #pool: SerfPool;
  readonly #candidates: { readonly name: string; readonly address: Address }[] = [];
  #timer: Timer | null = null;

  constructor(pool: SerfPool) {
    this.#pool = pool;
  }

  start(nowMs: number): void {
    const { options } = this.#pool;
    for (const { name, address } of options.restored?.members ?? []) {
      const endpoint = readEndpoint(address);
      if (name !== options.self.name && endpoint !== null) this.#candidates.push({ name, address: endpoint });
    }
    if (this.#candidates.length === 0) return;
    shuffle(options.random, this.#candidates);
    this.#tryNext(nowMs);
  }

  #tryNext(nowMs: number): void {
    const { out, timers } = this.#pool;
    const next = this.#candidates.pop();
    this.#timer = null;
    if (next === undefined) {
      out.log('warn', 'Failed to re-join any previously known node');
      return;
    }
    out.log('info', `Attempting re-join to previously known node: ${next.name}: ${addressText(next.address)}`);
    out.stream({ kind: 'pushPull', to: next.address, name: next.name, isJoin: true });
    this.#timer = timers.set(nowMs + PATIENCE_MS, (now) => this.#tryNext(now));
  }

  /** States were exchanged with somebody, or we leave: there is nothing to look for. */
  stop(): void {
    if (this.#timer !== null) this.#pool.timers.cancel(this.#timer);
    this.#timer = null;
    this.#candidates.length = 0;
  }
}
