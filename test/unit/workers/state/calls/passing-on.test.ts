// What the leader of a secondary datacenter passes on to the primary one, and what it does itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandType } from '../../../../../src/wire/commands.js';
import { emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import { GLOBAL_MANAGEMENT } from '../../../../../src/workers/state/acl/policies/builtin-policies.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import { CallsBeyond } from '../../../../../src/workers/state/calls/calls-beyond.js';
import type { ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import {
  deleteAuthMethod,
  setAuthMethod,
  setBindingRule,
} from '../../../../../src/workers/state/methods/acl/auth-methods.js';
import { bootstrapTokens } from '../../../../../src/workers/state/methods/acl/bootstrap.js';
import { logOut } from '../../../../../src/workers/state/methods/acl/login.js';
import { deletePolicy, setPolicy } from '../../../../../src/workers/state/methods/acl/policies.js';
import { deleteRole, setRole } from '../../../../../src/workers/state/methods/acl/roles.js';
import { readToken } from '../../../../../src/workers/state/methods/acl/token-read.js';
import { cloneToken, deleteToken, setToken } from '../../../../../src/workers/state/methods/acl/token-write.js';
import type { WriteMethod } from '../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { applyConfigEntry, deleteConfigEntry } from '../../../../../src/workers/state/methods/mesh/config-entry.js';
import { authorizerOf } from '../acl/authorizer-of.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { policy, role, setTokens, token, uuid } from '../leader/replication/two-datacenters.js';
import { TestStore } from '../replica/store/commands.js';
import { testCalls } from './test-calls.js';

const LOCAL = token(uuid(1), { Local: true, AuthMethod: 'm' });
const GLOBAL = token(uuid(2));
const METHOD = {
  Name: 'm',
  Type: 'jwt',
  DisplayName: '',
  Description: '',
  MaxTokenTTL: 0,
  TokenLocality: '',
  Config: { JWKSURL: 'https://127.0.0.1:1' },
  CreateIndex: 0,
  ModifyIndex: 0,
};

function scene(primaryDatacenter = 'dc1') {
  const store = new TestStore();
  store.run({ type: CommandType.aclAuthMethodSet, body: { AuthMethods: [METHOD] } });
  store.run(setTokens(LOCAL, GLOBAL));
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  const passed: string[] = [];
  let answering: Promise<void> = Promise.resolve();
  const asking: ServerAsking = {
    read(_address, { name }, _request, _settings, datacenter, secret, done) {
      passed.push(`${name} ${datacenter} ${secret}`);
      done({ ok: false, text: 'rpc error making call: ACL not found', kind: 'answered' });
      return { cancel: () => {} };
    },
    async write(_address, { name }, _request, datacenter, secret) {
      passed.push(`${name} ${datacenter} ${secret}`);
      await answering;
      return { ok: true, value: 'from there' as never };
    },
  };
  const beyond = new CallsBeyond({
    serversOf: () => [{ name: 's1', address: 'there:1' }],
    asking,
    isLocalToken: (secret) => secret === LOCAL.SecretID,
  });
  const all = authorizerOf(GLOBAL_MANAGEMENT.Rules);
  const leader = { datacenter: 'dc2', primaryDatacenter };
  const calls = testCalls({
    store,
    consensus: log,
    beyond,
    leader,
    server: { datacenter: 'dc2' },
    tokens: { isOff: false, resolve: () => all, isLocal: () => false },
  });
  return {
    store,
    log,
    passed,
    hold: (until: Promise<void>) => {
      answering = until;
    },
    write: <Request, Reply>(method: WriteMethod<Request, Reply>, request: Request, secret = 'secret') =>
      calls.write(method, request, 'dc2', { token: secret }),
    read: (id: string, by: 'secret' | 'accessor') =>
      ask(
        calls,
        readToken,
        { by, id, isExpanded: false },
        { consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 },
        'dc2',
        { token: 'secret' },
      ),
  };
}

const entry = emptyEntry('service-defaults', 'web');
const made = (Local: boolean) => ({ token: { ...token('', { Local }), SecretID: '' }, isNew: true });

test('what is one for all datacenters is written in the primary one', async () => {
  const { write, passed, log } = scene();
  const there: readonly (readonly [WriteMethod<never, unknown>, unknown])[] = [
    [setPolicy, policy('')],
    [deletePolicy, uuid(9)],
    [setRole, role('')],
    [deleteRole, uuid(9)],
    [setToken, made(false)],
    [setToken, { token: GLOBAL, isNew: false }],
    [setToken, { token: token(uuid(7)), isNew: false }],
    [cloneToken, { accessor: GLOBAL.AccessorID, description: '' }],
    [deleteToken, GLOBAL.AccessorID],
    [deleteToken, uuid(7)],
    [bootstrapTokens, ''],
    [setAuthMethod, { ...METHOD, Name: 'all', TokenLocality: 'global' }],
    [applyConfigEntry, { entry, compareIndex: null }],
    [deleteConfigEntry, { kind: 'service-defaults', name: 'web', compareIndex: null }],
  ];
  for (const [method, asked] of there) {
    passed.length = 0;
    assert.equal(await write(method, asked as never), 'from there', method.name);
    assert.deepEqual(passed, [`${method.name} dc1 secret`]);
  }
  // The token of who logs out is its own.
  assert.equal(await write(logOut, null, GLOBAL.SecretID), 'from there');
  assert.deepEqual(log.proposed, []);
});

test('what is of this datacenter alone is written here', async () => {
  const { write, passed, log } = scene();
  const here: readonly (readonly [WriteMethod<never, unknown>, unknown])[] = [
    [setToken, made(true)],
    [setToken, { token: { ...LOCAL, Description: 'another' }, isNew: false }],
    [setAuthMethod, { ...METHOD, Description: 'another' }],
    [setBindingRule, { ...RULE }],
    [deleteToken, LOCAL.AccessorID],
    [deleteAuthMethod, METHOD.Name],
  ];
  for (const [method, asked] of here) await write(method, asked as never);
  assert.deepEqual(passed, []);
  assert.equal(log.proposed.length, here.length);
});

const RULE = {
  ID: '',
  Description: '',
  AuthMethod: 'm',
  Selector: '',
  BindType: 'service',
  BindName: 'web',
  BindVars: null,
  CreateIndex: 0,
  ModifyIndex: 0,
};

test('the primary datacenter passes nothing on', async () => {
  const { write, passed } = scene('dc2');
  for (const name of ['a', 'b']) assert.ok(!isRefusal(await write(setPolicy, policy('', { Name: name }))));
  assert.ok(isRefusal(await write(deleteToken, uuid(7))));
  assert.deepEqual(passed, []);
});

test('a token that there is no copy of is looked for in the primary datacenter, by its secret alone', async () => {
  const { read, passed } = scene();
  const known = await read(GLOBAL.SecretID, 'secret');
  assert.ok(!isRefusal(known) && known.value.token.AccessorID === GLOBAL.AccessorID);
  assert.ok(isRefusal(await read(uuid(7), 'accessor')));
  assert.deepEqual(passed, []);
  const other = await read('other', 'secret');
  assert.ok(isRefusal(other) && other.text.endsWith('ACL not found'));
  assert.deepEqual(passed, ['ACL.TokenRead dc1 secret']);
});

test('two datacenters that each take the other for the primary don’t pass calls on for ever', async () => {
  const { write, passed, hold } = scene();
  let release = (): void => {};
  hold(
    new Promise((resolve) => {
      release = resolve;
    }),
  );
  const waiting = Array.from({ length: 1_024 }, () => write(deletePolicy, uuid(9)));
  const further = await write(deletePolicy, uuid(9));
  assert.ok(isRefusal(further) && further.refused === 'over-limit');
  release();
  assert.ok((await Promise.all(waiting)).every((answer) => answer === 'from there'));
  assert.equal(passed.length, 1_024);
  assert.equal(await write(deletePolicy, uuid(9)), 'from there');
});
