// The other side of a simulation in a thread of its own (in-thread.ts).

import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';

/** Called once by a module that runs in a thread: does `work` and tells what came of it. */
export async function answerOrder<Order, Answer>(work: (order: Order) => Promise<Answer>): Promise<void> {
  assert.ok(parentPort, 'this module is run by a test, in a thread');
  parentPort.postMessage(await work(workerData as Order));
}
