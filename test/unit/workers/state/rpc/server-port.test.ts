// The listener of the server port: how long a connection may say nothing, and how many one client has.

import assert from 'node:assert/strict';
import net from 'node:net';
import { afterEach, test } from 'node:test';
import { deadlines } from '../../../../../src/deadlines/deadline-queue.js';
import { DescriptorReserve } from '../../../../../src/observe/descriptor-reserve.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { ServerPort } from '../../../../../src/workers/state/rpc/listener/server-port.js';
import { ClientLimit } from '../../../../../src/workers/state/sockets/client-limit.js';
import { TlsRefusals } from '../../../../../src/workers/state/sockets/tls/refusals.js';
import { waitFor } from '../../../../agent-process.js';
import { NO_TLS } from '../../../../tls.js';

const LOCAL = '127.0.0.1';
const SPOKEN = 4;
let close = async (): Promise<void> => {};
afterEach(() => close());

async function opened(handshakeTimeoutMs: number, most: number) {
  const logger = new Logger('agent', new LogSink('error', () => {}));
  const clients = new ClientLimit(most);
  const served: net.Socket[] = [];
  const port = new ServerPort({
    protocols: new Map([[SPOKEN, (socket) => void served.push(socket)]]),
    clients,
    descriptors: new DescriptorReserve('rpc', logger),
    handshakeTimeoutMs,
    tls: {
      stanza: NO_TLS,
      serverName: '',
      allowsBootstrap: false,
      refusals: new TlsRefusals('rpc', logger, new Metrics()),
    },
    logger,
  });
  const number = await port.listen(LOCAL, 0);
  const dialed: net.Socket[] = [];
  close = async () => {
    for (const socket of dialed) socket.destroy();
    await port.close();
  };
  const dial = (): net.Socket => {
    const socket = net.connect(number, LOCAL);
    socket.on('error', () => {});
    socket.resume();
    dialed.push(socket);
    return socket;
  };
  return { clients, served, dial };
}

const closed = (socket: net.Socket): Promise<void> => waitFor(() => socket.destroyed, 'the connection to be closed');

test('limits.rpc_handshake_timeout: who has said nothing by then is closed, who has stays', async () => {
  const { served, dial, clients } = await opened(3_600_000, 2);
  const speaking = dial();
  speaking.write(Uint8Array.of(SPOKEN));
  await waitFor(() => served.length === 1, 'the first byte');
  const silent = dial();
  await waitFor(() => clients.isFull(LOCAL), 'both connections');
  deadlines.expireAll();
  await closed(silent);
  assert.equal(speaking.destroyed, false);
});

test('limits.rpc_handshake_timeout 0: a connection may take its time', async () => {
  const { served, dial, clients } = await opened(0, 1);
  const slow = dial();
  await waitFor(() => clients.isFull(LOCAL), 'the connection');
  deadlines.expireAll();
  slow.write(Uint8Array.of(SPOKEN));
  await waitFor(() => served.length === 1, 'the first byte');
});

test('limits.rpc_max_conns_per_client: one more is closed; a reload allows more', async () => {
  const { served, dial, clients } = await opened(3_600_000, 1);
  dial().write(Uint8Array.of(SPOKEN));
  await waitFor(() => served.length === 1, 'the first byte');
  await closed(dial());
  clients.setMax(2);
  dial().write(Uint8Array.of(SPOKEN));
  await waitFor(() => served.length === 2, 'the second connection');
});
