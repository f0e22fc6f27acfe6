// Takes from a rate as one of several threads, and says how many it got.

import { parentPort, workerData } from 'node:worker_threads';
import { RequestRates } from '../../../src/wire/readers/request-rates.js';

const ROUNDS = 100_000;
const { buffer, burst } = workerData as { readonly buffer: SharedArrayBuffer; readonly burst: number };

const { reads } = new RequestRates(buffer);
let taken = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  if (reads.take(1, burst, 0)) taken += 1;
}
parentPort?.postMessage(taken);
