// gRPC behind TLS: opened by a reload that brings a certificate, whose client certificates are taken, and another certificate by
// a reload while calls go on.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import grpc from '@grpc/grpc-js';
import { watchRoots } from '../../../src/workers/state/grpc/messages/connect-ca.js';
import { check, Serving } from '../../../src/workers/state/grpc/messages/health.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { TestAuthority } from '../../tls.js';
import { PublicClient } from './public-client.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-grpc-tls-'));
const file = (name: string): string => path.join(folder, name);
const clients: PublicClient[] = [];

let authority: TestAuthority;
let agent: AgentProcess;

before(async () => {
  authority = await TestAuthority.make();
  authority.write(folder, await authority.leaf(['localhost', 'first.test']));
  authority.write(folder, await authority.leaf(['client.test']), 'client');
  const stranger = await TestAuthority.make('another CA');
  stranger.write(folder, await stranger.leaf(['client.test']), 'stranger');
  fs.writeFileSync(file('tls.hcl'), '');
  agent = await startAgent({ args: ['-dev', `-config-file=${file('tls.hcl')}`] });
});
after(async () => {
  for (const client of clients) client.close();
  await agent.stop();
  fs.rmSync(folder, { recursive: true });
});

function stanza(more = ''): string {
  return `tls {\n  grpc {\n    ca_file = "${file('agent-ca.pem')}"\n    cert_file = "${file('agent.pem')}"\n    key_file = "${file('agent-key.pem')}"\n    ${more}\n  }\n}\n`;
}

async function reload(text: string): Promise<void> {
  fs.writeFileSync(file('tls.hcl'), text);
  const { status, text: answer } = await agent.request('PUT', '/v1/agent/reload');
  assert.equal(status, 200, answer);
}

/** `name`: whose certificate it shows; null: none. */
function connect(name: string | null): PublicClient {
  const own = name === null ? [] : [fs.readFileSync(file(`${name}-key.pem`)), fs.readFileSync(file(`${name}.pem`))];
  const credentials = grpc.credentials.createSsl(fs.readFileSync(file('agent-ca.pem')), ...own);
  const client = new PublicClient(`127.0.0.1:${agent.ports.grpcTls}`, credentials);
  clients.push(client);
  return client;
}

const served = { status: Serving.serving };

async function isRefused(client: PublicClient): Promise<void> {
  assert.equal(((await client.ask(check, { service: '' })) as { code: number }).code, 14);
}

/** The names of the certificate that is shown now. */
function shown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: agent.ports.grpcTls, ca: authority.pem, ALPNProtocols: ['h2'] };
    const socket = tls.connect({ ...options, servername: 'localhost' }, () => {
      resolve(`${socket.alpnProtocol} ${socket.getPeerX509Certificate()?.subjectAltName}`);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(agent.ports.grpcTls, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test('there is no port without a certificate, and one as soon as a reload brings it', async () => {
  assert.equal(await isOpen(), false);
  await reload(stanza());
  await waitFor(isOpen, 'the port');
  const line = /agent: Started gRPC listeners: port_name=grpc_tls address=127\.0\.0\.1:\d+ network=tcp/;
  await waitFor(() => line.test(agent.output), 'the line');
  assert.deepEqual(await connect(null).answer(check, { service: '' }), served);
  assert.match(await shown(), /^h2 .*first\.test/);
});

test('what is not TLS is closed and told of', async () => {
  const socket = net.connect(agent.ports.grpcTls, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.resume();
  await waitFor(() => socket.destroyed, 'the end');
  const line = /agent\.grpc: TLS connection refused: listener=grpc from=127\.0\.0\.1:\d+ error="not TLS"/;
  await waitFor(() => line.test(agent.output), 'the line');
});

test('another certificate by a reload is for connections to come, and no call ends', async () => {
  const before = connect(null);
  const told = before.watch(watchRoots, {});
  await told.hears(() => true, 'the roots');
  authority.write(folder, await authority.leaf(['localhost', 'second.test']));
  await reload(stanza());
  assert.match(await shown(), /second\.test/);
  assert.deepEqual(await before.answer(check, { service: '' }), served);
  assert.equal(told.ended, null);
});

test('verify_incoming: only whose certificate is trusted', async () => {
  await reload(stanza('verify_incoming = true'));
  await isRefused(connect(null));
  await isRefused(connect('stranger'));
  assert.deepEqual(await connect('client').answer(check, { service: '' }), served);
  await reload(stanza());
  assert.deepEqual(await connect(null).answer(check, { service: '' }), served);
});

test('verify_incoming without a CA is refused, and leaves everything as it was', async () => {
  const bare = stanza('verify_incoming = true').replace(/ca_file.*/, '');
  fs.writeFileSync(file('tls.hcl'), bare);
  const { status, text } = await agent.request('PUT', '/v1/agent/reload');
  assert.equal(status, 500);
  assert.match(text, /VerifyIncoming set but no CA certificates were provided/);
  assert.deepEqual(await connect(null).answer(check, { service: '' }), served);
});
