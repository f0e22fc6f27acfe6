// auto_encrypt: three servers that demand certificates of everybody, and a client agent that has none but what they give it. What
// such a certificate is good for, what it isn't, and that it is another one when another root signs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls, { type TLSSocket } from 'node:tls';
import { Encoder } from '@msgpack/msgpack';
import { keyPem, makeKey } from '../../../src/certificates/certificates.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { freePorts } from '../../ports.js';
import { TestAuthority } from '../../tls.js';
import { ThreeServers } from '../cluster/three-servers.js';
import { askForCertificate, type Given } from './bootstrap.js';

const NODE = 'encrypted';
const KEY = randomBytes(32).toString('base64');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-auto-encrypt-'));
const encoder = new Encoder();
let authority: TestAuthority;
let cluster: ThreeServers;
let httpsPort = 0;

function first(): AgentProcess {
  const [server] = cluster.servers;
  assert.ok(server);
  return server;
}

before(async () => {
  authority = await TestAuthority.make();
  const files = authority.write(folder, await authority.leaf(['server.dc1.consul']));
  const common = 'connect { enabled = true test_ca_leaf_root_change_spread = "100ms" }';
  const servers = `tls { internal_rpc {\n${files}verify_incoming = true\nverify_server_hostname = true\n} }`;
  cluster = new ThreeServers([`-hcl=${common}`], KEY, '', () => [`-hcl=${servers} auto_encrypt { allow_tls = true }`]);
  await cluster.startServers();
  await cluster.settled();
  [httpsPort = 0] = await freePorts(1);
  const trust = `tls { internal_rpc { ca_file = "${path.join(folder, 'agent-ca.pem')}" verify_server_hostname = true } }`;
  const own = 'auto_encrypt { tls = true dns_san = ["agent.example"] ip_san = ["192.0.2.7"] }';
  cluster.use(await cluster.startAnother(NODE, [`-hcl=${trust} ${own}`, `-https-port=${httpsPort}`]));
});
after(async () => {
  await cluster.stop();
  fs.rmSync(folder, { recursive: true });
});

/** A connection behind byte 3; null: refused. */
async function secured(server: AgentProcess, options: tls.ConnectionOptions, byte = 3): Promise<TLSSocket | null> {
  const raw = net.connect(server.ports.server, '127.0.0.1');
  await once(raw, 'connect');
  raw.write(Uint8Array.of(byte));
  const socket = tls.connect({ socket: raw, ca: authority.pem, servername: 'server.dc1.consul', ...options });
  return new Promise((resolve) => {
    socket.on('error', () => resolve(null));
    socket.once('close', () => resolve(null));
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** What comes back; "" when the connection is closed in place of an answer. */
function said(socket: net.Socket, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.on('error', () => resolve(Buffer.alloc(0)));
    socket.once('close', () => resolve(Buffer.alloc(0)));
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk);
      socket.destroy();
    });
    socket.write(bytes);
  });
}

function requestBytes(method: string): Buffer {
  return Buffer.concat([encoder.encode({ Seq: 1, ServiceMethod: method }), encoder.encode({})]);
}

const PING = Buffer.concat([Uint8Array.of(0), requestBytes('Status.Ping')]);

const asPair = ({ certificate, key }: Given) => ({ cert: certificate, key });

/** The certificate that the client agent shows on its HTTPS port. */
function shown(): Promise<tls.DetailedPeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port: httpsPort, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate(true));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('the agent speaks to servers that demand a certificate, and serves HTTPS with the one it was given', async () => {
  assert.equal((await cluster.client.request('PUT', '/v1/kv/a', 'by a given certificate')).text, 'true');
  for (const server of cluster.servers) {
    await waitFor(
      async () => (await server.request('GET', '/v1/kv/a?raw&stale')).text === 'by a given certificate',
      'the value on every server',
    );
  }
  const { TrustDomain } = (await first().json('/v1/connect/ca/roots')) as { readonly TrustDomain: string };
  const names = (await shown()).subjectaltname?.split(', ') ?? [];
  assert.deepEqual(
    [...names].sort(),
    [
      'DNS:agent.example',
      'DNS:localhost',
      'IP Address:127.0.0.1',
      'IP Address:192.0.2.7',
      'IP Address:0:0:0:0:0:0:0:1',
      `URI:spiffe://${TrustDomain}/agent/client/dc/dc1/id/${NODE}`,
    ].sort(),
  );
  await waitFor(() => cluster.client.output.includes('Auto-Encrypt-TLS: true'), 'the banner');
});

test('every server gives one, whoever leads, with what it is verified by itself', async () => {
  const { Roots } = (await first().json('/v1/connect/ca/roots')) as { readonly Roots: readonly { RootCert: string }[] };
  for (const server of cluster.servers) {
    const given = await askForCertificate(server, authority.pem, { nodeName: 'another' });
    assert.ok(given.ok, JSON.stringify(given));
    const { value } = given;
    assert.deepEqual(value.issued.holder, { kind: 'agent', name: 'another' });
    assert.deepEqual(value.authorities, [authority.pem]);
    assert.equal(value.verifiesServerHostname, true);
    assert.deepEqual(
      value.roots.roots.map(({ RootCert }) => RootCert),
      Roots.map(({ RootCert }) => RootCert),
    );
    assert.ok(value.rootsIndex > 0);
    const socket = await secured(server, asPair(given));
    assert.ok(socket);
    assert.match((await said(socket, PING)).toString('latin1'), /Status\.Ping/);
  }
});

test('who is of another datacenter, or wants to be somebody else, gets none', async () => {
  const refused = async (options: Parameters<typeof askForCertificate>[2]): Promise<string> => {
    const given = await askForCertificate(first(), authority.pem, options);
    return given.ok ? '' : given.text;
  };
  assert.match(
    await refused({ asked: 'dc2' }),
    /mismatched datacenter \(client_dc='dc2' server_dc='dc1'\); check client has same datacenter set as servers$/,
  );
  assert.match(await refused({ datacenter: 'dc2' }), /SPIFFE ID in CSR from a different datacenter: dc2, we are dc1$/);
  assert.match(await refused({ uri: 'spiffe://unknown/ns/default/dc/dc1/svc/web' }), /one SPIFFE URI: of an agent$/);
  assert.match(await refused({ uri: 'spiffe://unknown/agent/server/dc/dc1' }), /one SPIFFE URI: of an agent$/);
  assert.match(
    await refused({ uri: 'spiffe://x.consul/agent/client/dc/dc1/id/a' }),
    /SPIFFE ID in CSR from a different trust domain: x\.consul, we are /,
  );
});

test('nothing else is answered without a certificate, and that question nowhere else', async () => {
  const open = await secured(first(), {}, 7);
  assert.ok(open);
  assert.match((await said(open, requestBytes('Status.Ping'))).toString('latin1'), /can't find service Status\.Ping/);
  const { cert, key } = await authority.leaf(['client.dc1.consul']);
  const closed = await secured(first(), { cert, key });
  assert.ok(closed);
  const sign = Buffer.concat([Uint8Array.of(0), requestBytes('AutoEncrypt.Sign')]);
  assert.match((await said(closed, sign)).toString('latin1'), /can't find service AutoEncrypt\.Sign/);
});

test('a session that began without a certificate is not gone on with where one is demanded', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const open = await secured(first(), { maxVersion }, 7);
    assert.ok(open);
    let session: Buffer | undefined = open.getSession();
    open.on('session', (bytes: Buffer) => {
      session = bytes;
    });
    // By TLS 1.3 it comes with what is said.
    await said(open, requestBytes('Status.Ping'));
    assert.ok(session);
    const socket = await secured(first(), { maxVersion, session });
    if (socket !== null) assert.equal((await said(socket, PING)).toString('latin1'), '', maxVersion);
  }
});

test("whoever asks for a server's name doesn't become one", async () => {
  const given = await askForCertificate(first(), authority.pem, { dnsSan: ['server.dc1.consul'] });
  assert.ok(given.ok);
  const socket = await secured(first(), asPair(given));
  assert.ok(socket);
  assert.equal((await said(socket, Uint8Array.of(1, 0xff))).length, 0);
  await waitFor(() => first().output.includes('error="wrong name: no certificate for server.dc1.consul"'), 'the line');
});

test('an agent that trusts none of the servers is given nothing, asks them nothing else, and says why', async () => {
  const stranger = await TestAuthority.make('another CA');
  const ca = path.join(folder, 'stranger.pem');
  fs.writeFileSync(ca, stranger.pem);
  const agent = await startAgent({
    node: 'careful',
    args: [
      `-data-dir=${folder}/careful`,
      `-encrypt=${KEY}`,
      `-retry-join=127.0.0.1:${first().ports.serfLan}`,
      `-hcl=auto_encrypt { tls = true } tls { internal_rpc { ca_file = "${ca}" } }`,
    ],
    waitForLeader: false,
  });
  try {
    const line =
      /agent\.auto_config: AutoEncrypt\.Sign RPC failed: addr=127\.0\.0\.1:\d+ error=".*signed by unknown authority"/;
    await waitFor(() => line.test(agent.output), 'the line');
    await waitFor(async () => {
      const { status, text } = await agent.request('GET', '/v1/kv/a');
      return status === 500 && text.includes('auto_encrypt.tls: no server has given this agent a certificate yet');
    }, 'the refusal');
  } finally {
    await agent.kill();
  }
});

test('when another root signs the agent gets another certificate, and no write fails', async () => {
  const before = (await shown()).serialNumber;
  const config = (await first().json('/v1/connect/ca/configuration')) as { readonly Config: object };
  const Config = { ...config.Config, PrivateKey: keyPem(await makeKey('ec', 256)) };
  const failures: string[] = [];
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      const { status, text } = await cluster.client.request('PUT', '/v1/kv/b', 'x');
      if (status !== 200) failures.push(text);
    }
  })();
  const changed = await first().request(
    'PUT',
    '/v1/connect/ca/configuration',
    JSON.stringify({ Provider: 'consul', Config }),
  );
  assert.equal(changed.status, 200, changed.text);
  await waitFor(async () => (await shown()).serialNumber !== before, 'another certificate');
  isOver = true;
  await writing;
  assert.deepEqual(failures, []);
});

test('a reload asks for another one; nothing of them is kept on disk', async () => {
  const before = (await shown()).serialNumber;
  assert.equal((await cluster.client.request('PUT', '/v1/agent/reload')).status, 200);
  await waitFor(async () => (await shown()).serialNumber !== before, 'another certificate');
  const args = cluster.client.child.spawnargs;
  const dataDir = args.find((arg) => arg.startsWith('-data-dir='))?.slice('-data-dir='.length) ?? '';
  const files = fs.readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 0);
  for (const { parentPath, name } of files) {
    assert.doesNotMatch(fs.readFileSync(path.join(parentPath, name), 'latin1'), /PRIVATE KEY|BEGIN CERTIFICATE/, name);
  }
});
