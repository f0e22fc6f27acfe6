// Entry point of the state worker thread. A start that fails is told to main in one line for the operator; a surprise
// later ends the thread, and with it the process (fail-stop).

import { workerData } from 'node:worker_threads';
import { startTelemetry } from '../../observe/worker-telemetry.js';
import type { MainToState, StateToMain, StateWorkerData } from '../../wire/state-worker.js';
import { StateWorker } from './state-worker.js';

const data = workerData as StateWorkerData;
const telemetry = startTelemetry(data.context);
const worker = new StateWorker(data, telemetry);
data.context.port.on('message', (message: MainToState) => worker.receive(message));

worker.start(data.raft).catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  telemetry.stop();
  const message: StateToMain = { kind: 'fatal', text };
  data.context.port.postMessage(message);
});
