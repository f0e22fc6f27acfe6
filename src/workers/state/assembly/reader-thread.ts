// Entry point of a reader's thread: what it is to do is its first message. What can't be put together ends the thread, and main says
// why; a surprise later costs the request that it came by.

import { parentPort } from 'node:worker_threads';
import { surviveSurprises } from '../../../observe/surprise.js';
import { startTelemetry } from '../../../observe/worker-telemetry.js';
import type { MainToReader, ReaderWorkerData } from '../../../wire/readers/reader-worker.js';
import { ReaderWorker } from './reader-worker.js';

if (parentPort === null) throw new Error('this is the program of a thread');
parentPort.once('message', (data: ReaderWorkerData) => {
  const telemetry = startTelemetry(data.context);
  const worker = new ReaderWorker(data, telemetry);
  surviveSurprises(telemetry.logger);
  data.context.port.on('message', (message: MainToReader) => worker.receive(message));
});
