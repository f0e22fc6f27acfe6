import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { LoadProcess } from '../../../../bench/load/load-process.js';
import type { PutCommand, PutResult } from '../../../../bench/load/put-client.js';
import type { WaitCommand, WaitResult } from '../../../../bench/load/wait-client.js';

const WAITERS = 50;

describe('load processes', () => {
  const bodies: string[] = [];
  const connections = new Set<unknown>();
  const waiting: http.ServerResponse[] = [];
  let refuse = false;
  const server = http.createServer((request, response) => {
    if (request.method === 'GET') {
      waiting.push(response);
      return;
    }
    connections.add(request.socket);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(refuse ? 500 : 200, { 'Content-Length': 4 }).end('true');
      for (const waiter of waiting.splice(0)) waiter.writeHead(200, { 'Content-Length': 0 }).end();
    });
  });
  let port = 0;

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('send exactly the requests they are told to, over as many connections', async () => {
    const client = new LoadProcess<PutCommand, PutResult>(
      new URL('../../../../bench/load/put-client.js', import.meta.url),
    );
    const command: PutCommand = {
      kind: 'register-service',
      from: 5,
      count: 40,
      checkPort: 9,
      node: '',
      port,
      connections: 4,
    };
    try {
      const result = await client.call(command);
      assert.equal(bodies.length, 40);
      assert.equal(new Set(bodies).size, 40);
      assert.equal(connections.size, 4);
      assert.ok(result.seconds > 0);
      assert.ok(result.p99Ms >= result.p50Ms);
      refuse = true;
      await assert.rejects(client.call(command), /was answered 500/);
    } finally {
      refuse = false;
      client.stop();
    }
  });

  it('wait on many connections, and time the last answer to one write', async () => {
    const client = new LoadProcess<WaitCommand, WaitResult>(
      new URL('../../../../bench/load/wait-client.js', import.meta.url),
    );
    try {
      for (let round = 0; round < 2; round += 1) {
        await client.call({ do: 'wait', port, count: WAITERS, target: '/wait' });
        while (waiting.length < WAITERS) await once(server, 'request');
        const result = await client.call({ do: 'write', port, target: '/write', body: 'x' });
        assert.ok(result.firstMs > 0);
        assert.ok(result.medianMs >= result.firstMs);
        assert.ok(result.ms >= result.medianMs);
      }
    } finally {
      client.stop();
    }
  });
});
