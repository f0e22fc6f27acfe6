import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import {
  optionsOf,
  type QueryMeta,
  type QueryOptions,
} from '../../../../../src/workers/state/rpc/rows/query-options.js';
import type { Row } from '../../../../../src/workers/state/rpc/rows/row.js';
import { recordedCalls } from './recorded-calls.js';
import { ASKED_SERVER } from './server-parts.js';

const calls = recordedCalls();

function read<T>(kind: Kind<T>, body: Uint8Array): T {
  const outcome = decode(kind, body);
  assert.ok(outcome.ok, inspect(outcome));
  assert.equal(outcome.next, body.length);
  return outcome.value;
}

function hex<T>(kind: Kind<T>, value: T): string {
  return Buffer.from(encode(kind, value)).toString('hex');
}

test('the recording has calls of nearly every method', () => {
  assert.ok(calls.length > 70, String(calls.length));
  const methods = new Set(calls.map(({ row }) => row.method.name));
  assert.ok(methods.size >= 28, [...methods].join(' '));
});

test('recorded arguments and replies are read whole, and written again as the same bytes', () => {
  for (const { name, row, request, reply } of calls) {
    const messages: readonly (readonly [Kind<unknown>, Uint8Array | null])[] = [
      [row.arguments as Kind<unknown>, request],
      [row.reply as Kind<unknown>, reply],
    ];
    for (const [kind, body] of messages) {
      if (body === null) continue;
      assert.equal(hex(kind, read(kind, body)), Buffer.from(body).toString('hex'), name);
    }
  }
});

const OPTIONS = optionsOf({ consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 }, 'dc1', '');

/** What a method doesn't look at. */
const UNASKED = new Set(['Source', 'MergeCentralConfig', 'Checks', 'Check', 'Service']);

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return Array.isArray(value) && value.length === 0 ? null : value;
}

function essence(value: unknown): object {
  const fields = Object.entries(value as object).filter(([field]) => !UNASKED.has(field));
  // DNS says "no tags" with an empty list, HTTP with nil.
  return Object.fromEntries(fields.map(([field, of]) => [field, plain(of)]));
}

test('what a request asks for is asked again in the same words', () => {
  for (const { name, row, request: body } of calls) {
    if (body === null) continue;
    const args = read(row.arguments as Kind<object>, body) as QueryOptions;
    const request = row.request(args, 'dc1', ASKED_SERVER);
    assert.ok(!isRefusal(request), name);
    const again = row.kind === 'write' ? row.ask(request, args) : row.ask(request, { ...OPTIONS, ...args });
    assert.deepEqual(essence(again), essence(args), name);
    assert.deepEqual(row.request(again as QueryOptions, 'dc1', ASKED_SERVER), request, name);
  }
});

/** Nothing else of the reply: a row must make the rest of it from the value. */
function metaOfReply(reply: QueryMeta): QueryMeta {
  const { Index, LastContact, KnownLeader, ConsistencyLevel, NotModified, Backend, ResultsFilteredByACLs } = reply;
  return { Index, LastContact, KnownLeader, ConsistencyLevel, NotModified, Backend, ResultsFilteredByACLs };
}

function shownAgain(row: Row, reply: unknown, request: unknown): unknown {
  if (row.kind === 'read')
    return row.show(row.value(reply as QueryMeta, request), metaOfReply(reply as QueryMeta), request);
  if (row.kind === 'write') return row.show(row.value(reply, request), request);
  return row.show(row.value(reply, request), 'dc1');
}

/** Lists of stubs, which have more fields here than on the wire; and what stock's servers say of their own settings. */
const STUBS: ReadonlySet<string> = new Set(['ACL.TokenList', 'ACL.PolicyList']);
const WITH_SETTINGS = 'acl: token-read, ACL.TokenRead';

test('a recorded reply, taken for what it says and shown again, is the same', () => {
  for (const { name, row, request: body, reply: bytes } of calls) {
    if (body === null || bytes === null || name === WITH_SETTINGS) continue;
    const request = row.request(read(row.arguments as Kind<object>, body) as QueryOptions, 'dc1', ASKED_SERVER);
    const reply = read(row.reply as Kind<unknown>, bytes);
    const again = shownAgain(row, reply, request);
    if (!STUBS.has(row.method.name)) assert.deepEqual(again, reply, name);
    assert.deepEqual(read(row.reply as Kind<unknown>, encode(row.reply as Kind<unknown>, again)), reply, name);
  }
});
