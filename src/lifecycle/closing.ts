// How a thread is brought to rest: what was opened last is closed first, and each step is done whatever became of the one
// before. A thread that is stopped in the middle of its start closes what it has opened by then.

import type { Logger } from '../observe/logger.js';

/** `deadlineMs`: how long the whole stop may take. */
type Step = (deadlineMs: number) => Promise<void> | void;

export class Closing {
  readonly #logger: Logger;
  readonly #steps: Step[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(step: Step): void {
    this.#steps.push(step);
  }

  async run(deadlineMs: number): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step(deadlineMs);
      } catch (error) {
        this.#logger.error('error during shutdown', 'error', String(error));
      }
    }
  }
}
