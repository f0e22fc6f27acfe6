// The rounds that write to the catalog what changed here, one after the other. A request that changed something waits for the
// round that carries its change; all that come while one runs share the next, as they share a write to the disk, so that a
// thousand registrations at once are a few rounds (spec/agent.md section 2, "Syncer").

import type { Logger } from '../../../../observe/logger.js';
import { errorDetail, surprise } from '../../../../observe/surprise.js';
import type { Backlog } from '../state/backlog.js';
import { Gathering } from '../store/gathering.js';

export interface SyncRoundsOptions {
  /** Named `agent`; its child `anti_entropy` says what failed. */
  readonly logger: Logger;
  /** What keeps every write from going on its way at the moment, or null. */
  readonly obstacle: () => string | null;
  /** Writes what changed; the error that kept it from doing so, or null. */
  readonly sync: () => Promise<string | null>;
}

/** A round that has not begun. */
interface Pending {
  readonly ended: Promise<void>;
  readonly end: () => void;
  /** Requests that wait for it. */
  waiting: number;
}

/** What a round says of itself; one that throws has failed like any other, and the next is tried in its time. */
export async function outcomeOf(round: () => Promise<string | null>): Promise<string | null> {
  try {
    return await round();
  } catch (error) {
    surprise(error);
    return errorDetail(error);
  }
}

export class SyncRounds {
  readonly #options: SyncRoundsOptions;
  readonly #logger: Logger;
  #pending: Pending | null = null;
  /** The round that runs. */
  #current: Promise<void> | null = null;
  #isLooping = false;
  #paused = 0;
  #stopped = false;
  readonly #gathering = new Gathering();

  constructor(options: SyncRoundsOptions) {
    this.#options = options;
    this.#logger = options.logger.child('anti_entropy');
  }

  /** The end of the next round, which carries every change made so far. */
  next(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return this.#join().ended;
  }

  /** The end of the round that takes the last of what is in the backlog now; at once where no write can go on its way. */
  async backlogTaken(backlog: Backlog): Promise<void> {
    const { added } = backlog;
    do {
      const obstacle = this.#options.obstacle();
      if (obstacle !== null) this.#failed(obstacle);
      if (this.#stopped || obstacle !== null) return;
      await this.next();
    } while (backlog.taken < added);
  }

  /**
   * For a request that has changed something: the end of the attempt to sync it. It failed already, and is logged, where no
   * write can go on its way: the request then doesn't wait until that changes.
   */
  attempt(): Promise<void> | null {
    if (this.#stopped) return null;
    const obstacle = this.#options.obstacle();
    if (obstacle !== null) {
      this.#failed(obstacle);
      return null;
    }
    const pending = this.#join();
    pending.waiting += 1;
    this.#gathering.arrived();
    return pending.ended;
  }

  /** No round begins until {@link resume} was called as often. */
  pause(): void {
    this.#paused += 1;
  }

  resume(): void {
    if (this.#paused === 0) throw new Error('the rounds were not paused');
    this.#paused -= 1;
    this.#begin();
  }

  /** Runs `task` while no round does. */
  async exclusively<T>(task: () => Promise<T>): Promise<T> {
    this.pause();
    try {
      await this.#current;
      return await task();
    } finally {
      this.resume();
    }
  }

  /** Begins no further round; nobody waits for one any more. */
  stop(): void {
    this.#stopped = true;
    this.#take()?.end();
  }

  #join(): Pending {
    if (this.#pending === null) {
      let end = (): void => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      this.#pending = { ended, end, waiting: 0 };
      this.#begin();
    }
    return this.#pending;
  }

  #begin(): void {
    if (this.#isLooping || this.#pending === null || this.#paused > 0) return;
    this.#isLooping = true;
    void this.#loop();
  }

  async #loop(): Promise<void> {
    while (this.#pending !== null && this.#paused === 0) {
      await this.#gathering.gather();
      if (this.#paused > 0) break;
      const round = this.#take();
      if (round === null) break;
      this.#current = this.#run(round);
      await this.#current;
      this.#current = null;
    }
    this.#isLooping = false;
  }

  async #run(round: Pending): Promise<void> {
    const error = await outcomeOf(this.#options.sync);
    if (error !== null) this.#failed(error);
    round.end();
    // A round that nobody waited for says nothing about who will come next.
    if (round.waiting > 0) this.#gathering.answered(round.waiting);
  }

  #take(): Pending | null {
    const taken = this.#pending;
    this.#pending = null;
    this.#gathering.left();
    return taken;
  }

  #failed(error: string): void {
    this.#logger.error('failed to sync changes', 'error', error);
  }
}
