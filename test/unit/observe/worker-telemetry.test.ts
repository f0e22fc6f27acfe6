// A worker's lines arrive in one message per turn, bounded, and its metrics come with the event loop's delay.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { unpackLines } from '../../../src/observe/packed-lines.js';
import { startTelemetry } from '../../../src/observe/worker-telemetry.js';
import type { LogRecord, WorkerToMain } from '../../../src/wire/thread-port.js';

function channel() {
  const { port1, port2 } = new MessageChannel();
  const next = async (): Promise<WorkerToMain> => {
    const [message] = (await once(port2, 'message')) as [WorkerToMain];
    return message;
  };
  return { context: { name: 'raft', port: port1, logLevel: 'info' as const }, next, close: () => port1.close() };
}

function linesOf(message: WorkerToMain): readonly LogRecord[] {
  assert.equal(message.kind, 'log');
  return message.kind === 'log' ? unpackLines(message.lines) : [];
}

test('lines of one turn travel in one message, below the level none', async () => {
  const { context, next, close } = channel();
  const telemetry = startTelemetry(context);
  const logger = telemetry.logger.child('server').child('raft');
  logger.info('one', 'index', 1);
  logger.debug('hidden');
  logger.warn('two', 'many', ['a', 'b'], 'big', 2n ** 60n, 'is', true);
  const lines = linesOf(await next());
  assert.deepEqual(
    lines.map(({ level, name, message, fields }) => ({ level, name, message, fields })),
    [
      { level: 'info', name: 'agent.server.raft', message: 'one', fields: ['index', 1] },
      {
        level: 'warn',
        name: 'agent.server.raft',
        message: 'two',
        fields: ['many', ['a', 'b'], 'big', 2n ** 60n, 'is', true],
      },
    ],
  );
  telemetry.setLevel('debug');
  logger.debug('now visible');
  assert.equal(linesOf(await next())[0]?.message, 'now visible');
  telemetry.stop();
  close();
});

test('a flood of lines in one turn is cut, and the number of lost lines is told', async () => {
  const { context, next, close } = channel();
  const telemetry = startTelemetry(context);
  for (let i = 0; i < 5000; i++) telemetry.logger.info('flood');
  const lines = linesOf(await next());
  assert.equal(lines.length, 4097);
  assert.deepEqual(lines.at(-1)?.fields, ['thread', 'raft', 'count', 904]);
  telemetry.stop();
  close();
});

test('stop hands over the last lines and metrics, with the loop delay once it was sampled', async () => {
  const { context, next, close } = channel();
  const telemetry = startTelemetry(context);
  telemetry.metrics.increment('raft.apply', 3);
  const first = await next();
  assert.equal(first.kind, 'metrics');
  if (first.kind !== 'metrics') return;
  assert.equal(first.report.counters[0]?.sum, 3);
  const quantiles = first.report.gauges.filter((gauge) => gauge.name === 'runtime.event_loop_delay_ms');
  assert.deepEqual(
    quantiles.map((gauge) => gauge.labels),
    ['p50', 'p99', 'max'].map((quantile) => [
      ['thread', 'raft'],
      ['quantile', quantile],
    ]),
  );
  for (const gauge of quantiles) assert.ok(gauge.value >= 0 && Number.isFinite(gauge.value));
  telemetry.logger.info('last words');
  telemetry.stop();
  assert.equal(linesOf(await next())[0]?.message, 'last words');
  close();
});
