// What the API asks of the process as a whole (reload, leave, membership) goes to main over the thread's port and comes
// back by request number.

import type { MessagePort } from 'node:worker_threads';
import type { ControlAnswer, ControlRequest, MainToState, StateToMain } from '../../wire/state-worker.js';

export class ControlClient {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (answer: ControlAnswer) => void>();
  #next = 1;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  ask(control: ControlRequest): Promise<ControlAnswer> {
    const request = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      const message: StateToMain = { kind: 'control', request, control };
      this.#port.postMessage(message);
    });
  }

  answered({ request, answer }: Extract<MainToState, { kind: 'control-answer' }>): void {
    const resolve = this.#waiting.get(request);
    this.#waiting.delete(request);
    resolve?.(answer);
  }
}
