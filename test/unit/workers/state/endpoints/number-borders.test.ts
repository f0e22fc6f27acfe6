// What requests with numbers at and past a field's bounds become: a command that has a form on the wire, or a refusal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommand, encodeCommand } from '../../../../../src/wasm/commands.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import { catalogWrites } from '../../../../../src/workers/state/endpoints/catalog-write.js';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { txnEndpoints } from '../../../../../src/workers/state/endpoints/kv/txn.js';
import { sessionEndpoints } from '../../../../../src/workers/state/endpoints/session.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { testCalls } from '../calls/test-calls.js';
import { caller } from './agent/fake-request.js';

/** Everything on one store, each command going over the wire as on a follower. */
function open() {
  const store = new StateStore();
  const leadership = new Leadership();
  leadership.setRole(Role.leader, 2, true);
  const commands: Command[] = [];
  const consensus = {
    leadership,
    obstacle: null,
    awaitLeader: () => Promise.resolve(null),
    verifyLeader: () => Promise.resolve(true),
    propose(command: Command) {
      const decoded = decodeCommand(encodeCommand(command));
      assert.deepEqual(encodeCommand(decoded), encodeCommand(command));
      commands.push(command);
      return Promise.resolve({ ok: true, index: commands.length, result: store.apply(commands.length, decoded) });
    },
  } as unknown as Consensus;
  const calls: Calls = testCalls({ store, consensus });
  const maxValueSize = () => 512 * 1024;
  const call = caller([
    ...kvEndpoints({ calls, maxValueSize, validatesKeys: () => false }),
    ...sessionEndpoints({ calls, nodeName: 'n1' }),
    ...txnEndpoints({ calls, maxRequestLength: maxValueSize, maxValueSize, validatesKeys: () => false }),
    ...catalogWrites(calls),
  ]);
  return { call, commands, store };
}

const LARGEST = '18446744073709551615';

test('cas and delete-cas compare with all 64 bits', async () => {
  const { call, commands } = open();
  await call('PUT', '/v1/kv/n', 'x');
  for (const cas of [LARGEST, '9007199254740993']) {
    assert.equal((await call('PUT', `/v1/kv/n?cas=${cas}`, 'y')).body, 'false', cas);
    assert.equal((await call('DELETE', `/v1/kv/n?cas=${cas}`)).body, 'false', cas);
    const [write, remove] = commands.slice(-2);
    for (const command of [write, remove]) {
      assert.ok(command?.type === CommandType.kvs);
      assert.equal(command.body.DirEnt.ModifyIndex, BigInt(cas));
    }
  }
  const beyond = await call('PUT', '/v1/kv/n?cas=18446744073709551616', 'y');
  assert.deepEqual(
    [beyond.status, beyond.body],
    [500, `strconv.ParseUint: parsing "18446744073709551616": value out of range`],
  );
  assert.equal((await call('PUT', '/v1/kv/n?cas=1', 'y')).body, 'true');
});

test('flags use all 64 bits', async () => {
  const { call, store } = open();
  assert.equal((await call('PUT', `/v1/kv/n?flags=${LARGEST}`, 'x')).body, 'true');
  assert.equal(store.kv.get('n').value?.Flags, 2n ** 64n - 1n);
  assert.equal((await call('PUT', '/v1/kv/n?flags=18446744073709551616', 'x')).status, 500);
});

test('the index of a transaction uses all 64 bits, and is named in full', async () => {
  const { call } = open();
  await call('PUT', '/v1/kv/n', 'x');
  const transact = (operation: string) =>
    call('PUT', '/v1/txn', `[{"KV":${operation}},{"KV":{"Verb":"set","Key":"o"}}]`);
  const checked = await transact(`{"Verb":"check-index","Key":"n","Index":${LARGEST}}`);
  assert.equal(checked.status, 409);
  assert.match(String(checked.body), /current modify index 1 != 18446744073709551615/);
  assert.match(String((await transact(`{"Verb":"cas","Key":"n","Index":${LARGEST}}`)).body), /index is stale/);
  const empty = await transact(`{"Verb":"get-or-empty","Key":"none","Index":${LARGEST}}`);
  assert.match(String(empty.body), /"ModifyIndex":18446744073709551615/);
  for (const bad of ['1e30', '-1', '18446744073709551616']) {
    const refused = await transact(`{"Verb":"set","Key":"n","Flags":${bad}}`);
    assert.equal(refused.status, 400, bad);
    assert.match(String(refused.body), /^Failed to parse body: json: cannot unmarshal number/);
  }
});

test('a lock delay is what 64 bits of nanoseconds hold', async () => {
  const { call, commands } = open();
  await call(
    'PUT',
    '/v1/catalog/register',
    '{"Node":"n1","Address":"10.0.0.1","Check":{"CheckID":"serfHealth","Name":"s","Status":"passing"}}',
  );
  for (const bad of ['1e30', '-1e30', '-1e15', '9223372036854775807']) {
    const refused = await call('PUT', '/v1/session/create', `{"LockDelay":${bad}}`);
    assert.deepEqual(
      [refused.status, String(refused.body).slice(0, 56)],
      [400, 'Request decode failed: json: cannot unmarshal number '.concat(bad).slice(0, 56)],
    );
  }
  const made = await call('PUT', '/v1/session/create', '{"LockDelay":9.2e18}');
  assert.equal(made.status, 200, String(made.body));
  const last = commands.at(-1);
  assert.ok(last?.type === CommandType.session);
  assert.equal(last.body.Session.LockDelay, 9.2e18);
});

test('a registration with numbers beyond its fields is refused as a whole', async () => {
  const { call, commands } = open();
  const register = (more: string) => call('PUT', '/v1/catalog/register', `{"Node":"n","Address":"10.0.0.1",${more}}`);
  const before = commands.length;
  for (const bad of [
    '"Check":{"CheckID":"c","Name":"c","Definition":{"Interval":1e30}}',
    '"Check":{"CheckID":"c","Name":"c","ExposedPort":8e3}',
    '"Service":{"Service":"s","Port":9223372036854775807}',
    '"Service":{"Service":"s","Port":80.0}',
    '"Service":{"Service":"s","Weights":{"Passing":1e15}}',
    '"Service":{"Service":"s","ModifyIndex":18446744073709551615}',
  ]) {
    const refused = await register(bad);
    assert.equal(refused.status, 400, bad);
    assert.match(String(refused.body), /^Request decode failed: json: cannot unmarshal number/);
  }
  assert.equal(commands.length, before);
  for (const good of [
    '"Check":{"CheckID":"c","Name":"c","Definition":{"Interval":-9.2e18}}',
    '"Service":{"Service":"s","Port":-9007199254740991}',
    '"Service":{"Service":"s","Port":-0}',
    '"Service":{"Service":"s","Kind":"","Proxy":{"Config":{"n":1e300,"m":18446744073709551615}}}',
  ]) {
    assert.equal((await register(good)).status, 200, good);
  }
});

test('a deregistration may name the address of the node', async () => {
  const { call, store } = open();
  await call('PUT', '/v1/catalog/register', '{"Node":"n","Address":"10.0.0.1"}');
  assert.equal((await call('PUT', '/v1/catalog/deregister', '{"Node":"n","Address":"10.0.0.1"}')).body, 'true');
  assert.equal(store.catalog.node('n'), undefined);
  assert.equal((await call('PUT', '/v1/catalog/deregister', '{"Node":"n","Bogus":1}')).status, 400);
});
