// The roots of a datacenter as somebody follows them: what they are now, and when another one signs.

import { ask } from '../calls/asked-read.js';
import type { Calls } from '../calls/calls.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import { connectCaRoots, type TrustedRoots } from '../methods/mesh/connect-ca.js';

const WAIT_MS = 600_000;
/** Between two tries when nobody answers, growing. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
/** At most, after an answer that said nothing new: a server that stops gives those at once. */
const NO_NEWS_PAUSE_MS = 1_000;

/** Roots are no secret. */
const ANYBODY = { token: '' };

export interface RootsWatchOptions {
  readonly calls: Pick<Calls, 'read'>;
  readonly datacenter: string;
  /** Another root signs now. */
  readonly changed: () => void;
  /** Between 0 and 1. */
  readonly random: () => number;
}

export function activeRootOf({ roots }: TrustedRoots): string {
  return roots.find(({ Active }) => Active)?.ID ?? '';
}

export class RootsWatch {
  readonly #options: RootsWatchOptions;
  readonly #stopped = new AbortController();
  #roots: TrustedRoots | null = null;
  #first: Promise<TrustedRoots | Refusal> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RootsWatchOptions) {
    this.#options = options;
  }

  /** As they were heard of last; asked for where they never were. */
  current(): Promise<TrustedRoots | Refusal> {
    if (this.#roots !== null) return Promise.resolve(this.#roots);
    this.#first ??= this.#begin().finally(() => {
      this.#first = null;
    });
    return this.#first;
  }

  stop(): void {
    this.#stopped.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #begin(): Promise<TrustedRoots | Refusal> {
    const answer = await this.#ask(0);
    if (isRefusal(answer)) return answer;
    // Before there is an authority there is nothing to follow.
    if (activeRootOf(answer.value) === '') return answer.value;
    this.#roots = answer.value;
    void this.#follow(answer.index, FIRST_PAUSE_MS);
    return answer.value;
  }

  async #follow(index: number, pauseMs: number): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const answer = await this.#ask(index);
    if (this.#stopped.signal.aborted) return;
    if (isRefusal(answer)) {
      const next = Math.min(2 * pauseMs, LAST_PAUSE_MS);
      this.#timer = setTimeout(() => void this.#follow(0, next), pauseMs * (1 + this.#options.random()));
      return;
    }
    const before = this.#roots === null ? '' : activeRootOf(this.#roots);
    this.#roots = answer.value;
    if (activeRootOf(answer.value) !== before) this.#options.changed();
    // Who restores an older state begins to count again.
    const nextIndex = answer.index < index ? 0 : answer.index;
    const noNewsMs = answer.index === index ? NO_NEWS_PAUSE_MS * this.#options.random() : 0;
    const waitMs = nextIndex === 0 ? pauseMs : noNewsMs;
    this.#timer = setTimeout(() => void this.#follow(nextIndex, FIRST_PAUSE_MS), waitMs);
  }

  #ask(minIndex: number) {
    const { calls, datacenter } = this.#options;
    const settings = { consistency: 'default', minIndex, waitMs: WAIT_MS, maxStaleMs: 0 } as const;
    return ask(calls, connectCaRoots, null, settings, datacenter, ANYBODY, this.#stopped.signal);
  }
}
