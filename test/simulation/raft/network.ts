// The network between simulated servers. Messages are late (also by several election timeouts), overtake each other, come
// twice, get lost, and are cut off in both directions or in one. What is under way arrives even after a cut or a crash of
// its sender.

import type { PeerMessage } from '../../../src/workers/raft/transport/transport.js';
import type { Random } from '../../random.js';

const USUAL_MS = 15;

export class Network {
  /** Shares of all messages, in [0, 1]. */
  loss = 0;
  lateness = 0;
  /** The same for what followers answer to their leader, if it is more. */
  answerLateness = 0;
  duplication = 0;
  /** How late the late ones are at most. */
  latestMs = 0;
  readonly #random: Random;
  readonly #tickMs: number;
  /** Messages by the tick they arrive at. */
  readonly #flights = new Map<number, PeerMessage[]>();
  /** `from>to` that are cut. */
  readonly #cuts = new Set<string>();

  constructor(random: Random, tickMs: number) {
    this.#random = random;
    this.#tickMs = tickMs;
  }

  /** Whether a message would leave at all. */
  passes(from: string, to: string): boolean {
    const isCut = this.#cuts.size > 0 && this.#cuts.has(`${from}>${to}`);
    return !isCut && !this.#random.chance(this.loss);
  }

  send(message: PeerMessage, nowMs: number): void {
    this.#fly(message, nowMs);
    if (this.#random.chance(this.duplication)) this.#fly(message, nowMs);
  }

  /** What arrives now, in any order. */
  arrivals(nowMs: number): readonly PeerMessage[] {
    const tick = Math.floor(nowMs / this.#tickMs);
    const messages = this.#flights.get(tick) ?? [];
    this.#flights.delete(tick);
    for (let i = messages.length - 1; i > 0; i -= 1) {
      const j = this.#random.below(i + 1);
      const [one, other] = [messages[i], messages[j]];
      if (one && other) [messages[i], messages[j]] = [other, one];
    }
    return messages;
  }

  /** Cuts the servers in two groups; or one of them off in one direction, from or to all others. */
  partition(ids: readonly string[]): void {
    this.heal();
    const kind = this.#random.below(4);
    const one = ids[this.#random.below(ids.length)];
    const group = new Set(ids.filter(() => this.#random.chance(0.5)));
    for (const from of ids) {
      for (const to of ids) {
        const isCut = kind === 0 ? from === one : kind === 1 ? to === one : group.has(from) !== group.has(to);
        if (isCut) this.#cuts.add(`${from}>${to}`);
      }
    }
  }

  /** Nothing reaches or leaves one server. */
  isolate(one: string, ids: readonly string[]): void {
    for (const other of ids) this.#cuts.add(`${one}>${other}`).add(`${other}>${one}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  #fly(message: PeerMessage, nowMs: number): void {
    const isAnswer = message.kind === 'append-answer' || message.kind === 'heartbeat-answer';
    const isLate = this.#random.chance(isAnswer ? Math.max(this.lateness, this.answerLateness) : this.lateness);
    const atMs = nowMs + 1 + this.#random.below(isLate ? this.latestMs : USUAL_MS);
    const tick = Math.floor(atMs / this.#tickMs) + 1;
    const others = this.#flights.get(tick);
    if (others) others.push(message);
    else this.#flights.set(tick, [message]);
  }
}
