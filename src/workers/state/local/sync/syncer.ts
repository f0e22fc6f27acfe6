// The loop of anti-entropy: a full sync at the start and from time to time, partial ones whenever something changed
// (spec/agent.md section 2, "Syncer"). While paused nothing is synced; pauses are counted.

import type { Logger } from '../../../../observe/logger.js';
import type { Random } from '../../../../random/random.js';
import { type Clock, jitter, type Timer } from '../state/clock.js';
import { scaleFactor } from './cluster-scale.js';
import { outcomeOf, type SyncRounds } from './sync-rounds.js';

const INTERVAL_MS = 60_000;
const RETRY_MS = 15_000;
const SERVER_UP_STAGGER_MS = 3_000;

export interface SyncerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Named `agent`; its child `anti_entropy` says what failed. */
  readonly logger: Logger;
  /** LAN members. */
  readonly clusterSize: () => number;
  /**
   * Between the beginnings of two partial syncs that no request waits for, at least. A change after a quiet while is synced
   * at once.
   */
  readonly partialIntervalMs: number;
  /** The error that kept it from finishing, or null. */
  readonly fullSync: () => Promise<string | null>;
  /** The partial syncs. */
  readonly rounds: SyncRounds;
}

type Event = 'changes' | 'full' | 'stop';

export class Syncer {
  readonly #options: SyncerOptions;
  #paused = 0;
  #changed = false;
  #fullDue = false;
  #stopped = false;
  #wake: (() => void) | null = null;
  #timer: Timer | null = null;
  #serverUp: Timer | null = null;
  /** Runs while it is too early for the next partial sync. */
  #spacing: Timer | null = null;
  #running = false;

  constructor(options: SyncerOptions) {
    this.#options = options;
  }

  /** The first full sync starts at once. */
  start(): void {
    this.#options.logger.info('started state syncer');
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Starts no further round; one that runs may wait for a leader for seconds, and is not waited for. */
  stop(): void {
    this.#stopped = true;
    this.#serverUp?.cancel();
    this.#timer?.cancel();
    this.#spacing?.cancel();
    this.#options.rounds.stop();
    this.#wakeUp();
  }

  /** Something changed here. */
  trigger(): void {
    if (this.#changed) return;
    this.#changed = true;
    this.#wakeUp();
  }

  /** A server came up, or a leader: everything is compared anew after a short random while. */
  serverUp(): void {
    if (this.#serverUp !== null || this.#stopped) return;
    const { clock, random } = this.#options;
    this.#serverUp = clock.after(jitter(random, this.#factor() * SERVER_UP_STAGGER_MS), () => {
      this.#serverUp = null;
      this.#fullDue = true;
      this.#wakeUp();
    });
  }

  pause(): void {
    this.#paused += 1;
    this.#options.rounds.pause();
  }

  /** The last one brings a partial sync. */
  resume(): void {
    this.#options.rounds.resume();
    this.#paused -= 1;
    this.#changed = true;
    this.#wakeUp();
  }

  #factor(): number {
    return scaleFactor(this.#options.clusterSize());
  }

  async #run(): Promise<void> {
    const { logger, random } = this.#options;
    const antiEntropy = logger.child('anti_entropy');
    while (!this.#stopped) {
      await this.#unpaused();
      if (this.#stopped) return;
      this.#fullDue = false;
      const error = await outcomeOf(this.#options.fullSync);
      if (error !== null) {
        antiEntropy.error('failed to sync remote state', 'error', error);
        const retryMs = RETRY_MS + jitter(random, this.#factor() * RETRY_MS);
        if ((await this.#next(retryMs, false)) === 'stop') return;
        continue;
      }
      this.#changed = true;
      const intervalMs = INTERVAL_MS + jitter(random, this.#factor() * INTERVAL_MS);
      this.#startTimer(intervalMs);
      for (;;) {
        const event = await this.#next(null, true);
        if (event === 'stop') return;
        if (event === 'full') break;
        this.#changed = false;
        this.#spaceOut();
        await this.#options.rounds.next();
      }
    }
  }

  /** Waits for what is to be done next; with `timeoutMs` a full sync is due by then. */
  async #next(timeoutMs: number | null, takesChanges: boolean): Promise<Event> {
    if (timeoutMs !== null) this.#startTimer(timeoutMs);
    for (;;) {
      if (this.#stopped) {
        this.#timer?.cancel();
        return 'stop';
      }
      if (this.#fullDue) {
        this.#timer?.cancel();
        return 'full';
      }
      if (takesChanges && this.#changed && this.#paused === 0 && this.#spacing === null) return 'changes';
      await this.#sleep();
    }
  }

  async #unpaused(): Promise<void> {
    while (this.#paused > 0 && !this.#stopped) await this.#sleep();
  }

  /** Thousands of changed checks would otherwise be written a few at a time, each round with its own disk write. */
  #spaceOut(): void {
    const { clock, partialIntervalMs } = this.#options;
    if (partialIntervalMs <= 0) return;
    this.#spacing = clock.after(partialIntervalMs, () => {
      this.#spacing = null;
      this.#wakeUp();
    });
  }

  #startTimer(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#fullDue = true;
      this.#wakeUp();
    });
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
