// How a thread is brought to rest: what was opened last is closed first, and each step is done whatever became of the one
// before, be it that it failed or that it doesn't end. A thread that is stopped in the middle of its start closes what it has
// opened by then.

import type { Logger } from '../observe/logger.js';

/** `deadlineMs`: how long it may take. */
type Step = (deadlineMs: number) => Promise<void> | void;

/** What each step has at least, however long those before it took. */
const LEAST_MS = 500;

export class Closing {
  readonly #logger: Logger;
  readonly #steps: { readonly name: string; readonly step: Step }[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `name`: what is closed, for the log. */
  add(name: string, step: Step): void {
    this.#steps.push({ name, step });
  }

  /** In `deadlineMs` all together. The result is what had not ended by then: it is left as it is. */
  async run(deadlineMs: number): Promise<readonly string[]> {
    const untilMs = performance.now() + deadlineMs;
    const late: string[] = [];
    for (let next = this.#steps.pop(); next !== undefined; next = this.#steps.pop()) {
      const { name, step } = next;
      const leftMs = Math.max(LEAST_MS, untilMs - performance.now());
      try {
        if (await endsWithin(leftMs, step(leftMs))) continue;
        this.#logger.error('did not end in time during shutdown', 'step', name);
        late.push(name);
      } catch (error) {
        this.#logger.error('error during shutdown', 'step', name, 'error', String(error));
      }
    }
    return late;
  }
}

/** False when it hasn't ended by then; what becomes of it later concerns nobody. */
export async function endsWithin(ms: number, work: unknown): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([late, Promise.resolve(work).then(() => true)]);
  } finally {
    clearTimeout(timer);
  }
}
