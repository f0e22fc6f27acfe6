// Daemons that listen on real sockets, and what becomes of lines where none does.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { Metrics } from '../../../../src/observe/metrics.js';
import { MetricSinks, type SinkConfig } from '../../../../src/observe/sinks/sinks.js';
import type { LogRecord } from '../../../../src/wire/thread-port.js';
import { waitFor } from '../../../agent-process.js';
import { freePorts } from '../../../ports.js';

const CONFIG: SinkConfig = {
  prefix: 'consul',
  disableHostname: true,
  prometheusRetentionMs: 0,
  filterDefault: true,
  allowedPrefixes: [],
  blockedPrefixes: [],
  statsdAddress: '',
  statsiteAddress: '',
  dogstatsdAddress: '',
  dogstatsdTags: [],
};
const logged: LogRecord[] = [];
const logger = new Logger('agent', new LogSink('warn', (record) => logged.push(record)));

function reportOf(count: number) {
  const metrics = new Metrics();
  for (let i = 0; i < count; i++) metrics.increment(`counter.${i}`);
  return metrics.report();
}

test('all lines arrive over UDP, in packets of at most 1400 bytes', async (t) => {
  const daemon = dgram.createSocket('udp4');
  t.after(() => daemon.close());
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const packets: string[] = [];
  daemon.on('message', (packet) => packets.push(packet.toString()));
  const sinks = new MetricSinks({ ...CONFIG, statsdAddress: `127.0.0.1:${daemon.address().port}` }, logger);
  t.after(() => sinks.close());
  const lines = (): string[] => packets.join('').split('\n').slice(0, -1);
  await waitFor(() => {
    sinks.send(reportOf(1));
    return packets.length > 0;
  }, 'the first line');
  packets.length = 0;
  sinks.send(reportOf(1_200));
  await waitFor(() => new Set(lines()).size === 1_200, 'all lines');
  assert.ok(lines().includes('consul.counter.1199:1.000000|c'));
  for (const packet of packets) assert.ok(packet.length <= 1400 && packet.endsWith('\n'), `${packet.length}`);
  assert.ok(packets.length < 60, 'lines share packets');
});

test('statsite is connected to again after it was gone; its absence is said once', async (t) => {
  const [port = 0] = await freePorts(1);
  const sinks = new MetricSinks({ ...CONFIG, statsiteAddress: `127.0.0.1:${port}` }, logger);
  t.after(() => sinks.close());
  logged.length = 0;
  let tries = 0;
  await waitFor(() => {
    sinks.send(reportOf(1));
    return ++tries > 10 && logged.length > 0;
  }, 'some refused tries');
  assert.deepEqual(
    logged.map(({ message }) => message),
    ['Error connecting to statsite'],
  );
  for (const _ of [1, 2]) {
    let heard = '';
    const connections: net.Socket[] = [];
    const daemon = net.createServer((socket) => {
      connections.push(socket);
      socket.on('data', (data) => {
        heard += data.toString();
      });
    });
    daemon.listen(port, '127.0.0.1');
    await once(daemon, 'listening');
    assert.equal((daemon.address() as AddressInfo).port, port);
    await waitFor(() => {
      sinks.send(reportOf(1));
      return heard.includes('consul.counter.0:1.000000|c\n');
    }, 'lines');
    for (const socket of connections) socket.destroy();
    daemon.close();
    await once(daemon, 'close');
  }
});
