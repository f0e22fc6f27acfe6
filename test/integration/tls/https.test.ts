// HTTPS of a real agent: what curl and openssl get there, whose certificates are taken, and that a reload of certificates costs
// no request.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { freePorts } from '../../ports.js';
import { TestAuthority } from '../../tls.js';
import { lictor } from '../cli/program.js';

const LEADER = '/v1/status/leader';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-https-'));
const file = (name: string): string => path.join(folder, name);

let authority: TestAuthority;
let agent: AgentProcess;
let port = 0;

function settings(more = ''): string {
  return `tls {\n  https {\n    ca_file = "${file('agent-ca.pem')}"\n    cert_file = "${file('agent.pem')}"\n    key_file = "${file('agent-key.pem')}"\n    ${more}\n  }\n}\n`;
}

before(async () => {
  authority = await TestAuthority.make();
  authority.write(folder, await authority.leaf(['localhost', 'first.test']));
  authority.write(folder, await authority.leaf(['cli.dc1.consul']), 'client');
  const stranger = await TestAuthority.make('another CA');
  stranger.write(folder, await stranger.leaf(['cli.dc1.consul']), 'stranger');
  fs.writeFileSync(file('tls.hcl'), settings());
  [port = 0] = await freePorts(1);
  agent = await startAgent({ args: ['-dev', `-https-port=${port}`, `-config-file=${file('tls.hcl')}`] });
});
after(async () => {
  await agent.stop();
  fs.rmSync(folder, { recursive: true });
});

async function curl(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn('curl', ['-sS', '--max-time', '20', '--cacert', file('agent-ca.pem'), ...args]);
  let text = '';
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

const url = (target: string): string => `https://127.0.0.1:${port}${target}`;

async function reload(text: string): Promise<void> {
  fs.writeFileSync(file('tls.hcl'), text);
  const { status, text: answer } = await agent.request('PUT', '/v1/agent/reload');
  assert.equal(status, 200, answer);
}

/** The names of the certificate that is shown now. */
function shown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca: authority.pem, servername: 'localhost' }, () => {
      resolve(socket.getPeerX509Certificate()?.subjectAltName ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('curl gets answers by TLS 1.2 and 1.3, and HTTP/1.1 where it asks for HTTP/2', async () => {
  const answer = /^"127\.0\.0\.1:\d+" 1\.1$/;
  const version = ['-w', ' %{http_version}', url(LEADER)];
  assert.match((await curl('--tls-max', '1.2', ...version)).text, answer);
  assert.match((await curl('--tlsv1.3', ...version)).text, answer);
  assert.match((await curl('--http2', ...version)).text, answer);
});

test('TLS 1.0, 1.1 and suites without forward secrecy or authentication are refused', async () => {
  const old = ['--ciphers', 'ALL:@SECLEVEL=0'];
  for (const args of [
    ['--tlsv1.0', '--tls-max', '1.0', ...old],
    ['--tlsv1.1', '--tls-max', '1.1', ...old],
    ['--tls-max', '1.2', '--ciphers', 'ECDHE-ECDSA-AES128-SHA:AES128-SHA:DES-CBC3-SHA:RC4-SHA:NULL-SHA@SECLEVEL=0'],
  ]) {
    assert.equal((await curl(...args, url(LEADER))).code, 35, args.join(' '));
  }
});

test('a body and an answer larger than a record go both ways', async () => {
  const value = 'v'.repeat(300_000);
  fs.writeFileSync(file('value'), value);
  assert.equal((await curl('-T', file('value'), url('/v1/kv/large'))).text, 'true');
  assert.equal((await curl(url('/v1/kv/large?raw'))).text, value);
});

test('plain HTTP is answered by what is wrong, anything else closed; both are counted and told of', async () => {
  const { text } = await curl(`http://127.0.0.1:${port}${LEADER}`, '--http0.9');
  assert.match(text, /Client sent an HTTP request to an HTTPS server\./);
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(Buffer.from([4, 0, 0, 1]));
  await once(socket.resume(), 'close');
  const line = /agent\.http: TLS connection refused: listener=https from=127\.0\.0\.1:\d+ error="not TLS"/;
  await waitFor(() => line.test(agent.output), 'the line');
  await waitFor(
    async () => JSON.stringify(await agent.json('/v1/agent/metrics')).includes('consul.tls.refused'),
    'the counter',
  );
});

test('who broke off a handshake is named, though nothing of the connection is left', async () => {
  const line = /TLS connection refused: listener=https from=127\.0\.0\.1:\d+ error="handshake failed: read ECONNRESET"/;
  const breakOff = async (): Promise<boolean> => {
    const socket = net.connect(port, '127.0.0.1');
    socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]), () => socket.resetAndDestroy());
    await once(socket, 'close');
    return line.test(agent.output);
  };
  // No more than one line a second is written of a kind of problem.
  await waitFor(breakOff, 'a line with an address');
});

test('TLS on the plain port is closed, and costs nobody else anything', async () => {
  const { code } = await curl(`https://127.0.0.1:${agent.ports.http}${LEADER}`);
  assert.equal(code, 35);
  assert.equal((await agent.request('GET', LEADER)).status, 200);
});

test('silence ends after https_handshake_timeout, a half-said greeting as well', async () => {
  const greeting = Buffer.from([0x16, 3, 1, 2, 0, 1]);
  const sockets = [Buffer.alloc(0), greeting].map((bytes) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    if (bytes.length > 0) socket.write(bytes);
    return socket.resume();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
});

test('the command line by CONSUL_HTTP_SSL and CONSUL_CACERT, by flags, and not without the CA', async () => {
  const address = `127.0.0.1:${port}`;
  const ca = file('agent-ca.pem');
  const byEnvironment = { env: { CONSUL_HTTP_ADDR: address, CONSUL_HTTP_SSL: 'true', CONSUL_CACERT: ca } };
  assert.equal((await lictor(['kv', 'put', 'cli', 'x'], byEnvironment)).code, 0);
  const flags = [`-http-addr=https://${address}`, `-ca-file=${ca}`, '-tls-server-name=first.test'];
  assert.equal((await lictor(['kv', 'get', ...flags, 'cli'])).stdout, 'x\n');
  const untrusting = await lictor(['kv', 'get', `-http-addr=https://${address}`, 'cli']);
  assert.equal(untrusting.code, 1);
  assert.match(untrusting.stderr, /certificate/);
});

test('a reload of certificates takes effect for new connections and fails no request', async () => {
  const keepAlive = new https.Agent({ keepAlive: true, maxSockets: 4, ca: authority.pem });
  const fresh = new https.Agent({ keepAlive: false, maxSockets: 4, ca: authority.pem });
  const failures: unknown[] = [];
  let answers = 0;
  let isOver = false;
  const ask = (agentOfRequest: https.Agent): Promise<void> =>
    new Promise((resolve) => {
      const request = https.get(url('/v1/kv/large?raw'), { agent: agentOfRequest }, (response) => {
        if (response.statusCode !== 200) failures.push(response.statusCode);
        response.on('end', () => {
          answers += 1;
          resolve();
        });
        response.resume();
      });
      request.on('error', (error) => {
        failures.push(error);
        resolve();
      });
    });
  const askOn = async (agentOfRequest: https.Agent): Promise<void> => {
    while (!isOver) await ask(agentOfRequest);
  };
  const asking = [keepAlive, keepAlive, fresh, fresh].map(askOn);
  for (const name of ['second.test', 'third.test', 'fourth.test']) {
    const before = answers;
    await waitFor(() => answers > before + 20, 'answers under the certificate that there is');
    authority.write(folder, await authority.leaf(['localhost', name]));
    agent.child.kill('SIGHUP');
    await waitFor(async () => (await shown()).includes(name), `the certificate for ${name}`);
  }
  isOver = true;
  await Promise.all(asking);
  keepAlive.destroy();
  fresh.destroy();
  assert.deepEqual(failures, []);
});

test('files that can not be used refuse a reload, and the certificate stays', async () => {
  const before = await shown();
  const key = fs.readFileSync(file('agent-key.pem'));
  fs.writeFileSync(file('agent-key.pem'), fs.readFileSync(file('client-key.pem')));
  const { status, text } = await agent.request('PUT', '/v1/agent/reload');
  fs.writeFileSync(file('agent-key.pem'), key);
  assert.equal(status, 500);
  assert.match(text, /tls\.https: failed to load cert\/key pair .*key values mismatch/);
  assert.equal(await shown(), before);
});

test('verify_incoming: whose certificate is trusted gets in, nobody else', async () => {
  await reload(settings('verify_incoming = true'));
  const pair = (name: string): string[] => ['--cert', file(`${name}.pem`), '--key', file(`${name}-key.pem`)];
  assert.equal((await curl(...pair('client'), url(LEADER))).code, 0);
  for (const [version, alert] of [
    ['1.2', /alert handshake failure/],
    ['1.3', /alert certificate required/],
  ] as const) {
    const { code, text } = await curl('--tls-max', version, url(LEADER));
    assert.notEqual(code, 0);
    assert.match(text, alert, 'it is said why');
  }
  assert.notEqual((await curl(...pair('stranger'), url(LEADER))).code, 0);
  const variables = { CONSUL_CLIENT_CERT: file('client.pem'), CONSUL_CLIENT_KEY: file('client-key.pem') };
  const env = { CONSUL_HTTP_ADDR: `https://127.0.0.1:${port}`, CONSUL_CACERT: file('agent-ca.pem'), ...variables };
  assert.equal((await lictor(['kv', 'get', 'cli'], { env })).stdout, 'x\n');
  await reload(settings());
  assert.equal((await curl(url(LEADER))).code, 0);
});

test('tls_min_version and tls_cipher_suites hold from the next reload on', async () => {
  await reload(settings('tls_min_version = "TLSv1_3"'));
  assert.equal((await curl('--tls-max', '1.2', url(LEADER))).code, 35);
  assert.equal((await curl(url(LEADER))).code, 0);
  await reload(settings('tls_cipher_suites = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"'));
  const only = (suite: string): readonly string[] => ['--tls-max', '1.2', '--ciphers', suite, url(LEADER)];
  assert.equal((await curl(...only('ECDHE-ECDSA-AES256-GCM-SHA384'))).code, 0);
  assert.equal((await curl(...only('ECDHE-ECDSA-AES128-GCM-SHA256'))).code, 35);
});
