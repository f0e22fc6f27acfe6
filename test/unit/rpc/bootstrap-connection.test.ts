// First byte 7: connections of who has no certificate; whoever says nothing there is closed.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { serveBootstrap } from '../../../src/workers/state/rpc/auto-encrypt/bootstrap-connection.js';
import { EMPTY_BODY, sendRequest } from '../../../src/workers/state/rpc/server/envelope.js';
import type { RpcReply } from '../../../src/workers/state/rpc/server/method.js';
import { waitFor } from '../../agent-process.js';
import { serverParts } from './server-parts.js';

/** An hour but for whom the test closes. */
let silenceMs = 3_600_000;
const open: RpcReply[] = [];
const served: net.Socket[] = [];
const server = net.createServer((socket) => {
  socket.on('error', () => socket.destroy());
  serveBootstrap(socket, Buffer.alloc(0), serverParts(open), silenceMs);
  served.push(socket);
});
const dialed: net.Socket[] = [];

before(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
after(() => {
  for (const socket of dialed) socket.destroy();
  server.close();
});

function dial(): net.Socket {
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  dialed.push(socket);
  return socket;
}

const closed = (socket: net.Socket | undefined): Promise<void> =>
  waitFor(() => socket?.destroyed === true, 'the connection to be closed');

test('who says nothing is closed, be it from the beginning or after a part of a question', async () => {
  silenceMs = 50;
  const silent = dial();
  const slow = dial();
  slow.write(Uint8Array.of(0x84));
  await Promise.all([closed(silent), closed(slow)]);
  assert.equal(open.length, 0);
});

test('who asks is answered, and closed when nothing comes after that', async () => {
  silenceMs = 3_600_000;
  const client = dial();
  sendRequest({ write: (bytes) => client.write(bytes) }, { Seq: 1, ServiceMethod: 'Test.Wait' }, EMPTY_BODY);
  await waitFor(() => open.length === 1, 'the question');
  let received = Buffer.alloc(0);
  client.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  open[0]?.answered(Uint8Array.of(0xc3));
  await waitFor(() => received.at(-1) === 0xc3, 'the answer');
  const socket = served.at(-1);
  assert.equal(socket?.timeout, 3_600_000);
  socket.setTimeout(50);
  await closed(socket);
  await closed(client);
});
