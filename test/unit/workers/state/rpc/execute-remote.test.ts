// PreparedQuery.ExecuteRemote as a hand-made call had it answered: its arguments leave most out, its reply is written again alike.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { MsgpackReader } from '../../../../../src/msgpack/reader.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import type { Executed, RemoteExecution } from '../../../../../src/workers/state/methods/query/query-execute.js';
import { type QueryMeta, type QueryOptions, unset } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { readJson } from '../../../../data.js';
import { ASKED_SERVER } from './server-parts.js';

interface Connection {
  readonly name: string;
  readonly steps: readonly { readonly dir: string; readonly hex: string }[];
}

/** What follows the header. */
function bodyOf(hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  const header = new MsgpackReader(bytes);
  header.skip();
  return bytes.subarray(header.offset);
}

function read<T>(kind: Kind<T>, bytes: Buffer): T {
  const result = decode(kind, bytes);
  assert.ok(result.ok);
  return result.value;
}

test('a recorded remote execution is understood, and answered in the same bytes', () => {
  const found = (readJson('rpc/errors.json') as readonly Connection[]).find(({ name }) => name === 'remote execution');
  assert.ok(found !== undefined);
  const [, asked, answered] = found.steps;
  assert.ok(asked !== undefined && answered !== undefined);
  const row = rpcRows.find(({ method }) => method.name === 'PreparedQuery.ExecuteRemote');
  assert.ok(row?.kind === 'read');

  const request = row.request(
    read(row.arguments, bodyOf(asked.hex)) as QueryOptions,
    'dc1',
    ASKED_SERVER,
  ) as RemoteExecution;
  assert.ok(!isRefusal(request));
  const { query, limit, connect, datacenter } = request;
  assert.deepEqual(
    [query.Service.Service, query.Service.Tags, limit, connect, datacenter],
    ['web', null, 1, false, 'dc1'],
  );

  const reply = read(row.reply, bodyOf(answered.hex)) as QueryMeta;
  const value = row.value(reply, request) as Executed;
  assert.deepEqual([value.service, value.nodes.length, value.failovers], ['web', 1, 0]);
  const shown = row.show(value, { ...unset, Index: 1, KnownLeader: true }, request);
  assert.equal(Buffer.from(encode(row.reply, shown)).toString('hex'), bodyOf(answered.hex).toString('hex'));
});
