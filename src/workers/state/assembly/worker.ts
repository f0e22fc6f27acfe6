// Entry point of the state worker thread, which is begun before main knows what it is to do: that is its first message. What an
// agent of one mode needs is loaded alone: the parts of a server are two megabytes of a client's memory.

import { parentPort, workerData } from 'node:worker_threads';
import type { StateWorkerData, StateWorkerHint } from '../../../wire/state-worker.js';

type Program = { run(data: StateWorkerData): void };

const server = (): Promise<Program> => import('./server-thread.js');
const client = (): Promise<Program> => import('./client-thread.js');

if (parentPort === null) throw new Error('this is the program of a thread');
// Loaded while main reads the configuration, which has the last word.
if ((workerData as StateWorkerHint).expectsServer) void server();
parentPort.once('message', async (data: StateWorkerData) => {
  const program = await (data.raft === null ? client() : server());
  program.run(data);
});
