import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { findReaderPlaces, kept, readShared, sharedBytes } from '../../../src/workers/state/http/net/shared-read.js';
import { waitFor } from '../../agent-process.js';

/** What a server's socket got, by the shared buffer and by events, after a client sent `text` and ended. */
async function receive(text: string, at?: ReturnType<typeof findReaderPlaces>) {
  const got = { isShared: false, shared: '', events: '', ended: false };
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const reader = (length: number): boolean => {
      got.shared += sharedBytes(length).toString('latin1');
      return true;
    };
    got.isShared = at === undefined ? readShared(socket, reader) : readShared(socket, reader, at);
    socket.on('data', (chunk) => {
      got.events += chunk.toString('latin1');
    });
    socket.on('end', () => {
      got.ended = true;
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.end(text);
  await waitFor(() => got.ended, 'the end of what was sent');
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
  return got;
}

test('accepted sockets are read into the shared buffer, to the end', async () => {
  const text = 'abc'.repeat(50_000);
  assert.deepEqual(await receive(text), { isShared: true, shared: text, events: '', ended: true });
});

test('where a socket keeps its buffer elsewhere, everything comes by events', async () => {
  assert.deepEqual(await receive('abc', null), { isShared: false, shared: '', events: 'abc', ended: true });
  const elsewhere = { buffer: Symbol('nowhere'), reader: Symbol('nowhere') };
  assert.deepEqual(await receive('abc', elsewhere), { isShared: false, shared: '', events: 'abc', ended: true });
});

test('a socket that shows neither buffer nor reader gives no places', () => {
  assert.notEqual(findReaderPlaces(), null);
  assert.equal(
    findReaderPlaces(() => ({})),
    null,
  );
  assert.equal(
    findReaderPlaces(({ onread }) => ({ [Symbol('buffer')]: onread.buffer, onread })),
    null,
  );
});

test('neither TLS nor a socket without a handle is changed', () => {
  const changed = (socket: object): boolean => readShared(socket as net.Socket, () => true);
  const handle = { useUserBuffer: () => assert.fail('it must be left alone') };
  const socket = new net.Socket();
  assert.equal(changed(socket), false);
  assert.equal(changed(Object.assign(new net.Socket(), { encrypted: true, _handle: handle })), false);
  assert.equal(changed({ _handle: handle }), false);
});

test('only what lies in the shared buffer is copied to be kept', () => {
  const mine = Buffer.from('mine');
  assert.equal(kept(mine), mine);
  sharedBytes(6).set(Buffer.from('theirs'));
  const copy = kept(sharedBytes(6).subarray(1, 5));
  sharedBytes(6).fill(0);
  assert.equal(copy.toString(), 'heir');
});
