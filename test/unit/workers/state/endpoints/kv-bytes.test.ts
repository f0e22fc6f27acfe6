// A key is any bytes: what isn't UTF-8 survives the way from the request's path through the command, the log, the store and
// a snapshot, sorts and matches prefixes by its bytes, and is two keys where it is two.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { decodeCommand, encodeCommand } from '../../../../../src/wasm/commands.js';
import type { Command } from '../../../../../src/wire/commands.js';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { judgePath } from '../../../../../src/workers/state/http/engine/target.js';
import { waitFor } from '../../../../agent-process.js';
import { RawClient } from '../http/fixture.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { TestStore } from '../replica/store/commands.js';
import { readAll, writeAll } from '../replica/store/stream.js';

const serve = () =>
  serveEndpoints(({ calls }) => kvEndpoints({ calls, maxValueSize: () => 64, validatesKeys: () => false }));
let api: Served;
beforeEach(async () => {
  api = await serve();
});
afterEach(() => api.close());

function escaped(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Bytes that make and break characters at their borders; none that the path's own rules are about. */
const byte = fc.oneof(
  fc.constantFrom(0x61, 0x62, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x90, 0xb3, 0xed, 0xa0, 0x80, 0xff, 0xfe, 0xbf),
  fc.integer({ min: 0x80, max: 0xff }),
);
const key = fc
  .array(byte, { minLength: 1, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes))
  .filter((bytes) => judgePath(`/v1/kv/${escaped(bytes)}`, false).kind === 'path');

type Operation = { readonly op: 'put' | 'delete' | 'delete-tree'; readonly key: Buffer };
const operation: fc.Arbitrary<Operation> = fc.record({
  op: fc.constantFrom('put', 'put', 'put', 'put', 'delete', 'delete-tree'),
  key,
});

interface Shown {
  readonly Key: string;
  readonly Value: string;
}

/** What the store has, by key bytes as one character each. */
class Model {
  readonly values = new Map<string, string>();

  under(prefix: Buffer): string[] {
    const keys = [...this.values.keys()].filter((one) => one.startsWith(prefix.toString('latin1'))).sort();
    return keys.map((one) => this.values.get(one) ?? '');
  }

  apply({ op, key: bytes }: Operation, value: string): void {
    const name = bytes.toString('latin1');
    if (op === 'put') this.values.set(name, value);
    else if (op === 'delete') this.values.delete(name);
    else for (const one of [...this.values.keys()]) if (one.startsWith(name)) this.values.delete(one);
  }
}

/** One connection for all requests of a history. */
class Client {
  readonly #raw: RawClient;

  constructor(port: number) {
    this.#raw = new RawClient(port);
  }

  close(): void {
    this.#raw.close();
  }

  async send(method: string, target: string, body = ''): Promise<string> {
    this.#raw.send(`${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    const answer = await this.#raw.answer(method);
    return answer.status === 404 ? '[]' : answer.body;
  }

  /** The values under a prefix, in the order of the answer. */
  async under(prefix: Buffer): Promise<string[]> {
    const entries = JSON.parse(await this.send('GET', `/v1/kv/${escaped(prefix)}?recurse`)) as Shown[];
    return entries.map(({ Value }) => Buffer.from(Value, 'base64').toString());
  }
}

test('any bytes are a key of their own, over every way there is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 15, size: 'max' }),
      key,
      async (history, prefix) => {
        const served = await serve();
        const client = new Client(served.port);
        const model = new Model();
        try {
          for (const [number, one] of history.entries()) {
            const target = `/v1/kv/${escaped(one.key)}`;
            if (one.op === 'put') assert.equal(await client.send('PUT', target, `v${number}`), 'true');
            else await client.send('DELETE', one.op === 'delete' ? target : `${target}?recurse`);
            model.apply(one, `v${number}`);
          }
          for (const { key: bytes } of history) {
            const value = await client.send('GET', `/v1/kv/${escaped(bytes)}?raw`);
            assert.equal(value, model.values.get(bytes.toString('latin1')) ?? '[]');
          }
          for (const under of [Buffer.alloc(0), prefix, ...history.map((one) => one.key.subarray(0, 2))]) {
            assert.deepEqual(await client.under(under), model.under(under));
            const keys = JSON.parse(await client.send('GET', `/v1/kv/${escaped(under)}?keys`)) as string[];
            assert.equal(keys.length, model.under(under).length);
          }
          // A follower and a restart have the bytes of the log; another restart has a snapshot.
          const fromLog = new TestStore({ now: Date.now });
          for (const command of served.log.proposed) fromLog.run(decodeCommand(encodeCommand(command)) as Command);
          const snapshot = writeAll(served.store);
          assert.deepEqual(writeAll(fromLog), snapshot);
          const restored = new TestStore({ now: Date.now });
          readAll(restored, snapshot);
          assert.deepEqual(writeAll(restored), snapshot);
          assert.deepEqual(
            restored.kv.list('').value.map(({ Value }) => Buffer.from(Value ?? []).toString()),
            model.under(Buffer.alloc(0)),
          );
        } finally {
          client.close();
          await served.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('JSON shows each byte that is no UTF-8 as U+FFFD, as Go does', async () => {
  await api.put('/v1/kv/b%ff', 'one');
  await api.put('/v1/kv/b%fe', 'two');
  await api.put('/v1/kv/b%e2%82x', 'three');
  assert.equal((await api.get('/v1/kv/b%ff?raw')).body, 'one');
  assert.equal((await api.get('/v1/kv/b%fe?raw')).body, 'two');
  assert.equal((await api.get('/v1/kv/b?keys')).body, '["b\\ufffd\\ufffdx","b\\ufffd","b\\ufffd"]');
  const [entry] = JSON.parse((await api.get('/v1/kv/b%fe')).body) as [Shown];
  assert.equal(entry.Key, 'b\ufffd');
});

test('a separator cuts by bytes', async () => {
  for (const name of ['a%ff1', 'a%ff2', 'a%c3%a91', 'a%c3%a82']) await api.put(`/v1/kv/${name}`, 'x');
  assert.equal((await api.get('/v1/kv/a?keys&separator=%ff')).body, '["a\u00e82","a\u00e91","a\\ufffd"]');
  assert.equal((await api.get('/v1/kv/a?keys&separator=%c3')).body, '["a\\ufffd","a\\ufffd1","a\\ufffd2"]');
});

test('a blocking list is woken by a key whose bytes begin with its prefix', async () => {
  await api.put('/v1/kv/b%c3%a9', 'x');
  const index = api.store.appliedIndex;
  let isAnswered = false;
  const waiting = api.get(`/v1/kv/b%c3?recurse&index=${index}&wait=60s`).then((answer) => {
    isAnswered = true;
    return answer;
  });
  await waitFor(() => api.calls.waiting === 1, 'the list to wait');
  assert.equal(isAnswered, false);
  await api.put('/v1/kv/b%c3%a8', 'y');
  assert.equal((JSON.parse((await waiting).body) as Shown[]).length, 2);
});
