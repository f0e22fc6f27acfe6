// The ways to another server when it is away: what gets lost is said, and nobody waits longer for it than needed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { logIndex, term } from '../../../../../src/workers/raft/core/entry.js';
import type { Incoming } from '../../../../../src/workers/raft/core/message.js';
import { encodeAnswer } from '../../../../../src/workers/raft/transport/answers.js';
import { Peer } from '../../../../../src/workers/raft/transport/peer.js';
import { encodeRequest } from '../../../../../src/workers/raft/transport/requests.js';
import { waitFor } from '../../../../agent-process.js';
import { freePorts } from '../../../../ports.js';

const SELF = { id: 'a', address: '127.0.0.1:1' } as const;
const ABOUT = { from: 'a', to: 'b', term: term(2) } as const;
const POSITION = { index: logIndex(1), term: term(1) };
const APPEND = { ...ABOUT, kind: 'append', previous: POSITION, runs: [], commit: logIndex(1), sentMs: 1 } as const;
const CONFIGURATION = { index: logIndex(1), configuration: { servers: [] } };

interface Watched {
  readonly peer: Peer;
  readonly lost: string[];
  readonly answers: Incoming[];
}

function peerAt(port: number | null): Watched {
  const lost: string[] = [];
  const answers: Incoming[] = [];
  const peer = new Peer({
    id: 'b',
    self: SELF,
    destination: () => (port === null ? null : { host: '127.0.0.1', port }),
    encodeAppend: (request) => encodeRequest(request, SELF),
    answered: (message) => answers.push(message),
    lost: (kind) => lost.push(kind),
    logger: new Logger('test', new LogSink('error', () => {})),
    now: () => performance.now(),
  });
  return { peer, lost, answers };
}

async function listening(port: number, served: (socket: net.Socket) => void): Promise<net.Server> {
  const listener = net.createServer(served).listen(port, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}

test('a request whose connection breaks is said to be lost', async () => {
  const listener = await listening(0, (socket) => socket.once('data', () => socket.destroy()));
  const { peer, lost } = peerAt((listener.address() as net.AddressInfo).port);
  peer.send(APPEND);
  await waitFor(() => lost.length > 0, 'the loss');
  peer.close();
  listener.close();
  assert.deepEqual(lost, ['append']);
});

test('a snapshot whose connection breaks in the middle is said to be lost', async () => {
  const size = 8 * 1024 * 1024;
  const listener = await listening(0, (socket) => socket.once('data', () => socket.destroy()));
  const { peer, lost } = peerAt((listener.address() as net.AddressInfo).port);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; left -= 65_536) yield new Uint8Array(65_536);
  }
  peer.send({
    ...ABOUT,
    kind: 'install',
    position: POSITION,
    configuration: CONFIGURATION,
    sentMs: 1,
    size,
    bytes: bytes(),
  });
  await waitFor(() => lost.length > 0, 'the loss');
  peer.close();
  listener.close();
  assert.deepEqual(lost, ['install']);
});

test('who answers before the last byte of a snapshot gets no more of it', async () => {
  const answer = { kind: 'install-answer', from: 'b', to: 'a', term: term(3), success: false } as const;
  const about = { through: logIndex(1), sentMs: 1 } as const;
  const refusal = encodeAnswer({ ...answer, ...about }, term(2), 1, { id: 'b', address: '127.0.0.1:2' });
  const listener = await listening(0, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.pause();
      socket.write(refusal);
    });
  });
  const { peer, lost, answers } = peerAt((listener.address() as net.AddressInfo).port);
  const chunk = new Uint8Array(65_536);
  const size = 1024 * chunk.length;
  let read = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (; read < size; read += chunk.length) yield chunk;
  }
  const offer = { kind: 'install', position: POSITION, configuration: CONFIGURATION, sentMs: 1 } as const;
  peer.send({ ...ABOUT, ...offer, size, bytes: bytes() });
  await waitFor(() => answers.length > 0, 'the answer');
  peer.close();
  listener.close();
  assert.deepEqual(lost, []);
  assert.ok(read < size / 2, `${read} bytes were read`);
});

test('a snapshot goes on no longer to where a server was before it moved', async () => {
  let received = 0;
  const listener = await listening(0, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes.length;
    });
  });
  const { peer, lost } = peerAt((listener.address() as net.AddressInfo).port);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(65_536);
  }
  const offer = { kind: 'install', position: POSITION, configuration: CONFIGURATION, sentMs: 1 } as const;
  peer.send({ ...ABOUT, ...offer, size: 65_536, bytes: bytes() });
  await waitFor(() => received > 65_536, 'the snapshot, which is never answered');
  peer.moved();
  await waitFor(() => lost.length > 0, 'the loss', 5_000);
  peer.close();
  listener.close();
  assert.deepEqual(lost, ['install']);
});

test('of a server of which nobody knows where it is everything is lost, a snapshot too', async () => {
  const { peer, lost } = peerAt(null);
  peer.send(APPEND);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield assert.fail('read');
  }
  const offer = { kind: 'install', position: POSITION, configuration: CONFIGURATION, sentMs: 1 } as const;
  peer.send({ ...ABOUT, ...offer, size: 8, bytes: bytes() });
  await waitFor(() => lost.length > 1, 'the loss of the snapshot');
  assert.deepEqual(lost, ['append', 'install']);
  peer.close();
});

test('who is heard to be back is dialed at once, whatever pause was planned', async (t) => {
  const [port = 0] = await freePorts(1);
  // Pauses never end by themselves.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { peer } = peerAt(port);
  peer.send(APPEND);
  let isDialed = false;
  const listener = net.createServer((socket) => {
    isDialed = true;
    socket.destroy();
  });
  const refused = new Promise((resolve) => net.connect(port, '127.0.0.1').on('error', resolve));
  await refused;
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  while (!isDialed) {
    peer.wake();
    await new Promise(setImmediate);
  }
  peer.close();
  listener.close();
});
