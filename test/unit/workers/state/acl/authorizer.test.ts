// What compiled rules allow: the words of the reference one by one, then any rules against a model that scans them all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NeededRule } from '../../../../../src/workers/state/acl/access.js';
import { compileRules } from '../../../../../src/workers/state/acl/authorizer.js';
import { denialText } from '../../../../../src/workers/state/acl/denial.js';
import { GLOBAL_MANAGEMENT, GLOBAL_READ_ONLY } from '../../../../../src/workers/state/acl/policies/builtin-policies.js';
import type { Grant, NamedResource, NamedRule, PolicyRules } from '../../../../../src/workers/state/acl/rules/rule.js';
import { runSeed } from '../../../../random.js';
import { ACCESSOR, authorizerOf, rulesOf } from './authorizer-of.js';

const OPTIONS = { accessor: ACCESSOR, defaultPolicy: 'deny', listsKeysByRule: false } as const;
const ALLOWING = { ...OPTIONS, defaultPolicy: 'allow' } as const;

test('an exact rule goes before a prefix, a longer prefix before a shorter one', () => {
  const { allows } = bound(`
    key_prefix "" { policy = "read" } key_prefix "a/" { policy = "write" }
    key_prefix "a/b/" { policy = "deny" } key "a/b/c" { policy = "read" }
  `);
  const levels = ['', 'x', 'a', 'a/', 'a/b', 'a/b/', 'a/b/c', 'a/b/cd'].map((name) => [
    allows('key:read', name),
    allows('key:write', name),
  ]);
  const R = [true, false];
  const W = [true, true];
  const D = [false, false];
  assert.deepEqual(levels, [R, R, R, W, W, D, R, D]);
});

test('between policies deny counts first, then write, list and read', () => {
  const of = (...grants: string[]) => {
    const authorizer = compileRules(
      grants.map((grant) => rulesOf(`key_prefix "a" { policy = "${grant}" }`)),
      OPTIONS,
    );
    return (['key:read', 'key:list', 'key:write'] as const).filter((rule) => authorizer.allows(rule, 'a'));
  };
  assert.deepEqual(of('write', 'deny', 'read'), []);
  assert.deepEqual(of('read', 'write', 'list'), ['key:read', 'key:list', 'key:write']);
  assert.deepEqual(of('read', 'list'), ['key:read', 'key:list']);
  assert.deepEqual(of('read'), ['key:read']);
});

test('without a rule the default counts, but never for the ACLs themselves', () => {
  for (const [options, isAllowed] of [
    [OPTIONS, false],
    [ALLOWING, true],
  ] as const) {
    const authorizer = compileRules([], options);
    for (const resource of [
      'agent',
      'event',
      'intention',
      'key',
      'keyring',
      'mesh',
      'node',
      'operator',
      'peering',
      'query',
      'service',
      'session',
    ] as const) {
      assert.equal(authorizer.allows(`${resource}:write`, 'x'), isAllowed, resource);
    }
    assert.equal(authorizer.allows('acl:read', ''), false);
    assert.equal(authorizer.allows('none', ''), true);
    assert.equal(authorizer.isUnlimited, false);
  }
});

test('the builtin policies allow everything, and to read everything', () => {
  const management = authorizerOf(GLOBAL_MANAGEMENT.Rules);
  assert.ok(management.isUnlimited && management.allows('acl:write', '') && management.allows('intention:write', '*'));
  const reading = authorizerOf(GLOBAL_READ_ONLY.Rules);
  assert.ok(!reading.isUnlimited && reading.allows('acl:read', '') && reading.allowsAll('service:read', ''));
  assert.ok(!reading.allows('acl:write', '') && !reading.allowsAny('key:write') && !reading.allows('key:list', 'a'));
});

test("mesh and peering are an operator's where they have no rule", () => {
  assert.ok(authorizerOf('operator = "write"').allows('mesh:write', ''));
  assert.ok(authorizerOf('operator = "write"').allows('peering:write', ''));
  assert.ok(!authorizerOf('operator = "write" mesh = "deny"').allows('mesh:read', ''));
  assert.ok(!authorizerOf('operator = "write"').allows('keyring:read', ''));
});

test('who may see a service may see its intentions; to change them is said apart', () => {
  const { allows } = bound(`
    service "r" { policy = "read" } service "w" { policy = "write" } service "d" { policy = "deny" }
    service "i" { policy = "read" intentions = "write" } service "n" { policy = "write" intentions = "deny" }
  `);
  const seen = ['r', 'w', 'd', 'i', 'n', 'x'].map((name) => [
    allows('intention:read', name),
    allows('intention:write', name),
  ]);
  assert.deepEqual(seen, [
    [true, false],
    [true, false],
    [false, false],
    [true, true],
    [false, false],
    [false, false],
  ]);
  const both = compileRules(
    [rulesOf('service "a" { policy = "read" }'), rulesOf('service "a" { policy = "read" intentions = "write" }')],
    OPTIONS,
  );
  assert.ok(both.allows('intention:write', 'a'));
});

test('an intention of every service is seen by whoever sees one, and changed by whoever may change all', () => {
  const one = authorizerOf('service "a" { policy = "read" intentions = "write" }');
  assert.ok(one.allows('intention:read', '*') && !one.allows('intention:write', '*'));
  const all = authorizerOf('service_prefix "" { policy = "read" intentions = "write" }');
  assert.ok(all.allows('intention:write', '*'));
  const butOne = authorizerOf(
    'service_prefix "" { policy = "read" intentions = "write" } service "x" { policy = "read" }',
  );
  assert.ok(butOne.allows('intention:read', '*') && !butOne.allows('intention:write', '*'));
  assert.ok(!authorizerOf('').allows('intention:read', '*'));
});

test('all keys with a prefix are writable when no rule says otherwise of one of them', () => {
  const text = 'key_prefix "a/" { policy = "write" }';
  assert.ok(authorizerOf(text).allowsAll('key:write', 'a/'));
  assert.ok(authorizerOf(text).allowsAll('key:write', 'a/b'));
  assert.ok(!authorizerOf(text).allowsAll('key:write', 'a'));
  assert.ok(!authorizerOf(text).allowsAll('key:write', ''));
  assert.ok(!authorizerOf(`${text} key "a/b" { policy = "read" }`).allowsAll('key:write', 'a/'));
  assert.ok(authorizerOf(`${text} key "a/b" { policy = "read" }`).allowsAll('key:write', 'a/c'));
  assert.ok(!authorizerOf(`${text} key_prefix "a/b/" { policy = "deny" }`).allowsAll('key:write', 'a/'));
  assert.ok(compileRules([], ALLOWING).allowsAll('key:write', ''));
});

test('a denial says who asked and what was missing', () => {
  const denial = (accessor: string, rule: NeededRule, name: string) =>
    denialText(authorizerOf('', { accessor }), rule, name);
  assert.equal(
    denial(ACCESSOR, 'key:write', 'a/b'),
    `Permission denied: token with AccessorID '${ACCESSOR}' lacks permission 'key:write' on "a/b"`,
  );
  assert.equal(
    denial('00000000-0000-0000-0000-000000000002', 'operator:read', ''),
    "Permission denied: anonymous token lacks permission 'operator:read'. The anonymous token is used implicitly when a request does not specify a token.",
  );
});

/** The rules of one resource as they are, each of them asked each time. */
class Model {
  readonly #rules: readonly NamedRule[];
  readonly #fallback: number;

  constructor(policies: readonly PolicyRules[], resource: NamedResource, fallback: number) {
    this.#rules = policies.flatMap(({ named }) => named.filter((rule) => rule.resource === resource));
    this.#fallback = fallback;
  }

  level(name: string): number {
    const exact = this.#rules.filter((rule) => !rule.isPrefix && rule.name === name);
    if (exact.length > 0) return strongest(exact);
    const prefixes = this.#rules.filter((rule) => rule.isPrefix && name.startsWith(rule.name));
    if (prefixes.length === 0) return this.#fallback;
    const length = Math.max(...prefixes.map((rule) => rule.name.length));
    return strongest(prefixes.filter((rule) => rule.name.length === length));
  }
}

const LEVEL: Readonly<Record<Grant, number>> = { deny: 0, read: 1, list: 2, write: 3 };

function strongest(rules: readonly NamedRule[]): number {
  const levels = rules.map(({ grant }) => LEVEL[grant]);
  return levels.includes(0) ? 0 : Math.max(...levels);
}

const NAMED = ['agent', 'event', 'key', 'node', 'query', 'service', 'session'] as const;
const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u{1f600}', '\ud800'), maxLength: 5 });
const rule = fc.record({
  resource: fc.constantFrom(...NAMED),
  isPrefix: fc.boolean(),
  name,
  grant: fc.constantFrom<Grant>('deny', 'read', 'list', 'write'),
  intentions: fc.constant(null),
});
const policy = fc.record({ named: fc.array(rule, { maxLength: 12 }), whole: fc.constant(new Map()) });

test('any rules of any policies allow what a scan of all of them allows', () => {
  fc.assert(
    fc.property(
      fc.array(policy, { maxLength: 4 }),
      fc.constantFrom('allow' as const, 'deny' as const),
      fc.array(name, { maxLength: 12 }),
      (policies, defaultPolicy, names) => {
        const authorizer = compileRules(policies, { ...OPTIONS, defaultPolicy });
        for (const resource of NAMED) {
          const model = new Model(policies, resource, defaultPolicy === 'allow' ? 3 : 0);
          // Each name that a rule has is asked for, too: what lies at the edge of a rule is most easily wrong.
          const asked = [...names, ...policies.flatMap(({ named }) => named.map((one) => one.name))];
          for (const one of asked) {
            for (const [access, level] of [
              ['read', 1],
              ['list', 2],
              ['write', 3],
            ] as const) {
              assert.equal(authorizer.allows(`${resource}:${access}`, one), model.level(one) >= level);
              if (model.level(one) >= level) assert.ok(authorizer.allowsAny(`${resource}:${access}`));
              for (const prefix of names) {
                if (!one.startsWith(prefix) || !authorizer.allowsAll(`${resource}:${access}`, prefix)) continue;
                assert.ok(model.level(one) >= level, 'what all are allowed, each one is');
              }
            }
          }
          for (const prefix of names) {
            // A rule that isn't seen through any of these names must not be why all of them are refused.
            const under = asked.filter((one) => one.startsWith(prefix));
            const isAll = under.every((one) => model.level(one) >= 3) && model.level(`${prefix}zz`) >= 3;
            if (isAll && isClosed(policies, resource, prefix))
              assert.ok(authorizer.allowsAll(`${resource}:write`, prefix));
          }
        }
      },
    ),
    { seed: runSeed },
  );
});

/** No prefix rule under `prefix` is hidden by an exact one of the same name. */
function isClosed(policies: readonly PolicyRules[], resource: NamedResource, prefix: string): boolean {
  const rules = policies
    .flatMap(({ named }) => named)
    .filter((one) => one.resource === resource && one.name.startsWith(prefix));
  return rules.every((one) => !one.isPrefix || !rules.some((other) => !other.isPrefix && other.name === one.name));
}

function bound(text: string) {
  const authorizer = authorizerOf(text);
  return { allows: authorizer.allows.bind(authorizer) };
}
