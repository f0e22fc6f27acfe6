// The port to the raft worker as it is used here: a MessagePort, or what a simulation puts in its place.

import type { RaftToState } from '../../../wire/raft/raft-port.js';
import type { SnapshotPort } from './snapshot/snapshot-stream.js';

export interface RaftPort extends SnapshotPort {
  on(event: 'message', listener: (message: RaftToState) => void): unknown;
}
