// Rounds that copy policies, roles and tokens: what is written, in which commands, and what never is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommandType } from '../../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../../src/wire/go-time.js';
import { RoundFailure } from '../../../../../../src/workers/state/leader/primary/rounds.js';
import {
  policyRecords,
  roleRecords,
  tokenRecords,
} from '../../../../../../src/workers/state/leader/replication/acl-records.js';
import { AclRound } from '../../../../../../src/workers/state/leader/replication/acl-round.js';
import { refusal } from '../../../../../../src/workers/state/methods/contract/refusal.js';
import { authorizerOf } from '../../acl/authorizer-of.js';
import {
  deletePolicies,
  policy,
  role,
  setPolicies,
  setRoles,
  setTokens,
  TwoDatacenters,
  token,
  uuid,
} from './two-datacenters.js';

const RULES = 'key "a" { policy = "read" }';

function scene() {
  const both = new TwoDatacenters();
  const options = { acl: both.here.acl, primary: both.primary, consensus: both.consensus };
  const never = new AbortController().signal;
  const rounds = {
    policies: new AclRound(policyRecords, options),
    roles: new AclRound(roleRecords, options),
    tokens: new AclRound(tokenRecords, options),
  };
  const round = (what: keyof typeof rounds, seen = 0, signal = never) => rounds[what].round(seen, signal);
  return { ...both, both, round };
}

const names = ({ acl }: TwoDatacenters['here']) => acl.policies().value.map(({ Name, Rules }) => [Name, Rules]);
const types = (commands: readonly Command[]) => commands.map(({ type }) => type);

test('policies: missing ones come, changed ones are changed, others go, and then nothing is read or written', async () => {
  const { there, here, both, round } = scene();
  there.run(setPolicies(policy(uuid(1), { Rules: RULES }), policy(uuid(2), { Rules: RULES })));
  here.run(setPolicies(policy(uuid(2), { Rules: 'old' }), policy(uuid(3))));
  const { index, problems } = await round('policies');
  assert.deepEqual([index, problems], [there.index('acl-policies'), []]);
  assert.deepEqual(names(here), names(there));
  assert.deepEqual(types(both.proposed), [CommandType.aclPolicyDelete, CommandType.aclPolicySet]);
  both.proposed.length = 0;
  both.asked.length = 0;
  await round('policies', index);
  assert.deepEqual([both.proposed, both.asked.map(([method]) => method)], [[], ['ACL.PolicyList']]);
});

test('names may go from one policy to another within a round', async () => {
  const { there, here, round } = scene();
  const [one, two] = [uuid(1), uuid(2)];
  here.run(setPolicies(policy(one, { Name: 'a', Rules: '1' }), policy(two, { Name: 'b', Rules: '2' })));
  there.run(setPolicies(policy(one, { Name: 'b', Rules: '1' }), policy(two, { Name: 'a', Rules: '2' })));
  const { problems } = await round('policies');
  assert.deepEqual(problems, []);
  assert.deepEqual(names(here).sort(), [
    ['a', '2'],
    ['b', '1'],
  ]);
});

test('builtin policies and the anonymous token stay, whatever is there', async () => {
  const { here, both, round } = scene();
  const builtin = '00000000-0000-0000-0000-000000000001';
  here.run(setPolicies(policy(builtin, { Name: 'global-management' })));
  here.run(setTokens(token('00000000-0000-0000-0000-000000000002', { SecretID: 'anonymous' })));
  await round('policies');
  await round('tokens');
  assert.deepEqual(both.proposed, []);
});

test('roles come before what they are linked to, and tokens likewise', async () => {
  const { there, here, both, round } = scene();
  there.run(setPolicies(policy(uuid(1))));
  there.run(setRoles(role(uuid(2), { Policies: [{ ID: uuid(1), Name: '' }] })));
  const Roles = [{ ID: uuid(2), Name: '' }];
  there.run(setTokens(token(uuid(3), { Roles, Policies: [{ ID: uuid(1), Name: '' }] })));
  for (const what of ['tokens', 'roles'] as const) assert.deepEqual((await round(what)).problems, []);
  await round('policies');
  const [copy] = here.acl.tokens().value;
  const [original] = there.acl.tokens().value;
  assert.deepEqual({ ...copy, CreateIndex: 0, ModifyIndex: 0 }, { ...original, CreateIndex: 0, ModifyIndex: 0 });
  // Names and links are those of here by now, and say the same: there is nothing left to do.
  both.proposed.length = 0;
  for (const what of ['tokens', 'roles', 'policies'] as const) await round(what);
  assert.deepEqual(both.proposed, []);
});

test('local tokens stay where they were made, on both sides; one that is over is gone', async () => {
  const { there, here, round } = scene();
  const ExpirationTime = goTimeOf(Date.now() - 1);
  there.run(setTokens(token(uuid(1), { Local: true }), token(uuid(2)), token(uuid(3), { ExpirationTime })));
  here.run(setTokens(token(uuid(4), { Local: true }), token(uuid(3), { ExpirationTime }), token(uuid(5))));
  await round('tokens');
  const left = here.acl.tokens().value.map(({ AccessorID, Local }) => [AccessorID, Local]);
  assert.deepEqual(left.sort(), [
    [uuid(2), false],
    [uuid(4), true],
  ]);
});

test('a token with the accessor or the secret of a local one is told of, and all others come', async () => {
  const { there, here, round } = scene();
  here.run(setTokens(token(uuid(1), { Local: true }), token(uuid(2), { Local: true, SecretID: 'mine' })));
  there.run(setTokens(token(uuid(1), { SecretID: 'other' }), token(uuid(3), { SecretID: 'mine' }), token(uuid(4))));
  const { problems } = await round('tokens');
  assert.equal(problems.length, 2);
  for (const problem of problems) assert.match(problem, /^token .*: a local token of this datacenter has its/);
  assert.ok(here.acl.aclTokenByAccessor(uuid(4)).value !== null);
  assert.equal(here.acl.aclTokenByAccessor(uuid(1)).value?.Local, true);
});

test('a token that was made once more with the same secret takes the place of the one before', async () => {
  const { there, here, round } = scene();
  here.run(setTokens(token(uuid(1), { SecretID: 'x' }), token(uuid(2), { SecretID: 'y', Description: 'old' })));
  there.run(setTokens(token(uuid(3), { SecretID: 'x' }), token(uuid(2), { SecretID: 'z' })));
  assert.deepEqual((await round('tokens')).problems, []);
  assert.equal(here.acl.aclToken('x')?.AccessorID, uuid(3));
  assert.equal(here.acl.aclToken('z')?.AccessorID, uuid(2));
  assert.equal(here.acl.aclToken('y'), undefined);
});

test('secrets that are hidden are never written: the replication token needs acl:write', async () => {
  const { there, both, round } = scene();
  there.run(setTokens(token(uuid(1))));
  both.authorizer = authorizerOf('acl = "read"');
  await assert.rejects(round('tokens'), (error) => error instanceof RoundFailure && /acl:write/.test(error.message));
  assert.deepEqual(both.proposed, []);
});

test('who may not read the policies, or can’t be asked, deletes nothing', async () => {
  const { here, both, round } = scene();
  here.run(setPolicies(policy(uuid(1))));
  both.authorizer = authorizerOf('');
  await assert.rejects(round('policies'), /failed to list acl-policies: Permission denied/);
  both.refused = refusal('no-datacenter');
  await assert.rejects(round('policies'), /failed to list acl-policies: No path to datacenter/);
  assert.equal(names(here).length, 1);
});

test('what the state refuses is told of, and its batch is written without it', async () => {
  const { there, here, round } = scene();
  const TemplatedPolicies = [
    { TemplateID: uuid(9), TemplateName: 'builtin/service', TemplateVariables: { Name: 'web' }, Datacenters: null },
  ];
  there.run(setTokens(token(uuid(1)), token(uuid(2), { TemplatedPolicies }), token(uuid(3))));
  // A template that only a newer primary knows.
  const real = there.acl.aclTokenByAccessor.bind(there.acl);
  there.acl.aclTokenByAccessor = (accessor) => {
    const { index, value } = real(accessor);
    const known = value?.TemplatedPolicies?.map((one) => ({ ...one, TemplateName: 'builtin/new' })) ?? null;
    return { index, value: value === null ? null : { ...value, TemplatedPolicies: known } };
  };
  const { problems } = await round('tokens');
  assert.deepEqual(problems, [`token ${uuid(2)}: no such ACL templated policy with Name "builtin/new"`]);
  assert.equal(here.acl.tokens().value.length, 2);
});

test('commands are bounded in bytes, deletions in number', async () => {
  const { there, here, both, round } = scene();
  const long = 'x'.repeat(100_000);
  const all = Array.from({ length: 10 }, (_, at) => policy(uuid(at + 1), { Description: long }));
  there.run(setPolicies(...all));
  await round('policies');
  assert.deepEqual(names(here).length, 10);
  assert.deepEqual(
    both.proposed.map(({ body }) => (body as { Policies: readonly unknown[] }).Policies.length),
    [2, 2, 2, 2, 2],
  );
  there.run(deletePolicies(...all.map(({ ID }) => ID)));
  both.proposed.length = 0;
  await round('policies');
  assert.deepEqual([names(here), both.proposed.length], [[], 1]);
});

test('who loses leadership in the middle writes no more', async () => {
  const { there, both, round } = scene();
  there.run(setPolicies(policy(uuid(1))));
  both.failure = 'leadership-lost';
  await assert.rejects(round('policies'), /leadership lost/);
  both.failure = null;
  const ended = new AbortController();
  ended.abort();
  both.proposed.length = 0;
  await assert.rejects(round('policies', 0, ended.signal), RoundFailure);
  assert.deepEqual(both.proposed, []);
});
