// Long work on this thread, done in steps so that nobody else waits for it: what is over within two milliseconds is done at
// once, anything longer goes on in later turns of the event loop. All such work shares one slice of each turn, a share for
// each in order, so that a hundred expensive requests take as little of a turn as one.

/** Each step takes well below a millisecond; the last one gives the result. */
export type Steps<Result> = Generator<undefined, Result>;

/** Of each turn, for all work together. */
const SLICE_MS = 2;
/** Then it is somebody else's go within the slice. */
const SHARE_MS = 0.5;

/** Work that has begun. */
export interface Work {
  readonly isOver: boolean;
  /** It isn't wanted any more: neither of its callbacks is called from now on. */
  cancel(): void;
}

class Task<Result> implements Work {
  isOver = false;
  readonly #steps: Steps<Result>;
  readonly #done: (result: Result) => void;
  readonly #failed: (error: unknown) => void;

  constructor(steps: Steps<Result>, done: (result: Result) => void, failed: (error: unknown) => void) {
    this.#steps = steps;
    this.#done = done;
    this.#failed = failed;
  }

  cancel(): void {
    this.isOver = true;
  }

  /** Goes on until it is over, or it is `until` o'clock. */
  advance(until: number, now: () => number): void {
    try {
      while (!this.isOver) {
        const { done, value } = this.#steps.next();
        if (done) {
          this.isOver = true;
          this.#done(value);
        } else if (now() >= until) return;
      }
    } catch (error) {
      this.isOver = true;
      this.#failed(error);
    }
  }
}

/** Whatever it results in. */
type AnyTask = Pick<Task<unknown>, 'isOver' | 'advance'>;

export class Turns {
  readonly #now: () => number;
  readonly #schedule: (run: () => void) => void;
  #tasks: AnyTask[] = [];
  #isScheduled = false;

  /** `schedule` runs a slice after other events had their turn. */
  constructor(now = () => performance.now(), schedule: (run: () => void) => void = setImmediate) {
    this.#now = now;
    this.#schedule = schedule;
  }

  /** Calls `done` with the result, or `failed` with what was thrown, also by `done`: at once or in a later turn. */
  run<Result>(steps: Steps<Result>, done: (result: Result) => void, failed: (error: unknown) => void): Work {
    const task = new Task(steps, done, failed);
    // Who comes while others wait has no slice of its own.
    if (this.#tasks.length === 0) task.advance(this.#now() + SLICE_MS, this.#now);
    if (!task.isOver) {
      this.#tasks.push(task);
      this.#goOnLater();
    }
    return task;
  }

  /** Rejects with what was thrown. */
  finished<Result>(steps: Steps<Result>): Promise<Result> {
    return new Promise((resolve, reject) => this.run(steps, resolve, reject));
  }

  #goOnLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => this.#slice());
  }

  #slice(): void {
    this.#isScheduled = false;
    const end = this.#now() + SLICE_MS;
    for (let now = this.#now(); now < end; now = this.#now()) {
      const task = this.#tasks.shift();
      if (task === undefined) return;
      task.advance(Math.min(end, now + SHARE_MS), this.#now);
      if (!task.isOver) this.#tasks.push(task);
    }
    this.#tasks = this.#tasks.filter((task) => !task.isOver);
    if (this.#tasks.length > 0) this.#goOnLater();
  }
}

/** The thread's own. */
export const turns = new Turns();

/** Does all of it now: for what is known to be short. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
