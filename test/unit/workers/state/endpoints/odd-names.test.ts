// Names that JavaScript's objects have of their own are names like any other, and what is left empty isn't taken for absent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import { NARROWING, narrowingOf } from '../../../../../src/workers/state/endpoints/narrowing-parameters.js';
import { ParameterSet } from '../../../../../src/workers/state/http/parameters/parameter-set.js';
import { Refused } from '../../../../../src/workers/state/http/parameters/parameters.js';
import { parseQuery } from '../../../../../src/workers/state/http/parameters/query.js';
import type { LeaderView } from '../../../../../src/workers/state/methods/contract/method.js';
import { hasMeta } from '../../../../../src/workers/state/methods/contract/narrowing.js';
import { applySession } from '../../../../../src/workers/state/methods/session.js';

function wanted(query: string) {
  const parsed = parseQuery(query);
  assert.ok(parsed !== null);
  const values = new ParameterSet(NARROWING).read({ query: parsed, header: () => undefined });
  assert.ok(!(values instanceof Refused));
  return narrowingOf(values, 'n').nodeMeta;
}

test('?node-meta=__proto__:x matches the nodes that say so, and no other', () => {
  const own = JSON.parse('{"__proto__":"x"}') as { [name: string]: string };
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const pairs = wanted(`node-meta=${name}:x`);
    assert.deepEqual(Object.entries(pairs ?? {}), [[name, 'x']]);
    assert.equal(hasMeta({ a: 'b' }, pairs), false, name);
    assert.equal(hasMeta(null, pairs), false, name);
    assert.equal(hasMeta({}, wanted(`node-meta=${name}`)), false, name);
  }
  assert.equal(hasMeta(own, wanted('node-meta=__proto__:x')), true);
  assert.equal(hasMeta(own, wanted('node-meta=__proto__:y')), false);
});

test('a session needs a node', () => {
  const leader = { datacenter: 'dc1', sessionTtlMinMs: () => 10_000 } as unknown as LeaderView;
  const given = {
    Name: '',
    LockDelay: 0,
    Behavior: 'release',
    TTL: '',
    NodeChecks: [],
    ServiceChecks: null,
    Checks: null,
  };
  const refused = applySession.decide(
    leader,
    { op: 'create', session: { ...given, Node: '' } },
    { token: '', authorizer: allowAll },
  );
  assert.deepEqual(refused, { refused: 'failed', text: 'Must provide Node' });
  assert.ok(
    'command' in
      applySession.decide(
        leader,
        { op: 'create', session: { ...given, Node: 'n' } },
        { token: '', authorizer: allowAll },
      ),
  );
});
