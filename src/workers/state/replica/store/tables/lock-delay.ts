// Lock delays (spec/fsm.md, section 7): keys that an invalidated session held can't be locked for a while. By the local
// monotonic clock, neither replicated nor kept: a new leader knows those it applied itself, a restarted one none.

const MAX_DELAY_MS = 60_000;
const NS_PER_MS = 1e6;
/** Expired delays are dropped when this many more were noted since the last sweep. */
const SWEEP_EVERY = 1024;

export class LockDelays {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;
  #pending: { readonly key: string; readonly delayMs: number }[] = [];
  #sinceSweep = 0;

  /** `now` in milliseconds, by a clock that nobody sets. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#until.size;
  }

  /** Notes a delay that begins when the command being applied is known to succeed. */
  note(key: string, delayNs: number): void {
    this.#pending.push({ key, delayMs: Math.min(delayNs / NS_PER_MS, MAX_DELAY_MS) });
  }

  commit(): void {
    if (this.#pending.length === 0) return;
    const now = this.#now();
    for (const { key, delayMs } of this.#pending) this.#until.set(key, now + delayMs);
    this.#sinceSweep += this.#pending.length;
    this.#pending = [];
    if (this.#sinceSweep >= SWEEP_EVERY) this.#sweep(now);
  }

  discard(): void {
    this.#pending = [];
  }

  clear(): void {
    this.#until.clear();
    this.#pending = [];
  }

  isDelayed(key: string): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > this.#now()) return true;
    this.#until.delete(key);
    return false;
  }

  #sweep(now: number): void {
    this.#sinceSweep = 0;
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
  }
}
