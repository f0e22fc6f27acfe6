// A certificate of a service as it is kept: the newest one, who waits for another one, and when that is due.

import type { Deadline } from '../../../deadlines/deadline-queue.js';
import type { Refusal } from '../methods/contract/refusal.js';

export interface LeafQuestion {
  readonly service: string;
  readonly datacenter: string;
  readonly token: string;
}

export interface Leaf {
  readonly serialNumber: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly validAfterMs: number;
  readonly validBeforeMs: number;
  /** Of the log. */
  readonly index: number;
}

export class LeafEntry implements Deadline {
  dueMs = 0;
  slot = -1;
  order = 0;
  readonly key: string;
  readonly question: LeafQuestion;
  readonly waiting = new Set<() => void>();
  /** Milliseconds of a clock that never jumps. */
  askedMs = 0;
  triedMs = Number.NEGATIVE_INFINITY;
  /** After the last try; 0: it succeeded. */
  pauseMs = 0;
  /** The one that is being made. */
  running: Promise<Leaf | Refusal> | null = null;
  readonly #due: (entry: LeafEntry) => void;
  #leaf: Leaf | null = null;
  #rootId = '';

  constructor(key: string, question: LeafQuestion, due: (entry: LeafEntry) => void) {
    this.key = key;
    this.question = question;
    this.#due = due;
  }

  get leaf(): Leaf | null {
    return this.#leaf;
  }

  /** Which root signed when it was asked for. */
  get rootId(): string {
    return this.#rootId;
  }

  /** Nobody waits for anything of it. */
  get isIdle(): boolean {
    return this.running === null && this.waiting.size === 0;
  }

  take(leaf: Leaf, rootId: string): void {
    this.#leaf = leaf;
    this.#rootId = rootId;
    this.pauseMs = 0;
    for (const wake of [...this.waiting]) wake();
  }

  expire(): void {
    this.#due(this);
  }
}
