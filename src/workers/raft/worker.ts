// Entry point of the raft worker thread, which is begun before main knows what it is to do: that is its first message.

import { parentPort } from 'node:worker_threads';
import type { RaftWorkerData } from '../../wire/raft/raft-worker.js';
import { RaftThread } from './raft-thread.js';

if (parentPort === null) throw new Error('this is the program of a thread');
parentPort.once('message', (data: RaftWorkerData) => new RaftThread(data).run());
