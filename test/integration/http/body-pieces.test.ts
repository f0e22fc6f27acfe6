// A body that is taken piece by piece, over both engines: whoever takes it sets the pace, and the connection goes on afterwards.

import assert from 'node:assert/strict';
import http from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { bodyPieces } from '../../../src/workers/state/http/body-stream.js';
import type { Engine, Exchange } from '../../../src/workers/state/http/engine/engine.js';
import { NetEngine } from '../../../src/workers/state/http/net/net-engine.js';
import { UwsEngine } from '../../../src/workers/state/http/uws/uws-engine.js';
import { withoutUws } from '../../uws.js';

const ENGINES = ['net', 'uws'] as const;
const OPTIONS = {
  limits: {
    maxHeaderBytes: 8192,
    maxConnectionsPerClient: 200,
    slowHeaderMs: 9000,
    slowBodyMs: 9000,
    slowBodyBytes: 1,
  },
  unixSocket: { user: '', group: '', mode: '' },
  logger: new Logger('agent', new LogSink('error', () => {})),
};

type Put = (body: Buffer, path?: string) => Promise<string>;

async function takeLate(exchange: Exchange): Promise<void> {
  const pieces = bodyPieces(exchange);
  await sleep(100);
  let length = 0;
  if (exchange.target === '/unwanted') {
    exchange.reply(500, '', 'unwanted');
    return;
  }
  for await (const piece of pieces) length += piece.byteLength;
  exchange.reply(200, '', String(length));
}

/** An engine that begins to take a body only when it has been coming for a while; the result asks it on one connection. */
async function serve(context: TestContext, name: (typeof ENGINES)[number]): Promise<Put> {
  const options = { ...OPTIONS, listener: (exchange: Exchange) => void takeLate(exchange) };
  const engine: Engine = name === 'net' ? new NetEngine(options) : await UwsEngine.create(options);
  const { port } = await engine.listen({ kind: 'tcp', address: '127.0.0.1', port: 0 });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  context.after(async () => {
    agent.destroy();
    await engine.close(100);
  });
  return (body, path = '/') =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { agent, host: '127.0.0.1', port, path, method: 'PUT', timeout: 60_000 },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve(text));
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', reject);
      request.end(body);
    });
}

for (const name of ENGINES) {
  const skip = name === 'uws' && withoutUws;
  test(`a body is waited with, then taken whole (${name})`, { skip }, async (context) => {
    const put = await serve(context, name);
    assert.equal(await put(Buffer.alloc(9_000_000)), '9000000');
  });

  test(`a body that waits as a whole doesn't hold up the next request (${name})`, { skip }, async (context) => {
    const put = await serve(context, name);
    for (const length of [1_100_000, 1_200_000, 1_300_000, 1_500_000]) {
      assert.equal(await put(Buffer.alloc(length)), String(length));
      assert.equal(await put(Buffer.from('next')), '4');
      assert.equal(await put(Buffer.alloc(length), '/unwanted'), 'unwanted');
      assert.equal(await put(Buffer.from('next')), '4');
    }
  });
}
