import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cleanPath,
  encodePath,
  judgePath,
  percentDecode,
} from '../../../../../src/workers/state/http/engine/target.js';
import { canonicalName, headerLine } from '../../../../../src/workers/state/http/http-policy.js';
import { acceptsGzip } from '../../../../../src/workers/state/http/message/gzip.js';
import { parseQuery } from '../../../../../src/workers/state/http/parameters/query.js';
import { ClientLimit, plainAddress } from '../../../../../src/workers/state/sockets/client-limit.js';

test('acceptsGzip', () => {
  for (const yes of ['gzip', 'br, gzip', 'GZIP;q=0.5', '*', 'gzip ; q=1', 'deflate,gzip;q=0.001']) {
    assert.equal(acceptsGzip(yes), true, yes);
  }
  for (const no of [undefined, '', 'br', 'gzip;q=0', 'gzip; q=0.000', '*;q=0', 'gzip;q=0, *', 'xgzip']) {
    assert.equal(acceptsGzip(no), false, no);
  }
});

test('a query is read as net/url reads it', () => {
  const query = parseQuery('a=1&b&a=2&c=x+y%2Bz&&d=%C3%A9&=e');
  assert.ok(query !== null);
  assert.equal(query.first('a'), '1');
  assert.deepEqual(query.all('a'), ['1', '2']);
  assert.equal(query.has('b'), true);
  assert.equal(query.first('b'), '');
  assert.equal(query.first('c'), 'x y+z');
  assert.equal(query.first('d'), '\u00e9');
  assert.equal(query.has('z'), false);
  assert.deepEqual(query.all('z'), []);
  const plain = parseQuery('index=5&windex=6&index=7&wait');
  assert.ok(plain !== null);
  assert.deepEqual(plain.all('index'), ['5', '7']);
  assert.equal(plain.first('wait'), '');
  assert.equal(plain.has('wai'), false);
  assert.equal(plain.has('dex'), false);
});

test('queries agree with URLSearchParams where both can read them', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', 'x', '1', '%41', '+', '/', '.', '-'), maxLength: 4 });
  const pairs = fc.array(fc.tuple(part, part, fc.boolean()), { maxLength: 6 });
  fc.assert(
    fc.property(pairs, (list) => {
      const text = list.map(([name, value, bare]) => (bare ? name : `${name}=${value}`)).join('&');
      const query = parseQuery(text);
      const reference = new URLSearchParams(text);
      assert.ok(query !== null);
      for (const name of reference.keys()) {
        if (name === '') continue;
        assert.deepEqual(query.all(name), reference.getAll(name));
        assert.equal(query.first(name), reference.get(name));
        assert.equal(query.has(name), true);
      }
    }),
  );
});

test('paths', () => {
  assert.equal(cleanPath('/a//b/./c/../d/'), '/a/b/d/');
  assert.equal(cleanPath('/../..'), '/');
  assert.equal(percentDecode('%E6%97%A5'), '\u65e5');
  assert.equal(percentDecode('%ff'), '\udcff');
  assert.equal(encodePath(percentDecode('/v1/kv/b%FF%E6%97') ?? ''), '/v1/kv/b%FF%E6%97');
  assert.deepEqual(judgePath('/v1/kv/%ff', false), { kind: 'path', path: '/v1/kv/\udcff' });
  assert.equal(percentDecode('%f'), null);
  assert.equal(encodePath('/a b?\u00e9(x)*!$&+,:;=@~'), '/a%20b%3F%C3%A9%28x%29%2A%21$&+,:;=@~');
  assert.deepEqual(judgePath('/v1/kv/.hidden', false), { kind: 'path', path: '/v1/kv/.hidden' });
  assert.deepEqual(judgePath('/v1/kv/a%20b', false), { kind: 'path', path: '/v1/kv/a b' });
  assert.deepEqual(judgePath('/v1/kv/%E2%80%A8', false), { kind: 'unprintable' });
  assert.deepEqual(judgePath('/v1/%F0%9F%90%B3', false), { kind: 'path', path: '/v1/\u{1f433}' });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '.', '/', '..') }), (text) => {
      const clean = cleanPath(`/${text}`);
      assert.equal(cleanPath(clean), clean);
      assert.ok(!clean.includes('//') && !clean.split('/').includes('..'));
    }),
  );
});

test('header lines', () => {
  assert.equal(canonicalName('x-consul-KNOWNLEADER'), 'X-Consul-Knownleader');
  assert.equal(headerLine('x-a', 'b\r\nEvil: c'), 'X-A: b  Evil: c\r\n');
  assert.equal(headerLine('x a:', '\u00e9'), `Xa: ${Buffer.from('\u00e9').toString('latin1')}\r\n`);
});

test('connections are counted per client', () => {
  const limit = new ClientLimit(2);
  assert.equal(limit.enter('a'), true);
  assert.equal(limit.enter('a'), true);
  assert.equal(limit.enter('a'), false);
  assert.equal(limit.enter('b'), true);
  limit.leave('a');
  assert.equal(limit.enter('a'), true);
  limit.setMax(0);
  assert.equal(limit.enter('a'), true, '0 = no limit');
  assert.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1');
  assert.equal(plainAddress('::1'), '::1');
  assert.equal(plainAddress(undefined), '');
});
