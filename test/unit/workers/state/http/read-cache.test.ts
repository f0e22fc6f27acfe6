// Who asked what before: hits for the same question of the same client, and no more of them kept than the bound.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_QUERY, parseQuery } from '../../../../../src/workers/state/http/parameters/query.js';
import { ReadCache } from '../../../../../src/workers/state/http/read-cache.js';

/** The parameters of the row. */
const SELECTING = ['near', 'filter', 'tag', 'node-meta', 'passing', 'peer'];

function isHit(cache: ReadCache, path: string, query = 'cached', token = ''): boolean {
  // All that the cache reads of a call.
  const call = {
    path,
    query: parseQuery(query) ?? EMPTY_QUERY,
    header: () => '',
    token: (parseQuery(query) ?? EMPTY_QUERY).first('token') || token,
  };
  const state = cache.look(call, SELECTING);
  cache.served(state);
  return state.hit;
}

test('the same question is a hit; another path, token or selection is another question', () => {
  const cache = new ReadCache();
  assert.equal(isHit(cache, '/a'), false);
  assert.equal(isHit(cache, '/a'), true);
  assert.equal(isHit(cache, '/b'), false);
  assert.equal(isHit(cache, '/a', 'cached', 'token'), false);
  const selections = [
    'near=n1',
    'filter=x',
    'tag=v1',
    'tag=v1&tag=v2',
    'node-meta=a:b',
    'passing',
    'peer=p',
    'token=t',
  ];
  for (const selection of selections) assert.equal(isHit(cache, '/a', `cached&${selection}`), false, selection);
  for (const selection of selections) assert.equal(isHit(cache, '/a', `cached&${selection}`), true, selection);
  const long = `cached&filter=${'x'.repeat(2000)}`;
  assert.equal(isHit(cache, '/a', `${long}1`), false);
  assert.equal(isHit(cache, '/a', `${long}2`), false);
  assert.equal(isHit(cache, '/a', `${long}1`), true);
});

test('4,096 questions are kept, those that were asked for last', () => {
  const cache = new ReadCache();
  assert.equal(isHit(cache, '/first'), false);
  for (let i = 0; i < 4096; i += 1) {
    assert.equal(isHit(cache, `/${i}`), false);
    if (i === 2000) assert.equal(isHit(cache, '/first'), true);
  }
  assert.equal(isHit(cache, '/first'), true, 'asked for in between');
  assert.equal(isHit(cache, '/0'), false, 'the oldest went');
});
