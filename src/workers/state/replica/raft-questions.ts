// What the state worker asks the raft worker, each with one answer of its own.

import type { RaftToState, StateToRaft } from '../../../wire/raft/raft-port.js';

export class RaftQuestions {
  readonly #post: (message: StateToRaft) => void;
  readonly #asked = new Map<number, (answer: RaftToState) => void>();
  #next = 1;

  constructor(post: (message: StateToRaft) => void) {
    this.#post = post;
  }

  /** `message`: the question under this number. */
  ask(message: (request: number) => StateToRaft): Promise<RaftToState> {
    const request = this.#next++;
    return new Promise((resolve) => {
      this.#asked.set(request, resolve);
      this.#post(message(request));
    });
  }

  answered(request: number, answer: RaftToState): void {
    const resolve = this.#asked.get(request);
    this.#asked.delete(request);
    resolve?.(answer);
  }
}
