// How many certificates are signed: after a rotation all services want new ones at once, and signing must leave the processor to
// others. Who would have to wait too long is told to come again.

import type { AuthoritySettings } from '../../../../wire/mesh/authority-settings.js';

type Limits = Pick<AuthoritySettings, 'requestsPerSecond' | 'requestsAtOnce'>;

/** How long somebody waits for his turn. */
const PATIENCE_MS = 500;

export class SigningLimit {
  readonly #now: () => number;
  /** When the next one may begin. */
  #nextMs = 0;
  /** Places. */
  #taken = 0;
  /** Who waits for a place, first come first. */
  readonly #waiting = new Set<(isFree: boolean) => void>();

  /** Milliseconds of a clock that never jumps. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs the work in its turn; null: it would have had to wait too long. */
  async run<T>({ requestsPerSecond, requestsAtOnce }: Limits, work: () => Promise<T>): Promise<T | null> {
    if (requestsAtOnce <= 0) return (await this.#turn(requestsPerSecond)) ? work() : null;
    if (!(await this.#place(requestsAtOnce))) return null;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Whoever waits takes the place over. */
  #leave(): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#taken -= 1;
    else first(true);
  }

  #place(atOnce: number): true | Promise<boolean> {
    if (this.#taken < atOnce) {
      this.#taken += 1;
      return true;
    }
    return new Promise((resolve) => {
      const settle = (isFree: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(isFree);
      };
      const timer = setTimeout(() => settle(false), PATIENCE_MS);
      this.#waiting.add(settle);
    });
  }

  #turn(perSecond: number): true | Promise<boolean> {
    if (perSecond <= 0) return true;
    const now = this.#now();
    const turnMs = Math.max(this.#nextMs, now);
    if (turnMs - now > PATIENCE_MS) return Promise.resolve(false);
    this.#nextMs = turnMs + 1000 / perSecond;
    if (turnMs === now) return true;
    return new Promise((resolve) => setTimeout(() => resolve(true), turnMs - now));
  }
}
