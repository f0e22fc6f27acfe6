// The net engine beside node:http as the reference: the same bytes to both, case by case, with the same outcome or a
// better one. Each case is followed by one more request on the connection, so that "the connection goes on" shows.

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Random, runSeed } from '../../random.js';
import { type Api, RawClient, startApi } from '../../unit/workers/state/http/fixture.js';

let api: Api;
let reference: http.Server;
let referencePort = 0;
before(async () => {
  api = await startApi();
  reference = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.setHeader('Content-Type', 'text/plain');
      response.end('ok');
    });
  });
  reference.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  await new Promise<void>((resolve) => reference.listen(0, '127.0.0.1', resolve));
  const address = reference.address();
  referencePort = typeof address === 'object' && address !== null ? address.port : 0;
});
after(async () => {
  reference.closeAllConnections();
  reference.close();
  await api.close();
});

const LAST = 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/** Statuses of all answers until the server closed the connection. */
async function statuses(port: number, bytes: string, isLast = false): Promise<number[]> {
  const client = new RawClient(port);
  client.send(isLast ? bytes : bytes + LAST);
  await client.end();
  client.close();
  return [...client.pending.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

const HEAD = 'PUT /v1/echo HTTP/1.1\r\nHost: x\r\n';
interface Case {
  readonly name: string;
  readonly bytes: string;
  readonly expect: readonly number[];
  /** The connection ends behind it: nothing more is sent. */
  readonly last?: true;
  /** Why the reference does otherwise, and what; absent: it does the same; null: it never answers. */
  readonly reference?: { readonly expect: readonly number[]; readonly better: string } | null;
}

const CASES: readonly Case[] = [
  { name: 'plain', bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n', expect: [200, 200] },
  { name: 'HTTP/1.0', bytes: 'GET /v1/echo HTTP/1.0\r\n\r\n', expect: [200], last: true },
  {
    name: 'HTTP/1.0 with keep-alive',
    bytes: 'GET /v1/echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n',
    expect: [200, 200],
    reference: { expect: [200], better: 'the length is told, so the connection can go on' },
  },
  {
    name: 'Connection: close',
    bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    expect: [200],
    last: true,
  },
  { name: 'absolute form', bytes: 'GET http://other:1/v1/echo?x=1 HTTP/1.1\r\nHost: x\r\n\r\n', expect: [200, 200] },
  { name: 'HEAD', bytes: 'HEAD /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n', expect: [200, 200] },
  { name: 'blank lines first', bytes: '\r\n\r\nGET /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n', expect: [200, 200] },
  {
    name: 'body on GET',
    bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc',
    expect: [200, 200],
  },
  { name: 'Content-Length', bytes: `${HEAD}Content-Length: 3\r\n\r\nabc`, expect: [200, 200] },
  {
    name: 'chunked with extension and trailer',
    bytes: `${HEAD}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n`,
    expect: [200, 200],
  },
  { name: 'empty chunked', bytes: `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, expect: [200, 200] },
  {
    name: 'Expect: 100-continue',
    bytes: `${HEAD}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
    expect: [200, 200],
    reference: { expect: [100, 200, 200], better: 'the body is there already: nothing to ask for' },
  },
  {
    name: 'other expectation',
    bytes: `${HEAD}Expect: miracles\r\n\r\n`,
    expect: [417],
    reference: { expect: [417, 200], better: 'the client may or may not send its body: close' },
  },
  {
    name: 'upgrade is declined',
    bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: w\r\nConnection: close\r\n\r\n',
    expect: [200],
    last: true,
  },
  { name: 'two lengths', bytes: `${HEAD}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, expect: [400] },
  { name: 'the same length twice', bytes: `${HEAD}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, expect: [400] },
  {
    name: 'length and chunks',
    bytes: `${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    expect: [400],
  },
  { name: 'xchunked', bytes: `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, expect: [400] },
  { name: 'chunked, then gzip', bytes: `${HEAD}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, expect: [400] },
  {
    name: 'gzip, then chunked',
    bytes: `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    expect: [501],
    reference: { expect: [200, 200], better: 'a coding that is not decoded is not taken for data' },
  },
  {
    name: 'chunks in HTTP/1.0',
    bytes: 'PUT /v1/echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    expect: [400],
    last: true,
    reference: { expect: [200], better: 'a 1.0 proxy in front would frame it otherwise' },
  },
  { name: 'length with a sign', bytes: `${HEAD}Content-Length: +3\r\n\r\nabc`, expect: [400] },
  { name: 'length out of range', bytes: `${HEAD}Content-Length: 99999999999999999999\r\n\r\n`, expect: [400] },
  {
    name: 'chunk size out of range',
    bytes: `${HEAD}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n`,
    expect: [400],
  },
  {
    name: 'chunk longer than said',
    bytes: `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n`,
    expect: [400],
  },
  { name: 'folded header', bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', expect: [400] },
  { name: 'bare LF', bytes: 'GET /v1/echo HTTP/1.1\nHost: x\n\n', expect: [400] },
  { name: 'NUL in a header', bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n', expect: [400] },
  { name: 'blank before the colon', bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n', expect: [400] },
  { name: 'no Host', bytes: 'GET /v1/echo HTTP/1.1\r\n\r\n', expect: [400] },
  {
    name: 'two Hosts',
    bytes: 'GET /v1/echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    expect: [400],
    reference: { expect: [200, 200], better: 'RFC 9112, section 3.2: a server must refuse it' },
  },
  { name: 'unknown method', bytes: 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', expect: [400] },
  { name: 'lower-case method', bytes: 'get / HTTP/1.1\r\nHost: x\r\n\r\n', expect: [400] },
  { name: 'garbage', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', expect: [400] },
  {
    name: 'no version',
    bytes: 'GET /v1/echo\r\n\r\n',
    expect: [505],
    last: true,
    reference: { expect: [200], better: 'HTTP/0.9 knows no status line to answer with' },
  },
  {
    name: 'a request behind a declined upgrade',
    bytes: 'GET /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: w\r\n\r\n',
    expect: [200, 200],
    reference: null,
  },
  { name: 'unknown version', bytes: 'GET /v1/echo HTTP/1.7\r\nHost: x\r\n\r\n', expect: [400] },
  {
    name: 'HTTP/2 preface',
    bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    expect: [505],
    reference: { expect: [400], better: 'names the reason' },
  },
  {
    name: 'long target',
    bytes: `GET /v1/echo?x=${'y'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    expect: [200, 200],
    reference: { expect: [400], better: 'the limit is max_header_bytes' },
  },
  {
    name: 'head over the limit',
    bytes: `GET /v1/echo HTTP/1.1\r\nHost: x\r\n${`A: ${'y'.repeat(1000)}\r\n`.repeat(1100)}\r\n`,
    expect: [431],
    reference: { expect: [400], better: 'says what is wrong' },
  },
];

for (const { name, bytes, expect, last, reference: other } of CASES) {
  test(name, async () => {
    assert.deepEqual(await statuses(api.port, bytes, last), expect, 'lictor');
    if (other === null) return;
    assert.deepEqual(await statuses(referencePort, bytes, last), other?.expect ?? expect, 'node:http');
  });
}

test('a hundred pipelined requests are answered in order', async () => {
  const client = new RawClient(api.port);
  const requests = Array.from({ length: 100 }, (_value, at) =>
    at % 3 === 0
      ? `PUT /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(at).length}\r\n\r\n${at}`
      : `GET /v1/echo?x=${at} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  client.send(requests.join(''));
  for (let at = 0; at < 100; at++) {
    const body = JSON.parse((await client.answer()).body) as { x?: string; text?: string };
    assert.equal(at % 3 === 0 ? body.text : body.x, String(at));
  }
  client.close();
});

test('a request split over two segments at any byte', async () => {
  const bytes = `${HEAD}Transfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\n\r\n`;
  const client = new RawClient(api.port);
  client.socket.setNoDelay(true);
  for (let at = 1; at < bytes.length; at++) {
    client.send(bytes.slice(0, at));
    await new Promise((resolve) => setImmediate(resolve));
    client.send(bytes.slice(at));
    const answer = await client.answer();
    assert.equal(answer.status, 200, `split at ${at}`);
    assert.equal((JSON.parse(answer.body) as { text: string }).text, 'abc');
  }
  client.close();
});

test('Expect: 100-continue is answered before the body comes', async () => {
  const client = new RawClient(api.port);
  client.send(`${HEAD}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
  assert.equal((await client.answer()).status, 100);
  client.send('abc');
  assert.equal((await client.answer()).status, 200);
  client.close();
});

test('a client that sends all and then closes its side is answered', async () => {
  const client = new RawClient(api.port);
  client.socket.end('GET /v1/echo?x=1 HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/echo?x=2 HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match((await client.answer()).body, /"x":"1"/);
  assert.match((await client.answer()).body, /"x":"2"/);
  await client.end();
  client.close();
});

test('a 10 MB body is refused, and the client gets to read why', async () => {
  const client = new RawClient(api.port);
  const body = Buffer.alloc(10 * 1024 * 1024, 'x');
  client.send(`${HEAD}Content-Length: ${body.length}\r\n\r\n`);
  client.send(body);
  const answer = await client.answer();
  assert.equal(answer.status, 413);
  assert.match(answer.body, /^Request body\(10485760 bytes\) too large, max size: 4194304 bytes\./);
  client.close();
});

test('random bytes on many connections: clear refusals, no crash, memory stays flat', async () => {
  const random = new Random(runSeed);
  const noise = (): Buffer => random.bytes(1 + random.below(3000));
  let answered = 0;
  const round = async (): Promise<void> => {
    const clients = Array.from({ length: 50 }, () => {
      const client = new RawClient(api.port);
      client.send(random.chance(0.5) ? noise() : Buffer.concat([Buffer.from('GET /v1/kv/'), noise()]));
      client.socket.end(noise());
      return client;
    });
    for (const client of clients) {
      await client.end();
      for (const [, status] of client.pending.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
        assert.ok(
          ['200', '307', '400', '404', '431', '500', '505'].includes(status ?? ''),
          `${status}, seed ${runSeed}`,
        );
        answered += 1;
      }
      client.close();
    }
  };
  for (let at = 0; at < 5; at++) await round();
  const before = process.memoryUsage().rss;
  for (let at = 0; at < 20; at++) await round();
  const grown = process.memoryUsage().rss - before;
  assert.ok(answered >= 1250, `${answered} answers to 1250 connections, seed ${runSeed}`);
  assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more after 1000 connections of noise`);
  const client = new RawClient(api.port);
  client.send(LAST);
  assert.equal((await client.answer()).status, 200);
  client.close();
});

test('connections reset in the middle leave nothing behind', async () => {
  const sockets = Array.from({ length: 100 }, (_value, at) => {
    const socket = net.connect(api.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${HEAD}Content-Length: 100\r\n\r\n${'x'.repeat(at)}`, () => socket.resetAndDestroy());
    return socket;
  });
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  const deadline = Date.now() + 5000;
  while (api.server.connections > 0) {
    assert.ok(Date.now() < deadline, `${api.server.connections} connections are left`);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
