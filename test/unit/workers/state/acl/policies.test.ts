// What identities and templated policies stand for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countsIn,
  isIdentityName,
  judgeTemplateName,
  ofNodeIdentity,
  ofServiceIdentity,
  ofTemplate,
} from '../../../../../src/workers/state/acl/policies/synthetic.js';
import { policyTemplate, policyTemplates, takesName } from '../../../../../src/workers/state/acl/policies/templates.js';
import { runSeed } from '../../../../random.js';
import { authorizerOf } from './authorizer-of.js';

test('a service identity may register its service and proxy, and see all others', () => {
  const policy = ofServiceIdentity('api', ['dc1']);
  assert.ok(policy !== null);
  // As recorded of an expanded token.
  assert.equal(
    policy.Rules,
    '\nservice "api" {\n\tpolicy = "write"\n}\nservice "api-sidecar-proxy" {\n\tpolicy = "write"\n}\nservice_prefix "" {\n\tpolicy = "read"\n}\nnode_prefix "" {\n\tpolicy = "read"\n}',
  );
  assert.ok(
    policy.ID.startsWith('0a7365727669636520226170692220') && policy.ID.endsWith('6c62272e07bb014262b821756295c58d'),
  );
  assert.equal(policy.Name, `synthetic-policy-${policy.ID}`);
  assert.equal(policy.Description, 'synthetic policy generated from templated policy: builtin/service');
  const authorizer = authorizerOf(policy.Rules);
  assert.ok(authorizer.allows('service:write', 'api') && authorizer.allows('service:write', 'api-sidecar-proxy'));
  assert.ok(!authorizer.allows('service:write', 'web') && authorizer.allows('service:read', 'web'));
  assert.ok(!authorizer.allows('intention:write', 'api') && authorizer.allows('node:read', 'n'));
});

test('a node identity may register its node in its datacenter, and see services', () => {
  const policy = ofNodeIdentity('n1', 'dc2');
  assert.ok(policy !== null);
  assert.deepEqual(policy.Datacenters, ['dc2']);
  const authorizer = authorizerOf(policy.Rules);
  assert.ok(authorizer.allows('node:write', 'n1') && authorizer.allows('service:read', 'x'));
  assert.ok(!authorizer.allows('node:write', 'n2') && !authorizer.allows('node:read', 'n2'));
});

test('every template is a policy', () => {
  assert.deepEqual(
    policyTemplates()
      .map(({ TemplateName }) => TemplateName)
      .sort(),
    [
      'builtin/api-gateway',
      'builtin/dns',
      'builtin/node',
      'builtin/nomad-client',
      'builtin/nomad-server',
      'builtin/service',
    ],
  );
  for (const template of policyTemplates()) {
    const policy = ofTemplate(template.TemplateName, 'web', null);
    assert.ok(policy !== null && !policy.Rules.includes('{{'));
    assert.ok(authorizerOf(policy.Rules).allowsAny('service:read'), template.TemplateName);
    if (takesName(template)) assert.equal(typeof JSON.parse(template.Schema), 'object');
  }
  assert.equal(ofTemplate('builtin/none', 'web', null), null);
  assert.equal(ofTemplate('constructor', 'web', null), null);
});

test('no name writes rules of its own', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('a" { policy = "write" } acl = "write" #', '', 'A', '-a', 'a\n')),
      (name) => {
        const policy = ofServiceIdentity(name, null);
        assert.equal(policy !== null, isIdentityName(name));
        if (policy !== null) assert.ok(!authorizerOf(policy.Rules).allows('acl:read', ''));
      },
    ),
    { seed: runSeed },
  );
  assert.ok(isIdentityName('a'.repeat(256)) && !isIdentityName('a'.repeat(257)));
});

test('variables are judged in the words that were recorded', () => {
  const service = policyTemplate('builtin/service');
  const dns = policyTemplate('builtin/dns');
  assert.ok(service !== undefined && dns !== undefined);
  assert.equal(
    judgeTemplateName(service, null),
    'validation error for templated policy "builtin/service": 1 error occurred:\n\t* Invalid type. Expected: object, given: null\n\n',
  );
  assert.equal(
    judgeTemplateName(service, ''),
    'validation error for templated policy: "builtin/service": service identity "" has an invalid name. Only lowercase alphanumeric characters, \'-\' and \'_\' are allowed',
  );
  assert.equal(judgeTemplateName(service, 'web'), null);
  assert.equal(judgeTemplateName(dns, null), null);
});

test('a policy of some datacenters counts in no other', () => {
  assert.ok(
    countsIn(null, 'dc1') && countsIn([], 'dc1') && countsIn(['dc2', 'dc1'], 'dc1') && !countsIn(['dc2'], 'dc1'),
  );
});
