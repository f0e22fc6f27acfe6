// Whether a history is linearizable: whether its operations can be put in one order that the model allows, with each at some
// moment between its call and its answer. The search is Wing and Gong's with Lowe's memory of what was tried (as in
// Porcupine): a set of operations that leads to a state is followed once. It is bounded; over its budget it says `unknown`.
import type { Operation } from './history.js';

export interface Model<State, Input, Output> {
  readonly initial: State;
  /** The state after it; null when the model gives another answer in this state. Without an output any answer will do. */
  step(state: State, input: Input, output: Output | null): State | null;
  /** Equal for equal states only. */
  describe(state: State): string;
}

export type Verdict<Input, Output> =
  | { readonly kind: 'linearizable'; readonly steps: number }
  | {
      readonly kind: 'not-linearizable';
      readonly steps: number;
      /** The longest order that was found, the state after it, and what couldn't follow. */
      readonly longest: readonly Operation<Input, Output>[];
      readonly state: string;
      readonly stuck: readonly Operation<Input, Output>[];
    }
  | { readonly kind: 'unknown'; readonly steps: number };

/** Steps of the model. Few storms of thousands need more than 300,000; one took 2.7 million, 25 s and 100 MB. */
const BUDGET = 6_000_000;

interface Frame<State> {
  readonly state: State;
  readonly candidates: readonly number[];
  /** The next of them to try. */
  next: number;
  /** The one that is tried now. */
  chosen: number;
}

export function check<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  budget = BUDGET,
): Verdict<Input, Output> {
  return new Search(model, operations, budget).run();
}

class Search<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #operations: readonly Operation<Input, Output>[];
  readonly #budget: number;
  readonly #taken: boolean[];
  /** Answered operations and state → the silent ones that were taken on the ways there. */
  readonly #tried = new Map<string, bigint[]>();
  readonly #frames: Frame<State>[] = [];
  /** What has a place, a bit each. */
  #answeredBits = 0n;
  #silentBits = 0n;
  /** Answered ones that have no place yet. */
  #missing: number;
  #steps = 0;
  #longest: readonly number[] = [];
  #longestFrame: Frame<State> | null = null;

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[], budget: number) {
    this.#model = model;
    this.#operations = [...operations].sort((a, b) => a.callAt - b.callAt);
    this.#budget = budget;
    this.#taken = this.#operations.map(() => false);
    this.#missing = this.#operations.filter(({ output }) => output !== null).length;
  }

  run(): Verdict<Input, Output> {
    this.#enter(this.#model.initial);
    for (;;) {
      if (this.#missing === 0) return { kind: 'linearizable', steps: this.#steps };
      const frame = this.#frames.at(-1);
      if (!frame) return this.#refuted();
      const index = frame.candidates[frame.next++];
      if (index === undefined) this.#goBack();
      else if (this.#steps >= this.#budget) return { kind: 'unknown', steps: this.#steps };
      else this.#try(frame, index);
    }
  }

  #try(frame: Frame<State>, index: number): void {
    const operation = this.#operations[index];
    if (!operation) return;
    this.#steps += 1;
    const after = this.#model.step(frame.state, operation.input, operation.output);
    if (after === null || !this.#isNew(index, after)) return;
    frame.chosen = index;
    this.#mark(index, true);
    this.#enter(after);
  }

  /**
   * Whether it is worth going on from here. It isn't where the same answers led to the same state before, with the same
   * silent operations still to come, or more of them: they may be left out, so that was the better place.
   */
  #isNew(index: number, after: State): boolean {
    const bit = 1n << BigInt(index);
    const isSilent = this.#operations[index]?.output === null;
    const answered = isSilent ? this.#answeredBits : this.#answeredBits | bit;
    const silent = isSilent ? this.#silentBits | bit : this.#silentBits;
    const key = `${answered.toString(36)} ${this.#model.describe(after)}`;
    const tried = this.#tried.get(key);
    if (!tried) this.#tried.set(key, [silent]);
    else if (tried.some((before) => (before & silent) === before)) return false;
    else tried.push(silent);
    return true;
  }

  #mark(index: number, isTaken: boolean): void {
    const bit = 1n << BigInt(index);
    this.#taken[index] = isTaken;
    if (this.#operations[index]?.output === null) this.#silentBits ^= bit;
    else {
      this.#answeredBits ^= bit;
      this.#missing += isTaken ? -1 : 1;
    }
  }

  #enter(state: State): void {
    const frame = { state, candidates: this.#candidates(), next: 0, chosen: -1 };
    this.#frames.push(frame);
    if (this.#frames.length <= this.#longest.length + 1 && this.#longestFrame !== null) return;
    this.#longest = this.#frames.slice(0, -1).map(({ chosen }) => chosen);
    this.#longestFrame = frame;
  }

  #goBack(): void {
    this.#frames.pop();
    const chosen = this.#frames.at(-1)?.chosen;
    if (chosen !== undefined) this.#mark(chosen, false);
  }

  /**
   * What may come next: asked before any other one that has no place yet was answered. Those that were answered come first;
   * what nobody heard of is needed rarely.
   */
  #candidates(): readonly number[] {
    let firstReturn = Number.POSITIVE_INFINITY;
    const answered: number[] = [];
    const silent: number[] = [];
    for (let i = 0; i < this.#operations.length; i += 1) {
      const operation = this.#operations[i];
      if (!operation || this.#taken[i]) continue;
      if (operation.callAt > firstReturn) break;
      if (operation.returnAt < firstReturn) firstReturn = operation.returnAt;
      (operation.output === null ? silent : answered).push(i);
    }
    return [...answered, ...silent];
  }

  #refuted(): Verdict<Input, Output> {
    const named = (indexes: readonly number[]): Operation<Input, Output>[] =>
      indexes.map((index) => this.#operations[index]).filter((one) => one !== undefined);
    return {
      kind: 'not-linearizable',
      steps: this.#steps,
      longest: named(this.#longest),
      state: this.#longestFrame ? this.#model.describe(this.#longestFrame.state) : '',
      stuck: named(this.#longestFrame?.candidates ?? []),
    };
  }
}
