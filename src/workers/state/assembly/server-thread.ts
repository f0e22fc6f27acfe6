// The state worker's program on a server.

import type { StateWorkerData } from '../../../wire/state-worker.js';
import { openServer } from './open-server.js';
import { runStateThread } from './state-thread.js';

export function run(data: StateWorkerData): void {
  const { raft } = data;
  if (raft === null) throw new Error('a server has a raft worker');
  runStateThread(data, (parts) => openServer(parts, raft));
}
