// Logins on a leader, over a store that takes each command at once: what becomes of a bearer token, and of what goes wrong.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zeroStruct } from '../../../../../src/msgpack/zero.js';
import type { AclAuthMethod, AclBindingRule, AclToken } from '../../../../../src/wire/acl/records.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../src/wire/go-time.js';
import { aclTokenSchema } from '../../../../../src/wire/schema/acl.js';
import { LeaderLogins } from '../../../../../src/workers/state/leader/logins/logins.js';
import type { Primary } from '../../../../../src/workers/state/leader/primary/primary.js';
import { isRefusal, type Refusal, refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import type { ProposeOutcome } from '../../../../../src/workers/state/replica/consensus.js';
import { CLAIMS, NOW_MS, rsaPair, rsaToken } from '../acl/auth-methods/signer.js';
import { TestStore } from '../replica/store/commands.js';

const pair = rsaPair();
const METHOD: AclAuthMethod = {
  Name: 'jwt',
  Type: 'jwt',
  DisplayName: '',
  Description: '',
  MaxTokenTTL: 0,
  TokenLocality: '',
  Config: {
    JWTValidationPubKeys: [pair.pem],
    BoundIssuer: 'us',
    BoundAudiences: ['here'],
    ClaimMappings: { team: 'team' },
  },
  CreateIndex: 0,
  ModifyIndex: 0,
};
const RULE: AclBindingRule = {
  ID: 'd0000000-0000-4000-8000-000000000001',
  Description: '',
  AuthMethod: 'jwt',
  Selector: 'value.team == web or value.team == "a b"',
  BindType: 'service',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a binding rule's own placeholder
  BindName: 'svc-${value.team}',
  BindVars: null,
  CreateIndex: 0,
  ModifyIndex: 0,
};

interface Fixture {
  readonly store: TestStore;
  readonly logins: LeaderLogins;
  /** Called before each command is taken. */
  readonly before: { proposal: () => ProposeOutcome | null };
}

function fixture(method: Partial<AclAuthMethod> = {}, rules: readonly Partial<AclBindingRule>[] = [{}]): Fixture {
  const store = new TestStore();
  store.run({ type: CommandType.aclAuthMethodSet, body: { AuthMethods: [{ ...METHOD, ...method }] } });
  const all = rules.map((rule) => ({ ...RULE, ...rule }));
  if (all.length > 0) store.run({ type: CommandType.aclBindingRuleSet, body: { BindingRules: all } });
  const before: Fixture['before'] = { proposal: () => null };
  const propose = async (command: Command): Promise<ProposeOutcome> => {
    const refused = before.proposal();
    if (refused !== null) return refused;
    return { ok: true, result: store.run(command), index: store.appliedIndex };
  };
  const logins = new LeaderLogins({
    datacenter: 'dc1',
    acl: store.acl,
    consensus: { propose },
    primary: null,
    now: () => NOW_MS,
  });
  return { store, logins, before };
}

async function logIn({ logins }: Fixture, claims: object, meta: { readonly [name: string]: string } | null = null) {
  const bearerToken = rsaToken(pair, { ...CLAIMS, ...claims });
  return await logins.logIn({ authMethod: 'jwt', bearerToken, meta });
}

async function refusedWith(made: Fixture, claims: object): Promise<readonly [string, string]> {
  const result = await logIn(made, claims);
  assert.ok(isRefusal(result));
  return [result.refused, result.text];
}

describe('a login', () => {
  it('writes a local token of what the rules give, which ends when the method says', async () => {
    const made = fixture({ MaxTokenTTL: 300e9 });
    const token = await logIn(made, { team: 'web' }, { b: '2', a: '<1>' });
    assert.ok(!isRefusal(token));
    assert.equal(token.Description, 'token created via login: {"a":"\\u003c1\\u003e","b":"2"}');
    assert.deepEqual(token.ServiceIdentities, [{ ServiceName: 'svc-web', Datacenters: null }]);
    assert.deepEqual([token.Local, token.AuthMethod, token.ExpirationTTL], [true, 'jwt', 0]);
    assert.deepEqual(token.ExpirationTime, goTimeOf(NOW_MS + 300_000));
    assert.deepEqual(token.CreateTime, goTimeOf(NOW_MS));
    assert.equal(made.store.acl.aclToken(token.SecretID)?.AccessorID, token.AccessorID);
    const again = await logIn(made, { team: 'web' });
    assert.ok(!isRefusal(again));
    assert.notEqual(again.SecretID, token.SecretID);
    assert.equal(again.Description, 'token created via login');
  });

  it('writes a global token where the method says so', async () => {
    const token = await logIn(fixture({ TokenLocality: 'global' }), { team: 'web' });
    assert.ok(!isRefusal(token));
    assert.deepEqual([token.Local, token.ExpirationTime], [false, null]);
  });

  it('that is bound to nothing is denied, and writes nothing', async () => {
    for (const made of [fixture(), fixture({}, []), fixture({}, [{ BindType: 'role', BindName: 'none' }])]) {
      assert.deepEqual(await refusedWith(made, {}), ['denied', 'Permission denied']);
      assert.equal(made.store.acl.tokens().value.length, 0);
    }
  });

  it('by a method that there is not, or a name that is none, is refused', async () => {
    const made = fixture();
    const result = await made.logins.logIn({ authMethod: '__proto__', bearerToken: 'x', meta: null });
    assert.deepEqual(result, { refused: 'denied', text: 'ACL not found: auth method "__proto__" not found' });
    assert.deepEqual(await refusedWith(made, { team: 'a b' }), [
      'failed',
      'computed "service" bind name for bind target is invalid: "svc-a b"',
    ]);
  });

  it('while its method changes is refused', async () => {
    const made = fixture();
    const going = refusedWith(made, { team: 'web' });
    made.store.run({ type: CommandType.aclAuthMethodSet, body: { AuthMethods: [{ ...METHOD, Description: 'new' }] } });
    assert.deepEqual(await going, ['failed', 'auth method "jwt" was changed during the login']);
  });

  it('is judged by what the method is now', async () => {
    const made = fixture();
    assert.ok(!isRefusal(await logIn(made, { team: 'web' })));
    const Config = { ...METHOD.Config, BoundIssuer: 'others' };
    made.store.run({ type: CommandType.aclAuthMethodSet, body: { AuthMethods: [{ ...METHOD, Config }] } });
    const [, text] = await refusedWith(made, { team: 'web' });
    assert.match(text, /invalid issuer claim \(iss\)$/);
  });

  it('is told when leadership is lost, or the method is gone when the token is written', async () => {
    const made = fixture();
    made.before.proposal = () => ({ ok: false, code: 'leadership-lost' });
    assert.deepEqual(await refusedWith(made, { team: 'web' }), [
      'leadership-lost',
      'leadership lost while committing log',
    ]);
    made.before.proposal = () => {
      made.store.run({ type: CommandType.aclAuthMethodDelete, body: { AuthMethodNames: ['jwt'] } });
      return null;
    };
    const [code, text] = await refusedWith(made, { team: 'web' });
    assert.equal(code, 'failed');
    assert.match(text, /^raft apply failed: /);
  });

  it('has to wait for its turn when too many are under way', async () => {
    const made = fixture();
    const results = await Promise.all([...Array(257).keys()].map(() => logIn(made, { team: 'web' })));
    const refused = results.filter(isRefusal).map(({ refused }) => refused);
    assert.deepEqual(refused, ['over-limit']);
    assert.ok(!isRefusal(await logIn(made, { team: 'web' })));
  });
});

describe('a login in a secondary datacenter', () => {
  const made: AclToken = { ...zeroStruct(aclTokenSchema), AccessorID: 'there', AuthMethod: 'jwt' };

  /** A primary datacenter with one method, or none. */
  function secondary(there: Partial<AclAuthMethod> | null, refused: Refusal | null = null) {
    const asked: string[] = [];
    const primary: Primary = {
      datacenter: 'dc1',
      async read(method) {
        asked.push(method.name);
        const value = there === null ? null : { ...METHOD, ...there };
        return refused ?? { value: value as never, index: 1, isFiltered: false };
      },
      async ask(method) {
        asked.push(method.name);
        return made as never;
      },
    };
    const store = new TestStore();
    const logins = new LeaderLogins({
      datacenter: 'dc2',
      acl: store.acl,
      consensus: { propose: () => assert.fail('nothing is written here') },
      primary,
      now: () => NOW_MS,
    });
    const logIn = () => logins.logIn({ authMethod: 'jwt', bearerToken: rsaToken(pair, CLAIMS), meta: null });
    return { store, asked, logIn };
  }

  it('is the primary’s where the method is there and gives tokens that count everywhere', async () => {
    const { asked, logIn } = secondary({ TokenLocality: 'global' });
    assert.equal(await logIn(), made);
    assert.deepEqual(asked, ['ACL.AuthMethodRead', 'ACL.Login']);
  });

  it('is nobody’s where the method is unknown, or gives tokens of the primary alone', async () => {
    for (const there of [null, { TokenLocality: 'local' }, { TokenLocality: '' }]) {
      const { asked, logIn } = secondary(there);
      assert.deepEqual(await logIn(), refusal('denied', 'ACL not found: auth method "jwt" not found'));
      assert.deepEqual(asked, ['ACL.AuthMethodRead']);
    }
  });

  it('says when the primary can’t be asked', async () => {
    const { logIn } = secondary(null, refusal('no-datacenter'));
    assert.deepEqual(await logIn(), refusal('no-datacenter'));
  });

  it('is judged here by a method of this datacenter, without asking anybody', async () => {
    const { store, asked, logIn } = secondary({ TokenLocality: 'global' });
    store.run({ type: CommandType.aclAuthMethodSet, body: { AuthMethods: [METHOD] } });
    assert.ok(isRefusal(await logIn()), 'no rule gives anything');
    assert.deepEqual(asked, []);
  });
});
