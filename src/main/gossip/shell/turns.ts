// Long work on the main thread, a little in each turn of the event loop: states of ten thousand members are encoded, packed,
// read and merged while requests and probes are answered in between. All jobs share one budget a turn, so that many at once
// don't hold the loop longer than one.

/** What is spent on jobs in one turn; a step that was begun is finished, so steps should be shorter than this. */
const TURN_BUDGET_MS = 3;

/** Jobs that are begun at once, each with memory of its own; the others wait for their turn. */
const MOST_BEGUN = 8;

interface Job {
  /** False when the job is over. */
  step(): boolean;
  stop(): void;
}

export class Turns {
  /** Those that are begun. */
  #jobs: Job[] = [];
  #waiting: Job[] = [];
  #immediate: NodeJS.Immediate | null = null;
  #isStopped = false;

  /** Runs `steps` to their end, beginning in the next turn. Null: stopped before that. */
  run<T>(steps: Generator<void, T>): Promise<T | null> {
    if (this.#isStopped) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        step() {
          try {
            const { done, value } = steps.next();
            if (done === true) resolve(value);
            return done !== true;
          } catch (error) {
            reject(error);
            return false;
          }
        },
        stop: () => resolve(null),
      });
      this.#schedule();
    });
  }

  /** Ends all jobs where they are. */
  stop(): void {
    this.#isStopped = true;
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    for (const job of [...this.#jobs, ...this.#waiting]) job.stop();
    this.#jobs = [];
    this.#waiting = [];
  }

  #schedule(): void {
    this.#immediate ??= setImmediate(() => this.#turn());
  }

  /** One step of each job in turn, while the budget lasts. */
  #turn(): void {
    this.#immediate = null;
    const endMs = performance.now() + TURN_BUDGET_MS;
    do {
      const job = this.#next();
      if (job === undefined) return;
      if (job.step()) this.#jobs.push(job);
    } while (performance.now() < endMs);
    if (this.#jobs.length + this.#waiting.length > 0) this.#schedule();
  }

  #next(): Job | undefined {
    const isRoom = this.#jobs.length < MOST_BEGUN;
    return (isRoom ? this.#waiting.shift() : undefined) ?? this.#jobs.shift();
  }
}
