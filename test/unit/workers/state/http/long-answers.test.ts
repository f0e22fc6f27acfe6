// Lists too long for one text: the same JSON as a short one's, in every form, made as fast as the client takes it, and nobody waits
// for it who asked for something else.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { type TestContext, test } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { indentJson, JsonIndenter } from '../../../../../src/gotext/json-indent.js';
import {
  elements,
  JsonPieces,
  joinedText,
  listText,
} from '../../../../../src/workers/state/http/message/json-pieces.js';
import { json } from '../../../../../src/workers/state/http/message/reply.js';
import { action } from '../../../../../src/workers/state/http/operation.js';
import { waitFor } from '../../../../agent-process.js';
import { withoutUws } from '../../../../uws.js';
import { surviving } from '../assembly/surviving.js';
import { type Api, get, RawClient, SETTINGS, startApi } from './fixture.js';

interface Item {
  readonly name: string;
  readonly tags: readonly string[];
}

const ITEMS: readonly Item[] = Array.from({ length: 8_000 }, (_, at) => ({
  name: `näme-${at} [{,"]`,
  tags: at % 3 === 0 ? [] : ['x'.repeat(50)],
}));
const WHOLE = JSON.stringify(ITEMS);

/** Of which no client ever takes all. */
const ENDLESS = Array.from({ length: 60_000 }, (_, at) => at);
/** What packing makes hardly shorter: they repeat farther apart than it looks back. */
const NOISE = Array.from({ length: 200 }, () => randomBytes(750).toString('base64'));

let rendered = 0;

function endless(at: number): string {
  rendered = at;
  return `"${NOISE[at % NOISE.length]}"`;
}

function broken({ name }: Item): string {
  if (name === ITEMS[7_000]?.name) throw new Error('planted');
  return JSON.stringify(name.repeat(10));
}

const SHOWN = { summary: 'of a test', acl: ['none'], answer: 'any' } as const;

async function start(t: TestContext, engine: 'net' | 'uws', devMode = false): Promise<Api> {
  const answers = {
    '/v1/list': () => listText(ITEMS, (item) => JSON.stringify(item)),
    '/v1/endless': () => listText(ENDLESS, endless),
    '/v1/broken': () => listText(ITEMS, broken),
    '/v1/short': () => listText([1, 2], String),
  };
  const table = Object.entries(answers).map(([path, run]) => {
    return { path, answeredBy: 'agent', methods: { GET: action({ ...SHOWN, run: () => json(run()) }) } } as const;
  });
  const api = await startApi({ table, settings: { devMode, http: { ...SETTINGS.http, engine } } });
  t.after(() => api.close());
  return api;
}

for (const engine of ['net', 'uws'] as const) {
  const skip = engine === 'uws' && withoutUws;

  test(`${engine}: a long list is the text that a short one would be`, { skip }, async (t) => {
    const { port } = await start(t, engine);
    const plain = await get(port, '/v1/list');
    assert.equal(plain.body, WHOLE);
    assert.equal(plain.headers['content-type'], 'application/json');
    const pretty = await get(port, '/v1/list?pretty');
    assert.equal(pretty.body, `${JSON.stringify(ITEMS, null, 4)}\n`);
    const short = await get(port, '/v1/short?pretty');
    assert.equal(short.body, '[\n    1,\n    2\n]\n');
    assert.equal(short.headers['content-length'], '17');
  });

  test(`${engine}: it is packed for who takes that`, { skip }, async (t) => {
    const { port } = await start(t, engine);
    for (const [target, text] of [
      ['/v1/list', WHOLE],
      ['/v1/list?pretty', `${JSON.stringify(ITEMS, null, 4)}\n`],
    ] as const) {
      const { headers, bytes } = await packed(port, target);
      assert.equal(headers['content-encoding'], 'gzip');
      assert.equal(headers['vary'], 'Accept-Encoding');
      assert.equal(zlib.gunzipSync(bytes).toString(), text);
    }
  });

  test(`${engine}: -dev indents it`, { skip }, async (t) => {
    const { port } = await start(t, engine, true);
    assert.equal((await get(port, '/v1/list')).body, JSON.stringify(ITEMS, null, 4));
  });

  test(`${engine}: no more of it is made than the client takes, and others are answered`, { skip }, async (t) => {
    const { port } = await start(t, engine);
    for (const encoding of ['identity', 'gzip']) {
      rendered = 0;
      const client = new RawClient(port);
      client.socket.pause();
      client.send(`GET /v1/endless HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
      await waitFor(() => rendered > 0, 'the answer to begin');
      assert.equal((await get(port, '/v1/short')).body, '[1,2]');
      assert.ok(rendered < ENDLESS.length - 1, `${encoding}: ${rendered} made before another was answered`);
      let before = -1;
      await waitFor(() => {
        const stands = rendered === before;
        before = rendered;
        return stands;
      }, 'the work to stand still');
      assert.ok(rendered < ENDLESS.length - 1, `${encoding}: all was made for a client that takes nothing`);
      client.close();
    }
  });

  test(`${engine}: one that an error of ours cuts short is seen to be cut`, { skip }, async (t) => {
    const { port } = await start(t, engine);
    const logged = surviving(t);
    for (const encoding of ['identity', 'gzip']) {
      const client = new RawClient(port);
      client.send(`GET /v1/broken HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
      await client.end();
      assert.match(client.pending, /^HTTP\/1\.1 200 OK\r\n/);
      assert.ok(!client.pending.endsWith('0\r\n\r\n'), encoding);
      client.close();
    }
    await logged('planted', 2);
    assert.equal((await get(port, '/v1/short')).body, '[1,2]');
  });
}

function packed(port: number, path: string): Promise<{ headers: http.IncomingHttpHeaders; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip' };
    const request = http.get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

function allOf(text: string | JsonPieces): string {
  if (typeof text === 'string') return text;
  let all = '';
  for (let piece = text.next(); piece !== null; piece = text.next()) all += piece;
  return all;
}

test('pieces come to the whole text, wherever it is cut', () => {
  const item = fc.jsonValue({ maxDepth: 2 });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), fc.nat(60), (items, atOnce) => {
      const text = (value: unknown): string => JSON.stringify(value);
      const whole = listText(items, text, atOnce);
      assert.equal(allOf(whole), JSON.stringify(items));
      assert.equal(
        allOf(joinedText(['{"a":[', ...elements(items, text), ']}'].values())),
        JSON.stringify({ a: items }),
      );
    }),
  );
  assert.equal(listText([], String, 0), '[]');
  assert.ok(listText(ITEMS, (each) => JSON.stringify(each)) instanceof JsonPieces);
});

test('pieces are indented as the whole text is, wherever it is cut between tokens', () => {
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^"[\]{},:]+/g;
  fc.assert(
    fc.property(fc.jsonValue(), fc.infiniteStream(fc.boolean()), (value, cuts) => {
      const compact = JSON.stringify(value);
      const pieces: string[] = [];
      for (const [token] of compact.matchAll(tokens)) {
        const isCut = cuts.next().value;
        if (isCut || pieces.length === 0) pieces.push(token);
        else pieces.push(`${pieces.pop()}${token}`);
      }
      const indenter = new JsonIndenter();
      assert.equal(pieces.map((piece) => indenter.next(piece)).join(''), indentJson(compact));
    }),
  );
});
