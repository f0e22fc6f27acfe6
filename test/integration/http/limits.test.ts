// Connections per client, slow clients and sockets: what the net engine holds its clients to, with short times.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import type { EngineLimits, Exchange } from '../../../src/workers/state/http/engine/engine.js';
import { NetEngine } from '../../../src/workers/state/http/net/net-engine.js';
import { waitFor } from '../../agent-process.js';
import { RawClient, SETTINGS, startApi } from '../../unit/workers/state/http/fixture.js';

const LIMITS: EngineLimits = {
  maxHeaderBytes: 8192,
  maxConnectionsPerClient: 200,
  slowHeaderMs: 50,
  slowBodyMs: 50,
  slowBodyBytes: 1024,
};
const SILENT = new Logger('agent', new LogSink('error', () => {}));
const NOBODY = { user: '', group: '', mode: '' };

async function startEngine(limits: Partial<EngineLimits>): Promise<{ engine: NetEngine; port: number }> {
  const engine = new NetEngine({
    listener: (exchange) => {
      let length = 0;
      exchange.receive({
        chunk: (bytes) => {
          length += bytes.length;
        },
        end: () => exchange.reply(200, '', String(length)),
        aborted: () => {},
      });
    },
    limits: { ...LIMITS, ...limits },
    unixSocket: NOBODY,
    logger: SILENT,
  });
  const bound = await engine.listen({ kind: 'tcp', address: '127.0.0.1', port: 0 });
  return { engine, port: bound.port };
}

async function expectRefusal(port: number): Promise<void> {
  const refused = new RawClient(port);
  const answer = await refused.answer();
  assert.equal(answer.status, 429);
  assert.equal(answer.headers['content-type'], 'text/plain');
  assert.equal(answer.headers['connection'], 'close');
  assert.equal(answer.body, 'Your IP is issuing too many concurrent connections, please rate limit your calls\n');
  await refused.end();
  refused.close();
}

test('one connection too many is told at once and closed; a place freed is given again', async () => {
  const { engine, port } = await startEngine({ maxConnectionsPerClient: 2, slowHeaderMs: 60_000 });
  try {
    const kept = [new RawClient(port), new RawClient(port)];
    for (const client of kept) {
      client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.equal((await client.answer()).status, 200);
    }
    // More than once: who was refused had no place that the next one could take.
    for (let attempt = 0; attempt < 3; attempt += 1) await expectRefusal(port);
    assert.equal(engine.connections, 2);
    kept[0]?.close();
    await waitFor(() => engine.connections === 1, 'the closed connection to be counted out');
    const again = new RawClient(port);
    again.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal((await again.answer()).status, 200);
    await expectRefusal(port);
    again.close();
    kept[1]?.close();
    await waitFor(() => engine.connections === 0, 'the last connection to be counted out');
  } finally {
    await engine.close(100);
  }
});

test('slow and silent clients are closed, idle ones are not', async () => {
  const { engine, port } = await startEngine({});
  try {
    const idle = new RawClient(port);
    idle.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await idle.answer();
    const silent = new RawClient(port);
    const partial = new RawClient(port);
    partial.send('GET / HTTP/1.1\r\nHost: x\r\nX-Loris: ');
    const trickling = new RawClient(port);
    trickling.send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc');
    assert.equal((await partial.answer()).status, 408);
    await Promise.all([silent.end(), partial.end(), trickling.end()]);
    assert.equal(silent.pending, '');
    assert.equal(trickling.pending, '');
    idle.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal((await idle.answer()).status, 200);
    for (const client of [idle, silent, partial, trickling]) client.close();
  } finally {
    await engine.close(100);
  }
});

test('a client that never closes its side is cut after a while', async () => {
  const { engine, port } = await startEngine({});
  try {
    const client = new RawClient(port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.equal((await client.answer()).status, 200);
    await client.end();
    assert.equal(engine.connections, 1, 'half-closed');
    await waitFor(() => engine.connections === 0, 'the half-closed connection to go');
    client.close();
  } finally {
    await engine.close(100);
  }
});

test('a unix socket: a stale file is replaced, a living one is not, the mode is set', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-http-'));
  const file = path.join(folder, 'api.sock');
  const listener = { kind: 'unix', path: file } as const;
  const options = {
    listener: (exchange: Exchange) => exchange.reply(200, '', `[${exchange.remoteAddress}]`),
    limits: LIMITS,
    unixSocket: { user: '', group: '', mode: '0600' },
    logger: SILENT,
  };
  const first = new NetEngine(options);
  const second = new NetEngine(options);
  try {
    fs.writeFileSync(file, '');
    await assert.rejects(() => first.listen(listener), /is not a socket/);
    fs.unlinkSync(file);
    await first.listen(listener);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    await assert.rejects(() => second.listen(listener), /address already in use/);
    const stranger = { user: 'nobody-of-this-name', group: '', mode: '' };
    const third = new NetEngine({ ...options, unixSocket: stranger });
    const other = { kind: 'unix', path: path.join(folder, 'other.sock') } as const;
    await assert.rejects(() => third.listen(other), /no entry for "nobody-of-this-name" in \/etc\/passwd/);
    await third.close(100);
    const body = await new Promise<string>((resolve, reject) => {
      const request = http.get({ socketPath: file, path: '/' }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve(text));
      });
      request.on('error', reject);
    });
    assert.equal(body, '[]');
  } finally {
    await first.close(100);
    await second.close(100);
    fs.rmSync(folder, { recursive: true });
  }
});

test('a port that is taken is an error of listen, and what was bound before is closed', async () => {
  const taken = await startApi();
  try {
    const listeners = [
      { kind: 'tcp', address: '127.0.0.1', port: 0 },
      { kind: 'tcp', address: '127.0.0.1', port: taken.port },
    ] as const;
    await assert.rejects(() => startApi({ settings: { http: { ...SETTINGS.http, listeners } } }), /EADDRINUSE/);
  } finally {
    await taken.close();
  }
});
