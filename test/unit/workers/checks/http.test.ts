// HTTP checks beyond the recorded ones: redirects, bodies without end, compression, proxies, what must not hang or grow.

import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Definition, makeRunner, type Runner } from './probe-runner.js';

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

describe('HTTP checks', () => {
  let server: http.Server;
  let base: string;
  let answer: Answer = (_request, response) => response.end();
  const seen: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
  let runner: Runner;

  before(async () => {
    runner = makeRunner();
    server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    runner.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function check(definition: Definition, reply: Answer) {
    seen.length = 0;
    answer = reply;
    return runner.run(definition);
  }

  for (const [code, method] of [
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ] as const) {
    test(`a POST that is answered by ${code} goes on as ${method}`, async () => {
      const definition = { HTTP: `${base}/a`, Method: 'POST', Body: 'data', Header: { 'X-A': ['1'] } };
      const outcome = await check(definition, (request, response) => {
        if (request.url === '/a') response.writeHead(code, { Location: 'b?c' }).end();
        else response.end('there');
      });
      assert.equal(outcome.output, `HTTP POST ${base}/a: 200 OK Output: there`);
      assert.equal(seen[1]?.url, '/b?c');
      assert.equal(seen[1]?.method, method);
      assert.equal(seen[1]?.body, method === 'POST' ? 'data' : '');
      assert.equal(seen[1]?.headers['x-a'], '1');
      assert.equal(seen[1]?.headers.referer, `${base}/a`);
    });
  }

  test('credentials are not carried to another host', async () => {
    const port = new URL(base).port;
    const definition = { HTTP: `${base}/a`, Header: { Authorization: ['secret'], 'X-A': ['1'] } };
    await check(definition, (request, response) => {
      if (request.url === '/a') response.writeHead(302, { Location: `http://localhost:${port}/b` }).end();
      else response.end();
    });
    assert.equal(seen[0]?.headers.authorization, 'secret');
    assert.equal(seen[1]?.headers.authorization, undefined);
    assert.equal(seen[1]?.headers['x-a'], '1');
  });

  test('a redirect to another scheme or a broken address is refused', async () => {
    const to = (location: string) =>
      check({ HTTP: base }, (_q, response) => response.writeHead(302, { location }).end());
    assert.equal((await to('ftp://x/')).output, 'Get "ftp://x/": unsupported protocol scheme "ftp"');
    const broken = await to('http://a b/');
    const parse = 'parse "http://a b/": invalid character " " in host name';
    assert.equal(broken.output, `Get "${base}": failed to parse Location header "http://a b/": ${parse}`);
  });

  test('a compressed body is decoded, unless the definition asked for it itself', async () => {
    const reply: Answer = (_q, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(`${'x'.repeat(9000)}end`));
    };
    const decoded = await check({ HTTP: base, OutputMaxSize: 5 }, reply);
    assert.equal(decoded.output, `HTTP GET ${base}: 200 OK Output: xxend`);
    const own = await check({ HTTP: base, Header: { 'accept-encoding': ['gzip'] }, OutputMaxSize: 5 }, reply);
    assert.notEqual(own.output, decoded.output);
  });

  test('a body that is no gzip is judged by the code', async () => {
    const outcome = await check({ HTTP: base }, (_q, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain');
    });
    assert.equal(outcome.status, 'passing');
  });

  test('a body without end is cut by the timeout, and the code counts', async () => {
    const outcome = await check({ HTTP: base, Timeout: '300ms', OutputMaxSize: 10 }, (_q, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('z'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    assert.deepEqual(outcome, { status: 'passing', output: `HTTP GET ${base}: 200 OK Output: zzzzzzzzzz` });
  });

  test('a body that ends too early is judged by the code', async () => {
    const outcome = await check({ HTTP: base }, (_q, response) => {
      response.writeHead(500, { 'Content-Length': '100' });
      response.write('partly', () => response.destroy());
    });
    assert.deepEqual(outcome, {
      status: 'critical',
      output: `HTTP GET ${base}: 500 Internal Server Error Output: partly`,
    });
  });

  test('user and password in the URL become basic authentication and are masked in errors', async () => {
    const withUser = base.replace('//', '//me:pass%20word@');
    await check({ HTTP: withUser }, (_q, response) => response.end());
    assert.equal(seen[0]?.headers.authorization, `Basic ${Buffer.from('me:pass word').toString('base64')}`);
    const outcome = await check({ HTTP: `${withUser}/x` }, (request) => request.socket.destroy());
    assert.equal(outcome.output, `Get "${base.replace('//', '//me:***@')}/x": EOF`);
  });

  test('a header that would smuggle in another one is refused', async () => {
    const outcome = await check({ HTTP: base, Header: { 'X-A': ['1\r\nX-B: 2'] } }, (_q, response) => response.end());
    assert.equal(outcome.output, `Get "${base}": net/http: invalid header field value for "X-A"`);
    assert.deepEqual(seen, []);
  });

  test('a proxy of the environment is asked with the whole URL', async () => {
    const proxied = makeRunner({ HTTP_PROXY: base });
    answer = (_q, response) => response.end('by proxy');
    seen.length = 0;
    const outcome = await proxied.run({ HTTP: 'http://web.example/x?y' });
    assert.equal(outcome.output, 'HTTP GET http://web.example/x?y: 200 OK Output: by proxy');
    assert.equal(seen[0]?.url, 'http://web.example/x?y');
    assert.equal(seen[0]?.headers.host, 'web.example');
  });

  test('a server that resets the connection is quoted with both ends', async () => {
    const resetting = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => resetting.listen(0, '127.0.0.1', resolve));
    const { port } = resetting.address() as AddressInfo;
    const outcome = await runner.run({ HTTP: `http://127.0.0.1:${port}/` });
    const ends = `127\\.0\\.0\\.1:\\d+->127\\.0\\.0\\.1:${port}`;
    assert.match(
      outcome.output,
      new RegExp(`^Get "http://127.0.0.1:${port}/": read tcp ${ends}: read: connection reset by peer$`),
    );
    await new Promise((resolve) => resetting.close(resolve));
  });
});
