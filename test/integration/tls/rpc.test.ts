// Three servers and a client agent that speak TLS with each other and demand it: verify_incoming and verify_server_hostname.
// What isn't TLS, or not by whom it should be, is refused; what is said by TLS is what is said in clear.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls, { type TLSSocket } from 'node:tls';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { type Pair, TestAuthority } from '../../tls.js';
import { lictor } from '../cli/program.js';
import { ThreeServers } from '../cluster/three-servers.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-rpc-tls-'));
/** Status.Ping as it is recorded, behind a first byte. */
const PING = Buffer.concat([
  Buffer.from([0x82, 0xa3]),
  Buffer.from('Seq'),
  Buffer.from([1, 0xad]),
  Buffer.from('ServiceMethod'),
  Buffer.from([0xab]),
  Buffer.from('Status.Ping'),
  Buffer.from([0x80]),
]);
let authority: TestAuthority;
let serverPair: Pair;
let clientPair: Pair;
let cluster: ThreeServers;

function internalRpc(files: string): string {
  return `tls { internal_rpc {\n${files}verify_incoming = true\nverify_server_hostname = true\n} }`;
}

before(async () => {
  authority = await TestAuthority.make();
  serverPair = await authority.leaf(['server.dc1.consul']);
  clientPair = await authority.leaf(['client.dc1.consul']);
  cluster = new ThreeServers([`-hcl=${internalRpc(authority.write(folder, serverPair))}`]);
  await cluster.start();
});
after(async () => {
  await cluster.stop();
  fs.rmSync(folder, { recursive: true });
});

function first(): AgentProcess {
  const [server] = cluster.servers;
  assert.ok(server);
  return server;
}

/** After byte 3, or from the first byte on. null: refused. */
async function secured(pair: Pair | null, protocol?: string): Promise<TLSSocket | null> {
  const raw = net.connect(first().ports.server, '127.0.0.1');
  await once(raw, 'connect');
  if (protocol === undefined) raw.write(Uint8Array.of(3));
  const options = protocol === undefined ? {} : { ALPNProtocols: [protocol] };
  const socket = tls.connect({
    socket: raw,
    ca: authority.pem,
    servername: 'server.dc1.consul',
    ...options,
    ...(pair ?? {}),
  });
  return new Promise((resolve) => {
    socket.on('error', () => resolve(null));
    socket.once('close', () => resolve(null));
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** What comes back; "" when the connection is closed in place of an answer. */
function said(socket: net.Socket, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', () => resolve(''));
    socket.once('close', () => resolve(''));
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString('latin1'));
      socket.destroy();
    });
    socket.write(bytes);
  });
}

test('writes, reads, snapshots and hand-overs go by TLS, from the client agent as well', async () => {
  assert.equal((await cluster.client.request('PUT', '/v1/kv/a', 'over TLS')).text, 'true');
  for (const server of cluster.servers) {
    await waitFor(
      async () => (await server.request('GET', '/v1/kv/a?raw&stale')).text === 'over TLS',
      'the value on every server',
    );
    assert.equal((await server.request('GET', '/v1/kv/a?raw')).text, 'over TLS');
  }
  const archive = path.join(folder, 'state.snap');
  const saved = await lictor(['snapshot', 'save', `-http-addr=${cluster.client.http}`, archive]);
  assert.equal(saved.code, 0, saved.stderr);
  const restored = await lictor(['snapshot', 'restore', `-http-addr=${cluster.client.http}`, archive]);
  assert.equal(restored.code, 0, restored.stderr);
  // Of two servers one at least passes the call on by gRPC.
  for (const server of cluster.servers.slice(0, 2)) {
    // A follower that hasn't taken the restored state in yet can't take over.
    const transfer = () => server.request('POST', '/v1/operator/raft/transfer-leader');
    await waitFor(async () => (await transfer()).status === 200, 'the hand-over');
    await cluster.leader();
  }
  for (const { exited } of cluster.servers) assert.equal(exited, null);
});

test('what is said in clear is closed without a word', async () => {
  for (const kind of [0, 1, 2, 4, 5, 7, 8, 9]) {
    const socket = net.connect(first().ports.server, '127.0.0.1');
    assert.equal(await said(socket, Buffer.concat([Uint8Array.of(kind), PING])), '', `first byte ${kind}`);
  }
  const line = /agent\.server\.rpc: TLS connection refused: listener=rpc from=127\.0\.0\.1:\d+ error="not TLS"/;
  await waitFor(() => line.test(first().output), 'the line');
});

test('requests behind byte 3, and by ALPN from the first byte on', async () => {
  const typed = await secured(clientPair);
  assert.ok(typed);
  assert.match(await said(typed, Buffer.concat([Uint8Array.of(0), PING])), /Status\.Ping/);
  const native = await secured(clientPair, 'consul/rpc-single');
  assert.ok(native);
  assert.match(await said(native, PING), /Status\.Ping/);
  assert.equal(await secured(clientPair, 'h2'), null);
});

test('without a certificate, or with one of another CA or that has expired, nothing is answered', async () => {
  const stranger = await TestAuthority.make('another CA');
  const expired = await authority.leaf(['client.dc1.consul'], { toMs: -1000 });
  for (const pair of [null, await stranger.leaf(['client.dc1.consul']), expired]) {
    const socket = await secured(pair);
    // By TLS 1.3 a client is done before the server has judged it.
    if (socket !== null) assert.equal(await said(socket, Buffer.concat([Uint8Array.of(0), PING])), '');
  }
  const { output } = first();
  assert.match(output, /error="bad certificate: (none given|CERT_HAS_EXPIRED|UNABLE_TO_\w+|SELF_SIGNED\w+)/);
});

test("Raft is spoken with servers only: a client agent's certificate isn't enough", async () => {
  for (const protocol of [undefined, 'consul/raft']) {
    const socket = await secured(clientPair, protocol);
    assert.ok(socket);
    const bytes = protocol === undefined ? Uint8Array.of(1, 0xff) : Uint8Array.of(0xff);
    assert.equal(await said(socket, bytes), '');
  }
  await waitFor(() => first().output.includes('error="wrong name: no certificate for server.dc1.consul"'), 'the line');
});

test('TLS within TLS is closed, and so is HTTP/2 that is none', async () => {
  for (const bytes of [
    Uint8Array.of(3),
    Uint8Array.of(7),
    Buffer.from('\x08PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense'.repeat(9)),
  ]) {
    const socket = await secured(clientPair);
    assert.ok(socket);
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket.resume(), 'close');
  }
  assert.equal((await cluster.client.request('GET', '/v1/kv/a?raw')).text, 'over TLS');
});

test('who shows another name is not asked by an agent that verifies it', async () => {
  const impostor = path.join(folder, 'impostor');
  fs.mkdirSync(impostor);
  const files = authority.write(impostor, clientPair);
  // A client agent with a good certificate of its own, and a server of its own that shows no server's name.
  const server = await startAgent({
    node: 'impostor',
    args: ['-dev', `-hcl=tls { internal_rpc {\n${files}} }`],
  });
  try {
    const joins = [`-retry-join=127.0.0.1:${server.ports.serfLan}`, `-data-dir=${impostor}/data`];
    const client = await startAgent({
      node: 'careful',
      args: [...joins, `-hcl=${internalRpc(files)}`],
      waitForLeader: false,
    });
    try {
      await waitFor(
        async () => (await client.request('GET', '/v1/agent/members')).text.includes('impostor'),
        'members',
      );
      await waitFor(async () => {
        const { status, text } = await client.request('GET', '/v1/kv/a');
        return status === 500 && /certificate is valid for client\.dc1\.consul, not server\.dc1\.consul/.test(text);
      }, 'the refusal');
    } finally {
      await client.kill();
    }
  } finally {
    await server.stop();
  }
});

test('a reload brings new certificates of a new CA, one agent after the other, and no write fails', async () => {
  const next = await TestAuthority.make('next CA');
  const pair = await next.leaf(['server.dc1.consul']);
  const [ca, cert, key] = ['agent-ca.pem', 'agent.pem', 'agent-key.pem'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const agents = [...cluster.servers, cluster.client];
  let isOver = false;
  const failures: string[] = [];
  const writing = (async () => {
    while (!isOver) {
      const { status, text } = await cluster.client.request('PUT', '/v1/kv/b', 'x');
      if (status !== 200) failures.push(text);
    }
  })();
  const reloadAll = async (): Promise<void> => {
    for (const agent of agents) assert.equal((await agent.request('PUT', '/v1/agent/reload')).status, 200);
  };
  // Both are trusted before anybody shows the new one.
  fs.writeFileSync(ca, authority.pem + next.pem);
  await reloadAll();
  fs.writeFileSync(cert, pair.cert);
  fs.writeFileSync(key, pair.key);
  await reloadAll();
  isOver = true;
  await writing;
  assert.deepEqual(failures, []);
  authority = next;
  clientPair = await next.leaf(['client.dc1.consul']);
  const socket = await secured(clientPair);
  assert.ok(socket);
  assert.match(await said(socket, Buffer.concat([Uint8Array.of(0), PING])), /Status\.Ping/);
});
