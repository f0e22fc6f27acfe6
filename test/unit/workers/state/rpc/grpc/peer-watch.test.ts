// A peer of gRPC that breaks HTTP/2's rules is hung up on soon, whatever rule it was; one that is slow to answer is not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { GrpcConnections } from '../../../../../../src/workers/state/rpc/grpc/grpc-connections.js';
import { waitFor } from '../../../../../agent-process.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = 4;
const PING = 6;
const HEADER_BYTES = 9;
/** Well below the ten seconds in which a question must be answered. */
const SOON_MS = 5_000;

function frame(type: number, stream: number, payload: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

const SETTINGS_OF_NONE = frame(SETTINGS, 0, Buffer.alloc(0));
/** By RFC 9113, each an error of the whole connection. */
const BROKEN: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['settings that end within one (6.5)', frame(SETTINGS, 0, Buffer.alloc(5))],
  ['a ping of seven bytes (6.7)', frame(PING, 0, Buffer.alloc(7))],
  ['a ping on a stream (6.7)', frame(PING, 1, Buffer.alloc(8))],
  ['data on stream 0 (6.1)', frame(0, 0, Buffer.alloc(3))],
  ['headers that no table explains (4.3)', frame(1, 1, Buffer.from('ffffffffff', 'hex'), 4)],
  ['a window that grows by nothing (6.9)', frame(8, 0, Buffer.alloc(4))],
  ['a frame that is too long (4.2)', frame(0, 1, Buffer.alloc(16_385))],
  ['a continuation of nothing (6.10)', frame(9, 1, Buffer.alloc(1))],
];

describe('the watch on a peer', () => {
  let server: net.Server;
  let open = 0;

  before(async () => {
    const connections = new GrpcConnections(new Map(), 10);
    server = net.createServer((socket) => {
      open += 1;
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open -= 1;
      });
      connections.serve(socket, Buffer.alloc(0));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => {
    server.close();
  });

  function connect(bytes: Buffer): net.Socket {
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(bytes);
    return socket;
  }

  for (const [what, bytes] of BROKEN) {
    test(`hangs up after ${what}`, async () => {
      const socket = connect(Buffer.concat([PREFACE, SETTINGS_OF_NONE, bytes]));
      socket.resume();
      await once(socket, 'connect');
      await waitFor(() => open === 0, 'the connection to be given up', SOON_MS);
      socket.destroy();
    });
  }

  test('goes on asking a peer that reads and says nothing', async () => {
    const socket = connect(Buffer.concat([PREFACE, SETTINGS_OF_NONE]));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    await waitFor(() => pingsIn(received) >= 3, 'three questions', SOON_MS);
    assert.equal(open, 1);
    socket.destroy();
    await waitFor(() => open === 0, 'the connection to be gone', SOON_MS);
  });
});

function pingsIn(bytes: Buffer): number {
  let pings = 0;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; at += HEADER_BYTES + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === PING) pings += 1;
  }
  return pings;
}
