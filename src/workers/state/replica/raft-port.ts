// The port to the raft worker as it is used here: a MessagePort, or what a simulation puts in its place.

import type { RaftToState, StateToRaft } from '../../../wire/raft-port.js';

export interface RaftPort {
  on(event: 'message', listener: (message: RaftToState) => void): unknown;
  postMessage(message: StateToRaft, transfer: readonly ArrayBuffer[]): void;
}
