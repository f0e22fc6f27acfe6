// Somebody who waits until an answer that is kept becomes another, or for as long as he may.

import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import type { Asked } from './elsewhere.js';

/** Where he stands until then. */
interface WaitingRoom<Value> {
  readonly waiters: Set<KeptWaiter<Value>>;
}

export class KeptWaiter<Value> implements Deadline, Asked {
  readonly dueMs: number;
  slot = -1;
  order = 0;
  readonly minIndex: number;
  readonly #room: WaitingRoom<Value>;
  readonly #done: () => void;

  /** `done` is called once, unless it is cancelled before: the answer is then what is kept. */
  constructor(room: WaitingRoom<Value>, minIndex: number, waitMs: number, done: () => void) {
    this.minIndex = minIndex;
    this.dueMs = Math.ceil(deadlines.now() + waitMs);
    this.#room = room;
    this.#done = done;
    room.waiters.add(this);
    deadlines.add(this);
  }

  /** The answer is another, or the time is over. */
  expire(): void {
    this.cancel();
    this.#done();
  }

  cancel(): void {
    deadlines.remove(this);
    this.#room.waiters.delete(this);
  }
}
