// What the API asks of the process as a whole (reload, leave, membership) goes to main over the thread's port and comes
// back by request number.

import type { MessagePort } from 'node:worker_threads';
import type { ControlAnswer, ControlRequest, MainToState, StateToMain } from '../../../wire/state-worker.js';

/** What the API asks of the process as a whole. */
export interface AgentControl {
  ask<Control extends ControlRequest>(control: Control): Promise<ControlAnswer<Control['op']>>;
}

export class ControlClient implements AgentControl {
  readonly #port: Pick<MessagePort, 'postMessage'>;
  readonly #waiting = new Map<number, (answer: ControlAnswer) => void>();
  #next = 1;

  constructor(port: Pick<MessagePort, 'postMessage'>) {
    this.#port = port;
  }

  ask<Control extends ControlRequest>(control: Control): Promise<ControlAnswer<Control['op']>> {
    const request = this.#next++;
    return new Promise((resolve) => {
      // Main answers a request by the op it was asked with: the number stands for the type.
      this.#waiting.set(request, resolve as (answer: ControlAnswer) => void);
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
