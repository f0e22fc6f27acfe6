// The thread around a state worker: what it is told, and what becomes of errors. What can't even be put together ends the thread,
// and main says why with the stack; a start that fails is told to main in one line for the operator; a surprise later costs the
// request, timer or message that it came by, and nothing else.

import { surviveSurprises } from '../../../observe/surprise.js';
import { startTelemetry } from '../../../observe/worker-telemetry.js';
import type { MainToState, StateToMain, StateWorkerData } from '../../../wire/state-worker.js';
import type { Mode } from './mode.js';
import type { Parts } from './parts.js';
import { StateWorker } from './state-worker.js';

/** Called once. */
export function runStateThread(data: StateWorkerData, open: (parts: Parts) => Mode): void {
  const telemetry = startTelemetry(data.context);
  const worker = new StateWorker(data, telemetry, open);
  surviveSurprises(telemetry.logger);
  data.context.port.on('message', (message: MainToState) => worker.receive(message));
  worker.start().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    telemetry.stop();
    const message: StateToMain = { kind: 'fatal', text };
    data.context.port.postMessage(message);
  });
}
