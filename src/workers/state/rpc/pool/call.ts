// One call of another server, and what becomes of it. Whoever makes it is told once, at the latest at its deadline.

import type { Deadline } from '../../../../deadlines/deadline-queue.js';
import { deadlines } from '../../../../deadlines/deadline-queue.js';

export type CallOutcome =
  | { readonly ok: true; readonly body: Uint8Array }
  | {
      readonly ok: false;
      /** As who asked the caller is told (spec/rpc.md, "Errors as strings"). */
      readonly text: string;
      /** `unsent`: the other side never saw it. `lost`: nobody knows. `answered`: this is its answer. */
      readonly kind: 'unsent' | 'lost' | 'answered';
    };

export class Call implements Deadline {
  readonly dueMs: number;
  slot = -1;
  order = 0;
  readonly method: string;
  readonly body: Uint8Array;
  /** Ends the work on it, when nobody waits for it any more. */
  giveUp: () => void = () => {};
  /** Told once, when nobody waits for it any more, whatever became of it. */
  over: () => void = () => {};
  readonly #done: (outcome: CallOutcome) => void;
  readonly #blocks: boolean;
  #isOver = false;

  /** `blocks`: the answer comes with a change, and not as soon as it can. */
  constructor(
    method: string,
    body: Uint8Array,
    withinMs: number,
    done: (outcome: CallOutcome) => void,
    blocks: boolean,
  ) {
    this.method = method;
    this.body = body;
    this.#done = done;
    this.#blocks = blocks;
    this.dueMs = Math.ceil(deadlines.now() + withinMs);
    deadlines.add(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  settle(outcome: CallOutcome): void {
    if (this.#isOver) return;
    this.#end();
    this.#done(outcome);
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    this.giveUp();
  }

  /** Before its time when the agent stops: that ends what waits, and nothing that is about to be answered. */
  expire(): void {
    if (this.#isOver) return;
    if (!this.#blocks && deadlines.now() < this.dueMs) {
      deadlines.add(this);
      return;
    }
    this.giveUp();
    this.settle({ ok: false, kind: 'lost', text: 'rpc error making call: i/o deadline reached' });
  }

  #end(): void {
    this.#isOver = true;
    deadlines.remove(this);
    this.over();
  }
}
