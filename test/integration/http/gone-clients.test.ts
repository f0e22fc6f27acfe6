// Clients that hang up before anybody asks for their body, waits for them or answers with a stream, as another thread may do late:
// both engines say so at once, and no cut body is taken for a whole one.

import assert from 'node:assert/strict';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import type { Engine, Exchange } from '../../../src/workers/state/http/engine/engine.js';
import { NetEngine } from '../../../src/workers/state/http/net/net-engine.js';
import { UwsEngine } from '../../../src/workers/state/http/uws/uws-engine.js';
import { waitFor } from '../../agent-process.js';
import { withoutUws } from '../../uws.js';

const LIMITS = {
  maxHeaderBytes: 8192,
  maxConnectionsPerClient: 200,
  slowHeaderMs: 9000,
  slowBodyMs: 9000,
  slowBodyBytes: 1,
};

/** The exchange of a client that sent half of its body and is gone. */
async function goneExchange(context: TestContext, name: 'net' | 'uws'): Promise<Exchange> {
  const taken: Exchange[] = [];
  const options = {
    limits: LIMITS,
    unixSocket: { user: '', group: '', mode: '' },
    logger: new Logger('agent', new LogSink('error', () => {})),
    listener: (exchange: Exchange) => taken.push(exchange),
  };
  const engine: Engine = name === 'net' ? new NetEngine(options) : await UwsEngine.create(options);
  const { port } = await engine.listen({ kind: 'tcp', address: '127.0.0.1', port: 0 });
  context.after(() => engine.close(100));
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => {});
  client.write(`PUT /half HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${'b'.repeat(50_000)}`);
  await waitFor(() => taken.length > 0, 'the request');
  client.resetAndDestroy();
  await waitFor(() => engine.connections === 0, 'the connection to be closed');
  const [exchange] = taken;
  assert.ok(exchange);
  return exchange;
}

for (const name of ['net', 'uws'] as const) {
  const skip = name === 'uws' ? withoutUws : false;

  test(`${name}: half a body isn’t a body`, { skip }, async (context) => {
    const exchange = await goneExchange(context, name);
    const seen: string[] = [];
    exchange.receive({
      chunk: () => seen.push('chunk'),
      end: () => seen.push('end'),
      aborted: () => seen.push('aborted'),
    });
    assert.deepEqual(seen, ['aborted']);
  });

  test(`${name}: nobody waits for a client that is gone`, { skip }, async (context) => {
    const exchange = await goneExchange(context, name);
    let told = 0;
    exchange.onAbort({ aborted: () => (told += 1) });
    assert.equal(told, 1);
  });

  test(`${name}: a stream to a client that is gone has ended`, { skip }, async (context) => {
    const exchange = await goneExchange(context, name);
    let ended = 0;
    const stream = exchange.stream(200, '', () => {
      ended += 1;
    });
    assert.deepEqual([ended, stream.write('a')], [1, false]);
    stream.end();
  });
}
