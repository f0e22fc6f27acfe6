// How long a suspected node has to refute (Lifeguard, section 4.2; spec/gossip.md, section 7): long while one member
// alone suspects it, shorter with every other member that confirms.

import type { GossipSettings } from './settings.js';

export interface SuspicionBounds {
  readonly minMs: number;
  readonly maxMs: number;
  /** After this many confirmations the timeout is the minimum. */
  readonly wanted: number;
}

/** `nodes`: the size of the pool as far as it is known, this node and the dead ones included. */
export function suspicionBounds(
  settings: Pick<GossipSettings, 'suspicionMult' | 'suspicionMaxMult' | 'probeIntervalMs'>,
  nodes: number,
): SuspicionBounds {
  // Math.log10 is exact at the powers of ten, which the quotient of two logarithms is not.
  const scale = Math.floor(1000 * Math.max(1, Math.log10(Math.max(1, nodes))));
  const minMs = (settings.suspicionMult * scale * settings.probeIntervalMs) / 1000;
  const wanted = settings.suspicionMult - 2;
  return { minMs, maxMs: minMs * settings.suspicionMaxMult, wanted: nodes - 2 < wanted ? 0 : wanted };
}

/** Time left, `elapsedMs` after the start; may be negative. */
export function remainingMs(
  { minMs, maxMs, wanted }: SuspicionBounds,
  confirmations: number,
  elapsedMs: number,
): number {
  if (wanted < 1) return minMs - elapsedMs;
  const share = Math.log(confirmations + 1) / Math.log(wanted + 1);
  return Math.max(minMs, Math.floor(maxMs - share * (maxMs - minMs))) - elapsedMs;
}

export class Suspicion {
  readonly startedMs: number;
  readonly #bounds: SuspicionBounds;
  readonly #accusers: Set<string>;
  #confirmations = 0;

  constructor(bounds: SuspicionBounds, firstAccuser: string, nowMs: number) {
    this.#bounds = bounds;
    this.#accusers = new Set([firstAccuser]);
    this.startedMs = nowMs;
  }

  /** When the node is to be declared dead. */
  get deadlineMs(): number {
    return this.startedMs + remainingMs(this.#bounds, this.#confirmations, 0);
  }

  /** Whether this accuser brings the deadline nearer: it is a new one, and not enough have confirmed yet. */
  confirm(accuser: string): boolean {
    if (this.#confirmations >= this.#bounds.wanted || this.#accusers.has(accuser)) return false;
    this.#accusers.add(accuser);
    this.#confirmations += 1;
    return true;
  }
}
