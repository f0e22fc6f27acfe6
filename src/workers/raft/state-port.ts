// The raft worker's end of the port to the state worker: the only place here that posts to it. Messages that arrive in one
// turn are taken together, so that proposals of the turn share a write.

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { RaftToState, StateToRaft } from '../../wire/raft/raft-port.js';

/** Messages taken before the loop gets a breath. */
const MAX_PER_TURN = 1024;

export interface StateChannel {
  /** `transfer` buffers are gone afterwards. */
  post(message: RaftToState, transfer?: readonly ArrayBuffer[]): void;
}

/** Both directions; a simulation puts its own in place of a port. */
export interface StateLink extends StateChannel {
  /** `take` gets each message, `turn` runs after the last one of a turn. */
  listen(take: (message: StateToRaft) => void, turn: () => void): void;
  close(): void;
}

export class StatePort implements StateLink {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  listen(take: (message: StateToRaft) => void, turn: () => void): void {
    this.#port.on('message', (first: StateToRaft) => {
      take(first);
      for (let count = 1; count < MAX_PER_TURN; count += 1) {
        const next = receiveMessageOnPort(this.#port);
        if (!next) break;
        take(next.message as StateToRaft);
      }
      turn();
    });
  }

  post(message: RaftToState, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  close(): void {
    this.#port.close();
  }
}
