// Real peers in front of the net engine: nginx and HAProxy as they come from Debian, with their defaults towards upstreams
// (HTTP/1.0), and ApacheBench. Skipped where a peer isn't installed, but not in CI.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../ports.js';
import { type Api, get, startApi } from '../unit/workers/state/http/fixture.js';

const run = promisify(execFile);
let api: Api;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-peers-'));
before(async () => {
  api = await startApi();
});
after(async () => {
  await api.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function find(binary: string): string | null {
  for (const place of [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']) {
    const file = path.join(place, binary);
    if (place !== '' && fs.existsSync(file)) return file;
  }
  return null;
}

function skipWithout(binary: string): string | false {
  return find(binary) === null && process.env['CI'] === undefined ? `${binary} is not installed` : false;
}

function need(binary: string): string {
  const file = find(binary);
  assert.ok(file !== null, `${binary} is not installed, and in CI it has to be`);
  return file;
}

/** Until the port answers as wanted. */
async function reach(
  port: number,
  child: ChildProcess,
  isReady: (status: number, body: string) => boolean,
  target = '/v1/echo',
): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    assert.equal(child.exitCode, null, 'the peer ended');
    const { status, body } = await get(port, target).catch(() => ({ status: 0, body: '' }));
    if (isReady(status, body)) return;
    assert.ok(Date.now() < deadline, `the peer does not forward: ${status} ${body}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

async function exercise(port: number): Promise<void> {
  const { ask } = await import('../unit/workers/state/http/fixture.js');
  const put = await ask(port, 'PUT /v1/kv/peer HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello');
  assert.equal(put.body, 'true');
  const chunked = await ask(
    port,
    'PUT /v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  );
  assert.match(chunked.body, /"text":"abc"/);
  for (let at = 0; at < 50; at++) assert.equal((await get(port, '/v1/kv/peer')).body, '"hello"');
  const waited = await get(port, `/v1/kv/peer?index=${api.store.index}&wait=100ms`);
  assert.equal(waited.body, '"hello"');
  assert.equal((await get(port, '/v1/stream')).body, 'one\ntwo\n');
  assert.equal((await get(port, '/v1/big')).body.length > 3000, true);
}

test('nginx, with HTTP/1.0 and with kept HTTP/1.1 connections upstream', { skip: skipWithout('nginx') }, async () => {
  const binary = need('nginx');
  for (const upstream of ['', 'proxy_http_version 1.1; proxy_set_header Connection "";']) {
    const port = await freePort();
    const config = path.join(folder, 'nginx.conf');
    fs.writeFileSync(
      config,
      `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; worker_processes 1;
events { worker_connections 128; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream agent { server 127.0.0.1:${api.port}; keepalive 4; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://agent; ${upstream} } }
}`,
    );
    const child = spawn(binary, ['-c', config, '-p', folder, '-e', `${folder}/start.log`], { stdio: 'ignore' });
    try {
      await reach(port, child, (status) => status === 200);
      await exercise(port);
    } finally {
      await stop(child);
    }
  }
});

test('HAProxy, with its HTTP/1.0 health check', { skip: skipWithout('haproxy') }, async () => {
  const binary = need('haproxy');
  const port = await freePort();
  const config = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(
    config,
    `defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  timeout check 10s
frontend front
  bind 127.0.0.1:${port}
  stats uri /haproxy
  default_backend agents
backend agents
  option httpchk GET /v1/echo
  http-check expect status 200
  server agent 127.0.0.1:${api.port} check inter 500ms rise 2 fall 5
`,
  );
  const child = spawn(binary, ['-f', config, '-db'], { stdio: 'ignore' });
  try {
    // A server counts as up until its first check: HAProxy's own figures say how that went.
    await reach(port, child, (_status, csv) => /^agents,agent,.*,L7OK,200,/m.test(csv), '/haproxy;csv');
    await exercise(port);
  } finally {
    await stop(child);
  }
});

test('ApacheBench, with and without keep-alive', { skip: skipWithout('ab') }, async () => {
  const binary = need('ab');
  for (const options of [[], ['-k']]) {
    const { stdout } = await run(binary, [...options, '-n', '500', '-c', '10', `http://127.0.0.1:${api.port}/v1/echo`]);
    assert.match(stdout, /Complete requests:\s+500/);
    assert.match(stdout, /Failed requests:\s+0/);
    assert.doesNotMatch(stdout, /Non-2xx/);
    if (options.length > 0) assert.match(stdout, /Keep-Alive requests:\s+500/);
  }
});
