// Enters and leaves as one of several threads, and says how many clients of one address it ever saw inside.

import { parentPort, workerData } from 'node:worker_threads';
import { SharedCounts } from '../../../../../src/workers/state/sockets/shared-counts.js';

const ROUNDS = 20_000;
const MAX = 2;

const counts = new SharedCounts(workerData as SharedArrayBuffer);
let most = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  const client = `10.0.0.${round % 3}`;
  if (!counts.enter(client, MAX)) continue;
  most = Math.max(most, counts.of(client));
  counts.leave(client);
}
parentPort?.postMessage(most);
