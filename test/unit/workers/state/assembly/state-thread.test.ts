// The state worker's thread, given orders out of which no server can be made.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';

test('what can’t be put together ends the thread, which says why', async (context) => {
  const program = new URL('../../../../../src/workers/state/assembly/worker.js', import.meta.url);
  const worker = new Worker(program, { workerData: { expectsServer: false } });
  context.after(() => worker.terminate());
  const { port1, port2 } = new MessageChannel();
  const { port1: log, port2: otherEnd } = new MessageChannel();
  const raft = { port: log, leadership: new SharedArrayBuffer(8), readers: null };
  const acl = { enableTokenPersistence: false };
  const telemetry = { statsiteAddress: '', statsdAddress: '', dogstatsdAddress: '' };
  const config = { tls: { enableAgentTlsForChecks: false }, tokens: {}, acl, telemetry };
  const failed = once(worker, 'error', { signal: AbortSignal.timeout(60_000) });
  worker.postMessage({ context: { name: 'state', port: port2, logLevel: 'error' }, config, raft }, [port2, log]);
  const [error] = (await failed) as [Error];
  port1.close();
  otherEnd.close();
  assert.match(error.stack ?? '', /^RangeError: Invalid typed array length: .* at openServer .*state-thread\.js/s);
});
