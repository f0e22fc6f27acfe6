// The transport as a whole, between its server and others.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import type { KnownPeer } from '../../../../../src/wire/raft/raft-port.js';
import { EntryType, logIndex, singlePayload, term } from '../../../../../src/workers/raft/core/entry.js';
import { isPacked } from '../../../../../src/workers/raft/transport/packing.js';
import { TcpTransport } from '../../../../../src/workers/raft/transport/tcp-transport.js';
import { waitFor } from '../../../../agent-process.js';

const HEARTBEAT = { kind: 'heartbeat', from: 'a', to: 'b', term: term(2), sentMs: 1, readRound: 0 } as const;

/** What a test has opened is closed whatever becomes of it. */
const opens: { close(): void }[] = [];
afterEach(() => {
  for (const open of opens.splice(0)) open.close();
});

/** Listens, and keeps what connected. */
class Listening {
  readonly sockets: net.Socket[] = [];
  /** By all of them. */
  received = Buffer.alloc(0);
  readonly #server = net.createServer((socket) => {
    this.sockets.push(socket);
    socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
  });

  async open(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    opens.push(this);
    return this;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  get place(): ReadonlyMap<string, KnownPeer> {
    return new Map([['b', { address: `127.0.0.1:${this.port}`, takesPacked: false }]]);
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
  const close = (): void => {
    transport.close();
    port2.close();
  };
  opens.push({ close });
  return { transport, close };
}

test('after its end nobody is dialed any more, whatever its server still says', async () => {
  const listening = await new Listening().open();
  const { transport, close } = opened();
  transport.tellPeers(listening.place);
  transport.send(HEARTBEAT);
  await waitFor(() => listening.sockets.length === 1, 'the first connection');
  close();
  transport.send(HEARTBEAT);
  // Whoever dialed before this one would have been served before it.
  const probe = net.connect(listening.port, '127.0.0.1');
  await waitFor(() => listening.sockets.some(({ remotePort }) => remotePort === probe.localPort), 'the probe');
  assert.equal(listening.sockets.length, 2);
  probe.destroy();
});

test('a server that is somewhere else is dialed there, though its connection is still open', async () => {
  const [former, present] = [await new Listening().open(), await new Listening().open()];
  const { transport } = opened();
  transport.tellPeers(former.place);
  transport.send(HEARTBEAT);
  await waitFor(() => former.sockets.length === 1, 'the first connection');
  // The same again is no reason to dial anew.
  transport.tellPeers(new Map([...former.place, ['c', { address: '127.0.0.1:1', takesPacked: false }]]));
  transport.send(HEARTBEAT);
  transport.tellPeers(present.place);
  const movedMs = performance.now();
  await waitFor(() => {
    transport.send(HEARTBEAT);
    return present.sockets.length === 1;
  }, 'a connection to where it is now');
  // A silent connection is given up after ten seconds anyway.
  assert.ok(performance.now() - movedMs < 8_000);
  assert.equal(former.sockets.length, 1);
});

test('entries leave packed to who takes them so, and plain to everybody else', async () => {
  const { transport } = opened();
  for (const takesPacked of [false, true]) {
    const listening = await new Listening().open();
    transport.tellPeers(new Map([['b', { address: `127.0.0.1:${listening.port}`, takesPacked }]]));
    const payload = singlePayload(Buffer.alloc(5000, 'text '));
    const run = { firstIndex: logIndex(1), count: 1, term: term(2), type: EntryType.command, appendedAtMs: 0, payload };
    const place = { previous: { index: logIndex(0), term: term(0) }, commit: logIndex(0), sentMs: 1 } as const;
    await waitFor(() => {
      // What was sent before the former connection was found closed is lost.
      transport.send({ kind: 'append', from: 'a', to: 'b', term: term(2), ...place, runs: [run] });
      return listening.received.length > 1;
    }, 'the request');
    assert.equal(isPacked(listening.received.subarray(1)), takesPacked);
  }
});
