// gRPC behind TLS comes with the certificate that a reload brings: where its port is taken by then, with a later reload.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import { GrpcPorts } from '../../../../../src/workers/state/grpc/grpc-ports.js';
import { waitFor } from '../../../../agent-process.js';
import { freePorts } from '../../../../ports.js';
import { NO_TLS, TestAuthority } from '../../../../tls.js';

test('a port that is taken when the certificate comes is opened by the reload after it is free', async (context) => {
  const [free = 0, taken = 0] = await freePorts(2);
  const other = net.createServer().listen(taken, '127.0.0.1');
  await once(other, 'listening');
  const { cert, key } = await (await TestAuthority.make()).leaf(['server.dc1.consul']);
  const base = {
    grpcListeners: [],
    grpcTlsListeners: [free, taken].map((port) => ({ kind: 'tcp', address: '127.0.0.1', port })),
    limits: { httpMaxConnsPerClient: 100, rpcHandshakeTimeoutMs: 5_000 },
    http: { unixSocket: { user: '', group: '', mode: '' } },
  };
  const withTls = (stanza: typeof NO_TLS): RuntimeConfig =>
    ({ ...base, tls: { grpc: stanza } }) as unknown as RuntimeConfig;
  const lines: string[] = [];
  const sink = new LogSink('trace', ({ message, fields }) => lines.push(`${message} ${fields.join(' ')}`));
  const ports = new GrpcPorts({
    config: withTls(NO_TLS),
    services: new Map(),
    logger: new Logger('agent', sink),
    metrics: new Metrics(),
  });
  context.after(() => Promise.all([ports.close(), other.close()]));
  await ports.listen();
  const secure = withTls({ ...NO_TLS, material: { ...NO_TLS.material, cert, key } });
  ports.reload(secure);
  await waitFor(() => lines.some((line) => /can not be served.*already in use/.test(line)), 'the complaint');
  // Neither is open by halves: the next reload finds the first one free, too.
  await waitFor(async () => !(await answers(free)), 'the first port to be closed again');
  await new Promise((closed) => other.close(closed));
  ports.reload(secure);
  for (const port of [free, taken]) await waitFor(() => answers(port), `port ${port}`);
  assert.equal(lines.filter((line) => line.startsWith('Started gRPC listeners')).length, 3);
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
