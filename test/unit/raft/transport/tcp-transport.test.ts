// The transport as a whole, between its server and others.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { term } from '../../../../src/workers/raft/core/entry.js';
import { TcpTransport } from '../../../../src/workers/raft/transport/tcp-transport.js';
import { waitFor } from '../../../agent-process.js';

const HEARTBEAT = { kind: 'heartbeat', from: 'a', to: 'b', term: term(2), sentMs: 1, readRound: 0 } as const;

test('after its end nobody is dialed any more, whatever its server still says', async () => {
  let dialed = 0;
  const sockets: net.Socket[] = [];
  const listener = net.createServer((socket) => {
    dialed += 1;
    sockets.push(socket);
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port1, port2 } = new MessageChannel();
  const transport = new TcpTransport({
    self: { id: 'a', address: '127.0.0.1:1' },
    streams: port1,
    logger: new Logger('test', new LogSink('error', () => {})),
    now: () => performance.now(),
  });
  transport.tellAddresses(new Map([['b', `127.0.0.1:${(listener.address() as net.AddressInfo).port}`]]));
  transport.connect({
    term: term(2),
    lastIndex: 0,
    configuration: { servers: [] },
    leader: null,
    contactMs: 0,
    receive: () => {},
    lost: () => {},
    leaderGone: () => {},
    turn: () => {},
  });
  transport.send(HEARTBEAT);
  await waitFor(() => dialed === 1, 'the first connection');
  transport.close();
  transport.send(HEARTBEAT);
  // Whoever dialed before this one would have been served before it.
  const probe = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1');
  await waitFor(() => sockets.some(({ remotePort }) => remotePort === probe.localPort), 'the probe');
  assert.equal(dialed, 2);
  probe.destroy();
  for (const socket of sockets) socket.destroy();
  listener.close();
  port2.close();
});
