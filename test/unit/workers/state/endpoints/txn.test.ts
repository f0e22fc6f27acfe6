// Transactions over the API: all or none, at most 128 operations, reads without the log.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { TxnOperation } from '../../../../../src/wire/commands.js';
import { type Authorizer, allowAll } from '../../../../../src/workers/state/acl/access.js';
import { txnEndpoints } from '../../../../../src/workers/state/endpoints/kv/txn.js';
import { txnApply } from '../../../../../src/workers/state/methods/txn.js';
import { operationDenial } from '../../../../../src/workers/state/methods/txn-rules.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import {
  createSession,
  destroySession,
  kv,
  kvSet,
  operation as operationOf,
  register,
} from '../replica/store/commands.js';

let api: Served;
beforeEach(async () => {
  api = await serveEndpoints(({ calls }) =>
    txnEndpoints({
      calls,
      maxRequestLength: () => 64 * 1024,
      maxValueSize: () => 512 * 1024,
      validatesKeys: () => false,
    }),
  );
  api.store.runAll(register({}), kvSet('old', '1'));
});
afterEach(() => api.close());

function operation(Verb: string, Key: string, more: object = {}): object {
  return { KV: { Verb, Key, ...more } };
}

const VALUE = { Value: Buffer.from('x').toString('base64') };

interface Answer {
  readonly Results: readonly { readonly KV: { readonly Key: string } }[] | null;
  readonly Errors: readonly { readonly OpIndex: number; readonly What: string }[] | null;
  readonly Index?: number;
}

async function transact(operations: readonly object[], query = ''): Promise<{ status: number; answer: Answer }> {
  const { status, body } = await api.put(`/v1/txn${query}`, operations);
  return { status, answer: JSON.parse(body) as Answer };
}

test('all operations are done, or none when one fails; the failing one is named', async () => {
  const done = await transact([operation('set', 'a', VALUE), operation('get', 'old'), operation('delete', 'old')]);
  assert.equal(done.status, 200);
  assert.deepEqual(
    done.answer.Results?.map(({ KV }) => KV.Key),
    ['a', 'old'],
  );
  assert.equal(done.answer.Errors, null);
  assert.equal(api.store.kv.get('old').value, null);
  const index = api.store.index('kvs');
  const failed = await transact([operation('set', 'b', VALUE), operation('cas', 'a', { ...VALUE, Index: 999 })]);
  assert.equal(failed.status, 409);
  assert.equal(failed.answer.Results, null);
  assert.deepEqual(
    failed.answer.Errors?.map(({ OpIndex }) => OpIndex),
    [1],
  );
  assert.equal(api.store.kv.get('b').value, null);
  assert.equal(api.store.index('kvs'), index);
});

test('128 operations are taken, one more is refused before the log', async () => {
  const sets = Array.from({ length: 129 }, (_, i) => operation('set', `many/${i}`, VALUE));
  const refused = await api.put('/v1/txn', sets);
  assert.equal(refused.status, 413);
  assert.equal(refused.body, 'Transaction contains too many operations (129 > 128)');
  assert.deepEqual(api.log.proposed, []);
  assert.equal((await transact(sets.slice(1))).status, 200);
  assert.equal(api.store.kv.list('many/').value.length, 128);
});

test('what only reads is answered from memory; ?consistent asks whether we lead', async () => {
  const read = await transact([operation('get', 'old'), operation('get-tree', '')]);
  assert.equal(read.status, 200);
  assert.equal(read.answer.Index, api.store.appliedIndex);
  assert.equal(read.answer.Results?.length, 2);
  assert.equal((await transact([operation('get', 'none')])).status, 409);
  api.log.isConfirmed = false;
  assert.equal(
    (await api.put('/v1/txn?consistent', [operation('get', 'old')])).body,
    'Not ready to serve consistent reads',
  );
  assert.equal((await transact([operation('get', 'old')])).status, 200);
  assert.deepEqual(api.log.proposed, []);
});

test('a lock in its delay and an unknown verb are refused before the log, with every such operation named', async () => {
  api.store.runAll(createSession({ ID: 's', LockDelay: 60e9 }), kv('lock', { Key: 'lead', Session: 's' }));
  api.store.runAll(destroySession('s'), createSession({ ID: 't' }));
  const refused = await transact([
    operation('lock', 'lead', { Session: 't' }),
    operation('set', 'fine', VALUE),
    operation('frob', 'a'),
    operation('set', ''),
  ]);
  assert.equal(refused.status, 409);
  assert.deepEqual(refused.answer.Errors, [
    { OpIndex: 0, What: 'failed to lock key "lead" due to lock delay' },
    { OpIndex: 2, What: 'unknown KV operation: frob' },
    { OpIndex: 3, What: 'Must provide key' },
  ]);
  assert.deepEqual(api.log.proposed, []);
});

test('another datacenter is refused', async () => {
  const refused = await api.put('/v1/txn?dc=elsewhere', [operation('set', 'a', VALUE)]);
  assert.equal(`${refused.status} ${refused.body}`, '500 No path to datacenter');
  assert.deepEqual(api.log.proposed, []);
});

test('a body beyond txn_max_req_len is refused', async () => {
  const large = await api.put('/v1/txn', [operation('set', 'a', { Value: 'A'.repeat(64 * 1024) })]);
  assert.equal(large.status, 413);
  assert.match(large.body, /max size: 65536 bytes\..*#txn_max_req_len/);
});

/** As they come over RPC alone. */
function told(...operations: readonly TxnOperation[]): Promise<unknown> {
  return api.calls.write(txnApply, operations, 'dc1', { token: '' }) as Promise<unknown>;
}

test('over RPC a session can be deleted; what is of no kind, as intentions are today, never gets into the log', async () => {
  const id = '11111111-0000-4000-8000-000000000001';
  api.store.runAll(createSession({ ID: id }));
  const session = api.store.sessions.session(id).value;
  assert.ok(session !== null);
  const before = api.log.proposed.length;
  assert.deepEqual(await told(operationOf({})), {
    Results: null,
    Errors: [{ OpIndex: 0, What: 'unknown operation type' }],
  });
  assert.deepEqual(await told(operationOf({ Session: { Verb: 'set', Session: session } })), {
    Results: null,
    Errors: [{ OpIndex: 0, What: 'unknown Session verb "set"' }],
  });
  assert.equal(api.log.proposed.length, before);
  const deletion: TxnOperation = operationOf({ Session: { Verb: 'delete', Session: session } });
  const asked: string[] = [];
  const nobody: Authorizer = {
    ...allowAll,
    isUnlimited: false,
    allows(rule, name) {
      asked.push(`${rule} ${name}`);
      return false;
    },
  };
  assert.ok(operationDenial(deletion, api.store, nobody) !== null);
  assert.deepEqual(asked, [`session:write ${session.Node}`]);
  await told(deletion);
  assert.equal(api.store.sessions.session(id).value, null);
});
