import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { type Api, ask, get, type RawAnswer, RawClient, SETTINGS, startApi } from './fixture.js';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

function request(method: string, target: string, headers = '', body = ''): Promise<RawAnswer> {
  const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return ask(api.port, `${method} ${target} HTTP/1.1\r\nHost: x\r\n${length}${headers}\r\n${body}`, method);
}

test('unprintable paths are 400 without a body; broken UTF-8 passes', async () => {
  for (const target of ['/v1/kv/a%00b', '/v1/kv/tab%09', '/v1/kv/%7f', '/v1/kv/%C2%A0', '/v1/kv/%E2%80%8B']) {
    const answer = await get(api.port, target);
    assert.equal(answer.status, 400, target);
    assert.equal(answer.body, '');
    assert.equal(answer.headers['content-type'], undefined);
  }
  assert.equal((await get(api.port, '/v1/kv/%zz')).status, 400);
  assert.equal((await get(api.port, '/v1/kv/bad%ffutf')).status, 404);
});

test('the unprintable filter can be turned off', async () => {
  const open = await startApi({ settings: { http: { ...SETTINGS.http, disableUnprintableFilter: true } } });
  try {
    assert.equal((await get(open.port, '/v1/kv/a%00b')).status, 404);
  } finally {
    await open.close();
  }
});

test('unclean paths are redirected with their query, whatever the method', async () => {
  const moved = await get(api.port, '/v1/kv/a//b/../c%20%3F?x=1&y');
  assert.equal(moved.status, 307);
  assert.equal(moved.headers['location'], '/v1/kv/a/c%20%3F?x=1&y');
  assert.equal(moved.headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(moved.body, '<a href="/v1/kv/a/c%20%3F?x=1&amp;y">Temporary Redirect</a>.\n\n');
  assert.equal(moved.headers['vary'], undefined);
  const put = await request('PUT', '/v1//kv/a', '', 'x');
  assert.equal(put.status, 307);
  assert.equal(put.body, '');
  assert.equal(put.headers['content-type'], undefined);
  assert.equal((await get(api.port, '/v1/kv')).headers['location'], '/v1/kv/');
  assert.equal((await get(api.port, '/v1/kv/a%2F%2Fb')).headers['location'], '/v1/kv/a/b');
});

test('unknown paths: the text depends on /v1/, and no common header is sent', async () => {
  const inApi = await get(api.port, '/foo/v1/kv');
  assert.equal(inApi.status, 404);
  assert.equal(inApi.body, 'Invalid URL path: not a recognized HTTP API endpoint\n');
  assert.equal(inApi.headers['vary'], undefined);
  const outside = await get(api.port, '/V1/kv/x');
  assert.equal(
    outside.body,
    "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n",
  );
  assert.equal((await get(api.port, '/v1/list/')).status, 404);
  assert.equal((await request('OPTIONS', '/v1/unknown')).status, 404);
});

test('the root leads to the UI, or says that there is none', async () => {
  const root = await get(api.port, '/');
  assert.equal(root.status, 301);
  assert.equal(root.headers['location'], '/ui/');
  assert.equal(root.body, '<a href="/ui/">Moved Permanently</a>.\n\n');
  const head = await request('HEAD', '/');
  assert.equal(head.status, 301);
  const without = await startApi({ settings: { ui: { enabled: false, contentPath: '/ui/' } } });
  try {
    const answer = await get(without.port, '/');
    assert.equal(answer.status, 200);
    assert.equal((await get(without.port, '/robots.txt')).status, 404, 'pages belong to the UI');
    assert.match(answer.body, /^Consul Agent: UI disabled\. To enable, set ui_config\.enabled=true/);
  } finally {
    await without.close();
  }
});

test('an undecodable query is 500 without text', async () => {
  for (const query of ['%zz', 'a;b=1', 'a=%f']) {
    const answer = await get(api.port, `/v1/echo?${query}`);
    assert.equal(answer.status, 500, query);
    assert.equal(answer.body, '');
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers['vary'], 'Accept-Encoding');
  }
});

test('OPTIONS and wrong methods name what is allowed, in table order', async () => {
  const options = await request('OPTIONS', '/v1/kv/a?ns=x');
  assert.equal(options.status, 200);
  assert.equal(options.headers['allow'], 'OPTIONS,GET,PUT,DELETE');
  assert.equal(options.headers['content-type'], 'application/json');
  assert.equal(options.body, '');
  const post = await request('POST', '/v1/kv/a');
  assert.equal(post.status, 405);
  assert.equal(post.headers['allow'], 'OPTIONS,GET,PUT,DELETE');
  assert.equal(post.body, 'method POST not allowed');
  assert.equal((await request('PROPFIND', '/v1/list')).body, 'method PROPFIND not allowed');
  const head = await request('HEAD', '/v1/list');
  assert.equal(head.status, 405);
});

test('blocked endpoints are refused before anything else of the API', async () => {
  const blocking = await startApi({
    settings: {
      http: { ...SETTINGS.http, blockEndpoints: ['/v1/li', '/v1/kv/secret/'], responseHeaders: { 'x-golden': 'yes' } },
      translateWanAddresses: true,
      aclDefaultPolicy: 'deny',
    },
  });
  try {
    const answer = await ask(blocking.port, 'OPTIONS /v1/list HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal(answer.status, 403);
    assert.equal(answer.body, 'Endpoint is blocked by agent configuration');
    assert.equal(answer.headers['x-golden'], 'yes');
    assert.equal(answer.headers['x-consul-translate-addresses'], 'true');
    assert.equal(answer.headers['x-consul-default-acl-policy'], 'deny');
    assert.equal((await get(blocking.port, '/v1/kv/secret/a')).status, 403);
    assert.equal((await get(blocking.port, '/v1/kv/public')).status, 404);
    const unknown = await get(blocking.port, '/v1/nothing');
    assert.equal(unknown.headers['x-golden'], 'yes');
    assert.equal(unknown.headers['x-consul-default-acl-policy'], undefined);
    const debug = await get(blocking.port, '/debug/x');
    assert.equal(debug.headers['x-golden'], undefined);
    assert.equal(debug.headers['vary'], 'Accept-Encoding');
    const page = await get(blocking.port, '/robots.txt');
    assert.equal(page.headers['x-golden'], 'yes');
    assert.equal(page.headers['vary'], undefined);
  } finally {
    await blocking.close();
  }
});

test('header names reach the wire in canonical case', async () => {
  const client = new RawClient(api.port);
  client.send('GET /v1/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await client.end();
  assert.match(client.pending, /\r\nX-Consul-Knownleader: true\r\n/);
  assert.match(client.pending, /\r\nX-Consul-Default-Acl-Policy: allow\r\n/);
  assert.match(client.pending, /\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  client.close();
});

test('writes are kept to the addresses of allow_write_http_from', async () => {
  const open = { ...SETTINGS.http, allowWriteFrom: ['127.0.0.0/8', '::1/128'] };
  const closed = { ...SETTINGS.http, allowWriteFrom: ['10.0.0.0/8'] };
  for (const [http, status] of [
    [open, 200],
    [closed, 403],
  ] as const) {
    const limited = await startApi({ settings: { http } });
    try {
      const put = 'PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx';
      const answer = await ask(limited.port, put);
      assert.equal(answer.status, status);
      if (status === 403) assert.equal(answer.body, 'Access is restricted');
      assert.notEqual((await get(limited.port, '/v1/kv/a')).status, 403);
      assert.equal((await ask(limited.port, 'OPTIONS /v1/kv/a HTTP/1.1\r\nHost: x\r\n\r\n')).status, 200);
    } finally {
      await limited.close();
    }
  }
});

test('namespaces and partitions are refused, the former not by node-level endpoints', async () => {
  const refusals: readonly [string, string, string | null][] = [
    ['/v1/kv/a?ns=x', '', 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature'],
    ['/v1/kv/a?partition=x', '', 'Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature'],
    [
      '/v1/kv/a',
      'X-Consul-Namespace: x\r\n',
      'Invalid header: "X-Consul-Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    [
      '/v1/list',
      'x-consul-partition: x\r\n',
      'Invalid header: "X-Consul-Partition" - Partitions are a Consul Enterprise feature',
    ],
    ['/v1/list?ns=x', '', null],
    ['/v1/list', 'X-Consul-Namespace: x\r\n', null],
    ['/v1/list?ns=&partition', '', null],
  ];
  for (const [target, headers, message] of refusals) {
    const answer = await get(api.port, target, headers);
    assert.equal(answer.status, message === null ? 200 : 400, target);
    if (message !== null) assert.equal(answer.body, message);
  }
});

test('the token: query, then header, then bearer, then the configured one', async () => {
  const token = async (target: string, headers = ''): Promise<unknown> =>
    (JSON.parse((await get(api.port, target, headers)).body) as { token: string }).token;
  const both = 'X-Consul-Token: h\r\nAuthorization: Bearer b\r\n';
  assert.equal(await token('/v1/echo?token=q', both), 'q');
  assert.equal(await token('/v1/echo?token=', both), 'h');
  assert.equal(await token('/v1/echo', 'Authorization: bEaReR   b \r\n'), 'b');
  assert.equal(await token('/v1/echo', 'Authorization: Basic b\r\n'), '');
  assert.equal(await token('/v1/echo', 'Authorization: Bearer   b   extra\r\n'), 'b');
  api.tokens.default = 'd';
  assert.equal(await token('/v1/echo'), 'd');
  api.tokens.default = '';
});

test('pretty indents and ends the line; -dev indents always', async () => {
  const plain = await get(api.port, '/v1/list?pretty=false');
  assert.equal(plain.body, '[\n    null\n]\n');
  const dev = await startApi({ settings: { devMode: true } });
  try {
    assert.equal((await get(dev.port, '/v1/list')).body, '[\n    null\n]');
    assert.equal((await get(dev.port, '/v1/list?pretty')).body, '[\n    null\n]\n');
    assert.equal((await get(dev.port, '/v1/kv/none?pretty')).body, '');
    assert.equal((await get(dev.port, '/robots.txt')).body, 'Disallow: /\n');
  } finally {
    await dev.close();
  }
});

test('gzip when allowed and worth it', async () => {
  const accepts = async (target: string, value: string): Promise<string | undefined> =>
    (await get(api.port, target, `Accept-Encoding: ${value}\r\n`)).headers['content-encoding'];
  assert.equal(await accepts('/v1/big', 'br, gzip'), 'gzip');
  assert.equal(await accepts('/v1/big', 'gzip;q=0'), undefined);
  assert.equal(await accepts('/v1/list', 'gzip'), undefined);
  const client = new RawClient(api.port);
  client.send('GET /v1/big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n');
  await client.end();
  const packed = Buffer.from(client.pending.slice(client.pending.indexOf('\r\n\r\n') + 4), 'latin1');
  const unpacked = JSON.parse(zlib.gunzipSync(packed).toString()) as { b: string[] };
  assert.deepEqual(unpacked.b, ['\u00e9']);
  client.close();
});

test('a body beyond its limit is refused by its announced length, or while it is read', async () => {
  const documentation = 'See https://developer.hashicorp.com/docs/agent/config/config-files#kv_max_value_size.';
  const announced = await request('PUT', '/v1/kv/a', '', 'x'.repeat(1025));
  assert.equal(announced.status, 413);
  assert.equal(announced.body, `Request body(1025 bytes) too large, max size: 1024 bytes. ${documentation}`);
  const unsent = await request('PUT', '/v1/kv/a', 'Content-Length: 1025\r\n');
  assert.equal(unsent.status, 413, 'before any of it has come');
  const chunked = await ask(
    api.port,
    `PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n${'x'.repeat(0x500)}\r\n`,
  );
  assert.equal(chunked.status, 413);
  assert.equal(chunked.headers['connection'], 'close');
  assert.equal((await request('PUT', '/v1/kv/a', '', 'x'.repeat(1024))).status, 200);
  assert.equal((await get(api.port, '/v1/kv/a')).body, JSON.stringify('x'.repeat(1024)));
});

test('a handler that throws or rejects is a logged 500, and the server lives on', async () => {
  assert.equal((await get(api.port, '/v1/throws')).status, 500);
  assert.equal((await request('PUT', '/v1/throws')).status, 500);
  const logged = api.logged.filter((record) => record.level === 'error');
  assert.equal(logged.length, 2);
  assert.match(String(logged[0]?.fields), /\/v1\/throws.*planted/);
  assert.equal((await get(api.port, '/v1/echo')).status, 200);
});

test('api.http is counted by method and route', () => {
  const samples = api.metrics.report().samples.filter((sample) => sample.name === 'api.http');
  const kv = samples.find((sample) => sample.labels[0]?.[1] === 'GET' && sample.labels[1]?.[1] === 'v1_kv_');
  assert.ok(kv !== undefined && kv.count > 0 && kv.sum > 0);
  assert.ok(samples.every((sample) => sample.labels[1]?.[1] !== ''));
});

test('a stream is chunked for HTTP/1.1 and ended by the connection for HTTP/1.0', async () => {
  const chunked = await get(api.port, '/v1/stream');
  assert.equal(chunked.headers['transfer-encoding'], 'chunked');
  assert.equal(chunked.body, 'one\ntwo\n');
  const old = await ask(api.port, 'GET /v1/stream HTTP/1.0\r\n\r\n');
  assert.equal(old.headers['transfer-encoding'], undefined);
  assert.equal(old.headers['connection'], 'close');
  assert.equal(old.body, 'one\ntwo\n');
});

test('two rows for one path are a mistake', async () => {
  const row = { path: '/v1/x', answeredBy: 'agent', methods: {} } as const;
  await assert.rejects(() => startApi({ table: [row, row] }), /two rows for \/v1\/x/);
});
