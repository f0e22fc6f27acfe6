// How long a body may be: as long as its row says, or `limits.http_max_request_body_size`; refused by its Content-Length before
// anything of it is read, or while it comes; and a long one is decoded in steps, so that others are answered meanwhile.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { struct } from '../../../../../src/gotext/json-decode.js';
import { list, string } from '../../../../../src/gotext/json-kinds.js';
import type { EndpointTable } from '../../../../../src/workers/state/http/endpoint.js';
import { anyBytes, type BodyFormat, jsonBody } from '../../../../../src/workers/state/http/items/body-format.js';
import { json } from '../../../../../src/workers/state/http/message/reply.js';
import { action } from '../../../../../src/workers/state/http/operation.js';
import { waitFor } from '../../../../agent-process.js';
import { withoutUws } from '../../../../uws.js';
import { type Api, ask, RawClient, SETTINGS, startApi } from './fixture.js';

const LIMIT = 300_000;
const body = struct('Body', { Name: string, Tags: list(string) });
const shown = { summary: 'of a test', acl: ['none'], answer: 'any' } as const;
const row = { answeredBy: 'agent' } as const;

function table(): EndpointTable {
  const counted = action({
    ...shown,
    body: jsonBody(body, { options: { unknownFields: 'error' } }),
    run: (_call, _values, { Name, Tags }) => json(String(Name.length + (Tags?.length ?? 0))),
  });
  const bytes = action({ ...shown, body: anyBytes(), run: (_call, _values, given) => json(String(given.length)) });
  const own = action({
    ...shown,
    body: anyBytes(() => 2 * LIMIT, 'kv_max_value_size'),
    run: (_call, _values, given) => json(String(given.length)),
  });
  const ping = action({ ...shown, run: () => json('true') });
  return [
    { ...row, path: '/v1/json', methods: { PUT: counted } },
    { ...row, path: '/v1/bytes', methods: { PUT: bytes } },
    { ...row, path: '/v1/own', methods: { PUT: own } },
    { ...row, path: '/v1/ping', methods: { GET: ping } },
  ];
}

const tooLong = (length: number, limit: number, key: string): string =>
  `Request body(${length} bytes) too large, max size: ${limit} bytes. ` +
  `See https://developer.hashicorp.com/docs/agent/config/config-files#${key}.`;

const head = (target: string, length: number): string =>
  `PUT ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
const withLength = (target: string, text: string): string => head(target, Buffer.byteLength(text)) + text;

function chunked(target: string, text: string, piece = 50_000): string {
  let sent = `PUT ${target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
  for (let at = 0; at < text.length; at += piece) {
    const part = text.slice(at, at + piece);
    sent += `${part.length.toString(16)}\r\n${part}\r\n`;
  }
  return `${sent}0\r\n\r\n`;
}

for (const engine of ['net', 'uws'] as const) {
  const skip = engine === 'uws' && withoutUws;
  const start = async (t: TestContext, httpMaxRequestBodySize = LIMIT): Promise<Api> => {
    const limits = { ...SETTINGS.limits, httpMaxRequestBodySize };
    const api = await startApi({ table: table(), settings: { limits, http: { ...SETTINGS.http, engine } } });
    t.after(() => api.close());
    return api;
  };

  test(`${engine}: a body may be as long as the limit, announced or in chunks`, { skip }, async (t) => {
    const { port } = await start(t);
    for (const send of [withLength, chunked]) {
      assert.equal((await ask(port, send('/v1/bytes', 'x'.repeat(LIMIT)))).body, String(LIMIT));
      const name = 'n'.repeat(LIMIT - '{"Name":""}'.length);
      assert.equal((await ask(port, send('/v1/json', `{"Name":"${name}"}`))).body, String(name.length));
      assert.equal((await ask(port, send('/v1/own', 'x'.repeat(2 * LIMIT)))).body, String(2 * LIMIT));
    }
  });

  test(`${engine}: what is announced to be longer is refused before any of it has come`, { skip }, async (t) => {
    const { port } = await start(t);
    for (const target of ['/v1/bytes', '/v1/json']) {
      const { status, body } = await ask(port, head(target, LIMIT + 1));
      assert.equal(status, 413);
      assert.equal(body, tooLong(LIMIT + 1, LIMIT, 'http_max_request_body_size'));
    }
    const own = await ask(port, head('/v1/own', 2 * LIMIT + 1));
    assert.equal(own.body, tooLong(2 * LIMIT + 1, 2 * LIMIT, 'kv_max_value_size'));
  });

  test(`${engine}: what comes in chunks is refused as soon as it is longer, whatever follows`, { skip }, async (t) => {
    const { port } = await start(t);
    for (const target of ['/v1/bytes', '/v1/json']) {
      const client = new RawClient(port);
      // The end never comes.
      client.send(chunked(target, 'x'.repeat(LIMIT + 50_000)).slice(0, -5));
      const { status, body } = await client.answer();
      client.close();
      assert.equal(status, 413);
      assert.match(body, /^Request body\(3[0-9]{5} bytes\) too large, max size: 300000 bytes\./);
    }
  });

  test(`${engine}: a reload changes the limit`, { skip }, async (t) => {
    const { port, server } = await start(t);
    server.reload({
      ...SETTINGS,
      http: { ...SETTINGS.http, engine },
      limits: { ...SETTINGS.limits, httpMaxRequestBodySize: 10 },
    });
    assert.equal((await ask(port, withLength('/v1/bytes', 'x'.repeat(10)))).body, '10');
    assert.equal((await ask(port, head('/v1/bytes', 11))).status, 413);
  });
}

test('others are answered while a long body is decoded, and a short one is decoded at once', async (t) => {
  let isPinged = false;
  let steps = 0;
  const format: BodyFormat<string> = {
    kind: null,
    limit: null,
    setting: undefined,
    read: () => 'at once',
    *readInSteps() {
      // It ends when somebody else was answered; a long time without that is never.
      for (; !isPinged && steps < 50_000_000; steps++) yield;
      return isPinged ? 'in steps' : 'nobody was answered';
    },
  };
  const put = action({ ...shown, body: format, run: (_call, _values, how) => json(how) });
  const ping = action({
    ...shown,
    run: () => {
      isPinged = true;
      return json('true');
    },
  });
  const api = await startApi({ table: [{ ...row, path: '/v1/x', methods: { PUT: put, GET: ping } }] });
  t.after(() => api.close());
  assert.equal((await ask(api.port, withLength('/v1/x', 'short'))).body, 'at once');
  const long = ask(api.port, withLength('/v1/x', 'x'.repeat(40_000)));
  await waitFor(() => steps > 0, 'the decoding to begin');
  await ask(api.port, 'GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await long).body, 'in steps');
});

test('a body of very many values is refused in words of its own', async (t) => {
  const api = await startApi({ table: table() });
  t.after(() => api.close());
  const text = `{"Tags":[${Array(60_000).fill('""').join()}]}`;
  const { status, body } = await ask(api.port, withLength('/v1/json', text));
  assert.equal(status, 413);
  assert.equal(body, 'Request body has too many values, max: 50000.');
});
