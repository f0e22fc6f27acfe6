// Entry point of the state worker thread, which is begun before main knows what it is to do: that is its first message. A
// start that fails is told to main in one line for the operator; a surprise later costs the request, timer or message that
// it came by, and nothing else.

import { parentPort } from 'node:worker_threads';
import { surviveSurprises } from '../../observe/surprise.js';
import { startTelemetry } from '../../observe/worker-telemetry.js';
import type { MainToState, StateToMain, StateWorkerData } from '../../wire/state-worker.js';
import { StateWorker } from './state-worker.js';

function run(data: StateWorkerData): void {
  const telemetry = startTelemetry(data.context);
  surviveSurprises(telemetry.logger);
  const worker = new StateWorker(data, telemetry);
  data.context.port.on('message', (message: MainToState) => worker.receive(message));

  worker.start().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    telemetry.stop();
    const message: StateToMain = { kind: 'fatal', text };
    data.context.port.postMessage(message);
  });
}

if (parentPort === null) throw new Error('this is the program of a thread');
parentPort.once('message', run);
