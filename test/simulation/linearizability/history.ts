// What clients asked of a cluster and what they were told, in the order in which it happened. An operation that nobody heard
// an answer to may have taken effect at any time after it was asked, or may do so later, or never.

export interface Operation<Input, Output> {
  readonly input: Input;
  /** null: no answer came. */
  readonly output: Output | null;
  /** Moments of one clock that counts events, so no two are the same; infinite for what has no answer. */
  readonly callAt: number;
  readonly returnAt: number;
}

/** An operation under way. */
export interface Open<Output> {
  answered(output: Output): void;
  /** It is certain that nothing came of it: it is as if it had never been asked. */
  withdrawn(): void;
}

interface Recorded<Input, Output> {
  readonly input: Input;
  readonly callAt: number;
  output: Output | null;
  returnAt: number;
  isWithdrawn: boolean;
}

export class History<Input, Output> {
  readonly #recorded: Recorded<Input, Output>[] = [];
  #moment = 0;

  call(input: Input): Open<Output> {
    const one: Recorded<Input, Output> = {
      input,
      callAt: this.#moment++,
      output: null,
      returnAt: Number.POSITIVE_INFINITY,
      isWithdrawn: false,
    };
    this.#recorded.push(one);
    return {
      answered: (output) => {
        one.output = output;
        one.returnAt = this.#moment++;
      },
      withdrawn: () => {
        one.isWithdrawn = true;
      },
    };
  }

  /** In the order they were asked. */
  get operations(): readonly Operation<Input, Output>[] {
    return this.#recorded.filter(({ isWithdrawn }) => !isWithdrawn);
  }
}
