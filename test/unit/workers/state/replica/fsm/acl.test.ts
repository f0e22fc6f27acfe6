// Tokens, policies, roles, binding rules and auth methods as commands change them (spec/fsm.md, section 10).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AclCommandType } from '../../../../../../src/wire/acl/commands.js';
import { hashOfPolicy, hashOfRole, hashOfToken } from '../../../../../../src/wire/acl/hashes.js';
import type { AclAuthMethod, AclPolicy, AclRole, AclToken } from '../../../../../../src/wire/acl/records.js';
import type { ApplyResult, Command } from '../../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../../src/wire/go-time.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { readJson } from '../../../../../data.js';
import { readAll, writeAll } from '../store/stream.js';

const TOKEN: AclToken = {
  AccessorID: 'a0000000-0000-4000-8000-000000000001',
  SecretID: 's0000000-0000-4000-8000-000000000001',
  Description: '',
  Policies: null,
  Roles: null,
  ServiceIdentities: null,
  NodeIdentities: null,
  TemplatedPolicies: null,
  Local: false,
  AuthMethod: '',
  ExpirationTTL: 0,
  ExpirationTime: null,
  CreateTime: goTimeOf(0),
  Hash: null,
  CreateIndex: 0,
  ModifyIndex: 0,
};
const POLICY: AclPolicy = {
  ID: 'b0000000-0000-4000-8000-000000000001',
  Name: 'reader',
  Description: '',
  Rules: 'key_prefix "" { policy = "read" }',
  Datacenters: null,
  Hash: null,
  CreateIndex: 0,
  ModifyIndex: 0,
};
const ROLE: AclRole = {
  ID: 'c0000000-0000-4000-8000-000000000001',
  Name: 'ops',
  Description: '',
  Policies: null,
  ServiceIdentities: null,
  NodeIdentities: null,
  TemplatedPolicies: null,
  Hash: null,
  CreateIndex: 0,
  ModifyIndex: 0,
};
const METHOD: AclAuthMethod = {
  Name: 'jwt',
  Type: 'jwt',
  DisplayName: '',
  Description: '',
  MaxTokenTTL: 0,
  TokenLocality: '',
  Config: null,
  CreateIndex: 0,
  ModifyIndex: 0,
};
const NIL: ApplyResult = { kind: 'nil' };

class Server {
  readonly store = new StateStore();
  #index = 10;

  apply(command: Command): ApplyResult {
    this.#index += 1;
    return this.store.apply(this.#index, command);
  }

  get index(): number {
    return this.#index;
  }

  setToken(token: Partial<AclToken>, rules: { [rule: string]: boolean } = {}): ApplyResult {
    const all = { CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false, ...rules };
    return this.apply({ type: AclCommandType.aclTokenSet, body: { Tokens: [{ ...TOKEN, ...token }], ...all } });
  }

  setPolicy(policy: Partial<AclPolicy>): ApplyResult {
    return this.apply({ type: AclCommandType.aclPolicySet, body: { Policies: [{ ...POLICY, ...policy }] } });
  }

  deletePolicy(id: string): ApplyResult {
    return this.apply({ type: AclCommandType.aclPolicyDelete, body: { PolicyIDs: [id] } });
  }

  setRole(role: Partial<AclRole>): ApplyResult {
    const body = { Roles: [{ ...ROLE, ...role }], AllowMissingLinks: false };
    return this.apply({ type: AclCommandType.aclRoleSet, body });
  }

  setMethod(method: Partial<AclAuthMethod>): ApplyResult {
    return this.apply({ type: AclCommandType.aclAuthMethodSet, body: { AuthMethods: [{ ...METHOD, ...method }] } });
  }

  bootstrap(ResetIndex: number, token: Partial<AclToken>): ApplyResult {
    return this.apply({ type: AclCommandType.aclBootstrap, body: { ResetIndex, Token: { ...TOKEN, ...token } } });
  }

  token(accessor = TOKEN.AccessorID): AclToken | null {
    return this.store.acl.aclTokenByAccessor(accessor).value;
  }
}

function error(text: string): ApplyResult {
  return { kind: 'error', text };
}

test('a cluster is bootstrapped once, and again by whoever knows the index of the last time', () => {
  const server = new Server();
  assert.deepEqual(server.bootstrap(0, {}), NIL);
  const first = server.index;
  assert.equal(server.store.acl.bootstrapIndex, first);
  assert.equal(server.store.index('acl-tokens'), first);
  const other = { AccessorID: 'other', SecretID: 'other secret' };
  assert.deepEqual(server.bootstrap(0, other), error('ACL bootstrap no longer allowed'));
  assert.deepEqual(server.bootstrap(first + 1, other), error('Invalid ACL bootstrap reset index'));
  assert.equal(server.token('other'), null);
  assert.deepEqual(server.bootstrap(first, other), NIL);
  assert.equal(server.store.acl.bootstrapIndex, server.index);
  assert.equal(server.token('other')?.SecretID, 'other secret');
});

test('a token is found by its secret and its accessor, and has a hash', () => {
  const server = new Server();
  assert.deepEqual(server.setToken({}), NIL);
  const stored = server.store.acl.aclToken(TOKEN.SecretID);
  assert.deepEqual(stored, {
    ...TOKEN,
    Hash: hashOfToken(TOKEN),
    CreateIndex: server.index,
    ModifyIndex: server.index,
  });
  assert.equal(server.token(TOKEN.AccessorID.toUpperCase()), stored);
  assert.equal(server.store.acl.aclToken(TOKEN.SecretID.toUpperCase()), undefined);
  for (const odd of ['__proto__', 'constructor', '']) assert.equal(server.store.acl.aclToken(odd), undefined);
  const created = server.index;
  assert.deepEqual(server.setToken({ Description: 'changed' }), NIL);
  assert.equal(server.token()?.CreateIndex, created);
  assert.equal(server.token()?.ModifyIndex, server.index);
  assert.equal(server.setToken({ SecretID: 'another' }).kind, 'error');
  assert.equal(server.setToken({ AccessorID: 'another' }).kind, 'error');
  assert.equal(server.setToken({ SecretID: '' }).kind, 'error');
  assert.equal(server.setToken({ AccessorID: '' }).kind, 'error');
  assert.equal(server.store.acl.tokens().value.length, 1);
  assert.deepEqual(server.apply({ type: AclCommandType.aclTokenDelete, body: { TokenIDs: [TOKEN.AccessorID] } }), NIL);
  assert.equal(server.token(), null);
  assert.equal(server.store.acl.aclToken(TOKEN.SecretID), undefined);
});

test('the anonymous token stays', () => {
  const server = new Server();
  const AccessorID = '00000000-0000-0000-0000-000000000002';
  server.setToken({ AccessorID, SecretID: 'anonymous' });
  const deleted = server.apply({ type: AclCommandType.aclTokenDelete, body: { TokenIDs: [AccessorID] } });
  assert.deepEqual(deleted, error('Deletion of the builtin anonymous token is not permitted'));
  assert.notEqual(server.token(AccessorID), null);
});

test('links must be known unless they may be missing; readers see those that are there, by their names of today', () => {
  const server = new Server();
  const Policies = [{ ID: POLICY.ID, Name: 'as it was called' }];
  assert.deepEqual(server.setToken({ Policies }), error(`No such policy with ID: ${POLICY.ID}`));
  assert.equal(server.setToken({ Policies: [{ ID: '', Name: 'reader' }] }).kind, 'error');
  assert.deepEqual(server.setToken({ Policies }, { AllowMissingLinks: true }), NIL);
  assert.deepEqual(server.token()?.Policies, []);
  server.setPolicy({});
  assert.deepEqual(server.token()?.Policies, [{ ID: POLICY.ID, Name: 'reader' }]);
  server.setPolicy({ Name: 'renamed' });
  assert.deepEqual(server.token()?.Policies, [{ ID: POLICY.ID, Name: 'renamed' }]);
  assert.equal(server.store.acl.aclPolicyByName('reader').value, null);
  assert.deepEqual(server.setRole({ Policies }), NIL);
  assert.deepEqual(server.setToken({ Roles: [{ ID: ROLE.ID, Name: '' }] }), NIL);
  assert.deepEqual(server.token()?.Roles, [{ ID: ROLE.ID, Name: 'ops' }]);
  server.deletePolicy(POLICY.ID);
  assert.deepEqual(server.store.acl.aclRole(ROLE.ID).value?.Policies, []);
  server.apply({ type: AclCommandType.aclRoleDelete, body: { RoleIDs: [ROLE.ID] } });
  assert.deepEqual(server.token()?.Roles, []);
});

test('compare-and-set passes a token over and goes on with the others; any other refusal takes all back', () => {
  const server = new Server();
  server.setToken({});
  const { ModifyIndex } = server.token() ?? TOKEN;
  const second = { ...TOKEN, AccessorID: 'second', SecretID: 'second secret' };
  const set = (first: Partial<AclToken>, CAS: boolean): ApplyResult =>
    server.apply({
      type: AclCommandType.aclTokenSet,
      body: {
        Tokens: [second, { ...TOKEN, ...first }],
        CAS,
        AllowMissingLinks: false,
        ProhibitUnprivileged: false,
        FromReplication: false,
      },
    });
  assert.equal(set({ SecretID: '' }, false).kind, 'error');
  assert.equal(server.token('second'), null);
  assert.deepEqual(set({ Description: 'lost', ModifyIndex: 1 }, true), NIL);
  assert.deepEqual(set({ Description: 'lost', ModifyIndex: 0 }, true), NIL);
  assert.notEqual(server.token('second'), null);
  assert.equal(server.token()?.Description, '');
  assert.deepEqual(set({ Description: 'won', ModifyIndex }, true), NIL);
  assert.equal(server.token()?.Description, 'won');
});

test('a token that must grant something is refused without', () => {
  const server = new Server();
  const rules = { ProhibitUnprivileged: true, AllowMissingLinks: true };
  assert.deepEqual(server.setToken({}, rules), error('Token has no privileges'));
  const dangling = [{ ID: POLICY.ID, Name: '' }];
  assert.deepEqual(server.setToken({ Policies: dangling }, rules), error('Token has no privileges'));
  assert.deepEqual(server.setToken({ ServiceIdentities: [{ ServiceName: 'web', Datacenters: null }] }, rules), NIL);
  assert.deepEqual(server.setToken({ Local: true }, { FromReplication: true }), error('Cannot replicate local tokens'));
});

test('names of policies and roles are unique, without regard to case', () => {
  const server = new Server();
  server.setPolicy({});
  server.setRole({});
  const ID = 'd0000000-0000-4000-8000-000000000001';
  assert.deepEqual(server.setPolicy({ ID, Name: 'READER' }), error('A policy with name "READER" already exists'));
  assert.deepEqual(server.setRole({ ID, Name: 'Ops' }), error('A role with name "Ops" already exists'));
  assert.deepEqual(server.setPolicy({ Name: 'Reader' }), NIL);
  assert.equal(server.store.acl.aclPolicyByName('reader').value?.Name, 'Reader');
});

test('builtin policies keep their rules and are not deleted', () => {
  const server = new Server();
  const builtin = { ID: '00000000-0000-0000-0000-000000000001', Name: 'global-management' };
  server.setPolicy(builtin);
  assert.equal(server.setPolicy({ ...builtin, Rules: '' }).kind, 'error');
  assert.equal(server.setPolicy({ ...builtin, Datacenters: ['dc1'] }).kind, 'error');
  assert.deepEqual(server.setPolicy({ ...builtin, Description: 'x' }), NIL);
  assert.equal(server.deletePolicy(builtin.ID).kind, 'error');
  assert.equal(server.store.acl.aclPolicy(builtin.ID).value?.Description, 'x');
});

test('a templated policy must be known and gets its ID', () => {
  const server = new Server();
  const templated = (TemplateName: string) => ({
    TemplatedPolicies: [{ TemplateID: '', TemplateName, TemplateVariables: { Name: 'api' }, Datacenters: null }],
  });
  assert.equal(server.setRole(templated('builtin/none')).kind, 'error');
  assert.deepEqual(server.setRole(templated('builtin/service')), NIL);
  const [policy] = server.store.acl.aclRole(ROLE.ID).value?.TemplatedPolicies ?? [];
  assert.equal(policy?.TemplateID, '00000000-0000-0000-0000-000000000003');
});

test('with an auth method go its binding rules and its tokens of the same locality', () => {
  for (const [TokenLocality, gone] of [
    ['', 'local'],
    ['local', 'local'],
    ['global', 'global'],
  ] as const) {
    const server = new Server();
    const rule = {
      ID: 'rule',
      Description: '',
      AuthMethod: 'JWT',
      Selector: '',
      BindType: 'service',
      BindName: 'web',
      BindVars: null,
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    const setRule = (): ApplyResult =>
      server.apply({ type: AclCommandType.aclBindingRuleSet, body: { BindingRules: [rule] } });
    assert.equal(setRule().kind, 'error');
    assert.equal(server.setToken({ AuthMethod: 'jwt' }).kind, 'error');
    assert.deepEqual(server.setMethod({ TokenLocality }), NIL);
    assert.deepEqual(setRule(), NIL);
    server.setToken({ AccessorID: 'local', SecretID: 'one', Local: true, AuthMethod: 'jwt' });
    server.setToken({ AccessorID: 'global', SecretID: 'two', AuthMethod: 'Jwt' });
    server.setToken({ AccessorID: 'own', SecretID: 'three', Local: true });
    assert.equal(server.store.acl.bindingRules('jwt').value.length, 1);
    server.apply({ type: AclCommandType.aclAuthMethodDelete, body: { AuthMethodNames: ['jwt'] } });
    assert.equal(server.store.acl.bindingRules('').value.length, 0);
    const left = server.store.acl.tokens().value.map(({ AccessorID }) => AccessorID);
    assert.deepEqual(
      left.sort(),
      ['global', 'local', 'own'].filter((name) => name !== gone),
    );
  }
});

test('tokens whose time is up are found in the order of time, also after a restore and a refused change', () => {
  const server = new Server();
  const at = (ms: number, Local: boolean): void => {
    server.setToken({ AccessorID: `${ms}`, SecretID: `secret ${ms}`, Local, ExpirationTime: goTimeOf(ms) });
  };
  for (const ms of [9_000, 10_000, 1_000, 5_000]) at(ms, false);
  at(2_000, true);
  server.setToken({ AccessorID: 'forever', SecretID: 'forever' });
  server.setToken({ AccessorID: '1000', SecretID: 'wrong', ExpirationTime: goTimeOf(1) });
  const restored = new StateStore();
  readAll(restored, writeAll(server.store));
  for (const { acl } of [server.store, restored]) {
    const names = (nowMs: number, isLocal: boolean, most = 10): string[] =>
      acl.expiredTokens(nowMs, isLocal, most).map(({ AccessorID }) => AccessorID);
    assert.deepEqual(names(999, false), []);
    assert.deepEqual(names(9_000, false), ['1000', '5000', '9000']);
    assert.deepEqual(names(9_000, false, 2), ['1000', '5000']);
    assert.deepEqual(names(9_000, true), ['2000']);
    assert.equal(acl.nextExpirationMs(false), 1_000);
    assert.equal(acl.nextExpirationMs(true), 2_000);
  }
});

test('whoever compiled something of tokens, policies and roles sees that one of them changed', () => {
  const server = new Server();
  let seen = server.store.acl.version;
  const moved = (): boolean => {
    const isOther = server.store.acl.version !== seen;
    seen = server.store.acl.version;
    return isOther;
  };
  assert.equal(moved(), false);
  for (const change of [() => server.setPolicy({}), () => server.setRole({}), () => server.setToken({})]) {
    change();
    assert.ok(moved());
  }
  server.setMethod({});
  assert.equal(moved(), false);
  readAll(server.store, writeAll(server.store));
  assert.ok(moved());
});

test('hashes are those of a stock server', () => {
  type Recorded<T> = readonly (T & { readonly Hash: { readonly $hex: string } })[];
  interface Body {
    readonly Tokens?: Recorded<AclToken>;
    readonly Policies?: Recorded<AclPolicy>;
    readonly Roles?: Recorded<AclRole>;
  }
  const { items } = readJson('raft/log-server.json') as { items: readonly { command?: { body: Body } }[] };
  let compared = 0;
  const compare = <T>(records: Recorded<T> | undefined, hashOf: (record: T) => Uint8Array): void => {
    for (const record of Array.isArray(records) ? records : []) {
      if (record.Hash === undefined) continue;
      assert.equal(Buffer.from(hashOf(record)).toString('hex'), record.Hash.$hex);
      compared += 1;
    }
  };
  for (const { command } of items) {
    compare(command?.body?.Tokens, hashOfToken);
    compare(command?.body?.Policies, hashOfPolicy);
    compare(command?.body?.Roles, hashOfRole);
  }
  assert.equal(compared, 10);
});
