// Tokens judged from a server's own store: what they grant, for how long it holds, and who is nobody.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goTimeOf } from '../../../../../src/wire/go-time.js';
import type { Authorizer } from '../../../../../src/workers/state/acl/access.js';
import { isRefusal, refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { noAcls, type TokenResolver } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import { OwnSecrets } from '../../../../../src/workers/state/tokens/own-secrets.js';
import { StoreTokens } from '../../../../../src/workers/state/tokens/store-tokens.js';
import { AclState, policy, role, TOKEN } from './acl-rows.js';

const { SecretID: SECRET, AccessorID: ACCESSOR } = TOKEN;
const READ_A = 'key "a" { policy = "read" }';

function opened({
  isReady = true,
  isBootstrapped = true,
  recovery = '',
  server = '',
  elsewhere = null as TokenResolver | null,
} = {}) {
  const state = new AclState();
  if (isBootstrapped) state.bootstrap();
  const clock = { ms: 1_000 };
  const rules = { defaultPolicy: 'deny', listsKeysByRule: false } as const;
  const own = new OwnSecrets({ ...rules, nodeName: 'n1', recovery: () => recovery, server: () => server });
  const tokens = new StoreTokens({
    ...rules,
    datacenter: 'dc1',
    rows: () => state.store.acl,
    isReady: () => isReady,
    own: (secret) => own.judge(secret),
    elsewhere,
    now: () => clock.ms,
  });
  const judge = (secret: string): Authorizer => {
    const judged = tokens.resolve(secret);
    assert.ok(!(judged instanceof Promise) && !isRefusal(judged), JSON.stringify(judged));
    return judged;
  };
  return { state, clock, tokens, judge };
}

const NOT_FOUND = { refused: 'denied', text: 'ACL not found' };

test('who has a secret before there can be any is told so', () => {
  const { state, tokens } = opened({ isBootstrapped: false });
  const text = 'ACL system must be bootstrapped before making any requests that require authorization: ACL not found';
  assert.deepEqual(tokens.resolve(SECRET), { refused: 'denied', text });
  assert.ok(!isRefusal(tokens.resolve('') as object), 'nobody in particular is somebody all the same');
  state.bootstrap();
  assert.deepEqual(tokens.resolve(SECRET), NOT_FOUND);
});

test('a token grants what its policies, its roles and its identities grant together', () => {
  const { state, judge } = opened();
  state.setPolicy(policy('p1', READ_A));
  state.setPolicy(policy('p2', 'key "b" { policy = "write" }'));
  state.setPolicy(policy('p3', 'key "c" { policy = "write" }', ['dc2']));
  state.setRole(role('r1', ['p2']));
  const Policies = ['p1', 'p3'].map((ID) => ({ ID, Name: '' }));
  const ServiceIdentities = [{ ServiceName: 'web', Datacenters: null }];
  const NodeIdentities = [{ NodeName: 'n2', Datacenter: 'dc2' }];
  state.setToken({ Policies, Roles: [{ ID: 'r1', Name: '' }], ServiceIdentities, NodeIdentities });
  const authorizer = judge(SECRET);
  assert.equal(authorizer.accessor, ACCESSOR);
  const granted = (['key:read a', 'key:write a', 'key:write b', 'service:write web', 'service:write api'] as const).map(
    (one) => authorizer.allows(...(one.split(' ') as ['key:read', string])),
  );
  assert.deepEqual(granted, [true, false, true, true, false]);
  // Policies and identities of other datacenters count there.
  assert.equal(authorizer.allows('key:read', 'c'), false);
  assert.equal(authorizer.allows('node:write', 'n2'), false);
});

test('a judgment holds while nothing that it was made of has changed, and no longer', () => {
  const { state, judge, tokens } = opened();
  state.setPolicy(policy('p1', READ_A));
  state.setRole(role('r1', ['p1']));
  state.setToken({ Roles: [{ ID: 'r1', Name: 'role-r1' }] });
  const first = judge(SECRET);
  assert.equal(judge(SECRET), first);
  // Somebody else's token and policy.
  state.setToken({ AccessorID: 'other', SecretID: 'other' });
  state.setPolicy(policy('p9', READ_A));
  assert.equal(judge(SECRET), first);
  state.setPolicy(policy('p1', 'key "a" { policy = "deny" }'));
  const second = judge(SECRET);
  assert.notEqual(second, first);
  assert.deepEqual([first.allows('key:read', 'a'), second.allows('key:read', 'a')], [true, false]);
  state.setRole(role('r1', []));
  assert.notEqual(judge(SECRET), second);
  state.deleteToken(ACCESSOR);
  assert.deepEqual(tokens.resolve(SECRET), NOT_FOUND);
});

test('a policy that is gone grants nothing, to the next request', () => {
  const { state, judge } = opened();
  state.setPolicy(policy('p1', READ_A));
  state.setToken({ Policies: [{ ID: 'p1', Name: '' }] });
  assert.equal(judge(SECRET).allows('key:read', 'a'), true);
  state.deletePolicy('p1');
  assert.equal(judge(SECRET).allows('key:read', 'a'), false);
});

test('who brings no token is the anonymous one, whether that has a record or not', () => {
  const { state, judge, tokens } = opened();
  assert.equal(judge('').allows('key:read', 'a'), false);
  assert.equal(judge('anonymous'), judge(''));
  state.setPolicy(policy('p1', READ_A));
  const AccessorID = '00000000-0000-0000-0000-000000000002';
  state.setToken({ AccessorID, SecretID: 'anonymous', Policies: [{ ID: 'p1', Name: '' }] });
  assert.equal(judge('').allows('key:read', 'a'), true);
  // An accessor is no secret.
  assert.deepEqual(tokens.resolve(AccessorID), NOT_FOUND);
});

test('a token whose time is up is unknown, reaped or not', () => {
  const { state, clock, judge, tokens } = opened();
  state.setToken({ ExpirationTime: goTimeOf(5_000) });
  const first = judge(SECRET);
  clock.ms = 4_999;
  assert.equal(judge(SECRET), first);
  clock.ms = 5_000;
  assert.deepEqual(tokens.resolve(SECRET), NOT_FOUND);
  assert.deepEqual(tokens.resolve(SECRET), NOT_FOUND);
});

test('before a leader was heard of nothing is said of tokens that are not here yet', () => {
  const { tokens } = opened({ isReady: false });
  assert.deepEqual(tokens.resolve('unknown'), { refused: 'no-leader', text: 'No cluster leader' });
});

test('names of what every object has are no tokens', () => {
  const { tokens } = opened();
  for (const secret of ['__proto__', 'constructor', 'toString', '\ud800']) {
    assert.deepEqual(tokens.resolve(secret), NOT_FOUND, secret);
  }
});

test('the recovery token does what this agent’s own endpoints do, the servers’ own everything', () => {
  const { judge, tokens } = opened({ recovery: 'rescue', server: 'among-servers' });
  const recovery = judge('rescue');
  assert.deepEqual(
    [
      recovery.allows('agent:write', 'n1'),
      recovery.allows('agent:write', 'n2'),
      recovery.allows('node:read', 'n2'),
      recovery.allows('key:read', 'a'),
    ],
    [true, false, true, false],
  );
  assert.ok(judge('among-servers').isUnlimited);
  assert.deepEqual(opened().tokens.resolve('rescue'), NOT_FOUND);
  assert.equal(tokens.isLocal('rescue'), false);
});

test('a token of this datacenter alone is known as one', () => {
  const { state, tokens } = opened();
  state.setToken({ Local: true });
  assert.deepEqual([tokens.isLocal(SECRET), tokens.isLocal('other')], [true, false]);
});

test('what there is no copy of is asked about elsewhere, nobody’s token as well; the rest is judged here', () => {
  const asked: string[] = [];
  const elsewhere: TokenResolver = {
    ...noAcls,
    resolve(secret) {
      asked.push(secret);
      return Promise.resolve(refusal('denied', 'ACL not found'));
    },
  };
  const { state, tokens, judge } = opened({ server: 'of-servers', elsewhere });
  for (const secret of ['unknown', '']) assert.ok(tokens.resolve(secret) instanceof Promise);
  assert.deepEqual(asked, ['unknown', 'anonymous']);
  judge('of-servers');
  state.setToken({});
  judge(SECRET);
  state.setToken({ AccessorID: 'nobody', SecretID: 'anonymous' });
  assert.equal(judge('').accessor, 'nobody');
  assert.equal(asked.length, 2);
  // Before a leader was heard of this server can't say what it has a copy of.
  assert.deepEqual(opened({ isReady: false, elsewhere }).tokens.resolve('unknown'), {
    refused: 'no-leader',
    text: 'No cluster leader',
  });
});
