// Names of keys that are tricks with paths: refused where names are validated, by a write and by a transaction; what stands under
// such a name can be read and deleted all the same. Elsewhere they are keys like any others, as in Consul 1.21.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kvEndpoints } from '../../../../../src/workers/state/endpoints/kv/kv.js';
import { txnEndpoints } from '../../../../../src/workers/state/endpoints/kv/txn.js';
import { keyNameProblem } from '../../../../../src/workers/state/records/key-name.js';
import { SETTINGS } from '../http/fixture.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';

const BAD = ['..', '../a', 'a/..', 'a/../b', '/../a', 'a//b', '//', 'a//', 'a\u0000', 'a\nb', '\u001f', 'a/\u007f'];
const GOOD = ['a', '/a', 'a/', 'a/b', '...', 'a/...', 'a..b', '..a/b..', './a', 'a/.', 'a b'];
/** Of paths: slashes and dots are cleaned away before there is a key, so that only these get as far. */
const PRINTS_ALL = { ...SETTINGS, http: { ...SETTINGS.http, disableUnprintableFilter: true } };
const MAX = () => 512 * 1024;

function serve(validates: { now: boolean }): Promise<Served> {
  return serveEndpoints(
    ({ calls }) => {
      const dependencies = { calls, maxValueSize: MAX, maxRequestLength: MAX, validatesKeys: () => validates.now };
      return [...kvEndpoints(dependencies), ...txnEndpoints(dependencies)];
    },
    {},
    PRINTS_ALL,
  );
}

test('what is a trick, and what only looks like one', () => {
  for (const key of BAD)
    assert.match(keyNameProblem(key) ?? '', /^Invalid key name ".*": it must not/, JSON.stringify(key));
  for (const key of [...GOOD, 'ä/€', 'a\u0080']) assert.equal(keyNameProblem(key), null, JSON.stringify(key));
});

test('where names are validated nothing is written under a bad one', async (t) => {
  const validates = { now: true };
  const api = await serve(validates);
  t.after(() => api.close());
  for (const Key of BAD) {
    for (const Verb of ['set', 'cas', 'lock', 'unlock']) {
      const { status, body } = await api.put('/v1/txn', [{ KV: { Verb, Key, Value: '' } }]);
      assert.equal(status, 400, body);
      assert.equal(body, keyNameProblem(Key));
    }
    const read = await api.put('/v1/txn', [{ KV: { Verb: 'get', Key } }]);
    assert.doesNotMatch(read.body, /Invalid key name/);
  }
  for (const Key of GOOD)
    assert.equal((await api.put('/v1/txn', [{ KV: { Verb: 'set', Key, Value: '' } }])).status, 200);
  const refused = await api.put('/v1/kv/a%0Ab', 'x');
  assert.deepEqual([refused.status, refused.body], [400, keyNameProblem('a\nb')]);
  assert.equal((await api.remove('/v1/kv/a%0Ab')).body, 'true');
  for (const path of ['a%2F%2Fb', 'a%2F..%2Fb']) assert.equal((await api.put(`/v1/kv/${path}`, 'x')).status, 307);
  validates.now = false;
  assert.equal((await api.put('/v1/txn', [{ KV: { Verb: 'set', Key: 'a//b', Value: 'eA==' } }])).status, 200);
  validates.now = true;
  assert.equal((await api.put('/v1/txn', [{ KV: { Verb: 'delete', Key: 'a//b' } }])).status, 200);
});

test('where they are not, all of them are keys', async (t) => {
  const api = await serve({ now: false });
  t.after(() => api.close());
  for (const Key of [...BAD, ...GOOD]) {
    const { status, body } = await api.put('/v1/txn', [{ KV: { Verb: 'set', Key, Value: '' } }]);
    assert.equal(status, 200, body);
  }
  assert.equal((await api.put('/v1/kv/a%0Ab', 'x')).body, 'true');
});
