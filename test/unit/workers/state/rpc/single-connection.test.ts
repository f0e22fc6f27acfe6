// First byte 0: a stream of requests on the connection itself, with methods that answer when they are told to.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { serveSingle } from '../../../../../src/workers/state/rpc/listener/single-connection.js';
import { EMPTY_BODY, sendRequest } from '../../../../../src/workers/state/rpc/server/envelope.js';
import type { RpcReply } from '../../../../../src/workers/state/rpc/server/method.js';
import { waitFor } from '../../../../agent-process.js';
import { serverParts } from './server-parts.js';

const open: RpcReply[] = [];
let hasHeardEnd = false;
const server = net.createServer((socket) => {
  socket.on('end', () => {
    hasHeardEnd = true;
  });
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk: Buffer) => serveSingle(socket, chunk.subarray(1), serverParts(open)));
});

before(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
after(() => {
  server.close();
});

test('who says no more after a request is answered, and then the connection ends', async () => {
  const client = net.connect({ port: (server.address() as net.AddressInfo).port, allowHalfOpen: true });
  let received = Buffer.alloc(0);
  let isEnded = false;
  client.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  client.on('end', () => {
    isEnded = true;
  });
  client.write(Uint8Array.of(0));
  sendRequest({ write: (bytes) => client.write(bytes) }, { Seq: 1, ServiceMethod: 'Test.Wait' }, EMPTY_BODY);
  client.end();
  await waitFor(() => open.length === 1 && hasHeardEnd, 'the request and the end behind it');
  assert.equal(isEnded, false);
  open[0]?.answered(Uint8Array.of(0xc3));
  await waitFor(() => isEnded, 'the end');
  assert.equal(received.at(-1), 0xc3);
});
