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

/** Listens, and keeps what connected. */
class Listening {
  readonly sockets: net.Socket[] = [];
  readonly #server = net.createServer((socket) => this.sockets.push(socket));

  async open(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  get place(): ReadonlyMap<string, string> {
    return new Map([['b', `127.0.0.1:${this.port}`]]);
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

/** Server a's, and the end of its connections from others. */
function opened(): { readonly transport: TcpTransport; readonly close: () => void } {
  const { port1, port2 } = new MessageChannel();
  const transport = new TcpTransport({
    self: { id: 'a', address: '127.0.0.1:1' },
    streams: port1,
    logger: new Logger('test', new LogSink('error', () => {})),
    now: () => performance.now(),
  });
  transport.connect({
    term: term(2),
    lastIndex: 0,
    configuration: { servers: [] },
    leader: null,
    contactMs: 0,
    receive: () => {},
    lost: () => {},
    stirs: () => {},
    leaderGone: () => {},
    turn: () => {},
  });
  return {
    transport,
    close: () => {
      transport.close();
      port2.close();
    },
  };
}

test('after its end nobody is dialed any more, whatever its server still says', async () => {
  const listening = await new Listening().open();
  const { transport, close } = opened();
  transport.tellAddresses(listening.place);
  transport.send(HEARTBEAT);
  await waitFor(() => listening.sockets.length === 1, 'the first connection');
  close();
  transport.send(HEARTBEAT);
  // Whoever dialed before this one would have been served before it.
  const probe = net.connect(listening.port, '127.0.0.1');
  await waitFor(() => listening.sockets.some(({ remotePort }) => remotePort === probe.localPort), 'the probe');
  assert.equal(listening.sockets.length, 2);
  probe.destroy();
  listening.close();
});

test('a server that is somewhere else is dialed there, though its connection is still open', async () => {
  const [former, present] = [await new Listening().open(), await new Listening().open()];
  const { transport, close } = opened();
  transport.tellAddresses(former.place);
  transport.send(HEARTBEAT);
  await waitFor(() => former.sockets.length === 1, 'the first connection');
  // The same again is no reason to dial anew.
  transport.tellAddresses(new Map([...former.place, ['c', '127.0.0.1:1']]));
  transport.send(HEARTBEAT);
  transport.tellAddresses(present.place);
  const movedMs = performance.now();
  await waitFor(() => {
    transport.send(HEARTBEAT);
    return present.sockets.length === 1;
  }, 'a connection to where it is now');
  // A silent connection is given up after ten seconds anyway.
  assert.ok(performance.now() - movedMs < 8_000);
  assert.equal(former.sockets.length, 1);
  close();
  former.close();
  present.close();
});
