// The state worker's program on a client agent.

import type { StateWorkerData } from '../../../wire/state-worker.js';
import { openClient } from './open-client.js';
import { runStateThread } from './state-thread.js';

export function run(data: StateWorkerData): void {
  runStateThread(data, openClient);
}
