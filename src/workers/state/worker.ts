// Entry point of the state worker thread, which is begun before main knows what it is to do: that is its first message. A
// start that fails is told to main in one line for the operator; a surprise later costs the request, timer or message that
// it came by, and nothing else.

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { surviveSurprises } from '../../observe/surprise.js';
import { startTelemetry } from '../../observe/worker-telemetry.js';
import type { MainToState, StateToMain, StateWorkerData, StateWorkerHint } from '../../wire/state-worker.js';
import type { Mode } from './mode.js';
import type { Parts } from './parts.js';
import { StateWorker } from './state-worker.js';

/** An agent loads what its mode needs and nothing of the other: the parts of a server are two megabytes of a client's memory. */
async function openingOf({ raft }: StateWorkerData): Promise<(parts: Parts) => Mode> {
  if (raft === null) return (await import('./open-client.js')).openClient;
  const { openServer } = await import('./open-server.js');
  return (parts) => openServer(parts, raft);
}

if (parentPort === null) throw new Error('this is the program of a thread');
// Loaded while main reads the configuration, which has the last word.
if ((workerData as StateWorkerHint).expectsServer) void import('./open-server.js');
const [data] = (await once(parentPort, 'message')) as [StateWorkerData];
const telemetry = startTelemetry(data.context);
surviveSurprises(telemetry.logger);
const worker = new StateWorker(data, telemetry, await openingOf(data));
data.context.port.on('message', (message: MainToState) => worker.receive(message));

worker.start().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  telemetry.stop();
  const message: StateToMain = { kind: 'fatal', text };
  data.context.port.postMessage(message);
});
