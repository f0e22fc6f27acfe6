// The text of policies: both forms, what is refused and in which words, and what nothing can be made of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GLOBAL_MANAGEMENT, GLOBAL_READ_ONLY } from '../../../src/workers/state/acl/policies/builtin-policies.js';
import { MAX_RULES_LENGTH, parseRules, readRules } from '../../../src/workers/state/acl/rules/parse.js';
import { runSeed } from '../../random.js';
import { rulesOf } from './authorizer-of.js';

function errorOf(text: string): string {
  const parsed = parseRules(text);
  assert.ok(!parsed.ok, text);
  return parsed.error;
}

const named = (text: string) => rulesOf(text).named;

test('every resource is read from HCL, exact and by prefix', () => {
  const rules = rulesOf(`
    acl = "read"  keyring = "write" operator = "deny" mesh = "read" peering = "write"
    agent "a" { policy = "read" }       agent_prefix "" { policy = "write" }
    event "e" { policy = "deny" }       event_prefix "e" { policy = "read" }
    key "k" { policy = "write" }        key_prefix "k/" { policy = "list" }
    node "n" { policy = "read" }        node_prefix "n" { policy = "write" }
    query "q" { policy = "read" }       query_prefix "q" { policy = "write" }
    session "s" { policy = "read" }     session_prefix "s" { policy = "write" }
    service "w" { policy = "read" intentions = "write" } service_prefix "" { policy = "write" }
  `);
  assert.deepEqual(
    [...rules.whole],
    [
      ['acl', 'read'],
      ['keyring', 'write'],
      ['operator', 'deny'],
      ['mesh', 'read'],
      ['peering', 'write'],
    ],
  );
  assert.equal(rules.named.length, 14);
  const of = (resource: string) => rules.named.filter((rule) => rule.resource === resource);
  assert.deepEqual(of('service'), [
    { resource: 'service', isPrefix: false, name: 'w', grant: 'read', intentions: 'write' },
    { resource: 'service', isPrefix: true, name: '', grant: 'write', intentions: null },
  ]);
  assert.deepEqual(of('key'), [
    { resource: 'key', isPrefix: false, name: 'k', grant: 'write', intentions: null },
    { resource: 'key', isPrefix: true, name: 'k/', grant: 'list', intentions: null },
  ]);
});

test('JSON says the same, with objects or lists of them', () => {
  const wanted = named('key "a" { policy = "read" } key "b" { policy = "deny" } key_prefix "" { policy = "write" }');
  for (const text of [
    '{"key":{"a":{"policy":"read"},"b":{"policy":"deny"}},"key_prefix":{"":{"policy":"write"}}}',
    ' \n{"key":[{"a":{"policy":"read"}},{"b":[{"policy":"deny"}]}],"key_prefix":[{"":[{"policy":"write"}]}]}',
  ]) {
    assert.deepEqual(named(text), wanted);
  }
  assert.deepEqual(
    [...rulesOf('{"acl":"write","operator":"read"}').whole],
    [
      ['acl', 'write'],
      ['operator', 'read'],
    ],
  );
});

test('nothing, and the words of other editions, grant nothing', () => {
  for (const text of [
    '',
    '  \n# nothing\n',
    '{}',
    'acl = ""',
    'namespace "a" { policy = "write" }',
    'partition "p" { mesh = "write" }',
  ]) {
    const { named: none, whole } = rulesOf(text);
    assert.deepEqual([none.length, whole.size], [0, 0], text);
  }
  const [rule] = named('key "a" { policy = "write" sentinel { code = "main = rule { true }" } }');
  assert.equal(rule?.grant, 'write');
});

test('names that JavaScript knows are names like others', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const hcl = names.map((name) => `key "${name}" { policy = "read" }`).join('\n');
  assert.deepEqual(
    named(hcl).map(({ name }) => name),
    names,
  );
  const json = `{"service":{"__proto__":{"policy":"write"}},"__proto__":{"acl":"write"}}`;
  assert.deepEqual([named(json)[0]?.name, rulesOf(json).whole.size], ['__proto__', 0]);
  assert.match(errorOf('{"key":{"a":{"__proto__":{"policy":"write"}}}}'), /^Invalid key policy: /);
});

test('what is refused is named as stock names it', () => {
  assert.equal(errorOf('nonsense {'), 'Failed to parse ACL rules: At 1:12: object expected closing RBRACE got: EOF');
  assert.equal(
    errorOf('key "a" { policy = "maybe" }'),
    'Invalid key policy: &acl.KeyRule{Prefix:"a", Policy:"maybe", EnterpriseRule:acl.EnterpriseRule{}}',
  );
  assert.equal(
    errorOf('service "a" { service = "write" }'),
    'Invalid service policy: &acl.ServiceRule{Name:"a", Policy:"", Intentions:"", EnterpriseRule:acl.EnterpriseRule{}}',
  );
  assert.match(errorOf('service "a" { policy = "read" intentions = "list" }'), /^Invalid service intentions policy: /);
  assert.match(
    errorOf('node_prefix "" { policy = "list" }'),
    /^Invalid node policy: &acl.NodeRule\{Name:"", Policy:"list"/,
  );
  assert.match(errorOf('agent "x" { policy = 5 }'), /^Invalid agent policy: &acl.AgentRule\{Node:"x", Policy:"5"/);
  assert.equal(errorOf('acl = "maybe"'), 'Invalid acl policy: "maybe"');
  assert.equal(errorOf('operator = true'), 'Invalid operator policy: "true"');
  for (const text of [
    'key = "a"',
    '{"key":["a"]}',
    '[]',
    '{"key":{"a":"read"}}',
    'acl { a = 1 }',
    'key "a" { policy = ["read"] }',
  ]) {
    assert.match(errorOf(text), /^Failed to parse ACL rules: /, text);
  }
});

test('the builtin policies are policies', () => {
  for (const [{ Rules }, grant] of [
    [GLOBAL_MANAGEMENT, 'write'],
    [GLOBAL_READ_ONLY, 'read'],
  ] as const) {
    const { named: rules, whole } = rulesOf(Rules);
    assert.deepEqual(new Set([...whole.values(), ...rules.map((rule) => rule.grant)]), new Set([grant]));
    assert.deepEqual([whole.size, rules.length], [5, 7]);
  }
  assert.ok(
    GLOBAL_MANAGEMENT.Rules.startsWith('\nacl = "write"\nagent_prefix "" {\n\tpolicy = "write"\n}\nevent_prefix'),
  );
});

test('any text is judged, and quickly', () => {
  const word = fc.constantFrom(
    'key',
    'key_prefix',
    '"a"',
    '{',
    '}',
    '=',
    'policy',
    '"read"',
    '[',
    ']',
    ',',
    ':',
    '\n',
    '\ud800',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
      ),
      (text) => {
        const parsed = parseRules(text);
        assert.ok(parsed.ok || parsed.error.length > 0);
      },
    ),
    { seed: runSeed, numRuns: 500 },
  );
  const rule = 'key "a" { policy = "read" }\n';
  const long = rule.repeat(Math.floor(MAX_RULES_LENGTH / rule.length));
  assert.ok(parseRules(long).ok);
  assert.match(errorOf(`${long}${rule}`), /longer than/);
  assert.ok(readRules(`${long}${rule}`).ok, 'what is stored is read');
  // Far more than it takes, far less than the square of the number of rules would; of the processor, which others use as well.
  const before = process.cpuUsage();
  readRules(rule.repeat(100_000));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 10_000_000, `${user + system} µs`);
});
