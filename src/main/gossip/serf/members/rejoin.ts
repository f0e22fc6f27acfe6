// Finds the pool again after a restart (spec/gossip.md, section 16): the members of the snapshot are tried one after the
// other, until each of them is known again or was asked in vain. Only they count: a stranger that joins us knows as little as
// we do, and where a whole pool restarts, the first that answers may be alone like us. While nobody is found, all of them
// are tried again, for ever.

import { below } from '../../../../random/random.js';
import { type Address, addressText } from '../../core/node.js';
import type { Timer } from '../../core/timers.js';
import type { SerfPool } from '../pool/serf-pool.js';
import type { SnapshotMember } from '../pool/snapshot.js';
import { isSameIp, readEndpoint } from '../protocol/endpoint.js';

/**
 * An address where nobody takes the connection is not waited for longer than this: the next one is tried beside it. Who is
 * connected is waited for: to fetch and merge a large pool takes a while, and to ask more of its members would not be faster.
 */
const PATIENCE_MS = 5000;
/** In the first round one try follows the other at once; from then on they are so far apart. */
const PACE_MS = 1000;
/** Candidates that need no try, passed over in one go. */
const MOST_PASSED_OVER = 1000;

export class Rejoin {
  readonly #pool: SerfPool;
  #all: readonly SnapshotMember[] = [];
  /** Of this round. */
  #untried: SnapshotMember[] = [];
  #isFirstRound = true;
  #isFound = false;
  /** Counts the tries, and the end of them; what an earlier one comes to doesn't decide when the next begins. */
  #tries = 0;
  #timer: Timer | null = null;

  constructor(pool: SerfPool) {
    this.#pool = pool;
  }

  /** `members`: of the snapshot. They are let go when the search is over. */
  start(members: readonly SnapshotMember[], nowMs: number): void {
    const { self } = this.#pool.options;
    this.#all = members.filter(({ name }) => name !== self.name);
    this.#untried = [...this.#all];
    if (this.#all.length > 0) this.#next(nowMs);
  }

  /** A member that we were told to join answered: this is our pool, whoever of the old one is in it. */
  joined(): void {
    if (this.#pool.members.size > 1) this.#isFound = true;
  }

  /** We leave: there is nothing to look for. */
  stop(): void {
    this.#tries += 1;
    this.#unschedule();
    this.#all = [];
    this.#untried = [];
  }

  #draw(): SnapshotMember | undefined {
    const untried = this.#untried;
    const last = untried.pop();
    if (last === undefined || untried.length === 0) return last;
    const place = below(this.#pool.options.random, untried.length + 1);
    const drawn = untried[place];
    if (drawn === undefined) return last;
    untried[place] = last;
    return drawn;
  }

  /** Null for an address that can't be anybody else's. */
  #addressOf({ address }: SnapshotMember): Address | null {
    const own = this.#pool.options.self.address;
    const endpoint = readEndpoint(address);
    if (endpoint === null || (endpoint.port === own.port && isSameIp(endpoint.ip, own.ip))) return null;
    return endpoint;
  }

  #next(nowMs: number): void {
    const { members } = this.#pool;
    this.#timer = null;
    for (let passed = 0; passed < MOST_PASSED_OVER; passed += 1) {
      const candidate = this.#draw();
      if (candidate === undefined) {
        this.#roundIsOver(nowMs);
        return;
      }
      if (members.get(candidate.name) !== undefined) {
        this.#isFound = true;
        continue;
      }
      const to = this.#addressOf(candidate);
      if (to === null) continue;
      this.#try(candidate.name, to, nowMs);
      return;
    }
    this.#schedule(nowMs + 1);
  }

  #try(name: string, to: Address, nowMs: number): void {
    const { out } = this.#pool;
    this.#tries += 1;
    const number = this.#tries;
    const who = `${name}: ${addressText(to)}`;
    out.log(this.#isQuiet ? 'debug' : 'info', `Attempting re-join to previously known node: ${who}`);
    const onConnected = (): void => {
      if (number === this.#tries) this.#unschedule();
    };
    const onEnd = (isMerged: boolean, endMs: number): void => {
      if (isMerged) out.log('info', `Re-joined to previously known node: ${who}`);
      if (isMerged) this.joined();
      if (number === this.#tries) this.#schedule(endMs + (this.#isFirstRound ? 0 : PACE_MS));
    };
    this.#schedule(nowMs + PATIENCE_MS);
    out.stream({ kind: 'pushPull', to, name, isJoin: true, onConnected, onEnd });
  }

  /** What is tried for ever, or after the pool is found, is worth no lines for operators. */
  get #isQuiet(): boolean {
    return this.#isFound || !this.#isFirstRound;
  }

  #schedule(atMs: number): void {
    this.#unschedule();
    this.#timer = this.#pool.timers.set(atMs, (nowMs) => this.#next(nowMs));
  }

  #unschedule(): void {
    if (this.#timer !== null) this.#pool.timers.cancel(this.#timer);
    this.#timer = null;
  }

  #roundIsOver(nowMs: number): void {
    const { out } = this.#pool;
    if (this.#isFound) {
      out.rejoined();
      this.stop();
      return;
    }
    if (this.#isFirstRound) out.log('warn', 'Failed to re-join any previously known node');
    this.#isFirstRound = false;
    this.#untried = [...this.#all];
    this.#schedule(nowMs + PACE_MS);
  }
}
