// Who dials a server by TLS: nothing is said to one that isn't who it should be, and nobody is dialed while that is not wanted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { BootstrapDialer } from '../../../src/tls/bootstrap-dialer.js';
import { isIssuedBy, readAuthorities } from '../../../src/tls/issued-by.js';
import { ServerDialer } from '../../../src/tls/server-dialer.js';
import type { DialConfig, TlsStanza } from '../../../src/wire/config.js';
import { NO_TLS, type Pair, TestAuthority } from '../../tls.js';

const NAME = 'server.dc1.consul';
const SPOKEN = 4;
const authority = await TestAuthority.make();
const stranger = await TestAuthority.make('another CA');
const serverPair = await authority.leaf([NAME]);
const clientPair = await authority.leaf(['client.dc1.consul']);

function config(internalRpc: TlsStanza): DialConfig {
  const stanzas = { internalRpc, https: NO_TLS, grpc: NO_TLS };
  return {
    tls: { ...stanzas, serverName: '', enableAgentTlsForChecks: false },
    datacenter: 'dc1',
    dns: { domain: 'consul' },
  };
}

interface Heard {
  /** First bytes of connections, in clear. */
  readonly bytes: number[];
  /** What was said within TLS, a text a connection. */
  readonly within: string[];
  /** Common names of clients; "" for who showed none. */
  readonly clients: string[];
  readonly port: number;
}

/** A port that takes one byte and then TLS. */
async function listening(context: TestContext, { cert, key }: Pair): Promise<Heard> {
  const heard = { bytes: [] as number[], within: [] as string[], clients: [] as string[], port: 0 };
  const sockets = new Set<net.Socket>();
  const secure = tls.createServer({ cert, key, ca: authority.pem, requestCert: true, rejectUnauthorized: false });
  secure.on('tlsClientError', () => {});
  secure.on('secureConnection', (socket) => {
    heard.clients.push(String(socket.getPeerCertificate().subject?.CN ?? ''));
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => heard.within.push(chunk.toString('latin1')));
  });
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (chunk: Buffer) => {
      heard.bytes.push(chunk[0] ?? -1);
      socket.pause();
      if (chunk.length > 1) socket.unshift(chunk.subarray(1));
      secure.emit('connection', socket);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  heard.port = (server.address() as net.AddressInfo).port;
  return heard;
}

/** The socket, or why there is none. */
function dialed(
  context: TestContext,
  dialer: ServerDialer | BootstrapDialer,
  port: number,
): Promise<net.Socket | string> {
  return new Promise((resolve) => {
    const opened = (socket: net.Socket): void => {
      context.after(() => void socket.destroy());
      resolve(socket);
    };
    const failed = (error: Error): void => resolve(error.message);
    dialer.dial({ host: '127.0.0.1', port }, { firstByte: SPOKEN, withinMs: 10_000, opened, failed });
  });
}

test('byte 3, the certificate of the agent, and then what is spoken', async (context) => {
  const heard = await listening(context, serverPair);
  const stanza = authority.stanza(clientPair, { verifyOutgoing: true, verifyServerHostname: true });
  const socket = await dialed(context, new ServerDialer(config(stanza)), heard.port);
  assert.ok(socket instanceof net.Socket);
  await new Promise((resolve) => socket.write('more', resolve));
  while (heard.within.join('').length < 5) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([heard.bytes, heard.within.join(''), heard.clients], [[3], '\x04more', ['client.dc1.consul']]);
});

test('nothing is said to who is not trusted, or shows another name', async (context) => {
  for (const [pair, error] of [
    [await stranger.leaf([NAME]), /x509: certificate signed by unknown authority$/],
    [
      await authority.leaf(['other.dc1.consul']),
      /x509: certificate is valid for other\.dc1\.consul, not server\.dc1\.consul$/,
    ],
    [await authority.leaf([NAME], { toMs: -1000 }), /x509: certificate has expired or is not yet valid/],
  ] as const) {
    const heard = await listening(context, pair);
    const stanza = authority.stanza(clientPair, { verifyOutgoing: true, verifyServerHostname: true });
    assert.match(String(await dialed(context, new ServerDialer(config(stanza)), heard.port)), error);
    assert.match(String(await dialed(context, new BootstrapDialer(config(stanza)), heard.port)), error);
    assert.deepEqual([heard.bytes, heard.within], [[3, 7], []]);
  }
});

test('who is told to hold dials nobody until the next reload', async (context) => {
  const heard = await listening(context, serverPair);
  const dial = config(authority.stanza(clientPair, { verifyOutgoing: true }));
  const dialer = new ServerDialer(dial);
  dialer.hold('not yet');
  assert.equal(await dialed(context, dialer, heard.port), 'not yet');
  assert.deepEqual(heard.bytes, []);
  dialer.reload(dial);
  assert.ok((await dialed(context, dialer, heard.port)) instanceof net.Socket);
});

test('who has no certificate yet shows none, and believes anybody only where no CA is named', async (context) => {
  const heard = await listening(context, await stranger.leaf([NAME]));
  const dialer = new BootstrapDialer(config({ ...NO_TLS, verifyServerHostname: true }));
  assert.ok((await dialed(context, dialer, heard.port)) instanceof net.Socket);
  dialer.reload(config(authority.stanza(clientPair)));
  assert.match(String(await dialed(context, dialer, heard.port)), /unknown authority$/);
  dialer.reload(config(stranger.stanza(clientPair)));
  assert.ok((await dialed(context, dialer, heard.port)) instanceof net.Socket);
  while (heard.clients.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([...new Set(heard.clients)], ['']);
});

test('by whom a certificate was signed', () => {
  const [leaf] = readAuthorities([serverPair.cert]);
  assert.ok(leaf);
  const both = readAuthorities([`${stranger.pem}nonsense\n${authority.pem}`, 'nothing']);
  assert.equal(both.length, 2);
  assert.equal(isIssuedBy(leaf, both), true);
  assert.equal(isIssuedBy(leaf, readAuthorities([stranger.pem])), false);
  // No certificate of an agent may sign another one's.
  assert.equal(isIssuedBy(leaf, readAuthorities([clientPair.cert])), false);
  assert.equal(isIssuedBy(leaf, readAuthorities([serverPair.cert])), true);
  assert.equal(isIssuedBy(leaf, []), false);
});
