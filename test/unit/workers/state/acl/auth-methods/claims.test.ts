// Claims become values: where they are looked for, what they look like as text, and what is too much.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../../../../../src/gotext/json-parse.js';
import { type Claims, claimOf, mapClaims } from '../../../../../../src/workers/state/acl/auth-methods/claims.js';
import { jwtConfig, rsaPair } from './signer.js';

const { pem } = rsaPair();

function map(
  claims: Claims,
  single: { readonly [claim: string]: string },
  lists: { readonly [claim: string]: string } = {},
): ReturnType<typeof mapClaims> {
  return mapClaims(claims, jwtConfig({ JWTValidationPubKeys: [pem], ClaimMappings: single, ListClaimMappings: lists }));
}

function claimsOf(text: string): Claims {
  const parsed = parseJson(text, 'unmarshal');
  assert.ok(parsed.ok);
  return parsed.value as Claims;
}

describe('a claim', () => {
  it('is found by its name or by a JSON pointer', () => {
    const claims = { a: 1, 'b/c': 2, nested: { 'x/y': [{ '~': 'deep' }] }, '': 3 };
    assert.equal(claimOf(claims, 'a'), 1);
    assert.equal(claimOf(claims, 'b/c'), 2);
    assert.equal(claimOf(claims, '/b~1c'), 2);
    assert.equal(claimOf(claims, '/nested/x~1y/0/~0'), 'deep');
    assert.equal(claimOf(claims, '/nested/x~1y/00/~0'), undefined);
    assert.equal(claimOf(claims, '/nested/x~1y/1/~0'), undefined);
    assert.equal(claimOf(claims, '/a/b'), undefined);
    assert.equal(claimOf(claims, '/'), 3);
  });

  it('is none that every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.equal(claimOf({}, name), undefined);
      assert.equal(claimOf({ nested: {} }, `/nested/${name}`), undefined);
    }
    assert.equal(claimOf({ list: [1] }, '/list/length'), undefined);
    assert.equal(claimOf({ text: 'abc' }, '/text/length'), undefined);
  });

  it('of any name is found by its pointer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const claims = JSON.parse(`{"outer":{${JSON.stringify(name)}:7}}`) as Claims;
        const key = Object.keys(claims['outer'] as object)[0] ?? '';
        assert.equal(claimOf(claims, `/outer/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`), 7);
      }),
    );
  });
});

describe('mapped claims', () => {
  it('are texts, large numbers digit by digit', () => {
    const claims = claimsOf('{"s":"t","n":12,"big":9007199254740993,"f":1.5,"yes":true,"none":null}');
    const names = { s: 's', n: 'n', big: 'big', f: 'f', yes: 'yes', none: 'none', absent: 'absent' };
    const result = map(claims, names, { n: 'one' });
    assert.ok(result.ok);
    assert.deepEqual(result.value.item, {
      value: { s: 't', n: '12', big: '9007199254740993', f: '1.5', yes: 'true' },
      list: { one: ['12'] },
    });
    assert.equal(result.value.variables.get('value.big'), '9007199254740993');
    assert.equal(result.value.variables.get('value.absent'), '');
  });

  it('may have names that objects have', () => {
    const result = map({ a: 'x' }, { a: '__proto__', b: 'constructor' });
    assert.ok(result.ok);
    assert.equal(result.value.variables.get('value.__proto__'), 'x');
    assert.equal(JSON.stringify(result.value.item), '{"value":{"__proto__":"x"},"list":{}}');
  });

  it('are refused where they are no texts, or too much of them', () => {
    const long = 'x'.repeat(1025);
    const problem = (result: ReturnType<typeof mapClaims>) => (result.ok ? '' : result.error);
    assert.match(problem(map({ a: {} }, { a: 'a' })), /^error converting claim "a": it is neither/);
    assert.match(problem(map({ a: [] }, { a: 'a' })), /^error converting claim "a": it is neither/);
    assert.match(problem(map({ a: long }, { a: 'a' })), /more than 1024 characters$/);
    assert.match(problem(map({ a: [long] }, {}, { a: 'a' })), /more than 1024 characters$/);
    assert.match(problem(map({ a: Array<string>(1001).fill('x') }, {}, { a: 'a' })), /more than 1000 elements$/);
    assert.match(problem(map({ a: [{}] }, {}, { a: 'a' })), /element that is neither/);
  });
});
