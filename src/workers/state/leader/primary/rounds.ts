// What is kept as it is in the primary datacenter, while this server leads: round after round, each of which waits there until
// something has changed.

import type { Logger } from '../../../../observe/logger.js';
import { surprise } from '../../../../observe/surprise.js';
import type { Refusal } from '../../methods/contract/refusal.js';
import { Pace, pauseMs } from './pace.js';

/** Ends a round: nobody could be asked, or nothing could be written. It is begun again. */
export class RoundFailure extends Error {
  constructor(doing: string, { text }: Pick<Refusal, 'text'>) {
    super(`${doing}: ${text}`);
  }
}

export interface RoundOutcome {
  /** Of the primary datacenter's log: so far everything is here. */
  readonly index: number;
  /** What could not be taken over. Trying again doesn't help before something else is changed. */
  readonly problems: readonly string[];
}

export interface Replicated {
  /** As log lines name it. */
  readonly name: string;
  /** `seenIndex`: that of the last round; 0: none was. Rejects with {@link RoundFailure}. */
  round(seenIndex: number, signal: AbortSignal): Promise<RoundOutcome>;
}

export interface RoundsOptions {
  readonly logger: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** After each round. */
  readonly over: (outcome: RoundOutcome | RoundFailure) => void;
}

export class Rounds {
  readonly #what: Replicated;
  readonly #options: RoundsOptions;
  #running: AbortController | null = null;

  constructor(what: Replicated, options: RoundsOptions) {
    this.#what = what;
    this.#options = options;
  }

  start(): void {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    void this.#run(running.signal);
  }

  stop(): void {
    if (this.#running === null) return;
    this.#running.abort();
    this.#running = null;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const pace = new Pace(this.#options.now);
    let seenIndex = 0;
    let failures = 0;
    while (!signal.aborted) {
      await pause(pace.turnMs(), signal);
      if (signal.aborted) return;
      const outcome = await this.#round(seenIndex, signal);
      if (signal.aborted) return;
      this.#options.over(outcome);
      if (outcome instanceof RoundFailure) {
        failures += 1;
        await pause(pauseMs(failures), signal);
      } else {
        failures = 0;
        seenIndex = outcome.index;
      }
    }
  }

  async #round(seenIndex: number, signal: AbortSignal): Promise<RoundOutcome | RoundFailure> {
    const { logger } = this.#options;
    const { name } = this.#what;
    try {
      const outcome = await this.#what.round(seenIndex, signal);
      for (const problem of outcome.problems) logger.warn('not taken over', 'kind', name, 'error', problem);
      return outcome;
    } catch (error) {
      if (error instanceof RoundFailure) {
        if (!signal.aborted) logger.warn('replication failed', 'kind', name, 'error', error.message);
        return error;
      }
      surprise(error);
      return new RoundFailure('unexpected', { text: String(error) });
    }
  }
}

/** Resolves at once when it is ended. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over);
  });
}
